import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../../test/make.ts'
import { listArticles } from '../../article/articles.ts'
import type { Id } from '../../database/schema.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import { findTicket, listStates } from '../ticket.store.ts'
import * as acts from './tickets.ts'
import { undoAct } from './undo.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
let agent: PersonActor
let other: PersonActor
let state: Record<string, Id>

beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  agent = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', login: 'jkowalski' }))
  other = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Anna Nowak' }))
  state = Object.fromEntries((await listStates(make.db)).map((row) => [row.name, row.id]))
})
afterAll(() => database.close())

const read = async (id: Id) => (await findTicket(make.db, id, null))!
const history = async (id: Id) => make.db.selectFrom('history').selectAll().where('ticket_id', '=', id).orderBy('id').execute()
const mails = async (id: Id) => make.db.selectFrom('outbound_mail').selectAll().where('ticket_id', '=', id).orderBy('id').execute()

describe('a new ticket', () => {
  it("gets a DateChecksum number of the day in the site's zone", async () => {
    const { number } = await make.ticket()
    expect(number).toMatch(/^2026111710\d{6}$/)
  })
  it('is received now within hours, and on Monday when it came on Friday at 15:01', async () => {
    make.now = new Date('2026-11-20T14:01:00Z')
    expect((await read((await make.ticket()).id)).receivedAt).toEqual(new Date('2026-11-23T06:00:00Z'))
    make.now = TUESDAY
    expect((await read((await make.ticket()).id)).receivedAt).toEqual(TUESDAY)
  })
  it('is received at once when an agent enters it, at any hour', async () => {
    make.now = new Date('2026-11-21T20:00:00Z')
    const { receivedAt } = await make.work(agent, (work) =>
      acts.createTicket(work, {
        title: 'Telefon',
        queueId: '4',
        customerId: null,
        article: { channel: 'phone', senderType: 'agent', visible: true, personId: agent.id, subject: 'Telefon', body: 'Dzwoni.' },
      }),
    )
    expect(receivedAt).toEqual(make.now)
    make.now = TUESDAY
  })
  it('is refused to an agent who may not create in the queue', async () => {
    const stranger = await make.actor(await make.agent({ 1: ['ro'] }))
    await expect(
      make.work(stranger, (work) =>
        acts.createTicket(work, {
          title: 'x',
          queueId: '4',
          customerId: null,
          article: { channel: 'phone', senderType: 'agent', visible: true, subject: 'x', body: 'x' },
        }),
      ),
    ).rejects.toMatchObject({ code: 'not-allowed', status: 403 })
  })
  it('numbers made side by side are all different', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => make.ticket()))
    expect(new Set(made.map((t) => t.number)).size).toBe(12)
  })
})

describe('taking and releasing', () => {
  it('locks and owns; a second agent is told who has it', async () => {
    const { id } = await make.ticket()
    await make.work(agent, (work) => acts.takeTicket(work, id))
    expect(await read(id)).toMatchObject({ lock: 'lock', ownerId: agent.id })
    await expect(make.work(other, (work) => acts.takeTicket(work, id))).rejects.toMatchObject({
      code: 'ticket.locked-by-other',
      params: { who: 'Jan Kowalski' },
    })
    await make.work(other, (work) => acts.takeTicket(work, id, { fromOther: true }))
    expect((await read(id)).ownerId).toBe(other.id)
    await make.work(other, (work) => acts.releaseTicket(work, id))
    expect(await read(id)).toMatchObject({ lock: 'unlock', ownerId: null })
  })
  it('a stranger to the queue does not learn that the ticket exists', async () => {
    const stranger = await make.actor(await make.agent({}))
    const { id } = await make.ticket()
    await expect(make.work(stranger, (work) => acts.takeTicket(work, id))).rejects.toMatchObject({ status: 404 })
  })
})

describe('answering', () => {
  it('opens a new ticket, takes it, and puts a threaded mail into the outbox', async () => {
    const ticket = await make.ticket({ subject: 'Brak sieci' })
    const customer = await make.db.selectFrom('article').select('message_id').where('id', '=', ticket.articleId).executeTakeFirstOrThrow()
    await make.work(agent, (work) => acts.answerTicket(work, ticket.id, { body: 'Już działa.' }))
    expect(await read(ticket.id)).toMatchObject({ stateName: 'open', ownerId: agent.id, lock: 'lock' })
    const [mail] = await mails(ticket.id)
    expect(mail).toMatchObject({
      kind: 'reply',
      state: 'queued',
      in_reply_to: customer.message_id,
      reference_ids: customer.message_id,
      subject: `Re: [Ticket#${ticket.number}] Brak sieci`,
    })
    expect(mail!.message_id).toContain(`ticket.${ticket.id}.`)
  })
  it('can be taken back within ten seconds: the mail is cancelled, the ticket as before, the text returned', async () => {
    const { id } = await make.ticket()
    const act = await make.work(agent, async (work) => {
      await acts.answerTicket(work, id, { body: 'Za szybko wysłane.' })
      return work.act
    })
    const { bodies } = await make.work(agent, (work) => undoAct(work, id, act))
    expect(bodies).toEqual(['Za szybko wysłane.'])
    expect(await read(id)).toMatchObject({ stateName: 'new', ownerId: null, lock: 'unlock' })
    expect((await mails(id)).map((m) => m.state)).toEqual(['cancelled'])
    expect(await listArticles(make.db, id, { visibleOnly: true, reader: agent.access })).toHaveLength(1)
  })
  it('cannot be taken back by somebody else, later, or once the mail has left', async () => {
    const { id } = await make.ticket()
    const act = await make.work(agent, async (work) => {
      await acts.answerTicket(work, id, { body: 'Gotowe.' })
      return work.act
    })
    await expect(make.work(other, (work) => undoAct(work, id, act))).rejects.toMatchObject({ code: 'not-found' })
    make.now = new Date(TUESDAY.getTime() + 60_000)
    await expect(make.work(agent, (work) => undoAct(work, id, act))).rejects.toMatchObject({ code: 'undo.too-late' })
    make.now = TUESDAY
    await make.db.updateTable('outbound_mail').set({ state: 'sent' }).where('ticket_id', '=', id).execute()
    await expect(make.work(agent, (work) => undoAct(work, id, act))).rejects.toMatchObject({ code: 'undo.too-late' })
  })
})

describe("the queue's signature", () => {
  it('stands below an answer once, also when an answer taken back is sent again', () => {
    const signed = acts.withSignature('Działa.\n', 'Dział Informatyzacji\ntel. 2447')
    expect(signed).toBe('Działa.\n\n-- \nDział Informatyzacji\ntel. 2447\n')
    expect(acts.withSignature(signed, 'Dział Informatyzacji\ntel. 2447')).toBe(signed)
    expect(acts.withSignature('Działa.', ' ')).toBe('Działa.')
  })
})

describe('states', () => {
  it('pending needs a date in the future, waiting for the customer needs none', async () => {
    const { id } = await make.ticket()
    await expect(make.work(agent, (work) => acts.setState(work, id, { stateId: state['pending reminder']! }))).rejects.toMatchObject({
      code: 'ticket.pending-needs-date',
    })
    await expect(
      make.work(agent, (work) => acts.setState(work, id, { stateId: state['pending reminder']!, pendingUntil: new Date(0) })),
    ).rejects.toMatchObject({ code: 'ticket.pending-in-past' })
    await make.work(agent, (work) => acts.setState(work, id, { stateId: state['waiting for customer']! }))
    expect((await read(id)).stateName).toBe('waiting for customer')
    await make.work(make.db ? { kind: 'system', name: 'postmaster' } : agent, (work) =>
      acts.followUp(work, id, {
        article: { channel: 'email', senderType: 'customer', visible: true, subject: 'Re', body: 'Proszę.' },
      }),
    )
    expect((await read(id)).stateName).toBe('open')
  })
  it('closing tells the customer once; a reply opens again', async () => {
    const { id, customerId } = await make.ticket()
    await make.work(agent, (work) => acts.setState(work, id, { stateId: state['closed successful']! }))
    expect(await read(id)).toMatchObject({ stateType: 'closed', lock: 'unlock', closedAt: TUESDAY })
    expect((await mails(id)).map((m) => m.kind)).toEqual(['closed'])
    const customer = await make.actor(customerId)
    await make.work(customer, (work) =>
      acts.followUp(work, id, {
        article: { channel: 'web', senderType: 'customer', visible: true, personId: customerId, subject: 'x', body: 'Nadal nie działa.' },
      }),
    )
    expect(await read(id)).toMatchObject({ stateType: 'open', closedAt: null })
  })
  it('pending auto closes when its time has come, and not before', async () => {
    const { id } = await make.ticket()
    await make.work(agent, (work) =>
      acts.setState(work, id, { stateId: state['pending auto close+']!, pendingUntil: new Date(TUESDAY.getTime() + 3_600_000) }),
    )
    expect(await make.asSystem((work) => acts.pendingElapsed(work, id))).toBe(false)
    make.now = new Date(TUESDAY.getTime() + 3_600_001)
    expect(await make.asSystem((work) => acts.pendingElapsed(work, id))).toBe(true)
    make.now = TUESDAY
    expect(await read(id)).toMatchObject({ stateName: 'closed successful', pendingUntil: null })
  })
})

describe('moving', () => {
  it('needs move_into in the target, unlocks, and writes both queues into history as OTRS does', async () => {
    const group = await make.group()
    const closedQueue = await make.queue({ groupId: group })
    const openQueue = await make.queue({ name: 'Sieć' })
    const { id } = await make.ticket()
    await make.work(agent, (work) => acts.takeTicket(work, id))
    await expect(make.work(agent, (work) => acts.moveTicket(work, id, closedQueue))).rejects.toMatchObject({ code: 'ticket.queue-unknown' })
    const moved = await make.actor(agent.id)
    await make.work(moved, (work) => acts.moveTicket(work, id, openQueue))
    expect(await read(id)).toMatchObject({ queueName: 'Sieć', lock: 'unlock', ownerId: null })
    expect((await history(id)).find((row) => row.type === 'Move')?.name).toBe(`%%Sieć%%${openQueue}%%Misc%%4`)
  })
})

describe('what is written is kept', () => {
  it('an act that is refused leaves nothing behind', async () => {
    const { id } = await make.ticket()
    const before = (await history(id)).length
    await expect(
      make.work(agent, async (work) => {
        await acts.addNote(work, id, { body: 'notatka' })
        await acts.setState(work, id, { stateId: '999' })
      }),
    ).rejects.toMatchObject({ code: 'ticket.state-unknown' })
    expect((await history(id)).length).toBe(before)
  })
  it('facts and jobs come with the commit, and not without it', async () => {
    const { id } = await make.ticket()
    const facts = await make.db.selectFrom('fact').select('name').where('ticket_id', '=', id).orderBy('id').execute()
    expect(facts.map((f) => f.name)).toEqual(['ticket.created', 'article.created'])
  })
})
