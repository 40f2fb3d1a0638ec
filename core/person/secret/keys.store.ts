/** Owns the SQL of keys and of what they seal. */
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'

export function recordedKeys(db: Kysely<Database>) {
  return db.selectFrom('secret_key').selectAll().orderBy('number').execute()
}

/** The latest stays: as long as no secret is sealed with a key, its number may still be another's. */
export async function recordKey(db: Transaction<Database>, key: { number: number; fingerprint: string; since: Date }): Promise<void> {
  await db
    .insertInto('secret_key')
    .values(key)
    .onConflict((oc) => oc.column('number').doUpdateSet({ fingerprint: key.fingerprint, since: key.since }))
    .execute()
}

/** One who adds a key at a time: until the commit. */
export async function lockKeys(db: Transaction<Database>): Promise<void> {
  await sql`lock table secret_key in share row exclusive mode`.execute(db)
}

/** Secrets as they are kept, of persons above `after` up to `upTo`. */
export function keptSecrets(db: Kysely<Database>, { after = '0', upTo }: { after?: Id; upTo?: Id } = {}) {
  const from = db
    .selectFrom('second_factor')
    .select(['person_id', 'secret', 'sealed', 'key_number', 'confirmed_at'])
    .where('person_id', '>', after)
    .orderBy('person_id')
  return (upTo === undefined ? from : from.where('person_id', '<=', upTo)).execute()
}

/** How many secrets each key seals; null: in clear. */
export async function countSecrets(db: Kysely<Database>): Promise<Map<number | null, number>> {
  const rows = await db
    .selectFrom('second_factor')
    .select((eb) => ['key_number', eb.fn.countAll<string>().as('count')])
    .groupBy('key_number')
    .execute()
  return new Map(rows.map((row) => [row.key_number, Number(row.count)]))
}

export async function keepSealed(db: Kysely<Database>, personId: Id, sealed: { key: number; bytes: Buffer }): Promise<void> {
  await db
    .updateTable('second_factor')
    .set({ secret: null, sealed: sealed.bytes, key_number: sealed.key })
    .where('person_id', '=', personId)
    .execute()
}
