/** Owns the rows of a demonstration: collected first, with ids of their own, then loaded at once. */
import { createHash } from 'node:crypto'
import type { Insertable } from 'kysely'
import type { Database, Id } from '../../core/index.ts'

/** Tables in the order in which they are loaded: each after those it names. */
export const TABLES = [
  'unit',
  'person',
  'person_address',
  'permission_group',
  'role',
  'group_person',
  'role_person',
  'group_role',
  'company',
  'person_company',
  'ticket_type',
  'sla',
  'service',
  'service_sla',
  'service_person',
  'queue',
  'system_address',
  'field',
  'field_use',
  'saved_view',
  'blob',
  'blob_chunk',
  'ticket',
  'article',
  'article_attachment',
  'inbound_mail',
  'outbound_mail',
  'history',
  'ticket_watcher',
  'ticket_seen',
  'time_spent',
  'link',
  'field_value',
] as const
export type Table = (typeof TABLES)[number]

/** An article of which nobody judged who wrote it, and that was never held. */
export const UNJUDGED = {
  assurance: null,
  assurance_rule: '',
  assurance_detail: '',
  held_at: null,
  held_rule: '',
  held_decision: null,
} as const

/** A row as it is loaded: objects of jsonb columns as they are. */
export type Row<T extends Table> = { [K in keyof Insertable<Database[T]>]: Insertable<Database[T]>[K] | object }

export interface Rows {
  tables: { [T in Table]: Row<T>[] }
  /** Adds a row and gives its id. */
  add<T extends Table>(table: T, row: Omit<Row<T>, 'id'>): Id
  /** The row that got this id. */
  get<T extends Table>(table: T, id: Id): Row<T>
  /** The blob of these bytes, made once. */
  blob(content: Buffer, at: Date): { id: Id; size: number }
}

/** `firstIds`: where a table's ids begin, when not at 1. */
export function makeRows(firstIds: Partial<Record<Table, number>>): Rows {
  const tables = Object.fromEntries(TABLES.map((table) => [table, []])) as unknown as Rows['tables']
  const blobs = new Map<string, { id: Id; size: number }>()
  const rows: Rows = {
    tables,
    add(table, row) {
      const id = String((firstIds[table] ?? 1) + tables[table].length)
      tables[table].push({ id, ...row } as never)
      return id
    },
    get: (table, id) => tables[table][Number(id) - (firstIds[table] ?? 1)]!,
    blob(content, at) {
      const sha256 = createHash('sha256').update(content).digest()
      const known = blobs.get(sha256.toString('hex'))
      if (known) return known
      const blob = { id: rows.add('blob', { sha256, size: content.length, created_at: at }), size: content.length }
      tables.blob_chunk.push({ blob_id: blob.id, seq: 0, data: content })
      blobs.set(sha256.toString('hex'), blob)
      return blob
    },
  }
  return rows
}
