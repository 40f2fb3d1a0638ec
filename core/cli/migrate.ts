/** Owns the command migrate: bringing the database up to date, or telling what that would do. */
import { sql } from 'kysely'
import type { Command } from 'commander'
import { migrateOwners } from '../database/migrate-all.ts'
import { pendingMigrations } from '../database/migrate.ts'
import { say, withDatabase } from './open.ts'

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .option('--dry-run', 'only tell what would run')
    .description('bring the database up to date, as every start does')
    .action(({ dryRun = false }: { dryRun?: boolean }) => withDatabase({}, async ({ database, owners }) => {
      if (!dryRun) {
        for (const name of await migrateOwners(database, owners)) say(`ran ${name}`)
        say('The database is up to date.')
        return
      }
      const pending: string[] = []
      for (const { name, migrations } of owners) {
        pending.push(...(await pendingMigrations(database.db, name, migrations)).map((migration) => `${name} ${migration}`))
        if (name !== 'core') continue
        const { rows } = await sql<{ found: boolean }>`select to_regnamespace('graphile_worker') is not null as found`.execute(database.db)
        if (!rows[0]?.found) pending.push('the job queue')
      }
      for (const name of pending) say(`would run ${name}`)
      say(pending.length === 0 ? 'The database is up to date.' : `Nothing was changed. Make a backup, then run "pomoc migrate" or start pomoc.`)
    }))
}
