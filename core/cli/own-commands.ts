/** Owns the commands that plugins bring: `pomoc <plugin> <command>`. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { closest, distance } from 'fastest-levenshtein'
import { BootError } from '../machine/boot-error.ts'
import { loadConfig, type Config } from '../machine/config.ts'
import { connectDatabase } from '../database/connect.ts'
import type { PluginCommand } from '../kernel/contract.ts'
import type { Kernel } from '../run/host.ts'
import { loadPlugins, type AnyPlugin } from '../run/load-plugins.ts'
import { makeLog } from '../machine/log.ts'
import { boot } from '../run/main.ts'
import { findPlugin, inProject } from '../run/plugins.ts'
import { demandAccount, dropPrivileges } from '../machine/privileges.ts'
import { runUntilSignal } from '../run/run.ts'
import { bindsPorts } from './as-user.ts'
import { say } from './open.ts'
import { withProgram } from './with-program.ts'

/**
 * Adds them when the first word is none of pomoc's own: loading plugins takes time that other commands need not spend. The
 * commands of a plugin of the project are there also where it is not in use.
 */
export async function addOwnCommands(program: Command, words: readonly string[]): Promise<void> {
  const first = words.find((word) => !word.startsWith('-'))
  if (first === undefined || first === 'help' || program.commands.some((command) => command.name() === first)) return
  const config = await loadConfig()
  const idle = /^[a-z][a-z0-9-]*$/.test(first) && !config.plugins.includes(first) && inProject(first) !== undefined ? [first] : []
  const plugins = await loadPlugins([...config.plugins, ...idle], (name) => findPlugin(name, config.dir))
  for (const plugin of plugins) {
    if (!plugin.commands || program.commands.some((command) => command.name() === plugin.name)) continue
    const group = program.command(plugin.name).description(`commands of the plugin ${plugin.name}`)
    for (const [name, own] of Object.entries(plugin.commands as Record<string, PluginCommand>)) {
      const command = group.command(`${name} ${own.arguments ?? ''}`.trim(), { isDefault: name === plugin.name })
      if (own.serve) bindsPorts.add(command)
      command
        .description(own.summary)
        .allowUnknownOption()
        .action(async (...given: unknown[]) => {
          const args = given
            .slice(0, -2)
            .flat()
            .filter((arg) => typeof arg === 'string')
          if (own.serve) return serve(plugin, name, args, config)
          if (idle.includes(plugin.name))
            throw new BootError(`The plugin ${plugin.name} is not in use: add it to “plugins” in config/local.ts.`)
          return withProgram(async ({ kernel }) => {
            await runIn(kernel, plugin.name, name, args, say)
          })
        })
    }
  }
}

/** Refuses words that name no command, with the nearest that does: commander would take them for arguments of what stands before. */
export function demandCommand(program: Command, words: readonly string[]): void {
  let command = program
  const path: string[] = []
  for (const word of words) {
    if (word.startsWith('-') || word === 'help') return
    const next = command.commands.find((one) => one.name() === word)
    if (!next) {
      const own = command.commands.find((one) => one.name() === command.name()) ?? command
      if (command.commands.length === 0 || own.registeredArguments.length > 0) return
      const near = closest(
        word,
        command.commands.map((one) => one.name()),
      )
      // Half of the word may be mistyped: what is further off is no guess but noise.
      const meant = distance(word, near) <= word.length / 2 ? ` – did you mean “${[...path, near].join(' ')}”?` : ':'
      throw new BootError(
        `There is no command “${[...path, word].join(' ')}”${meant} “npm run pomoc -- ${['help', ...path].join(' ')}” lists all.`,
      )
    }
    command = next
    path.push(word)
  }
}

/** The plugin is the one this program assembled: its host belongs to it. */
async function runIn(
  kernel: Kernel,
  plugin: string,
  command: string,
  args: readonly string[],
  tell: (line: string) => void,
): Promise<void> {
  const own = kernel.plugins.find(({ name }) => name === plugin)!
  await (own.commands![command] as PluginCommand).run(args, kernel.hostOf(own), tell)
}

/** Serves what the command asks for until a signal comes, with its plugin in use. */
async function serve(plugin: AnyPlugin, name: string, args: readonly string[], site: Config): Promise<void> {
  const { config: wanted, fresh = false } = await (plugin.commands![name] as PluginCommand).serve!(args, site)
  const config: Config = { ...wanted, plugins: [...new Set([...wanted.plugins, plugin.name])] }
  demandAccount()
  if (fresh) await forget(config, site)
  const log = makeLog(config.logLevel)
  await runUntilSignal(log, async () => {
    const said: string[] = []
    const running = await boot({
      config,
      log,
      whenBound: dropPrivileges,
      prepare: (kernel) =>
        runIn(kernel, plugin.name, name, args, (line) => {
          said.push(line)
        }),
    })
    say(['pomoc is ready.', ...running.notices, ...said].join('\n  '))
    return running
  })
}

async function forget({ dataDir, databaseUrl, ...config }: Config, site: Config): Promise<void> {
  if (databaseUrl !== undefined || resolve(dataDir) === resolve(site.dataDir)) {
    throw new BootError('Only a data folder of its own may be made anew, never the one in use.')
  }
  if (!existsSync(dataDir)) return
  // Opened once, so that one that runs is refused and a server left behind ends.
  const database = await connectDatabase({ ...config, dataDir })
  await database.close()
  await rm(dataDir, { recursive: true })
}
