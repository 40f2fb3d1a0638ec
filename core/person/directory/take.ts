/** Owns persons known from a directory: taking entries over, and what is kept of them; plugins bring the entries. */
import type { Kysely } from 'kysely'
import { recordChange } from '../../audit/change.ts'
import type { Database, Id } from '../../database/schema.ts'
import { Refusal, refused } from '../../errors.ts'
import type { Actor } from '../../kernel/actor.ts'
import { onTrial } from '../../kernel/trial.ts'
import type { Work } from '../../kernel/work.ts'
import { demandAdminLeft } from '../../permission/administrators.ts'
import { demandAdmin } from '../../permission/policy.ts'
import { tellAppointed } from '../../permission/tell-appointed.ts'
import { placePersons } from '../../unit/placing.ts'
import { ROOT_UNIT } from '../../unit/tree.ts'
import { createUnit } from '../../unit/units.ts'
import { planEntries, type DirectoryChange, type DirectoryPerson, type Known, type Plan, type PlanOptions } from './compare.ts'
import {
  findStored,
  forgetGiven,
  freeAddresses,
  freeLogins,
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
import { personSubject } from '../person-admin.ts'
import { normalAddress } from '../persons.ts'

/** What is kept of a person's entry: for rules that look at attributes, place or groups. */
export interface DirectoryEntry {
  directory: string
  dn: string
  attributes: Readonly<Record<string, string[]>>
  groups: readonly string[]
  seenAt: Date
}

interface Room {
  work<T>(actor: Actor, run: (work: Work) => Promise<T>): Promise<T>
}

export async function findDirectoryEntry(db: Kysely<Database>, personId: Id): Promise<DirectoryEntry | undefined> {
  const row = await db
    .selectFrom('person_directory')
    .select(['directory', 'dn', 'attributes', 'groups', 'seen_at as seenAt'])
    .where('person_id', '=', personId)
    .executeTakeFirst()
  return row
}

/** What taking these entries over would do, by what is stored; nothing is written. All of one directory. */
export async function compareDirectoryPersons(
  db: Kysely<Database>,
  persons: readonly DirectoryPerson[],
  { now, ...options }: PlanOptions & { now?: Date } = {},
): Promise<DirectoryChange[]> {
  return planEntries(persons, await look(db, persons, now), options).plans.map(({ change }) => change)
}

/**
 * Takes entries of one directory over: makes and changes persons with addresses, roles, agent's hat and unit. What the
 * directory never gave it does not take away; the last administrator stays one. Entries that swap logins or addresses belong into
 * one call. Answers what was done, in the same order.
 */
export async function takeDirectoryPersons(
  work: Work,
  persons: readonly DirectoryPerson[],
  options: PlanOptions = {},
): Promise<DirectoryChange[]> {
  demandAdmin(work.actor)
  if (persons.length === 0) return []
  await lockEntries(work.db, persons[0]!.directory, [...new Set(persons.flatMap((person) => person.addresses.map(normalAddress)))])
  return takeEntries(work, persons, options)
}

/** The same where nobody else writes, or nothing stays: no lock is taken. */
export async function takeEntries(work: Work, persons: readonly DirectoryPerson[], options: PlanOptions): Promise<DirectoryChange[]> {
  const known = await look(work.db, persons, work.now)
  const { plans, released } = planEntries(persons, known, options)
  const writing = plans.map((plan, i) => ({ plan, person: persons[i]! })).filter(({ plan }) => plan.writes)
  await makeRoom(work, writing, released)
  const touched: Id[] = []
  const fresh: Fresh = {
    ids: await newPersonIds(work.db, writing.filter(({ plan }) => !plan.stored).length),
    persons: [],
    addresses: [],
    roles: [],
    entries: [],
  }
  for (const { plan, person } of writing) {
    if (plan.stored) {
      await take(work, person, plan, plan.stored, known)
      touched.push(plan.stored.id)
    } else await add(work, person, plan, known, fresh)
  }
  await insertFresh(work.db, fresh, work.now)
  for (const { id, agent } of fresh.persons) if (id !== undefined && agent) await tellAppointed(work, id, { what: 'hat' })
  // The directory's own unit, where it names one, stands already; rules ask the rest.
  await placePersons(work, [...touched, ...fresh.persons.flatMap((row) => row.id ?? [])])
  return plans.map(({ change }) => change)
}

/** Tries it: the very same acts, and nothing of them stays. */
export function tryDirectoryPersons(
  room: Room,
  actor: Actor,
  persons: readonly DirectoryPerson[],
  options: PlanOptions = {},
): Promise<DirectoryChange[]> {
  return onTrial(room, actor, (work) => {
    demandAdmin(work.actor)
    return takeEntries(work, persons, options)
  })
}

/** What somebody gives up is free before another takes it. */
async function makeRoom(
  work: Work,
  writing: readonly { plan: Plan }[],
  released: Awaited<ReturnType<typeof planEntries>>['released'],
): Promise<void> {
  const known = writing.flatMap(({ plan }) => (plan.stored ? [{ plan, stored: plan.stored }] : []))
  await freeLogins(
    work.db,
    known
      .filter(({ plan, stored }) => stored.login !== null && stored.login.toLowerCase() !== plan.values.login?.toLowerCase())
      .map(({ stored }) => stored.id),
  )
  await freeAddresses(work.db, [
    ...known.flatMap(({ plan, stored }) => plan.addresses.gone.map((address) => ({ person_id: stored.id, address }))),
    ...released.map(({ person, address }) => ({ person_id: person.id, address })),
  ])
  for (const [person, all] of Map.groupBy(released, (one) => one.person)) {
    const addresses = all.map(({ address }) => address)
    await forgetGiven(work.db, person.id, addresses)
    const gone: object = { addresses: addresses.join(', ') }
    recordChange(work, personSubject, person.id, gone, { addresses: '' } as object, {
      told: { from: `directory ${person.entry!.directory}` },
    })
  }
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

async function look(db: Kysely<Database>, persons: readonly DirectoryPerson[], now: Date | undefined): Promise<Known> {
  const addresses = [...new Set(persons.flatMap((person) => person.addresses.map(normalAddress)))]
  const stored = await findStored(
    db,
    persons[0]?.directory ?? '',
    { entryIds: persons.map(({ entryId }) => entryId), logins: persons.map(({ login }) => login.toLowerCase()), addresses },
    now,
  )
  const roles = await db.selectFrom('role').select(['id', 'name']).where('valid', '=', true).execute()
  const units = persons.some(({ unit }) => unit) ? await db.selectFrom('unit').select(['id', 'slug', 'valid']).execute() : []
  return {
    persons: stored,
    roles: new Map(roles.map(({ name, id }) => [name, id])),
    units: new Map(units.map(({ slug, id, valid }) => [slug, { id, valid }])),
    ours: await ourAddresses(db, addresses),
  }
}

/** The unit that the entry names, made where it shall be; a unit that cannot be made is the entry's problem and stops nothing. */
async function unitFor(work: Work, person: DirectoryPerson, plan: Plan, known: Known): Promise<Id | null> {
  if (plan.unit !== 'make') return plan.unit
  const { slug, name, below } = person.unit!
  const made = known.units.get(slug)
  if (made) return made.id
  const above = below === null ? undefined : known.units.get(below)
  try {
    if (below !== null && !above?.valid) throw refused('choice-gone')
    const id = await createUnit(work, { parentId: above?.id ?? ROOT_UNIT, slug, name, nameEn: '', calendarId: null, valid: true })
    known.units.set(slug, { id, valid: true })
    return id
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    plan.change.problems.push({ problem: 'unit-unknown', detail: below !== null && !above?.valid ? below : slug })
    plan.change.what = plan.change.what.filter(({ field }) => field !== 'unit')
    return null
  }
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
  fresh.persons.push({ id, ...values, unit_id, password_hash: null, source: 'ldap', created_at: work.now, last_login_at: null })
  fresh.addresses.push(
    ...addresses.come.map((address) => ({ person_id: id, address, main: address === addresses.main, verified_at: work.now })),
  )
  fresh.roles.push(...roles.come.map((role_id) => ({ person_id: id, role_id })))
  fresh.entries.push({ person_id: id, ...entryOf(person, plan) })
  change.personId = id
  tell(work, id, undefined, change, person.directory)
}

async function take(work: Work, person: DirectoryPerson, plan: Plan, stored: StoredPerson, known: Known): Promise<void> {
  const { values, change } = plan
  plan.unit = await unitFor(work, person, plan, known)
  const { id } = stored
  const row = {
    ...values,
    ...(plan.unit === null ? {} : { unit_id: plan.unit }),
    // The directory's rule keeps the hat that it gives.
    ...(stored.agent === values.agent ? {} : { hat_by_unit: false }),
  }
  const mayBeLast = (plan.roles.gone.length > 0 || (stored.agent && !values.agent)) && (await isAdminLeft(work))
  await work.db.updateTable('person').set(row).where('id', '=', id).execute()
  await saveAddresses(work.db, id, plan.addresses, work.now)
  await saveRoles(work.db, id, plan.roles)
  if (mayBeLast && !(await isAdminLeft(work))) {
    // Nobody would be left to put it right: it stays until somebody else administers.
    await saveRoles(work.db, id, { gone: [], come: plan.roles.gone })
    await work.db.updateTable('person').set({ agent: true }).where('id', '=', id).execute()
    plan.given.given_roles = [...new Set([...plan.given.given_roles, ...plan.roles.gone])]
    plan.given.given_agent ||= stored.entry?.given_agent ?? false
    plan.values.agent = true
    change.problems.push({ problem: 'last-admin', detail: person.login })
    // What did not happen is not told as if it had.
    change.what = change.what.filter(({ field }) => field !== 'agent' && field !== 'roles')
    if (change.kind === 'changes' && change.what.length === 0) change.kind = 'same'
  }
  await saveEntry(work.db, { person_id: id, ...entryOf(person, plan) }, work.now)
  if (stored.agent !== plan.values.agent) await tellAppointed(work, id, { what: plan.values.agent ? 'hat' : 'no-hat' })
  change.personId = id
  tell(work, id, stored, change, person.directory)
}

/** What a person would notice, for the record of changes; the rest is only kept for rules. */
function tell(work: Work, id: Id, before: StoredPerson | undefined, { what }: DirectoryChange, directory: string): void {
  const told = what.filter(({ field }) => !['taken_over', 'dn', 'groups', 'attributes'].includes(field))
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
