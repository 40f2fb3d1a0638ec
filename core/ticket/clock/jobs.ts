/** Owns when the clock is asked, and the switch that stops it. */
import type { Kysely } from 'kysely'
import type { Database } from '../../database/schema.ts'
import type { Host } from '../../kernel/contract.ts'
import type { RunnableJob } from '../../kernel/jobs/run-jobs.ts'
import { coreSettings, type CoreSettings } from '../../kernel/settings/core-settings.ts'
import { readSettings } from '../../kernel/settings/settings.ts'
import { archiveOld } from '../change/archive.ts'
import { tellDeadlines } from './deadlines.ts'
import { closePending, remindPending } from './pending.ts'
import { unlockIdle } from './unlock.ts'

/** Is whatever happens by itself as time goes by held back? Plugins whose jobs do something to tickets ask it too. */
export const clockStopped = async (db: Kysely<Database>): Promise<boolean> =>
  (await readSettings(db, 'core', coreSettings))['clock.stopped']

/** What the clock closes in this minute is past no deadline: both jobs are due in it, and either may come first. */
async function closeAndTell(host: Host, settings: CoreSettings): Promise<void> {
  await closePending(host)
  await tellDeadlines(host, settings)
}

/** In UTC, as the clock of jobs is. OTRS asks some of these every two hours; a minute is what people expect of a date they chose. */
const JOBS: Record<string, { cron: string; run: (host: Host, settings: CoreSettings) => Promise<unknown> }> = {
  'ticket/pending': { cron: '* * * * *', run: closePending },
  'ticket/remind': { cron: '* * * * *', run: remindPending },
  'ticket/deadlines': { cron: '* * * * *', run: closeAndTell },
  'ticket/unlock': { cron: '*/5 * * * *', run: unlockIdle },
  'ticket/archive': { cron: '47 1 * * *', run: archiveOld },
}

/** Those that tell somebody, or change what somebody works on: what is foretold before the clock is let go. */
export const clockWork = ['ticket/pending', 'ticket/remind', 'ticket/deadlines', 'ticket/unlock'].map((name) => JOBS[name]!.run)

export const clockJobs = (host: Host): [string, RunnableJob][] =>
  Object.entries(JOBS).map(([name, { cron, run }]) => [
    name,
    {
      cron,
      run: async () => {
        const settings = await readSettings(host.db, 'core', coreSettings)
        if (!settings['clock.stopped']) await run(host, settings)
      },
    },
  ])
