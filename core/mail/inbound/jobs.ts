/** Owns the list of mail's jobs. */
import type { Host } from '../../kernel/contract.ts'
import type { RunnableJob } from '../../kernel/jobs/run-jobs.ts'
import { processJob, processWaiting } from './inbound.ts'
import type { MailExtensions } from '../judge/run-extensions.ts'
import { sendJob, sendWaiting } from '../outbound/send.ts'

export function mailJobs(host: Host, extensions?: MailExtensions): Map<string, RunnableJob> {
  return new Map<string, RunnableJob>([
    ['mail/process', processJob(host, extensions)],
    ['mail/process-waiting', { cron: '* * * * *', run: () => processWaiting(host) }],
    ['mail/send', sendJob(host)],
    ['mail/send-waiting', { cron: '* * * * *', run: () => sendWaiting(host) }],
  ])
}
