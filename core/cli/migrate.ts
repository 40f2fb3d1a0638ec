/** Owns the command migrate: bringing the database up to date, or telling what that would do. */
import { sql } from 'kysely'
import type { Command } from 'commander'
import { isEmpty } from '../backup/catalog.ts'
import type { OpenDatabase } from '../database/database.ts'
import { migrateOwners, type Owner } from '../backup/migrate-all.ts'
import { pendingMigrations } from '../database/migrate.ts'
import { saveBackup } from './backup.ts'
import { say, withDatabase } from './open.ts'

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .option('--dry-run', 'only tell what would run')
    .option('--backup <path>', 'where something would run, write a backup there first: the way back to the version before')
    .description('bring the database up to date, as every start does')
    .action(({ dryRun = false, backup }: { dryRun?: boolean; backup?: string }) =>
      withDatabase({}, async ({ database, owners }) => {
        const pending = await listPending(database, owners)
        if (dryRun) {
          for (const name of pending) say(`would run ${name}`)
          say(
            pending.length === 0
              ? 'The database is up to date.'
              : `Nothing was changed. Make a backup, then run "npm run pomoc -- migrate" or start pomoc.`,
          )
          return
        }
        // Its rows are kept as the version before has them: that version takes them back.
        if (backup !== undefined && pending.length > 0 && (await holdsAnything(database))) await saveBackup(database, backup)
        for (const name of await migrateOwners(database, owners)) say(`ran ${name}`)
        say('The database is up to date.')
      }),
    )
}

async function listPending({ db }: OpenDatabase, owners: readonly Owner[]): Promise<string[]> {
  const pending: string[] = []
  for (const { name, migrations } of owners) {
    pending.push(...(await pendingMigrations(db, name, migrations)).map((migration) => `${name} ${migration}`))
    if (name !== 'core') continue
    const { rows } = await sql<{ found: boolean }>`select to_regnamespace('graphile_worker') is not null as found`.execute(db)
    if (!rows[0]?.found) pending.push('the job queue')
  }
  return pending
}

async function holdsAnything({ pool }: OpenDatabase): Promise<boolean> {
  const client = await pool.connect()
  try {
    return !(await isEmpty(client))
  } finally {
    client.release()
  }
}
