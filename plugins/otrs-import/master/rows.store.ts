/**
 * Owns bringing rows of the source to rows of ours, once and again: what the source changed since the last run is changed here, column by
 * column, unless somebody changed that very column here meanwhile.
 *
 * It is told by two short sums kept for each column: of what the source said, and of what stood here after it was written. Another first
 * one means that the source changed, another second one that somebody did here. Who has the last word is whoever works in the new house.
 */
import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../../../core/index.ts'

export type Key = Readonly<Record<string, string | number>>
export type Values = Readonly<Record<string, unknown>>

/** What stands here because of a row of the source. All of one call have the same columns. */
export interface Shall {
  /** Which row of the source, in numbers and codes that name nobody. */
  source: string
  /** Which row of ours. Absent: it has a number `id` of ours, taken when it comes first. */
  key?: Key
  /** As for `insertInto`; objects of jsonb columns as they are. */
  values: Values
}

export interface Bringing {
  /** What is told apart in `otrs_row`; several may write different columns of one table. */
  kind: string
  table: string
  rows: readonly Shall[]
  /** A row of ours that is there at first, under that key: the source's values go over it, or it stays as it is. */
  meets?: 'take' | 'leave'
  /** What becomes of ours when the source's is gone. */
  gone?: 'remove' | 'tell' | 'leave'
}

export type Outcome = { source: string; what: 'edited-here' | 'gone-here' | 'gone-there'; columns?: string }
export interface Brought {
  keys: ReadonlyMap<string, Key>
  made: number
  changed: number
  removed: number
  told: Outcome[]
}

type Sums = Record<string, [said: string, stands: string]>
interface Entry {
  source_id: string
  key: Key
  sums: Sums
}

const BATCH = 2000

/** Everything of a kind that the source has: what is not among `rows` counts as gone from it. In the caller's transaction. */
export async function bringRows(db: Kysely<Database>, { kind, table, rows, meets = 'take', gone = 'tell' }: Bringing): Promise<Brought> {
  const entries = new Map((await entriesOf(db, kind)).map((entry) => [entry.source_id, entry]))
  const brought = { keys: new Map<string, Key>(), made: 0, changed: 0, removed: 0, told: [] as Outcome[] }
  const fresh: Shall[] = []
  const known: { shall: Shall; entry: Entry }[] = []
  const wanted = new Set<string>()
  const usedKeys = new Set<string>()
  for (const shall of rows) {
    if (wanted.has(shall.source)) continue
    const entry = entries.get(shall.source)
    const key = entry?.key ?? shall.key
    // Two rows of the source that are one here: the first stands.
    if (key && usedKeys.has(canonical(key))) continue
    if (key) usedKeys.add(canonical(key))
    wanted.add(shall.source)
    if (entry) known.push({ shall, entry })
    else fresh.push(shall)
  }

  // What goes makes room for what comes: a name or an address may move from one row to another.
  for (const entry of entries.values()) {
    if (wanted.has(entry.source_id)) continue
    if (gone === 'leave') continue
    if (LEFT in entry.sums) {
      // It was here before, whatever the source said of it since.
      if (gone === 'remove') await forget(db, kind, entry.source_id)
      continue
    }
    if (gone === 'tell') {
      brought.told.push({ source: entry.source_id, what: 'gone-there' })
      continue
    }
    const [stands] = await readRows(db, table, [entry.key], Object.keys(entry.sums))
    if (stands && changedHere(entry.sums, stands.values).length > 0) {
      brought.told.push({ source: entry.source_id, what: 'edited-here' })
      continue
    }
    if (stands) await sql`delete from ${sql.table(table)} where ${isRow(entry.key)}`.execute(db)
    await forget(db, kind, entry.source_id)
    brought.removed++
  }

  await changeKnown(db, kind, table, known, brought)
  await addFresh(db, kind, table, fresh, meets, brought)
  return brought
}

async function changeKnown(
  db: Kysely<Database>,
  kind: string,
  table: string,
  known: readonly { shall: Shall; entry: Entry }[],
  brought: Omit<Brought, 'keys'> & { keys: Map<string, Key> },
): Promise<void> {
  for (const { shall, entry } of known) brought.keys.set(shall.source, entry.key)
  const changed = known.flatMap(({ shall, entry }) => {
    if (LEFT in entry.sums) return []
    const columns = Object.keys(shall.values).filter((column) => entry.sums[column]?.[0] !== sum(shall.values[column]))
    return columns.length === 0 ? [] : [{ shall, entry, columns }]
  })
  if (changed.length === 0) return
  const stand = new Map<string, Values>()
  for (const batch of batches(changed)) {
    const columns = [...new Set(batch.flatMap((one) => one.columns))]
    for (const row of await readRows(
      db,
      table,
      batch.map(({ entry }) => entry.key),
      columns,
    ))
      stand.set(canonical(row.key), row.values)
  }
  for (const { shall, entry, columns } of changed) {
    const now = stand.get(canonical(entry.key))
    const said = (column: string): [string, string] => [sum(shall.values[column]), entry.sums[column]?.[1] ?? '']
    if (!now) {
      brought.told.push({ source: shall.source, what: 'gone-here' })
      // It is said once, not with every run.
      await keepSums(db, kind, shall.source, entry.key, { ...entry.sums, ...Object.fromEntries(columns.map((c) => [c, said(c)])) })
      continue
    }
    const edited = columns.filter((column) => column in entry.sums && sum(now[column]) !== entry.sums[column]![1])
    const free = columns.filter((column) => !edited.includes(column))
    if (edited.length > 0) brought.told.push({ source: shall.source, what: 'edited-here', columns: edited.join(', ') })
    if (free.length > 0) {
      await writeRow(db, table, entry.key, Object.fromEntries(free.map((column) => [column, shall.values[column]])))
      brought.changed++
    }
    const [after] = await readRows(db, table, [entry.key], free)
    const sums = { ...entry.sums }
    for (const column of edited) sums[column] = said(column)
    for (const column of free) sums[column] = [sum(shall.values[column]), sum(after?.values[column])]
    await keepSums(db, kind, shall.source, entry.key, sums)
  }
}

async function addFresh(
  db: Kysely<Database>,
  kind: string,
  table: string,
  fresh: readonly Shall[],
  meets: 'take' | 'leave',
  brought: Omit<Brought, 'keys'> & { keys: Map<string, Key> },
): Promise<void> {
  for (const batch of batches(fresh)) {
    const keyless = batch.filter(({ key }) => key === undefined)
    const ids = await newIds(db, table, keyless.length)
    const keyed = batch.map((shall) => ({ shall, key: shall.key ?? { id: ids.shift()! } }))
    const columns = Object.keys(batch[0]!.values)
    const met = new Set<string>()
    for (const row of await readRows(
      db,
      table,
      keyed.flatMap(({ shall, key }) => (shall.key ? [key] : [])),
      columns,
    ))
      met.add(canonical(row.key))
    const toInsert = keyed.filter(({ key }) => !met.has(canonical(key)))
    for (const { shall, key } of keyed) {
      if (met.has(canonical(key)) && meets === 'take' && columns.length > 0) {
        await writeRow(db, table, key, shall.values)
        brought.changed++
      }
    }
    await insertRows(
      db,
      table,
      toInsert.map(({ shall, key }) => ({ ...key, ...shall.values })),
    )
    brought.made += toInsert.length
    const after = new Map(
      (
        await readRows(
          db,
          table,
          keyed.map(({ key }) => key),
          columns,
        )
      ).map((row) => [canonical(row.key), row.values]),
    )
    const rows = keyed.map(({ shall, key }) => {
      const stands = after.get(canonical(key)) ?? {}
      // What was there before and stays is nobody's but its own: whatever the source says of it later does not reach it.
      const left = meets === 'leave' && met.has(canonical(key))
      const sums: Sums = Object.fromEntries(columns.map((column) => [column, [sum(shall.values[column]), sum(stands[column])]]))
      if (left) sums[LEFT] = ['', '']
      brought.keys.set(shall.source, key)
      return { kind, source_id: shall.source, key, sums }
    })
    await sql`insert into otrs_row (kind, source_id, key, sums)
      select kind, source_id, key, sums from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(kind text, source_id text, key jsonb, sums jsonb)`.execute(
      db,
    )
  }
}

/** Rows that are only added to, with ids of their own: those that are there already stay as they are. Answers how many came. */
export async function addRows(db: Kysely<Database>, table: string, rows: readonly Values[]): Promise<number> {
  let added = 0
  for (const batch of batches(rows)) added += await insertRows(db, table, batch, true)
  return added
}

export async function entriesOf(db: Kysely<Database>, kind: string): Promise<Entry[]> {
  return (await sql<Entry>`select source_id, key, sums from otrs_row where kind = ${kind}`.execute(db)).rows
}

async function insertRows(db: Kysely<Database>, table: string, rows: readonly Values[], unlessThere = false): Promise<number> {
  if (rows.length === 0) return 0
  const columns = sql.join(Object.keys(rows[0]!).map((column) => sql.ref(column)))
  const { numAffectedRows } = await sql`insert into ${sql.table(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${text(rows)}::jsonb)
    ${unlessThere ? sql`on conflict do nothing` : sql``}`.execute(db)
  return Number(numAffectedRows ?? 0n)
}

async function writeRow(db: Kysely<Database>, table: string, key: Key, values: Values): Promise<void> {
  const columns = Object.keys(values)
  if (columns.length === 0) return
  await sql`update ${sql.table(table)} as t set ${sql.join(columns.map((column) => sql`${sql.ref(column)} = r.${sql.ref(column)}`))}
    from jsonb_populate_record(null::${sql.table(table)}, ${text(values)}::jsonb) r where ${isRow(key, 't.')}`.execute(db)
}

/** Of those that are there; moments and numbers as the database writes them in JSON. */
async function readRows(
  db: Kysely<Database>,
  table: string,
  keys: readonly Key[],
  columns: readonly string[],
): Promise<{ key: Key; values: Values }[]> {
  if (keys.length === 0) return []
  const by = Object.keys(keys[0]!)
  const object = (names: readonly string[], of: string) =>
    names.length === 0
      ? sql`'{}'::jsonb`
      : sql`jsonb_build_object(${sql.join(names.flatMap((name) => [sql.lit(name), sql.ref(`${of}.${name}`)]))})`
  const { rows } = await sql<{ at: number; values: Values }>`
    select k.ordinality::int - 1 as at, ${object(columns, 't')} as values
    from jsonb_array_elements(${JSON.stringify(keys)}::jsonb) with ordinality k(key, ordinality),
      lateral jsonb_populate_record(null::${sql.table(table)}, k.key) w
      join ${sql.table(table)} t on ${sql.join(
        by.map((column) => sql`t.${sql.ref(column)} = w.${sql.ref(column)}`),
        sql` and `,
      )}`.execute(db)
  return rows.map(({ at, values }) => ({ key: keys[at]!, values }))
}

/** Among the columns of a row that stood here first and was left as it is; no column is called so. */
const LEFT = ''

async function forget(db: Kysely<Database>, kind: string, source: string): Promise<void> {
  await sql`delete from otrs_row where kind = ${kind} and source_id = ${source}`.execute(db)
}

const isRow = (key: Key, prefix = '') =>
  sql.join(
    Object.entries(key).map(([column, value]) => sql`${sql.ref(`${prefix}${column}`)} = ${value}`),
    sql` and `,
  )

async function keepSums(db: Kysely<Database>, kind: string, source: string, key: Key, sums: Sums): Promise<void> {
  await sql`update otrs_row set key = ${JSON.stringify(key)}::jsonb, sums = ${JSON.stringify(sums)}::jsonb
    where kind = ${kind} and source_id = ${source}`.execute(db)
}

async function newIds(db: Kysely<Database>, table: string, count: number): Promise<string[]> {
  if (count === 0) return []
  const { rows } = await sql<{ id: string }>`
    select nextval(pg_get_serial_sequence(${table}, 'id'))::text as id from generate_series(1, ${count}::int)`.execute(db)
  return rows.map(({ id }) => id)
}

const changedHere = (sums: Sums, stands: Values): string[] => Object.keys(sums).filter((column) => sum(stands[column]) !== sums[column]![1])

function* batches<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += BATCH) yield rows.slice(at, at + BATCH)
}

/** Same values, same sum: whatever the order of an object's keys. */
const sum = (value: unknown): string =>
  createHash('sha256')
    .update(canonical(value ?? null))
    .digest('base64url')
    .slice(0, 12)

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one) && !Buffer.isBuffer(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}

/** bytea goes as its hex form. */
const text = (value: unknown): string =>
  JSON.stringify(value, function (this: Record<string, unknown>, key: string, one: unknown) {
    const raw = this[key]
    return Buffer.isBuffer(raw) ? `\\x${raw.toString('hex')}` : one
  })
