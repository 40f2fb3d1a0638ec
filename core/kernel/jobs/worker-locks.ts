/** Owns knowing which job workers are alive, in any process: a lock for each. What dead ones had under way is freed. */
import { Client } from 'pg'
import type { Logger } from 'pino'
import { GIVE_BACK } from './suspects.ts'

export interface WorkerLocks {
  /** A worker of this process has begun: the jobs it takes are its own. */
  hold(id: string): void
  /** It has ended: jobs that are still in its name some seconds later are free. */
  release(id: string): void
  stop(): Promise<void>
}

const SPACE = 7001
/** A job taken within the last seconds is left alone: the lock of its worker may be under way. */
const GRACE_SECONDS = 3
const EVERY_SECONDS = 10
/** A worker that has ended keeps its lock for so long: word of its last jobs may be under way to the database. */
const LINGER_SECONDS = 5
/** After a loss of the connection nobody is taken for dead for so long: others may have lost their locks with the same server. */
const PATIENCE_SECONDS = 5

/**
 * graphile-worker frees a dead worker's jobs only after four hours. Each process therefore holds a session advisory lock
 * for each of its workers (`locked_by` in graphile-worker's tables); an id whose lock is free belongs to nobody alive. Dead
 * ones are looked for at the start and shortly after, when the connection is back after a loss, and every ten seconds.
 */
export async function keepWorkerLocks(url: string, log: Logger): Promise<WorkerLocks> {
  const alive = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  let session: { client: Client; locked: Set<string> } | undefined
  let stopped = false
  let told = false
  let patientUntil = 0

  const connect = async () => {
    const client = new Client({ connectionString: url, application_name: 'pomoc workers', keepAlive: true })
    client.on('error', () => {}) // 'end' follows
    await client.connect()
    const opened = { client, locked: new Set<string>() }
    client.once('end', () => {
      if (session === opened) session = undefined
      patientUntil = Infinity
      lookIn(1)
    })
    if (patientUntil === Infinity) {
      patientUntil = performance.now() + PATIENCE_SECONDS * 1000
      lookIn(PATIENCE_SECONDS + 1)
    }
    return opened
  }
  const lookOnce = async () => {
    if (stopped) return
    try {
      session ??= await connect()
      const { client, locked } = session
      for (const id of alive) {
        if (locked.has(id)) continue
        const { rows } = await client.query<{ got: boolean }>(`select pg_try_advisory_lock(hashtextextended($1, ${SPACE})) as got`, [id])
        // Not yet: the server has not noticed the end of our last connection, or somebody is looking at the lock.
        if (rows[0]?.got) locked.add(id)
        else lookIn(1)
      }
      for (const id of locked) {
        if (alive.has(id)) continue
        await client.query(`select pg_advisory_unlock(hashtextextended($1, ${SPACE}))`, [id])
        locked.delete(id)
      }
      await freeJobs(client)
      told = false
    } catch (error) {
      log[told ? 'debug' : 'warn']({ err: error }, 'could not look for jobs of dead programs; trying again')
      told = true
      lookIn(1)
    }
  }
  const freeJobs = async (client: Client) => {
    if (performance.now() < patientUntil) return
    const { rows } = await client.query<{ id: string }>(
      `
      select distinct locked_by as id from (
        select locked_by, locked_at from graphile_worker._private_jobs where locked_by is not null
        union all select locked_by, locked_at from graphile_worker._private_job_queues where locked_by is not null) taken
      where locked_at < now() - interval '${GRACE_SECONDS} seconds' and locked_by <> all($1::text[])
        and pg_try_advisory_xact_lock(hashtextextended(locked_by, ${SPACE}))`,
      [[...alive]],
    )
    if (rows.length === 0) return
    const dead = rows.map(({ id }) => id)
    await client.query(GIVE_BACK, [dead])
    await client.query('select graphile_worker.force_unlock_workers($1::text[])', [dead])
    log.info({ workers: rows.length }, 'freed jobs of workers that ended suddenly')
  }
  // One connection, one look at a time.
  let line: Promise<void> = Promise.resolve()
  const look = () => (line = line.then(lookOnce))
  function later(seconds: number, run: () => void): void {
    if (stopped) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      run()
    }, seconds * 1000).unref()
    timers.add(timer)
  }
  function lookIn(seconds: number): void {
    later(seconds, () => void look())
  }

  await look()
  // A program killed a moment before this start holds jobs younger than the grace: look again soon.
  lookIn(GRACE_SECONDS + 1)
  const often = setInterval(() => void look(), EVERY_SECONDS * 1000).unref()
  return {
    hold(id) {
      alive.add(id)
      void look()
    },
    release(id) {
      later(LINGER_SECONDS, () => {
        alive.delete(id)
        void look()
      })
    },
    async stop() {
      await line
      stopped = true
      clearInterval(often)
      for (const timer of timers) clearTimeout(timer)
      await session?.client.end().catch(() => {})
    },
  }
}
