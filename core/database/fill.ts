/** Owns filling new columns of large tables: by a job, in bounded steps, while everybody works; nothing at start waits for it. */
import { sql, type Kysely } from 'kysely'
import type { Log } from '../machine/log.ts'
import { reasonOf } from '../machine/boot-error.ts'
import type { Database, Id } from './schema.ts'

/**
 * What fills a column that a migration added. Until it is done the column's readers meet rows without a value: they say what such a row
 * means. Rows made after the migration are written whole by whoever makes them.
 */
export interface Fill {
  table: string
  /** An ascending bigint key with an index. Default: 'id'. */
  key?: string
  /** How many rows a step has at most. Default: `FILL_ROWS`. */
  rows?: number
  /** Fills rows whose key is above `after` and at most `upTo`: one short statement. Its step is kept with it, or neither is. */
  step(db: Kysely<Database>, range: { after: Id; upTo: Id }): Promise<unknown>
}

/** By names as unique and lasting as those of migrations, and never used again: a plugin's begin with its own, 'faq/0003_words'. */
export type Fills = Readonly<Record<string, Fill>>

/** Few enough that a step locks its rows for some hundred milliseconds. */
export const FILL_ROWS = 5000
/** The clock's job begins anew each minute: until then one that is long makes room for others. */
const RUN_MS = 45_000

export interface FillState {
  name: string
  atKey: Id
  untilKey: Id
  filled: Id
  begunAt: Date
  doneAt: Date | null
  lastError: string | null
}

/** Fills that began and are not done, the oldest first. */
export function listFills(db: Kysely<Database>): Promise<FillState[]> {
  return db
    .selectFrom('database_fill')
    .select([
      'name',
      'at_key as atKey',
      'until_key as untilKey',
      'filled',
      'begun_at as begunAt',
      'done_at as doneAt',
      'last_error as lastError',
    ])
    .where('done_at', 'is', null)
    .orderBy('begun_at')
    .orderBy('name')
    .execute()
}

/**
 * Goes on with all that are not done, in their order, step by step, each in a transaction that also keeps how far it came: killed
 * in between, it goes on behind the last whole step. One that fails says so, harms no other, and is tried again the next time.
 */
export async function runFills(room: { db: Kysely<Database>; clock: () => Date; log?: Log }, fills: Fills): Promise<void> {
  if (Object.keys(fills).length === 0) return
  const { db, clock, log } = room
  const done = await db.selectFrom('database_fill').select('name').where('done_at', 'is not', null).execute()
  const end = performance.now() + RUN_MS
  for (const [name, fill] of Object.entries(fills).filter(([one]) => !done.some((row) => row.name === one))) {
    try {
      await begin(db, name, fill, clock())
      while (await oneStep(db, name, fill, clock())) if (performance.now() > end) return
    } catch (error) {
      log?.error({ fill: name, err: error }, 'a new column could not be filled further; it is tried again in a minute')
      await db
        .updateTable('database_fill')
        .set({ last_error: reasonOf(error).slice(0, 500) })
        .where('name', '=', name)
        .execute()
    }
  }
}

/** Where it ends is settled once: at the highest key there is when it begins. */
async function begin(db: Kysely<Database>, name: string, { table, key = 'id' }: Fill, now: Date): Promise<void> {
  await sql`
    insert into database_fill (name, at_key, until_key, begun_at)
    select ${name}, coalesce(min(${sql.ref(key)}), 1) - 1, coalesce(max(${sql.ref(key)}), 0), ${now}::timestamptz from ${sql.table(table)}
    on conflict (name) do nothing`.execute(db)
}

/** Answers whether there may be more. What another process is at is left to it. */
function oneStep(db: Kysely<Database>, name: string, { table, key = 'id', rows = FILL_ROWS, step }: Fill, now: Date): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const state = await trx
      .selectFrom('database_fill')
      .select(['at_key', 'until_key'])
      .where('name', '=', name)
      .where('done_at', 'is', null)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!state) return false
    const {
      rows: [range],
    } = await sql<{ upTo: Id | null; count: Id }>`
      select max(k)::text as "upTo", count(*)::text as count from (
        select ${sql.ref(key)} as k from ${sql.table(table)}
        where ${sql.ref(key)} > ${state.at_key}::bigint and ${sql.ref(key)} <= ${state.until_key}::bigint order by 1 limit ${rows}) next`.execute(
      trx,
    )
    if (range?.upTo) await step(trx, { after: state.at_key, upTo: range.upTo })
    const more = Number(range?.count ?? 0) === rows
    await trx
      .updateTable('database_fill')
      .set({
        at_key: more ? range!.upTo! : state.until_key,
        filled: sql<Id>`filled + ${range?.count ?? '0'}::bigint`,
        last_error: null,
        done_at: more ? null : now,
      })
      .where('name', '=', name)
      .execute()
    return more
  })
}
