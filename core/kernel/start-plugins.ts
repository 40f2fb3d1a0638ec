/** Owns starting and stopping plugins: one that pomoc cannot do without ends the start, any other is left behind. */
import type { Logger } from 'pino'
import { BootError } from '../machine/boot-error.ts'
import type { Host, Stop } from './contract.ts'
import { vital } from './faults.ts'
import { PluginFault, type Gate } from './gate.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'

const STOP_MS = 15_000

export async function startPlugins(room: {
  plugins: readonly AnyPlugin[]
  gate: Gate
  hostOf(plugin: AnyPlugin): Host
  log: Logger
}): Promise<Stop[]> {
  const stops: Stop[] = []
  const stopAll = async () => {
    for (const stop of stops.toReversed()) await stop()
  }
  for (const plugin of room.plugins) {
    if (!plugin.start) continue
    try {
      const start = () => plugin.start!(room.hostOf(plugin))
      // What an operator can put right is said to the operator, whoever says it.
      const stop = vital(plugin)
        ? await start()
        : await room.gate.call(
            { plugin: plugin.name, kind: 'start', name: 'start', unitId: null },
            async () => demandStop(await start()),
            (error) => error instanceof BootError,
          )
      if (stop) stops.push(vital(plugin) ? stop : () => patiently(plugin, stop, room.log))
    } catch (error) {
      if (error instanceof PluginFault) continue
      await stopAll()
      throw error
    }
  }
  return stops
}

function demandStop(stop: Stop | void): Stop | void {
  if (stop === undefined || stop === null || typeof stop === 'function') return stop
  throw new Error('start answers nothing, or the function that stops it')
}

async function patiently(plugin: AnyPlugin, stop: Stop, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not stop in time')), STOP_MS)
  })
  await Promise.race([Promise.resolve().then(stop), late])
    .catch((error: unknown) => log.warn({ plugin: plugin.name, err: error }, 'a plugin did not stop; pomoc stops without it'))
    .finally(() => clearTimeout(timer))
}
