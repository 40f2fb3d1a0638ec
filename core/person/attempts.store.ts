/** Owns the SQL of attempts to log in. */
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../database/schema.ts'

/**
 * Attempts at one account, and of one client, wait for each other: of many at once none slips through. Nobody waits for the
 * disk: what a power cut takes of the last second is a few attempts.
 */
export async function lockAttempts(db: Transaction<Database>, account: string, client: string): Promise<void> {
  await sql`select set_config('synchronous_commit', 'off', true),
    pg_advisory_xact_lock(hashtextextended(${account}, 7005)), pg_advisory_xact_lock(hashtextextended(${client}, 7006))`.execute(db)
}

/** What was refused is kept too, apart: how large a flood is, without its making anything worse for others. */
export async function insertAttempt(
  db: Transaction<Database>,
  account: string,
  client: string,
  now: Date,
  refused: boolean,
): Promise<void> {
  await db.insertInto('login_attempt').values({ login: account, client_address: client, at: now, refused }).execute()
}

export interface AttemptCount {
  both: number
  client: number
  refused: number
  both_first: Date | null
  client_first: Date | null
  strangers: number
}

/**
 * Attempts since a moment, and the oldest of them: at this account by this client, by this client at all, refused ones of this
 * client; and at this account by whoever is no known browser of its owner, counted up to `enough`.
 */
export async function countAttempts(
  db: Kysely<Database>,
  account: string,
  client: string,
  since: Date,
  enough: number,
): Promise<AttemptCount> {
  const { rows } = await sql<AttemptCount>`
    select count(*) filter (where login = ${account} and not refused)::int as both, count(*) filter (where not refused)::int as client,
      count(*) filter (where refused)::int as refused, min(at) filter (where login = ${account} and not refused) as both_first,
      min(at) filter (where not refused) as client_first,
      (select count(*)::int from (
        select from login_attempt where login = ${account} and at > ${since} and not refused and client_address not like 'device %' limit ${enough}) tried) as strangers
    from login_attempt where client_address = ${client} and at > ${since}`.execute(db)
  return rows[0]!
}

export async function deleteAttempts(db: Transaction<Database>, account: string, client: string): Promise<void> {
  await db.deleteFrom('login_attempt').where('login', '=', account).where('client_address', '=', client).execute()
}

export async function deleteOldAttempts(db: Transaction<Database>, before: Date): Promise<void> {
  await db.deleteFrom('login_attempt').where('at', '<', before).execute()
}
