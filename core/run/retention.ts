/** Owns tidying: what goes each night because its time is over or nothing names it any more. */
import { sql, type Kysely } from 'kysely'
import { forgetEvents } from '../audit/record.ts'
import type { Database } from '../database/schema.ts'
import type { Host } from '../kernel/contract.ts'
import { system } from '../kernel/actor.ts'
import type { Work } from '../kernel/work.ts'
import { STALL_DAYS } from '../metrics/stalls.ts'
import { forgetLimits } from '../kernel/limits/limits.ts'
import { forgetOldLogins } from '../person/login.ts'
import { forgetEndedSessions } from '../person/sessions.ts'
import { forgetHeldFiles } from '../web/again/held-files.ts'
import { clockStopped } from '../ticket/clock/jobs.ts'
import { forgetDrafts } from '../ticket/draft/drafts.ts'

/** Raw mails are let go so many at a time: each its own transaction, for a first night may have a million. */
const BATCH = 1000

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
    await db.deleteFrom('fact').where('created_at', '<', before(retention.factDays)).execute()
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
  // While another help desk is taken over, its mails are compared with what came: none goes.
  if (retention.rawMailDays !== null && !(await clockStopped(host.db))) await letRawMailsGo(host, before(retention.rawMailDays))
  await host.work(system('tidy'), ({ db }) => removeUnownedBlobs(db, before(1)))
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
  await inBatches(host, ({ db }) =>
    sql`
      update inbound_mail set blob_id = null where id in (
        select id from inbound_mail where state = 'processed' and blob_id is not null and processed_at < ${before} limit ${BATCH})`.execute(
      db,
    ),
  )
  await inBatches(host, ({ db }) =>
    sql`delete from article_raw where article_id in (select article_id from article_raw where at < ${before} limit ${BATCH})`.execute(db),
  )
}

async function inBatches(host: Host, batch: (work: Work) => Promise<{ numAffectedRows?: bigint | undefined }>): Promise<void> {
  for (let gone = BATCH; gone === BATCH; ) gone = Number((await host.work(system('tidy'), batch)).numAffectedRows ?? 0)
}

/** A blob that no row of core or of a plugin names: asked of every foreign key on it, but for its own chunks. */
async function removeUnownedBlobs(db: Kysely<Database>, madeBefore: Date): Promise<void> {
  const { rows: keys } = await sql<{ table: string; column: string }>`
    select c.conrelid::regclass::text as table, quote_ident(a.attname) as column
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'f' and c.confrelid = 'blob'::regclass and c.conrelid <> 'blob_chunk'::regclass`.execute(db)
  const named = keys.map(({ table, column }) => sql`and not exists (select 1 from ${sql.raw(table)} o where o.${sql.raw(column)} = b.id)`)
  await sql`delete from blob b where b.created_at < ${madeBefore} ${sql.join(named, sql` `)}`.execute(db)
}
