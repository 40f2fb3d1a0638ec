/** Owns core's own jobs: what the clock asks of tickets, and tidying. Mail brings its jobs from core/mail. */
import type { Host } from './kernel/contract.ts'
import type { RunnableJob } from './kernel/run-jobs.ts'
import { mailJobs } from './mail/jobs.ts'
import { system } from './permission/actor.ts'
import { tidy } from './retention.ts'
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
