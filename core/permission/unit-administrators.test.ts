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
import { revertChange } from '../administration/revert.ts'
import { saveSettings } from '../administration/setting-admin.ts'
import { coreSettings } from '../kernel/settings/core-settings.ts'
import type { Work } from '../kernel/work.ts'
import { createText, editText, setQueueText, setStandardText } from '../mail/texts/text-admin.ts'
import { addPerson, editPerson } from '../person/person-admin.ts'
import { createQueue, editQueue, findAdminQueue, orderQueues, type QueueForm } from '../queue/queue-admin.ts'
import { createSystemAddress } from '../queue/system-addresses.ts'
import { saveBrand } from '../unit/brand.ts'
import { UNIT_LIMITS, unitLimits } from '../unit/limits.ts'
import { closeQueue, mainQueueOf, optIn, optOut } from '../administration/opting.ts'
import { choosePersonUnit } from '../unit/placing.ts'
import { setRoute } from '../unit/routing.ts'
import { createTopic, editTopic } from '../unit/topics.ts'
import { createUnit, editUnit, setUnitCalendar } from '../unit/units.ts'
import { createGroup, editGroup } from './groups.ts'
import { setPersonRights, setPersonRole, setRoleRights } from './rights.ts'
import { addUnitAdministrator, administersUnit, removeUnitAdministrator } from './unit-administrators.ts'
import { standingIn } from '../../plugins/faq/rights.ts'
import { groupsOfUnit } from '../administration/unit-people.ts'
import { searchPersons } from '../person/person-search.ts'
import { loadActor } from './access.store.ts'
import { acceptNomination, appoint, declineNomination, listNominations, withdrawNomination, type Naming } from './nominations.ts'

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

const reads = (group: Id): Naming => ({ administrator: false, rights: new Map([[group, ['ro']]]) })
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
    const agent = await make.agent({}, { unitId: officeA })
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
      'name somebody': (work) => appoint(work, officeA, agent, reads(groupA)),
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
    const agent = await make.agent({}, { unitId: officeA })
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
    const [a, b] = [reads(await groupOf(officeA)), reads(await groupOf(officeB))]
    expect(await code(as(adminA, (work) => appoint(work, officeA, former, a)))).toBe('unit.hat-central')
    expect(await code(as(adminB, (work) => appoint(work, officeB, former, b)))).toBe('done')
    await as(former, async (work) => acceptNomination(work, (await listNominations(work.db, { personId: former }, work.now))[0]!.id))
    expect(await code(as(adminA, (work) => appoint(work, officeA, former, a)))).toBe('done')
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

  it('throws out only whom they named, and may step down', async () => {
    const [second, third] = [await make.agent({}, { unitId: officeA }), await make.agent({}, { unitId: officeA })]
    await as(adminA, (work) => addUnitAdministrator(work, officeA, second))
    await as(second, (work) => addUnitAdministrator(work, officeA, third))
    // Whom one named oneself, as long as one runs the unit oneself.
    expect(await code(as(adminA, (work) => removeUnitAdministrator(work, officeA, third)))).toBe('not-allowed')
    expect(await code(as(second, (work) => removeUnitAdministrator(work, officeA, third)))).toBe('done')
    await as(second, (work) => addUnitAdministrator(work, officeA, third))
    await make.asSystem((work) => removeUnitAdministrator(work, officeA, second))
    expect(await code(as(second, (work) => removeUnitAdministrator(work, officeA, third)))).toBe('not-allowed')
    await as(adminA, (work) => addUnitAdministrator(work, officeA, second))
    expect(await code(as(second, (work) => removeUnitAdministrator(work, officeA, adminA)))).toBe('not-allowed')
    expect(await code(as(second, (work) => removeUnitAdministrator(work, officeA, second)))).toBe('done')
    expect(await code(as(second, (work) => optOut(work, officeA)))).toBe('not-allowed')
    expect(await code(as(adminFaculty, (work) => removeUnitAdministrator(work, officeA, adminA)))).toBe('done')
  })
})

describe('whoever does not belong to the unit', () => {
  const told = async (personId: Id) =>
    (
      await opened.db
        .selectFrom('outbound_mail as m')
        .innerJoin('person_address as a', 'a.address', 'm.to_text')
        .select(['m.subject', 'm.body'])
        .where('a.person_id', '=', personId)
        .orderBy('m.id')
        .execute()
    ).map(({ subject, body }) => ({ subject, body: body! }))
  const stands = async (personId: Id) => {
    const actor = await make.actor(personId)
    return { agent: actor.access.agent, queues: actor.access.queueRights.size, units: actor.access.units }
  }
  const NOTHING = { agent: false, queues: 0, units: [] }
  const open = async (personId: Id) => (await listNominations(opened.db, { personId }, make.now))[0]!

  it('is asked by mail, holds nothing until they say yes, and loses the hat with the last right', async () => {
    const stranger = await make.person()
    const group = await groupOf(officeA)
    expect(await code(as(adminA, (work) => setPersonRights(work, stranger, new Map([[group, ['ro']]]))))).toBe('unit.ask-first')
    expect(await code(as(adminA, (work) => addUnitAdministrator(work, officeA, stranger)))).toBe('unit.ask-first')
    expect(await as(adminA, (work) => appoint(work, officeA, stranger, { administrator: true, rights: new Map([[group, ['rw']]]) }))).toBe(
      'invited',
    )
    expect(await stands(stranger)).toEqual(NOTHING)
    const asked = await open(stranger)
    expect((await told(stranger)).map(({ body }) => body.includes(`/appointments/${asked.id}`))).toEqual([true])
    expect(await code(as(adminA, (work) => appoint(work, officeA, stranger, reads(group))))).toBe('unit.invited-already')
    // It is theirs to answer, and nobody else's.
    for (const other of [adminA, adminB, adminFaculty])
      expect(await code(as(other, (work) => acceptNomination(work, asked.id)))).toBe('not-found')
    await as(stranger, (work) => acceptNomination(work, asked.id))
    expect(await stands(stranger)).toEqual({ agent: true, queues: 1, units: [officeA] })
    expect((await told(adminA)).at(-1)!.subject).toContain('Zaproszenie przyjęte')
    expect(await code(as(stranger, (work) => declineNomination(work, asked.id)))).toBe('unit.invitation-ended')

    await as(adminA, (work) => removeUnitAdministrator(work, officeA, stranger))
    expect(await stands(stranger)).toMatchObject({ agent: true, units: [] })
    await as(adminA, (work) => setPersonRights(work, stranger, new Map([[group, []]])))
    expect(await stands(stranger)).toEqual(NOTHING)
    expect((await told(stranger)).slice(1).map(({ subject }) => subject.split(/ [–„]/)[0])).toEqual([
      'Nie administrujesz już jednostką',
      'Nie prowadzisz już zgłoszeń',
    ])
  })

  it('may say no, not answer, or hear that it was taken back: then nothing has changed', async () => {
    const group = await groupOf(officeA)
    const ends: Record<string, (id: Id, person: Id) => Promise<unknown>> = {
      declined: (id, person) => as(person, (work) => declineNomination(work, id)),
      withdrawn: (id) => as(adminA, (work) => withdrawNomination(work, officeA, id)),
      expired: async () => (make.now = new Date(make.now.getTime() + 14 * 24 * 3600_000)),
    }
    for (const [state, end] of Object.entries(ends)) {
      const [stranger, now] = [await make.person(), make.now]
      await as(adminA, (work) => appoint(work, officeA, stranger, reads(group)))
      const { id } = await open(stranger)
      await end(id, stranger)
      expect(await code(as(stranger, (work) => acceptNomination(work, id)))).toBe('unit.invitation-ended')
      expect([state, await stands(stranger)]).toEqual([state, NOTHING])
      expect((await listNominations(opened.db, { unitId: officeA }, now)).find((one) => one.id === id)).toMatchObject(
        state === 'expired' ? { state: 'open' } : { state },
      )
      // What is over stands in nobody's way.
      expect(await as(adminA, (work) => appoint(work, officeA, stranger, reads(group)))).toBe('invited')
      make.now = now
    }
    const log = await opened.db
      .selectFrom('audit_event')
      .select('after')
      .where('object_type', '=', 'unit nomination')
      .where('unit_id', '=', officeA)
      .orderBy('id')
      .execute()
    expect(log.map(({ after }) => Object.values(after as object)[0] as string)).toEqual([
      // declined, taken back, expired
      'open',
      'declined',
      'open',
      'open',
      'withdrawn',
      'open',
      'open',
      'open',
    ])
  })

  it('gets nothing that whoever asked them can no longer give', async () => {
    const group = await groupOf(officeA)
    const [rights, runs] = [await make.person(), await make.person()]
    await as(adminA, (work) => appoint(work, officeA, rights, { administrator: false, rights: new Map([[group, ['rw']]]) }))
    await as(adminA, (work) => appoint(work, officeA, runs, { administrator: true, rights: new Map() }))
    await make.asSystem((work) => setPersonRights(work, adminA, new Map([[group, ['ro']]])))
    const accept = async (person: Id) => code(as(person, async (work) => acceptNomination(work, (await open(person)).id)))
    expect(await accept(rights)).toBe('unit.invitation-void')
    await make.asSystem((work) => removeUnitAdministrator(work, officeA, adminA))
    expect(await accept(runs)).toBe('unit.invitation-void')
    expect([await stands(rights), await stands(runs)]).toEqual([NOTHING, NOTHING])
  })

  it('is asked so often a day and no oftener, and by one administrator so many', async () => {
    const group = await groupOf(officeA)
    await make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'limits.invitations': 3, 'limits.invitations-to': 2 }))
    try {
      const stranger = await make.person()
      const ask = (person: Id) => code(as(adminA, (work) => appoint(work, officeA, person, reads(group))))
      const back = async () => as(adminA, async (work) => withdrawNomination(work, officeA, (await open(stranger)).id))
      expect(await ask(stranger)).toBe('done')
      await back()
      expect(await ask(stranger)).toBe('done')
      await back()
      expect(await ask(stranger)).toBe('unit.invitations-too-many')
      expect([await ask(await make.person()), await ask(await make.person())]).toEqual(['done', 'unit.invitations-too-many'])
    } finally {
      await make.asSystem((work) =>
        saveSettings(work, 'core', coreSettings, { 'limits.invitations': undefined, 'limits.invitations-to': undefined }),
      )
    }
  })

  it('a hat of the directory or of central administration stays when the last right goes; one of a unit does not', async () => {
    const group = await groupOf(officeA)
    const central = await make.agent({}, { unitId: officeA })
    const own = await make.person({ unitId: officeA })
    for (const person of [central, own]) {
      expect(await as(adminA, (work) => appoint(work, officeA, person, reads(group)))).toBe('done')
      expect((await told(person)).at(-1)!.subject).toContain('Prowadzisz zgłoszenia jednostki')
      await as(adminA, (work) => setPersonRights(work, person, new Map([[group, []]])))
    }
    expect([(await stands(central)).agent, (await stands(own)).agent]).toEqual([true, false])
    // Undone from the log, the right comes back with its hat.
    const event = await opened.db
      .selectFrom('audit_event')
      .select('id')
      .where('object_type', '=', 'person right')
      .where('object_id', '=', own)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    await as(adminA, (work) => revertChange(work, event.id, new Set([officeA])))
    expect(await stands(own)).toMatchObject({ agent: true, queues: 1 })
  })

  it('who says of themselves that they belong to it is asked too: their word brings no right', async () => {
    const self = await make.person({ unitId: null })
    await as(self, (work) => choosePersonUnit(work, officeA))
    expect(await as(adminA, async (work) => appoint(work, officeA, self, reads(await groupOf(officeA))))).toBe('invited')
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
  const runs = await opened.db
    .selectFrom('unit_administrator')
    .select(['unit_id as unit', 'person_id as person', 'given_by as by'])
    .execute()
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
          const own = { unitId: officeA }
          const people = [
            adminA,
            adminB,
            adminFaculty,
            await make.person(own),
            await make.agent({}, own),
            await make.agent({ 1: ['rw'] }),
            await make.person(),
          ]
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
              (work) => appoint(work, unit, person, { administrator: a % 2 === 0, rights: new Map([[group, at(rightSets, b)]]) }),
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

/** How somebody gets in: what of them decides it, but for the hat. */
const waysIn = () =>
  opened.db
    .selectFrom('person as p')
    .leftJoin('person_address as a', 'a.person_id', 'p.id')
    .select(['p.id', 'p.login', 'p.password_hash', 'p.valid', 'a.address', 'a.main'])
    .orderBy('p.id')
    .orderBy('a.id')
    .execute()

describe('no sequence of a local administrator’s acts', () => {
  it('takes anybody’s way in, puts a hat on whoever neither belongs there nor said yes, or shows them more than a stranger sees', async () => {
    const runs = Number(process.env['POMOC_RUNS'] ?? 12)
    const seen = { invited: 0, done: 0, accepted: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ act: fc.nat(8), who: fc.nat(20), by: fc.nat(1), what: fc.nat(5) }), { minLength: 1, maxLength: 14 }),
        async (steps) => {
          const [unitA, unitB] = [await make.unit(), await make.unit()]
          const [admin, other] = [await make.agent({}), await make.agent({})]
          await make.asSystem(async (work) => {
            await addUnitAdministrator(work, unitA, admin)
            await addUnitAdministrator(work, unitB, other)
          })
          await as(admin, (work) => optIn(work, unitA))
          await as(other, (work) => optIn(work, unitB))
          const [groupA, groupB] = [await groupOf(unitA), await groupOf(unitB)]
          const names = { own: 'Zdzisława Swoja', student: 'Zdzisława Obca', agent: 'Zdzisława Agentka', known: 'Zdzisława Katalogowa' }
          const own = await make.person({ name: names.own, unitId: unitA })
          const student = await make.person({ name: names.student })
          const agent = await make.agent({ [groupB]: ['ro'] }, { name: names.agent })
          const known = await make.person({ name: names.known })
          await opened.db
            .insertInto('person_directory')
            .values({
              person_id: known,
              directory: 'main',
              entry_id: known,
              dn: `uid=${known}`,
              attributes: '{}',
              groups: [],
              given_addresses: [],
              given_roles: [],
              standing: null,
              off_since: null,
              seen_at: make.now,
            })
            .execute()
          const people = [own, student, agent, known]
          const asked = new Set<Id>()
          const ways = await waysIn()
          const hats = new Set([admin, other, agent])
          for (const { act, who, by, what } of steps) {
            const person = people[who % people.length]!
            const rights = new Map([[who > 15 ? groupB : groupA, [['ro'], ['rw'], []][what % 3]!]])
            const acts: ((work: Work) => Promise<unknown>)[] = [
              (work) => appoint(work, unitA, person, { administrator: what > 2, rights }),
              (work) => appoint(work, who > 15 ? unitB : unitA, person, { administrator: true, rights: new Map() }),
              (work) => setPersonRights(work, person, rights),
              (work) => setPersonRights(work, person, new Map([[groupA, []]])),
              (work) => addUnitAdministrator(work, unitA, person),
              (work) => removeUnitAdministrator(work, unitA, person),
              async (work) =>
                withdrawNomination(work, unitA, (await listNominations(work.db, { personId: person }, work.now))[0]?.id ?? '0'),
              (work) => choosePersonUnit(work, unitA),
              async (work) => acceptNomination(work, (await listNominations(work.db, { personId: person }, work.now))[0]?.id ?? '0'),
            ]
            // Whoever is asked answers themselves; so does whoever says where they belong.
            const self = act > 6 && by === 1
            const ended = await as(self ? person : admin, acts[act]!).then(String, (error: unknown) =>
              error instanceof Refusal ? 'refused' : Promise.reject(error as Error),
            )
            if (self && act === 8 && ended !== 'refused') asked.add(person)
            seen[ended === 'refused' ? 'refused' : ended === 'invited' ? 'invited' : self && act === 8 ? 'accepted' : 'done']++
          }
          expect(await waysIn()).toEqual(ways)
          for (const one of people) {
            const actor = (await loadActor(opened.db, one))!
            const agreed = one === own || asked.has(one)
            if (!agreed) {
              expect([one, actor.access.agent, actor.access.units]).toEqual([one, hats.has(one), []])
              expect([...actor.access.queueRights.values()].length).toBe(one === agent ? 1 : 0)
            }
            // Nobody reads by it what agents elsewhere write for themselves: above it, or beside it.
            for (const unit of ['1', unitB]) {
              const standing = await standingIn(opened.db, actor, unit, false)
              expect([unit, standing.reads.includes('internal')]).toEqual([unit, unit === unitB && one === agent])
            }
            const below = await standingIn(opened.db, actor, unitA, false)
            expect(below.internalIn).not.toContain('1')
          }
          // Names are told of the unit's own people and of whom the directory knows; of others to whoever has their whole address.
          const found = new Set((await searchPersons(opened.db, 'Zdzisława', 50, { unitId: unitA })).map(({ id }) => id))
          for (const one of people) {
            const row = await opened.db.selectFrom('person').select('unit_id').where('id', '=', one).executeTakeFirstOrThrow()
            const theirs = one === known || row.unit_id === unitA || asked.has(one)
            if (!theirs) expect([names, found.has(one)]).toEqual([names, false])
            if (one === known || one === own) expect(found.has(one)).toBe(true)
            const { address } = await opened.db
              .selectFrom('person_address')
              .select('address')
              .where('person_id', '=', one)
              .executeTakeFirstOrThrow()
            expect((await searchPersons(opened.db, address, 50, { unitId: unitA })).map(({ id }) => id)).toContain(one)
          }
          // Whoever is let go of everything is what they were, but for hats that were never the unit's.
          for (const one of people) {
            await make.asSystem((work) => removeUnitAdministrator(work, unitA, one)).catch(() => {})
            await make.asSystem((work) => setPersonRights(work, one, new Map([[groupA, []]])))
            expect((await loadActor(opened.db, one))!.access.agent).toBe(hats.has(one))
          }
        },
      ),
      {
        numRuns: runs,
        // Asked, agreed, and let go; so that each run has all of it at least once.
        examples: [
          [
            [
              { act: 0, who: 1, by: 0, what: 4 },
              { act: 8, who: 1, by: 1, what: 0 },
              { act: 0, who: 0, by: 0, what: 0 },
              { act: 2, who: 2, by: 0, what: 1 },
            ],
          ],
        ],
        ...(process.env['POMOC_SEED'] ? { seed: Number(process.env['POMOC_SEED']) } : {}),
      },
    )
    // A property over refusals alone would say nothing.
    for (const [what, times] of Object.entries(seen)) expect([what, times > 0]).toEqual([what, true])
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
  for (const row of before.runs.filter((one) => !after.runs.some((other) => key(other) === key(one))))
    expect([row.person, row.by]).toContain(actor)
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
