/** Owns core's own jobs: what the clock asks of tickets, and tidying. Mail brings its jobs from core/mail. */
import { coreFills } from '../../migrations/index.ts'
import { RECOUNT_JOB } from '../audit/change.ts'
import { runFills, type Fills } from '../database/fill.ts'
import { runRecount } from '../escalation/recount-job.ts'
import { Refusal } from '../errors.ts'
import type { Host } from '../kernel/contract.ts'
import type { RunnableJob } from '../kernel/jobs/run-jobs.ts'
import { mailJobs } from '../mail/inbound/jobs.ts'
import type { MailExtensions } from '../mail/judge/run-extensions.ts'
import { system } from '../kernel/actor.ts'
import { LINK_JOB, runLinkJob } from '../person/login-links.ts'
import { sealKept } from '../person/secret/keys.ts'
import { runErasure } from '../privacy/job.ts'
import { tidy } from './retention.ts'
import { pendingElapsed } from '../ticket/change/tickets.ts'

export function coreJobs(host: Host, mail?: MailExtensions): Map<string, RunnableJob> {
  return new Map<string, RunnableJob>([
    // OTRS runs PendingCheck every two hours; a minute is what people expect of a date they chose.
    ['ticket/pending', { cron: '* * * * *', run: () => closePending(host) }],
    ['kernel/tidy', { cron: '17 2 * * *', run: () => tidy(host) }],
    ['database/fill', { cron: '* * * * *', run: () => runFills(host, fillsOf(host)) }],
    [LINK_JOB, { run: (payload) => runLinkJob(host, payload) }],
    [RECOUNT_JOB, { run: (payload) => runRecount(host, payload) }],
    ['person/erase', { run: (payload) => runErasure(host, payload) }],
    ...mailJobs(host, mail),
  ])
}

/** Core's, and the plugins', whose names begin with theirs. */
const fillsOf = ({ plugins, config, clock }: Host): Fills => ({
  ...coreFills,
  '0067_sealed_factors': sealKept(config, clock),
  ...Object.fromEntries(
    plugins.flatMap((plugin) => Object.entries(plugin.fills ?? {}).map(([name, fill]) => [`${plugin.name}/${name}`, fill])),
  ),
})

async function closePending(host: Host): Promise<void> {
  const due = await host.db
    .selectFrom('ticket')
    .select('id')
    .where('pending_until', '<=', host.clock())
    .where('state_type', '=', 'pending auto')
    .orderBy('pending_until')
    .limit(500)
    .execute()
  for (const { id } of due) {
    // One that a plugin keeps from closing is asked about again in a minute, and must not keep the others back.
    await host
      .work(system('pending'), (work) => pendingElapsed(work, id))
      .catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error
        host.log.debug({ ticket: id, code: error.code }, 'a ticket whose time has come stays as it is')
      })
  }
}
