/** Owns the check of plugins before anything runs: names, version, needs, and that no two claim the same thing. */
import { BootError } from '../boot-error.ts'
import { API, type Plugin } from './contract.ts'

// Heterogeneous plugins share one list; each keeps its own settings type inside.
export type AnyPlugin = Plugin<any> // oxlint-disable-line typescript/no-explicit-any

const NAME = /^[a-z][a-z0-9-]{0,40}$/

/** Imports the named plugins. `find` turns a configured name into its module. */
export async function loadPlugins(names: readonly string[], find: (name: string) => Promise<unknown>): Promise<AnyPlugin[]> {
  const loaded: AnyPlugin[] = []
  for (const name of names) {
    let module: unknown
    try {
      module = await find(name)
    } catch (error) {
      throw new BootError(`Plugin “${name}” cannot be loaded (${firstLine(error)}): correct its code, or take it out of “plugins” in config/local.ts.`)
    }
    const plugin = (module as { default?: AnyPlugin } | undefined)?.default
    if (!plugin || typeof plugin !== 'object') {
      throw new BootError(`Plugin “${name}” has no default export made with definePlugin({…}).`)
    }
    loaded.push(plugin)
  }
  return inOrder(checkPlugins(loaded))
}

/** Refuses what cannot work together, with one sentence. */
export function checkPlugins(plugins: AnyPlugin[]): AnyPlugin[] {
  const names = new Set<string>()
  const claims = new Map<string, string>()
  const claim = (what: string, plugin: string) => {
    const other = claims.get(what)
    if (other) throw new BootError(`Plugins “${other}” and “${plugin}” both bring ${what}: remove one of them from “plugins”.`)
    claims.set(what, plugin)
  }
  for (const plugin of plugins) {
    if (typeof plugin.name !== 'string' || !NAME.test(plugin.name)) {
      throw new BootError(`A plugin calls itself “${String(plugin.name)}”: a name is a–z, digits and dashes, 41 characters at most.`)
    }
    if (plugin.api !== API) {
      throw new BootError(`Plugin “${plugin.name}” is written for contract version ${String(plugin.api)}, this program has ${API}: install a fitting version of it.`)
    }
    if (names.has(plugin.name)) throw new BootError(`Plugin “${plugin.name}” is named twice in “plugins”.`)
    names.add(plugin.name)
    for (const place of Object.keys(plugin.places ?? {})) claim(`the place “${place}”`, plugin.name)
    for (const file of Object.keys(plugin.files ?? {})) claim(`the file “${file}”`, plugin.name)
    for (const job of Object.keys(plugin.jobs ?? {})) {
      if (!job.startsWith(`${plugin.name}/`)) throw new BootError(`Plugin “${plugin.name}” brings the job “${job}”: its name must begin with “${plugin.name}/”.`)
      claim(`the job “${job}”`, plugin.name)
    }
  }
  for (const plugin of plugins) {
    const missing = (plugin.needs ?? []).filter((need) => !names.has(need))
    if (missing.length > 0) {
      throw new BootError(`Plugin “${plugin.name}” needs “${missing.join('”, “')}”: add it to “plugins” in config/local.ts.`)
    }
  }
  return plugins
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
