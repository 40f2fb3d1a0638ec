/** Owns the running of jobs: graphile-worker's life cycle and its return after a lost database. */
import { EventEmitter } from 'node:events'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { Logger as WorkerLogger, parseCronItems, run, runMigrations, type TaskList, type WorkerEvents } from 'graphile-worker'
import type { Pool, PoolClient } from 'pg'
import type { Logger } from 'pino'
import { databaseIsAway } from '../../database/away.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import { FRESH_TASKS } from './jobs.ts'
import { openJobPool } from './job-pool.ts'
import { deathsOf, keepSuspects } from './suspects.ts'
import { keepWorkerLocks } from './worker-locks.ts'

export interface JobMeta {
  attempt: number
  lastAttempt: boolean
  /** How often a program ended while this job was under way: from DEATHS on it is better put aside than tried. Absent: never. */
  deaths?: number
}

export interface RunnableJob {
  cron?: string
  run(payload: Record<string, unknown>, meta: JobMeta): Promise<void>
}

export interface JobRunner {
  /** Takes no more jobs, waits for those under way (half a minute at most). */
  stop(): Promise<void>
}

const STOP_MS = 30_000
/**
 * Jobs fetched at once, and for how long the end of one waits to be written down with others': a mail is two jobs, and each cost two
 * commits. What a dead process had fetched is freed as what it had under way is (worker-locks.ts).
 */
const FETCHED_AT_ONCE = 16
const TOLD_TOGETHER_MS = 25

/** Brings graphile-worker's own schema up to date. Runs before anything enqueues. */
export async function migrateJobs(pool: Pool, log?: Logger): Promise<void> {
  await runMigrations({ pgPool: pool, logger: workerLogger(log) })
  await pool.query('insert into graphile_worker._private_tasks (identifier) select unnest($1::text[]) on conflict do nothing', [
    FRESH_TASKS,
  ])
}

/**
 * Runs jobs until stopped. `concurrency` jobs at a time in this process; any number of processes may share a database.
 * When the database goes away workers end and others begin as soon as it is back; a job that was under way then runs again.
 */
export async function startJobs(options: {
  url: string
  log: Logger
  concurrency: number
  jobs: Map<string, RunnableJob>
  onEnd?: Metrics['jobEnded']
}): Promise<JobRunner> {
  const { log } = options
  let stopping = false
  let wake = () => {}
  let lost = () => {}
  let underWay = 0
  const locks = await keepWorkerLocks(options.url, log)
  // One connection listens, one is the clock's.
  const connections = openJobPool(options.url, options.concurrency + 2, () => lost())
  const suspects = keepSuspects(connections)
  /** Workers that take no more jobs but have some under way. */
  const ending = new Set<Promise<void>>()

  /**
   * Attempts that jobs could not help: graphile-worker counts one as it fetches a job, makes each pause e times the last and gives a job up in the end. Both wait
   * until the database is back.
   */
  const attempts = {
    /** Of jobs that were fetched only. */
    takeBack: (jobs: readonly string[]) =>
      inTheEnd((client) =>
        client.query('update graphile_worker._private_jobs set attempts = greatest(attempts - 1, 0) where id = any($1::bigint[])', [jobs]),
      ),
    /**
     * Of one that failed as if the database had gone away: it comes again after a second, however often it has been cut off. Nothing where the database was there
     * all along (`losses`: how many there had been): it was another server then.
     */
    forget: (job: string, losses: number) =>
      inTheEnd(async (client) => {
        // A connection that has just broken may not know it yet.
        await client.query('select')
        if (connections.losses() > losses) await client.query('update graphile_worker._private_jobs set attempts = 0 where id = $1', [job])
      }),
  }
  const inTheEnd = (what: (client: PoolClient) => Promise<unknown>): Promise<void> =>
    connections.withClient(what).catch((error: unknown) => log.debug({ err: error }, 'an attempt that a job could not help stays counted'))

  const taskList: TaskList = Object.fromEntries(
    [...options.jobs].map(([name, job]) => [
      name,
      async (payload, helpers) => {
        underWay++
        const begun = performance.now()
        const losses = connections.losses()
        let result: 'done' | 'failed' = 'failed'
        let turnEnds = () => {}
        try {
          turnEnds = await suspects.begin(helpers.job)
          await job.run((payload ?? {}) as Record<string, unknown>, {
            attempt: helpers.job.attempts,
            lastAttempt: helpers.job.attempts >= helpers.job.max_attempts,
            deaths: deathsOf(helpers.job),
          })
          result = 'done'
        } catch (error) {
          if (databaseIsAway(error)) await attempts.forget(helpers.job.id, losses)
          throw error
        } finally {
          turnEnds()
          underWay--
          options.onEnd?.({ task: name, result, seconds: (performance.now() - begun) / 1000 })
        }
      },
    ]),
  )
  const cronItems = parseCronItems(
    [...options.jobs]
      .filter(([, job]) => job.cron)
      .map(([name, job]) => ({
        task: name,
        match: job.cron!,
        identifier: name,
        options: { maxAttempts: 1 },
      })),
  )

  /**
   * One set of workers, until they are to take no more jobs. They do not outlive a lost answer: the job in it may have been
   * taken in their name without their knowing, and would wait for as long as they live.
   */
  const workers = async () => {
    const events: WorkerEvents = new EventEmitter()
    const over = new Promise<void>((resolve) => {
      wake = lost = resolve
      events.on('pool:gracefulShutdown', () => resolve())
    })
    // Jobs are locked in the name of the pool, not of its single workers.
    events.on('pool:create', ({ workerPool }) => {
      locks.hold(workerPool.id)
      const end = new Promise<void>((resolve) => {
        events.on('pool:release', () => resolve())
      })
      ending.add(end)
      void end.then(() => {
        ending.delete(end)
        locks.release(workerPool.id)
      })
    })
    events.on('localQueue:init', ({ localQueue }) =>
      leaveFetched(localQueue as unknown as FetchedJobs, (jobs) => {
        const told = attempts.takeBack(jobs).finally(() => ending.delete(told))
        ending.add(told)
      }),
    )
    const runner = await run({
      pgPool: connections.pool,
      logger: workerLogger(log),
      concurrency: options.concurrency,
      noHandleSignals: true,
      pollInterval: 1000,
      taskList,
      parsedCronItems: cronItems,
      events,
      preset: {
        worker: {
          gracefulShutdownAbortTimeout: 10_000,
          localQueue: { size: Math.max(FETCHED_AT_ONCE, options.concurrency) },
          completeJobBatchDelay: TOLD_TOGETHER_MS,
        },
      },
    })
    runner.promise.catch(() => {}) // said in the log already
    if (!stopping) await over
    // Not waited for: a job under way may take minutes, the others shall not.
    void runner.stop().catch(() => {})
  }
  const keep = (async () => {
    while (!stopping) {
      try {
        await workers()
        if (!stopping) log.warn('jobs stopped; starting them again in a second')
      } catch (error) {
        if (!stopping) log.warn({ err: error }, 'jobs cannot run now; trying again in a second')
      }
      if (!stopping)
        await new Promise<void>((resolve) => {
          wake = resolve
          setTimeout(resolve, 1000)
        })
    }
  })()

  return {
    async stop() {
      stopping = true
      connections.stopWaiting()
      wake()
      let over = false
      const ended = keep
        .then(() => Promise.all(ending))
        // The end of the last job asks for its connection a moment later; a pool that ends gives none.
        .then(() => setImmediate())
        .then(() => connections.end())
        .then(() => {
          over = true
        })
      // What is not done by then runs again elsewhere, or at the next start. Without a database there is nobody to tell.
      for (const until = performance.now() + STOP_MS; !over && performance.now() < until && (underWay > 0 || !connections.away()); ) {
        await Promise.race([ended, sleep(100)])
      }
      await locks.stop()
    },
  }
}

interface FetchedJobs {
  mode: string
  jobQueue: { id: string }[]
  returnJobs(): void
}

/**
 * Jobs that were fetched and not begun when the workers end stay in their name, and are freed as those of dead ones are (worker-locks.ts). graphile-worker
 * would hand them back by a statement that nobody waits for: where the database is away its failure ended the program.
 */
function leaveFetched(queue: FetchedJobs, left: (jobs: string[]) => void): void {
  const handBack = queue.returnJobs.bind(queue)
  queue.returnJobs = () => {
    if (queue.mode !== 'RELEASED') handBack()
    // Its end expects that none are left.
    else left(queue.jobQueue.splice(0).map(({ id }) => id))
  }
}

function workerLogger(log?: Logger) {
  const child = log?.child({ part: 'jobs' })
  return new WorkerLogger(() => (level, message, meta) => {
    // graphile-worker reports each finished job at info; that is our debug.
    const ours = level === 'error' ? 'error' : level === 'warning' ? 'warn' : 'debug'
    child?.[ours](meta?.['error'] ? { err: meta['error'] } : {}, message)
  })
}
