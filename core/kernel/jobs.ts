/** Owns jobs: asking for them inside a transaction, and running them. graphile-worker stays behind this door. */
import { sql, type Kysely } from 'kysely'
import type { Database } from '../database/schema.ts'

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
  /** Only if no job has this key yet, also none that is running. */
  unlessThere?: boolean
}

/** Condition on a table whose rows have jobs with the key `<prefix><id>`: this row has none, neither waiting nor running. */
export const withoutJob = (prefix: string, table: string) => sql<boolean>`
  not exists (select 1 from graphile_worker.jobs j where j.key = ${prefix}::text || ${sql.ref(`${table}.id`)})`

/** Adds jobs in the caller's transaction: they exist if and only if it commits. */
export async function insertJobs(db: Kysely<Database>, jobs: JobRequest[]): Promise<void> {
  if (jobs.length === 0) return
  const rows = jobs.map((job) => ({
    task: job.task, payload: job.payload, queue: job.queue ?? null, key: job.key ?? null,
    delay: job.delaySeconds ?? 0, attempts: job.maxAttempts ?? 25,
    mode: job.unlessThere ? 'unsafe_dedupe' : 'replace',
  }))
  await sql`
    select graphile_worker.add_job(
      identifier => j.task, payload => j.payload, queue_name => j.queue, job_key => j.key,
      run_at => case when j.delay > 0 then now() + make_interval(secs => j.delay) end, max_attempts => j.attempts,
      job_key_mode => j.mode)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as j(task text, payload json, queue text, key text, delay double precision, attempts integer, mode text)`.execute(db)
}
