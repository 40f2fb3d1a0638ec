/** Owns the commands that plugins bring: `pomoc <plugin> <command>`. */
import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import type { PluginCommand } from '../kernel/contract.ts'
import { loadPlugins } from '../kernel/load-plugins.ts'
import { findPlugin } from '../plugins.ts'
import { say } from './open.ts'
import { withProgram } from './with-program.ts'

/** Adds them when the first word is none of pomoc's own: loading plugins takes time that other commands need not spend. */
export async function addOwnCommands(program: Command, words: readonly string[]): Promise<void> {
  const first = words.find((word) => !word.startsWith('-'))
  if (first === undefined || first === 'help' || program.commands.some((command) => command.name() === first)) return
  const config = await loadConfig()
  const plugins = await loadPlugins(config.plugins, (name) => findPlugin(name, config.dir))
  for (const plugin of plugins) {
    if (!plugin.commands || program.commands.some((command) => command.name() === plugin.name)) continue
    const group = program.command(plugin.name).description(`commands of the plugin ${plugin.name}`)
    for (const [name, { summary, arguments: takes = '' }] of Object.entries(plugin.commands as Record<string, PluginCommand>)) {
      // Options are the plugin's own affair: they come among its arguments.
      group.command(`${name} ${takes}`.trim()).description(summary).allowUnknownOption().action((...given: unknown[]) => withProgram(async ({ kernel }) => {
        // The plugin as this run assembled it: its host belongs to it.
        const own = kernel.plugins.find((one) => one.name === plugin.name)!
        const args = given.slice(0, -2).flat().filter((arg) => typeof arg === 'string')
        await (own.commands![name] as PluginCommand).run(args, kernel.hostOf(own), say)
      }))
    }
  }
}
