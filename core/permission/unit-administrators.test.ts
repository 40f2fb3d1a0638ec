/** Local administration: what a unit's administrators may do, and a search for any sequence of acts by which they get more. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import { createCalendar, editCalendar } from '../calendar/calendar-admin.ts'
import { DEFAULT_CALENDAR } from '../calendar/calendar.ts'
import type { OpenDatabase } from '../database/database.ts'
import type { Id } from '../database/schema.ts'
import { Refusal } from '../errors.ts'
import { setActivation } from '../administration/plugin-admin.ts'
import { saveSettings } from '../administration/setting-admin.ts'
import type { Work } from '../kernel/work.ts'
import { createText, editText, setQueueText, setStandardText } from '../mail/texts/text-admin.ts'
import { addPerson, editPerson } from '../person/person-admin.ts'
import { createQueue, editQueue, findAdminQueue, orderQueues, type QueueForm } from '../queue/queue-admin.ts'
import { createSystemAddress } from '../queue/system-addresses.ts'
import { saveBrand } from '../unit/brand.ts'
import { UNIT_LIMITS, unitLimits } from '../unit/limits.ts'
import { closeQueue, mainQueueOf, optIn, optOut } from '../administration/opting.ts'
import { setRoute } from '../unit/routing.ts'
import { createTopic, editTopic } from '../unit/topics.ts'
import { createUnit, editUnit, setUnitCalendar } from '../unit/units.ts'
import { createGroup, editGroup } from './groups.ts'
import { setPersonRights, setPersonRole, setRoleRights } from './rights.ts'
import { addUnitAdministrator, administersUnit, removeUnitAdministrator } from './unit-administrators.ts'
import { giveHat, groupsOfUnit } from '../administration/unit-people.ts'

let opened: OpenDatabase
let make: Maker
let faculty: Id, officeA: Id, officeB: Id
let adminA: Id, adminB: Id, adminFaculty: Id
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  await make.agent({ 2: ['rw'] })
})
afterAll(() => opened.close())

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
const as = async <T>(person: Id, run: (work: Work) => Promise<T>) => make.work(await make.actor(person), run)

/** A faculty with two offices, each with an administrator, each opted in. */
beforeEach(async () => {
  faculty = await make.unit()
  officeA = await make.unit({ parentId: faculty })
  officeB = await make.unit({ parentId: faculty })
  ;[adminA, adminB, adminFaculty] = [await make.agent({}), await make.agent({}), await make.agent({})]
  await make.asSystem(async (work) => {
    await addUnitAdministrator(work, officeA, adminA)
    await addUnitAdministrator(work, officeB, adminB)
    await addUnitAdministrator(work, faculty, adminFaculty)
  })
  await as(adminA, (work) => optIn(work, officeA))
  await as(adminB, (work) => optIn(work, officeB))
})

const groupOf = async (unitId: Id): Promise<Id> => (await groupsOfUnit(opened.db, unitId))[0]!.id
const queueForm = async (unitId: Id, more: Partial<QueueForm> = {}): Promise<QueueForm> => {
  const main = (await mainQueueOf(opened.db, unitId))!
  return {
    name: `Kolejka ${unitId}`,
    parentId: main.id,
    unitId,
    groupId: main.groupId,
    calendarId: null,
    addressId: null,
    followUpPossible: 'possible',
    followUpLock: false,
    language: null,
    signature: '',
    comment: '',
    valid: true,
    ...more,
  }
}

describe('a local administrator', () => {
  it('runs the unit named and those below it, and no other', async () => {
    expect([
      await administersUnit(opened.db, adminA, officeA),
      await administersUnit(opened.db, adminA, officeB),
      await administersUnit(opened.db, adminA, faculty),
    ]).toEqual([true, false, false])
    expect([await administersUnit(opened.db, adminFaculty, officeA), await administersUnit(opened.db, adminFaculty, '1')]).toEqual([
      true,
      false,
    ])
    const agentOnly = await make.agent({})
    expect(await administersUnit(opened.db, agentOnly, officeA)).toBe(false)
  })

  it('each act on a unit is refused to the neighbour and done for its own administrator', async () => {
    const [groupA, mainA] = [await groupOf(officeA), (await mainQueueOf(opened.db, officeA))!]
    const form = await queueForm(officeA)
    const spare = await as(adminA, (work) => createQueue(work, { ...form, name: 'Na chwilę' }))
    const queue = await as(adminA, (work) => createQueue(work, form))
    const agent = await make.agent({})
    const topic = await make.asSystem((work) => createTopic(work, '1', { name: 'Wspólna', nameEn: '', sort: 0, valid: true }))
    const own = await as(adminA, (work) => createTopic(work, officeA, { name: 'Własna', nameEn: '', sort: 0, valid: true }))
    const calendar = await as(adminA, (work) => createCalendar(work, { ...DEFAULT_CALENDAR, name: `A ${officeA}` }, true, officeA))
    const words = { valid: true, variants: { pl: { subject: 'Temat', body: 'Treść' }, en: { subject: '', body: '' } } }
    const text = await as(adminA, (work) => createText(work, { ...words, name: `Tekst ${officeA}`, type: 'auto reply' }, officeA))
    const acts: Record<string, (work: Work) => Promise<unknown>> = {
      'edit a queue': (work) => editQueue(work, queue, { ...form, comment: 'Opis' }),
      'open a queue': (work) => createQueue(work, { ...form, name: `Nowa ${Math.random()}` }),
      'order queues': (work) => orderQueues(work, officeA, [queue]),
      'close a queue': (work) => closeQueue(work, spare, mainA.id),
      'take a topic': (work) => setRoute(work, officeA, topic, queue),
      'make a topic': (work) => createTopic(work, officeA, { name: `Inna ${Math.random()}`, nameEn: '', sort: 0, valid: true }),
      'edit a topic': (work) => editTopic(work, own, { name: 'Zmieniona', nameEn: '', sort: 1, valid: true }),
      'give rights': (work) => setPersonRights(work, agent, new Map([[groupA, ['ro']]])),
      'give a hat': (work) => giveHat(work, officeA, agent),
      invite: (work) => addUnitAdministrator(work, officeA, agent),
      'make a calendar': (work) => createCalendar(work, { ...DEFAULT_CALENDAR, name: `Kalendarz ${Math.random()}` }, true, officeA),
      'edit a calendar': (work) => editCalendar(work, calendar, { ...DEFAULT_CALENDAR, name: `A ${officeA}`, cutOff: '14:00' }, true),
      'use a calendar': (work) => setUnitCalendar(work, officeA, calendar),
      'write a text': (work) => createText(work, { ...words, name: `Tekst ${Math.random()}`, type: 'auto reply' }, officeA),
      'edit a text': (work) => editText(work, text, { ...words, name: `Tekst ${officeA}` }),
      'use a text': (work) => setQueueText(work, mainA.id, 'auto reply', text),
      'switch a plugin': (work) => setActivation(work, 'board', officeA, true),
      'change the looks': (work) => saveBrand(work, officeA, { name: 'A', colour: '#1a56b0' }),
      'opt out': (work) => optOut(work, officeA),
      'opt in': (work) => optIn(work, officeA),
    }
    const centralOnly: Record<string, (work: Work) => Promise<unknown>> = {
      'make a unit': (work) => createUnit(work, { parentId: officeA, slug: 'x', name: 'X', nameEn: '', calendarId: null, valid: true }),
      'edit a unit': (work) =>
        editUnit(work, officeA, { parentId: faculty, slug: 'x', name: 'X', nameEn: '', calendarId: null, valid: true }),
      'make a group': (work) => createGroup(work, { name: 'G', comment: '', unitId: officeA, valid: true }),
      'edit a group': (work) => editGroup(work, groupA, { name: 'G', comment: '', valid: true }),
      'a role': (work) => setPersonRole(work, agent, '1', true),
      "a role's rights": (work) => setRoleRights(work, '1', new Map([[groupA, ['rw']]])),
      'a person': (work) =>
        addPerson(
          work,
          { login: 'x', firstName: '', lastName: '', name: 'X', language: null, phone: '', unitId: officeA, agent: true, valid: true },
          '',
        ),
      'edit a person': (work) =>
        editPerson(work, agent, {
          login: 'x',
          firstName: '',
          lastName: '',
          name: 'X',
          language: null,
          phone: '',
          unitId: officeA,
          agent: true,
          valid: true,
        }),
      'own limits': (work) => saveSettings(work, UNIT_LIMITS, unitLimits, { maxQueues: 999 }, officeA),
      'core settings': (work) => saveSettings(work, 'core', {}, {}, officeA),
      'the standard text': (work) => setStandardText(work, 'auto reply', text),
      'a queue of central IT': (work) => editQueue(work, '4', { ...form, name: 'Misc', parentId: null, unitId: '1', groupId: '1' }),
      administration: (work) => setPersonRights(work, adminA, new Map([['2', ['rw']]])),
      'a common topic': (work) => editTopic(work, topic, { name: 'Moja', nameEn: '', sort: 0, valid: true }),
      'the root unit': (work) => addUnitAdministrator(work, '1', adminA),
    }
    const told: Record<string, string[]> = {}
    for (const [name, act] of Object.entries(acts)) {
      told[name] = [await code(as(agent, act)), await code(as(adminB, act)), await code(as(adminA, act))]
      if (name === 'invite') await as(adminFaculty, (work) => removeUnitAdministrator(work, officeA, agent))
    }
    expect(told).toEqual(Object.fromEntries(Object.keys(acts).map((name) => [name, ['not-allowed', 'not-allowed', 'done']])))
    for (const [name, act] of Object.entries(centralOnly))
      expect([name, ['not-allowed', 'unit.root-stays'].includes(await code(as(adminA, act)))]).toEqual([name, true])
  })

  it("gives no right that they do not hold, and none where the group is the installation's", async () => {
    const agent = await make.agent({})
    const groupA = await groupOf(officeA)
    await make.asSystem((work) => setPersonRights(work, adminA, new Map([[groupA, ['ro', 'note']]])))
    expect(await code(as(adminA, (work) => setPersonRights(work, agent, new Map([[groupA, ['rw']]]))))).toBe('right.not-held')
    expect(await code(as(adminA, (work) => setPersonRights(work, adminA, new Map([[groupA, ['ro', 'note', 'rw']]]))))).toBe(
      'right.not-held',
    )
    expect(await code(as(adminA, (work) => setPersonRights(work, agent, new Map([[groupA, ['ro', 'note']]]))))).toBe('done')
    expect(await code(as(adminA, (work) => setPersonRights(work, agent, new Map([['1', ['ro']]]))))).toBe('not-allowed')
    // Running the faculty is not holding rights in its offices.
    expect(await code(as(adminFaculty, (work) => setPersonRights(work, adminFaculty, new Map([[groupA, ['ro']]]))))).toBe('right.not-held')
  })

  it('brings nobody back to rights elsewhere with the hat', async () => {
    const former = await make.agent({ [await groupOf(officeB)]: ['rw'] })
    await opened.db.updateTable('person').set({ agent: false }).where('id', '=', former).execute()
    expect(await code(as(adminA, (work) => giveHat(work, officeA, former)))).toBe('unit.hat-central')
    expect(await code(as(adminB, (work) => giveHat(work, officeB, former)))).toBe('done')
    expect(await code(as(adminA, (work) => giveHat(work, officeA, former)))).toBe('done')
  })

  it('stays within the limits', async () => {
    await make.asSystem((work) =>
      saveSettings(work, UNIT_LIMITS, unitLimits, { maxQueues: 2, plugins: 'faq', branding: false, ownTopics: false }, faculty),
    )
    const form = await queueForm(officeA)
    expect(await code(as(adminA, (work) => createQueue(work, form)))).toBe('done')
    expect(await code(as(adminA, (work) => createQueue(work, { ...form, name: 'Trzecia' })))).toBe('unit.limit')
    expect(await code(as(adminA, (work) => setActivation(work, 'board', officeA, true)))).toBe('unit.limit')
    expect(await code(as(adminA, (work) => setActivation(work, 'faq', officeA, true)))).toBe('done')
    expect(await code(as(adminA, (work) => saveBrand(work, officeA, { name: 'A', colour: '' })))).toBe('unit.limit')
    expect(await code(as(adminA, (work) => createTopic(work, officeA, { name: 'X', nameEn: '', sort: 0, valid: true })))).toBe('unit.limit')
    expect(
      await code(as(adminA, (work) => createSystemAddress(work, { address: 'a@uni.example', name: 'A', queueId: '4', valid: true }))),
    ).toBe('not-allowed')
  })

  it('cannot throw a colleague out, but may step down', async () => {
    const second = await make.agent({})
    await as(adminA, (work) => addUnitAdministrator(work, officeA, second))
    expect(await code(as(second, (work) => removeUnitAdministrator(work, officeA, adminA)))).toBe('not-allowed')
    expect(await code(as(second, (work) => removeUnitAdministrator(work, officeA, second)))).toBe('done')
    expect(await code(as(second, (work) => optOut(work, officeA)))).toBe('not-allowed')
    expect(await code(as(adminFaculty, (work) => removeUnitAdministrator(work, officeA, adminA)))).toBe('done')
  })
})

/** Everything that decides what anybody may do: rights by group, hats, who runs what, which group opens which queue. */
async function powers() {
  const rights = await opened.db
    .selectFrom('group_person as gp')
    .innerJoin('permission_group as g', 'g.id', 'gp.group_id')
    .select(['gp.person_id as person', 'gp.group_id as group', 'g.unit_id as unit', 'gp.right'])
    .execute()
  const hats = (await opened.db.selectFrom('person').select('id').where('agent', '=', true).execute()).map((row) => row.id)
  const runs = await opened.db.selectFrom('unit_administrator').select(['unit_id as unit', 'person_id as person']).execute()
  const queues = await opened.db.selectFrom('queue').select(['id', 'unit_id as unit', 'group_id as group', 'parent_id as parent']).execute()
  const roles = await opened.db.selectFrom('role_person').selectAll().execute()
  const installation = JSON.stringify({
    routes: await opened.db.selectFrom('route').selectAll().where('unit_id', '=', '1').execute(),
    settings: await opened.db.selectFrom('setting').selectAll().where('unit_id', '=', '1').execute(),
    on: await opened.db.selectFrom('plugin_activation').selectAll().where('unit_id', '=', '1').execute(),
    texts: await opened.db.selectFrom('auto_response').selectAll().where('unit_id', '=', '1').orderBy('id').execute(),
    calendars: await opened.db.selectFrom('calendar').select(['id', 'name', 'valid']).where('unit_id', '=', '1').orderBy('id').execute(),
  })
  return { rights, hats, runs, queues, roles, installation }
}
type Powers = Awaited<ReturnType<typeof powers>>

describe('whatever a local administrator does', () => {
  it('no right comes to be in a unit that is not theirs, none that they did not hold, nothing of other units changes', async () => {
    const runs = Number(process.env['POMOC_RUNS'] ?? 25)
    let done = 0
    let refusals = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ act: fc.nat(17), a: fc.nat(50), b: fc.nat(50), c: fc.nat(50) }), { minLength: 8, maxLength: 25 }),
        fc.boolean(),
        async (steps, holdsLittle) => {
          // Units, people and groups of everybody are within reach of the arguments, whoever's they are.
          const units = [officeA, officeB, faculty, '1']
          const people = [adminA, adminB, adminFaculty, await make.person(), await make.agent({}), await make.agent({ 1: ['rw'] })]
          if (holdsLittle)
            await make.asSystem(async (work) => setPersonRights(work, adminA, new Map([[await groupOf(officeA), ['ro', 'note']]])))
          const mine = new Set([officeA])
          const actor = adminA
          for (const { act, a, b, c } of steps) {
            const before = await powers()
            const groups = [...new Set(before.queues.map((queue) => queue.group)), '2']
            const at = <T>(list: readonly T[], n: number) => list[n % list.length]!
            const [unit, person, group] = [at(units, a), at(people, b), at(groups, c)]
            // Half of all queues named are the unit's own: else nearly every act would end at the door.
            const own = before.queues.filter((queue) => queue.unit === officeA)
            const queue = a % 2 === 0 && own.length > 0 ? at(own, b) : at(before.queues, b)
            const rightSets = [['ro'], ['rw'], ['ro', 'note'], ['owner'], []]
            const stands = await findAdminQueue(opened.db, queue.id)
            const form: QueueForm = {
              name: `K${a}-${b}-${c}-${Math.random().toString(36).slice(2, 6)}`,
              parentId: queue.id,
              unitId: unit,
              groupId: group,
              calendarId: null,
              addressId: null,
              followUpPossible: 'possible',
              followUpLock: false,
              language: null,
              signature: '',
              comment: '',
              valid: true,
            }
            const topics = await opened.db.selectFrom('topic').select('id').execute()
            const tries: ((work: Work) => Promise<unknown>)[] = [
              (work) => setPersonRights(work, person, new Map([[group, at(rightSets, a)]])),
              (work) => setPersonRights(work, person, new Map([[own[0]?.group ?? group, at(rightSets, a)]])),
              (work) => createQueue(work, form),
              (work) => createQueue(work, { ...form, unitId: officeA, groupId: own[0]?.group ?? group, parentId: own[0]?.id ?? null }),
              (work) =>
                editQueue(work, queue.id, {
                  ...form,
                  name: stands!.name.split('::').at(-1)!,
                  parentId: stands!.parentId,
                  unitId: stands!.unitId,
                }),
              (work) =>
                editQueue(work, queue.id, {
                  ...form,
                  name: stands!.name.split('::').at(-1)!,
                  parentId: stands!.parentId,
                  groupId: stands!.groupId,
                  unitId: unit,
                }),
              (work) => closeQueue(work, queue.id, at(before.queues, c).id),
              (work) => giveHat(work, unit, person),
              (work) => addUnitAdministrator(work, unit, person),
              (work) => removeUnitAdministrator(work, unit, person),
              (work) => optOut(work, unit),
              (work) => optIn(work, unit),
              (work) => setRoute(work, unit, topics.length > 0 && a % 3 > 0 ? at(topics, a).id : null, c % 4 === 0 ? null : queue.id),
              (work) => createTopic(work, unit, { name: `S${a}${b}${c}`, nameEn: '', sort: 0, valid: true }),
              (work) => setActivation(work, 'board', unit, c % 2 === 0),
              (work) =>
                createCalendar(work, { ...DEFAULT_CALENDAR, name: `C${Math.random()}` }, true, unit).then((id) =>
                  setUnitCalendar(work, at(units, c), id),
                ),
              (work) => createSystemAddress(work, { address: `a${a}b${b}c${c}@uni.example`, name: 'A', queueId: queue.id, valid: true }),
              (work) => setPersonRole(work, person, '1', true),
            ]
            const ended = await code(as(actor, tries[act]!))
            if (ended === 'done') done++
            else refusals++
            expect(ended).not.toMatch(/Error|error:/)
            expectNoMore(before, await powers(), actor, mine)
          }
          await as(adminA, (work) => optIn(work, officeA)).catch(() => {})
          await opened.db.deleteFrom('unit_administrator').where('person_id', '=', adminA).execute()
          await make.asSystem((work) => addUnitAdministrator(work, officeA, adminA))
        },
      ),
      { numRuns: runs, ...(process.env['POMOC_SEED'] ? { seed: Number(process.env['POMOC_SEED']) } : {}) },
    )
    // A property over refusals alone would say nothing.
    expect(done).toBeGreaterThan(runs)
    expect(refusals).toBeGreaterThan(runs)
  }, 300_000)
})

/** Compares what there was before an act of `actor`, who runs `mine`, with what there is after it. */
function expectNoMore(before: Powers, after: Powers, actor: Id, mine: ReadonlySet<Id>): void {
  const key = (row: object) => JSON.stringify(row)
  const had = new Set(before.rights.map(key))
  const newGroups = new Set(
    after.rights
      .map((row) => row.group)
      .filter((group) => !before.queues.some((queue) => queue.group === group) && !before.rights.some((row) => row.group === group)),
  )
  const held = new Map<Id, Set<string>>()
  for (const row of before.rights) if (row.person === actor) held.set(row.group, (held.get(row.group) ?? new Set()).add(row.right))
  for (const row of after.rights.filter((one) => !had.has(key(one)))) {
    expect(mine).toContain(row.unit)
    // A group that opened nothing and nobody held is the one thing that comes with rights.
    if (!newGroups.has(row.group))
      expect(
        [...(held.get(row.group) ?? [])].some((right) => right === row.right || right === 'rw'),
        `gave ${row.right}`,
      ).toBe(true)
  }
  for (const row of before.rights.filter((one) => !new Set(after.rights.map(key)).has(key(one)))) expect(mine).toContain(row.unit)
  const ran = new Set(before.runs.map(key))
  for (const row of after.runs.filter((one) => !ran.has(key(one)))) expect(mine).toContain(row.unit)
  for (const row of before.runs.filter((one) => !after.runs.some((other) => key(other) === key(one)))) expect(row.person).toBe(actor)
  // Another unit's queues stay as they are; one's own are opened by a group only whose every right the actor held.
  for (const queue of after.queues) {
    const was = before.queues.find((one) => one.id === queue.id)
    if (was && key(was) === key(queue)) continue
    expect(mine).toContain(queue.unit)
    if (was) expect(mine).toContain(was.unit)
    for (const group of new Set([queue.group, ...(was ? [was.group] : [])])) {
      if (was?.group === queue.group || newGroups.has(group) || (!was && !before.queues.some((one) => one.group === group))) continue
      expect(held.get(group)?.has('rw') ?? false, 'opened a queue with a group without holding it').toBe(true)
    }
  }
  expect(after.roles).toEqual(before.roles)
  expect(after.installation).toBe(before.installation)
}
