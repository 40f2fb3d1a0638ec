/** Owns what erasing asks the catalogue: which tables hold text, and which rows own files – core's and every plugin's. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

export interface TextTable {
  /** With its schema. */
  name: string
  columns: {
    name: string
    type: 'text' | 'text[]' | 'json' | 'jsonb'
    /** Two rows may not say the same in it, alone or with others. */
    unique: boolean
  }[]
  /** How a row names the ticket that it belongs to; null: it belongs to none. */
  ofTicket: 'id' | 'ticket_id' | 'article_id' | 'value' | null
  bytes: number
}

/** Tables whose rows are the program's own and name nobody: numbers of migrations, locks. */
const NOT_ASKED = /(^|\.)(kysely_|migration|.*_migration(_lock)?$|blob_chunk$)/

/** Every table with a column of text that can be written. */
export async function listTextTables(db: Kysely<Database>): Promise<TextTable[]> {
  const { rows } = await sql<{ schema: string; table: string; column: string; type: string; bytes: string; unique: boolean }>`
    select n.nspname as schema, c.relname as table, a.attname as column, format_type(a.atttypid, null) as type, pg_table_size(c.oid)::text as bytes,
      exists (select from pg_index i where i.indrelid = c.oid and i.indisunique and a.attnum = any(i.indkey)) as unique
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
      and format_type(a.atttypid, null) in ('text', 'character varying', 'character varying[]', 'text[]', 'json', 'jsonb', 'citext')
    order by 1, 2, a.attnum`.execute(db)
  const tables = new Map<string, TextTable>()
  for (const { schema, table, column, type, bytes, unique } of rows) {
    const name = schema === 'public' ? table : `${schema}.${table}`
    if (NOT_ASKED.test(name)) continue
    const entry = tables.get(name) ?? { name, columns: [], ofTicket: null, bytes: Number(bytes) }
    entry.columns.push({ name: column, type: type.endsWith('[]') ? 'text[]' : type === 'json' || type === 'jsonb' ? type : 'text', unique })
    tables.set(name, entry)
  }
  const { rows: keyed } = await sql<{ table: string; column: 'ticket_id' | 'article_id' }>`
    select table_name as table, column_name as column from information_schema.columns
    where table_schema = 'public' and column_name in ('ticket_id', 'article_id') order by column_name`.execute(db)
  // A row that names both belongs to the ticket it names itself.
  for (const { table, column } of keyed) {
    const entry = tables.get(table)
    if (entry) entry.ofTicket = column
  }
  for (const [table, by] of [
    ['ticket', 'id'],
    ['field_value', 'value'],
  ] as const) {
    const entry = tables.get(table)
    if (entry) entry.ofTicket = by
  }
  return [...tables.values()]
}

/** As a condition: a row of the table belongs to one of these tickets. */
export function inTickets({ ofTicket }: Pick<TextTable, 'ofTicket'>, tickets: readonly Id[]): RawBuilder<unknown> | undefined {
  const ids = sql`any(${tickets}::bigint[])`
  const articles = sql`(select a.id from article a where a.ticket_id = ${ids})`
  if (ofTicket === null) return undefined
  if (ofTicket === 'article_id') return sql`article_id in ${articles}`
  if (ofTicket !== 'value') return sql`${sql.ref(ofTicket)} = ${ids}`
  return sql`(object_id = ${ids} and field_id in (select id from field where object = 'ticket')
    or object_id in ${articles} and field_id in (select id from field where object = 'article'))`
}

/** Columns that own a file, but for its own chunks. */
export async function blobOwners(db: Kysely<Database>): Promise<{ table: string; column: string; nullable: boolean }[]> {
  const { rows } = await sql<{ table: string; column: string; nullable: boolean }>`
    select c.conrelid::regclass::text as table, a.attname as column, not a.attnotnull as nullable
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'f' and c.confrelid = 'blob'::regclass and c.conrelid <> 'blob_chunk'::regclass`.execute(db)
  return rows
}

/** Rows that belong to one person alone, core's and every plugin's: a foreign key that goes with the person says so. Votes and acts stay. */
export async function ownedByPersons(db: Kysely<Database>): Promise<{ table: string; column: string }[]> {
  const { rows } = await sql<{ table: string; column: string }>`
    select c.conrelid::regclass::text as table, a.attname as column
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'f' and c.confrelid = 'person'::regclass and c.confdeltype = 'c' and c.conrelid <> 'person_erasure'::regclass`.execute(
    db,
  )
  return rows
}
