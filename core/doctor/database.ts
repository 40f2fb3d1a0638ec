/** Owns the checks of the database: its server, its schema, its clock, its bytes. */
import { sql } from 'kysely'
import { pluginConnections } from '../run/assemble.ts'
import { codeOf } from '../machine/boot-error.ts'
import { sayBytes } from '../machine/bytes.ts'
import { CLOCK_REMEDY, sayClockBehind } from '../run/clock-watch.ts'
import type { OpenDatabase } from '../database/database.ts'
import type { Owner } from '../backup/migrate-all.ts'
import { pendingMigrations } from '../database/migrate.ts'
import { findDamagedBlobs } from '../backup/loading.ts'
import { LIVE_CONNECTION } from '../kernel/live.ts'
import { fail, failed, ok, warn, type Checked, type Finding } from './finding.ts'

export interface WithDatabase extends Checked {
  database: OpenDatabase
  owners: Owner[]
}

export async function checkServer({ database, config }: WithDatabase): Promise<Finding[]> {
  const {
    rows: [server],
  } = await sql<{
    version: string
    size: string
    checksums: string
    faults: string
    most: number
    used: number
    processes: number
    extension: boolean
  }>`select current_setting('server_version') as version, pg_database_size(current_database()) as size,
      current_setting('data_checksums') as checksums,
      (select coalesce(sum(checksum_failures), 0) from pg_stat_database) as faults,
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most,
      (select count(*)::int from pg_stat_activity where backend_type = 'client backend' and coalesce(application_name, '') not like 'pomoc%') as used,
      (select count(*)::int from pg_stat_activity where datname = current_database() and application_name like ${`${LIVE_CONNECTION} _%`}) as processes,
      exists (select from pg_available_extensions where name = 'pg_trgm') as extension`.execute(database.db)
  if (!server) return []
  const findings = [ok('database', `PostgreSQL ${server.version} answers; the database holds ${sayBytes(Number(server.size))}.`)]
  if (Number(server.faults) > 0) {
    findings.push(
      fail(
        'database checksums',
        `PostgreSQL met ${server.faults} damaged pages.`,
        'Replace the disk, and restore the newest backup onto another one.',
      ),
    )
  } else if (server.checksums !== 'on') {
    findings.push(
      warn(
        'database checksums',
        'The server does not guard its pages by checksums, so a failing disk goes unnoticed.',
        'Stop the server and run "pg_checksums --enable" on its data.',
      ),
    )
  } else findings.push(ok('database checksums', 'On, and none was ever wrong.'))
  const free = server.most - server.used
  // Beside the pool: four jobs at a time, the clock's and the queue's listener, live updates, the workers' lock.
  const wanted = (config.databaseConnections + pluginConnections(config) + 8) * Math.max(1, server.processes)
  const who = server.processes > 1 ? `${server.processes} processes of pomoc want` : 'One pomoc wants'
  findings.push(
    free >= wanted
      ? ok('database connections', `${who} up to ${wanted}; others leave ${free} of ${server.most}.`)
      : warn(
          'database connections',
          `${who} up to ${wanted}, and others leave ${free} of ${server.most}.`,
          'Raise max_connections in the server, or lower databaseConnections in config/local.ts.',
        ),
  )
  if (!server.extension) {
    findings.push(
      fail(
        'database extension',
        'The server does not have the extension pg_trgm.',
        "Install PostgreSQL's contrib package (postgresql-contrib) on it.",
      ),
    )
  }
  return findings
}

export async function checkMigrations({ database, owners }: WithDatabase): Promise<Finding[]> {
  const pending: string[] = []
  for (const { name, migrations } of owners) {
    try {
      pending.push(...(await pendingMigrations(database.db, name, migrations)).map((migration) => `${name} ${migration}`))
    } catch (error) {
      return [failed('migrations', error)]
    }
  }
  return [
    pending.length === 0
      ? ok('migrations', 'The database is up to date.')
      : warn(
          'migrations',
          `The next start will run ${pending.join(', ')}.`,
          'Make a backup, then start pomoc or run "npm run pomoc -- migrate".',
        ),
  ]
}

/** Jobs are due by the database's clock, sessions and deadlines by the machine's. */
export async function checkClock({ database }: WithDatabase, clock: () => Date): Promise<Finding[]> {
  const before = clock().getTime()
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(database.db)
  const apart = Math.abs(rows[0]!.at.getTime() - (before + clock().getTime()) / 2) / 1000
  const says = `This machine's clock and the database's are ${apart < 1 ? 'less than a second' : `${Math.round(apart)} seconds`} apart.`
  const remedy = 'Let both machines set their clocks by NTP (chrony or systemd-timesyncd).'
  return [apart < 5 ? ok('clock', says) : apart < 60 ? warn('clock', says, remedy) : fail('clock', says, remedy)]
}

/** A clock that went back: what is new would seem older than what was there. Nothing is said where all is well. */
export async function checkNewest({ database, now }: WithDatabase): Promise<Finding[]> {
  const says = await sayClockBehind(database.db, now)
  return says ? [fail('clock', `${says}.`, CLOCK_REMEDY)] : []
}

/** Reads every stored file: minutes for a large database. */
export async function checkBlobs({ database }: WithDatabase): Promise<Finding[]> {
  const client = await database.pool.connect()
  try {
    const damaged = await findDamagedBlobs(client)
    return [
      damaged.length === 0
        ? ok('stored files', 'Every attachment and raw mail has the bytes it came with.')
        : fail(
            'stored files',
            `The bytes of ${damaged.length} stored files have changed (blobs ${damaged.slice(0, 20).join(', ')}).`,
            'Look for them in older backups, and have the disk checked.',
          ),
    ]
  } catch (error) {
    if (codeOf(error) === '42P01') return []
    throw error
  } finally {
    client.release()
  }
}

/** Rows of core's own seed (migrations/0002_seed.ts, 0070_about.ts) have ids up to this. */
const SEEDED = 100
/** More are not counted. */
const COUNTED = 10_000

/**
 * A take-over of OTRS keeps ids, so what is made here begins above them. Rows from before that was so, a pilot's, may stand where one of OTRS's
 * belongs. Each sequence that begins higher than at 1 is one of these, core's and plugins'.
 */
export async function checkIds({ database: { db } }: WithDatabase): Promise<Finding[]> {
  const { rows: begun } = await sql<{ name: string; first: string }>`
    select c.oid::regclass::text as name, s.seqstart::text as first
    from pg_sequence s join pg_depend d on d.objid = s.seqrelid and d.deptype = 'i' and d.classid = 'pg_class'::regclass
      join pg_class c on c.oid = d.refobjid join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid and a.attname = 'id'
    where s.seqstart > 1 and c.relnamespace = 'public'::regnamespace order by 1`.execute(db)
  if (begun.length === 0) return []
  const low = await Promise.all(
    begun.map(async ({ name, first }) => {
      const { rows } = await sql<{ count: string }>`
        select count(*) as count from (
          select from ${sql.table(name)} where id > ${SEEDED_IN.has(name) ? SEEDED : 0} and id < ${first}::bigint limit ${COUNTED + 1}) low`.execute(
        db,
      )
      return { name, count: Number(rows[0]!.count) }
    }),
  )
  const taken = low.filter(({ count }) => count > 0)
  return [
    taken.length === 0
      ? ok('ids', 'Those that a take-over of OTRS keeps are free.')
      : warn(
          'ids',
          `Rows made here have ids that a take-over of OTRS may bring: ${taken.map(({ name, count }) => `${name} (${count > COUNTED ? `over ${COUNTED}` : count})`).join(', ')}.`,
          'If OTRS is to be taken over, begin its tickets anew with "npm run pomoc -- begin-anew", which keeps people, units and texts; what was taken over already, or never will be, may stay.',
        ),
  ]
}

const SEEDED_IN: ReadonlySet<string> = new Set(['permission_group', 'queue', 'ticket_priority', 'ticket_state', 'ticket_type'])
