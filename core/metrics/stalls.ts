/** Owns how long this process kept everybody waiting: the delay of its event loop, and a row for each minute in which that was long. */
import type { Kysely } from 'kysely'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Logger } from 'pino'
import type { Database } from '../database/schema.ts'

/** Milliseconds: the loop is looked at this often, so that what is shorter does not show. */
const STEP_MS = 10
const WINDOW_MS = 10_000
const WINDOWS = 6
/** From here on a minute is told: everybody who asked for anything has noticed. */
export const LONG_MS = 1000
/** Days for which these minutes are kept, for the doctor. */
export const STALL_DAYS = 7

/** Seconds in which nothing at all was answered: the longest, and what one in a hundred looks at the loop met. */
export interface Delay {
  max: number
  p99: number
}

export interface Stalls {
  /** Of the last minute, this moment included. */
  lastMinute(): Delay
  /** Writes the longest since it was last called, if it was long; by itself each minute. Never throws. */
  note(): Promise<void>
  stop(): void
}

export function watchStalls(room: {
  db: Kysely<Database>
  log: Logger
  clock: () => Date
  roles: readonly string[]
  longMs?: number
}): Stalls {
  const { db, log, clock, roles, longMs = LONG_MS } = room
  const loop = monitorEventLoopDelay({ resolution: STEP_MS })
  loop.enable()
  const windows: Delay[] = []
  let longest = 0
  const now = (): Delay => ({ max: seconds(loop.max), p99: seconds(loop.percentile(99)) })
  const turn = () => {
    const delay = now()
    loop.reset()
    longest = Math.max(longest, delay.max)
    windows.push(delay)
    if (windows.length > WINDOWS) windows.shift()
  }
  const stalls: Stalls = {
    lastMinute() {
      const all = [...windows, now()]
      return { max: Math.max(...all.map(({ max }) => max)), p99: Math.max(...all.map(({ p99 }) => p99)) }
    },
    async note() {
      turn()
      const ms = Math.round(longest * 1000)
      longest = 0
      if (ms < longMs) return
      log.warn({ ms }, 'this process kept everybody waiting: something in it computed for so long, or the machine was busy with others')
      await db
        .insertInto('process_stall')
        .values({ at: clock(), roles: roles.join(','), ms })
        .execute()
        .catch((error: unknown) => log.debug({ err: error }, 'that could not be written down'))
    },
    stop() {
      clearInterval(turning)
      clearInterval(noting)
      loop.disable()
    },
  }
  const turning = setInterval(turn, WINDOW_MS).unref()
  const noting = setInterval(() => void stalls.note(), 60_000).unref()
  return stalls
}

/** What Node measures is the time between two looks, in nanoseconds. */
const seconds = (nanoseconds: number): number => Math.max(nanoseconds / 1e6 - STEP_MS, 0) / 1000
