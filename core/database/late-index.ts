/**
 * Owns building indexes of tables that may be large: a migration builds one at once where its table is small, and else leaves it to a job,
 * which builds it while everybody works. Until it is there its readers are as slow as they were before the migration.
 */
import { sql, type Kysely } from 'kysely'
import type { Log } from '../machine/log.ts'
import type { Database } from './schema.ts'

/** By the index's name; `on` is what stands behind `on <table>`. Never changed once released: another index gets another name. */
export type LateIndexes = Readonly<Record<string, { table: string; on: string }>>

/** Larger tables are not waited for at a start: some hundred thousand rows of tickets, a second's work. */
export const LARGE_BYTES = 64 * 2 ** 20

/** For a migration: builds these now, where their table is no larger than that. */
export async function indexNowOrLater(db: Kysely<unknown>, indexes: LateIndexes, large = LARGE_BYTES): Promise<void> {
  for (const [name, { table, on }] of Object.entries(indexes)) {
    const { rows } = await sql<{ size: string }>`select pg_table_size(${table}::regclass) as size`.execute(db)
    if (Number(rows[0]!.size) <= large) await sql.raw(`create index ${name} on ${table} ${on}`).execute(db)
  }
}

/** Held while one is built: an index that is not valid and that nobody builds was left by a process that ended. */
const LOCK = 7015

/**
 * Builds those that are missing, one after the other, without keeping anybody from writing; another process that is at it is left to it. One
 * that fails says so and is tried again the next time.
 */
export async function buildIndexes({ db, log }: { db: Kysely<Database>; log?: Log }, indexes: LateIndexes): Promise<void> {
  const missing = await missingIndexes(db, indexes)
  if (missing.length === 0) return
  await db.connection().execute(async (own) => {
    const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${LOCK}) as mine`.execute(own)
    if (!rows[0]?.mine) return
    try {
      // Concurrently it takes as long as it takes, and is no statement that anybody waits for.
      await sql`set statement_timeout = 0`.execute(own)
      for (const name of await missingIndexes(own, indexes)) {
        const { table, on } = indexes[name]!
        try {
          await sql.raw(`drop index concurrently if exists ${name}`).execute(own)
          await sql.raw(`create index concurrently ${name} on ${table} ${on}`).execute(own)
          log?.info({ index: name }, 'an index of a large table is built')
        } catch (error) {
          log?.error({ index: name, err: error }, 'an index could not be built; it is tried again in a minute')
        }
      }
    } finally {
      await sql`reset statement_timeout`.execute(own)
      await sql`select pg_advisory_unlock(${LOCK})`.execute(own)
    }
  })
}

/** Names of those that are not there, or not whole. */
export async function missingIndexes(db: Kysely<Database>, indexes: LateIndexes): Promise<string[]> {
  const names = Object.keys(indexes)
  const { rows } = await sql<{ name: string }>`
    select w.name from unnest(${names}::text[]) with ordinality as w(name, n)
    where not exists (select from pg_index i where i.indexrelid = to_regclass(w.name) and i.indisvalid) order by w.n`.execute(db)
  return rows.map(({ name }) => name)
}
