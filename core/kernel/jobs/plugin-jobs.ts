/** Owns the jobs of plugins and the delivery of facts: through the gate, and only where the plugin is on. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import type { Activation } from '../activation.ts'
import type { Host, Job } from '../contract.ts'
import { delivery, findFact, type Fact } from '../facts.ts'
import type { Gate } from '../gate.ts'
import { insertJobs } from './jobs.ts'
import type { AnyPlugin } from '../../run/load-plugins.ts'
import type { RunnableJob } from './run-jobs.ts'

/** A job of a plugin that is suspended is put off: nobody tells it again, as facts are told. */
const PUT_OFF_SECONDS = 300

interface Room {
  plugins: readonly AnyPlugin[]
  db: Kysely<Database>
  gate: Gate
  activation: Activation
  hostOf(plugin: AnyPlugin): Host
  clockStopped(): Promise<boolean>
}

/** The jobs by which plugins do something to tickets as time goes by. */
export const jobsByClock = (plugins: readonly AnyPlugin[]): { plugin: AnyPlugin; job: Job }[] =>
  plugins.flatMap((plugin) =>
    Object.values((plugin.jobs ?? {}) as Record<string, Job>)
      .filter(({ byClock }) => byClock)
      .map((job) => ({ plugin, job })),
  )

export function pluginJobs(room: Room): Map<string, RunnableJob> {
  const jobs = new Map<string, RunnableJob>()
  for (const plugin of room.plugins) {
    for (const [name, job] of Object.entries((plugin.jobs ?? {}) as Record<string, Job>)) {
      jobs.set(name, { ...(job.cron ? { cron: job.cron } : {}), run: (payload) => runJob(room, plugin, name, job, payload) })
    }
  }
  jobs.set('fact/deliver', { run: (payload) => deliver(room, String(payload['fact']), String(payload['subscriber'])) })
  return jobs
}

async function runJob(
  { db, gate, activation, hostOf, clockStopped }: Room,
  plugin: AnyPlugin,
  name: string,
  job: Job,
  payload: Record<string, unknown>,
): Promise<void> {
  if (job.byClock && (await clockStopped())) return
  const unitId = typeof payload['unitId'] === 'string' ? payload['unitId'] : null
  if (!(await activation.on(db, unitId)).has(plugin.name)) {
    // The clock brings its jobs again by itself (graphile-worker marks them); what is off has no jobs.
    if (!('_cron' in payload) && (await isSuspended(db, plugin.name, unitId)))
      await insertJobs(db, [{ task: name, payload, delaySeconds: PUT_OFF_SECONDS }])
    return
  }
  await gate.call({ plugin: plugin.name, kind: 'job', name, unitId }, () => job.run(payload, hostOf(plugin)))
}

async function isSuspended(db: Kysely<Database>, plugin: string, unitId: Id | null): Promise<boolean> {
  const { rows } = await sql`select 1 from plugin_suspension where plugin = ${plugin} and unit_id is not distinct from ${unitId}`.execute(
    db,
  )
  return rows.length > 0
}

async function deliver({ plugins, db, gate, activation, hostOf }: Room, id: Id, subscriber: string): Promise<void> {
  const plugin = plugins.find((one) => one.name === subscriber)
  const fact = plugin && (await findFact(db, id))
  const handler = fact && (plugin.on?.[fact.name] as ((fact: Fact, host: Host) => Promise<void>) | undefined)
  if (!handler) return
  // Asked again at delivery: what was switched off meanwhile is no longer told, what is suspended is told on resuming.
  const reaches = plugin.scope === 'installation' || fact.unitId !== null
  if (!reaches || !(await activation.on(db, fact.unitId)).has(plugin.name)) return
  const earlier = await waitsForEarlier(db, subscriber, fact)
  if (earlier !== undefined) {
    await insertJobs(db, [{ ...delivery(id, subscriber, fact.ticketId), delaySeconds: earlier }])
    return
  }
  await gate.call({ plugin: plugin.name, kind: 'fact', name: fact.name, unitId: fact.unitId }, () => handler(fact, hostOf(plugin)))
}

/**
 * Earlier facts of the same ticket go first: seconds to wait for one. Those of one moment, as after a replay or a restore, come from the
 * queue in any order: the later one is asked for again, behind them. Given up, a fact holds up nobody.
 */
async function waitsForEarlier(db: Kysely<Database>, subscriber: string, fact: Fact): Promise<number | undefined> {
  if (fact.ticketId === null) return undefined
  const { rows } = await sql<{ seconds: number }>`
    select case when j.run_at > now() then ceil(extract(epoch from j.run_at - now()))::integer + 1 else 0 end as seconds
    from graphile_worker._private_jobs j join graphile_worker._private_job_queues q on q.id = j.job_queue_id
    where q.queue_name = ${`fact/${subscriber}/${fact.ticketId}`} and j.attempts < j.max_attempts
      and (j.payload->>'fact')::bigint < ${fact.id}::bigint
    order by (j.payload->>'fact')::bigint limit 1`.execute(db)
  return rows[0]?.seconds
}
