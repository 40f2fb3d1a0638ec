/** Owns what a plugin's routes for programs are: how each knows who calls, what it is handed, and who may claim which address. */
import type { Context } from 'hono'
import type { Actor } from './actor.ts'
import type { Here, Host, WebEnv } from './contract.ts'
import type { Setting } from './settings/settings.ts'

/**
 * Method and path as Hono writes it, 'PATCH /api/care/tickets/:id'. Below '/api/' no page answers. Another beginning is for programs
 * that know their addresses already; where a page would answer too it is refused at start.
 */
export type ApiAddress = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`

/** What a route for programs knows of a request. There is no session and no form token: cookies count for nothing here. */
export interface ApiEnv {
  Bindings: WebEnv['Bindings']
  Variables: Pick<WebEnv['Variables'], 'requestId' | 'language' | 'clientAddress' | 'secure'>
}
export type ApiContext = Context<ApiEnv>

export interface ApiRoute<S extends Record<string, Setting> = Record<string, Setting>> {
  /**
   * Who calls, by what the request itself carries: a token, a signature, a login; never by an address alone. Undefined: 401.
   * A person acts with their own rights, `system('care')` with all.
   */
  login(c: ApiContext, host: Host<S>): Promise<Actor | undefined>
  /** Answers, mostly with `c.json(…)`. A refusal thrown here is told as JSON: {error, message, field}. */
  run(call: ApiCall<S>): Promise<Response>
}

/** `unitId` is that of the parameter ':unit', else of the person who calls, else the installation's. */
export interface ApiCall<S extends Record<string, Setting> = Record<string, Setting>> extends Here<S> {
  c: ApiContext
  actor: Actor
}

/** Might both patterns answer the same request? Said too often rather than not: a parameter's own pattern is not looked at. */
export function meet(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => path.split('/').filter((part) => part !== ''))
  for (let n = 0; n < Math.max(a!.length, b!.length); n++) {
    const [left, right] = [a![n], b![n]]
    if (left?.startsWith('*') || right?.startsWith('*')) return true
    const open = (part: string | undefined) => part?.startsWith(':') ?? false
    if (left === undefined || right === undefined) return (left ?? right)!.endsWith('?')
    if (left !== right && !open(left) && !open(right)) return false
  }
  return true
}
