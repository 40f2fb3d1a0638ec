/** Owns the way from the names in the configuration to plugins that were checked, each after those it needs. */
import { BootError } from '../machine/boot-error.ts'
import { checkPlugins } from './check-plugins.ts'
import type { Plugin } from '../kernel/contract.ts'

// Heterogeneous plugins share one list; each keeps its own settings type inside.
export type AnyPlugin = Plugin<any> // oxlint-disable-line typescript/no-explicit-any

/** Imports the named plugins. `find` turns a configured name into its module. */
export async function loadPlugins(names: readonly string[], find: (name: string) => Promise<unknown>): Promise<AnyPlugin[]> {
  const loaded: AnyPlugin[] = []
  for (const name of names) {
    let module: unknown
    try {
      module = await find(name)
    } catch (error) {
      if (error instanceof BootError) throw error
      throw new BootError(
        `Plugin “${name}” cannot be loaded (${firstLine(error)}): correct its code, or take it out of “plugins” in config/local.ts.`,
      )
    }
    const plugin = (module as { default?: AnyPlugin } | undefined)?.default
    if (!plugin || typeof plugin !== 'object') {
      throw new BootError(`Plugin “${name}” has no default export made with definePlugin({…}).`)
    }
    loaded.push(plugin)
  }
  return inOrder(checkPlugins(loaded))
}

/** Each plugin after those it needs; otherwise the configured order. */
function inOrder(plugins: AnyPlugin[]): AnyPlugin[] {
  const done = new Set<string>()
  const ordered: AnyPlugin[] = []
  const visit = (plugin: AnyPlugin, path: string[]) => {
    if (done.has(plugin.name)) return
    if (path.includes(plugin.name)) throw new BootError(`Plugins need each other in a circle: ${[...path, plugin.name].join(' → ')}.`)
    for (const need of plugin.needs ?? []) visit(plugins.find((p) => p.name === need)!, [...path, plugin.name])
    done.add(plugin.name)
    ordered.push(plugin)
  }
  for (const plugin of plugins) visit(plugin, [])
  return ordered
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 200)
}
