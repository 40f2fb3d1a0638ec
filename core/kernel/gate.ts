/** Owns the one way into a plugin: how long it may take, and that whatever goes wrong there stays there and is told. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { codeOf } from '../machine/boot-error.ts'
import type { Id } from '../database/schema.ts'
import type { Config } from '../machine/config.ts'
import { databaseBrokeOff } from '../database/away.ts'

/** What of a plugin is called; each has a limit in the configuration, routes for programs ('api') that of pages. */
export type CallKind = 'slot' | 'guard' | 'mail check' | 'mail step' | 'search' | 'login' | 'page' | 'api' | 'fact' | 'job' | 'start'

export interface Call {
  plugin: string
  kind: CallKind
  /** Which slot, guard, step, fact, job …; a page's method and path. */
  name: string
  /** Where it is called; null: outside of any unit. */
  unitId: Id | null
}

/** A plugin threw, answered with what its contract does not allow, or did not answer in time. */
export class PluginFault extends Error {
  readonly call: Call
  readonly late: boolean
  constructor(call: Call, cause: unknown) {
    super(`plugin ${call.plugin}, ${call.kind} ${call.name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'PluginFault'
    this.call = call
    this.late = cause instanceof Late
  }
}

class Late extends Error {}

export interface Gate {
  /**
   * Calls into a plugin. Throws `PluginFault` when it throws, rejects, or has not settled in time; then it is told, and
   * whatever it still does comes to nothing. An error that `passes` is no fault and is thrown as it is: a refusal on a page.
   */
  call<T>(call: Call, run: () => T | Promise<T>, passes?: (error: unknown) => boolean): Promise<T>
  /** Tells of a fault that showed outside of a call: a step whose savepoint could not be kept. */
  tell(call: Call, error: unknown): void
}

/** Errors that stand for a fault which was told where it was seen: what they do on their way up is no second one. */
export const toldAlready = new WeakSet<Error>()

interface Running {
  call: Call
  cutOff: AbortSignal
  tell: Gate['tell']
}
const running = new AsyncLocalStorage<Running>()

/** The call into a plugin in which this code runs, if it does. */
export const currentCall = (): Running | undefined => running.getStore()

/**
 * For errors that nobody caught: one that comes from what a plugin set going, a promise it did not wait for or a timer, is told
 * as its fault. Answers whether it was.
 */
export function blame(error: unknown): boolean {
  const from = running.getStore()
  if (!from || notTheirs(error)) return false
  from.tell(from.call, error)
  return true
}

export function makeGate(limits: Config['pluginSeconds'], tell: Gate['tell']): Gate {
  return {
    tell,
    async call(call, run, passes = () => false) {
      const limitMs = limitOf(limits, call.kind)
      const cut = new AbortController()
      let timer: NodeJS.Timeout | undefined
      try {
        const late = new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(new Late(`it did not answer within ${limitMs / 1000} s`)), limitMs)
        })
        const answer = running.run({ call, cutOff: cut.signal, tell }, async () => {
          const began = performance.now()
          const promise = run()
          const took = performance.now() - began
          // What blocks the whole process cannot be cut off, only told.
          if (took > limitMs) tell(call, new Error(`it kept the whole program waiting for ${Math.round(took)} ms`))
          return promise
        })
        return await Promise.race([answer, late])
      } catch (error) {
        cut.abort()
        if (passes(error) || notTheirs(error)) throw error
        if (!(error instanceof Error && toldAlready.has(error))) tell(call, error)
        throw new PluginFault(call, error)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

export function limitOf(limits: Config['pluginSeconds'], kind: CallKind): number {
  const key = kind === 'mail check' ? 'mailCheck' : kind === 'mail step' ? 'mailStep' : kind === 'api' ? 'page' : kind
  return limits[key] * 1000
}

/** PostgreSQL away, out of room, or ending a transaction to let another one through: nothing a plugin is to blame for. */
export function notTheirs(error: unknown): boolean {
  return databaseBrokeOff(error) || /^40(P01|001)$/.test(codeOf(error))
}
