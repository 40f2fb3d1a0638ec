/** Owns who holds which right in which group: persons and roles, and which persons wear which role. */
import type { Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject, type Values } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import { demandAdminLeft } from './administrators.ts'
import { AGENT_RIGHTS, demandAdmin } from './policy.ts'
import { demandFresh } from './fresh.ts'
import { tellAppointed } from './tell-appointed.ts'
import { dropIdleHat } from './hat.ts'
import { demandHolds, isCentral, readyToHold, type Giving } from './unit-administrators.ts'

/** The rights every matrix shows (OTRS System::Permission); others that a row holds are kept. */
export const MATRIX_RIGHTS: readonly string[] = AGENT_RIGHTS.slice(0, 7)

/** Rights by the id of what they are held by, or held in. */
export type RightsById = Map<Id, string[]>

export interface Held {
  id: Id
  name: string
  rights: string[]
}

/** Rights of a person by group: those given to the person alone. */
export async function rightsOfPerson(db: Kysely<Database>, personId: Id): Promise<RightsById> {
  return gather(await db.selectFrom('group_person').select(['group_id as id', 'right']).where('person_id', '=', personId).execute())
}

export async function rightsOfRole(db: Kysely<Database>, roleId: Id): Promise<RightsById> {
  return gather(await db.selectFrom('group_role').select(['group_id as id', 'right']).where('role_id', '=', roleId).execute())
}

/** Who holds a right in a group by themselves, and which roles do. */
export async function holdersInGroup(db: Kysely<Database>, groupId: Id): Promise<{ persons: Held[]; roles: Held[] }> {
  const persons = await db
    .selectFrom('group_person')
    .innerJoin('person', 'person.id', 'group_person.person_id')
    .select(['person.id', 'person.name', 'group_person.right'])
    .where('group_id', '=', groupId)
    .orderBy('person.name')
    .execute()
  const roles = await db
    .selectFrom('group_role')
    .innerJoin('role', 'role.id', 'group_role.role_id')
    .select(['role.id', 'role.name', 'group_role.right'])
    .where('group_id', '=', groupId)
    .orderBy('role.name')
    .execute()
  return { persons: held(persons), roles: held(roles) }
}

/** Roles of a person, and what each of them brings: role id → rights by group. */
export async function rolesOfPerson(db: Kysely<Database>, personId: Id): Promise<Set<Id>> {
  const rows = await db.selectFrom('role_person').select('role_id').where('person_id', '=', personId).execute()
  return new Set(rows.map((row) => row.role_id))
}

/** What a person's roles bring, for the words "from role …" beside a right: group id → role names by right. */
export async function rightsFromRoles(db: Kysely<Database>, personId: Id): Promise<Map<Id, { role: string; right: string }[]>> {
  const rows = await db
    .selectFrom('role_person as rp')
    .innerJoin('role as r', 'r.id', 'rp.role_id')
    .innerJoin('group_role as gr', 'gr.role_id', 'r.id')
    .select(['gr.group_id', 'r.name as role', 'gr.right'])
    .where('rp.person_id', '=', personId)
    .where('r.valid', '=', true)
    .orderBy('r.name')
    .execute()
  const all = new Map<Id, { role: string; right: string }[]>()
  for (const row of rows) all.set(row.group_id, [...(all.get(row.group_id) ?? []), { role: row.role, right: row.right }])
  return all
}

/** Persons who wear a role. */
export function personsOfRole(db: Kysely<Database>, roleId: Id): Promise<{ id: Id; name: string }[]> {
  return db
    .selectFrom('role_person')
    .innerJoin('person', 'person.id', 'role_person.person_id')
    .select(['person.id', 'person.name'])
    .where('role_id', '=', roleId)
    .orderBy('person.name')
    .execute()
}

/**
 * Gives a person exactly these rights in the named groups; other groups stay as they are. A local administrator does so in groups
 * of their units, and gives no right that they do not hold there, and somebody from outside none before they said yes: then `giving`
 * is who named them. Errors: `right.unknown`, `right.not-held`, `unit.ask-first`, `unit.hat-central`, `admin.last`.
 */
export async function setPersonRights(work: Work, personId: Id, wanted: RightsById, giving: Giving = work): Promise<void> {
  if (!isCentral(giving.actor)) for (const groupId of wanted.keys()) await demandHolds(giving, groupId, [])
  const person = await work.db.selectFrom('person').select(['id', 'agent']).where('id', '=', personId).forUpdate().executeTakeFirst()
  if (!person) throw refused('not-found')
  const stored = await rightsOfPerson(work.db, personId)
  const changed = await changes(work, stored, wanted)
  let left: Id | null | undefined
  for (const [groupId, rights] of changed) {
    const more = rights.filter((right) => !stored.get(groupId)?.includes(right))
    await demandHolds(giving, groupId, more)
    // Who accepts what another gave has nothing to prove.
    if (giving === work) demandFresh(work)
    // Rights in a unit's group are that unit's affair, whoever the person belongs to.
    const { unit_id } = await work.db.selectFrom('permission_group').select('unit_id').where('id', '=', groupId).executeTakeFirstOrThrow()
    if (
      (more.length > 0 || (rights.length > 0 && !person.agent)) &&
      (await readyToHold(work, unit_id, person, { giving, field: 'agent' }))
    ) {
      person.agent = true
      await tellAppointed(work, personId, { what: 'work', unitId: unit_id })
    }
    await work.db.deleteFrom('group_person').where('person_id', '=', personId).where('group_id', '=', groupId).execute()
    if (rights.length > 0) {
      await work.db
        .insertInto('group_person')
        .values(rights.map((right) => ({ group_id: groupId, person_id: personId, right })))
        .execute()
    }
    recordChange(
      work,
      personRightSubject,
      personId,
      { [`group ${groupId}`]: stored.get(groupId) ?? [] },
      { [`group ${groupId}`]: rights },
      unit_id === ROOT_UNIT ? {} : { unitId: unit_id },
    )
    if (rights.length === 0) left = unit_id === ROOT_UNIT ? null : unit_id
  }
  if (left !== undefined) await dropIdleHat(work, personId, left)
  if (takesAll(stored, changed)) await demandAdminLeft(work)
}

/** Gives a role exactly these rights in the named groups. Errors: `right.unknown`, `admin.last`. */
export async function setRoleRights(work: Work, roleId: Id, wanted: RightsById): Promise<void> {
  demandAdmin(work.actor)
  const role = isId(roleId) && (await work.db.selectFrom('role').select('id').where('id', '=', roleId).forUpdate().executeTakeFirst())
  if (!role) throw refused('not-found')
  const stored = await rightsOfRole(work.db, roleId)
  const changed = await changes(work, stored, wanted)
  if (changed.size > 0) demandFresh(work)
  for (const [groupId, rights] of changed) {
    await work.db.deleteFrom('group_role').where('role_id', '=', roleId).where('group_id', '=', groupId).execute()
    if (rights.length > 0) {
      await work.db
        .insertInto('group_role')
        .values(rights.map((right) => ({ group_id: groupId, role_id: roleId, right })))
        .execute()
    }
    recordChange(work, roleRightSubject, roleId, { [`group ${groupId}`]: stored.get(groupId) ?? [] }, { [`group ${groupId}`]: rights })
  }
  if (takesAll(stored, changed)) await demandAdminLeft(work)
}

/** Gives a person exactly these roles. Errors: `not-found`, `person.admin-needs-hat`, `admin.last`. */
export async function setPersonRoles(work: Work, personId: Id, roleIds: readonly Id[]): Promise<void> {
  demandAdmin(work.actor)
  const person = await work.db.selectFrom('person').select(['id', 'agent']).where('id', '=', personId).forUpdate().executeTakeFirst()
  if (!person) throw refused('not-found')
  const before = [...(await rolesOfPerson(work.db, personId))].sort(byNumber)
  const after = [...new Set(roleIds)].sort(byNumber)
  if (before.join() !== after.join()) demandFresh(work)
  if (after.some((id) => !before.includes(id)) && !person.agent) throw refused('person.admin-needs-hat', {}, 'agent')
  const known = await work.db.selectFrom('role').select('id').execute()
  if (after.some((id) => !known.some((role) => role.id === id))) throw refused('not-found')
  await work.db.deleteFrom('role_person').where('person_id', '=', personId).execute()
  if (after.length > 0)
    await work.db
      .insertInto('role_person')
      .values(after.map((role_id) => ({ role_id, person_id: personId })))
      .execute()
  recordChange(work, personRoleSubject, personId, { roles: before }, { roles: after })
  if (before.every((id) => after.includes(id))) return
  await dropIdleHat(work, personId, null)
  await demandAdminLeft(work)
}

/** Takes one role from one person, or gives it. */
export async function setPersonRole(work: Work, personId: Id, roleId: Id, wears: boolean): Promise<void> {
  if (!isId(personId) || !isId(roleId)) throw refused('not-found')
  const roles = await rolesOfPerson(work.db, personId)
  if (wears) roles.add(roleId)
  else roles.delete(roleId)
  await setPersonRoles(work, personId, [...roles])
}

const RIGHTS_BY_GROUP = { prefix: 'group', of: 'group', words: 'each.group', as: 'rights' } as const
const groupsOf = (of: object): Id[] => Object.keys(of).map((key) => key.slice('group '.length))
const byGroup = (of: object, held: RightsById): Record<string, string[]> =>
  Object.fromEntries(groupsOf(of).map((id) => [`group ${id}`, (held.get(id) ?? []).toSorted()]))
/** Rights have no order. */
const sorted = async (_db: unknown, _id: string, values: Values): Promise<Values> =>
  Object.fromEntries(Object.entries(values).map(([key, rights]) => [key, ((rights ?? []) as string[]).toSorted()]))
/** Rights beside the matrix are kept by the act as they stand, so that it is not asked for them. */
const asForm = (values: Record<string, string[]>): { rights: RightsById } => ({
  rights: new Map(groupsOf(values).map((id) => [id, values[`group ${id}`]!.filter((right) => MATRIX_RIGHTS.includes(right))])),
})

export const personRightSubject: CoreSubject<Record<string, string[]>, { rights: RightsById }> = {
  type: 'person right',
  kind: 'permission',
  right: 'unit',
  lies: 'person',
  words: 'subject.person-right',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: {},
  each: [RIGHTS_BY_GROUP],
  way: {
    read: async (db, id, of) => byGroup(of, await rightsOfPerson(db, id)),
    today: sorted,
    form: asForm,
    put: (work, id, { rights }) => setPersonRights(work, id, rights),
  },
}

export const roleRightSubject: CoreSubject<Record<string, string[]>, { rights: RightsById }> = {
  type: 'role right',
  kind: 'permission',
  right: 'installation',
  lies: null,
  words: 'subject.role-right',
  named: 'role',
  seen: pageAt('/admin/roles'),
  fields: {},
  each: [RIGHTS_BY_GROUP],
  way: {
    read: async (db, id, of) => byGroup(of, await rightsOfRole(db, id)),
    today: sorted,
    form: asForm,
    put: (work, id, { rights }) => setRoleRights(work, id, rights),
  },
}

export const personRoleSubject: CoreSubject<{ roles: Id[] }, { roles: Id[] }> = {
  type: 'person role',
  kind: 'permission',
  right: 'installation',
  lies: 'person',
  words: 'subject.person-role',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: { roles: { words: 'field.roles', as: 'role' } },
  way: {
    read: async (db, id) => ({ roles: [...(await rolesOfPerson(db, id))].sort(byNumber) }),
    form: ({ roles }) => ({ roles }),
    put: (work, id, { roles }) => setPersonRoles(work, id, roles),
  },
}

/** What differs from the stored rights, checked; rights outside the matrix are kept as they stand. */
async function changes(work: Work, stored: RightsById, wanted: RightsById): Promise<RightsById> {
  const groups = new Set((await work.db.selectFrom('permission_group').select('id').execute()).map((group) => group.id))
  const changed: RightsById = new Map()
  for (const [groupId, rights] of wanted) {
    if (!groups.has(groupId)) throw refused('not-found')
    const unknown = rights.find((right) => !MATRIX_RIGHTS.includes(right))
    if (unknown !== undefined) throw refused('right.unknown', { right: unknown })
    const before = stored.get(groupId) ?? []
    const after = [...MATRIX_RIGHTS.filter((right) => rights.includes(right)), ...before.filter((right) => !MATRIX_RIGHTS.includes(right))]
    if (before.length !== after.length || after.some((right) => !before.includes(right))) changed.set(groupId, after)
  }
  return changed
}

/** Does any group lose `rw`, the right that makes an administrator in the group `admin`? */
function takesAll(stored: RightsById, changed: RightsById): boolean {
  return [...changed].some(([groupId, rights]) => stored.get(groupId)?.includes('rw') && !rights.includes('rw'))
}

function gather(rows: { id: Id; right: string }[]): RightsById {
  const all: RightsById = new Map()
  for (const { id, right } of rows) all.set(id, [...(all.get(id) ?? []), right])
  return all
}

function held(rows: { id: Id; name: string; right: string }[]): Held[] {
  const all = new Map<Id, Held>()
  for (const { id, name, right } of rows) {
    const one = all.get(id) ?? { id, name, rights: [] }
    one.rights.push(right)
    all.set(id, one)
  }
  return [...all.values()]
}

const byNumber = (a: Id, b: Id) => Number(a) - Number(b)
