/** Owns the browsers in which a person has logged in: they may go on trying while strangers guess at the account. */
import type { Kysely } from 'kysely'
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

/** The person has logged in with this browser, or opened there a link sent to them. */
export async function rememberDevice(work: Work, personId: Id, token: string | undefined): Promise<void> {
  if (token === undefined) return
  await work.db
    .insertInto('person_device')
    .values({ person_id: personId, token_hash: hashToken(token), last_used_at: work.now })
    .onConflict((oc) => oc.columns(['person_id', 'token_hash']).doUpdateSet({ last_used_at: work.now }))
    .execute()
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
