/** Owns what every part of the master data works with: the run's one transaction, reading small tables whole, bringing rows, telling what was mended. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id, Work } from '../../../core/index.ts'
import type { FindingCode } from '../findings.ts'
import type { Finding, MappedKind, Room } from '../room.ts'
import { mendedOf } from '../source/mended.ts'
import type { Row } from '../source/source.ts'
import { placeNamed, type Named, type Ours, type Placing } from './names.ts'
import type { KeptRow } from './kept.ts'
import { int } from './read.ts'
import { bringRows, entriesOf, type Bringing, type Brought, type Values } from './rows.store.ts'

export interface Master extends Pick<Room, 'source' | 'mapping' | 'ids'> {
  room: Room
  work: Work
  db: Kysely<Database>
  /** A whole table of the source in the order of `order`; empty where there is none. Only for tables that fit the memory. */
  all(table: string, ...order: string[]): Promise<Row[]>
  bring(part: Bringing & { from: string }): Promise<Brought>
  /** What is kept whole, until it is written. */
  kept: KeptRow[]
  /** Logins and addresses, in small letters, of accounts whose persons were erased here: nothing that names one is written. */
  erased: Set<string>
  tell(code: FindingCode, table: string, key: string | number, detail?: Finding['detail']): void
}

export function masterOf(room: Room, work: Work): Master & { told: Finding[] } {
  const told: Finding[] = []
  const read = new Set<string>()
  const tell: Master['tell'] = (code, table, key, detail) => {
    told.push({ code, table, key: String(key), ...(detail ? { detail } : {}) })
  }
  return {
    room,
    work,
    db: work.db,
    source: room.source,
    mapping: room.mapping,
    ids: room.ids,
    told,
    kept: [],
    erased: new Set(),
    tell,
    async all(table, ...order) {
      if (!room.source.has(table)) return []
      const rows: Row[] = []
      for await (const row of room.source.rows(table, { order })) rows.push(row)
      // Some tables are read by several: what was mended of a row is told once.
      if (!read.has(table))
        for (const row of rows)
          for (const { code, column } of mendedOf(row)) tell(code, table, order.map((one) => String(row[one])).join(' '), { column })
      read.add(table)
      return rows
    },
    async bring({ from, ...part }) {
      const brought = await bringRows(work.db, part)
      for (const { source, what, columns } of brought.told) tell(what, from, source, { ...(columns ? { columns } : {}), ours: part.table })
      room.progress({ part: part.kind, rows: part.rows.length })
      return brought
    },
  }
}

/** Whether a value names, in any of its words, somebody who was erased here. */
export function namesErased({ erased }: Pick<Master, 'erased'>, value: unknown): boolean {
  if (erased.size === 0) return false
  return JSON.stringify(value ?? null)
    .toLowerCase()
    .split(/[^\p{L}\p{N}._@+-]+/u)
    .some((word) => erased.has(word))
}

export interface NamedRow {
  /** The source's own key. */
  id: number | string
  name: string
  values: (name: string) => Values
  validId?: number
}

/**
 * Brings rows that have a name here: numbers are kept where they are free, and each becomes findable in the map of ids. Answers our id by the
 * source's.
 */
export async function bringNamed(
  m: Master,
  {
    mapped,
    table,
    from,
    rows,
    keepIds = true,
    ...placing
  }: { mapped: MappedKind; table: string; from: string; rows: readonly NamedRow[]; keepIds?: boolean } & Omit<Placing, 'known'>,
): Promise<Map<string, Id>> {
  const known = new Map((await entriesOf(m.db, mapped)).map(({ source_id, key }) => [source_id, String(key['id'])]))
  const { rows: ours } = await sql<Ours>`select id::text as id, name from ${sql.table(table)}`.execute(m.db)
  const named: Named[] = rows.map(({ id, name }) => ({ source: String(id), name, ...(keepIds ? { id: String(id) } : {}) }))
  const placed = placeNamed(named, ours, { ...placing, known })
  for (const { source, name } of named) {
    const place = placed.get(source)!
    if (place.renamed && !known.has(source)) m.tell('name-taken', from, source, { name, now: place.name })
    if (place.moved) m.tell('other-number', from, source, { name })
  }
  const { keys } = await m.bring({
    kind: mapped,
    table,
    from,
    rows: rows.map((row) => {
      const { id, name } = placed.get(String(row.id))!
      return { source: String(row.id), ...(id === undefined ? {} : { key: { id } }), values: row.values(name) }
    }),
  })
  const ids = new Map(
    rows.flatMap((row) => (keys.has(String(row.id)) ? [[String(row.id), String(keys.get(String(row.id))!['id'])] as const] : [])),
  )
  await m.ids.putAll(
    m.db,
    mapped,
    rows.flatMap((row) => {
      const id = ids.get(String(row.id))
      return id === undefined ? [] : [{ source: row.id, id, ...(row.validId === undefined ? {} : { validId: row.validId }) }]
    }),
  )
  return ids
}

export const validId = (row: Row): number => int(row['valid_id']) ?? 1
