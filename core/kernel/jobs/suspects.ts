/** Owns jobs that a program died with: each begins alone and noted, so that one that ends programs takes nothing along that was fetched beside it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from 'graphile-worker'
import type { JobPool } from './job-pool.ts'

/**
 * So often a program may end while one job is under way alone; then the job's owner puts aside what it is about. As often as a mail is tried that fails
 * (core/mail/inbound/inbound.ts): who kills programs may meet the same job several times.
 */
export const DEATHS = 8
/** Others wait for a job no longer than this: what ends a program does so soon. */
const TURN_MS = 30_000
/** Until its end is written down, which is done for several jobs at a time (run-jobs.ts): one that the next took along would count as under way. */
const TOLD_MS = 250
/** One that programs ended with lets others begin to wait first. */
const LAST_MS = 1000

type Fetched = Pick<Job, 'id' | 'attempts' | 'last_error'>

/** What stands at such a job as its last error. */
export const noteOf = (deaths: number): string => `programs that ended while this job was under way: ${deaths}`
const NOTE = /^programs that ended while this job was under way: (\d{1,4})$/

/** How often a program ended while this job was under way alone. The first time nobody knows which it was of all that had been fetched. */
export const deathsOf = ({ last_error: error }: Pick<Job, 'last_error'>): number => Number(NOTE.exec(error ?? '')?.[1] ?? 0)

/** A program ended after it had fetched the job, which was neither done nor failed. */
const isSuspect = (job: Fetched): boolean => job.attempts > 1 && (job.last_error === null || deathsOf(job) > 0)

/**
 * Of jobs in the name of a dead worker ($1: ids of workers), those that had not begun get their attempt back; else they would be given up
 * together with the one that ends programs. The one that is left says that a program has died with them.
 */
export const GIVE_BACK = `
  update graphile_worker._private_jobs set attempts = 1 where locked_by = any($1::text[]) and attempts > 1 and last_error is null`

export interface Suspects {
  /** Waits until a suspect may begin, and notes that it does. To be called when it has ended: the answer. */
  begin(job: Fetched): Promise<() => void>
}

/** One at a time, those first with which fewer programs ended: whatever is innocent is done before the one that ends this program too. */
export function keepSuspects({ withClient }: Pick<JobPool, 'withClient'>): Suspects {
  const waiting: { deaths: number; begin: () => void }[] = []
  let busy = false
  const next = () => {
    waiting.sort((one, other) => one.deaths - other.deaths)
    const first = waiting.shift()
    busy = first !== undefined
    first?.begin()
  }
  const turn = async (deaths: number): Promise<() => void> => {
    await new Promise<void>((begin) => {
      waiting.push({ deaths, begin })
      if (!busy) next()
    })
    let over = false
    const end = () => {
      if (!over) next()
      over = true
    }
    setTimeout(end, TURN_MS).unref()
    return end
  }
  return {
    async begin(job) {
      if (!isSuspect(job)) return () => {}
      const deaths = deathsOf(job)
      if (deaths > 0) await sleep(LAST_MS)
      const end = await turn(deaths)
      await withClient((client) =>
        client.query('update graphile_worker._private_jobs set last_error = $2 where id = $1', [job.id, noteOf(deaths + 1)]),
      ).catch((error: unknown) => {
        end()
        throw error
      })
      return () => void setTimeout(end, TOLD_MS)
    },
  }
}
