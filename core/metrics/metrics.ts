/** Owns the program's figures for Prometheus: those of this process, and those of the database, asked at most each 15 seconds. */
import type { Kysely } from 'kysely'
import type { Pool } from 'pg'
import prometheus from 'prom-client'
import type { Database } from '../database/schema.ts'
import { LIMITS, listRefused } from '../kernel/limits/limits.ts'
import { version } from '../machine/project.ts'
import type { Stalls } from './stalls.ts'
import { makeMailFlow, readStock } from './stock.ts'

export interface Metrics {
  /** One answered request; `route` is the pattern, never the address. */
  requestEnded(request: { method: string; route: string; status: number; seconds: number }): void
  /** One job that was run. */
  jobEnded(job: { task: string; result: 'done' | 'failed'; seconds: number }): void
  /** The text that Prometheus reads. */
  expose(): Promise<string>
}

export const CONTENT_TYPE = prometheus.Registry.PROMETHEUS_CONTENT_TYPE

const HOUR_MS = 3_600_000
/** The database is asked this seldom, however often somebody looks. */
const FRESH_MS = 15_000

export function makeMetrics({
  db,
  pools,
  clock,
  stalls,
}: {
  db: Kysely<Database>
  /** By what they are for. */
  pools: Record<string, Pool>
  clock: () => Date
  stalls?: Stalls
}): Metrics {
  const registry = new prometheus.Registry()
  prometheus.collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new prometheus.Gauge({ name, help, labelNames, registers: [registry] })
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new prometheus.Counter({ name, help, labelNames, registers: [registry] })
  const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new prometheus.Histogram({ name, help, labelNames, buckets, registers: [registry] })

  gauge('pomoc_build_info', 'Always 1; the label tells the version.', ['version']).set({ version }, 1)
  const requests = histogram(
    'pomoc_http_request_duration_seconds',
    'Time until an answer begins, by route.',
    ['method', 'route', 'status'],
    [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  )
  const jobs = histogram(
    'pomoc_job_duration_seconds',
    'Time that a job took, by task.',
    ['task', 'result'],
    [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60],
  )
  const connections = gauge(
    'pomoc_database_connections',
    'Connections of this process, by what they are for: open, idle among them, and requests waiting for one.',
    ['pool', 'state'],
  )
  const loop = gauge(
    'pomoc_event_loop_delay_seconds',
    'How long this process answered nobody in the last minute: at most (max), and 99 of 100 times it was looked at (p99).',
    ['of'],
  )

  // The same in every process of an installation: take the maximum, not the sum.
  const up = gauge('pomoc_database_up', '1 when the database answered within five seconds.')
  const tickets = gauge('pomoc_tickets_open', 'Tickets that are not closed, by state.', ['state'])
  const inbound = gauge('pomoc_mails_waiting', 'Mails that came and are no tickets yet: accepted, failed, held.', ['state'])
  const outbox = gauge('pomoc_outbox_mails', 'Mails in the outbox: queued, failed.', ['state'])
  const outboxAge = gauge('pomoc_outbox_oldest_seconds', 'Age of the oldest mail that waits to leave.')
  const queue = gauge('pomoc_jobs', 'Jobs: due, later, running, given_up.', ['state'])
  const queueAge = gauge('pomoc_jobs_oldest_seconds', 'How long the oldest due job has waited.')
  const refused = gauge('pomoc_limits_refused', 'What was refused or held back in the last hour, since a limit was reached.', ['limit'])
  const accepted = counter('pomoc_mails_accepted_total', 'Mails accepted by any process since this one started.')
  const processed = counter('pomoc_mails_processed_total', 'What became of mails in any process since this one started.', ['outcome'])

  const flow = makeMailFlow(db, clock())
  let asked = 0
  let asking: Promise<void> | undefined
  const refresh = async () => {
    asked = performance.now()
    try {
      const stock = await readStock(db, clock())
      const set = (gauge: prometheus.Gauge, label: string, values: Record<string, number>) => {
        gauge.reset()
        for (const [value, count] of Object.entries(values)) gauge.set({ [label]: value }, count)
      }
      set(tickets, 'state', stock.tickets)
      set(inbound, 'state', stock.inbound)
      set(outbox, 'state', stock.outbox)
      set(queue, 'state', stock.jobs)
      set(refused, 'limit', Object.fromEntries(Object.keys(LIMITS).map((name) => [name, 0])))
      for (const { name, refused: times } of await listRefused(db, new Date(clock().getTime() - HOUR_MS)))
        refused.set({ limit: name }, times)
      outboxAge.set(stock.outboxAge)
      queueAge.set(stock.jobsAge)
      const { acceptedMails, outcomes } = await flow(clock())
      accepted.inc(acceptedMails)
      for (const [outcome, count] of Object.entries(outcomes)) processed.inc({ outcome }, count)
      up.set(1)
    } catch {
      up.set(0)
    }
  }

  return {
    requestEnded: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    jobEnded: ({ task, result, seconds }) => jobs.observe({ task, result }, seconds),
    async expose() {
      if (asked === 0 || performance.now() - asked >= FRESH_MS) asking ??= refresh().finally(() => (asking = undefined))
      await asking
      const delay = stalls?.lastMinute()
      if (delay) for (const of of ['max', 'p99'] as const) loop.set({ of }, delay[of])
      for (const [name, pool] of Object.entries(pools)) {
        connections.set({ pool: name, state: 'open' }, pool.totalCount)
        connections.set({ pool: name, state: 'idle' }, pool.idleCount)
        connections.set({ pool: name, state: 'waiting' }, pool.waitingCount)
      }
      return registry.metrics()
    },
  }
}
