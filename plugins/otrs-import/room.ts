/** Owns what every part of an import is handed: source, mapping, run, and the way to tell what was mended or set aside. */
import type { Kysely } from 'kysely'
import type { Database, Host, Id } from '../../core/index.ts'
import type { FindingCode } from './findings.ts'
import type { Mapping } from './mapping/mapping.ts'
import type { Source } from './source/source.ts'

export interface Room {
  host: Host
  source: Source
  mapping: Mapping
  run: { id: Id; incremental: boolean }
  /** Which of our rows a row of the source became, kept in memory for the run; `ids.of('user', 3)` undefined: it is nobody's here. */
  ids: Ids
  /** Says that something was mended or set aside; `db` is the transaction of the rows it is about. */
  tell(db: Kysely<Database>, ...findings: readonly Finding[]): Promise<void>
  progress(done: { part: string; rows: number; bytes?: number; of?: number }): void
  /** Throws where the operator stopped the run; asked between steps. */
  goOn(): Promise<void>
}

export interface Finding {
  code: FindingCode
  /** Table and key of the source. */
  table: string
  key: string
  detail?: Readonly<Record<string, string | number | null>>
}

/** Kinds of `otrs_id`. Kept ids (ticket, article, history, queue …) have none. */
export type MappedKind =
  | 'user'
  | 'customer_user'
  | 'company'
  | 'group'
  | 'role'
  | 'state'
  | 'priority'
  | 'type'
  | 'service'
  | 'sla'
  | 'queue'
  | 'calendar'
  | 'salutation'
  | 'signature'
  | 'template'
  | 'attachment'
  | 'auto_response'
  | 'address'
  | 'filter'
  | 'field'
  | 'notification'
  | 'faq_category'
  | 'faq_item'

export interface MappedId {
  source: string | number
  id: Id
  login?: string
  validId?: number
}

export interface Ids {
  of(kind: MappedKind, sourceId: string | number | null | undefined): Id | undefined
  /** All of a kind. */
  all(kind: MappedKind): ReadonlyMap<string, Id>
  put(db: Kysely<Database>, kind: MappedKind, sourceId: string | number, id: Id, more?: { login?: string; validId?: number }): Promise<void>
  /** For this run alone: nothing of it is written down. */
  lend(kind: MappedKind, sourceId: string | number, id: Id): void
  /** Many at once; what stands already as it is said costs nothing. */
  putAll(db: Kysely<Database>, kind: MappedKind, rows: readonly MappedId[]): Promise<void>
}
