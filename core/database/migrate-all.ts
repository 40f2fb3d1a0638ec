/** Owns core's own migration. */
import type { Kysely } from 'kysely'
import { coreMigrations } from '../../migrations/index.ts'
import { migrate } from './migrate.ts'
import type { Database } from './schema.ts'

/** Brings core's tables up to date. */
export async function migrateAll(db: Kysely<Database>): Promise<void> {
  await migrate(db, 'core', coreMigrations)
}
