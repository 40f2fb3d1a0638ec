/** Owns the SQL of second factors. */
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { Sealed } from '../machine/key-ring.ts'
import { administers } from '../permission/administrators.ts'
import { ROOT_UNIT } from '../unit/tree.ts'

export function findFactor(db: Kysely<Database>, personId: Id) {
  return db.selectFrom('second_factor').selectAll().where('person_id', '=', personId).executeTakeFirst()
}

/**
 * SQL: must the person in the row `p` have a second factor? By a role they wear, or by the setting for administrators. `since`: where that was
 * switched on later, it is not asked of them yet.
 */
export const demandsFactor = (
  since: RawBuilder<Date> = sql<Date>`'infinity'::timestamptz`,
): RawBuilder<boolean> => sql<boolean>`(p.agent and (
  exists (select from role_person rp join role r on r.id = rp.role_id and r.valid and r.second_factor where rp.person_id = p.id)
  or exists (select from setting s where s.owner = 'core' and s.key = 'login.factor' and s.unit_id = ${ROOT_UNIT} and s.changed_at < ${since}
    and ((s.value #>> '{}' in ('administrators', 'local') and ${administers})
      or (s.value #>> '{}' = 'local' and exists (select from unit_administrator a where a.person_id = p.id))))))`

export async function isDemanded(db: Kysely<Database>, personId: Id): Promise<boolean> {
  const { rows } = await sql`select from person p where p.id = ${personId} and ${demandsFactor()}`.execute(db)
  return rows.length > 0
}

/** A new secret, in the place of one that was never confirmed; a confirmed one stays. */
export async function insertFactor(db: Transaction<Database>, personId: Id, { bytes, key }: Sealed, now: Date): Promise<void> {
  const kept = { secret: null, sealed: bytes, key_number: key, created_at: now }
  await db
    .insertInto('second_factor')
    .values({ person_id: personId, ...kept, confirmed_at: null })
    .onConflict((oc) => oc.column('person_id').doUpdateSet(kept).where('second_factor.confirmed_at', 'is', null))
    .execute()
}

export async function confirmFactor(db: Transaction<Database>, personId: Id, now: Date): Promise<boolean> {
  return (
    (
      await db
        .updateTable('second_factor')
        .set({ confirmed_at: now })
        .where('person_id', '=', personId)
        .where('confirmed_at', 'is', null)
        .executeTakeFirst()
    ).numUpdatedRows > 0n
  )
}

/** Uses up a step: of two codes of the same step at once only one gets through, and none of an earlier step. */
export async function useStep(db: Transaction<Database>, personId: Id, step: number): Promise<boolean> {
  return (
    (
      await db
        .updateTable('second_factor')
        .set({ last_step: String(step) })
        .where('person_id', '=', personId)
        .where('last_step', '<', String(step))
        .executeTakeFirst()
    ).numUpdatedRows > 0n
  )
}

export async function useRecoveryCode(db: Transaction<Database>, personId: Id, codeHash: Buffer, now: Date): Promise<boolean> {
  return (
    (
      await db
        .updateTable('recovery_code')
        .set({ used_at: now })
        .where('person_id', '=', personId)
        .where('code_hash', '=', codeHash)
        .where('used_at', 'is', null)
        .executeTakeFirst()
    ).numUpdatedRows > 0n
  )
}

export async function replaceRecoveryCodes(db: Transaction<Database>, personId: Id, hashes: Buffer[]): Promise<void> {
  await db.deleteFrom('recovery_code').where('person_id', '=', personId).execute()
  await db
    .insertInto('recovery_code')
    .values(hashes.map((code_hash) => ({ person_id: personId, code_hash, used_at: null })))
    .execute()
}

export async function countRecoveryCodes(db: Kysely<Database>, personId: Id): Promise<number> {
  const row = await db
    .selectFrom('recovery_code')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function deleteFactor(db: Transaction<Database>, personId: Id): Promise<boolean> {
  return (await db.deleteFrom('second_factor').where('person_id', '=', personId).executeTakeFirst()).numDeletedRows > 0n
}
