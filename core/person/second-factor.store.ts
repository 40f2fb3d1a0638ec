/** Owns the SQL of second factors. */
import type { Kysely, Transaction } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

export function findFactor(db: Kysely<Database>, personId: Id) {
  return db.selectFrom('second_factor').selectAll().where('person_id', '=', personId).executeTakeFirst()
}

export async function isDemanded(db: Kysely<Database>, personId: Id): Promise<boolean> {
  return Boolean(
    await db
      .selectFrom('role_person')
      .innerJoin('role', 'role.id', 'role_person.role_id')
      .innerJoin('person', 'person.id', 'role_person.person_id')
      .select('role.id')
      .where('person_id', '=', personId)
      .where('role.valid', '=', true)
      .where('role.second_factor', '=', true)
      .where('person.agent', '=', true)
      .executeTakeFirst(),
  )
}

/** A new secret, in the place of one that was never confirmed; a confirmed one stays. */
export async function insertFactor(db: Transaction<Database>, personId: Id, secret: string, now: Date): Promise<void> {
  await db
    .insertInto('second_factor')
    .values({ person_id: personId, secret, confirmed_at: null, created_at: now })
    .onConflict((oc) => oc.column('person_id').doUpdateSet({ secret, created_at: now }).where('second_factor.confirmed_at', 'is', null))
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
