/** Owns bringing a database to the program's schema, for core and for each plugin in tables of their own. */
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Migration } from 'kysely/migration'
import { BootError, codeOf, reasonOf } from '../machine/boot-error.ts'
import type { Database } from './schema.ts'

/** insufficient_privilege */
const NOT_ALLOWED = '42501'

/**
 * Runs what is missing of `migrations`, in the order of their names, in one transaction: all of it or nothing.
 * Two processes at once wait for each other. `owner` is `core` or a plugin's name; each keeps its own list of what ran, so
 * that a plugin can be added later. Answers the names that ran.
 */
export async function migrate(db: Kysely<Database>, owner: string, migrations: Record<string, Migration>): Promise<string[]> {
  const table = `migration_${migrationSuffix(owner)}`
  await refuseNewer(db, owner, table, migrations)
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`,
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error')?.migrationName
    const missing = /extension "(\w+)" is not available/.exec(reasonOf(error))?.[1]
    if (missing) {
      throw new BootError(
        `The database server lacks the extension ${missing}: install PostgreSQL's contrib package (postgresql-contrib) on it.`,
      )
    }
    if (codeOf(error) === NOT_ALLOWED) {
      throw new BootError(
        `The database user may not do what pomoc needs (${reasonOf(error)}): make that user the owner of the database, with ` +
          '"alter database … owner to …".',
      )
    }
    throw new BootError(
      `The migration ${failed ?? ''} of ${owner} failed (${reasonOf(error)}): the database was left as it was, so go back to the ` +
        'version of pomoc that made it and report this.',
    )
  }
  return results.filter((result) => result.status === 'Success').map((result) => result.migrationName)
}

/** The ending of the name of the owner's table of migrations that ran. */
export const migrationSuffix = (owner: string): string => owner.replace(/[^a-z0-9_]/g, '_')

/** The names that `migrate` would run. Refuses what it refuses; writes nothing. */
export async function pendingMigrations(db: Kysely<Database>, owner: string, migrations: Record<string, Migration>): Promise<string[]> {
  const ran = await refuseNewer(db, owner, `migration_${migrationSuffix(owner)}`, migrations)
  return Object.keys(migrations)
    .filter((name) => !ran.includes(name))
    .sort()
}

/** A database that a newer program migrated is never touched by an older one. Answers what ran. */
async function refuseNewer(db: Kysely<Database>, owner: string, table: string, migrations: Record<string, Migration>): Promise<string[]> {
  const { rows: found } = await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(db)
  if (!found[0]?.found) return []
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(table)} order by name`.execute(db)
  const unknown = rows.filter(({ name }) => !(name in migrations)).map(({ name }) => name)
  if (unknown.length > 0) {
    throw new BootError(
      `The database was made by a newer ${owner === 'core' ? 'pomoc' : `version of the plugin ${owner}`} (it has ${unknown.join(', ')}): ` +
        'start that version, or restore a backup from before.',
    )
  }
  return rows.map(({ name }) => name)
}
