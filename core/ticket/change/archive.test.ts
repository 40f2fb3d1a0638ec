import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../../test/make.ts'
import { saveSettings } from '../../administration/setting-admin.ts'
import type { Id } from '../../database/schema.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import { coreSettings } from '../../kernel/settings/core-settings.ts'
import { timeOfTicket, timeOfTickets } from '../../time/time.ts'
import { doToMany } from '../acts/many.ts'
import { prepareAct, type ActName } from '../acts/acts.ts'
import { countTickets } from '../ticket-count.ts'
import { listTickets } from '../ticket-list.ts'
import type { TicketFilter } from '../ticket-filter.ts'
import { findTicket } from '../ticket.store.ts'
import { clockJobs } from '../clock/jobs.ts'
import { touchSeen } from '../seen.ts'
import { archiveTicket } from './archive.ts'
import { answerTicket, createTicket, followUp, setState, spendTime, watchTicket } from './tickets.ts'
import { undoAct } from './undo.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
let agent: PersonActor
let demanding: Id

beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  demanding = await make.queue()
  await make.db.updateTable('queue').set({ ask_time: 'required' }).where('id', '=', demanding).execute()
  agent = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', login: 'jkowalski' }))
})
afterAll(() => database.close())
beforeEach(() => {
  make.now = TUESDAY
})

const CLOSED = '2'
const closed = async () => {
  const ticket = await make.ticket()
  await make.asSystem((work) => setState(work, ticket.id, { stateId: CLOSED }))
  return ticket
}
const archived = async () => {
  const ticket = await closed()
  await make.work(agent, (work) => archiveTicket(work, ticket.id, true))
  return ticket
}
const read = async (id: Id) => (await findTicket(make.db, id, null))!
const history = async (id: Id, type: string) =>
  (await make.db.selectFrom('history').select('name').where('ticket_id', '=', id).where('type', '=', type).orderBy('id').execute()).map(
    ({ name }) => name,
  )
const act = async (name: ActName, ticketId: Id, given: Record<string, unknown>) => {
  const doIt = (await prepareAct({ db: make.db }, name, given)) as (work: unknown, id: Id) => Promise<unknown>
  return make.work(agent, async (work) => {
    await doIt(work, ticketId)
    return work.act
  })
}

describe('the archive', () => {
  it('is left out of lists, counts and searches of agents unless it is asked for', async () => {
    const { id, number } = await archived()
    const other = await closed()
    const shows = async (filter: TicketFilter) => {
      const { tickets } = await listTickets(make.db, agent.access, 'ro', { filter, limit: 500 })
      expect(await countTickets(make.db, agent.access, 'ro', filter)).toBe(tickets.length)
      return tickets.map((ticket) => ticket.id)
    }
    for (const filter of [
      {},
      { search: number },
      { stateId: CLOSED },
      { queueIds: ['4'] },
      { stateTypes: ['closed'] },
    ] satisfies TicketFilter[]) {
      expect(await shows(filter), JSON.stringify(filter)).not.toContain(id)
      expect(await shows({ ...filter, archived: 'with' }), JSON.stringify(filter)).toContain(id)
      expect(await shows({ ...filter, archived: 'only' }), JSON.stringify(filter)).toEqual([id])
    }
    expect(await shows({})).toContain(other.id)
  })
  it('hides nothing from the customer, nor a message that waits for a decision', async () => {
    const { id, customerId } = await archived()
    const { access } = await make.actor(customerId)
    expect((await listTickets(make.db, access, 'see')).tickets.map((ticket) => ticket.id)).toEqual([id])
    await make.db.updateTable('ticket').set({ undelivered_at: make.now }).where('id', '=', id).execute()
    expect((await listTickets(make.db, agent.access, 'ro', { filter: { undelivered: true } })).tickets.map((ticket) => ticket.id)).toEqual([
      id,
    ])
  })
  it('takes finished tickets only', async () => {
    const { id } = await make.ticket()
    await expect(make.work(agent, (work) => archiveTicket(work, id, true))).rejects.toMatchObject({ code: 'ticket.archive-open' })
  })
  it("tells in OTRS's words, once, and forgets readers and watchers as the settings say", async () => {
    const { id } = await closed()
    await make.work(agent, (work) => watchTicket(work, id, true))
    await touchSeen(make.db, id, agent.id, make.now)
    await make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'archive.drop-watchers': false }))
    for (const [to, watching] of [
      [true, true],
      [true, true],
      [false, true],
    ] as const) {
      await make.work(agent, (work) => archiveTicket(work, id, to))
      expect((await findTicket(make.db, id, agent.id))!.ties.watching).toBe(watching)
    }
    expect(await make.db.selectFrom('ticket_seen').select('person_id').where('ticket_id', '=', id).execute()).toEqual([])
    await make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'archive.drop-watchers': undefined }))
    await make.work(agent, (work) => archiveTicket(work, id, true))
    expect((await findTicket(make.db, id, agent.id))!.ties.watching).toBe(false)
    expect(await history(id, 'ArchiveFlagUpdate')).toEqual(['%%y', '%%n', '%%y'])
  })
  it('lets go of a ticket that comes back to life, and has it again when that is taken back', async () => {
    const { id, customerId } = await archived()
    const customer = await make.actor(customerId)
    await make.work(customer, (work) =>
      followUp(work, id, {
        article: { channel: 'web', senderType: 'customer', visible: true, personId: customerId, subject: '', body: 'Wróciło.' },
      }),
    )
    expect([(await read(id)).archived, (await read(id)).stateType]).toEqual([false, 'open'])
    const again = await archived()
    const reopened = await act('reopen', again.id, {})
    expect((await read(again.id)).archived).toBe(false)
    await make.work(agent, (work) => undoAct(work, again.id, reopened))
    expect((await read(again.id)).archived).toBe(true)
  })
  it('takes many at once, each that is finished', async () => {
    const [a, b, open] = [await closed(), await closed(), await make.ticket()]
    const doIt = await prepareAct({ db: make.db }, 'archive', {})
    const many = await doToMany({ work: (actor, run) => make.work(actor, run) }, agent, (work, id) => doIt(work, id), [a.id, b.id, open.id])
    expect([many.done, many.refused.map(({ id, why }) => [id, why.code])]).toEqual([[a.id, b.id], [[open.id, 'ticket.archive-open']]])
  })
  it('takes by itself what was closed so many days ago, where that is wanted', async () => {
    const host = { db: make.db, clock: () => make.now, work: make.work } as unknown as Host
    const night = new Map(clockJobs(host)).get('ticket/archive')!
    const [old, open] = [await closed(), await make.ticket()]
    make.now = new Date(TUESDAY.getTime() + 31 * 24 * 3600 * 1000)
    const fresh = await closed()
    await night.run({}, { attempt: 1, lastAttempt: false })
    expect((await read(old.id)).archived).toBe(false)
    await make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'archive.after-days': 30 }))
    await night.run({}, { attempt: 1, lastAttempt: false })
    await make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'archive.after-days': undefined }))
    expect([(await read(old.id)).archived, (await read(open.id)).archived, (await read(fresh.id)).archived]).toEqual([true, false, false])
  })
})

describe('time spent', () => {
  const sum = async (id: Id) => (await timeOfTickets(make.db, [id])).get(id)
  it('is booked with an answer, a note, a closing, and by itself; history tells what and how much in all', async () => {
    const { id } = await make.ticket()
    await act('reply', id, { body: 'Już działa.', time: '15' })
    await act('note', id, { body: 'Restart.', time: '0,5' })
    await act('time', id, { time: 2.25 })
    await act('close', id, { how: 'successful', note: 'Koniec.', time: '1' })
    expect(await history(id, 'TimeAccounting')).toEqual(['%%15%%15', '%%0.5%%15.5', '%%2.25%%17.75', '%%1%%18.75'])
    const rows = await make.db
      .selectFrom('time_spent')
      .select(['article_id', 'person_id'])
      .where('ticket_id', '=', id)
      .orderBy('id')
      .execute()
    expect(rows.map((row) => [row.article_id !== null, row.person_id])).toEqual([
      [true, agent.id],
      [true, agent.id],
      [false, agent.id],
      [true, agent.id],
    ])
    expect((await timeOfTicket(make.db, id)).persons).toEqual([{ name: 'Jan Kowalski', units: 18.75 }])
  })
  it('goes with the act that booked it when that is taken back', async () => {
    const { id } = await make.ticket()
    await act('time', id, { time: '5' })
    const noted = await act('note', id, { body: 'Restart.', time: '10' })
    await make.work(agent, (work) => undoAct(work, id, noted))
    expect(await sum(id)).toBe(5)
  })
  it('must be said where the queue demands it and the form asked: nothing is written before that', async () => {
    const { id } = await make.ticket({ queueId: demanding })
    for (const [name, given] of [
      ['reply', { body: 'Już.' }],
      ['note', { body: 'Restart.' }],
      ['close', {}],
    ] as const) {
      await expect(act(name, id, { ...given, time: ' ' }), name).rejects.toMatchObject({ code: 'time.needed', field: 'time' })
    }
    await expect(
      act('new', null as never, { title: 'x', body: 'y', queue: demanding, who: 'nowa@uni.example', time: '' }),
    ).rejects.toMatchObject({ code: 'time.needed' })
    expect(await history(id, 'AddNote')).toEqual([])
    // Programs and mails are not asked.
    await act('note', id, { body: 'Restart.' })
    await act('close', id, { time: '3' })
    expect(await sum(id)).toBe(3)
  })
  it('comes along with a ticket that an agent enters', async () => {
    await act('new', null as never, {
      title: 'Telefon',
      body: 'Dzwoni.',
      queue: demanding,
      who: 'nowa@uni.example',
      channel: 'phone',
      time: '7',
    })
    const row = await make.db
      .selectFrom('time_spent')
      .innerJoin('article', 'article.id', 'time_spent.article_id')
      .select(['units', 'channel'])
      .where('units', '=', '7')
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ units: '7.00', channel: 'phone' })
  })
  it('asks the right to write a note', async () => {
    const { id } = await make.ticket()
    const stranger = await make.actor(await make.agent({ [await make.group()]: ['rw'] }))
    await expect(make.work(stranger, (work) => spendTime(work, id, 5))).rejects.toMatchObject({ code: 'not-found' })
    const reader = await make.actor(await make.agent({ 1: ['ro'] }))
    await expect(make.work(reader, (work) => spendTime(work, id, 5))).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(make.work(agent, (work) => spendTime(work, id, undefined))).rejects.toMatchObject({ code: 'time.units' })
  })
})

it('a lock is dated by who locks, and by a ticket that begins locked', async () => {
  const { id } = await make.asSystem((work) =>
    createTicket(work, {
      title: 'x',
      queueId: '4',
      customerId: null,
      ownerId: agent.id,
      article: { channel: 'internal', senderType: 'agent', visible: false, subject: 'x', body: 'x' },
    }),
  )
  expect((await read(id)).lockedAt).toEqual(TUESDAY)
  await make.work(agent, (work) => answerTicket(work, id, { body: 'Już.', state: { stateId: CLOSED } }))
  expect((await read(id)).lockedAt).toBeNull()
})
