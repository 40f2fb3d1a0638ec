import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { revertEvent, sayLines, saying } from '../../core/administration.ts'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { findTicket, listEvents, setState, type Id, type PersonActor } from '../../core/index.ts'
import { prepareAct } from '../../core/ticket/acts/acts.ts'
import { setTitle } from '../../core/ticket/change/tickets.ts'
import { TUESDAY } from '../../test/make.ts'
import { openSite, type Site } from '../../test/web.ts'
import automationPlugin from './index.tsx'
import { saveRule, switchRule, type RuleForm } from './rule.ts'
import { findRule, listRules, listRuns, ticketsOfRun } from './rules.store.ts'
import { isDue, lastDue, type Schedule } from './schedule.ts'

let site: Site
let admin: PersonActor
let last: Id = '0'
beforeAll(async () => {
  site = await openSite([automationPlugin])
  admin = await site.make.actor(await site.make.agent({ 1: ['rw'], 2: ['rw'] }))
  await site.make.asSystem((work) => setActivation(work, 'automation', '1', true))
})
afterAll(() => site.close())
beforeEach(async () => {
  site.make.now = TUESDAY
  await sql`delete from automation_rule`.execute(site.make.db)
  last = (await facts('0')).at(-1)?.id ?? '0'
})

const facts = async (after: Id) =>
  (await site.make.db.selectFrom('fact').select(['id', 'name']).where('id', '>', after).orderBy('id').execute()) as {
    id: Id
    name: string
  }[]
/** Tells the plugin all that happened since, what its rules do included. */
async function deliver(): Promise<number> {
  let told = 0
  for (let found = await facts(last); found.length > 0 && told < 500; found = await facts(last)) {
    for (const { id, name } of found) {
      last = id
      // What rules did is asked for as jobs; here each is told in its turn.
      await sql`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs where task_identifier = 'fact/deliver'))`.execute(
        site.make.db,
      )
      if (!name.startsWith('ticket.') && !name.startsWith('article.')) continue
      await site.kernel.jobs.get('fact/deliver')!.run({ fact: id, subscriber: 'automation' }, { attempt: 1, lastAttempt: false })
      told++
    }
  }
  return told
}
const job = (name: string, payload: Record<string, unknown> = {}) =>
  site.kernel.jobs.get(name)!.run(payload, { attempt: 1, lastAttempt: false })

const BLANK: RuleForm = {
  name: 'Reguła',
  comment: '',
  valid: true,
  wakes: { facts: [] },
  filter: {},
  acts: [],
  most: 10_000,
  hourly: 1000,
}
const make = (form: Partial<RuleForm>, { unitId = null, by = admin }: { unitId?: Id | null; by?: PersonActor } = {}) =>
  site.make.work(by, (work) => saveRule(work, unitId, null, { ...BLANK, ...(unitId === null ? {} : { most: 1000 }), ...form }))
const rule = async (id: Id) => (await findRule(site.make.db, id))!
const ticket = async (id: Id) => (await findTicket(site.make.db, id, null))!
const toFive = { act: 'priority', given: { priority: '5' } } as const
const history = async (id: Id) =>
  site.make.db.selectFrom('history').select(['type', 'name', 'reason', 'person_id']).where('ticket_id', '=', id).orderBy('id').execute()
const at = (minutes: number) => new Date(TUESDAY.getTime() + minutes * 60_000)

describe('woken by facts', () => {
  it('does it to each new ticket that it means, as the program, and history says which rule it was (G13)', async () => {
    const queueId = await site.make.queue()
    await make({ name: 'Pilne', wakes: { facts: ['ticket.created'] }, filter: { is: { queue: [queueId] } }, acts: [toFive] })
    const tickets = [await site.make.ticket({ queueId }), await site.make.ticket({ queueId }), await site.make.ticket()]
    await deliver()
    expect(await Promise.all(tickets.map(async ({ id }) => (await ticket(id)).priorityId))).toEqual(['5', '5', '3'])
    const rows = await history(tickets[0]!.id)
    expect(rows.filter(({ type }) => type === 'PriorityUpdate')).toEqual([
      expect.objectContaining({
        person_id: null,
        reason: { step: 'rule', decided: 'done', rule: 'automation', detail: expect.stringContaining('„Pilne”') },
      }),
    ])
    // Only what the rule did says so.
    expect(rows.find(({ type }) => type === 'NewTicket')!.reason).toBeNull()
  })

  it('is told of what happened since it was switched on, nothing of before, and nothing twice', async () => {
    const before = await site.make.ticket()
    const id = await make({ valid: false, wakes: { facts: ['ticket.created'] }, acts: [{ act: 'note', given: { body: 'x' } }] })
    site.make.now = at(1)
    await site.make.work(admin, (work) => switchRule(work, id, true))
    const after = await site.make.ticket()
    const from = last
    await deliver()
    last = from
    await deliver()
    const notes = async (of: Id) => (await history(of)).filter(({ type }) => type === 'AddNote').length
    expect([await notes(before.id), await notes(after.id)]).toEqual([0, 1])
  })

  it('wakes neither itself nor, by those it wakes, itself again', async () => {
    const note = (body: string) => ({ act: 'note', given: { body } }) as const
    await make({ name: 'a', wakes: { facts: ['article.created'] }, acts: [note('a')] })
    await make({ name: 'b', wakes: { facts: ['article.created'] }, acts: [note('b')] })
    const { id } = await site.make.ticket()
    expect(await deliver()).toBeLessThan(20)
    const bodies = await site.make.db.selectFrom('article').select('body').where('ticket_id', '=', id).orderBy('id').execute()
    // Each answers the customer, and each the other's answer to the customer.
    expect(
      bodies
        .map(({ body }) => body)
        .slice(1)
        .toSorted(),
    ).toEqual(['a', 'a', 'b', 'b'])
  })

  it('each sees the ticket as those before it left it, in the order of their names', async () => {
    await make({
      name: '2',
      wakes: { facts: ['ticket.created'] },
      filter: { is: { priority: ['5'] } },
      acts: [{ act: 'title', given: { title: 'Pilne' } }],
    })
    await make({ name: '1', wakes: { facts: ['ticket.created'] }, acts: [toFive] })
    await make({
      name: '10',
      wakes: { facts: ['ticket.created'] },
      filter: { is: { priority: ['3'] } },
      acts: [{ act: 'title', given: { title: 'Zwykłe' } }],
    })
    const { id } = await site.make.ticket()
    await deliver()
    expect((await ticket(id)).title).toBe('Pilne')
  })

  it('what stands already is no work: neither history nor log tells of it', async () => {
    const id = await make({ wakes: { facts: ['ticket.title-changed'] }, acts: [{ act: 'priority', given: { priority: '3' } }] })
    const made = await site.make.ticket()
    await site.make.work(admin, (work) => setTitle(work, made.id, 'Inny'))
    await deliver()
    const [run] = await listRuns(site.make.db, id)
    expect([run!.same, run!.done, await ticketsOfRun(site.make.db, run!.id, 10)]).toEqual([1, 0, []])
    expect((await history(made.id)).filter(({ reason }) => reason !== null)).toEqual([])
  })

  it('the note comes after the move and before the state, its tags for each ticket by itself (G11)', async () => {
    const [from, to] = [await site.make.queue(), await site.make.queue({ name: 'HMS' })]
    await make({
      wakes: { facts: ['ticket.title-changed'] },
      acts: [
        { act: 'move', given: { queue: to } },
        { act: 'note', given: { body: '<OTRS_TICKET_Queue> <OTRS_TICKET_State> <OTRS_TICKET_Title>' } },
        { act: 'state', given: { stateId: '2' } },
      ],
    })
    for (const title of ['Pierwszy', 'Drugi']) {
      const { id } = await site.make.ticket({ queueId: from })
      await site.make.asSystem((work) => setState(work, id, { stateId: '4' }))
      await site.make.asSystem((work) => setTitle(work, id, title))
      await deliver()
      const note = await site.make.db
        .selectFrom('article')
        .select('body')
        .where('ticket_id', '=', id)
        .where('channel', '=', 'internal')
        .executeTakeFirst()
      expect(note?.body).toBe(`HMS otwarte ${title}`)
      expect((await ticket(id)).stateType).toBe('closed')
    }
  })

  it.each([
    [
      'a new state that puts off: from now, cut to the minute (G9)',
      '4',
      { act: 'state', given: { stateId: '6', until: { in: 2880 } } },
      2880,
    ],
    ['without a new state an open ticket gets no date (G10)', '4', { act: 'pending-date', given: { until: { in: 60 } } }, null],
    ['and one that is put off another one (G10)', '7', { act: 'pending-date', given: { until: { in: 60 } } }, 60],
  ] as const)('a date: %s', async (_case, stateId, act, minutes) => {
    const { id } = await site.make.ticket()
    await site.make.asSystem((work) => setState(work, id, { stateId, ...(stateId === '7' ? { pendingUntil: at(5) } : {}) }))
    await make({ wakes: { facts: ['ticket.title-changed'] }, acts: [act] })
    await site.make.work(admin, (work) => setTitle(work, id, 'Inny'))
    await deliver()
    expect((await ticket(id)).pendingUntil).toEqual(minutes === null ? null : at(minutes))
  })
})

describe('stopped', () => {
  it('one that does something to the same ticket again and again, until it is taken up by a click', async () => {
    const id = await make({ wakes: { facts: ['ticket.title-changed'] }, acts: [{ act: 'note', given: { body: 'x' } }] })
    const made = await site.make.ticket()
    for (let n = 0; n < 12; n++) {
      await site.make.work(admin, (work) => setTitle(work, made.id, `Temat ${n}`))
      await deliver()
    }
    expect(await rule(id)).toMatchObject({ stoppedWhy: 'loops', stoppedDetail: made.number })
    expect((await history(made.id)).filter(({ type }) => type === 'AddNote')).toHaveLength(10)
    expect((await facts('0')).filter(({ name }) => name === 'automation.stopped')).toHaveLength(1)
    site.make.now = at(120)
    await site.make.work(admin, (work) => switchRule(work, id, true))
    await site.make.work(admin, (work) => setTitle(work, made.id, 'Dalej'))
    await deliver()
    expect((await history(made.id)).filter(({ type }) => type === 'AddNote')).toHaveLength(11)
  })

  it('one that changed as many tickets within an hour as it may', async () => {
    const id = await make({ wakes: { facts: ['ticket.created'] }, acts: [toFive], hourly: 2 })
    const tickets = [await site.make.ticket(), await site.make.ticket(), await site.make.ticket()]
    await deliver()
    expect((await rule(id)).stoppedWhy).toBe('hourly')
    expect((await ticket(tickets[2]!.id)).priorityId).toBe('3')
  })

  it('one that means more tickets than it may: nothing is done to any', async () => {
    const queueId = await site.make.queue()
    const tickets = [await site.make.ticket({ queueId }), await site.make.ticket({ queueId }), await site.make.ticket({ queueId })]
    const id = await make({ filter: { is: { queue: [queueId] } }, acts: [toFive], most: 2 })
    await job('automation/run', { rule: id, why: 'hand' })
    expect((await rule(id)).stoppedWhy).toBe('too-many')
    expect((await Promise.all(tickets.map(({ id: one }) => ticket(one)))).map(({ priorityId }) => priorityId)).toEqual(['3', '3', '3'])
  })

  it('one whose act names what is gone; the tickets go on', async () => {
    const gone = await make({ wakes: { facts: ['ticket.created'] }, acts: [{ act: 'state', given: { state: 'no such state' } }] })
    const { id } = await site.make.ticket()
    await deliver()
    expect([(await rule(gone)).stoppedWhy, (await ticket(id)).stateType]).toEqual(['unfit', 'new'])
  })

  it('one that fails: at once, whatever woke it, told of once, and what it had done to that ticket is undone', async () => {
    const { db } = site.make
    await sql`create sequence tried`.execute(db)
    await sql`create function broken() returns trigger language plpgsql as $$
      begin if new.priority_id = 5 then perform nextval('tried'); raise exception 'the disk is on fire'; end if; return new; end $$`.execute(
      db,
    )
    await sql`create trigger broken before update on ticket for each row execute function broken()`.execute(db)
    const tried = async () => Number((await sql<{ n: string }>`select case when is_called then last_value else 0 end as n from tried`.execute(db)).rows[0]!.n) // biome-ignore format: one number
    const queueId = await site.make.queue()
    const note = { act: 'note', given: { body: 'Zaraz będzie pilne' } } as const
    const where = { is: { queue: [queueId] } }
    const woken = await make({ name: 'Zbudzona', wakes: { facts: ['ticket.created'] }, filter: where, acts: [note, toFive] })
    const tickets = [await site.make.ticket({ queueId }), await site.make.ticket({ queueId })]
    await deliver()
    const nightly = await make({ name: 'Nocna', wakes: { facts: [], every: 60 }, filter: where, acts: [note, toFive] })
    await job('automation/run', { rule: nightly, why: 'time' })
    await job('automation/run', { rule: nightly, why: 'time' })
    // One attempt each, not one a ticket.
    expect(await tried()).toBe(2)
    for (const id of [woken, nightly]) expect(await rule(id)).toMatchObject({ stoppedWhy: 'fault', stoppedDetail: 'the disk is on fire' })
    expect((await history(tickets[0]!.id)).map(({ type }) => type)).not.toContain('AddNote')
    expect((await listRuns(db, nightly)).map(({ fault, endedAt }) => [fault, endedAt !== null])).toEqual([['the disk is on fire', true]])
    const told = async () => db.selectFrom('fact').select('data').where('name', '=', 'automation.stopped' as never).orderBy('id', 'desc').limit(2).execute() // biome-ignore format: one list
    expect((await told()).map(({ data }) => data)).toEqual([nightly, woken].map((id) => ({ rule: id, why: 'fault' })))
    await sql`drop trigger broken on ticket`.execute(db)
    // By a click it goes on, with what happens from then on.
    site.make.now = at(1)
    const visitor = await site.loggedIn(await site.make.agent({ 2: ['rw'] }))
    await visitor.get('/admin/automation')
    expect((await visitor.post(`/admin/automation/${woken}/switch`, { valid: 'on' })).status).toBe(303)
    const after = await site.make.ticket({ queueId })
    await deliver()
    expect(await Promise.all([...tickets, after].map(async ({ id }) => (await ticket(id)).priorityId))).toEqual(['3', '3', '5'])
  })

  it('what one ticket refuses stops nothing, and stands in the log', async () => {
    const id = await make({ wakes: { facts: ['ticket.created'] }, acts: [{ act: 'lock', given: { lock: 'lock' } }] })
    const made = await site.make.ticket()
    await deliver()
    const [run] = await listRuns(site.make.db, id)
    expect([run!.refused, await ticketsOfRun(site.make.db, run!.id, 5)]).toEqual([
      1,
      [{ ticketId: made.id, refused: 'ticket.lock-needs-owner' }],
    ])
    expect((await rule(id)).stoppedAt).toBeNull()
  })
})

describe('by time', () => {
  const WARSAW = 'Europe/Warsaw'
  const all = (most: number) => Array.from({ length: most + 1 }, (_, n) => n)
  const NIGHT: Schedule = { days: [1, 4], hours: [3], minutes: [10] }
  it.each([
    // Tuesday, 17 November: the last Monday night was yesterday.
    [NIGHT, '2026-11-17T10:15:00+01:00', '2026-11-16T03:10:00+01:00'],
    [NIGHT, '2026-11-19T03:09:59+01:00', '2026-11-16T03:10:00+01:00'],
    [NIGHT, '2026-11-19T03:10:00+01:00', '2026-11-19T03:10:00+01:00'],
    [{ days: [0], hours: [8, 20], minutes: [0, 30] }, '2026-11-22T19:00:00+01:00', '2026-11-22T08:30:00+01:00'],
    // The hour that summer time leaves out is the next one.
    [{ days: all(6), hours: [2], minutes: [30] }, '2026-03-29T12:00:00+02:00', '2026-03-29T03:30:00+02:00'],
    [{ days: [1], hours: [8], minutes: [] }, '2026-11-17T10:15:00+01:00', undefined],
    [{ days: [], hours: [8], minutes: [0] }, '2026-11-17T10:15:00+01:00', undefined],
  ] as const)('%o at %s was due %s (G12)', (schedule, now, due) => {
    expect(lastDue(schedule, new Date(now), WARSAW)).toEqual(due === undefined ? undefined : new Date(due))
  })
  it('what was missed is caught up once; nothing within a minute of the last run, nothing of before it was switched on', () => {
    const schedule = { days: all(6), hours: all(23), minutes: [0] }
    const ask = (now: string, looked: string | null, since = '2026-11-01T00:00:00Z') =>
      isDue({ schedule }, { now: new Date(now), zone: WARSAW, since: new Date(since), looked: looked ? new Date(looked) : null })
    expect(ask('2026-11-17T10:00:10Z', '2026-11-17T06:00:00Z')).toBe(true)
    expect(ask('2026-11-17T10:00:40Z', '2026-11-17T10:00:10Z')).toBe(false)
    expect(ask('2026-11-17T10:59:59Z', '2026-11-17T10:00:10Z')).toBe(false)
    expect(ask('2026-11-17T10:30:00Z', null, '2026-11-17T10:15:00Z')).toBe(false)
    expect(ask('2026-11-17T11:00:00Z', null, '2026-11-17T10:15:00Z')).toBe(true)
  })
  it('is asked for once while it waits, goes over all it means in order, and goes on where it was cut off', async () => {
    const queueId = await site.make.queue()
    const tickets: Id[] = []
    for (let n = 0; n < 3; n++) tickets.push((await site.make.ticket({ queueId })).id)
    const id = await make({ wakes: { facts: [], every: 30 }, filter: { is: { queue: [queueId] } }, acts: [toFive] })
    const waiting = async () =>
      (await sql`select 1 from graphile_worker.jobs where key = ${`automation/run/${id}`}`.execute(site.make.db)).rows.length
    site.make.now = at(29)
    await job('automation/look')
    expect(await waiting()).toBe(0)
    site.make.now = at(30)
    await job('automation/look')
    site.make.now = at(31)
    await job('automation/look')
    expect(await waiting()).toBe(1)
    // Cut off behind the first ticket.
    await sql`insert into automation_run (rule_id, why, at, meant, done, cursor) values (${id}, 'time', ${at(30)}, 3, 1, ${tickets[0]!})`.execute(
      site.make.db,
    )
    await job('automation/run', { rule: id, why: 'time' })
    expect((await Promise.all(tickets.map(ticket))).map(({ priorityId }) => priorityId)).toEqual(['3', '5', '5'])
    const runs = await listRuns(site.make.db, id)
    expect([runs.length, runs[0]!.done, runs[0]!.endedAt]).toEqual([1, 3, at(31)])
    await job('automation/run', { rule: id, why: 'time' })
    expect((await ticket(tickets[0]!)).priorityId).toBe('5')
  })
  it('refuses a rule by time without a condition: it would mean every ticket (G8)', async () => {
    const wakes = { facts: [], every: 60 }
    for (const filter of [{}, { archived: 'with' as const }, { below: true as const }])
      await expect(make({ wakes, filter, acts: [toFive] })).rejects.toMatchObject({ code: 'rule.no-condition', field: 'filter' })
    await expect(make({ filter: {}, acts: [toFive] })).rejects.toMatchObject({ code: 'rule.no-condition' })
    await expect(make({ filter: { held: true }, acts: [] })).rejects.toMatchObject({ code: 'required', field: 'acts' })
  })
})

describe('of a unit', () => {
  it('means tickets of the unit and of those below it alone', async () => {
    const unit = await site.make.unit()
    const below = await site.make.unit({ parentId: unit })
    const queues = [await site.make.queue({ unitId: unit }), await site.make.queue({ unitId: below }), await site.make.queue()]
    const local = await localOf(unit, { 1: ['rw'] })
    const id = await make(
      { wakes: { facts: ['ticket.created'] }, filter: { is: { stateType: ['new'] } }, acts: [toFive] },
      { unitId: unit, by: local },
    )
    const tickets = await Promise.all(queues.map((queueId) => site.make.ticket({ queueId })))
    await deliver()
    const priorities = async () => Promise.all(tickets.map(async (one) => (await ticket(one.id)).priorityId))
    expect(await priorities()).toEqual(['5', '5', '3'])
    expect((await history(tickets[0]!.id)).at(-1)).toMatchObject({ person_id: local.id })
    await job('automation/run', { rule: id, why: 'hand' })
    expect((await priorities())[2]).toBe('3')
  })
  it('does what its editor may do now: whoever no longer runs the unit, or lost the right, stops it', async () => {
    const unit = await site.make.unit()
    const group = await site.make.group()
    const queueId = await site.make.queue({ unitId: unit, groupId: group })
    const local = await localOf(unit, { [group]: ['ro', 'priority'] })
    const id = await make({ wakes: { facts: ['ticket.created'] }, acts: [toFive] }, { unitId: unit, by: local })
    const right = await site.make.ticket({ queueId })
    await deliver()
    expect((await ticket(right.id)).priorityId).toBe('5')
    await site.make.db.deleteFrom('group_person').where('person_id', '=', local.id).where('right', '=', 'priority').execute()
    const without = await site.make.ticket({ queueId })
    await deliver()
    expect([(await ticket(without.id)).priorityId, (await rule(id)).stoppedWhy]).toEqual(['3', 'rights'])
    await site.make.db.insertInto('group_person').values({ group_id: group, person_id: local.id, right: 'priority' }).execute()
    await site.make.work(local, (work) => switchRule(work, id, true))
    await site.make.db.deleteFrom('unit_administrator').where('person_id', '=', local.id).execute()
    const gone = await site.make.ticket({ queueId })
    await deliver()
    expect([(await ticket(gone.id)).priorityId, (await rule(id)).stoppedWhy]).toEqual(['3', 'rights'])
    await expect(site.make.work(local, (work) => switchRule(work, id, true))).rejects.toMatchObject({ code: 'not-allowed' })
  })
  it('can be made and changed by nobody else, and never be made the installation’s', async () => {
    const [unit, other] = [await site.make.unit(), await site.make.unit()]
    const local = await localOf(unit, { 1: ['rw'] })
    const form = { wakes: { facts: ['ticket.created' as const] }, acts: [toFive] }
    await expect(make(form, { by: local })).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(make(form, { unitId: other, by: local })).rejects.toMatchObject({ code: 'not-allowed' })
    const central = await make(form)
    await expect(site.make.work(local, (work) => saveRule(work, unit, central, { ...BLANK, ...form, most: 9 }))).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(site.make.work(local, (work) => switchRule(work, central, false))).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(make({ ...form, most: 1001 }, { unitId: unit, by: local })).rejects.toMatchObject({ code: 'rule.too-many', field: 'most' })
  })
  it('reaches by its rules no further than by hand: any rights, any act', async () => {
    const unit = await site.make.unit()
    const group = await site.make.group()
    const [queueId, target] = [await site.make.queue({ unitId: unit, groupId: group }), await site.make.queue({ unitId: unit })]
    const someone = await site.make.agent({ [group]: ['owner'], 1: ['ro'] }, { name: 'Ktoś Inny', address: 'nowa@uni.example' })
    const acts = [
      { act: 'priority', given: { priority: '5' } },
      { act: 'move', given: { queue: target } },
      { act: 'note', given: { body: 'x' } },
      { act: 'state', given: { stateId: '2' } },
      { act: 'state', given: { stateId: '4' } },
      { act: 'title', given: { title: 'Inny' } },
      { act: 'owner', given: { owner: someone } },
      { act: 'customer', given: { customer: 'nowa@uni.example' } },
      { act: 'archive', given: { archived: true } },
    ] as const
    const rights = fc.subarray(['ro', 'move_into', 'priority', 'note', 'close', 'owner', 'rw'])
    await fc.assert(
      fc.asyncProperty(rights, rights, fc.constantFrom(...acts), async (inGroup, inOne, act) => {
        const local = await localOf(unit, { [group]: inGroup, 1: inOne })
        await sql`delete from automation_rule`.execute(site.make.db)
        const [byHand, byRule] = [await site.make.ticket({ queueId }), await site.make.ticket({ queueId })]
        await deliver()
        await make({ wakes: { facts: ['ticket.title-changed'] }, acts: [act] }, { unitId: unit, by: local })
        await site.make.asSystem((work) => setTitle(work, byRule.id, 'Budzi'))
        await deliver()
        const doIt = (await prepareAct({ db: site.make.db }, act.act, act.given)) as (work: unknown, id: Id) => Promise<unknown>
        const did = await site.make
          .work(local, (work) => doIt(work, byHand.id))
          .then(
            () => true,
            () => false,
          )
        const rows = (await history(byRule.id)).filter(({ reason }) => reason !== null)
        // Nobody does to a ticket what they do not read; what they read is done by the rule as by hand.
        const readsIt = inGroup.some((right) => right === 'ro' || right === 'rw')
        expect(rows.length > 0).toBe(did && readsIt)
        expect(rows.every(({ person_id }) => person_id === local.id)).toBe(true)
      }),
      { numRuns: 12 },
    )
  })

  async function localOf(unit: Id, rights: Record<Id, string[]>): Promise<PersonActor> {
    const id = await site.make.agent(rights)
    await site.make.db
      .insertInto('unit_administrator')
      .values({ unit_id: unit, person_id: id, since: TUESDAY } as never)
      .execute()
    return site.make.actor(id)
  }
})

it('off in a unit it does nothing there; put back like any administered thing', async () => {
  const unit = await site.make.unit()
  const queueId = await site.make.queue({ unitId: unit })
  await site.make.asSystem((work) => setActivation(work, 'automation', unit, false))
  const id = await make({ wakes: { facts: ['ticket.created'] }, filter: { is: { stateType: ['new'] } }, acts: [toFive] })
  const made = await site.make.ticket({ queueId })
  await deliver()
  await job('automation/run', { rule: id, why: 'hand' })
  expect((await ticket(made.id)).priorityId).toBe('3')
  await site.make.work(admin, (work) =>
    saveRule(work, null, id, { ...BLANK, name: 'Inna', wakes: { facts: ['ticket.moved'] }, acts: [toFive] }),
  )
  expect((await rule(id)).name).toBe('Inna')
  const { rows } = await listEvents(site.make.db, 'all', { limit: 500, owners: [automationPlugin] })
  const changed = rows.find(({ object, before }) => object?.id === id && before !== null)!
  await site.make.work(admin, (work) => revertEvent(work, changed, [automationPlugin]))
  expect(await rule(id)).toMatchObject({ name: 'Reguła', wakes: { facts: ['ticket.created'] }, filter: { is: { stateType: ['new'] } } })
})

describe('its pages', () => {
  const FORM = { name: 'Drukarki', comment: 'Do HMS', valid: 'on', fact: 'ticket.created', 'if.below': 'on', most: '100', hourly: '50' }
  const text = async (answer: Response | Promise<Response>) => (await (await answer).text()).replaceAll('&quot;', '"')
  const said = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

  it('a rule is made by its form, said in the list, tried, run and seen in its log', async () => {
    const queueId = await site.make.queue({ name: 'Drukarki' })
    const one = await site.make.ticket({ queueId, subject: 'Papier się zaciął' })
    const central = await site.make.agent({ 1: ['rw'], 2: ['rw'] })
    const visitor = await site.loggedIn(central)
    expect(said(await text(visitor.get('/admin/automation')))).toContain('Nie ma jeszcze żadnej reguły')
    await visitor.get('/admin/automation/new')
    const which = {
      'if.queue': queueId,
      'do.priority': '5',
      'do.count': '2',
      'do.unit': 'days',
      'do.stateId': '6',
      hours: '6, 18',
      minutes: '0',
      day: '1',
    }
    // How many it means, at once and by a button; nothing is kept by that.
    expect(await text(visitor.post('/admin/automation/meaning', { ...FORM, ...which }))).toBe('Dziś dotyczy 1 zgłoszenia.')
    expect(await text(visitor.post('/admin/automation/meaning', { 'if.time0.of': 'created', 'if.time0.is': 'last' }))).toContain(
      'Popraw warunek',
    )
    const counted = said(await text(visitor.post('/admin/automation/new', { ...FORM, ...which, do: 'count' })))
    expect(counted).toContain('Papier się zaciął')
    expect(await rulesNow()).toEqual([])
    const made = await visitor.post('/admin/automation/new', { ...FORM, ...which })
    expect(made.status).toBe(303)
    const at = made.headers.get('location')!
    const [stored] = await rulesNow()
    expect(stored).toMatchObject({
      unitId: null,
      editedBy: central,
      wakes: { facts: ['ticket.created'], schedule: { days: [1], hours: [6, 18], minutes: [0] } },
      filter: { is: { queue: [queueId] }, below: true },
      acts: [
        { act: 'state', given: { stateId: '6', until: { in: 2880 } } },
        { act: 'priority', given: { priority: '5' } },
      ],
    })
    // The log says it in words, with the names of what it speaks of.
    const { rows } = await listEvents(site.make.db, 'all', {
      filter: { objectType: 'automation/rule', objectId: stored!.id },
      limit: 1,
      owners: [automationPlugin],
    })
    const reader = { language: 'pl' as const, zone: 'Europe/Warsaw', now: site.make.now, owners: [automationPlugin] }
    const lines = sayLines(await saying(site.make.db, reader, rows), rows[0]!).map(({ after }) => after)
    expect(lines).toContain('Kolejka: Drukarki (z kolejkami niżej)')
    expect(lines.find((line) => line.includes('priorytet'))).toMatch(/bardzo wysoki/)
    // What the form shows is what it reads.
    const shown = await text(visitor.get(at))
    expect(shown).toContain('name="hours" type="text" value="6, 18"')
    const list = said(await text(visitor.get('/admin/automation?state=on')))
    expect(list).toMatch(/Drukarki.*Kolejka: Drukarki \(z kolejkami niżej\).*Zmiana priorytetu: .*włączona/)
    expect(said(await text(visitor.get('/admin/automation?state=off')))).not.toContain('Do HMS')
    expect(await text(visitor.get('/admin/automation?format=csv'))).toContain('Drukarki')
    const tried = said(await text(visitor.post(`${at}/try`)))
    expect(tried).toContain('byłoby zrobione')
    expect((await ticket(one.id)).priorityId).toBe('3')
    expect((await visitor.post(`${at}/run`)).status).toBe(303)
    await job('automation/run', { rule: stored!.id, why: 'hand' })
    expect(await ticket(one.id)).toMatchObject({ priorityId: '5', stateType: 'pending reminder' })
    const log = await text(visitor.get(`${at}/log`))
    expect(said(log)).toMatch(/ręcznie 1 1 0/)
    expect(said(await text(visitor.get(/href="([^"]*\/log\/\d+)"/.exec(log)![1]!)))).toContain('Papier się zaciął')
  })

  it('one is taken away after a question, and comes back from the log of its unit under its number', async () => {
    const unit = await site.make.unit()
    const id = await make({ wakes: { facts: ['ticket.moved'] }, acts: [toFive], name: 'Do usunięcia' }, { unitId: unit })
    const before = await rule(id)
    const visitor = await site.loggedIn(admin.id)
    expect(said(await text(visitor.get(`/admin/automation/${id}/remove`)))).toContain('Usunąć regułę „Do usunięcia”?')
    expect((await visitor.post(`/admin/automation/${id}/remove`)).headers.get('location')).toBe('/admin/automation')
    expect(await findRule(site.make.db, id)).toBeUndefined()
    const { rows } = await listEvents(site.make.db, [unit], { limit: 1, owners: [automationPlugin] })
    await site.make.work(admin, (work) => revertEvent(work, rows[0]!, [automationPlugin]))
    expect(await rule(id)).toMatchObject({
      id,
      unitId: unit,
      name: before.name,
      wakes: before.wakes,
      acts: before.acts,
      editedBy: admin.id,
    })
  })

  it('bad input is said at its field, and nothing typed is lost', async () => {
    const visitor = await site.loggedIn(await site.make.agent({ 2: ['rw'] }))
    await visitor.get('/admin/automation/new')
    for (const [fields, field] of [
      [{ name: '' }, 'name'],
      [{ hours: '25', day: '1', minutes: '0' }, 'hours'],
      [{ hours: '6' }, 'minutes'],
      [{ most: 'dużo' }, 'most'],
      [{ 'do.count': 'x', 'do.stateId': '6' }, 'do.count'],
      [{ 'if.time0.of': 'created', 'if.time0.is': 'before', 'if.time0.count': 'x' }, 'if.time0.count'],
      [{ fact: '', 'if.below': '' }, 'filter'],
      [{ 'do.body': '' }, 'acts'],
    ] as const) {
      const answer = await visitor.post('/admin/automation/new', { ...FORM, 'do.body': 'Notatka „ważna”', ...fields })
      const html = await answer.text()
      expect([answer.status, field, /role="alert"/.test(html)]).toEqual([422, field, true])
      if (!('do.body' in fields)) expect(html, field).toContain('Notatka „ważna”')
      const id = /<a href="#([^"]+)">/.exec(html)?.[1]
      expect(html, `${field} leads to ${id}`).toContain(`id="${id}"`)
    }
    expect(await rulesNow()).toEqual([])
  })

  it('one that is stopped says why, and works again after a click', async () => {
    const id = await make({ name: 'Zła', filter: { is: { priority: ['3'] } }, acts: [{ act: 'state', given: { state: 'no such' } }] })
    await job('automation/run', { rule: id, why: 'hand' })
    const visitor = await site.loggedIn(await site.make.agent({ 2: ['rw'] }))
    expect(said(await text(visitor.get('/admin/automation')))).toContain('1 reguła jest zatrzymana')
    expect(said(await text(visitor.get(`/admin/automation/${id}`)))).toContain('nie da się zrobić tego, co ma robić')
    expect((await visitor.post(`/admin/automation/${id}/switch`, { valid: 'on' })).status).toBe(303)
    expect((await rule(id)).stoppedAt).toBeNull()
  })

  const rulesNow = () => listRules(site.make.db)
})
