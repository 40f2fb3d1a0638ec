/** Owns bringing a database to the program's schema: core's, the job queue's, each plugin's. */
import type { Migration } from 'kysely/migration'
import { coreMigrations } from '../../migrations/index.ts'
import { refuseHalf } from './half.ts'
import { migrateJobs } from '../kernel/jobs/run-jobs.ts'
import type { Log } from '../machine/log.ts'
import type { OpenDatabase } from '../database/database.ts'
import { migrate, migrationSuffix } from '../database/migrate.ts'

const LOCK = 7004

/** Whoever has migrations: core, or a plugin. */
export interface Owner {
  name: string
  migrations: Record<string, Migration>
}

/** Core first, then the plugins in their order. */
export const ownersOf = (plugins: readonly { name: string; migrations?: Record<string, Migration> }[]): Owner[] => [
  { name: 'core', migrations: coreMigrations },
  ...plugins.map(({ name, migrations = {} }) => ({ name, migrations })),
]

/** Core's tables first, then those of the job queue, which acts write into. */
export async function migrateAll(database: Pick<OpenDatabase, 'db' | 'pool'>, log?: Log): Promise<void> {
  await migrateOwners(database, ownersOf([]), log && { log })
}

/**
 * Runs what is missing, for each owner; answers the names that ran. With `only`, by the ending of the migrations' table,
 * nothing else runs, and nothing for owners it does not name: so a database gets the shape it had elsewhere.
 */
export async function migrateOwners(
  { db, pool }: Pick<OpenDatabase, 'db' | 'pool'>,
  owners: Owner[],
  { only, log }: { only?: Record<string, string[]>; log?: Log } = {},
): Promise<string[]> {
  const ran: string[] = []
  // Processes that start at once wait for the first: Kysely's own lock does not keep out the migrations of the job queue.
  const waiting = await pool.connect()
  try {
    await waiting.query('select pg_advisory_lock($1)', [LOCK])
    if (!only) await refuseHalf(waiting)
    for (const { name, migrations } of owners) {
      const wanted = only ? only[migrationSuffix(name)] : Object.keys(migrations)
      if (wanted) {
        const some = Object.fromEntries(Object.entries(migrations).filter(([migration]) => wanted.includes(migration)))
        ran.push(...(await migrate(db, name, some)).map((migration) => `${name} ${migration}`))
      }
      if (name === 'core') await migrateJobs(pool, log)
    }
    await waiting.query('select pg_advisory_unlock($1)', [LOCK])
    waiting.release()
    return ran
  } catch (error) {
    // Its end frees the lock, whatever state it is in.
    waiting.release(true)
    throw error
  }
}
