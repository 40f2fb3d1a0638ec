/** Owns loading many rows at once: for import and demonstration data. No guards, no facts, no mail; ids may be given. */
import { sql, type Insertable, type Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** Rows in one statement: some megabytes of JSON at most. */
const BATCH = 2000

/**
 * Inserts rows in as few statements as possible. All rows have the keys of the first; columns it lacks take their
 * defaults. Values as for `insertInto`, but objects of jsonb columns as they are, not as text. In the caller's transaction.
 */
export async function loadRows<T extends keyof Database & string>(
  db: Kysely<Database>,
  table: T,
  rows: readonly { [K in keyof Insertable<Database[T]>]: unknown }[],
): Promise<void> {
  const first = rows[0]
  if (!first) return
  const columns = sql.join(Object.keys(first).map((key) => sql.ref(key)))
  for (let at = 0; at < rows.length; at += BATCH) {
    // The server reads the columns' types from the table itself: one parameter carries any of them.
    const batch = JSON.stringify(rows.slice(at, at + BATCH), toJson)
    await sql`insert into ${sql.table(table)} (${columns})
      select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${batch}::jsonb)`.execute(db)
  }
}

/** After rows came with ids: the next id of each table is above them, and never below where ids of rows made here begin. */
export async function settleIds(db: Kysely<Database>, tables: readonly (keyof Database & string)[]): Promise<void> {
  for (const table of tables) {
    await sql`
      select setval(s, greatest(max(id), pg_sequence_last_value(s), start_value - 1, 1)) from ${sql.table(table)} right join (
        select s, start_value from (select pg_get_serial_sequence(${table}, 'id')::regclass as s) own
        join pg_sequences on (schemaname || '.' || sequencename)::regclass = s) own on true group by s, start_value`.execute(db)
  }
}

function toJson(this: unknown, key: string, value: unknown): unknown {
  // Buffer has a toJSON of its own, so the value is looked up before it ran. bytea's hex form goes through text.
  const raw = (this as Record<string, unknown>)[key]
  return Buffer.isBuffer(raw) ? `\\x${raw.toString('hex')}` : value
}
