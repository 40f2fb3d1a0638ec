/** Owns what erasing asks the catalogue: which tables hold text, and which rows own files – core's and every plugin's. */
import { sql, type Kysely } from 'kysely'
import type { Database } from '../database/schema.ts'

export interface TextTable {
  /** With its schema. */
  name: string
  columns: { name: string; type: 'text' | 'text[]' | 'json' | 'jsonb' }[]
  /** Names the ticket that a row belongs to: 'ticket_id', or 'id' of ticket itself. */
  ticketColumn: string | undefined
  bytes: number
}

/** Tables whose rows are the program's own and name nobody: numbers of migrations, locks. */
const NOT_ASKED = /(^|\.)(kysely_|migration|.*_migration(_lock)?$|blob_chunk$)/

/** Every table with a column of text that can be written. */
export async function listTextTables(db: Kysely<Database>): Promise<TextTable[]> {
  const { rows } = await sql<{ schema: string; table: string; column: string; type: string; bytes: string }>`
    select n.nspname as schema, c.relname as table, a.attname as column, format_type(a.atttypid, null) as type, pg_table_size(c.oid)::text as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
      and format_type(a.atttypid, null) in ('text', 'character varying', 'character varying[]', 'text[]', 'json', 'jsonb', 'citext')
    order by 1, 2, a.attnum`.execute(db)
  const tables = new Map<string, TextTable>()
  for (const { schema, table, column, type, bytes } of rows) {
    const name = schema === 'public' ? table : `${schema}.${table}`
    if (NOT_ASKED.test(name)) continue
    const entry = tables.get(name) ?? { name, columns: [], ticketColumn: undefined, bytes: Number(bytes) }
    entry.columns.push({ name: column, type: type.endsWith('[]') ? 'text[]' : type === 'json' || type === 'jsonb' ? type : 'text' })
    tables.set(name, entry)
  }
  const { rows: keyed } = await sql<{ table: string }>`
    select table_name as table from information_schema.columns where table_schema = 'public' and column_name = 'ticket_id'`.execute(db)
  for (const { table } of keyed) {
    const entry = tables.get(table)
    if (entry) entry.ticketColumn = 'ticket_id'
  }
  const ticket = tables.get('ticket')
  if (ticket) ticket.ticketColumn = 'id'
  return [...tables.values()]
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
