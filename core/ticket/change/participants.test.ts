import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { OpenDatabase } from '../../database/database.ts'
import type { Id } from '../../database/schema.ts'
import { asCustomer, type PersonActor } from '../../kernel/actor.ts'
import { may } from '../../permission/policy.ts'
import { addParticipant, removeParticipant } from './participants.ts'
import { findTicket } from '../ticket.store.ts'
import { followUp } from './tickets.ts'

let database: OpenDatabase
let make: Maker
let ticket: { id: Id }
const people = {} as Record<'customer' | 'colleague' | 'stranger' | 'agent' | 'reader', PersonActor>
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  const customer = await make.person({ address: 'ania@uni.example' })
  ticket = await make.ticket({ customerId: customer })
  const [colleague, stranger] = [
    await make.person({ name: 'Bolek', address: 'bolek@uni.example', login: 'bolek' }),
    await make.person({ address: 'obcy@uni.example' }),
  ]
  for (const [name, id] of [
    ['customer', customer],
    ['colleague', colleague],
    ['stranger', stranger],
  ] as const) {
    const actor = await make.actor(id)
    people[name] = { ...actor, access: asCustomer(actor.access) }
  }
  people.agent = await make.actor(await make.agent({ 1: ['rw'] }))
  people.reader = await make.actor(await make.agent({ 1: ['ro'] }))
})
afterAll(() => database?.close())

const sees = async (actor: PersonActor) => may(actor.access, 'see', (await findTicket(make.db, ticket.id, actor.id))!.ties).allowed
const reply = (actor: PersonActor) =>
  make.work(actor, (work) =>
    followUp(work, ticket.id, {
      article: {
        channel: 'web',
        senderType: 'customer',
        visible: true,
        personId: actor.id,
        from: actor.name,
        subject: '',
        body: 'Też tak mam.',
      },
    }),
  )

describe('letting a colleague into a ticket', () => {
  it('its customer may, others may not; what they do not see is not there', async () => {
    await expect(make.work(people.stranger, (work) => addParticipant(work, ticket.id, 'bolek', 'read'))).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(make.work(people.reader, (work) => addParticipant(work, ticket.id, 'bolek', 'read'))).rejects.toMatchObject({
      code: 'not-allowed',
    })
    expect(await sees(people.colleague)).toBe(false)
    await make.work(people.customer, (work) => addParticipant(work, ticket.id, ' Bolek@uni.example ', 'read'))
    expect(await sees(people.colleague)).toBe(true)
  })
  it('who reads only cannot reply, and cannot let in others', async () => {
    await expect(reply(people.colleague)).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(make.work(people.colleague, (work) => addParticipant(work, ticket.id, 'obcy@uni.example', 'read'))).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await make.work(people.customer, (work) => addParticipant(work, ticket.id, 'bolek', 'reply'))
    await reply(people.colleague)
  })
  it('is told to them once, and written into the history', async () => {
    const mails = await make.db
      .selectFrom('outbound_mail')
      .select(['to_text', 'subject', 'body'])
      .where('to_text', 'like', '%bolek%')
      .execute()
    expect(mails).toHaveLength(1)
    expect(mails[0]!.body).toContain(`/tickets/${ticket.id}`)
    const history = await make.db
      .selectFrom('history')
      .select('name')
      .where('ticket_id', '=', ticket.id)
      .where('type', '=', 'Misc')
      .execute()
    expect(history.map(({ name }) => name.split('%%')[1])).toEqual(['participant may read', 'participant may reply'])
  })
  it('only people known here; nobody twice; nobody who is in anyway', async () => {
    await expect(make.work(people.customer, (work) => addParticipant(work, ticket.id, 'ktos@inny.example', 'read'))).rejects.toMatchObject({
      code: 'person.unknown',
      field: 'who',
    })
    await expect(make.work(people.customer, (work) => addParticipant(work, ticket.id, 'bolek', 'reply'))).rejects.toMatchObject({
      code: 'ticket.person-in-already',
    })
    await expect(make.work(people.agent, (work) => addParticipant(work, ticket.id, 'ania@uni.example', 'read'))).rejects.toMatchObject({
      code: 'ticket.person-in-already',
    })
  })
  it('ends when the customer or an agent takes them out, or they leave', async () => {
    await expect(make.work(people.stranger, (work) => removeParticipant(work, ticket.id, people.colleague.id))).rejects.toMatchObject({
      code: 'not-found',
    })
    await make.work(people.colleague, (work) => removeParticipant(work, ticket.id, people.colleague.id))
    expect(await sees(people.colleague)).toBe(false)
    await make.work(people.agent, (work) => addParticipant(work, ticket.id, 'bolek', 'read'))
    await make.work(people.customer, (work) => removeParticipant(work, ticket.id, people.colleague.id))
    expect(await sees(people.colleague)).toBe(false)
  })
})
