/** Owns jobs as a backup keeps them: what each asks for and how often it was tried, free of graphile-worker's own tables. */
import type { ClientBase } from 'pg'

const COLUMNS = 'identifier, payload, queue, priority, run_at, attempts, max_attempts, last_error, key, flags, created_at'

/**
 * All jobs that wait, wait for their next try, or were given up. One that is being worked on counts as not begun: it runs
 * again after a restore, as it does after a crash.
 */
export const SAVED_JOBS = `
  select t.identifier, j.payload, q.queue_name as queue, j.priority, j.run_at,
    case when j.locked_at is null then j.attempts else greatest(j.attempts - 1, 0) end as attempts,
    j.max_attempts, j.last_error, j.key, j.flags, j.created_at
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
  order by j.id`

/** Makes the table into which saved jobs are copied, under this name. */
export async function makeSavedJobs(client: ClientBase, table: string): Promise<void> {
  await client.query(`create table ${table} (
    n integer generated always as identity, identifier text, payload json, queue text, priority smallint, run_at timestamptz,
    attempts smallint, max_attempts smallint, last_error text, key text, flags jsonb, created_at timestamptz)`)
}

/** The same table with the columns that are copied into it, for COPY. */
export const savedJobsTarget = (table: string): string => `${table} (${COLUMNS})`

/** Puts the saved jobs into the queue, in their old order. */
export async function addSavedJobs(client: ClientBase, table: string): Promise<void> {
  await client.query(
    `insert into graphile_worker._private_tasks (identifier) select distinct identifier from ${table} on conflict do nothing`,
  )
  await client.query(`insert into graphile_worker._private_job_queues (queue_name)
    select distinct queue from ${table} where queue is not null on conflict do nothing`)
  await client.query(`
    insert into graphile_worker._private_jobs
      (task_id, payload, job_queue_id, priority, run_at, attempts, max_attempts, last_error, key, flags, created_at)
    select t.id, s.payload, q.id, s.priority, s.run_at, s.attempts, s.max_attempts, s.last_error, s.key, s.flags, s.created_at
    from ${table} s join graphile_worker._private_tasks t using (identifier)
      left join graphile_worker._private_job_queues q on q.queue_name = s.queue
    order by s.n`)
}
