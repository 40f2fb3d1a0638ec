/** Owns making a backup: the database's rows at one moment, in a form that any PostgreSQL from 15 on can take back. */
import { escapeIdentifier, type ClientBase, type Pool } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { SAVED_JOBS } from '../kernel/jobs/saved-jobs.ts'
import { version } from '../machine/project.ts'
import type { ArchiveWriter } from './archive.ts'
import { listTables, ranMigrations, readSequences, type SequenceState, type TableShape } from './catalog.ts'
import { RowSum, wholeRows } from './row-sum.ts'
import { AT_ONCE, sideBySide, withClients } from './side-by-side.ts'

/** Raised when a program of before could not read what is written now. */
export const FORMAT = 1

export interface SavedTable extends TableShape {
  rows: number
  sum: string
}

/** What a backup says of itself. `manifest.json` holds all of it and comes last; `pomoc.json` holds the first five and comes first. */
export interface Manifest {
  format: number
  /** Version of the pomoc that made it. */
  program: string
  /** Version of the server the rows come from. */
  postgresql: string
  /** The moment whose rows these are, ISO 8601 in UTC. */
  madeAt: string
  /** Which migrations had run, by the ending of their table's name: core and every plugin. */
  migrations: Record<string, string[]>
  tables: SavedTable[]
  jobs: { rows: number; sum: string }
  sequences: SequenceState[]
  /** Which keys secrets in it are sealed with, and how many each; the keys themselves are in no backup. Absent: it is of before there were any. */
  keys?: SavedKey[]
}

export interface SavedKey {
  number: number
  fingerprint: string
  secrets: number
}

/** Called with the part done, 0 to 1, and what is being done. */
export type Progress = (done: number, what: string) => void

/**
 * Writes all tables, sequences and jobs as they stand at one moment, while everybody goes on working. Rows are COPY's text
 * format, and neither tables nor keys are described: the migrations that made them are named, and make them again.
 * (Text, not binary: the same for every version and processor, which binary does not promise.) Several tables are read at once, so that
 * their parts may stand between each other. Never holds more than some megabytes. The archive is not finished here.
 */
export function writeBackup(pool: Pool, archive: ArchiveWriter, progress: Progress = () => {}): Promise<Manifest> {
  return withClients(pool, AT_ONCE, async (clients) => {
    const client = clients[0]!
    await client.query('begin isolation level repeatable read read only')
    await settle(client)
    const {
      rows: [moment],
    } = await client.query<{ at: Date; version: string; snapshot: string }>(
      `select now() as at, current_setting('server_version') as version, pg_export_snapshot() as snapshot`,
    )
    for (const other of clients.slice(1)) {
      await other.query('begin isolation level repeatable read read only')
      await other.query(`set transaction snapshot '${moment!.snapshot}'`)
      await settle(other)
    }
    const tables = await listTables(client)
    // A migration at the same time waits for us, or we for it.
    await client.query(`lock table ${tables.map(({ name }) => name).join(', ')} in access share mode`)
    const { rows: sizes } = await client.query<{ size: string; rows: number }>(
      `
      select greatest(pg_table_size(c.oid), 1)::text as size, c.reltuples::float8 as rows from unnest($1::text[]) with ordinality as t(name, n)
      join pg_class c on c.oid = t.name::regclass order by n`,
      [tables.map(({ name }) => name)],
    )
    const total = sizes.reduce((sum, { size }) => sum + Number(size), 0)
    const head = {
      format: FORMAT,
      program: version,
      postgresql: moment!.version,
      madeAt: moment!.at.toISOString(),
      migrations: await ranMigrations(client),
    }
    const out = inTurn(archive)
    await out.add('pomoc.json', json(head))
    const saved = new Map<string, RowSum>()
    let done = 0
    const largestFirst = tables
      .map((table, n) => ({ table, size: Number(sizes[n]!.size), rows: Math.max(sizes[n]!.rows, 1) }))
      .toSorted((a, b) => b.size - a.size)
    await sideBySide(clients, largestFirst, async (reader, { table, size, rows }) => {
      let told = 0
      const tell = (part: number) => {
        done += size * part - told
        told = size * part
        progress(done / total, table.name)
      }
      saved.set(
        table.name,
        await writeRows(reader, out, tableFolder(table.name), selectOf(table), (read) => tell(Math.min(1, read / rows))),
      )
      tell(1)
    })
    const jobs = await writeRows(client, out, JOBS_FOLDER, SAVED_JOBS)
    const manifest: Manifest = {
      ...head,
      tables: tables.map((table) => ({ ...table, rows: saved.get(table.name)!.rows, sum: saved.get(table.name)!.sum })),
      jobs: { rows: jobs.rows, sum: jobs.sum },
      sequences: await readSequences(client),
      keys: await readKeys(client),
    }
    await out.add('manifest.json', json(manifest))
    for (const one of clients) await one.query('commit')
    return manifest
  })
}

/** One file after the other, whoever adds them. */
function inTurn(archive: ArchiveWriter): Pick<ArchiveWriter, 'add'> {
  let last = Promise.resolve()
  return {
    add: (name, bytes) => {
      const adding = last.then(() => archive.add(name, bytes))
      last = adding.catch(() => {})
      return adding
    },
  }
}

async function readKeys(client: ClientBase): Promise<SavedKey[]> {
  const { rows: there } = await client.query<{ found: boolean }>(`select to_regclass('public.secret_key') is not null as found`)
  if (!there[0]!.found) return []
  const { rows } = await client.query<SavedKey>(`
    select k.number, k.fingerprint, (select count(*)::int from public.second_factor f where f.key_number = k.number) as secrets
    from public.secret_key k order by k.number`)
  return rows
}

/** The same rows read the same on every server, and no limit of the server's cuts the reading short. */
export async function settle(client: ClientBase, until: 'commit' | 'session' = 'commit'): Promise<void> {
  await client.query(`
    select set_config(name, value, ${until === 'commit'}) from (values
      ('timezone', 'UTC'), ('datestyle', 'ISO, YMD'), ('intervalstyle', 'postgres'), ('extra_float_digits', '1'), ('bytea_output', 'hex'),
      ('search_path', 'pg_catalog'), ('row_security', 'off'), ('statement_timeout', '0'), ('lock_timeout', '0'),
      ('transaction_timeout', '0'), ('idle_in_transaction_session_timeout', '0')) as s(name, value) join pg_settings using (name)`)
}

export const JOBS_FOLDER = 'jobs/'
export const tableFolder = (name: string): string => `tables/${encodeURIComponent(name)}/`

export const selectOf = ({ name, columns }: TableShape): string => `select ${columns.map(escapeIdentifier).join(', ')} from ${name}`

/** What a query answers, row by row; `write` gets whole rows of some megabytes. */
export async function sumRows(
  client: ClientBase,
  query: string,
  write?: (bytes: Buffer, sum: RowSum) => Promise<void> | void,
): Promise<RowSum> {
  const sum = new RowSum()
  for await (const bytes of wholeRows(client.query(copyTo(`copy (${query}) to stdout`)))) {
    sum.add(bytes)
    await write?.(bytes, sum)
  }
  return sum
}

async function writeRows(
  client: ClientBase,
  archive: Pick<ArchiveWriter, 'add'>,
  folder: string,
  query: string,
  progress: (rows: number) => void = () => {},
): Promise<RowSum> {
  let part = 0
  return sumRows(client, query, async (bytes, sum) => {
    await archive.add(`${folder}${String(++part).padStart(6, '0')}.copy`, bytes)
    progress(sum.rows)
  })
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, undefined, 1)}\n`)
