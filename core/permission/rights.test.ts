import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { editPerson } from '../person/person-admin.ts'
import { createGroup, editGroup } from './groups.ts'
import { may } from './policy.ts'
import { rightsOfPerson, rightsOfRole, setPersonRights, setPersonRole, setPersonRoles, setRoleRights } from './rights.ts'
import { createRole, editRole } from './roles.ts'

let opened: OpenDatabase
let make: Maker
let admin: string
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  admin = await make.agent({ 2: ['rw'] }, { name: 'Ada' })
})
afterAll(() => opened.close())

const asAdmin = async <T>(run: Parameters<Maker['work']>[1] & ((work: Parameters<Parameters<Maker['work']>[1]>[0]) => Promise<T>)) =>
  make.work(await make.actor(admin), run)
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
const plain = { login: '', firstName: '', lastName: '', language: null, phone: '', unitId: null }

describe('the last administrator', () => {
  it('keeps the right, the agent hat and the account', async () => {
    expect(await code(asAdmin((work) => setPersonRights(work, admin, new Map([['2', []]]))))).toBe('admin.last')
    expect(await code(asAdmin((work) => setPersonRights(work, admin, new Map([['2', ['ro']]]))))).toBe('admin.last')
    expect(await code(asAdmin((work) => editPerson(work, admin, { ...plain, name: 'Ada', agent: false, valid: true })))).toBe('admin.last')
    expect(await code(asAdmin((work) => editPerson(work, admin, { ...plain, name: 'Ada', agent: true, valid: false })))).toBe('admin.last')
    expect((await make.actor(admin)).access.admin).toBe(true)
  })

  it('may go when somebody else administers, and the next is the last', async () => {
    const other = await make.agent({})
    const role = await asAdmin((work) => createRole(work, { name: 'Administratorzy', comment: '', valid: true }))
    await asAdmin((work) => setRoleRights(work, role, new Map([['2', ['rw']]])))
    await asAdmin((work) => setPersonRoles(work, other, [role]))
    expect((await make.actor(other)).access.admin).toBe(true)
    const byOther = await make.actor(other)
    await make.work(byOther, (work) => setPersonRights(work, admin, new Map([['2', []]])))
    expect((await make.actor(admin)).access.admin).toBe(false)
    expect(await code(make.work(byOther, (work) => setPersonRoles(work, other, [])))).toBe('admin.last')
    expect(await code(make.work(byOther, (work) => setRoleRights(work, role, new Map([['2', ['ro']]]))))).toBe('admin.last')
    expect(await code(make.work(byOther, (work) => editRole(work, role, { name: 'Administratorzy', comment: '', valid: false })))).toBe(
      'admin.last',
    )
    await make.work(byOther, (work) => setPersonRights(work, admin, new Map([['2', ['rw']]])))
  })

  it('cannot be lost by two removals at once', async () => {
    const other = await make.agent({ 2: ['rw'] })
    const [one, two] = [await make.actor(admin), await make.actor(other)]
    await opened.db.deleteFrom('role_person').execute()
    const ends = await Promise.all([
      code(make.work(one, (work) => setPersonRights(work, other, new Map([['2', []]])))),
      code(make.work(two, (work) => setPersonRights(work, admin, new Map([['2', []]])))),
    ])
    expect(ends.toSorted()).toEqual(['admin.last', 'done'])
    await opened.db.deleteFrom('group_person').where('group_id', '=', '2').execute()
    await opened.db.insertInto('group_person').values({ group_id: '2', person_id: admin, right: 'rw' }).execute()
  })

  it('the group admin can be neither switched off nor renamed', async () => {
    expect(await code(asAdmin((work) => editGroup(work, '2', { name: 'szefowie', comment: '', valid: true })))).toBe('group.admin-stays')
    expect(await code(asAdmin((work) => editGroup(work, '2', { name: 'admin', comment: '', valid: false })))).toBe('group.admin-stays')
  })
})

describe('rights', () => {
  it('are seen by the policy at once: rw includes all, ro only reading, a role that is off gives nothing', async () => {
    const group = await asAdmin((work) => createGroup(work, { name: 'Sieć', comment: '', valid: true }))
    const queue = await make.queue({ groupId: group })
    const agent = await make.agent({})
    const ticket = {
      queueId: queue,
      ownerId: null,
      responsibleId: null,
      customerId: null,
      company: '',
      watching: false,
      participation: null,
    }
    const can = async (right: string) => may((await make.actor(agent)).access, right, ticket).allowed

    await asAdmin((work) => setPersonRights(work, agent, new Map([[group, ['ro']]])))
    expect([await can('ro'), await can('note'), await can('rw')]).toEqual([true, false, false])
    await asAdmin((work) => setPersonRights(work, agent, new Map([[group, ['note']]])))
    expect([await can('ro'), await can('note')]).toEqual([false, true])
    await asAdmin((work) => setPersonRights(work, agent, new Map([[group, ['rw']]])))
    expect([await can('ro'), await can('note'), await can('close')]).toEqual([true, true, true])
    await asAdmin((work) => setPersonRights(work, agent, new Map([[group, []]])))
    expect(await can('ro')).toBe(false)

    const role = await asAdmin((work) => createRole(work, { name: 'Sieciowcy', comment: '', valid: true }))
    await asAdmin((work) => setRoleRights(work, role, new Map([[group, ['ro', 'note']]])))
    await asAdmin((work) => setPersonRole(work, agent, role, true))
    expect([await can('ro'), await can('note'), await can('owner')]).toEqual([true, true, false])
    await asAdmin((work) => editRole(work, role, { name: 'Sieciowcy', comment: '', valid: false }))
    expect(await can('ro')).toBe(false)
  })

  it('outside the matrix are kept as they stand, and unknown ones refused', async () => {
    const agent = await make.agent({ 1: ['ro', 'close'] })
    await asAdmin((work) => setPersonRights(work, agent, new Map([['1', ['ro', 'note']]])))
    expect((await rightsOfPerson(opened.db, agent)).get('1')?.toSorted()).toEqual(['close', 'note', 'ro'])
    expect(await code(asAdmin((work) => setPersonRights(work, agent, new Map([['1', ['everything']]]))))).toBe('right.unknown')
  })

  it('are given to agents only', async () => {
    const customer = await make.person()
    expect(await code(asAdmin((work) => setPersonRights(work, customer, new Map([['1', ['ro']]]))))).toBe('person.admin-needs-hat')
  })

  it('are changed by administrators only, each change told as a fact', async () => {
    const agent = await make.agent({ 1: ['rw'] })
    const actor = await make.actor(agent)
    expect(await code(make.work(actor, (work) => setPersonRights(work, agent, new Map([['2', ['rw']]]))))).toBe('not-allowed')
    expect(await code(make.work(actor, (work) => createRole(work, { name: 'X', comment: '', valid: true })))).toBe('not-allowed')
    expect(await code(make.work(actor, (work) => editGroup(work, '1', { name: 'X', comment: '', valid: true })))).toBe('not-allowed')
    const role = await asAdmin((work) => createRole(work, { name: 'Zmiany', comment: '', valid: true }))
    await asAdmin((work) => setRoleRights(work, role, new Map([['1', ['ro']]])))
    await asAdmin((work) => setRoleRights(work, role, new Map([['1', ['ro']]])))
    const facts = await opened.db
      .selectFrom('fact')
      .select(['data', 'person_id'])
      .where('name', '=', 'admin.changed')
      .orderBy('id')
      .execute()
    const told = facts.filter(({ data }) => data['what'] === 'role right' && data['id'] === role)
    expect(told.map(({ data, person_id }) => [data['before'], data['after'], person_id])).toEqual([
      [{ 'group 1': [] }, { 'group 1': ['ro'] }, admin],
    ])
    expect(await rightsOfRole(opened.db, role)).toEqual(new Map([['1', ['ro']]]))
  })

  it('a group with queues in use cannot be switched off, and names are unique whatever their letters', async () => {
    const group = await asAdmin((work) => createGroup(work, { name: 'Zajęta', comment: '', valid: true }))
    await make.queue({ groupId: group, name: 'Zajęta kolejka' })
    expect(await code(asAdmin((work) => editGroup(work, group, { name: 'Zajęta', comment: '', valid: false })))).toBe('group.in-use')
    expect(await code(asAdmin((work) => createGroup(work, { name: ' USERS ', comment: '', valid: true })))).toBe('group.name-taken')
  })
})
