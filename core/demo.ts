/** Owns the command `demo`: a database of its own, beside the one in use, filled once by the plugin of that name. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { BootError } from './boot-error.ts'
import { loadConfig, type Config } from './config.ts'
import { connectDatabase } from './database/connect.ts'
import type { Host } from './kernel/contract.ts'
import type { Log } from './log.ts'
import { boot, type Program } from './main.ts'
import { findPlugin } from './plugins.ts'
import { dropPrivileges } from './privileges.ts'

/** What the plugin `demo` exports beside its definition; found by name, for core knows no plugin. */
interface DemoPlugin {
  /** Fills an empty database; answers whether it was empty. */
  fill(host: Host, wish: { tickets: number; now: Date }): Promise<boolean>
  /** Who can log in, one line each. */
  logins(): string[]
}

export interface DemoOptions {
  /** Throws the last demo's data away first. */
  fresh: boolean
  tickets: number
}

/** The site's configuration, but for what would mix the demo up with the real thing: data, addresses, outgoing mail. */
export async function demoConfig(): Promise<Config> {
  const { databaseUrl: _real, smarthostUrl: _none, ...config } = await loadConfig()
  return {
    ...config, dataDir: `${config.dataDir}-demo`, mailAddress: 'pomoc@uni.example', mail: { ...config.mail, fromName: 'Pomoc', hostname: 'uni.example' },
  }
}

export async function startDemo({ fresh, tickets }: DemoOptions, config: Config, log: Log): Promise<Program> {
  if (fresh) await forget(config)
  const plugin = (await findPlugin('demo')) as DemoPlugin
  return boot({
    config, log, whenBound: dropPrivileges,
    prepare: async (host) => {
      const filled = await plugin.fill(host, { tickets, now: host.clock() })
      return [...filled ? [] : ['The university of the last demo is still there: "npm run demo -- --fresh" makes it anew.'], ...plugin.logins()]
    },
  })
}

/** A number of tickets as somebody typed it. */
export function ticketCount(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 1 && count <= 10_000_000) return count
  throw new BootError(`--tickets is ${JSON.stringify(text)}: write a whole number from 1 to 10000000.`)
}

async function forget({ dataDir, ...config }: Config): Promise<void> {
  if (!existsSync(dataDir)) return
  // Opened once, so that a demo that runs is refused and a server left behind ends.
  const database = await connectDatabase({ ...config, dataDir })
  await database.close()
  await rm(dataDir, { recursive: true })
}
