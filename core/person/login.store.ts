/** Owns the SQL of logging in: whose password, attempts, one-time links. */
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

/** The valid person of a login or of an address, with the password's hash; only login.ts sees it. */
export async function findCredentials(db: Kysely<Database>, loginOrAddress: string) {
  const wanted = loginOrAddress.trim().toLowerCase()
  const columns = ['person.id', 'person.password_hash', 'person.source'] as const
  return await db.selectFrom('person').select(columns).where(sql`lower(person.login)`, '=', wanted).where('person.valid', '=', true).executeTakeFirst()
    ?? await db.selectFrom('person').innerJoin('person_address', 'person_address.person_id', 'person.id').select(columns)
      .where('person_address.address', '=', wanted).where('person.valid', '=', true).executeTakeFirst()
}

export async function findPasswordHash(db: Kysely<Database>, personId: Id): Promise<string | null | undefined> {
  const row = await db.selectFrom('person').select('password_hash').where('id', '=', personId).executeTakeFirst()
  return row?.password_hash
}

export async function insertAttempt(db: Transaction<Database>, login: string, clientAddress: string, now: Date): Promise<void> {
  await db.insertInto('login_attempt').values({ login, client_address: clientAddress, at: now }).execute()
}

/** Attempts since a moment, and the oldest of them: by login and client together, and by client alone. */
export async function countAttempts(db: Kysely<Database>, login: string, clientAddress: string, since: Date) {
  const { rows } = await sql<{ both: number; client: number; both_first: Date | null; client_first: Date | null }>`
    select count(*) filter (where login = ${login})::int as both, count(*)::int as client,
      min(at) filter (where login = ${login}) as both_first, min(at) as client_first
    from login_attempt where client_address = ${clientAddress} and at > ${since}`.execute(db)
  return rows[0]!
}

export async function deleteAttempts(db: Transaction<Database>, login: string, clientAddress: string): Promise<void> {
  await db.deleteFrom('login_attempt').where('login', '=', login).where('client_address', '=', clientAddress).execute()
}

export async function insertLink(
  db: Transaction<Database>, link: { tokenHash: Buffer; personId: Id; purpose: 'login' | 'set-password'; now: Date; expiresAt: Date },
): Promise<void> {
  await db.insertInto('login_link').values({
    token_hash: link.tokenHash, person_id: link.personId, purpose: link.purpose, created_at: link.now, expires_at: link.expiresAt, used_at: null,
  }).execute()
}

export function findLink(db: Kysely<Database>, tokenHash: Buffer, purpose: 'login' | 'set-password', now: Date) {
  return db.selectFrom('login_link').innerJoin('person', 'person.id', 'login_link.person_id')
    .select(['person.id', 'person.name', 'person.login']).where('token_hash', '=', tokenHash).where('purpose', '=', purpose)
    .where('used_at', 'is', null).where('expires_at', '>', now).where('person.valid', '=', true).executeTakeFirst()
}

/** Uses a link up: of two at once only one gets the person. */
export async function useLink(
  db: Transaction<Database>, tokenHash: Buffer, purpose: 'login' | 'set-password', now: Date,
): Promise<Id | undefined> {
  const row = await db.updateTable('login_link').set({ used_at: now }).where('token_hash', '=', tokenHash).where('purpose', '=', purpose)
    .where('used_at', 'is', null).where('expires_at', '>', now)
    .where('person_id', 'in', db.selectFrom('person').select('id').where('valid', '=', true)).returning('person_id').executeTakeFirst()
  return row?.person_id
}

/** Every open link of a kind ends: a newer one, or a new password, takes their place. */
export async function endLinks(db: Transaction<Database>, personId: Id, purpose: 'login' | 'set-password', now: Date): Promise<void> {
  await db.updateTable('login_link').set({ used_at: now }).where('person_id', '=', personId).where('purpose', '=', purpose)
    .where('used_at', 'is', null).execute()
}

export async function setPasswordHash(db: Transaction<Database>, personId: Id, hash: string): Promise<void> {
  await db.updateTable('person').set({ password_hash: hash }).where('id', '=', personId).execute()
}

export async function deleteOldLogins(db: Transaction<Database>, before: Date): Promise<void> {
  await db.deleteFrom('login_attempt').where('at', '<', before).execute()
  await db.deleteFrom('login_link').where('expires_at', '<', before).execute()
}
