/** Owns taking a backup back: checked before anything is touched, loaded in one transaction, compared row by row after. */
import { escapeIdentifier, type ClientBase, type PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Migration } from 'kysely/migration'
import { BootError, reasonOf } from '../machine/boot-error.ts'
import { addSavedJobs, makeSavedJobs, SAVED_JOBS } from '../kernel/jobs/saved-jobs.ts'
import type { Log } from '../machine/log.ts'
import { damaged, readArchive } from './archive.ts'
import { FORMAT, JOBS_FOLDER, selectOf, settle, sumRows, tableFolder, type Manifest, type Progress, type SavedTable } from './backup.ts'
import { dropEverything, isEmpty, listBonds, listTables, type TableShape } from './catalog.ts'
import type { OpenDatabase } from '../database/database.ts'
import { migrateOwners, type Owner } from './migrate-all.ts'
import { migrationSuffix } from '../database/migrate.ts'
import { RowSum } from './row-sum.ts'

/**
 * Reads a whole backup and compares every table with its manifest. Throws a BootError where it is damaged, cut off or of a
 * form this program does not know.
 */
export async function checkBackup(path: string, progress: Progress = () => {}): Promise<Manifest> {
  const sums = new Map<string, RowSum>()
  let manifest: Manifest | undefined
  let first: string | undefined
  for await (const { name, bytes } of readArchive(path)) {
    first ??= name
    if (name === 'pomoc.json') refuseFormat(path, parse(path, name, bytes))
    else if (name === 'manifest.json') manifest = parse(path, name, bytes) as Manifest
    else if (name.endsWith('.copy')) {
      const folder = name.slice(0, name.lastIndexOf('/') + 1)
      const sum = sums.get(folder) ?? new RowSum()
      sums.set(folder, sum)
      try {
        sum.add(bytes)
      } catch {
        throw new BootError(damaged(path, `${name} does not end where it should`))
      }
      progress(0, decodeURIComponent(folder))
    }
  }
  if (first !== undefined && first !== 'pomoc.json') throw new BootError(`${path} is not a backup made by pomoc: correct the name.`)
  if (!manifest) throw new BootError(damaged(path, 'its end is missing'))
  const expected = [
    ...manifest.tables.map((table) => ({ ...table, folder: tableFolder(table.name) })),
    { ...manifest.jobs, name: 'jobs', folder: JOBS_FOLDER },
  ]
  const wrong = expected.filter(
    ({ rows, sum, folder }) => (sums.get(folder)?.rows ?? 0) !== rows || (sums.get(folder) ?? new RowSum()).sum !== sum,
  )
  if (wrong.length > 0) throw new BootError(damaged(path, `${wrong.map(({ name }) => name).join(', ')} does not match the manifest`))
  return manifest
}

function parse(path: string, name: string, bytes: Buffer): Pick<Manifest, 'format' | 'program'> {
  try {
    return JSON.parse(bytes.toString('utf8')) as Manifest
  } catch (error) {
    throw new BootError(damaged(path, `${name}: ${reasonOf(error)}`))
  }
}

function refuseFormat(path: string, { format, program }: Pick<Manifest, 'format' | 'program'>): void {
  if (format <= FORMAT) return
  throw new BootError(`The backup ${path} was made by pomoc ${program}, which is newer than this one: restore it with that version.`)
}

export interface RestoreOptions {
  /** Core and the plugins, in running order. */
  owners: Owner[]
  /** Names of plugins whose tables are not taken back. */
  leaveOut?: string[]
  /** Called with what was found to be whole, before the database is touched. */
  found?: (manifest: Manifest) => Promise<void>
  /** Called when the database is not empty; must keep a copy of it, whose path it answers. Without it such a database is refused. */
  keep?: () => Promise<string>
  progress?: Progress
  log?: Log
}

export interface Restored {
  manifest: Manifest
  /** Blobs whose bytes do not match their own checksum: they were so when the backup was made. */
  damagedBlobs: string[]
  /** Migrations that ran after loading, since the backup was older than the program. */
  migrated: string[]
  /** Where the former content was kept. */
  kept: string | undefined
}

/** Fills the database with a backup. Everything is checked before the database is touched. */
export async function restoreBackup(path: string, database: OpenDatabase, options: RestoreOptions): Promise<Restored> {
  const { owners, progress = () => {}, log } = options
  const manifest = await checkBackup(path, (_, what) => progress(0, `checking ${what}`))
  const leaveOut = (options.leaveOut ?? []).map(migrationSuffix)
  const left = refuseUnknown(path, manifest, owners, leaveOut)
  await options.found?.(manifest)
  const client = await database.pool.connect()
  let kept: string | undefined
  try {
    await refuseCompany(client)
    if (!(await isEmpty(client))) {
      if (!options.keep) {
        throw new BootError(
          'The database is not empty: name another one in POMOC_DATABASE_URL or POMOC_DATA_DIR, or repeat with --force, ' +
            'which keeps a backup of it first and then replaces everything.',
        )
      }
      kept = await options.keep()
      await dropEverything(client)
    }
  } finally {
    client.release()
  }
  try {
    const only = Object.fromEntries(Object.entries(manifest.migrations).filter(([suffix]) => !leaveOut.includes(suffix)))
    await migrateOwners(database, owners, { only, ...(log && { log }) })
    const loader = await database.pool.connect()
    let damagedBlobs: string[]
    try {
      damagedBlobs = await load(loader, path, manifest, left, progress)
    } finally {
      loader.release()
    }
    const migrated = await migrateOwners(database, owners, log && { log })
    return { manifest, damagedBlobs, migrated, kept }
  } catch (error) {
    const back = kept ? ` What was there before is kept in ${kept}: take it back with "npm run pomoc -- restore --force ${kept}".` : ''
    if (error instanceof BootError) throw new BootError(`${error.message}${back}`)
    throw new BootError(`The backup could not be loaded (${reasonOf(error)}): put that right and repeat with --force.${back}`)
  }
}

/** Answers those of `leaveOut` that the backup has. */
function refuseUnknown(path: string, manifest: Manifest, owners: Owner[], leaveOut: string[]): string[] {
  for (const [suffix, names] of Object.entries(manifest.migrations)) {
    if (leaveOut.includes(suffix)) continue
    const owner = owners.find(({ name }) => migrationSuffix(name) === suffix)
    const unknown = owner && names.filter((name) => !(name in (owner.migrations as Record<string, Migration>)))
    if (unknown?.length) {
      throw new BootError(
        `The backup ${path} was made by a newer ${suffix === 'core' ? `pomoc (${manifest.program})` : `version of the plugin ${owner!.name}`}, ` +
          `which has ${unknown.join(', ')}: restore it with that version.`,
      )
    }
    if (!owner) {
      throw new BootError(
        `The backup ${path} holds data of the plugin ${suffix}, which is not in use here: add it to “plugins” in config/local.ts, ` +
          `or repeat with --leave-out ${suffix} to go without its data.`,
      )
    }
  }
  return leaveOut.filter((suffix) => suffix in manifest.migrations)
}

/** A pomoc that works on the database meanwhile would mix its rows with ours. Each has a connection that listens. */
async function refuseCompany(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ connections: number }>(`
    select count(*)::integer as connections from pg_stat_activity
    where datname = current_database() and (application_name = 'pomoc workers' or application_name like 'pomoc live%')`)
  if (rows[0]!.connections > 0) throw new BootError('Another pomoc works on this database: stop it first, and start it again afterwards.')
}

async function load(client: PoolClient, path: string, manifest: Manifest, leftOut: string[], progress: Progress): Promise<string[]> {
  await client.query('begin')
  try {
    await settle(client)
    const here = new Map((await listTables(client)).map((table) => [table.name, table]))
    const tables = manifest.tables.filter((table) => fits(table, here.get(table.name), leftOut))
    const bonds = await listBonds(client)
    for (const statement of bonds.drop) await client.query(statement)
    const names = tables.map(({ name }) => name)
    // First the triggers: the audit log's own refuses to be emptied.
    for (const name of names) await client.query(`alter table ${name} disable trigger user`)
    await client.query(`truncate ${names.join(', ')}`)

    const total = manifest.tables.reduce((sum, { rows }) => sum + rows, manifest.jobs.rows) || 1
    let done = 0
    const targets = new Map(
      tables.map((table) => [tableFolder(table.name), `${table.name} (${table.columns.map(escapeIdentifier).join(', ')})`]),
    )
    targets.set(JOBS_FOLDER, await makeSavedJobs(client))
    for await (const { folder, parts } of byFolder(path)) {
      const target = targets.get(folder)
      const rows = (folder === JOBS_FOLDER ? manifest.jobs : manifest.tables.find(({ name }) => tableFolder(name) === folder))?.rows ?? 0
      if (target) await copyIn(client, target, parts)
      else
        for await (const _ of parts) {
          /* left out */
        }
      progress(((done += rows) / total) * 0.6, folder)
    }
    await addSavedJobs(client)
    for (const { name, value, called } of manifest.sequences) {
      await client.query('select setval(s, $2, $3) from (select to_regclass($1) as s) t where s is not null', [name, value, called])
    }
    for (const [n, statement] of bonds.create.entries()) {
      await client.query(statement)
      progress(0.6 + (0.15 * (n + 1)) / bonds.create.length, 'indexes and foreign keys')
    }
    for (const name of names) await client.query(`alter table ${name} enable trigger user`)

    for (const [n, table] of tables.entries()) {
      compare(table.name, table, await sumRows(client, selectOf(table)))
      progress(0.75 + (0.2 * (n + 1)) / tables.length, `comparing ${table.name}`)
    }
    compare('jobs', manifest.jobs, await sumRows(client, SAVED_JOBS))
    const damagedBlobs = names.includes('public.blob') ? await findDamagedBlobs(client) : []
    progress(1, 'done')
    await client.query('commit')
    await client.query(`analyze ${names.join(', ')}`)
    return damagedBlobs
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
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
    `After loading, ${name} has ${found.rows} rows which are not the ${wanted.rows} of the backup: nothing was loaded; please report this.`,
  )
}

/** The archive's files, those of one table together. */
async function* byFolder(path: string): AsyncGenerator<{ folder: string; parts: AsyncIterable<Buffer> }> {
  const entries = readArchive(path)
  let next = await entries.next()
  try {
    while (!next.done) {
      const { name } = next.value
      if (!name.endsWith('.copy')) {
        next = await entries.next()
        continue
      }
      const folder = name.slice(0, name.lastIndexOf('/') + 1)
      yield {
        folder,
        parts: (async function* () {
          for (; !next.done && next.value.name.startsWith(folder); next = await entries.next()) yield next.value.bytes
        })(),
      }
    }
  } finally {
    await entries.return(undefined)
  }
}

async function copyIn(client: PoolClient, target: string, parts: AsyncIterable<Buffer>): Promise<void> {
  const stream = client.query(copyFrom(`copy ${target} from stdin`))
  let fault: unknown
  const ended = new Promise<void>((resolve) => {
    stream.once('finish', resolve)
    stream.once('error', (error) => {
      fault = error
      resolve()
    })
  })
  for await (const bytes of parts) {
    if (fault) break
    await new Promise<void>((resolve) => {
      stream.write(bytes, () => resolve())
      void ended.then(resolve)
    })
  }
  if (!fault) stream.end()
  await ended
  if (fault) throw fault
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
