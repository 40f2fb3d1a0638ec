/** Owns what commands begin with: the configuration, its database, its plugins. */
import { BootError } from '../machine/boot-error.ts'
import { loadConfig, type Config } from '../machine/config.ts'
import { connectDatabase } from '../database/connect.ts'
import type { OpenDatabase } from '../database/database.ts'
import { ownersOf, type Owner } from '../backup/migrate-all.ts'
import { loadPlugins, type AnyPlugin } from '../run/load-plugins.ts'
import { findPlugin } from '../run/plugins.ts'

export const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Ends a command with a sentence for the operator. */
export function fail(sentence: string): never {
  throw new BootError(sentence)
}

export interface Room {
  config: Config
  database: OpenDatabase
  plugins: AnyPlugin[]
  owners: Owner[]
}

/**
 * Runs a command that works on the database. `alone` refuses while another pomoc uses it, as far as that can be seen;
 * otherwise the command works beside it. Plugins are loaded, not started.
 */
export async function withDatabase(options: { alone?: boolean }, run: (room: Room) => Promise<void>): Promise<void> {
  const config = await loadConfig()
  const plugins = await loadPlugins(config.plugins, (name) => findPlugin(name, config.dir))
  const database = await connectDatabase(config, { share: !options.alone })
  try {
    await run({ config, database, plugins, owners: ownersOf(plugins) })
  } finally {
    await database.close()
  }
}
