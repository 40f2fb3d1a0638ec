/** Owns what both sides are compared by: which of ours the source's rows became, and the source's numbered words. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../../core/index.ts'
import type { MappedKind } from '../room.ts'
import type { Row, Source, Value, Wanted } from '../source/source.ts'

export interface Sides {
  source: Source
  db: Kysely<Database>
  /** Ours of a row of the source: what the map says, else its own number. */
  ours(kind: MappedKind, value: Value | undefined): string | null
  /** The same, and null where nothing came of it. */
  mapped(kind: MappedKind, value: Value | undefined): string | null
  /** Ours of an agent; nobody's is null, and OTRS's own user 1 is nobody. */
  agent(value: Value | undefined): string | null
  /** Ours of a customer by login, however it is written. */
  customer(value: Value | undefined): string | null
  /** A name of the source's: word('ticket_lock_type', 2) is 'lock'. */
  word(table: WordTable, value: Value | undefined): string | null
  /** The source's name of what one of ours came as; of several that became one, the first. */
  called(kind: 'state' | 'queue', ours: string | null): string
  /** What a field is of ('Ticket', 'Article'), and its type. */
  fieldOf(value: Value | undefined): { object: string; type: string } | undefined
  /** Is there a knowledge base here? */
  knowledge: boolean
}

const WORDS = [
  'ticket_lock_type',
  'ticket_state',
  'ticket_history_type',
  'article_sender_type',
  'communication_channel',
  'queue',
  'link_type',
  'link_object',
  'link_state',
] as const
export type WordTable = (typeof WORDS)[number]

export async function readSides(source: Source, db: Kysely<Database>): Promise<Sides> {
  const { rows } = await sql<{ kind: string; source_id: string; id: Id }>`select kind, source_id, id::text as id from otrs_id`.execute(db)
  const map = new Map(rows.map(({ kind, source_id, id }) => [`${kind} ${source_id}`, id]))
  const customers = new Map(
    rows.filter(({ kind }) => kind === 'customer_user').map(({ source_id, id }) => [source_id.trim().toLowerCase(), id]),
  )
  const words = new Map<string, string>()
  for (const table of WORDS) for await (const row of source.rows(table)) words.set(`${table} ${text(row['id'])}`, text(row['name']))
  const first = new Map<string, string>()
  for (const { kind, source_id, id } of rows.toSorted((a, b) => Number(b.source_id) - Number(a.source_id)))
    first.set(`${kind} ${id}`, source_id)
  const fields = new Map<string, { object: string; type: string }>()
  for await (const row of source.rows('dynamic_field'))
    fields.set(text(row['id']), { object: text(row['object_type']), type: text(row['field_type']) })
  return {
    source,
    db,
    ours: (kind, value) => (none(value) ? null : (map.get(`${kind} ${text(value)}`) ?? text(value))),
    mapped: (kind, value) => (none(value) ? null : (map.get(`${kind} ${text(value)}`) ?? null)),
    agent: (value) => (none(value) ? null : (map.get(`user ${text(value)}`) ?? null)),
    customer: (value) => customers.get(text(value).trim().toLowerCase()) ?? null,
    word: (table, value) => words.get(`${table} ${text(value)}`) ?? null,
    called: (kind, ours) => words.get(`${kind === 'state' ? 'ticket_state' : 'queue'} ${first.get(`${kind} ${ours}`) ?? ours}`) ?? '–',
    fieldOf: (value) => fields.get(text(value)),
    knowledge: await hasKnowledge(db),
  }
}

async function hasKnowledge(db: Kysely<Database>): Promise<boolean> {
  return (await sql<{ is: boolean }>`select to_regclass('faq_item') is not null as is`.execute(db)).rows[0]!.is
}

/** OTRS writes 0 and nothing for “none”. */
const none = (value: Value | undefined): boolean => value === null || value === undefined || Number(value) === 0

/** What no text here may hold is left out of both sides. */
export const text = (value: Value | undefined): string =>
  (value === null || value === undefined ? '' : Buffer.isBuffer(value) ? value.toString('utf8') : String(value)).replaceAll('\0', '')

export const textOrNull = (value: Value | undefined): string | null => (value === null || value === undefined ? null : text(value))

/** A name as it is compared: composed, without blanks around. */
export const name = (value: Value | undefined): string => text(value).normalize('NFC').trim()

/** Seconds since 1970 as a moment; 0 is none. */
export function epoch(value: Value | undefined): string | null {
  const seconds = Number(value ?? 0)
  return Number.isFinite(seconds) && seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : null
}

export const moment = (source: Source, value: Value | undefined): string | null => source.moment(value)?.toISOString() ?? null

/** Rows of a table of those ids, so many at a time. */
export async function* among(
  source: Source,
  table: string,
  column: string,
  ids: Some,
  more: Pick<Wanted, 'order' | 'atMost'> = {},
): AsyncGenerator<Row> {
  if (!source.has(table)) return
  for (let at = 0; at < ids.length; at += AT_ONCE)
    yield* source.rows(table, { among: { column, ids: ids.slice(at, at + AT_ONCE) }, ...more })
}
type Some = readonly number[]
const AT_ONCE = 1000
