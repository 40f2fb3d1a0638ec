/** Owns jobs: asking for them inside a transaction, and running them. graphile-worker stays behind this door. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../../database/schema.ts'

export interface JobRequest {
  task: string
  payload: Record<string, unknown>
  /** A second request with the same key replaces the first while it waits. */
  key?: string
  /** Jobs of one named queue run one after another. */
  queue?: string
  /** From now on, by the database's clock. */
  delaySeconds?: number
  maxAttempts?: number
  /** A task of FRESH_TASKS whose key is made of a row's id that this transaction makes: no job can have it yet. */
  fresh?: boolean
  /** Only if no job has this key yet, also none that is running. */
  unlessThere?: boolean
}

/** Condition on a table whose rows have jobs with the key `<prefix><id>`: this row has none, neither waiting nor running. */
export const withoutJob = (prefix: string, table: string) => sql<boolean>`
  not exists (select 1 from graphile_worker.jobs j where j.key = ${prefix}::text || ${sql.ref(`${table}.id`)})`

/** Adds jobs in the caller's transaction: they exist if and only if it commits. */
export async function insertJobs(db: Kysely<Database>, jobs: readonly JobRequest[]): Promise<void> {
  if (jobs.length === 0) return
  await sql`with ${addingJobs(jobs)} ${countingJobs}`.execute(db)
}

/** Tasks whose jobs may be `fresh`; `migrateJobs` makes them known to the database. */
export const FRESH_TASKS = ['mail/process', 'mail/send'] as const

/** CTEs that add the jobs, the last one `asked (id)`; for statements that do more in the same round trip. */
export function addingJobs(jobs: readonly JobRequest[]): RawBuilder<unknown> {
  const given = (list: readonly JobRequest[]) =>
    sql`jsonb_to_recordset(${JSON.stringify(
      list.map((job) => ({
        task: job.task,
        payload: job.payload,
        queue: job.queue ?? null,
        key: job.key ?? null,
        delay: job.delaySeconds ?? 0,
        attempts: job.maxAttempts ?? ATTEMPTS,
        mode: job.unlessThere ? 'unsafe_dedupe' : 'replace',
      })),
    )}::jsonb) as j(task text, payload json, queue text, key text, delay double precision, attempts smallint, mode text)`
  const runAt = sql`case when j.delay > 0 then now() + make_interval(secs => j.delay) end`
  const fresh = jobs.filter((job) => job.fresh)
  const others = jobs.filter((job) => !job.fresh)
  return sql.join([
    ...(fresh.length > 0
      ? [sql`fresh_jobs as (${addingFresh(sql`select j.task, j.payload, j.key, ${runAt} as run_at, j.attempts from ${given(fresh)}`)})`]
      : []),
    ...(others.length > 0
      ? [
          sql`other_jobs as (
      select (graphile_worker.add_job(identifier => j.task, payload => j.payload, queue_name => j.queue, job_key => j.key, run_at => ${runAt},
        max_attempts => j.attempts, job_key_mode => j.mode)).id from ${given(others)})`,
        ]
      : []),
    sql`asked as (${sql.join(
      [...(fresh.length > 0 ? [sql`select id from fresh_jobs`] : []), ...(others.length > 0 ? [sql`select id from other_jobs`] : [])],
      sql` union all `,
    )})`,
  ])
}

/** graphile-worker's own default. */
export const ATTEMPTS = 25

/**
 * Adds jobs that replace none, as rows (task, payload, key, run_at, attempts): graphile-worker's `add_job` looks through all
 * waiting jobs for each key, which costs half a millisecond with an empty table and far more with a full one. Workers are
 * woken by `countingJobs`. A task that the database does not know fails (23502): what asked for the job is undone with it.
 */
export const addingFresh = (given: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  insert into graphile_worker._private_jobs (task_id, payload, key, run_at, max_attempts)
  select t.id, f.payload, f.key, coalesce(f.run_at, now()), f.attempts
  from (${given}) f left join graphile_worker._private_tasks t on t.identifier = f.task
  returning id`

/** Ends a statement with a CTE `asked (id)`: how many were added, and word to the workers, who hear it with the commit. */
export const countingJobs = sql`
  select *, case when a.added > 0 then pg_notify('jobs:insert', json_build_object('r', random(), 'count', a.added)::text) end as told
  from (select count(id) as added from asked) a`
