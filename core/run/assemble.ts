/** Owns what the program and its commands have in common: database, plugins, and the kernel that joins them. */
import type { Config } from '../machine/config.ts'
import { connectDatabase } from '../database/connect.ts'
import { openDatabase, type OpenDatabase } from '../database/database.ts'
import { openPools, shareOut, type PoolName } from '../database/pools.ts'
import { migrateOwners, ownersOf } from '../backup/migrate-all.ts'
import { makeActivation } from '../kernel/activation.ts'
import { NEVER_SUSPENDED, vital } from '../kernel/faults.ts'
import { makeKernel, type Kernel } from './host.ts'
import { startLive } from '../kernel/live.ts'
import { loadPlugins, type AnyPlugin } from './load-plugins.ts'
import type { Log } from '../machine/log.ts'
import { findPlugin, inProject } from './plugins.ts'

export interface Assembly {
  kernel: Kernel
  database: OpenDatabase
  /** By what they are for; a command has one for all. */
  pools: Record<PoolName, OpenDatabase>
  /** Where plugins listen. */
  addresses: Map<string, string>
  /** What was started, to be stopped in reverse. */
  started: (() => Promise<void>)[]
}

/** For starting, for health and figures: whatever pages, mail and logins are busy with, these are answered. */
const OWN_CONNECTIONS = 3

/** `share`: a command may work beside a pomoc that is running. Nothing is left running when it fails. */
export async function assemble(
  config: Config,
  {
    log,
    clock = () => new Date(),
    share = false,
  }: {
    log: Log
    clock?: () => Date
    share?: boolean
  },
): Promise<Assembly> {
  const plugins = await loadPlugins(config.plugins, (name) => findPlugin(name, config.dir))
  for (const plugin of plugins) plugin.checkConfig?.(config)
  const started: (() => Promise<void>)[] = []
  try {
    const shares = shareOut(config.databaseConnections, { web: config.only.includes('web') })
    const database = await connectDatabase(config, { log, share, ...(share ? {} : { max: OWN_CONNECTIONS }) })
    started.push(database.close)
    const { url } = database
    await migrateOwners(database, ownersOf(plugins), { log })

    const pools = share
      ? { pages: database, mail: database, logins: database }
      : await openPools(url, shares, { log, pageSeconds: config.http.statementSeconds })
    if (!share) started.push(...Object.values(pools).map((pool) => pool.close))
    const { db } = pools.pages
    const live = await startLive(url, log, share ? [] : config.only)
    started.push(live.stop)
    // What hangs in a plugin that may fail takes no connection from core, and no statement of it goes on for ever.
    const apart = plugins.every(vital)
      ? undefined
      : await openDatabase(url, { max: pluginConnections(config), log, name: 'pomoc plugins', statementSeconds: config.pluginSeconds.page })
    if (apart) started.push(apart.close)
    const addresses = new Map<string, string>()
    const kernel = makeKernel({
      config,
      db,
      log,
      clock,
      live,
      plugins,
      activation: makeActivation(db, live, scopesOf(plugins)),
      ...(apart ? { pluginDb: apart.db } : {}),
      mailDb: pools.mail.db,
      loginDb: pools.logins.db,
      announce: (name, address) => {
        addresses.set(name, address)
      },
    })
    started.push(kernel.faults.settled)
    return { kernel, database, pools, addresses, started }
  } catch (error) {
    for (let end = started.pop(); end; end = started.pop()) await end()
    throw error
  }
}

/** How many connections plugins that may fail have of their own. */
export const pluginConnections = ({ plugins, databaseConnections }: Pick<Config, 'plugins' | 'databaseConnections'>): number =>
  plugins.every((name) => NEVER_SUSPENDED.includes(name) && inProject(name)) ? 0 : Math.ceil(databaseConnections / 2)

export const scopesOf = (plugins: readonly AnyPlugin[]): ReadonlyMap<string, 'unit' | 'installation'> =>
  new Map(plugins.map((plugin) => [plugin.name, plugin.scope]))
