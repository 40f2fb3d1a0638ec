/** Owns the SQL of persons known from a directory. */
import { sql, type Insertable, type Kysely, type Transaction } from 'kysely'
import type { Database, Id, Language, PersonAddressTable, PersonTable } from '../database/schema.ts'

/** A person as far as a directory has a say, with what it gave them before. */
export interface StoredPerson {
  id: Id
  login: string | null
  first_name: string
  last_name: string
  name: string
  phone: string
  language: Language | null
  unit_id: Id | null
  agent: boolean
  valid: boolean
  has_password: boolean
  addresses: { address: string; main: boolean }[]
  roles: Id[]
  entry: {
    directory: string
    entry_id: string
    dn: string
    attributes: Record<string, string[]>
    groups: string[]
    given_addresses: string[]
    given_agent: boolean
    given_roles: Id[]
    off: boolean
  } | null
}

/** Everybody who may be meant by these entries: by entry, login or address. */
export async function findStored(
  db: Kysely<Database>,
  directory: string,
  about: { entryIds: string[]; logins: string[]; addresses: string[] },
): Promise<StoredPerson[]> {
  const { rows } = await sql<StoredPerson>`
    with meant as (
      select person_id as id from person_directory where directory = ${directory} and entry_id = any(${about.entryIds}::text[])
      union select id from person where lower(login) = any(${about.logins}::text[])
      union select person_id from person_address where address = any(${about.addresses}::text[]))
    select p.id, p.login, p.first_name, p.last_name, p.name, p.phone, p.language, p.unit_id, p.agent, p.valid, p.password_hash is not null as has_password,
      (select coalesce(json_agg(json_build_object('address', a.address, 'main', a.main) order by a.id), '[]') from person_address a where a.person_id = p.id) as addresses,
      (select coalesce(json_agg(r.role_id::text), '[]') from role_person r where r.person_id = p.id) as roles,
      (select json_build_object('directory', d.directory, 'entry_id', d.entry_id, 'dn', d.dn, 'attributes', d.attributes, 'groups', d.groups,
          'given_addresses', d.given_addresses, 'given_agent', d.given_agent, 'given_roles', array(select g::text from unnest(d.given_roles) g), 'off', d.off_since is not null)
        from person_directory d where d.person_id = p.id) as entry
    from meant join person p on p.id = meant.id order by p.id`.execute(db)
  return rows
}

/** One directory's entries are taken one after another; addresses as personOfMail locks them. */
export async function lockEntries(db: Transaction<Database>, directory: string, addresses: string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${directory}, 7007))`.execute(db)
  if (addresses.length > 0) {
    await sql`select pg_advisory_xact_lock(hashtextextended(address, 7002)) from (select address from unnest(${addresses}::text[]) address order by address) sorted`.execute(
      db,
    )
  }
}

export async function ourAddresses(db: Kysely<Database>, addresses: string[]): Promise<Set<string>> {
  const rows =
    addresses.length === 0 ? [] : await db.selectFrom('system_address').select('address').where('address', 'in', addresses).execute()
  return new Set(rows.map(({ address }) => address))
}

export interface EntryRow {
  person_id: Id
  directory: string
  entry_id: string
  dn: string
  attributes: Record<string, string[]>
  groups: string[]
  given_addresses: string[]
  given_agent: boolean
  given_roles: Id[]
}

export async function saveEntry(db: Transaction<Database>, row: EntryRow, now: Date): Promise<void> {
  await sql`
    insert into person_directory (person_id, directory, entry_id, dn, attributes, groups, given_addresses, given_agent, given_roles, seen_at)
    values (${row.person_id}, ${row.directory}, ${row.entry_id}, ${row.dn}, ${JSON.stringify(row.attributes)}, ${row.groups}, ${row.given_addresses},
      ${row.given_agent}, ${row.given_roles}::bigint[], ${now})
    on conflict (person_id) do update set directory = excluded.directory, entry_id = excluded.entry_id, dn = excluded.dn, attributes = excluded.attributes,
      groups = excluded.groups, given_addresses = excluded.given_addresses, given_agent = excluded.given_agent, given_roles = excluded.given_roles,
      off_since = null, seen_at = excluded.seen_at`.execute(db)
}

/** Rows of persons who are new: a batch is written at once. */
export interface Fresh {
  ids: Id[]
  persons: Insertable<PersonTable>[]
  addresses: Insertable<PersonAddressTable>[]
  roles: { person_id: Id; role_id: Id }[]
  entries: EntryRow[]
}

export async function newPersonIds(db: Transaction<Database>, count: number): Promise<Id[]> {
  const { rows } = await sql<{
    id: Id
  }>`select nextval(pg_get_serial_sequence('person', 'id'))::text as id from generate_series(1, ${count})`.execute(db)
  return rows.map(({ id }) => id)
}

export async function insertFresh(db: Transaction<Database>, fresh: Fresh, now: Date): Promise<void> {
  if (fresh.persons.length === 0) return
  await db.insertInto('person').values(fresh.persons).execute()
  if (fresh.addresses.length > 0) await db.insertInto('person_address').values(fresh.addresses).execute()
  if (fresh.roles.length > 0) await db.insertInto('role_person').values(fresh.roles).execute()
  await db
    .insertInto('person_directory')
    .values(fresh.entries.map((row) => ({ ...row, attributes: JSON.stringify(row.attributes), off_since: null, seen_at: now })))
    .execute()
}

/** Addresses go and come; the wished one is the main one, or any where none is left. */
export async function saveAddresses(
  db: Transaction<Database>,
  personId: Id,
  change: { gone: string[]; come: string[]; main: string | null },
  now: Date,
): Promise<void> {
  if (change.gone.length > 0)
    await db.deleteFrom('person_address').where('person_id', '=', personId).where('address', 'in', change.gone).execute()
  if (change.come.length > 0) {
    await db
      .insertInto('person_address')
      .values(change.come.map((address) => ({ person_id: personId, address, main: false, verified_at: now })))
      .execute()
  }
  if (change.main !== null) {
    await db
      .updateTable('person_address')
      .set({ main: false })
      .where('person_id', '=', personId)
      .where('main', '=', true)
      .where('address', '<>', change.main)
      .execute()
    await db
      .updateTable('person_address')
      .set({ main: true })
      .where('person_id', '=', personId)
      .where('address', '=', change.main)
      .execute()
  }
}

export async function saveRoles(db: Transaction<Database>, personId: Id, change: { gone: Id[]; come: Id[] }): Promise<void> {
  if (change.gone.length > 0)
    await db.deleteFrom('role_person').where('person_id', '=', personId).where('role_id', 'in', change.gone).execute()
  if (change.come.length > 0) {
    await db
      .insertInto('role_person')
      .values(change.come.map((role_id) => ({ person_id: personId, role_id })))
      .onConflict((oc) => oc.doNothing())
      .execute()
  }
}

/** Entries of a directory that are on and were not among those found. */
export async function findMissing(
  db: Kysely<Database>,
  directory: string,
  found: string[],
): Promise<{ id: Id; login: string | null; name: string; dn: string }[]> {
  const { rows } = await sql<{ id: Id; login: string | null; name: string; dn: string }>`
    select p.id, p.login, p.name, d.dn from person_directory d join person p on p.id = d.person_id and p.valid
    where d.directory = ${directory} and d.entry_id <> all(${found}::text[]) order by p.name, p.id`.execute(db)
  return rows
}

export async function countOn(db: Kysely<Database>, directory: string): Promise<number> {
  const row = await db
    .selectFrom('person_directory')
    .innerJoin('person', 'person.id', 'person_directory.person_id')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('directory', '=', directory)
    .where('person.valid', '=', true)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
