/** Owns core's own jobs: those of the clock and of mail come from their rooms; here stands tidying. */
import { coreFills, coreIndexes } from '../../migrations/index.ts'
import { RECOUNT_JOB } from '../audit/change.ts'
import { buildIndexes } from '../database/late-index.ts'
import { runFills, type Fills } from '../database/fill.ts'
import { runRecount } from '../escalation/recount-job.ts'
import type { Host } from '../kernel/contract.ts'
import type { RunnableJob } from '../kernel/jobs/run-jobs.ts'
import { mailJobs } from '../mail/inbound/jobs.ts'
import type { MailExtensions } from '../mail/judge/run-extensions.ts'
import { LINK_JOB, runLinkJob } from '../person/login-links.ts'
import { sealKept } from '../person/secret/keys.ts'
import { runErasure } from '../privacy/job.ts'
import { tidy } from './retention.ts'
import { clockJobs } from '../ticket/clock/jobs.ts'

export function coreJobs(host: Host, mail?: MailExtensions): Map<string, RunnableJob> {
  return new Map<string, RunnableJob>([
    ...clockJobs(host),
    ['kernel/tidy', { cron: '17 2 * * *', run: () => tidy(host) }],
    ['database/fill', { cron: '* * * * *', run: () => runFills(host, fillsOf(host)) }],
    ['database/index', { cron: '* * * * *', run: () => buildIndexes(host, coreIndexes) }],
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
