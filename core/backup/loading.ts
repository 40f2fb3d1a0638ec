/** Owns loading a backup into tables that are there: part by part on several connections, each part once, whatever cuts it off. */
import { escapeIdentifier, type ClientBase, type Pool, type PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { addSavedJobs, makeSavedJobs, SAVED_JOBS, savedJobsTarget } from '../kernel/jobs/saved-jobs.ts'
import { BootError } from '../machine/boot-error.ts'
import { readArchive } from './archive.ts'
import { JOBS_FOLDER, selectOf, settle, sumRows, tableFolder, type Manifest, type Progress, type SavedTable } from './backup.ts'
import { listBonds, listTables, type TableShape } from './catalog.ts'
import { forgetHalf, bringBack, noteDone, noteReady, readDone, readTodo, SAVED_JOBS_TABLE } from './half.ts'
import type { RowSum } from './row-sum.ts'
import { AT_ONCE, sideBySide, withClients } from './side-by-side.ts'

export interface Loading {
  path: string
  manifest: Manifest
  /** Endings of plugins whose tables are not taken back. */
  leftOut: string[]
  /** A restore before has made the tables ready. */
  ready: boolean
  progress: Progress
}

/** Loads what is not loaded yet and compares it; answers blobs that were damaged before. */
export function load(pool: Pool, loading: Loading): Promise<string[]> {
  return withClients(pool, AT_ONCE, async (clients) => {
    const first = clients[0]!
    const { manifest, leftOut } = loading
    for (const client of clients) {
      await settle(client, 'session')
      // What a server that stops forgets of the last moment, rows and notes together, is done again.
      await client.query('set synchronous_commit to off')
    }
    const here = new Map((await listTables(first)).map((table) => [table.name, table]))
    const tables = manifest.tables.filter((table) => fits(table, here.get(table.name), leftOut))
    if (!loading.ready) await inOne(first, () => makeReady(first, tables))
    const done = await readDone(first)
    await loadParts(clients, tables, loading, done)
    await tieTogether(clients, loading.progress)
    await compareAll(clients, tables, loading.progress, done)
    const damagedBlobs = tables.some(({ name }) => name === 'public.blob') ? await findDamagedBlobs(first) : []
    await first.query('set synchronous_commit to on')
    await inOne(first, async () => {
      await addSavedJobs(first, SAVED_JOBS_TABLE)
      compare('jobs', manifest.jobs, await sumRows(first, SAVED_JOBS))
      for (const { name, value, called } of manifest.sequences)
        await first.query('select setval(s, $2, $3) from (select to_regclass($1) as s) t where s is not null', [name, value, called])
      for (const { name } of tables) await first.query(`alter table ${name} enable trigger user`)
      await forgetHalf(first)
    })
    loading.progress(1, 'done')
    await first.query(`analyze ${tables.map(({ name }) => name).join(', ')}`)
    return damagedBlobs
  })
}

/** Empty tables without triggers, indexes and foreign keys, and a note of what is to come back. */
async function makeReady(client: ClientBase, tables: readonly SavedTable[]): Promise<void> {
  const bonds = await listBonds(client)
  for (const statement of bonds.drop) await client.query(statement)
  // First the triggers: the audit log's own refuses to be emptied.
  for (const { name } of tables) await client.query(`alter table ${name} disable trigger user`)
  await client.query(`truncate ${tables.map(({ name }) => name).join(', ')}`)
  await makeSavedJobs(client, SAVED_JOBS_TABLE)
  await noteReady(client, bonds.create)
}

async function loadParts(
  clients: readonly PoolClient[],
  tables: readonly SavedTable[],
  { path, manifest, progress }: Loading,
  done: ReadonlySet<string>,
): Promise<void> {
  const targets = new Map(
    tables.map((table) => [tableFolder(table.name), `${table.name} (${table.columns.map(escapeIdentifier).join(', ')})`]),
  )
  const total = manifest.tables.reduce((sum, { rows }) => sum + rows, manifest.jobs.rows) || 1
  let rows = 0
  const copy = async (client: PoolClient, target: string, { name, bytes }: Part) => {
    await inOne(client, async () => {
      await copyIn(client, target, bytes)
      await noteDone(client, name)
    })
  }
  const told = ({ name, bytes }: Part) => {
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) rows++
    progress((rows / total) * 0.6, folderOf(name))
  }
  const parts = async function* (): AsyncGenerator<Part> {
    for await (const part of readArchive(path)) {
      if (!part.name.endsWith('.copy')) continue
      if (done.has(part.name)) told(part)
      // The order of jobs is kept: they are few, and come one after the other.
      else if (folderOf(part.name) === JOBS_FOLDER) jobs.push(part)
      else yield part
    }
  }
  const jobs: Part[] = []
  await sideBySide(clients, parts(), async (client, part) => {
    const target = targets.get(folderOf(part.name))
    if (target) await copy(client, target, part)
    told(part)
  })
  for (const part of jobs) await copy(clients[0]!, savedJobsTarget(SAVED_JOBS_TABLE), part)
}

interface Part {
  name: string
  bytes: Buffer
}
const NEWLINE = 10
const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1)

/** Indexes side by side; foreign keys one by one, for each locks two tables; that rows keep to them side by side again. */
async function tieTogether(clients: readonly PoolClient[], progress: Progress): Promise<void> {
  const bonds = await readTodo(clients[0]!)
  let made = 0
  for (const kind of ['index', 'key', 'held to'] as const) {
    await sideBySide(
      kind === 'key' ? clients.slice(0, 1) : clients,
      bonds.filter((bond) => bond.kind === kind),
      async (client, bond) => {
        await inOne(client, () => bringBack(client, bond))
        progress(0.6 + (0.15 * ++made) / bonds.length, 'indexes and foreign keys')
      },
    )
  }
}

/** What is read again in a moment needs no note. */
const FEW = 10_000

async function compareAll(
  clients: readonly PoolClient[],
  tables: readonly SavedTable[],
  progress: Progress,
  done: ReadonlySet<string>,
): Promise<void> {
  let compared = 0
  const open = tables.filter(({ name }) => !done.has(`compared ${name}`)).toSorted((a, b) => b.rows - a.rows)
  await sideBySide(clients, open, async (client, table) => {
    compare(table.name, table, await sumRows(client, selectOf(table)))
    if (table.rows > FEW) await noteDone(client, `compared ${table.name}`)
    progress(0.75 + (0.2 * ++compared) / open.length, `comparing ${table.name}`)
  })
}

function fits(table: SavedTable, here: TableShape | undefined, leftOut: string[]): boolean {
  if (leftOut.some((suffix) => table.name === `public.migration_${suffix}` || table.name === `public.migration_${suffix}_lock`))
    return false
  if (!here && leftOut.length > 0) return false
  const differing = [
    ...table.columns.filter((column) => !here?.columns.includes(column)),
    ...(here?.columns ?? []).filter((column) => !table.columns.includes(column)),
  ]
  if (here && differing.length === 0) return true
  throw new BootError(
    `The backup does not fit this program, though its migrations do (${table.name}${differing.length ? `: ${differing.join(', ')}` : ''}): ` +
      'restore it with the version that made it.',
  )
}

function compare(name: string, wanted: { rows: number; sum: string }, found: RowSum): void {
  if (found.rows === wanted.rows && found.sum === wanted.sum) return
  throw new BootError(
    `After loading, ${name} has ${found.rows} rows which are not the ${wanted.rows} of the backup: the database cannot be used; please report this.`,
  )
}

/** A step that is done wholly or not at all. */
async function inOne(client: ClientBase, run: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await run()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

async function copyIn(client: PoolClient, target: string, bytes: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`copy ${target} from stdin`))
  await new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve)
    stream.once('error', reject)
    stream.end(bytes)
  })
}

/** Recomputes every blob's SHA-256 from its chunks. */
export async function findDamagedBlobs(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(`
    select b.id::text as id from public.blob b cross join lateral (
      select pg_catalog.sha256(coalesce(string_agg(c.data, ''::bytea order by c.seq), ''::bytea)) as sha256, coalesce(sum(length(c.data)), 0) as size
      from public.blob_chunk c where c.blob_id = b.id) found
    where found.sha256 <> b.sha256 or found.size <> b.size order by b.id`)
  return rows.map(({ id }) => id)
}
