/** Owns the SQL of persons known from a directory. */
import { sql, type Insertable, type Kysely, type Transaction } from 'kysely'
import type { Database, Id, Language, PersonAddressTable, PersonTable } from '../../database/schema.ts'
import { administers } from '../../permission/administrators.ts'

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
  /** 'local': made by hand. */
  source: string
  /** May administer, or a link to set the first password waits for them. */
  guarded: boolean
  /** Has rights in groups or wears roles. */
  has_rights: boolean
  addresses: { address: string; main: boolean }[]
  /** Logins they have besides the main one. */
  further_logins: string[]
  roles: Id[]
  entry:
    | (Omit<EntryRow, 'person_id' | 'listed_addresses' | 'standing'> & {
        /** All addresses that the entry listed last, the main one first. */
        listed: string[]
        /** The lower goes first where two list one address; null: not known yet. */
        standing: number | null
        off: boolean
      })
    | null
}

/** Everybody who may be meant by these entries: by entry, login or address. */
export async function findStored(
  db: Kysely<Database>,
  directory: string,
  about: { entryIds: string[]; logins: string[]; addresses: string[] },
  now: Date | undefined,
): Promise<StoredPerson[]> {
  const { rows } = await sql<StoredPerson>`
    with meant as (
      select person_id as id from person_directory where directory = ${directory} and entry_id = any(${about.entryIds}::text[])
      union select id from person where lower(login) = any(${about.logins}::text[])
      union select person_id from further_login where login = any(${about.logins}::text[])
      union select person_id from person_address where address = any(${about.addresses}::text[]))
    select p.id, p.login, p.first_name, p.last_name, p.name, p.phone, p.language, p.unit_id, p.agent, p.valid, p.source, p.password_hash is not null as has_password,
      (${administers} or exists (select from login_link l where l.person_id = p.id and l.purpose = 'set-password' and l.used_at is null and l.expires_at > coalesce(${now ?? null}::timestamptz, now()))) as guarded,
      (exists (select from group_person gp where gp.person_id = p.id) or exists (select from role_person rp where rp.person_id = p.id)) as has_rights,
      (select coalesce(json_agg(json_build_object('address', a.address, 'main', a.main) order by a.id), '[]') from person_address a where a.person_id = p.id) as addresses,
      array(select l.login from further_login l where l.person_id = p.id) as further_logins,
      (select coalesce(json_agg(r.role_id::text), '[]') from role_person r where r.person_id = p.id) as roles,
      (select json_build_object('directory', d.directory, 'entry_id', d.entry_id, 'dn', d.dn, 'attributes', d.attributes, 'groups', d.groups,
          'given_addresses', d.given_addresses, 'given_agent', d.given_agent, 'given_roles', array(select g::text from unnest(d.given_roles) g),
          'listed', d.listed_addresses, 'standing', d.standing, 'off', d.off_since is not null)
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
  listed_addresses: string[]
  standing: number
}

export async function saveEntry(db: Transaction<Database>, row: EntryRow, now: Date): Promise<void> {
  await sql`
    insert into person_directory (person_id, directory, entry_id, dn, attributes, groups, given_addresses, given_agent, given_roles, listed_addresses, standing, seen_at)
    values (${row.person_id}, ${row.directory}, ${row.entry_id}, ${row.dn}, ${JSON.stringify(row.attributes)}, ${row.groups}, ${row.given_addresses},
      ${row.given_agent}, ${row.given_roles}::bigint[], ${row.listed_addresses}, ${row.standing}, ${now})
    on conflict (person_id) do update set directory = excluded.directory, entry_id = excluded.entry_id, dn = excluded.dn, attributes = excluded.attributes,
      groups = excluded.groups, given_addresses = excluded.given_addresses, given_agent = excluded.given_agent, given_roles = excluded.given_roles,
      listed_addresses = excluded.listed_addresses, standing = excluded.standing,
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

/** One row of everybody whom a directory knows: what a whole run must see before it begins. */
export interface KnownEntry {
  id: Id
  entry_id: string
  dn: string
  login: string | null
  name: string
  valid: boolean
  given_agent: boolean
  given_roles: Id[]
}

export async function knownEntries(db: Kysely<Database>, directory: string): Promise<KnownEntry[]> {
  const { rows } = await sql<KnownEntry>`
    select p.id, d.entry_id, d.dn, p.login, p.name, p.valid, d.given_agent and p.agent as given_agent,
      array(select g::text from unnest(d.given_roles) g where exists (select from role_person rp where rp.person_id = p.id and rp.role_id = g)) as given_roles
    from person_directory d join person p on p.id = d.person_id
    where d.directory = ${directory} order by p.id`.execute(db)
  return rows
}

/** Logins and addresses are free before others take them, whatever the order of rows. */
export async function freeLogins(db: Transaction<Database>, personIds: readonly Id[]): Promise<void> {
  if (personIds.length > 0)
    await db
      .updateTable('person')
      .set({ login: null })
      .where('id', 'in', [...personIds])
      .execute()
}

export async function freeAddresses(db: Transaction<Database>, addresses: readonly { person_id: Id; address: string }[]): Promise<void> {
  if (addresses.length === 0) return
  await sql`delete from person_address a using unnest(${addresses.map((one) => one.person_id)}::bigint[], ${addresses.map((one) => one.address)}::text[]) as f (person_id, address)
    where a.person_id = f.person_id and a.address = f.address`.execute(db)
}

/** An address that went over to somebody else is no longer what the directory gave here; the oldest left becomes the main one. */
export async function forgetGiven(db: Transaction<Database>, personId: Id, addresses: readonly string[]): Promise<void> {
  await sql`update person_directory set given_addresses = array(select a from unnest(given_addresses) a where a <> all(${[...addresses]}::text[]))
    where person_id = ${personId}`.execute(db)
  await sql`update person_address set main = true where id = (select min(id) from person_address where person_id = ${personId})
    and not exists (select from person_address where person_id = ${personId} and main)`.execute(db)
}
