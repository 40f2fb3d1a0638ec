/** Owns pomoc's listener alone: a program without pages and jobs, so that accepting is measured and nothing else. */
import { openDatabase } from '../../core/database/database.ts'
import { loadConfig } from '../../core/machine/config.ts'
import { makeActivation } from '../../core/kernel/activation.ts'
import { makeKernel } from '../../core/run/host.ts'
import { startLive } from '../../core/kernel/live.ts'
import { loadPlugins } from '../../core/run/load-plugins.ts'
import { makeLog } from '../../core/machine/log.ts'
import { findPlugin } from '../../core/run/plugins.ts'

export async function runListener(): Promise<void> {
  const config = await loadConfig()
  const log = makeLog(config.logLevel)
  const { db } = await openDatabase(config.databaseUrl!, { max: config.databaseConnections, log })
  const live = await startLive(config.databaseUrl!, log)
  const plugins = await loadPlugins(['smtp-receiver'], (name) => findPlugin(name))
  let port = 0
  const kernel = makeKernel({
    config,
    db,
    log,
    clock: () => new Date(),
    live,
    plugins,
    activation: makeActivation(db, live, new Map()),
    announce: (_name, address) => {
      port = Number(new URL(address).port)
    },
  })
  await plugins[0]!.start?.(kernel.hostOf(plugins[0]!))
  process.send!({ smtp: port })
}
