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

/** One that is looked at. Those that are refused are no rows: a flood of them is counted (`kernel/limits`). */
export async function insertAttempt(db: Transaction<Database>, account: string, client: string, now: Date): Promise<void> {
  await db.insertInto('login_attempt').values({ login: account, client_address: client, at: now }).execute()
}

export interface AttemptCount {
  both: number
  client: number
  both_first: Date | null
  client_first: Date | null
  strangers: number
  strangers_first: Date | null
}

/**
 * Attempts since a moment, and the oldest of them: at this account by this client, by this client at all; and at this account by
 * whoever is no known browser of its owner, counted up to `enough`.
 */
export async function countAttempts(
  db: Kysely<Database>,
  account: string,
  client: string,
  since: Date,
  enough: number,
): Promise<AttemptCount> {
  // Rows of before may say 'refused'.
  const { rows } = await sql<AttemptCount>`
    select count(*) filter (where a.login = ${account})::int as both, count(a.id)::int as client,
      min(a.at) filter (where a.login = ${account}) as both_first, min(a.at) as client_first, s.strangers, s.strangers_first
    from (select count(*)::int as strangers, min(at) as strangers_first from (
        select at from login_attempt where login = ${account} and at > ${since} and not refused and client_address not like 'device %' limit ${enough}) tried) s
      left join login_attempt a on a.client_address = ${client} and a.at > ${since} and not a.refused
    group by s.strangers, s.strangers_first`.execute(db)
  return rows[0]!
}

export async function deleteAttempts(db: Transaction<Database>, account: string, client: string): Promise<void> {
  await db.deleteFrom('login_attempt').where('login', '=', account).where('client_address', '=', client).execute()
}

export async function deleteOldAttempts(db: Transaction<Database>, before: Date): Promise<void> {
  await db.deleteFrom('login_attempt').where('at', '<', before).execute()
}
