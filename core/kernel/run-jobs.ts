/** Owns the running of jobs: graphile-worker's life cycle, its return after a lost database, and freeing dead workers' jobs. */
import { Client, type Pool } from 'pg'
import { EventEmitter } from 'node:events'
import { Logger as WorkerLogger, parseCronItems, run, runMigrations, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker'
import type { Logger } from 'pino'
import { FRESH_TASKS } from './jobs.ts'

export interface RunnableJob {
  cron?: string
  run(payload: Record<string, unknown>, meta: { attempt: number; lastAttempt: boolean }): Promise<void>
}

export interface JobRunner { stop(): Promise<void> }

/** Brings graphile-worker's own schema up to date. Runs before anything enqueues. */
export async function migrateJobs(pool: Pool, log?: Logger): Promise<void> {
  await runMigrations({ pgPool: pool, logger: workerLogger(log) })
  await pool.query('insert into graphile_worker._private_tasks (identifier) select unnest($1::text[]) on conflict do nothing', [FRESH_TASKS])
}

/**
 * Runs jobs until stopped. `concurrency` jobs at a time in this process; any number of processes may share a database.
 * When the database goes away the runner ends; it is started again until `stop`.
 */
export async function startJobs(
  options: { url: string; pool: Pool; log: Logger; concurrency: number; jobs: Map<string, RunnableJob> },
): Promise<JobRunner> {
  const { log } = options
  let stopping = false
  let runner: Runner | undefined
  let wake = () => {}
  const watch = await watchWorkers(options.url, log)

  const taskList: TaskList = Object.fromEntries([...options.jobs].map(([name, job]) => [
    name,
    async (payload, helpers) => job.run(
      (payload ?? {}) as Record<string, unknown>,
      { attempt: helpers.job.attempts, lastAttempt: helpers.job.attempts >= helpers.job.max_attempts },
    ),
  ]))
  const cronItems = parseCronItems([...options.jobs].filter(([, job]) => job.cron).map(([name, job]) => ({
    task: name, match: job.cron!, identifier: name, options: { maxAttempts: 1 },
  })))

  const begin = async () => {
    const events: WorkerEvents = new EventEmitter()
    events.on('worker:create', ({ worker }) => void watch.hold(worker.workerId))
    return run({
      pgPool: options.pool, logger: workerLogger(log), concurrency: options.concurrency, noHandleSignals: true,
      pollInterval: 1000, taskList, parsedCronItems: cronItems, events,
      preset: { worker: { gracefulShutdownAbortTimeout: 10_000 } },
    })
  }
  // Errors here mean that the database is away: wait and begin again.
  const keep = (async () => {
    while (!stopping) {
      try {
        runner = await begin()
        if (stopping) await runner.stop().catch(() => {})
        await runner.promise
      } catch (error) {
        if (!stopping) log.warn({ err: error }, 'jobs stopped; starting them again in a second')
      }
      if (!stopping) await new Promise<void>((resolve) => { wake = resolve; setTimeout(resolve, 1000) })
    }
  })()

  return {
    async stop() {
      stopping = true
      wake()
      await runner?.stop().catch(() => {})
      await keep
      await watch.stop()
    },
  }
}

/**
 * graphile-worker frees a dead worker's jobs only after four hours. Each process therefore holds a session advisory lock
 * per worker id; an id whose lock is free belongs to a dead process, and its jobs are unlocked: at start, then each minute.
 * A job taken within the last seconds is left alone, for its worker's lock may be under way.
 */
async function watchWorkers(url: string, log: Logger) {
  let client: Client | undefined
  const held = new Set<string>()
  let stopped = false

  const connect = async () => {
    const next = new Client({ connectionString: url, application_name: 'pomoc workers' })
    next.on('error', () => {})
    next.on('end', () => { if (client === next) client = undefined })
    await next.connect()
    client = next
    for (const id of held) await lock(next, id)
  }
  // One connection, one query at a time.
  let line: Promise<unknown> = Promise.resolve()
  const lock = (c: Client, id: string) => {
    line = line.then(() => c.query('select pg_advisory_lock(hashtextextended($1, 7001))', [id])).catch(() => {})
    return line
  }
  const sweep = async () => {
    if (stopped) return
    try {
      if (!client) await connect()
      const { rows } = await client!.query<{ freed: string[] | null }>(`
        with dead as (
          select distinct locked_by from graphile_worker._private_jobs
          where locked_by is not null and locked_at < now() - interval '3 seconds' and locked_by <> all($1::text[])
            and pg_try_advisory_xact_lock(hashtextextended(locked_by, 7001))),
        queues as (
          select distinct locked_by from graphile_worker._private_job_queues
          where locked_by is not null and locked_at < now() - interval '3 seconds' and locked_by <> all($1::text[])
            and pg_try_advisory_xact_lock(hashtextextended(locked_by, 7001)))
        select array(select locked_by from dead union select locked_by from queues) as freed`, [[...held]])
      const freed = rows[0]?.freed ?? []
      if (freed.length > 0) {
        await client!.query('select graphile_worker.force_unlock_workers($1::text[])', [freed])
        log.info({ workers: freed.length }, 'freed the jobs of a program that ended suddenly')
      }
    } catch (error) {
      log.warn({ err: error }, 'could not look for jobs of dead programs; trying again')
    }
  }

  await sweep()
  // A program killed a moment before this start holds locks younger than three seconds: look again soon.
  const soon = [4, 10].map((seconds) => setTimeout(() => void sweep(), seconds * 1000))
  const timer = setInterval(() => void sweep(), 60_000)
  for (const t of [...soon, timer]) t.unref()
  return {
    async hold(id: string) {
      held.add(id)
      if (client) await lock(client, id)
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      soon.forEach(clearTimeout)
      await client?.end().catch(() => {})
    },
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
