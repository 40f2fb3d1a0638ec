/** Owns tidying: what goes each night because its time is over or nothing names it any more. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { forgetEvents } from '../audit/record.ts'
import type { Database } from '../database/schema.ts'
import type { Host } from '../kernel/contract.ts'
import { system } from '../kernel/actor.ts'
import { STALL_DAYS } from '../metrics/stalls.ts'
import { forgetLimits } from '../kernel/limits/limits.ts'
import { forgetOldLogins } from '../person/login.ts'
import { forgetEndedSessions } from '../person/sessions.ts'
import { forgetHeldFiles } from '../web/again/held-files.ts'
import { clockStopped } from '../ticket/clock/jobs.ts'
import { forgetDrafts } from '../ticket/draft/drafts.ts'

/** Rows of one step, each its own transaction: a first night may have a million to let go. */
const STEP = 5000

/** The job `kernel/tidy`. How long what is kept stands in the configuration, under `retention`. */
export async function tidy(host: Host): Promise<void> {
  const { retention } = host.config
  const now = host.clock()
  const before = (days: number) => new Date(now.getTime() - days * 24 * 3600 * 1000)
  await host.work(system('tidy'), async (work) => {
    const { db } = work
    await forgetEndedSessions(work)
    await forgetOldLogins(work)
    await forgetHeldFiles(work)
    await db.deleteFrom('access_change').where('at', '<', before(1)).execute()
    await db.deleteFrom('process_stall').where('at', '<', before(STALL_DAYS)).execute()
    await db.deleteFrom('plugin_strike').where('at', '<', before(2)).execute()
    await db.deleteFrom('plugin_fault').where('last_at', '<', before(retention.factDays)).execute()
    await forgetDrafts(work, before(retention.draftDays))
    await db.deleteFrom('automatic_reopening').where('day', '<', before(2).toISOString().slice(0, 10)).execute()
    await forgetLimits(db, now)
    await db.deleteFrom('loop_protection').where('day', '<', before(2).toISOString().slice(0, 10)).execute()
    await forgetJobs(db, before(retention.givenUpJobDays), before(1))
    if (retention.auditDays !== null) await forgetEvents(work, before(retention.auditDays))
  })
  await inSteps(host, 'fact', 'id', (rows) => sql`delete from fact where ${rows} and created_at < ${before(retention.factDays)}`)
  // While another help desk is taken over, its mails are compared with what came: none goes.
  if (retention.rawMailDays !== null && !(await clockStopped(host.db))) await letRawMailsGo(host, before(retention.rawMailDays))
  await removeUnownedBlobs(host, before(1))
}

/** Given-up jobs after their time; those of the clock after a day, since the next one has long come. */
async function forgetJobs(db: Kysely<Database>, givenUp: Date, ofClock: Date): Promise<void> {
  await sql`
    delete from graphile_worker._private_jobs where attempts >= max_attempts and locked_at is null
      and (updated_at < ${givenUp} or (updated_at < ${ofClock} and payload::jsonb ? '_cron'))`.execute(db)
  // Named queues of graphile-worker are one a ticket: the empty ones go.
  await sql`delete from graphile_worker._private_job_queues q
    where q.locked_at is null and not exists (select 1 from graphile_worker._private_jobs j where j.job_queue_id = q.id)`.execute(db)
}

/**
 * Mails as they came, once they were dealt with, and as they left. The row of one that came stays with its decisions, and the same mail is still known
 * again.
 */
async function letRawMailsGo(host: Host, before: Date): Promise<void> {
  await inSteps(
    host,
    'inbound_mail',
    'id',
    (rows) =>
      sql`update inbound_mail set blob_id = null where ${rows} and state = 'processed' and blob_id is not null and processed_at < ${before}`,
  )
  await inSteps(host, 'article_raw', 'article_id', (rows) => sql`delete from article_raw where ${rows} and at < ${before}`)
}

/** A blob that no row of core or of a plugin names: asked of every foreign key on it, but for its own chunks. */
async function removeUnownedBlobs(host: Host, madeBefore: Date): Promise<void> {
  const { rows: keys } = await sql<{ table: string; column: string }>`
    select c.conrelid::regclass::text as table, quote_ident(a.attname) as column
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'f' and c.confrelid = 'blob'::regclass and c.conrelid <> 'blob_chunk'::regclass`.execute(host.db)
  const named = keys.map(
    ({ table, column }) => sql`and not exists (select 1 from ${sql.raw(table)} o where o.${sql.raw(column)} = blob.id)`,
  )
  await inSteps(host, 'blob', 'id', (rows) => sql`delete from blob where ${rows} and created_at < ${madeBefore} ${sql.join(named, sql` `)}`)
}

/**
 * Goes once through a table in the order of its key, so many rows at a time: each step reads what it looks at and nothing else, whatever the
 * table holds, and the night may be cut off between any two.
 */
async function inSteps(
  host: Host,
  table: 'fact' | 'inbound_mail' | 'article_raw' | 'blob',
  key: 'id' | 'article_id',
  statement: (rows: RawBuilder<unknown>) => RawBuilder<unknown>,
): Promise<void> {
  const column = sql.ref(key)
  for (let after = '0'; ; ) {
    const { rows } = await sql<{ upTo: string | null }>`
      select max(key) as "upTo" from (select ${column} as key from ${sql.table(table)} where ${column} > ${after} order by 1 limit ${sql.lit(STEP)}) step`.execute(
      host.db,
    )
    const upTo = rows[0]!.upTo
    if (upTo === null) return
    await host.work(system('tidy'), ({ db }) => statement(sql`${column} > ${after} and ${column} <= ${upTo}`).execute(db))
    after = upTo
  }
}
