/** Owns the host: what one running program gives each of its plugins, and how facts reach their subscribers. */
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Database } from '../database/schema.ts'
import type { Activation } from './activation.ts'
import type { Host } from './contract.ts'
import type { Fact, FactName } from './facts.ts'
import { insertJobs } from './jobs.ts'
import type { Live } from './live.ts'
import type { AnyPlugin } from './load-plugins.ts'
import type { RunnableJob } from './run-jobs.ts'
import { readSettings } from './settings.ts'
import { makeSlots, type SlotFill } from './slots.ts'
import { runWork } from './work.ts'

export interface Kernel {
  /** Core's own host; its settings are core's. */
  host: Host
  hostOf(plugin: AnyPlugin): Host
  plugins: AnyPlugin[]
  /** Every job of plugins, and the delivery of facts. Core's own jobs are added by main. */
  jobs: Map<string, RunnableJob>
}

export function makeKernel(room: {
  config: Config; db: Kysely<Database>; log: Logger; clock: () => Date; live: Live; plugins: AnyPlugin[]; activation: Activation
  announce: (name: string, address: string) => void
}): Kernel {
  const { config, db, log, clock, live, plugins, activation, announce } = room
  const fills = new Map<string, { plugin: string; fill: SlotFill }[]>()
  for (const plugin of plugins) {
    for (const [place, fill] of Object.entries(plugin.slots ?? {}) as [string, SlotFill][]) {
      fills.set(place, [...(fills.get(place) ?? []), { plugin: plugin.name, fill }])
    }
  }
  const listening = new Map<string, string[]>()
  for (const plugin of plugins) {
    for (const fact of Object.keys(plugin.on ?? {})) listening.set(fact, [...(listening.get(fact) ?? []), plugin.name])
  }
  const workRoom = { db, config, clock, subscribers: (fact: string) => listening.get(fact) ?? [] }
  const slots = makeSlots(fills, log)
  const make = (owner: string, settings: AnyPlugin['settings']): Host => ({
    config, db, clock, slots, live, announce, plugins,
    log: log.child({ plugin: owner }),
    work: (actor, run) => runWork(workRoom, actor, run),
    settings: (unitId) => readSettings(db, owner, settings ?? {}, unitId),
    active: (unitId) => activation.active(owner, unitId),
    enqueue: (job) => insertJobs(db, [job]),
  })
  const hosts = new Map(plugins.map((plugin) => [plugin.name, make(plugin.name, plugin.settings)]))
  const jobs = new Map<string, RunnableJob>()
  for (const plugin of plugins) {
    for (const [name, job] of Object.entries(plugin.jobs ?? {})) {
      jobs.set(name, { ...(job.cron ? { cron: job.cron } : {}), run: (payload) => job.run(payload, hosts.get(plugin.name)!) })
    }
  }
  jobs.set('fact/deliver', {
    run: async (payload) => {
      const plugin = plugins.find((p) => p.name === payload['subscriber'])
      const fact = await findFact(db, String(payload['fact']))
      const handler = fact && plugin?.on?.[fact.name]
      // Asked again at delivery: what was switched off meanwhile is no longer told.
      if (fact && plugin && handler && (!fact.unitId || await activation.active(plugin.name, fact.unitId))) {
        await handler(fact, hosts.get(plugin.name)!)
      }
    },
  })
  return { host: make('core', {}), hostOf: (plugin) => hosts.get(plugin.name)!, plugins, jobs }
}

async function findFact(db: Kysely<Database>, id: string): Promise<Fact | undefined> {
  const row = await db.selectFrom('fact').selectAll().where('id', '=', id).executeTakeFirst()
  return row && {
    id: row.id, name: row.name as FactName, ticketId: row.ticket_id, unitId: row.unit_id, personId: row.person_id,
    act: row.act_id, data: row.data, createdAt: row.created_at,
  }
}
