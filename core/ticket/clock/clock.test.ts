import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../../test/make.ts'
import { saveSettings } from '../../administration/setting-admin.ts'
import { DEFAULT_CALENDAR } from '../../calendar/calendar.ts'
import type { Id } from '../../database/schema.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import { checkClockStopped } from '../../doctor/work.ts'
import { coreSettings } from '../../kernel/settings/core-settings.ts'
import { calendarOfQueue, calendarsOfQueues } from '../../queue/queues.ts'
import { findTicket } from '../ticket.store.ts'
import { addNote, answerTicket, followUp, releaseTicket, setState, takeTicket } from '../change/tickets.ts'
import { clockJobs } from './jobs.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
let agent: PersonActor
let queues: Record<'lets' | 'promises' | 'always', Id>
let jobs: Map<string, () => Promise<void>>

beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  queues = { lets: await make.queue(), promises: await make.queue(), always: await make.queue() }
  agent = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', login: 'jkowalski' }))
  const host = { db: make.db, clock: () => make.now, work: make.work, log: { debug() {} } } as unknown as Host
  jobs = new Map(clockJobs(host).map(([name, job]) => [name, () => job.run({}, { attempt: 1, lastAttempt: false })]))
})
afterAll(() => database.close())
beforeEach(() => {
  make.now = TUESDAY
})

const run = (name: string) => jobs.get(`ticket/${name}`)!()
/** A moment of the week of 16 November 2026, local: 'tue 10:15'. */
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'next mon', 'next tue']
const at = (text: string): Date => {
  const [, day, clock] = /^(.+) (\d\d:\d\d)$/.exec(text)!
  return new Date(`2026-11-${16 + DAYS.indexOf(day!)}T${clock}:00+01:00`)
}
const read = async (id: Id) => (await findTicket(make.db, id, null))!
const facts = async (id: Id, name: string) =>
  (
    await make.db
      .selectFrom('fact')
      .select(['name', 'data'])
      .where('ticket_id', '=', id)
      .where('name', 'like', name)
      .orderBy('id')
      .execute()
  ).map(({ name, data }) => [name.replace('ticket.', ''), data['deadline'] ?? data['until']])
const types = async (id: Id, like: string) =>
  (
    await make.db
      .selectFrom('history')
      .select(['type', 'name'])
      .where('ticket_id', '=', id)
      .where('type', 'like', like)
      .orderBy('id')
      .execute()
  ).map(({ type, name }) => `${type} ${name}`)
const settings = (values: Record<string, unknown>) => make.asSystem((work) => saveSettings(work, 'core', coreSettings, values))
async function calendar(hours: 'day and night' | 'never'): Promise<Id> {
  const all = hours === 'never' ? [] : [{ from: '00:00', to: '24:00' }]
  const week = Object.fromEntries(Object.keys(DEFAULT_CALENDAR.hours).map((day) => [day, all]))
  const definition = { ...DEFAULT_CALENDAR, name: `${hours} ${Math.random()}`, hours: week, cutOff: null, holidayCountry: null }
  const row = { name: definition.name, definition: JSON.stringify(definition) }
  return (
    await make.db
      .insertInto('calendar')
      .values(row as never)
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id
}

it('the calendars of all queues at once are those of each', async () => {
  const [above, own, off] = [await calendar('day and night'), await calendar('day and night'), await calendar('never')]
  await make.db.updateTable('calendar').set({ valid: false }).where('id', '=', off).execute()
  const unit = await make.unit()
  const below = await make.unit({ parentId: unit })
  const lowest = await make.unit({ parentId: below })
  await make.db.updateTable('unit').set({ calendar_id: above }).where('id', '=', unit).execute()
  await make.db.updateTable('unit').set({ calendar_id: off }).where('id', '=', lowest).execute()
  for (const unitId of [unit, below, lowest])
    for (const calendarId of [null, own, off]) {
      const id = await make.queue({ unitId })
      await make.db.updateTable('queue').set({ calendar_id: calendarId }).where('id', '=', id).execute()
    }
  const all = await calendarsOfQueues(make.db)
  const ids = (await make.db.selectFrom('queue').select('id').execute()).map(({ id }) => id)
  expect([...all.keys()].toSorted()).toEqual(ids.toSorted())
  for (const id of ids) expect([id, all.get(id)]).toEqual([id, await calendarOfQueue(make.db, id)])
  expect([...(await calendarsOfQueues(make.db, ids.slice(0, 2))).keys()].toSorted()).toEqual(ids.slice(0, 2).toSorted())
})

describe('a ticket put off until a date', () => {
  const put = async (stateName: string, until: Date, queueId: Id = '4') => {
    const { id } = await make.ticket({ queueId })
    const state = await make.db.selectFrom('ticket_state').select('id').where('name', '=', stateName).executeTakeFirstOrThrow()
    await make.asSystem((work) => setState(work, id, { stateId: state.id, pendingUntil: until }))
    return id
  }

  it('is reminded of once, while somebody works who could do something', async () => {
    const id = await put('pending reminder', at('sat 09:00'))
    make.now = at('sat 09:30')
    await run('remind')
    expect(await facts(id, 'ticket.reminder%')).toEqual([])
    make.now = at('next mon 07:05')
    await run('remind')
    await run('remind')
    expect(await facts(id, 'ticket.reminder%')).toEqual([['reminder-due', '2026-11-21T08:00:00.000Z']])
    expect(await types(id, 'Misc')).toEqual(['Misc %%reminder due'])
    expect((await read(id)).stateType).toBe('pending reminder')
  })
  it('is reminded of anew when it is put off again, and by the calendar of its queue', async () => {
    const queueId = queues.always
    await make.db
      .updateTable('queue')
      .set({ calendar_id: await calendar('day and night') })
      .where('id', '=', queueId)
      .execute()
    const id = await put('pending reminder', at('sat 09:00'), queueId)
    make.now = at('sat 09:30')
    await run('remind')
    const state = (await read(id)).stateId
    await make.asSystem((work) => setState(work, id, { stateId: state, pendingUntil: at('sun 09:00') }))
    make.now = at('sun 09:01')
    await run('remind')
    expect(await facts(id, 'ticket.reminder%')).toHaveLength(2)
  })
  it('closes as its state says, unlocked', async () => {
    const good = await put('pending auto close+', at('wed 10:00'))
    const bad = await put('pending auto close-', at('wed 10:00'))
    await make.work(agent, (work) => takeTicket(work, good))
    make.now = at('wed 10:00')
    await run('pending')
    expect([(await read(good)).stateName, (await read(good)).lock, (await read(good)).lockedAt]).toEqual([
      'closed successful',
      'unlock',
      null,
    ])
    expect((await read(bad)).stateName).toBe('closed unsuccessful')
  })
  it('nothing happens while the clock is stopped, and all of it afterwards', async () => {
    const id = await put('pending auto close+', at('wed 10:00'))
    make.now = at('thu 10:00')
    await settings({ 'clock.stopped': true })
    for (const name of jobs.keys()) await jobs.get(name)!()
    const found = async () => (await checkClockStopped({ database, config: make.config, now: make.now, owners: [] }))[0]?.state
    expect(await found()).toBe('warn')
    expect((await read(id)).stateType).toBe('pending auto')
    await settings({ 'clock.stopped': undefined })
    expect(await found()).toBe('ok')
    await run('pending')
    expect((await read(id)).stateType).toBe('closed')
  })
})

describe('a lock', () => {
  let queueId: Id
  beforeAll(async () => {
    queueId = queues.lets
    await make.db.updateTable('queue').set({ unlock_minutes: 60 }).where('id', '=', queueId).execute()
  })
  const taken = async () => {
    make.now = at('fri 14:30')
    const { id, customerId } = await make.ticket({ queueId })
    await make.work(agent, (work) => takeTicket(work, id))
    return { id, customer: await make.actor(customerId) }
  }
  const lockAt = async (id: Id, when: string) => {
    make.now = at(when)
    await run('unlock')
    return (await read(id)).lock
  }

  it('is let go after the working minutes of its queue; the owner stays, and history says why', async () => {
    const { id } = await taken()
    expect((await read(id)).lockedAt).toEqual(at('fri 14:30'))
    expect([await lockAt(id, 'sun 20:00'), await lockAt(id, 'next mon 07:29')]).toEqual(['lock', 'lock'])
    expect(await lockAt(id, 'next mon 07:30')).toBe('unlock')
    const { ownerId, lockedAt } = await read(id)
    expect([ownerId, lockedAt]).toEqual([agent.id, null])
    const row = await make.db
      .selectFrom('history')
      .select(['name', 'reason'])
      .where('ticket_id', '=', id)
      .where('type', '=', 'Unlock')
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ name: '%%unlock', reason: { step: 'lock', decided: 'unlock', rule: 'unlock-timeout', detail: '60' } })
  })
  it.each([
    ['a note of an agent', ({ id }: { id: Id }) => make.work(agent, (work) => addNote(work, id, { body: 'Sprawdzam.' }))],
    ['an answer', ({ id }: { id: Id }) => make.work(agent, (work) => answerTicket(work, id, { body: 'Już działa.' }))],
  ])('counts anew from %s', async (_what, act) => {
    const { id } = await taken()
    make.now = at('fri 15:00')
    await act({ id })
    expect([await lockAt(id, 'next mon 07:59'), await lockAt(id, 'next mon 08:00')]).toEqual(['lock', 'unlock'])
  })
  it('counts anew from the first thing the customer writes to an answer, and not from a message before one', async () => {
    const { id, customer } = await taken()
    const write = (ticketId: Id) =>
      make.work(customer, (work) =>
        followUp(work, ticketId, {
          article: { channel: 'web', senderType: 'customer', visible: true, personId: customer.id, subject: '', body: 'Nadal nie.' },
        }),
      )
    make.now = at('fri 14:40')
    await make.work(agent, (work) => answerTicket(work, id, { body: 'Proszę spróbować.' }))
    make.now = at('next mon 07:20')
    await write(id)
    make.now = at('next mon 07:50')
    await write(id)
    expect([await lockAt(id, 'next mon 08:19'), await lockAt(id, 'next mon 08:20')]).toEqual(['lock', 'unlock'])
  })
  it('is not asked about where the queue lets none go, the ticket waits, or it was given back', async () => {
    make.now = at('mon 08:00')
    const elsewhere = await make.ticket()
    await make.work(agent, (work) => takeTicket(work, elsewhere.id))
    const { id } = await taken()
    await make.work(agent, (work) => setState(work, id, { stateId: '20', pendingUntil: null }))
    const back = await taken()
    await make.work(agent, (work) => releaseTicket(work, back.id))
    expect((await read(back.id)).lockedAt).toBeNull()
    expect([await lockAt(elsewhere.id, 'next tue 12:00'), await lockAt(id, 'next tue 12:00')]).toEqual(['lock', 'lock'])
  })
})

describe('a deadline', () => {
  let queueId: Id
  beforeAll(async () => {
    queueId = queues.promises
    await make.db
      .updateTable('queue')
      .set({ first_response_minutes: 240, first_response_notify: 75, solution_minutes: 480 })
      .where('id', '=', queueId)
      .execute()
  })
  const due = async (columns: { response_due_at?: Date | null; solution_due_at?: Date | null; due_at: Date | null }, id?: Id) => {
    const ticket = id ?? (await make.ticket({ queueId })).id
    const none = { response_due_at: null, update_due_at: null, solution_due_at: null }
    await make.db
      .updateTable('ticket')
      .set({ ...(id ? {} : none), ...columns })
      .where('id', '=', ticket)
      .execute()
    return ticket
  }
  const tell = async (when: string) => {
    make.now = at(when)
    await run('deadlines')
  }
  const told = (id: Id) => facts(id, 'ticket.deadline%')

  it('is near when no more than its per cent of the promised minutes are left, missed when it passes; each is told once', async () => {
    // 60 of 240 working minutes before Wednesday 7:30: from Tuesday 14:30.
    const id = await due({ response_due_at: at('wed 07:30'), due_at: at('wed 07:30') })
    await tell('tue 14:29')
    expect(await told(id)).toEqual([])
    await tell('tue 14:30')
    await tell('tue 14:31')
    expect(await told(id)).toEqual([['deadline-near', 'response']])
    await tell('wed 07:30')
    await tell('wed 07:31')
    expect(await told(id)).toEqual([
      ['deadline-near', 'response'],
      ['deadline-missed', 'response'],
    ])
    expect(await types(id, 'Escalation%')).toEqual([
      'EscalationResponseTimeNotifyBefore %%EscalationResponseTimeNotifyBefore%%triggered',
      'EscalationResponseTimeStart %%EscalationResponseTimeStart%%triggered',
    ])
  })
  it('is told of in working time alone, and without a warning where no per cent is said', async () => {
    const id = await due({ solution_due_at: at('fri 15:00'), due_at: at('fri 15:00') })
    await tell('fri 14:59')
    expect(await told(id)).toEqual([])
    await tell('sat 12:00')
    expect(await told(id)).toEqual([])
    await tell('next mon 07:01')
    expect(await told(id)).toEqual([['deadline-missed', 'solution']])
  })
  it('is told of again as often as the setting says', async () => {
    const id = await due({ response_due_at: at('tue 08:00'), due_at: at('tue 08:00') })
    await settings({ 'deadlines.repeat-minutes': 30 })
    for (const when of ['tue 08:05', 'tue 08:20', 'tue 08:35', 'tue 08:40']) await tell(when)
    await settings({ 'deadlines.repeat-minutes': undefined })
    expect(await told(id)).toHaveLength(2)
  })
  it('another deadline begins anew', async () => {
    const id = await due({ response_due_at: at('tue 08:00'), due_at: at('tue 08:00') })
    await tell('tue 08:05')
    await due({ response_due_at: at('tue 09:00'), due_at: at('tue 09:00') }, id)
    await tell('tue 09:05')
    expect(await told(id)).toHaveLength(2)
  })
  it('stops to be missed by what was done to the ticket, and not by an edit of the rules', async () => {
    const late = async () => {
      const id = await due({ response_due_at: at('tue 08:00'), due_at: at('tue 08:00') })
      await tell('tue 08:05')
      return id
    }
    const answered = await late()
    const edited = await late()
    make.now = at('tue 08:20')
    await make.work(agent, (work) => answerTicket(work, answered, { body: 'Już działa.' }))
    await due({ response_due_at: null, due_at: null }, answered)
    await due({ response_due_at: at('thu 08:00'), due_at: at('thu 08:00') }, edited)
    // It was only near: nothing stops.
    const near = await due({ response_due_at: at('tue 09:00'), due_at: at('tue 09:00') })
    await tell('tue 08:30')
    await due({ response_due_at: null, due_at: null }, near)
    await tell('tue 08:31')
    expect([(await told(answered)).at(-1), (await told(edited)).at(-1), (await told(near)).at(-1)]).toEqual([
      ['deadline-stopped', 'response'],
      ['deadline-missed', 'response'],
      ['deadline-near', 'response'],
    ])
    expect(await types(answered, 'Escalation%Stop')).toEqual(['EscalationResponseTimeStop %%EscalationResponseTimeStop%%triggered'])
  })
  it('counts by the SLA of the ticket, with its own calendar, where it has one and services are used; else by its queue', async () => {
    const sla = await make.db
      .insertInto('sla')
      .values({ name: 'Całą dobę', calendar_id: await calendar('day and night'), first_response_minutes: 60, first_response_notify: 50 })
      .returning('id')
      .executeTakeFirstOrThrow()
    const id = await due({ response_due_at: at('sat 12:00'), due_at: at('sat 12:00') })
    await make.db.updateTable('ticket').set({ sla_id: sla.id }).where('id', '=', id).execute()
    // Without services it is its queue's, where nobody works on a Saturday.
    await tell('sat 11:45')
    expect(await told(id)).toEqual([])
    await settings({ 'tickets.services': true })
    await tell('sat 11:29')
    expect(await told(id)).toEqual([])
    await tell('sat 11:30')
    expect(await told(id)).toEqual([['deadline-near', 'response']])
    // An SLA that promises nothing hides nothing of the queue's where services are not used.
    await settings({ 'tickets.services': undefined })
    await make.db.updateTable('sla').set({ first_response_minutes: null }).where('id', '=', sla.id).execute()
    await due({ response_due_at: at('wed 08:00'), due_at: at('wed 08:00') }, id)
    await tell('wed 08:05')
    expect((await told(id)).at(-1)).toEqual(['deadline-missed', 'response'])
  })
  it('nobody is told of a ticket that is done with', async () => {
    const id = await due({ response_due_at: at('tue 08:00'), due_at: at('tue 08:00') })
    await make.work(agent, (work) => setState(work, id, { stateId: '2' }))
    await due({ response_due_at: at('tue 08:00'), due_at: at('tue 08:00') }, id)
    await tell('tue 08:05')
    expect(await told(id)).toEqual([])
  })
  it('nobody is told of a ticket that the clock closes in the same minute, whichever of the jobs comes first', async () => {
    make.now = at('tue 07:30')
    const { id } = await make.ticket({ queueId })
    const { id: stateId } = await make.db
      .selectFrom('ticket_state')
      .select('id')
      .where('name', '=', 'pending auto close+')
      .executeTakeFirstOrThrow()
    await make.asSystem((work) => setState(work, id, { stateId, pendingUntil: at('tue 09:00') }))
    await due({ solution_due_at: at('tue 08:00'), due_at: at('tue 08:00') }, id)
    await tell('tue 09:00')
    expect(await told(id)).toEqual([])
    expect((await read(id)).stateName).toBe('closed successful')
  })
})
