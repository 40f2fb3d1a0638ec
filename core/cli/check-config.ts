/** Owns what `check-config` finds: all that a start would refuse before it opens anything, each with its line where it has one. */
import { BootError } from '../machine/boot-error.ts'
import { ConfigError, loadConfig, type Config } from '../machine/config.ts'
import { loadPlugins } from '../run/load-plugins.ts'
import { findPlugin } from '../run/plugins.ts'

/** The faults as sentences, none where the configuration is right. Plugins are asked once the rest can be read. */
export async function configFaults(options: Parameters<typeof loadConfig>[0] = {}): Promise<{ config?: Config; faults: string[] }> {
  let config: Config
  try {
    config = await loadConfig(options)
  } catch (error) {
    if (error instanceof ConfigError)
      return { faults: error.faults.map(({ says, line }) => (line === undefined ? says : `config/local.ts, line ${line}: ${says}`)) }
    return { faults: sentencesOf(error) }
  }
  const faults: string[] = []
  const sound: string[] = []
  // One by one first, so that each that cannot be loaded is named.
  for (const name of config.plugins) {
    try {
      await findPlugin(name, config.dir)
      sound.push(name)
    } catch {
      await loadPlugins([name], (one) => findPlugin(one, config.dir)).catch((error: unknown) => faults.push(...sentencesOf(error)))
    }
  }
  try {
    for (const plugin of await loadPlugins(sound, (name) => findPlugin(name, config.dir))) {
      try {
        plugin.checkConfig?.(config)
      } catch (error) {
        faults.push(...sentencesOf(error))
      }
    }
  } catch (error) {
    faults.push(...sentencesOf(error))
  }
  return { config, faults }
}

/** Only what is the operator's is a sentence of ours. */
function sentencesOf(error: unknown): string[] {
  if (error instanceof BootError) return [error.message, ...error.more]
  throw error
}
