/** Owns persons known from a directory: taking entries over, and what is kept of them; plugins bring the entries. */
import type { Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import type { Database, Id } from '../database/schema.ts'
import { Refusal } from '../errors.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdminLeft } from '../permission/administrators.ts'
import { demandAdmin } from '../permission/policy.ts'
import { placePersons } from '../unit/placing.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import { createUnit } from '../unit/units.ts'
import { compare, type DirectoryChange, type DirectoryPerson, type Known, type Plan } from './directory-compare.ts'
import {
  countOn,
  findMissing,
  findStored,
  insertFresh,
  lockEntries,
  newPersonIds,
  ourAddresses,
  saveAddresses,
  saveEntry,
  saveRoles,
  type Fresh,
  type StoredPerson,
} from './directory.store.ts'
import { personSubject } from './person-admin.ts'
import { normalAddress } from './persons.ts'

/** What is kept of a person's entry: for rules that look at attributes, place or groups. */
export interface DirectoryEntry {
  directory: string
  dn: string
  attributes: Readonly<Record<string, string[]>>
  groups: readonly string[]
  seenAt: Date
}

export async function findDirectoryEntry(db: Kysely<Database>, personId: Id): Promise<DirectoryEntry | undefined> {
  const row = await db
    .selectFrom('person_directory')
    .select(['directory', 'dn', 'attributes', 'groups', 'seen_at as seenAt'])
    .where('person_id', '=', personId)
    .executeTakeFirst()
  return row
}

/** What taking these entries over would do; nothing is written. All of one directory. */
export async function compareDirectoryPersons(db: Kysely<Database>, persons: readonly DirectoryPerson[]): Promise<DirectoryChange[]> {
  const known = await look(db, persons)
  return persons.map((person) => compare(person, known).change)
}

/**
 * Takes entries of one directory over: makes and changes persons with addresses, roles, agent's hat and unit. What the
 * directory never gave it does not take away; the last administrator stays one. Answers what was done, in the same order.
 */
export async function takeDirectoryPersons(work: Work, persons: readonly DirectoryPerson[]): Promise<DirectoryChange[]> {
  demandAdmin(work.actor)
  if (persons.length === 0) return []
  await lockEntries(work.db, persons[0]!.directory, [...new Set(persons.flatMap((person) => person.addresses.map(normalAddress)))])
  const known = await look(work.db, persons)
  const changes: DirectoryChange[] = []
  const touched: Id[] = []
  const fresh: Fresh = { ids: [], persons: [], addresses: [], roles: [], entries: [] }
  for (const person of persons) {
    const plan = compare(person, known)
    const { kind } = plan.change
    if (kind === 'comes') {
      if (fresh.ids.length === 0) fresh.ids = await newPersonIds(work.db, persons.length)
      await add(work, person, plan, known, fresh)
    } else if (kind !== 'same' && kind !== 'clash') {
      await take(work, person, plan, stored(plan), known)
      touched.push(stored(plan).id)
    }
    changes.push(plan.change)
  }
  await insertFresh(work.db, fresh, work.now)
  // The directory's own unit, where it names one, stands already; rules ask the rest.
  await placePersons(work, [...touched, ...fresh.persons.flatMap((row) => row.id ?? [])])
  return changes
}

/** The directory was asked and has these: for the words "last seen". */
export async function seenInDirectory(work: Work, directory: string, entryIds: readonly string[]): Promise<void> {
  if (entryIds.length === 0) return
  await work.db
    .updateTable('person_directory')
    .set({ seen_at: work.now })
    .where('directory', '=', directory)
    .where('entry_id', 'in', [...entryIds])
    .execute()
}

/** Who is on and no longer among these entries; and how many of the directory are on at all. */
export async function missingFromDirectory(db: Kysely<Database>, directory: string, entryIds: readonly string[]) {
  return { missing: await findMissing(db, directory, [...entryIds]), on: await countOn(db, directory) }
}

/** Switches off who is gone from the directory: sessions end, tickets stay. The last administrator stays; answers who did. */
export async function switchOffDirectoryPersons(work: Work, personIds: readonly Id[]): Promise<{ off: Id[]; stay: Id[] }> {
  demandAdmin(work.actor)
  const done: { off: Id[]; stay: Id[] } = { off: [], stay: [] }
  for (const id of personIds) {
    const before = await work.db
      .selectFrom('person')
      .select('agent')
      .where('id', '=', id)
      .where('valid', '=', true)
      .forUpdate()
      .executeTakeFirst()
    if (!before) continue
    const mayBeLast = before.agent && (await isAdminLeft(work))
    await work.db.updateTable('person').set({ valid: false }).where('id', '=', id).execute()
    if (mayBeLast && !(await isAdminLeft(work))) {
      await work.db.updateTable('person').set({ valid: true }).where('id', '=', id).execute()
      done.stay.push(id)
      continue
    }
    await work.db.deleteFrom('session').where('person_id', '=', id).execute()
    await work.db.updateTable('person_directory').set({ off_since: work.now }).where('person_id', '=', id).execute()
    recordChange(work, personSubject, id, { valid: true }, { valid: false })
    done.off.push(id)
  }
  return done
}

async function look(db: Kysely<Database>, persons: readonly DirectoryPerson[]): Promise<Known> {
  const addresses = [...new Set(persons.flatMap((person) => person.addresses.map(normalAddress)))]
  const stored = await findStored(db, persons[0]?.directory ?? '', {
    entryIds: persons.map(({ entryId }) => entryId),
    logins: persons.map(({ login }) => login.toLowerCase()),
    addresses,
  })
  const some = persons.some(({ roles }) => roles.length > 0)
  const roles = some ? await db.selectFrom('role').select(['id', 'name']).where('valid', '=', true).execute() : []
  const homeless = persons.some(({ unit }) => unit) && (stored.length < persons.length || stored.some(({ unit_id }) => unit_id === null))
  const units = homeless ? await db.selectFrom('unit').select(['id', 'slug']).where('valid', '=', true).execute() : []
  return {
    persons: stored,
    roles: new Map(roles.map(({ name, id }) => [name, id])),
    units: new Map(units.map(({ slug, id }) => [slug, id])),
    ours: await ourAddresses(db, addresses),
  }
}

const stored = (plan: Plan): StoredPerson => plan.stored!

async function unitFor(work: Work, person: DirectoryPerson, plan: Plan, known: Known): Promise<Id | null> {
  if (plan.unit !== 'make') return plan.unit
  const { slug, name, below } = person.unit!
  const parentId = below === null ? ROOT_UNIT : (known.units.get(below) ?? ROOT_UNIT)
  const id = await createUnit(work, { parentId, slug, name, nameEn: '', calendarId: null, valid: true })
  known.units.set(slug, id)
  return id
}

const entryOf = (person: DirectoryPerson, plan: Plan) => ({
  directory: person.directory,
  entry_id: person.entryId,
  dn: person.dn,
  attributes: person.attributes,
  groups: person.groups,
  ...plan.given,
})

/** Somebody new: their rows are gathered and written with those of the whole batch. */
async function add(work: Work, person: DirectoryPerson, plan: Plan, known: Known, fresh: Fresh): Promise<void> {
  const { values, change, addresses, roles } = plan
  const id = fresh.ids[fresh.persons.length]!
  const unit_id = await unitFor(work, person, plan, known)
  const entry = entryOf(person, plan)
  fresh.persons.push({ id, ...values, unit_id, password_hash: null, source: 'ldap', created_at: work.now, last_login_at: null })
  fresh.addresses.push(
    ...addresses.come.map((address) => ({ person_id: id, address, main: address === addresses.main, verified_at: work.now })),
  )
  fresh.roles.push(...roles.come.map((role_id) => ({ person_id: id, role_id })))
  fresh.entries.push({ person_id: id, ...entry })
  change.personId = id
  tell(work, id, undefined, change, person.directory)
  known.persons.push({
    id,
    ...values,
    unit_id,
    has_password: false,
    addresses: addresses.come.map((address) => ({ address, main: address === addresses.main })),
    roles: roles.come,
    entry: { ...entry, off: false },
  })
}

async function take(work: Work, person: DirectoryPerson, plan: Plan, stored: StoredPerson, known: Known): Promise<void> {
  const { values, change } = plan
  plan.unit = await unitFor(work, person, plan, known)
  const { id } = stored
  const row = { ...values, ...(plan.unit === null ? {} : { unit_id: plan.unit }) }
  const mayBeLast = (plan.roles.gone.length > 0 || (stored.agent && !values.agent)) && (await isAdminLeft(work))
  await work.db.updateTable('person').set(row).where('id', '=', id).execute()
  await saveAddresses(work.db, id, plan.addresses, work.now)
  await saveRoles(work.db, id, plan.roles)
  if (mayBeLast && !(await isAdminLeft(work))) {
    // Nobody would be left to put it right: it stays until somebody else administers.
    await saveRoles(work.db, id, { gone: [], come: plan.roles.gone })
    await work.db.updateTable('person').set({ agent: true }).where('id', '=', id).execute()
    plan.given.given_roles = [...new Set([...plan.given.given_roles, ...plan.roles.gone])]
    plan.given.given_agent ||= stored?.entry?.given_agent ?? false
    plan.values.agent = true
    change.problems.push({ problem: 'last-admin', detail: person.login })
  }
  const entry = entryOf(person, plan)
  await saveEntry(work.db, { person_id: id, ...entry }, work.now)
  change.personId = id
  tell(work, id, stored, change, person.directory)
  // The next entry of the same batch is compared with what this one has left.
  known.persons[known.persons.indexOf(stored)] = {
    id,
    ...values,
    unit_id: plan.unit ?? stored.unit_id,
    has_password: stored.has_password,
    addresses: [
      ...stored.addresses.filter(({ address }) => !plan.addresses.gone.includes(address)),
      ...plan.addresses.come.map((address) => ({ address, main: false })),
    ],
    roles: [...stored.roles.filter((role) => !plan.roles.gone.includes(role)), ...plan.roles.come],
    entry: { ...entry, off: false },
  }
}

/** What a person would notice, for the record of changes; the rest is only kept for rules. */
function tell(work: Work, id: Id, before: StoredPerson | undefined, { what }: DirectoryChange, directory: string): void {
  const told = what.filter(({ field }) => !['dn', 'groups', 'attributes'].includes(field))
  if (told.length === 0) return
  // As the directory writes them: not the person's columns, so that it is told and put back by nobody but the directory.
  const words = (of: 'before' | 'after'): object => Object.fromEntries(told.map((one) => [one.field, one[of]]))
  recordChange(work, personSubject, id, before ? words('before') : null, words('after'), { told: { from: `directory ${directory}` } })
}

async function isAdminLeft(work: Work): Promise<boolean> {
  try {
    await demandAdminLeft(work)
    return true
  } catch (error) {
    if (error instanceof Refusal && error.code === 'admin.last') return false
    throw error
  }
}
