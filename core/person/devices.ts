/** Owns the browsers in which a person has logged in: they may go on trying while strangers guess at the account. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { Work } from '../kernel/work.ts'
import { hashToken } from './token.ts'

/** A browser that was not used for this long is forgotten. */
export const DEVICE_MS = 180 * 24 * 3600_000

export async function isKnownDevice(db: Kysely<Database>, personId: Id, token: string): Promise<boolean> {
  const row = await db
    .selectFrom('person_device')
    .select('person_id')
    .where('person_id', '=', personId)
    .where('token_hash', '=', hashToken(token))
    .executeTakeFirst()
  return row !== undefined
}

/** The person has logged in with this browser, or opened there a link sent to them. Answers whether it was a stranger until now. */
export async function rememberDevice(work: Work, personId: Id, token: string | undefined): Promise<boolean> {
  if (token === undefined) return false
  const { rows } = await sql<{ made: boolean }>`
    insert into person_device (person_id, token_hash, last_used_at) values (${personId}, ${hashToken(token)}, ${work.now})
    on conflict (person_id, token_hash) do update set last_used_at = excluded.last_used_at returning xmax = 0 as made`.execute(work.db)
  return rows[0]!.made
}

/** Every browser of a person becomes a stranger again. */
export async function forgetDevices(work: Work, personId: Id): Promise<void> {
  await work.db.deleteFrom('person_device').where('person_id', '=', personId).execute()
}

export async function forgetOldDevices(work: Work): Promise<void> {
  await work.db
    .deleteFrom('person_device')
    .where('last_used_at', '<', new Date(work.now.getTime() - DEVICE_MS))
    .execute()
}
