/** Owns the host: what one running program gives each of its plugins, and the wiring of everything they extend. */
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Config } from '../machine/config.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { asMailExtensions, type MailExtensions } from '../mail/judge/run-extensions.ts'
import { orderSteps } from '../mail/judge/step-order.ts'
import { tryMail, type TryEnvelope } from '../mail/inbound/try-mail.ts'
import { system } from '../kernel/actor.ts'
import type { Role } from '../machine/roles.ts'
import type { Activation } from '../kernel/activation.ts'
import type { Here, Host } from '../kernel/contract.ts'
import { coreSettings } from '../kernel/settings/core-settings.ts'
import { keepFaults, vital, type Faults } from '../kernel/faults.ts'
import { currentCall, limitOf, makeGate, toldAlready } from '../kernel/gate.ts'
import { makeGuards } from '../kernel/guards.ts'
import { makeChoices } from '../ticket/acts/choices.ts'
import { insertJobs } from '../kernel/jobs/jobs.ts'
import type { Live } from '../kernel/live.ts'
import type { AnyPlugin } from './load-plugins.ts'
import { makeLinkKinds } from '../link/kinds.ts'
import { makeLogins } from '../kernel/logins.ts'
import { makeMount, type Mount, type Route } from '../kernel/mount.ts'
import { makeApiMount, type ApiMount } from '../kernel/mount-api.ts'
import { jobsByClock, pluginJobs } from '../kernel/jobs/plugin-jobs.ts'
import { ADMINISTERED, makeMemory, TICKETS } from './memory.ts'
import { makeRegistry } from './registry.ts'
import type { RunnableJob } from '../kernel/jobs/run-jobs.ts'
import { noteOver } from '../administration/limit-reached.ts'
import { makeSearch } from '../kernel/search.ts'
import { readSettings, type Setting } from '../kernel/settings/settings.ts'
import { makeSlots, type Fills, type SlotFill } from '../kernel/slots.ts'
import { startPlugins } from '../kernel/start-plugins.ts'
import { foretell } from '../ticket/clock/foretell.ts'
import { clockStopped } from '../ticket/clock/jobs.ts'
import { makeTicketReader } from '../ticket/ticket-reader.ts'
import { runWork, type Extensions, type WorkRoom } from '../kernel/work.ts'

export interface Kernel {
  /** Core's own host; its settings are core's. */
  host: Host
  /** The same for jobs, on the connections that are for mail and jobs. */
  jobHost: Host
  hostOf(plugin: AnyPlugin): Host
  plugins: AnyPlugin[]
  /** Adds the plugins' pages to the web application, after core's own. */
  mount: Mount
  /** Adds the plugins' routes for programs, before anything that asks who is logged in. */
  mountApi: ApiMount
  /** Every job of plugins, and the delivery of facts. Core's own jobs are added by main. */
  jobs: Map<string, RunnableJob>
  /** What plugins have to say about mails. */
  mail: MailExtensions
  faults: Faults
  /** Starts the plugins that belong to these roles one after another; answers how each is stopped. */
  start(roles: ReadonlySet<Role>): Promise<(() => Promise<void>)[]>
}

export function makeKernel(room: {
  config: Config
  db: Kysely<Database>
  log: Logger
  clock: () => Date
  live: Live
  plugins: AnyPlugin[]
  activation: Activation
  announce: (name: string, address: string) => void
  /** A pool of their own for plugins that may fail: what hangs there takes nothing from core. */
  pluginDb?: Kysely<Database>
  /** Connections of their own for mail and jobs, and for logging in; absent: `db` for all. */
  mailDb?: Kysely<Database>
  loginDb?: Kysely<Database>
}): Kernel {
  const { config, db, log, clock, live, plugins, activation, announce, mailDb = db } = room
  const listening = new Map<string, string[]>()
  for (const plugin of plugins) {
    for (const fact of Object.keys(plugin.on ?? {})) listening.set(fact, [...(listening.get(fact) ?? []), plugin.name])
  }
  const faults = keepFaults({
    log,
    work: (run) => runWork(workRoom, system('plugins'), run),
    mortal: (name) => !plugins.some((plugin) => plugin.name === name && vital(plugin)),
  })
  const gate = makeGate(config.pluginSeconds, faults.tell)
  const trespass = (plugin: string, unitId: Id): Error => {
    const call = currentCall()?.call
    gate.tell(
      { plugin, kind: call?.kind ?? 'job', name: call?.name ?? 'start', unitId: call?.unitId ?? null },
      new Error(`it reached for a ticket of unit ${unitId}, where it is off`),
    )
    // Absent for it, as for a person who may not see it.
    const error = refused('not-found')
    toldAlready.add(error)
    return error
  }
  const here = (plugin: AnyPlugin, unitId: Id, from = db): Here => {
    let read: ReturnType<Here['settings']> | undefined
    return { unitId, host: hostOf(plugin), settings: () => (read ??= readSettings(from, plugin.name, plugin.settings ?? {}, unitId)) }
  }
  const memory = makeMemory(live, ADMINISTERED)
  const figures = makeMemory(live, TICKETS)
  const choices = makeChoices({
    plugins,
    gate,
    activation,
    limitMs: limitOf(config.pluginSeconds, 'guard'),
    here,
    hostOf: (plugin) => hostOf(plugin),
  })
  const extensions: Extensions = {
    narrows: choices.concerns,
    narrow: choices.narrow,
    remembered: (key, read) => memory.remembered(`core ${key}`, read),
    forget: (administered) => {
      figures.forget()
      if (administered) memory.forget()
    },
    on: (from, unitId, fresh) => {
      const read = () => activation.on(from, unitId)
      return fresh ? read() : memory.remembered(`core on ${unitId ?? ''}`, read)
    },
    scope: activation.scope,
    trespass,
    askGuards: makeGuards({
      plugins,
      gate,
      limitMs: limitOf(config.pluginSeconds, 'guard'),
      here: (plugin, unitId, work) => here(plugin, unitId, work.db),
    }),
  }
  const workRoom: WorkRoom = {
    db,
    config,
    clock,
    subscribers: (fact) => listening.get(fact) ?? [],
    extensions,
    noteOver: (over, actor) => runWork(workRoom, actor, (work) => noteOver(work, over)),
  }

  const fills = fillsByPlace(plugins)
  const [routes, api]: [Route[], Route[]] = [[], []]
  const steps = orderSteps(plugins)
  const slots = makeSlots(fills, gate, activation, here)
  const search = makeSearch({ plugins, gate, activation, here })
  const linkKinds = makeLinkKinds({ plugins, gate, activation, here })
  const registry = makeRegistry({ plugins, fills, steps, activation, routes, api })

  const logins = makeLogins({
    plugins,
    gate,
    activation,
    hostOf: (plugin) => hostOf(plugin),
    ...(room.loginDb ? { own: { db: room.loginDb, work: (actor, run) => runWork({ ...workRoom, db: room.loginDb! }, actor, run) } } : {}),
  })
  const mail = asMailExtensions({ plugins, steps, gate, activation, limitMs: limitOf(config.pluginSeconds, 'mail step'), here })

  const shared = {
    config,
    clock,
    slots,
    live,
    search,
    linkKinds,
    choices: { narrows: choices.narrows, ask: choices.ask },
    logins,
    plugins,
    registry,
    announce,
    tryMail: (raw: Buffer, envelope: TryEnvelope) => tryMail(core, raw, envelope, mail),
    foretell: () =>
      foretell(
        core,
        jobsByClock(plugins).map(({ plugin, job }) => ({ host: hostOf(plugin), run: (trial) => job.run({}, trial) })),
      ),
  }
  // Each who asks gets an object or a list of their own: what they do to it is not what others are told.
  const keptSettings =
    (from: Kysely<Database>, owner: string, declared: Record<string, Setting>): Host['settings'] =>
    async (unitId) => ({
      ...(await memory.remembered(`settings of ${owner} ${unitId ?? ''}`, () => readSettings(from, owner, declared, unitId))),
    })
  const core: Host = {
    ...shared,
    db,
    log: log.child({ plugin: 'core' }),
    work: (actor, run, act) => runWork(workRoom, actor, run, act),
    tickets: makeTicketReader(db, async () => {}),
    settings: keptSettings(db, 'core', coreSettings),
    active: async () => true,
    units: () => activation.units('core'),
    remembered: (key, read) => memory.remembered(`core ${key}`, read),
    whileTicketsStand: (key, read) => figures.remembered(`core ${key}`, read),
    enqueue: (job) => insertJobs(db, [job]),
  }
  const jobHost: Host = {
    ...core,
    db: mailDb,
    work: (actor, run, act) => runWork({ ...workRoom, db: mailDb }, actor, run, act),
    tickets: makeTicketReader(mailDb, async () => {}),
    settings: keptSettings(mailDb, 'core', coreSettings),
    enqueue: (job) => insertJobs(mailDb, [job]),
  }
  const hostFor = (plugin: AnyPlugin): Host => {
    const own = room.pluginDb && !vital(plugin) ? room.pluginDb : plugin.startsIn === 'smtp' || plugin.startsIn === 'jobs' ? mailDb : db
    const demandReach = async (unitId: Id) => {
      if (plugin.scope === 'unit' && !(await activation.active(plugin.name, unitId))) throw trespass(plugin.name, unitId)
    }
    return {
      ...shared,
      db: own,
      live: lentLive(live, (error) => gate.tell({ plugin: plugin.name, kind: 'fact', name: 'live notice', unitId: null }, error)),
      log: log.child({ plugin: plugin.name }),
      tickets: makeTicketReader(own, demandReach),
      work: (actor, run, act) => {
        const call = currentCall()
        if (call?.call.kind === 'guard' || call?.call.kind === 'mail step') {
          throw new Error(`a ${call.call.kind} has its work already: host.work would wait for the act that asks it`)
        }
        return runWork({ ...workRoom, db: own, plugin: plugin.name, ...(call ? { cutOff: call.cutOff } : {}) }, actor, run, act)
      },
      settings: keptSettings(own, plugin.name, plugin.settings ?? {}),
      active: (unitId) => activation.active(plugin.name, unitId),
      units: async () => [...(await memory.remembered(`units of ${plugin.name}`, () => activation.units(plugin.name)))],
      remembered: (key, read) => memory.remembered(`${plugin.name} ${key}`, read),
      whileTicketsStand: (key, read) => figures.remembered(`${plugin.name} ${key}`, read),
      enqueue: (job) => insertJobs(own, [job]),
    }
  }
  const hosts = new Map(plugins.map((plugin) => [plugin.name, hostFor(plugin)]))
  const hostOf = (plugin: AnyPlugin): Host => hosts.get(plugin.name)!

  return {
    host: core,
    jobHost,
    hostOf,
    plugins,
    faults,
    mount: makeMount({ plugins, db, gate, activation, hostOf, routes, api }),
    mountApi: makeApiMount({ plugins, db, gate, activation, hostOf, here, routes: api }),
    jobs: pluginJobs({ plugins, db: mailDb, gate, activation, hostOf, clockStopped: () => clockStopped(mailDb) }),
    mail,
    start: (roles) =>
      startPlugins({ plugins: plugins.filter(({ startsIn }) => startsIn === undefined || roles.has(startsIn)), gate, hostOf, log }),
  }
}

/** A listener that throws would end the whole program: it is called from the database's connection. */
function lentLive(live: Live, tell: (error: unknown) => void): Live {
  return {
    subscribe: (listener) =>
      live.subscribe((notice) => {
        void (async () => listener(notice))().catch(tell)
      }),
    stop: async () => {},
  }
}

/** By place, in order; of equal order in that of loading. */
function fillsByPlace(plugins: readonly AnyPlugin[]): Fills {
  const fills = new Map<string, { plugin: AnyPlugin; fill: SlotFill }[]>()
  for (const plugin of plugins) {
    for (const [place, fill] of Object.entries((plugin.slots ?? {}) as Record<string, SlotFill>)) {
      fills.set(
        place,
        [...(fills.get(place) ?? []), { plugin, fill }].toSorted((a, b) => a.fill.order - b.fill.order),
      )
    }
  }
  return fills
}
