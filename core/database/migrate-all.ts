/** Owns bringing a database to core's schema, the jobs' own included. */
import { coreMigrations } from '../../migrations/index.ts'
import { migrateJobs } from '../kernel/run-jobs.ts'
import type { Log } from '../log.ts'
import { migrate } from './migrate.ts'
import type { OpenDatabase } from './database.ts'

/** Core's tables first, then those of the job queue, which acts write into. */
export async function migrateAll({ db, pool }: Pick<OpenDatabase, 'db' | 'pool'>, log?: Log): Promise<void> {
  await migrate(db, 'core', coreMigrations)
  await migrateJobs(pool, log)
}
