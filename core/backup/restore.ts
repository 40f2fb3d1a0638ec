/** Owns taking a backup back: checked before anything is touched, loaded in steps, compared row by row after. */
import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBase } from 'pg'
import type { Migration } from 'kysely/migration'
import { BootError, reasonOf } from '../machine/boot-error.ts'
import type { Log } from '../machine/log.ts'
import { damaged, readArchive } from './archive.ts'
import { FORMAT, JOBS_FOLDER, tableFolder, type Manifest, type Progress } from './backup.ts'
import { dropEverything, isEmpty } from './catalog.ts'
import type { OpenDatabase } from '../database/database.ts'
import { findHalf, noteBegin, type Half } from './half.ts'
import { load } from './loading.ts'
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

/**
 * Fills the database with a backup. Everything is checked before the database is touched. A restore that was cut off – by a fault, a
 * kill, a server that stopped – goes on where it stopped when it is repeated with the same backup.
 */
export async function restoreBackup(path: string, database: OpenDatabase, options: RestoreOptions): Promise<Restored> {
  const { owners, progress = () => {}, log } = options
  const manifest = await checkBackup(path, (_, what) => progress(0, `checking ${what}`))
  const leaveOut = (options.leaveOut ?? []).map(migrationSuffix)
  const left = refuseUnknown(path, manifest, owners, leaveOut)
  await options.found?.(manifest)
  const backup = hash('sha256', JSON.stringify([manifest, left]))
  const holder = await database.pool.connect()
  let kept: string | undefined
  try {
    await refuseCompany(holder)
    const before = await findHalf(holder)
    const goesOn = before?.backup === backup
    if (!goesOn) {
      kept = await makeRoom(holder, before, options)
      await noteBegin(holder, { backup, path })
    }
    const ready = goesOn && before.ready
    if (!ready) {
      // Cut off while the tables were made: nothing of it is of use.
      if (goesOn) {
        await dropEverything(holder)
        await noteBegin(holder, { backup, path })
      }
      const only = Object.fromEntries(Object.entries(manifest.migrations).filter(([suffix]) => !leaveOut.includes(suffix)))
      await migrateOwners(database, owners, { only, ...(log && { log }) })
    }
    const damagedBlobs = await load(database.pool, { path, manifest, leftOut: left, ready, progress })
    const migrated = await migrateOwners(database, owners, log && { log })
    return { manifest, damagedBlobs, migrated, kept }
  } catch (error) {
    const begun = await findHalf(holder).catch(() => undefined)
    const back = kept ? ` What was there before is kept in ${kept}: take it back with "npm run pomoc -- restore --force ${kept}".` : ''
    if (error instanceof BootError) throw new BootError(`${error.message}${back}`)
    throw new BootError(
      `The backup could not be loaded (${reasonOf(error)}): put that right and repeat it${begun ? '; it goes on where it stopped' : ''}.${back}`,
    )
  } finally {
    holder.release(true)
  }
}

/** Takes away what is there, after a copy of it, where that is wanted; answers where the copy is. */
async function makeRoom(client: ClientBase, half: Half | undefined, { keep }: RestoreOptions): Promise<string | undefined> {
  if (half) {
    if (!keep)
      throw new BootError(
        `A restore of ${half.path} into this database was cut off: repeat "npm run pomoc -- restore ${half.path}", which goes on where it ` +
          'stopped, or repeat this one with --force, which begins anew.',
      )
    // All of it is in that backup.
    await dropEverything(client)
    return undefined
  }
  if (await isEmpty(client)) return undefined
  if (!keep) {
    throw new BootError(
      'The database is not empty: name another one in POMOC_DATABASE_URL or POMOC_DATA_DIR, or repeat with --force, ' +
        'which keeps a backup of it first and then replaces everything.',
    )
  }
  const kept = await keep()
  await dropEverything(client)
  return kept
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

const LOCK = 7008

/** A pomoc that works on the database meanwhile would mix its rows with ours. Each has a connection that listens. */
async function refuseCompany(client: ClientBase): Promise<void> {
  // Held until the connection ends; that of a restore which was cut off just now, until the server notices.
  for (let tries = 5; ; tries--) {
    const { rows } = await client.query<{ ours: boolean }>(`select pg_try_advisory_lock(${LOCK}) as ours`)
    if (rows[0]!.ours) break
    if (tries === 0) throw new BootError('Another restore works on this database: wait for its end.')
    await sleep(100)
  }
  const { rows } = await client.query<{ connections: number }>(`
    select count(*)::integer as connections from pg_stat_activity
    where datname = current_database() and (application_name = 'pomoc workers' or application_name like 'pomoc live%')`)
  if (rows[0]!.connections > 0) throw new BootError('Another pomoc works on this database: stop it first, and start it again afterwards.')
}
