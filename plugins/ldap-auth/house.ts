/** Owns the open directories of one running program: their options and connections, made at the first need. */
import type { Config } from '../../core/index.ts'
import { openConnections, type Connections } from './connections.ts'
import { directoriesOf, type Directory } from './options.ts'

export interface OpenDirectory extends Directory {
  connections: Connections
}

const houses = new WeakMap<Config, OpenDirectory[]>()

/** In their order. Throws a `BootError` when the configuration is not right. */
export function openDirectories(config: Config): OpenDirectory[] {
  let house = houses.get(config)
  if (!house)
    houses.set(config, (house = directoriesOf(config).map((directory) => ({ ...directory, connections: openConnections(directory) }))))
  return house
}

export async function closeDirectories(config: Config): Promise<void> {
  await Promise.all((houses.get(config) ?? []).map(({ connections }) => connections.close()))
  houses.delete(config)
}
