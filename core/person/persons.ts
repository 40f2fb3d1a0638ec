/** Owns persons: one row for agent and customer alike, found by login, address or id. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id, Language } from '../database/schema.ts'
import { storable, withoutDirection } from '../database/storable.ts'
import { isId } from '../database/id.ts'
import type { Preferences } from '../kernel/actor.ts'
import type { Work } from '../kernel/work.ts'
import { demandForeign } from '../mail/addresses.ts'
import { refused } from '../errors.ts'
import { demandLanguage } from '../kernel/input.ts'
import { readDetails, type Details } from './known/details.ts'
import { honestName, withoutEndDot } from '../mail/look-alike.ts'

export interface Person {
  id: Id
  login: string | null
  firstName: string
  lastName: string
  name: string
  agent: boolean
  language: Language | null
  phone: string
  unitId: Id | null
  unitName: string | null
  source: string
  valid: boolean
  /** Said of whoever is switched off: for now, not for good. */
  offForNow: boolean
  details: Details
  /** The main address; null for who has none. */
  address: string | null
  hasPassword: boolean
  lastLoginAt: Date | null
}

/** Base of every reading of persons; lists add conditions. The password hash never leaves the store. */
export function personQuery(db: Kysely<Database>) {
  return db
    .selectFrom('person')
    .leftJoin('person_address as main', (join) => join.onRef('main.person_id', '=', 'person.id').on('main.main', '=', true))
    .leftJoin('unit', 'unit.id', 'person.unit_id')
    .select([
      'person.id',
      'person.login',
      'person.first_name as firstName',
      'person.last_name as lastName',
      'person.name',
      'person.agent',
      'person.language',
      'person.phone',
      'person.unit_id as unitId',
      'unit.name as unitName',
      'person.source',
      'person.valid',
      'person.off_for_now as offForNow',
      'person.details',
      'main.address',
      sql<boolean>`person.password_hash is not null`.as('hasPassword'),
      'person.last_login_at as lastLoginAt',
    ])
}

/** As it is read, with what is kept of details made whole. */
export const toPerson = <Row extends { details: Record<string, unknown> }>(row: Row): Omit<Row, 'details'> & { details: Details } => ({
  ...row,
  details: readDetails(row.details),
})

export async function findPerson(db: Kysely<Database>, id: Id): Promise<Person | undefined> {
  if (!isId(id)) return undefined
  const row = await personQuery(db).where('person.id', '=', id).executeTakeFirst()
  return row && toPerson(row)
}

/** Those of them that there are, in no order. */
export async function findPersons(db: Kysely<Database>, ids: readonly Id[]): Promise<Person[]> {
  const wanted = ids.filter(isId)
  return wanted.length === 0 ? [] : (await personQuery(db).where('person.id', 'in', wanted).execute()).map(toPerson)
}

/** By any of the person's addresses, whatever its letters' case. */
export async function findPersonByAddress(db: Kysely<Database>, address: string): Promise<Person | undefined> {
  const row = await personQuery(db)
    .where((eb) => eb('person.id', 'in', eb.selectFrom('person_address').select('person_id').where('address', '=', normalAddress(address))))
    .executeTakeFirst()
  return row && toPerson(row)
}

/** By the main login or, where nobody has it for one, by a further one. */
export async function findPersonByLogin(db: Kysely<Database>, login: string): Promise<Person | undefined> {
  const wanted = login.trim().toLowerCase()
  const row = await personQuery(db)
    .where(sql<boolean>`person.id = any(array(select id from person where lower(login) = ${wanted}
      union all select person_id from further_login where login = ${wanted}))`)
    .orderBy(sql`lower(person.login) = ${wanted}`, 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toPerson(row)
}

/** The form in which an address is kept and compared: small letters, no dot behind the domain. */
export const normalAddress = (address: string): string => withoutEndDot(address.trim().toLowerCase())

/** local@domain, no spaces or brackets, 254 characters at most (RFC 5321 4.5.3.1). International addresses (RFC 6531) pass. */
export const isAddress = (address: string): boolean => address.length <= 254 && /^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/u.test(address)

/** A name as it may be kept. */
const namable = (name: string): string => storable(withoutDirection(name)).trim()

export interface NewPerson {
  login?: string | null
  firstName?: string
  lastName?: string
  /** As shown; when absent made of the names, else of the address. */
  name?: string
  address?: string | null
  agent?: boolean
  language?: Language | null
  phone?: string
  unitId?: Id | null
  source?: string
}

/** Errors: `person.address-invalid`, `-taken`, `-is-ours` at 'address', `person.login-taken` at 'login'. */
export async function createPerson(work: Work, person: NewPerson): Promise<Id> {
  const address = person.address ? normalAddress(person.address) : null
  if (address && !isAddress(address)) throw refused('person.address-invalid', { address }, 'address')
  if (address) await demandForeign(work, [address], 'address')
  if (address && (await findPersonByAddress(work.db, address))) throw refused('person.address-taken', {}, 'address')
  if (person.login && (await findPersonByLogin(work.db, person.login.normalize('NFKC')))) throw refused('person.login-taken', {}, 'login')
  const name = namable(
    (person.name ?? '').trim() || [person.firstName, person.lastName].filter(Boolean).join(' ').trim() || person.login || address || '?',
  )
  const { id } = await work.db
    .insertInto('person')
    .values({
      login: person.login?.normalize('NFKC').trim() || null,
      first_name: storable(person.firstName ?? ''),
      last_name: storable(person.lastName ?? ''),
      name: name.slice(0, 200),
      password_hash: null,
      agent: person.agent ?? false,
      language: demandLanguage(person.language ?? null),
      phone: person.phone ?? '',
      unit_id: person.unitId ?? null,
      source: person.source ?? 'local',
      created_at: work.now,
      last_login_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (address) {
    await work.db.insertInto('person_address').values({ person_id: id, address, main: true, verified_at: null }).execute()
  }
  return id
}

/**
 * Who sent a mail: the person of the address, else a new one known by nothing but it, and by the name that the mail gives unless that poses
 * as an address. Safe when two mails come at once. Errors: `person.address-invalid`, `-is-ours`.
 */
export async function personOfMail(work: Work, address: string, name: string): Promise<Id> {
  const normal = normalAddress(address)
  if (!isAddress(normal)) throw refused('person.address-invalid', { address: normal }, 'address')
  await demandForeign(work, [normal], 'address')
  // An address belongs to one person: the lock makes the second of two first mails wait and find the first one's person.
  await sql`select pg_advisory_xact_lock(hashtextextended(${normal}, 7002))`.execute(work.db)
  const { rows } = await sql<{ id: Id }>`
    with known as (select person_id as id from person_address where address = ${normal}),
    made as (
      insert into person (name, source, created_at)
      select ${honestName(namable(name), normal).slice(0, 200)}, 'mail', ${work.now}::timestamptz where not exists (select 1 from known) returning id),
    addressed as (insert into person_address (person_id, address, main) select id, ${normal}, true from made)
    select id from known union all select id from made`.execute(work.db)
  return rows[0]!.id
}

/** The language in which this person reads pages and gets mail. */
export async function setLanguage(work: Work, personId: Id, language: Language): Promise<void> {
  await work.db
    .updateTable('person')
    .set({ language: demandLanguage(language) })
    .where('id', '=', personId)
    .execute()
}

/** What a person chose for working here; what else is kept beside it stays. */
export async function setPreferences(work: Work, personId: Id, chosen: Partial<Preferences>): Promise<void> {
  await work.db
    .updateTable('person')
    .set({ preferences: sql`preferences || ${JSON.stringify(chosen)}::jsonb` })
    .where('id', '=', personId)
    .execute()
}

/** Names of persons by id, for pages that speak of them. */
export function findPersonNames(db: Kysely<Database>, ids: readonly Id[]): Promise<{ id: Id; name: string }[]> {
  if (ids.length === 0) return Promise.resolve([])
  return db
    .selectFrom('person')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(ids)])
    .execute()
}
