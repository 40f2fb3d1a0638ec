/** Owns the checks of the work itself: jobs that are late or were given up, mails that failed or wait, limits that were reached. */
import { sql } from 'kysely'
import { listFills } from '../database/fill.ts'
import { LIMITS, listRefused } from '../kernel/limits/limits.ts'
import { LIVE_CONNECTION } from '../kernel/live.ts'
import { ROLES, type Role } from '../machine/roles.ts'
import { LONG_MS } from '../metrics/stalls.ts'
import { clockStopped } from '../ticket/clock/jobs.ts'
import { fail, ok, warn, type Finding } from './finding.ts'
import type { WithDatabase } from './database.ts'

/** Minutes after which a job or a mail that should have been dealt with is late. */
const LATE = 10

export async function checkJobs({ database, now }: WithDatabase): Promise<Finding[]> {
  const {
    rows: [jobs],
  } = await sql<{ running: boolean; waiting: number; late: number; dead: number }>`
    select exists (select from pg_stat_activity where datname = current_database() and application_name = 'pomoc workers') as running,
      count(*) filter (where attempts < max_attempts)::int as waiting,
      count(*) filter (where attempts < max_attempts and locked_at is null and run_at < ${now}::timestamptz - ${LATE} * interval '1 minute')::int as late,
      count(*) filter (where attempts >= max_attempts and locked_at is null and not payload::jsonb ? '_cron')::int as dead
    from graphile_worker._private_jobs`.execute(database.db)
  if (!jobs) return []
  const findings: Finding[] = []
  if (jobs.late > 0) {
    findings.push(
      fail(
        'jobs',
        `${jobs.late} of ${jobs.waiting} jobs should have begun more than ${LATE} minutes ago${jobs.running ? '' : ', and no pomoc that does jobs is running'}.`,
        jobs.running
          ? 'Look into the log for errors of jobs, or start more processes with "npm run pomoc -- start --only jobs".'
          : 'Start pomoc.',
      ),
    )
  } else
    findings.push(
      ok(
        'jobs',
        jobs.running ? `${jobs.waiting} are waiting and none is late.` : `${jobs.waiting} are waiting; no pomoc does jobs at this moment.`,
      ),
    )
  if (jobs.dead === 0) return [...findings, ok('given-up jobs', 'There are none.')]
  const { rows } = await sql<{ task: string; count: number; error: string }>`
    select t.identifier as task, count(*)::int as count, (array_agg(split_part(coalesce(j.last_error, ''), E'\n', 1) order by j.updated_at desc))[1] as error
    from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    where j.attempts >= j.max_attempts and j.locked_at is null and not j.payload::jsonb ? '_cron' group by 1 order by 2 desc limit 3`.execute(
    database.db,
  )
  return [
    ...findings,
    warn(
      'given-up jobs',
      `${jobs.dead} jobs were given up: ${rows.map(({ task, count, error }) => `${count} × ${task} (${error.slice(0, 100)})`).join(', ')}.`,
      'Put right what the error says, then run "npm run pomoc -- jobs retry".',
    ),
  ]
}

/** New columns that are being filled, after an upgrade. */
export async function checkFills({ database: { db } }: WithDatabase): Promise<Finding[]> {
  const {
    rows: [there],
  } = await sql<{ found: boolean }>`select to_regclass('database_fill') is not null as found`.execute(db)
  return there?.found
    ? (await listFills(db)).map(({ name, atKey, untilKey, filled, lastError }) => {
        const far = `${filled} rows, up to ${atKey} of ${untilKey}`
        return lastError === null
          ? ok('new columns', `${name} is being filled: ${far} so far.`)
          : fail(
              'new columns',
              `${name} cannot be filled further (${lastError.slice(0, 200)}): ${far} so far.`,
              'Put right what the error says; it is tried again each minute.',
            )
      })
    : []
}

/** Every role runs somewhere, where pomoc runs at all: each process tells its own by the name of a connection. */
export async function checkProcesses({ database, config }: WithDatabase): Promise<Finding[]> {
  const { rows } = await sql<{ roles: string }>`
    select substr(application_name, ${LIVE_CONNECTION.length + 2}::int) as roles from pg_stat_activity
    where datname = current_database() and application_name like ${`${LIVE_CONNECTION} _%`}`.execute(database.db)
  if (rows.length === 0) return [ok('processes', 'pomoc does not run at this moment.')]
  const count = (role: Role) => rows.filter(({ roles }) => roles.split(',').includes(role)).length
  const missing = ROLES.filter((role) => count(role) === 0 && (role !== 'smtp' || config.plugins.includes('smtp-receiver')))
  if (missing.length > 0) {
    const lacks = { web: 'nobody serves pages', smtp: 'nobody takes mail', jobs: 'mails become no tickets and no answer leaves' }
    return [
      fail(
        'processes',
        `pomoc runs, but ${missing.map((role) => lacks[role]).join(', and ')}.`,
        `Start a process with "npm run pomoc -- start --only ${missing.join(',')}".`,
      ),
    ]
  }
  return [
    ok(
      'processes',
      rows.length === 1 ? 'One does everything.' : `${rows.length} run: ${ROLES.map((role) => `${count(role)} × ${role}`).join(', ')}.`,
    ),
  ]
}

/** While the clock is stopped tickets wait for it: nobody should forget that. */
export async function checkClockStopped({ database: { db } }: WithDatabase): Promise<Finding[]> {
  const name = 'clock of tickets'
  if (!(await clockStopped(db))) return [ok(name, 'Pending dates, deadlines, locks and archiving are looked at.')]
  return [
    warn(
      name,
      'The setting “Clock stopped” is on: no ticket closes, reminds, warns of its deadline, lets its lock go or is archived by itself, and mails about tickets wait in the outbox.',
      'Switch it off under Administration → Settings once tickets need not be held back any more.',
    ),
  ]
}

/** Minutes of the last day in which a process computed for so long that nobody was answered. */
export async function checkStalls({ database: { db }, now }: WithDatabase): Promise<Finding[]> {
  const {
    rows: [there],
  } = await sql<{ found: boolean }>`select to_regclass('process_stall') is not null as found`.execute(db)
  if (!there?.found) return []
  const {
    rows: [stalls],
  } = await sql<{ minutes: number; worst: number | null; last: Date | null }>`
    select count(*)::int as minutes, max(ms) as worst, max(at) as last from process_stall where at > ${now}::timestamptz - interval '1 day'`.execute(
    db,
  )
  if (!stalls || stalls.minutes === 0) return [ok('stalls', 'No process kept everybody waiting during the last day.')]
  return [
    warn(
      'stalls',
      `In ${stalls.minutes} ${stalls.minutes === 1 ? 'minute' : 'minutes'} of the last day a process answered nobody for more than ${LONG_MS / 1000} s, for ${(stalls.worst! / 1000).toFixed(1)} s at worst, the last time at ${stalls.last!.toISOString()}.`,
      'Look into the log for what was asked for then; if the machine is too slow for its work, give it more, or start more processes.',
    ),
  ]
}

export async function checkMails({ database, config, now }: WithDatabase): Promise<Finding[]> {
  const {
    rows: [mails],
  } = await sql<{
    failed: number
    held: number
    late: number
    queued: number
    overdue: number
    unsent: number
    error: string | null
  }>`select
      (select count(*)::int from inbound_mail where state = 'failed') as failed,
      (select count(*)::int from inbound_mail where state = 'held') as held,
      (select count(*)::int from inbound_mail where state = 'accepted' and accepted_at < ${now}::timestamptz - ${LATE} * interval '1 minute') as late,
      (select count(*)::int from outbound_mail where state = 'queued') as queued,
      (select count(*)::int from outbound_mail where state = 'queued' and created_at < ${now}::timestamptz - interval '1 hour') as overdue,
      (select count(*)::int from outbound_mail where state = 'failed' and created_at > ${now}::timestamptz - interval '7 days') as unsent,
      (select last_error from outbound_mail where state = 'queued' and last_error is not null order by id desc limit 1) as error`.execute(
    database.db,
  )
  if (!mails) return []
  const findings: Finding[] = []
  if (mails.failed > 0)
    findings.push(
      fail(
        'mail in',
        `${mails.failed} mails could not be made tickets; they are kept.`,
        'Open “Inbound mail” in the administration, see why, and start them again.',
      ),
    )
  if (mails.held > 0)
    findings.push(warn('mail in', `${mails.held} mails are held back.`, 'Open “Inbound mail” in the administration and decide about them.'))
  if (mails.late > 0)
    findings.push(
      fail(
        'mail in',
        `${mails.late} mails have waited for more than ${LATE} minutes to become tickets.`,
        'Start pomoc, or look into the log for errors of mail/process.',
      ),
    )
  if (findings.length === 0) findings.push(ok('mail in', 'Every mail that came was dealt with.'))
  const out = findings.length
  if (mails.unsent > 0)
    findings.push(
      warn(
        'mail out',
        `${mails.unsent} mails of the last seven days could not be delivered.`,
        'Open “Outbound mail” in the administration; the agents were told.',
      ),
    )
  if (mails.queued > 0 && !config.smarthostUrl) {
    findings.push(
      warn(
        'mail out',
        `${mails.queued} mails wait in the outbox, since there is nowhere to send them.`,
        'Set POMOC_SMARTHOST_URL to your mail server, such as smtp://mail.uni.example:25.',
      ),
    )
  } else if (mails.overdue > 0) {
    findings.push(
      fail(
        'mail out',
        `${mails.overdue} mails have waited for more than an hour to leave${mails.error ? ` (${mails.error.slice(0, 200)})` : ''}.`,
        'Put right what the mail server says, or set POMOC_SMARTHOST_URL to another one; they are tried again by themselves.',
      ),
    )
  }
  return findings.length > out
    ? findings
    : [...findings, ok('mail out', mails.queued > 0 ? `${mails.queued} mails are about to leave.` : 'Every mail has left.')]
}

/** What was refused or held back in the last day, since a limit was reached: somebody floods, a program loops, or a limit is too low. */
export async function checkLimits({ database: { db }, now }: WithDatabase): Promise<Finding[]> {
  const {
    rows: [there],
  } = await sql<{ found: boolean }>`select to_regclass('limit_count') is not null as found`.execute(db)
  if (!there?.found) return []
  const reached = (await listRefused(db, new Date(now.getTime() - 86_400_000))).flatMap(({ name, refused, keys, worst }) => {
    const { alarm } = LIMITS[name]
    return alarm ? [warn('limits', `In the last 24 hours ${alarm.says(refused, keys, worst)}`, alarm.remedy)] : []
  })
  return reached.length > 0 ? reached : [ok('limits', 'None was reached in the last 24 hours.')]
}
