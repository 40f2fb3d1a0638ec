/** Owns core's own jobs: what the clock asks of tickets, and tidying. Mail brings its jobs from core/mail. */
import { sql } from 'kysely'
import type { Host } from './kernel/contract.ts'
import type { RunnableJob } from './kernel/run-jobs.ts'
import { forgetOldLogins } from './person/login.ts'
import { forgetEndedSessions } from './person/sessions.ts'
import { mailJobs } from './mail/jobs.ts'
import { system } from './permission/actor.ts'
import { pendingElapsed } from './ticket/tickets.ts'

export function coreJobs(host: Host): Map<string, RunnableJob> {
  return new Map<string, RunnableJob>([
    // OTRS runs PendingCheck every two hours; a minute is what people expect of a date they chose.
    ['ticket/pending', { cron: '* * * * *', run: () => closePending(host) }],
    ['kernel/tidy', { cron: '17 2 * * *', run: () => tidy(host) }],
    ...mailJobs(host),
  ])
}

async function closePending(host: Host): Promise<void> {
  const due = await host.db.selectFrom('ticket').select('id').where('pending_until', '<=', host.clock())
    .where('state_type', '=', 'pending auto').orderBy('pending_until').limit(500).execute()
  for (const { id } of due) await host.work(system('pending'), (work) => pendingElapsed(work, id))
}

/** Old sessions, links and attempts go; a blob that nothing names goes after a day. Facts stay 90 days. */
async function tidy(host: Host): Promise<void> {
  const now = host.clock()
  const before = (days: number) => new Date(now.getTime() - days * 24 * 3600 * 1000)
  await host.work(system('tidy'), async (work) => {
    const { db } = work
    await forgetEndedSessions(work)
    await forgetOldLogins(work)
    await db.deleteFrom('fact').where('created_at', '<', before(90)).execute()
    await db.deleteFrom('draft').where('updated_at', '<', before(90)).execute()
    await db.deleteFrom('loop_protection').where('day', '<', before(2).toISOString().slice(0, 10)).execute()
    await sql`
      delete from blob b where b.created_at < ${before(1)}
        and not exists (select 1 from article_attachment a where a.blob_id = b.id)
        and not exists (select 1 from inbound_mail m where m.blob_id = b.id)`.execute(db)
    // Named queues of graphile-worker are one a ticket: the empty ones go.
    await sql`delete from graphile_worker._private_job_queues q
      where q.locked_at is null and not exists (select 1 from graphile_worker._private_jobs j where j.job_queue_id = q.id)`.execute(db)
  })
}
