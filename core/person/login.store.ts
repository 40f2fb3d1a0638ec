/** Owns the SQL of logging in: whose password, and one-time links. */
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database, Id, LinkPurpose } from '../database/schema.ts'

/** The valid person of a login, the main one before further ones, or, if there is none, of an address, with the password's hash; only login.ts sees it. */
export async function findCredentials(db: Kysely<Database>, wanted: string) {
  const { rows } = await sql<{ id: Id; password_hash: string | null; in_directory: boolean }>`
    select p.id, p.password_hash, exists (select from person_directory d where d.person_id = p.id) as in_directory
    from (
      select id, 1 as place from person where lower(login) = ${wanted}
      union all select person_id, 2 from further_login where login = ${wanted}
      union all select person_id, 3 from person_address where address = ${wanted}) found
    join person p on p.id = found.id and p.valid order by found.place limit 1`.execute(db)
  return rows[0]
}

/** The same of a person who is known; `login` and `address` are what they log in by. */
export async function findCredentialsOf(db: Kysely<Database>, personId: Id) {
  const { rows } = await sql<{ id: Id; login: string | null; address: string | null; password_hash: string | null; in_directory: boolean }>`
    select p.id, p.login, (select a.address from person_address a where a.person_id = p.id and a.main) as address, p.password_hash,
      exists (select from person_directory d where d.person_id = p.id) as in_directory
    from person p where p.id = ${personId} and p.valid`.execute(db)
  return rows[0]
}

/** Whether a person may log in: they are there and not switched off. */
export async function isValidPerson(db: Kysely<Database>, personId: Id): Promise<boolean> {
  return Boolean(await db.selectFrom('person').select('id').where('id', '=', personId).where('valid', '=', true).executeTakeFirst())
}

export async function findPasswordHash(db: Kysely<Database>, personId: Id): Promise<string | null | undefined> {
  const row = await db.selectFrom('person').select('password_hash').where('id', '=', personId).executeTakeFirst()
  return row?.password_hash
}

export async function insertLink(
  db: Transaction<Database>,
  link: { tokenHash: Buffer; personId: Id; purpose: LinkPurpose; now: Date; expiresAt: Date },
): Promise<void> {
  await db
    .insertInto('login_link')
    .values({
      token_hash: link.tokenHash,
      person_id: link.personId,
      purpose: link.purpose,
      created_at: link.now,
      expires_at: link.expiresAt,
      used_at: null,
    })
    .execute()
}

export function findLink(db: Kysely<Database>, tokenHash: Buffer, purpose: LinkPurpose, now: Date) {
  return db
    .selectFrom('login_link')
    .innerJoin('person', 'person.id', 'login_link.person_id')
    .select(['person.id', 'person.name', 'person.login'])
    .where('token_hash', '=', tokenHash)
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .where('person.valid', '=', true)
    .executeTakeFirst()
}

/** Uses a link up: of two at once only one gets the person. */
export async function useLink(db: Transaction<Database>, tokenHash: Buffer, purpose: LinkPurpose, now: Date): Promise<Id | undefined> {
  const row = await db
    .updateTable('login_link')
    .set({ used_at: now })
    .where('token_hash', '=', tokenHash)
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .where('person_id', 'in', db.selectFrom('person').select('id').where('valid', '=', true))
    .returning('person_id')
    .executeTakeFirst()
  return row?.person_id
}

/** Every open link of a kind ends, or of all kinds: a newer one, or a new password, takes their place. */
export async function endLinks(db: Transaction<Database>, personId: Id, purpose: LinkPurpose | 'all', now: Date): Promise<void> {
  const open = db.updateTable('login_link').set({ used_at: now }).where('person_id', '=', personId).where('used_at', 'is', null)
  await (purpose === 'all' ? open : open.where('purpose', '=', purpose)).execute()
}

export async function setPasswordHash(db: Transaction<Database>, personId: Id, hash: string): Promise<void> {
  await db.updateTable('person').set({ password_hash: hash }).where('id', '=', personId).execute()
}

/** The same where there is none yet and no directory keeps it; false: there is. */
export async function setFirstPasswordHash(db: Transaction<Database>, personId: Id, hash: string): Promise<boolean> {
  const { numAffectedRows } = await sql`update person set password_hash = ${hash} where id = ${personId} and password_hash is null and valid
    and not exists (select from person_directory d where d.person_id = person.id)`.execute(db)
  return numAffectedRows === 1n
}

export async function deleteOldLinks(db: Transaction<Database>, before: Date): Promise<void> {
  await db.deleteFrom('login_link').where('expires_at', '<', before).execute()
}
