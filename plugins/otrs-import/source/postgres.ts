/** Owns reading of PostgreSQL sources: connections that all see the same moment, and write nothing. */
import { Client } from 'pg'
import type { Lane } from './lanes.ts'
import type { ColumnFact, Schema } from './names.ts'

/** How much one fetch brings, roughly: few rows of large ones, many of small ones. */
const FETCH_BYTES = 4_000_000
const [FEWEST, MOST] = [1, 5000]

export async function openPostgres(url: string, readers: number): Promise<Lane[]> {
  const clients: Client[] = []
  try {
    let snapshot: string | undefined
    for (let n = 0; n < readers; n++) {
      const client = new Client({ connectionString: url, types: { getTypeParser }, connectionTimeoutMillis: 15_000 })
      // Without a listener a server that goes down ends this process; the next statement tells of it all the same.
      client.on('error', () => {})
      await client.connect()
      clients.push(client)
      await client.query(
        `set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set datestyle = 'ISO'; set extra_float_digits = 0`,
      )
      await client.query('begin isolation level repeatable read, read only')
      if (snapshot === undefined) snapshot = (await client.query<{ id: string }>('select pg_export_snapshot() as id')).rows[0]!.id
      else await client.query(`set transaction snapshot '${snapshot.replaceAll("'", '')}'`)
    }
    return clients.map(laneOf)
  } catch (error) {
    for (const client of clients) await client.end().catch(() => {})
    throw error
  }
}

/** Numbers of whole numbers, bytes of bytes; everything else as the server writes it. */
function getTypeParser(oid: number): (text: string) => unknown {
  // int2, int4, int8; bytea.
  if (oid === 21 || oid === 23 || oid === 20) return Number
  if (oid === 17) return (text) => Buffer.from(text.slice(2), 'hex')
  return (text) => text
}

function laneOf(client: Client): Lane {
  return {
    async *stream(sql, values, large) {
      await client.query(`declare reading no scroll cursor for ${sql}`, [...values])
      try {
        for (let wanted = large ? 4 : 100; ; ) {
          const { rows } = await client.query<Record<string, unknown>>(`fetch forward ${wanted} from reading`)
          yield* rows
          if (rows.length < wanted) return
          const average = rows.reduce((sum, row) => sum + sizeOf(row), 0) / rows.length
          // A few small ones say little of those that follow.
          wanted = Math.min(MOST, 4 * wanted, Math.max(FEWEST, Math.floor(FETCH_BYTES / Math.max(1, average))))
        }
      } finally {
        await client.query('close reading').catch(() => {})
      }
    },
    all: async (sql, values = []) => (await client.query<Record<string, unknown>>(sql, [...values])).rows,
    close: () => client.end(),
  }
}

const sizeOf = (row: Record<string, unknown>): number =>
  Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 8), 0)

export async function schemaOfPostgres(lane: Lane): Promise<{ schema: Schema; encoding: string }> {
  const schema = new Map<string, Map<string, ColumnFact>>()
  const columns = await lane.all(
    `select table_name as "table", column_name as "column", data_type as type from information_schema.columns
     where table_schema = any (current_schemas(false)) order by table_name, ordinal_position`,
  )
  for (const { table, column, type } of columns as Record<string, string>[]) {
    const known = schema.get(table!) ?? new Map<string, ColumnFact>()
    schema.set(table!, known.set(column!, { type: type!, charset: null }))
  }
  const [row] = await lane.all(`select current_setting('server_encoding') as encoding`)
  return { schema, encoding: String(row!['encoding']) }
}

export const SIZES_OF_POSTGRES = `select relname as "table", greatest(reltuples, 0)::bigint as "rows", pg_total_relation_size(oid) as bytes
  from pg_class where relkind in ('r', 'p') and relnamespace = any (select oid from pg_namespace where nspname = any (current_schemas(false)))`
