import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { OpenDatabase } from '../../database/database.ts'
import type { Id } from '../../database/schema.ts'
import { asCustomer, type PersonActor } from '../../kernel/actor.ts'
import { may } from '../../permission/policy.ts'
import { LIMITS } from '../../kernel/limits/limits.ts'
import { listParticipants } from '../people.ts'
import { listSharedWith } from './invitations.ts'
import { addParticipant, removeParticipant } from './participants.ts'
import { findTicket } from '../ticket.store.ts'
import { answerTicket, followUp, setState } from './tickets.ts'
import { undoAct } from './undo.ts'

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
    await make.work(people.customer, (work) => addParticipant(work, ticket.id, 'bolek@uni.example', 'reply'))
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
  it('hears by mail of each answer they have not had themselves and of closing, and of nothing that was undone', async () => {
    const { id } = await make.ticket({ customerId: people.customer.id })
    const off = await make.person({ address: 'wylaczony@uni.example', name: 'Wyłączony' })
    for (const who of ['bolek@uni.example', 'wylaczony@uni.example'])
      await make.work(people.customer, (work) => addParticipant(work, id, who, who.startsWith('b') ? 'reply' : 'read'))
    await make.db.updateTable('person').set({ valid: false }).where('id', '=', off).execute()
    await make.db.deleteFrom('outbound_mail').where('ticket_id', '=', id).execute()
    const told = async () =>
      (
        await make.db
          .selectFrom('outbound_mail')
          .select(['to_text', 'subject', 'body', 'kind'])
          .where('ticket_id', '=', id)
          .where('state', '=', 'queued')
          .where('kind', '=', 'notification')
          .orderBy('id')
          .execute()
      ).map((mail) => `${mail.to_text}: ${mail.subject.replace(/\[.*\] /, '')} ${mail.body!.includes(`/tickets/${id}`) ? 'link' : ''}`)
    const answer = (more: object = {}) =>
      make.work(people.agent, async (work) => {
        await answerTicket(work, id, { body: 'Tajne hasło 1234', ...more })
        return work.act
      })
    await answer()
    expect(await told()).toEqual(['bolek@uni.example: Nowa odpowiedź link'])
    // Who has the answer itself hears nothing besides.
    await answer({ cc: ['Bolek@uni.example'] })
    expect(await told()).toHaveLength(1)
    const act = await answer({ state: { stateId: '2' } })
    expect((await told()).at(-1)).toBe('bolek@uni.example: Zgłoszenie zamknięte link')
    await make.work(people.agent, (work) => undoAct(work, id, act))
    expect(await told()).toHaveLength(1)
    await make.work(people.agent, (work) => setState(work, id, { stateId: '2' }))
    expect((await told()).slice(1)).toEqual(['bolek@uni.example: Zgłoszenie zamknięte link'])
    const mails = await make.db.selectFrom('outbound_mail').select('body').where('kind', '=', 'notification').execute()
    expect(mails.filter(({ body }) => body?.includes('1234'))).toEqual([])
  })
  it('only people known here; nobody twice; nobody who is in anyway', async () => {
    await expect(make.work(people.agent, (work) => addParticipant(work, ticket.id, 'ktos@inny.example', 'read'))).rejects.toMatchObject({
      code: 'person.unknown',
      field: 'who',
    })
    await expect(make.work(people.agent, (work) => addParticipant(work, ticket.id, 'bolek', 'reply'))).rejects.toMatchObject({
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

describe('a customer who names addresses', () => {
  const mailsTo = (address: string) =>
    make.db.selectFrom('outbound_mail').select(['subject', 'body']).where('to_text', '=', address).execute()
  const invite = (actor: PersonActor, ticketId: Id, who: string, right: 'read' | 'reply' = 'read') =>
    make.work(actor, (work) => addParticipant(work, ticketId, who, right))
  const listed = async (ticketId: Id, reader: PersonActor) =>
    (await listSharedWith(make.db, ticketId, await listParticipants(make.db, ticketId), reader.id)).map(({ name }) => name)
  async function customerWithTicket(title = 'Mój sprzęt') {
    const id = await make.person()
    const actor = await make.actor(id)
    return { actor: { ...actor, access: asCustomer(actor.access) }, ticket: await make.ticket({ customerId: id, title }) }
  }

  it('hears the same whether anybody is known there, and finds out neither name nor login', async () => {
    const { actor, ticket: own } = await customerWithTicket()
    await make.person({ name: 'Jakub Wilk', login: 's214503', address: 'jwilk@uni.example' })
    const said = [await invite(actor, own.id, 'jwilk@uni.example'), await invite(actor, own.id, 'nikt@uni.example')]
    expect(said).toEqual([
      { who: 'jwilk@uni.example', known: false },
      { who: 'nikt@uni.example', known: false },
    ])
    expect(await listed(own.id, actor)).toEqual(['jwilk@uni.example', 'nikt@uni.example'])
    for (const who of ['s214503', 'Jakub Wilk'])
      await expect(invite(actor, own.id, who)).rejects.toMatchObject({ code: 'person.address-invalid' })
    for (const who of ['jwilk@uni.example', 'nikt@uni.example'])
      await expect(invite(actor, own.id, who)).rejects.toMatchObject({ code: 'ticket.address-invited', params: { address: who } })
    const names = await make.db.selectFrom('history').select('name').where('ticket_id', '=', own.id).where('type', '=', 'Misc').execute()
    expect(names.map(({ name }) => name)).toContainEqual(expect.stringContaining('invited without an account%%nikt@uni.example'))
    const [nobody] = (await listSharedWith(make.db, own.id, await listParticipants(make.db, own.id), actor.id)).filter(({ name }) =>
      name.startsWith('nikt'),
    )
    await make.work(actor, (work) => removeParticipant(work, own.id, nobody!.id))
    expect(await listed(own.id, actor)).toEqual(['jwilk@uni.example'])
  })
  it('lets in whom an agent let in by name without making the name an address', async () => {
    const { actor, ticket: own } = await customerWithTicket()
    const person = await make.person({ name: 'Ewa Lis', address: 'ewa.lis@uni.example' })
    await make.work(people.agent, (work) => addParticipant(work, own.id, 'ewa.lis@uni.example', 'read'))
    await invite(actor, own.id, 'ewa.lis@uni.example')
    expect(await listed(own.id, actor)).toEqual(['Ewa Lis', 'ewa.lis@uni.example'])
    await make.work(actor, (work) => removeParticipant(work, own.id, person))
    expect(await listParticipants(make.db, own.id)).toEqual([])
  })
  it('writes to each once a ticket, without a word of theirs, however often they take out and let in', async () => {
    const { actor, ticket: own } = await customerWithTicket('TANIE LEKI https://evil.example')
    const victim = await make.person({ address: 'ofiara@uni.example' })
    for (let n = 0; n < 4; n++) {
      await invite(actor, own.id, 'ofiara@uni.example')
      await make.work(actor, (work) => removeParticipant(work, own.id, victim))
    }
    const mails = await mailsTo('ofiara@uni.example')
    expect(mails).toHaveLength(1)
    expect(mails[0]!.body).not.toMatch(/LEKI|evil/)
    expect(mails[0]!.body).toContain(
      (await make.db.selectFrom('person_address').select('address').where('person_id', '=', actor.id).executeTakeFirstOrThrow()).address,
    )
  })
  it('invites twenty a day and hears when the next may be; one address gets five mails a day from all of them', async () => {
    await make.person({ address: 'jedna@uni.example' })
    for (let n = 0; n < 7; n++) {
      const { actor, ticket: own } = await customerWithTicket()
      await invite(actor, own.id, 'jedna@uni.example')
      expect((await listParticipants(make.db, own.id)).length).toBe(1)
    }
    expect(await mailsTo('jedna@uni.example')).toHaveLength(5)
    const { actor, ticket: own } = await customerWithTicket()
    for (let n = 0; n < 20; n++) await invite(actor, own.id, `nieznany${n}@uni.example`)
    const began = make.now
    make.now = new Date(began.getTime() + 3_600_000)
    await expect(invite(actor, own.id, 'jeszcze@uni.example')).rejects.toMatchObject({
      code: 'ticket.invitations-too-many',
      status: 429,
      params: { hours: 23 },
    })
    const counted = await make.db
      .selectFrom('limit_count')
      .select(['count', 'refused'])
      .where('name', '=', 'invitations')
      .where('key', '=', actor.id)
      .executeTakeFirst()
    expect(counted).toEqual({ count: 20, refused: 1 })
    make.now = new Date(began.getTime() + LIMITS.invitations.windowMs)
    await invite(actor, own.id, 'jeszcze@uni.example')
  })
})

describe('an address', () => {
  it('takes an address as it is pasted, and never one of ours in a name’s clothes', async () => {
    const other = await make.ticket({ customerId: people.customer.id })
    const add = (actor: PersonActor, who: string) => make.work(actor, (work) => addParticipant(work, other.id, who, 'read'))
    expect(await add(people.agent, '"Nowak, Bolek" <bolek@uni.example>')).toEqual({ who: 'Bolek', known: true })
    for (const actor of [people.agent, people.customer]) {
      await expect(add(actor, 'Bolek <postmaster@uni.example>')).rejects.toMatchObject({ code: 'person.address-is-ours' })
    }
  })
})
