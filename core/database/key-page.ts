/** Owns paging by key: a page begins after the last row of the one before, so no row is shown twice or left out. */
import { sql, type RawBuilder } from 'kysely'
import { DateTime } from 'luxon'
import { isId } from './id.ts'
import type { Id } from './schema.ts'

/** An SQL expression to sort by, never null, and the type its text form is read as. */
export interface SortColumn {
  column: string
  type: 'text' | 'timestamptz' | 'bigint'
}
export type Direction = 'asc' | 'desc'

export interface KeyPage<Row> {
  rows: Row[]
  /** Where the next page begins; null on the last one. */
  after: string | null
}

export interface PageWish {
  direction?: Direction
  after?: string | undefined
  /** 1–500; default 50. */
  limit?: number
}

/** Condition, order and limit of one page; `idColumn` breaks ties. Ask for `limit + 1` rows and hand them to `cutPage`. */
export function keyPage(sort: SortColumn, idColumn: string, wish: PageWish) {
  const direction = wish.direction ?? 'asc'
  const limit = Math.min(Math.max(wish.limit ?? 50, 1), 500)
  const key = readKey(wish.after, sort.type)
  const column = sql.raw(sort.column)
  const id = sql.raw(idColumn)
  const condition: RawBuilder<boolean> | undefined =
    key &&
    sql<boolean>`(${column}, ${id}) ${sql.raw(direction === 'desc' ? '<' : '>')}
    (${key[0]}::${sql.raw(sort.type)}, ${key[1]}::bigint)`
  return { condition, key: sql<string>`(${column})::text`, column: sql<string>`${column}`, direction, limit }
}

/** Takes the row too many off and makes the next page's key of the last one left. */
export function cutPage<Row extends { id: Id; sortKey: string }>(rows: Row[], limit: number): KeyPage<Row> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    rows: page,
    after: rows.length > limit && last ? Buffer.from(JSON.stringify([last.sortKey, last.id])).toString('base64url') : null,
  }
}

const FITS: Record<SortColumn['type'], (value: string) => boolean> = {
  text: () => true,
  bigint: (value) => /^-?\d{1,18}$/.test(value),
  timestamptz: (value) =>
    /^-?infinity$/.test(value) ||
    // Neither a year 0000 nor an offset of sixteen hours is one to PostgreSQL.
    (/^(?!0000)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d)?$/.test(value) &&
      DateTime.fromSQL(value.slice(0, 19), { zone: 'utc' }).isValid),
}

/** Characters of a key: what is sorted by is a name or a title, at most. */
const MOST = 4000

/** A key that was tampered with, or that another order left, is none: the first page. */
function readKey(after: string | undefined, type: SortColumn['type']): [string, string] | undefined {
  if (!after) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(after, 'base64url').toString())
    if (!Array.isArray(value)) return undefined
    const [key, id] = value as unknown[]
    if (typeof key !== 'string' || key.length > MOST || key.includes('\u0000') || !isId(id)) return undefined
    return FITS[type](key) ? [key, id] : undefined
  } catch {
    return undefined
  }
}

/** `%text%` with its own wildcards taken literally. */
export const containing = (text: string): string => `%${text.trim().replace(/[\\%_]/g, '\\$&')}%`
