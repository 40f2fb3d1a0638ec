/** Owns the way from the web application to a plugin's pages: who claims which address, and 404 where the plugin is off. */
import { Hono, type MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Kysely } from 'kysely'
import { BootError, reasonOf } from '../machine/boot-error.ts'
import type { Database, Id } from '../database/schema.ts'
import { Refusal, refused } from '../errors.ts'
import { ROOT_UNIT, unitIdOf } from '../unit/tree.ts'
import type { Activation } from './activation.ts'
import { meet } from './api.ts'
import type { Host, PageContext, WebEnv } from './contract.ts'
import { vital } from './faults.ts'
import { PluginFault, type Gate } from './gate.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'

export interface Route {
  method: string
  path: string
  plugin: string
}
/** `programs`: those of the application's routes that are for programs. */
export type Mount = (app: Hono<WebEnv>, programs?: ReadonlySet<unknown>) => void

/**
 * Adds the pages of all plugins. `app` holds core's own already: an address that two claim is refused with a sentence, and so
 * is a middleware for pages that are not the plugin's.
 */
export function makeMount(room: {
  plugins: readonly AnyPlugin[]
  db: Kysely<Database>
  gate: Gate
  activation: Activation
  hostOf(plugin: AnyPlugin): Host
  routes: Route[]
  /** Routes for programs, which stand before all pages: no page may have an address that one of them would answer. */
  api: readonly Route[]
}): Mount {
  return (app, programs = new Set()) => {
    const claimed = new Map<string, string>()
    for (const route of room.api) claimed.set(claim(route), route.plugin)
    for (const route of app.routes) {
      if (route.path.includes('*') || programs.has(route)) continue
      demandUnanswered(room.api, { ...route, plugin: 'pomoc' })
      claimed.set(claim(route), 'pomoc')
    }
    room.routes.length = 0
    for (const plugin of room.plugins) {
      if (!plugin.routes) continue
      const own = new Hono<WebEnv>()
      try {
        plugin.routes(own, room.hostOf(plugin))
      } catch (error) {
        throw new BootError(
          `Plugin “${plugin.name}” cannot add its pages (${reasonOf(error)}): correct its code, or take it out of “plugins”.`,
        )
      }
      for (const route of own.routes) {
        const key = claim(route)
        const other = claimed.get(key)
        if (other !== undefined && other !== plugin.name && !route.path.includes('*')) {
          throw new BootError(`Plugins “${other}” and “${plugin.name}” both bring the page ${key}: remove one of them from “plugins”.`)
        }
        if (/^\/?\*/.test(route.path) && !vital(plugin)) {
          throw new BootError(
            `Plugin “${plugin.name}” puts itself before every page (“${route.path}”): it may do so only below addresses of its own.`,
          )
        }
        if (!route.path.includes('*')) demandUnanswered(room.api, { ...route, plugin: plugin.name })
        claimed.set(key, plugin.name)
        room.routes.push({ method: route.method, path: route.path, plugin: plugin.name })
        app.on(route.method, route.path, handlerOf(room, plugin, route.path, route.handler as MiddlewareHandler<WebEnv>))
      }
    }
  }
}

function demandUnanswered(api: readonly Route[], { method, path, plugin }: Route): void {
  const other = api.find((route) => (route.method === method || method === 'ALL') && meet(route.path, path))
  if (other)
    throw new BootError(
      `The page ${method} ${path} of “${plugin}” would be answered by “${other.plugin}” as ${other.method} ${other.path}, a route for programs: give that another address.`,
    )
  if (/^\/api(\/|$)/.test(path))
    throw new BootError(
      `Plugin “${plugin}” brings the page ${method} ${path}: below /api/ there are routes for programs only. Say it in “apiRoutes”, or give it another address.`,
    )
}

/** Addresses that answer the same requests are the same, whatever their parameters are called. */
const claim = ({ method, path }: { method: string; path: string }): string => `${method} ${path.replace(/:\w+/g, ':')}`

function handlerOf(
  { db, gate, activation }: { db: Kysely<Database>; gate: Gate; activation: Activation },
  plugin: AnyPlugin,
  path: string,
  handler: MiddlewareHandler<WebEnv>,
): MiddlewareHandler<WebEnv> {
  const call = (c: PageContext, unitId: Id | null) => ({
    plugin: plugin.name,
    kind: 'page' as const,
    name: `${c.req.method} ${path}`,
    unitId,
  })
  // What is set up centrally is set up before it is switched on anywhere.
  const beforehand = path === '/admin' || path.startsWith('/admin/')
  const answers = async (c: PageContext, unitId: Id) =>
    (await activation.active(plugin.name, unitId)) ||
    (beforehand && c.get('actor')?.access.admin === true && !(await activation.suspended(plugin.name, unitId)))
  // Nobody could work without these: their faults are told, but a large file on a slow line may take its time.
  if (vital(plugin)) {
    return async (c, next) => {
      c.set('plugin', plugin.name)
      try {
        return await handler(c, next)
      } catch (error) {
        if (!expected(error)) gate.tell(call(c, c.get('unitId') ?? null), error)
        throw error
      }
    }
  }
  return async (c, next) => {
    const unitId =
      path.startsWith('/u/:unit/') || path === '/u/:unit'
        ? await unitIdOf(db, c.req.param('unit') ?? '')
        : (c.get('actor')?.unitId ?? ROOT_UNIT)
    if (unitId === undefined || !(await answers(c, unitId))) throw refused('not-found')
    c.set('unitId', unitId)
    c.set('plugin', plugin.name)
    try {
      return await gate.call(call(c, unitId), async () => demandAnswer(await handler(c, next)), expected)
    } catch (error) {
      if (!(error instanceof PluginFault)) throw error
      throw error.late ? refused('unavailable') : error.cause
    }
  }
}

/** Answers, not faults. */
const expected = (error: unknown): boolean => error instanceof Refusal || error instanceof HTTPException

function demandAnswer(answer: Response | void): Response | void {
  if (answer === undefined || (typeof answer.status === 'number' && typeof answer.headers === 'object')) return answer
  throw new Error('a page answers with a Response: c.html(…), c.redirect(…)')
}
