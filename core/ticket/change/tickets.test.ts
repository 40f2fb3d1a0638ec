import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../../test/make.ts'
import { sql } from 'kysely'
import { insertArticle, listArticles } from '../../article/articles.ts'
import { storeBlob } from '../../database/blob.ts'
import type { Id } from '../../database/schema.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import { findTicket, listStates } from '../ticket.store.ts'
import * as acts from './tickets.ts'
import { undoAct } from './undo.ts'
import { runFills } from '../../database/fill.ts'
import { coreFills } from '../../../migrations/fills.ts'

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
  it('files are counted as OTRS counts parts, by name, its texts included; those that a take-over brought are no files', async () => {
    const { id } = await make.ticket()
    const mail = await make.db
      .insertInto('inbound_mail')
      .values({
        key: Buffer.from(id),
        blob_id: null,
        envelope_from: '',
        envelope_to: '',
        accepted_at: make.now,
        state: 'processed',
        outcome: 'follow-up',
        message_id_md5: null,
        ticket_id: id,
        article_id: null,
        processed_at: make.now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const file = (name: string) => ({ name, contentType: 'text/plain', content: Buffer.from(name) })
    const write = (more: object) =>
      make.asSystem((work) =>
        insertArticle(work, id, { channel: 'email', senderType: 'customer', visible: true, subject: 'x', body: 'x', ...more }),
      )
    const files = ['Zebra.pdf', 'a.txt', 'file-1', 'B.txt', 'a.txt'].map(file)
    const articles = {
      mail: await write({ inboundMailId: mail.id, html: '<p>x</p>', attachments: files }),
      plainMail: await write({ inboundMailId: mail.id, attachments: [file('z.txt')] }),
      written: await write({ html: '<p>x</p>', attachments: [file('z.txt'), file('a.txt')] }),
      none: await write({ attachments: [file('z.txt')] }),
    }
    const bodies = await make.asSystem((work) =>
      storeBlob(
        work.db,
        Buffer.from('<p>x</p>'),
        work.now,
        (blob) => sql`insert into article_attachment (article_id, blob_id, name, content_type, disposition, size, place, role)
          select ${articles.none}, id, 'file-2', 'text/html', 'inline', 8, 2, 'body-html' from ${blob}`,
      ),
    )
    expect(bodies.size).toBe(8)
    const listed = await listArticles(make.db, id, { visibleOnly: false })
    const of = (article: Id) => listed.find((one) => one.id === article)!.attachments.map(({ name, place }) => `${place} ${name}`)
    expect(of(articles.mail)).toEqual(['7 Zebra.pdf', '1 a.txt', '4 File-1', '3 B.txt', '2 a.txt'])
    expect(of(articles.plainMail)).toEqual(['2 z.txt'])
    expect(of(articles.written)).toEqual(['3 z.txt', '1 a.txt'])
    expect(of(articles.none)).toEqual(['1 z.txt'])
  })
  it('a row of history says what the ticket was right after it, also in an act that changes more', async () => {
    const { id } = await make.ticket()
    const queue = await make.queue({ name: 'Archiwum' })
    const all = await make.actor(await make.agent({ 1: ['rw'] }))
    await make.work(all, (work) => acts.answerTicket(work, id, { body: 'Gotowe.' }))
    await make.work(all, (work) => acts.moveTicket(work, id, queue))
    const [fresh, open] = [state['new']!, state['open']!]
    expect(
      (await history(id)).map((row) => [
        row.type,
        `${row.queue_id}`,
        `${row.owner_id ?? ''}`,
        row.priority_id,
        `${row.state_id}`,
        row.type_id,
      ]),
    ).toEqual([
      ['NewTicket', '4', '', 3, fresh, 1],
      ['EmailCustomer', '4', '', 3, fresh, 1],
      ['SendAnswer', '4', '', 3, fresh, 1],
      ['StateUpdate', '4', '', 3, open, 1],
      ['OwnerUpdate', '4', all.id, 3, open, 1],
      ['Lock', '4', all.id, 3, open, 1],
      ['Move', queue, all.id, 3, open, 1],
      ['OwnerUpdate', queue, '', 3, open, 1],
      ['Unlock', queue, '', 3, open, 1],
    ])
  })
  it('of tickets from before it was kept, when they were first answered and first closed is filled in from what stands there', async () => {
    const start = make.now
    const at = (minutes: number) => {
      make.now = new Date(start.getTime() + minutes * 60_000)
      return make.now
    }
    const close = (id: Id) => make.work(agent, (work) => acts.setState(work, id, { stateId: state['closed successful']! }))
    const open = (id: Id) => make.work(agent, (work) => acts.setState(work, id, { stateId: state['open']! }))
    const answer = (id: Id) => make.work(agent, (work) => acts.answerTicket(work, id, { body: 'Już.' }).then(() => work.act))
    const tickets: Record<string, Id> = {}
    for (const name of ['untouched', 'noted', 'answered twice', 'taken back', 'closed twice', 'closing taken back', 'held'])
      tickets[name] = (await make.ticket()).id
    await make.work(agent, (work) => acts.addNote(work, tickets['noted']!, { body: 'Tylko dla nas.' }))
    await make.work(agent, async (work) => acts.addNote(work, tickets['held']!, { body: 'Dla wszystkich.', visible: true }))
    await make.db.updateTable('article').set({ held_at: start, held_rule: 'x' }).where('ticket_id', '=', tickets['held']!).execute()
    const answered = at(10)
    await answer(tickets['answered twice']!)
    const act = await answer(tickets['taken back']!)
    await make.work(agent, (work) => undoAct(work, tickets['taken back']!, act))
    const closed = at(20)
    await close(tickets['closed twice']!)
    const closing = await make.work(agent, async (work) => {
      await acts.setState(work, tickets['closing taken back']!, { stateId: state['closed successful']! })
      return work.act
    })
    await make.work(agent, (work) => undoAct(work, tickets['closing taken back']!, closing))
    at(30)
    await answer(tickets['answered twice']!)
    await open(tickets['closed twice']!)
    at(40)
    await close(tickets['closed twice']!)
    tickets['made closed'] = (await make.ticket({ state: 'closed successful' })).id
    const made = make.now
    make.now = start
    const nothing = { first_response_at: null, first_closed_at: null }
    await make.db.updateTable('ticket').set(nothing).execute()
    const first = coreFills['0070_first_times']!
    await runFills({ db: make.db, clock: () => start }, { first })
    const found = await make.db.selectFrom('ticket').select(['id', 'first_response_at', 'first_closed_at']).execute()
    const of = (name: string) => {
      const { id: _, ...times } = found.find(({ id }) => id === tickets[name])!
      return times
    }
    for (const name of ['untouched', 'noted', 'taken back', 'closing taken back', 'held']) expect([name, of(name)]).toEqual([name, nothing])
    expect(of('answered twice')).toEqual({ ...nothing, first_response_at: answered })
    expect(of('closed twice')).toEqual({ ...nothing, first_closed_at: closed })
    expect(of('made closed')).toMatchObject({ first_closed_at: made })
  })
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
