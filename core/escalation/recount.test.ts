import { randomUUID } from 'node:crypto'
import { DateTime } from 'luxon'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { listenTo, type Listener } from '../../test/golden/statements.ts'
import { maker, type Maker } from '../../test/make.ts'
import { saveSettings } from '../administration/setting-admin.ts'
import { createCalendar, editCalendar } from '../calendar/calendar-admin.ts'
import { DEFAULT_CALENDAR } from '../calendar/calendar.ts'
import type { Database, Id } from '../database/schema.ts'
import type { PersonActor } from '../kernel/actor.ts'
import type { Host } from '../kernel/contract.ts'
import { yesNo } from '../kernel/settings/settings.ts'
import { findAdminQueue } from '../queue/queue-admin.ts'
import { changeByHeaders } from '../ticket/change/change-by-headers.ts'
import { acceptHeld, holdMessage } from '../ticket/change/held.ts'
import * as acts from '../ticket/change/tickets.ts'
import { undoAct } from '../ticket/change/undo.ts'
import { findTicket, listStates } from '../ticket/ticket.store.ts'
import { setUnitCalendar } from '../unit/units.ts'
import type { Live } from '../kernel/live.ts'
import { ADMINISTERED, makeMemory } from '../run/memory.ts'
import { keptSources } from './kept-sources.ts'
import { findRecount, runRecount } from './recount-job.ts'
import { deadlinesOfTicket, recount, touchDeadlines } from './recount.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
let listener: Listener
let jan: PersonActor
let admin: PersonActor
let state: Record<string, Id>
/** Response 240, update 480, solution 960; by the installation's calendar: Mon–Fri 7–15. */
let queue: Id
/** Promises nothing. */
let quiet: Id
beforeAll(async () => {
  database = await testDatabase()
  listener = listenTo(database.pool)
  make = await maker(database.db)
  queue = await make.queue({ name: 'Z terminami' })
  quiet = await make.queue({ name: 'Bez terminów' })
  await promise('queue', queue, { first_response_minutes: 240, update_minutes: 480, solution_minutes: 960 })
  jan = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', login: 'jkowalski' }))
  admin = await make.actor(await make.agent({ 1: ['rw'], 2: ['rw'] }))
  state = Object.fromEntries((await listStates(make.db)).map((row) => [row.name, row.id]))
})
afterAll(() => database.close())
beforeEach(() => at('2026-11-16T08:00'))

const moment = (local: string) => DateTime.fromISO(local, { zone: 'Europe/Warsaw' }).toJSDate()
const at = (local: string) => {
  make.now = moment(local)
}
const local = (date: Date | null) => (date ? DateTime.fromJSDate(date, { zone: 'Europe/Warsaw' }).toFormat('ccc HH:mm') : null)

type Columns = Partial<Pick<Database['queue'], 'first_response_minutes' | 'update_minutes' | 'solution_minutes'>>
const promise = (table: 'queue' | 'sla', id: Id, columns: { [K in keyof Columns]: number | null }) =>
  make.db.updateTable(table).set(columns).where('id', '=', id).execute()
const sla = async (name: string, minutes: number, calendarId: Id | null = null) =>
  (
    await make.db
      .insertInto('sla')
      .values({ name, calendar_id: calendarId, first_response_minutes: minutes })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id

/** Response, update, solution, the earliest; and whether it is suspended. */
async function kept(id: Id) {
  const row = await make.db.selectFrom('ticket').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  return [row.response_due_at, row.update_due_at, row.solution_due_at, row.due_at]
    .map(local)
    .concat(row.suspended === null ? '–' : String(row.suspended))
}
const ticket = async (more: Parameters<Maker['ticket']>[0] = {}) => (await make.ticket({ queueId: queue, ...more })).id
/** Of a ticket that came on Monday at 8:00. */
const RUNS = ['Mon 12:00', 'Tue 08:00', 'Wed 08:00', 'Mon 12:00', 'false']

describe('deadlines kept with a ticket', () => {
  it('are there from the start, and not where nothing is promised', async () => {
    expect(await kept(await ticket())).toEqual(RUNS)
    expect(await kept(await ticket({ queueId: quiet }))).toEqual([null, null, null, null, '–'])
  })

  it('are counted as the ticket is made as they are counted of one that stands', async () => {
    const words = { subject: 'Nie działa', body: 'Nie działa.' }
    const first = (channel: 'email' | 'phone' | 'internal', senderType: 'customer' | 'agent' | 'system', visible: boolean) => ({
      channel,
      senderType,
      visible,
      ...words,
    })
    const made: Id[] = []
    for (const now of ['2026-11-14T12:00', '2026-11-16T08:00', '2026-11-16T16:30']) {
      for (const hoursAgo of [0, 3]) {
        for (const article of [
          first('email', 'customer', true),
          first('phone', 'agent', true),
          first('internal', 'agent', false),
          first('internal', 'system', true),
        ]) {
          for (const name of ['new', 'open', 'closed successful', 'pending reminder', 'waiting for customer']) {
            at(now)
            const arrivedAt = new Date(make.now.getTime() - hoursAgo * 3_600_000)
            const pending = name.startsWith('pending') ? { pendingUntil: new Date(make.now.getTime() + 86_400_000) } : {}
            const wanted = { title: 'Nie działa', queueId: queue, customerId: null, arrivedAt, state: name, ...pending, article }
            made.push((await make.asSystem((work) => acts.createTicket(work, wanted))).id)
          }
        }
      }
    }
    expect(new Set(await Promise.all(made.map(async (id) => String(await kept(id))))).size).toBeGreaterThan(10)
    expect(await recount(make.db, made, make.now)).toBe(0)
  })

  it('end with an answer and with closing, and live again when these are taken back', async () => {
    const id = await ticket()
    let act = ''
    at('2026-11-16T09:00')
    await make.work(jan, async (work) => {
      act = work.act
      await acts.addNote(work, id, { body: 'Już patrzę.', visible: true })
    })
    expect(await kept(id)).toEqual([null, 'Tue 09:00', 'Wed 08:00', 'Tue 09:00', 'false'])
    expect((await findTicket(make.db, id, null))?.firstResponseAt).toEqual(make.now)
    await make.work(jan, (work) => undoAct(work, id, act))
    expect(await kept(id)).toEqual(RUNS)
    expect((await findTicket(make.db, id, null))?.firstResponseAt).toBeNull()

    await make.work(jan, async (work) => {
      act = work.act
      await acts.setState(work, id, { stateId: state['closed successful']! })
    })
    expect(await kept(id)).toEqual([null, null, null, null, '–'])
    await make.work(jan, (work) => undoAct(work, id, act))
    expect(await kept(id)).toEqual(RUNS)
  })

  it('come back when a ticket is opened again, but a solution is done once', async () => {
    const id = await ticket()
    at('2026-11-16T10:00')
    await make.work(jan, (work) => acts.setState(work, id, { stateId: state['closed successful']! }))
    at('2026-11-17T08:00')
    await make.asSystem((work) =>
      acts.followUp(work, id, {
        article: { channel: 'email', senderType: 'customer', visible: true, subject: 'Re', body: 'Nadal nie działa.' },
      }),
    )
    expect(await kept(id)).toEqual(['Mon 12:00', 'Tue 08:00', null, 'Mon 12:00', 'false'])
    expect((await findTicket(make.db, id, null))?.firstClosedAt).toEqual(moment('2026-11-16T10:00'))
  })

  it('stand still while a state suspends them, and go on with what was left', async () => {
    const id = await ticket()
    at('2026-11-16T10:00')
    await make.work(jan, (work) => acts.setState(work, id, { stateId: state['waiting for customer']! }))
    expect(await kept(id)).toEqual([null, null, null, null, 'true'])
    const { deadlines } = (await deadlinesOfTicket(make.db, id, make.now))!
    expect(deadlines).toMatchObject({
      response: { is: 'stopped', left: 120 },
      update: { is: 'off', why: 'pending' },
      solution: { left: 840 },
    })
    at('2026-11-17T12:00')
    await make.work(jan, (work) => acts.setState(work, id, { stateId: state['open']! }))
    // 120 minutes from 12:00; the solution as in the twelfth example.
    expect(await kept(id)).toEqual(['Tue 14:00', 'Wed 10:00', 'Thu 10:00', 'Tue 14:00', 'false'])
  })

  it('that had passed before are none meanwhile where the installation says so: all tickets that stand still are counted again', async () => {
    const id = await ticket()
    at('2026-11-16T13:00')
    await make.work(jan, (work) => acts.setState(work, id, { stateId: state['waiting for customer']! }))
    // Left out by OTRS's own rule: what was late stays late.
    const late = ['Mon 12:00', null, null, 'Mon 12:00', 'true']
    expect(await kept(id)).toEqual(late)
    const say = (on: boolean) =>
      make.work(admin, (work) =>
        saveSettings(work, 'core', { 'deadlines.suspend-cancels': yesNo('', false) }, { 'deadlines.suspend-cancels': on }),
      )
    await say(true)
    await runAsked()
    expect(await kept(id)).toEqual([null, null, null, null, 'true'])
    expect((await deadlinesOfTicket(make.db, id, make.now))!.deadlines.response).toEqual({ is: 'off', minutes: 240, why: 'suspended' })
    await say(false)
    await runAsked()
    expect(await kept(id)).toEqual(late)
  })

  it('count by the queue that the ticket is in, from its creation', async () => {
    const id = await ticket({ queueId: quiet })
    at('2026-11-16T09:00')
    await make.work(jan, (work) => acts.moveTicket(work, id, queue))
    expect(await kept(id)).toEqual(RUNS)
    await make.asSystem((work) => changeByHeaders(work, id, { queue: { id: quiet, name: 'Bez terminów' } }))
    expect(await kept(id)).toEqual([null, null, null, null, '–'])
  })

  it('ask for nothing of a message that is held, and for its update once it is accepted', async () => {
    const id = await ticket()
    at('2026-11-16T11:00')
    await make.work(jan, (work) => acts.addNote(work, id, { body: 'Już patrzę.', visible: true }))
    at('2026-11-16T12:00')
    const held = {
      channel: 'email',
      senderType: 'customer',
      visible: true,
      subject: 'Re',
      body: 'Ja też.',
      held: { rule: 'stranger', decision: null },
    } as const
    const article = await make.asSystem((work) => holdMessage(work, id, held))
    expect((await kept(id))[1]).toBe('Tue 11:00')
    at('2026-11-16T13:00')
    await make.work(jan, (work) => acceptHeld(work, id, article))
    expect((await kept(id))[1]).toBe('Tue 12:00')
  })

  it('are those of the SLA where the ticket has one, by its own calendar or that of the installation', async () => {
    const allDay = [{ from: '00:00', to: '24:00' }]
    const hours = { mon: allDay, tue: allDay, wed: allDay, thu: allDay, fri: allDay, sat: allDay, sun: allDay }
    const always = await make.work(admin, (work) =>
      createCalendar(work, { ...DEFAULT_CALENDAR, name: 'zawsze', hours, cutOff: null, holidayCountry: null }),
    )
    const id = await ticket()
    const set = async (slaId: Id) => {
      await make.db.updateTable('ticket').set({ sla_id: slaId }).where('id', '=', id).execute()
      await make.asSystem(async (work) => touchDeadlines(work, id))
    }
    // Where services are not used SLAs do not count; they do as soon as somebody switches them on.
    await set(await sla('Premium', 600, always))
    expect(await kept(id)).toEqual(RUNS)
    const declared = { 'tickets.services': yesNo('x', false) }
    await make.work(admin, (work) => saveSettings(work, 'core', declared, { 'tickets.services': true }))
    await runAsked()
    // Nothing is filled up from the queue.
    expect(await kept(id)).toEqual(['Mon 18:00', null, null, 'Mon 18:00', 'false'])
    await make.db.updateTable('queue').set({ calendar_id: always }).where('id', '=', queue).execute()
    await set(await sla('Zwykła', 600))
    expect(await kept(id)).toEqual(['Tue 10:00', null, null, 'Tue 10:00', 'false'])
    await make.db.updateTable('queue').set({ calendar_id: null }).where('id', '=', queue).execute()
  })

  it('cost no statement where nothing is promised, and one where it is', async () => {
    const statements = async (queueId: Id) => {
      const id = await ticket({ queueId })
      return (await listener.hear(() => make.work(jan, (work) => acts.addNote(work, id, { body: 'Już patrzę.', visible: true }))))
        .statements
    }
    const [promised, not] = [await statements(queue), await statements(quiet)]
    expect(promised.length - not.length).toBe(1)
    expect(promised.filter((one) => one.includes('wanted_tickets')).length).toBe(1)
  })
})

/** Runs what the edit asked for, as the worker does. */
async function runAsked(): Promise<void> {
  const { rows } = await database.pool.query<{ payload: unknown }>(
    `select j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'escalation/recount' order by j.id`,
  )
  await database.pool.query(
    `delete from graphile_worker._private_jobs where task_id in (select id from graphile_worker._private_tasks where identifier = 'escalation/recount')`,
  )
  expect(rows.length).toBeGreaterThan(0)
  const host = { work: make.work } as unknown as Host
  for (const { payload } of rows) await runRecount(host, payload)
}

describe('after an edit', () => {
  const editedQueue = async () => (await findAdminQueue(make.db, queue))!

  it('of a calendar the tickets that go by it are counted again, and it is told how many moved', async () => {
    const own = await make.work(admin, (work) => createCalendar(work, { ...DEFAULT_CALENDAR, name: 'od ósmej' }))
    const unitId = await make.unit()
    const there = await make.queue({ unitId })
    await promise('queue', there, { first_response_minutes: 240 })
    await make.work(admin, (work) => setUnitCalendar(work, unitId, own))
    await runAsked()
    const [first, answered, elsewhere] = [await ticket({ queueId: there }), await ticket({ queueId: there }), await ticket()]
    await make.asSystem((work) => acts.addNote(work, answered, { body: 'Już patrzę.', visible: true }))

    const half = [{ from: '10:00', to: '15:00' }]
    const hours = { ...DEFAULT_CALENDAR.hours, mon: half }
    await make.work(admin, (work) => editCalendar(work, own, { ...DEFAULT_CALENDAR, name: 'od ósmej', hours }, true))
    await runAsked()
    expect((await kept(first))[0]).toBe('Mon 14:00')
    expect(await findRecount(make.db, { what: 'calendar', id: own })).toMatchObject({ looked: 2, moved: 1, doneAt: make.now })
    expect((await kept(elsewhere))[0]).toBe('Mon 12:00')
    const told = await make.db
      .selectFrom('fact')
      .select('data')
      .where('name', '=', 'deadlines.recounted')
      .orderBy('id', 'desc')
      .executeTakeFirst()
    expect(told?.data).toEqual({ what: 'calendar', id: own, looked: 2, moved: 1 })

    // The unit goes by the installation's again.
    await make.work(admin, (work) => setUnitCalendar(work, unitId, null))
    await runAsked()
    expect((await kept(first))[0]).toBe('Mon 12:00')
    expect(await findRecount(make.db, { what: 'unit', id: unitId })).toMatchObject({ looked: 2, moved: 1 })
  })

  it('it goes on where it was cut off, and begins anew for another edit', async () => {
    const first = await ticket()
    await make.db.updateTable('ticket').set({ response_due_at: null }).where('id', '=', first).execute()
    const asked = { what: 'queue', id: queue, act: randomUUID(), at: make.now.toISOString() }
    const stop = new Error('cut off')
    let steps = 0
    const host = {
      work: (...given: Parameters<Maker['work']>) => (steps++ === 0 ? make.work(...given) : Promise.reject(stop)),
    } as unknown as Host
    await runRecount(host, asked)
    const done = (await findRecount(make.db, { what: 'queue', id: queue }))!
    expect(done).toMatchObject({ moved: 1 })
    // The same request once more finds it done.
    await runRecount({ work: make.work } as unknown as Host, asked)
    expect(await findRecount(make.db, { what: 'queue', id: queue })).toEqual(done)
    await runRecount({ work: make.work } as unknown as Host, { ...asked, act: randomUUID() })
    expect(await findRecount(make.db, { what: 'queue', id: queue })).toMatchObject({ moved: 0, looked: done.looked })
    expect((await editedQueue()).open).toBe(done.looked)
  })
})

describe('whose promise it is, from memory', () => {
  it('is asked once for all lists, and again when something of administration was changed', async () => {
    let tell: Parameters<Live['subscribe']>[0] = () => {}
    const live: Live = {
      subscribe(listener) {
        tell = listener
        return () => {}
      },
      stop: async () => {},
    }
    const own = await make.queue({ name: 'Z pamięci' })
    await promise('queue', own, { first_response_minutes: 60 })
    const row = { id: '1', queueId: own, slaId: null, dueAt: moment('2026-11-16T09:00'), suspended: null }
    const host = { db: make.db, remembered: makeMemory(live, ADMINISTERED).remembered }
    const promised = async () => (await keptSources(host, [row])).get('1')?.rule.response.minutes
    expect(await promised()).toBe(60)
    await promise('queue', own, { first_response_minutes: 90 })
    expect(await listener.hear(promised)).toEqual({ value: 60, statements: [] })
    tell({ fact: 'ticket.moved', ticket: '1' })
    expect(await promised()).toBe(60)
    tell({ fact: 'admin.changed' })
    expect(await promised()).toBe(90)
    expect((await keptSources(host, [{ ...row, dueAt: null }])).size).toBe(0)
  })
})
