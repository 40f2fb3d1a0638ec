/** Owns telling facts again: to one subscriber from a moment on, and the deliveries and jobs that were given up. */
import { sql, type Kysely } from 'kysely'
import { recordEvent } from '../audit/record.ts'
import { isId } from '../database/id.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandAdmin } from '../permission/policy.ts'
import type { Work } from '../kernel/work.ts'

export interface Replay {
  /** The subscriber: a plugin's name. */
  to: string
  from: Date
  until?: Date
  /** Only facts of this unit; null: only those of no unit. */
  unitId?: Id | null
  /** Only these facts. Those the plugin does not listen to are left out at delivery. */
  names?: readonly string[]
}

/**
 * Tells a subscriber again what happened from a moment on, in the old order per ticket, as far as facts are kept (90 days).
 * It is told only of units where it is on now. What it has heard already it hears twice: subscribers bear that. Answers how
 * many facts go out.
 */
export async function replayFacts(work: Work, { to, from, until, unitId, names }: Replay): Promise<number> {
  demandAdmin(work.actor)
  const where = sql.join(
    [
      sql`f.created_at >= ${from}`,
      ...(until ? [sql`f.created_at < ${until}`] : []),
      ...(unitId === undefined ? [] : [sql`f.unit_id is not distinct from ${unitId}`]),
      ...(names ? [sql`f.name = any(${names}::text[])`] : []),
    ],
    sql` and `,
  )
  const { rows } = await sql<{ count: string }>`
    select count(graphile_worker.add_job(identifier => 'fact/deliver', payload => json_build_object('fact', told.id::text, 'subscriber', ${to}::text),
      queue_name => 'fact/' || ${to}::text || '/' || told.ticket_id))
    from (select f.id, f.ticket_id from fact f where ${where} order by f.id) told`.execute(work.db)
  return Number(rows[0]!.count)
}

/** A job that was tried as often as it may be. */
export interface DeadJob {
  id: Id
  task: string
  payload: Record<string, unknown>
  error: string | null
  attempts: number
  createdAt: Date
  failedAt: Date
  /** For a fact that could not be delivered: which one, to whom. */
  fact: { id: Id; name: string; ticketId: Id | null; ticketNumber: string | null; unitId: Id | null; subscriber: string } | null
}

/** Jobs and deliveries that were given up, the latest first, 1000 at most. */
export async function listDeadJobs(db: Kysely<Database>): Promise<DeadJob[]> {
  const { rows } = await sql<DeadJob>`
    select j.id::text as id, t.identifier as task, j.payload, j.last_error as error, j.attempts, j.created_at as "createdAt", j.updated_at as "failedAt",
      case when f.id is not null then json_build_object('id', f.id::text, 'name', f.name, 'ticketId', f.ticket_id::text,
        'ticketNumber', (select number from ticket where id = f.ticket_id), 'unitId', f.unit_id::text,
        'subscriber', j.payload->>'subscriber') end as fact
    from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      left join fact f on f.id = case when t.identifier = 'fact/deliver' then (j.payload->>'fact')::bigint end
    where j.attempts >= j.max_attempts and j.locked_at is null
    order by j.updated_at desc, j.id desc limit 1000`.execute(db)
  return rows
}

/** Tries a given-up job again, as often as at first. Error: `not-found`. */
export async function retryDeadJob(work: Work, id: Id): Promise<void> {
  demandAdmin(work.actor)
  await demandDead(work, id)
  await sql`select graphile_worker.reschedule_jobs(array[${id}::bigint], run_at => now(), attempts => 0)`.execute(work.db)
}

/** Tries all of them again; answers which. */
export async function retryDeadJobs(work: Work): Promise<Id[]> {
  demandAdmin(work.actor)
  const { rows } = await sql<{ id: Id }>`
    select (graphile_worker.reschedule_jobs(array(
      select id from graphile_worker._private_jobs where attempts >= max_attempts and locked_at is null), run_at => now(), attempts => 0)).id`.execute(
    work.db,
  )
  return rows.map((row) => row.id)
}

/** Gives a job up for good. Error: `not-found`. */
export async function dropDeadJob(work: Work, id: Id): Promise<void> {
  demandAdmin(work.actor)
  await demandDead(work, id)
  await sql`select graphile_worker.complete_jobs(array[${id}::bigint])`.execute(work.db)
  recordEvent(work, { kind: 'admin-changed', object: { type: 'job', id }, before: { 'given-up': true }, after: null })
}

async function demandDead(work: Work, id: Id): Promise<void> {
  const { rows } = isId(id)
    ? await sql`
    select 1 from graphile_worker._private_jobs where id = ${id} and attempts >= max_attempts and locked_at is null for update`.execute(
        work.db,
      )
    : { rows: [] }
  if (rows.length === 0) throw refused('not-found')
}
