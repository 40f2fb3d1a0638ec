/** Owns the door `pomoc/testing`, what a plugin's own tests may use: a whole pomoc that runs the plugin, on a database and ports of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, type PartialConfig } from './machine/config.ts'
import type { Database, Id } from './database/schema.ts'
import { setActivation } from './administration/plugin-admin.ts'
import { openDatabase } from './database/database.ts'
import { makeActivation } from './kernel/activation.ts'
import type { Host } from './kernel/contract.ts'
import { startLive } from './kernel/live.ts'
import { makeKernel, type Kernel } from './run/host.ts'
import type { AnyPlugin } from './run/load-plugins.ts'
import { makeLog } from './machine/log.ts'
import { boot } from './run/main.ts'
import { system } from './kernel/actor.ts'
import type { Kysely } from 'kysely'
import { ROOT_UNIT } from './unit/tree.ts'

export interface Running {
  host: Host
  kernel: Kernel
  db: Kysely<Database>
  /** Where its pages are: http://localhost:… */
  url: string
  /** Switches a plugin on or off in a unit; without a unit, in all of them. */
  switch(plugin: string, active: boolean, unitId?: Id): Promise<void>
  /** Asks again and again until the answer is not undefined; gives up after ten seconds. */
  until<T>(what: () => Promise<T | undefined>): Promise<T>
  stop(): Promise<void>
}

/** A host on a database that is there, in this process alone and without pages, mail and jobs: what a command of a plugin is handed. Its tables are the caller's affair. */
export async function hostOn(
  databaseUrl: string,
  { dataDir, plugins = [] }: { dataDir: string; plugins?: readonly AnyPlugin[] },
): Promise<{ host: Host; stop(): Promise<void> }> {
  const config = await loadConfig({ env: { POMOC_MAIL_ADDRESS: 'pomoc@uni.example', POMOC_DATA_DIR: dataDir, POMOC_LOG_LEVEL: 'silent' } })
  const log = makeLog('silent')
  const database = await openDatabase(databaseUrl)
  const live = await startLive(databaseUrl, log)
  const activation = makeActivation(database.db, live, new Map(plugins.map(({ name, scope }) => [name, scope])))
  const { host } = makeKernel({
    config,
    db: database.db,
    log,
    clock: () => new Date(),
    live,
    plugins: [...plugins],
    activation,
    announce: () => {},
  })
  return {
    host,
    async stop() {
      await live.stop()
      await database.close()
    },
  }
}

/** Starts pomoc with its own plugins and those named here: folders, or packages. It takes a few seconds, so once a file. */
export async function startPomoc({ plugins, config = {} }: { plugins: string[]; config?: Partial<PartialConfig> }): Promise<Running> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pomoc-plugin-'))
  const base = await loadConfig({ env: { POMOC_DATA_DIR: dataDir, POMOC_HTTP_PORT: '0', POMOC_SMTP_PORT: '0', POMOC_LOG_LEVEL: 'error' } })
  const program = await boot({
    config: { ...base, ...(config as object), plugins: ['desk', 'portal', 'admin', 'smtp-receiver', ...plugins] },
    log: makeLog('error'),
  })
  const { host, kernel } = program
  return {
    host,
    kernel,
    db: host.db,
    url: program.addresses.get('web')!,
    switch: (plugin, active, unitId = ROOT_UNIT) => host.work(system('test'), (work) => setActivation(work, plugin, unitId, active)),
    async until(what) {
      for (let left = 200; left > 0; left--) {
        const answer = await what()
        if (answer !== undefined) return answer
        await new Promise((resolve) => {
          setTimeout(resolve, 50)
        })
      }
      throw new Error('it did not come about within ten seconds')
    },
    async stop() {
      await program.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
