/** Owns the way from the web application to a plugin's routes for programs: who calls, where, and 404 where the plugin is off. */
import type { Hono, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { Refusal, refused } from '../errors.ts'
import type { Actor } from './actor.ts'
import type { Activation } from './activation.ts'
import type { ApiContext, ApiRoute } from './api.ts'
import type { Here, Host, WebEnv } from './contract.ts'
import { PluginFault, type Call, type Gate } from './gate.ts'
import { forVisitor } from './origin.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'
import { ROOT_UNIT, unitIdOf } from '../unit/tree.ts'
import type { Route } from './mount.ts'

interface Room {
  plugins: readonly AnyPlugin[]
  db: Kysely<Database>
  gate: Gate
  activation: Activation
  routes: Route[]
  hostOf(plugin: AnyPlugin): Host
  here(plugin: AnyPlugin, unitId: Id): Here
}

/** Adds the routes for programs of all plugins, each behind `before`, which takes in the body. */
export type ApiMount = (app: Hono<WebEnv>, before: MiddlewareHandler<WebEnv>) => void

export function makeApiMount(room: Room): ApiMount {
  return (app, before) => {
    room.routes.length = 0
    for (const plugin of room.plugins) {
      for (const [address, route] of Object.entries((plugin.apiRoutes ?? {}) as Record<string, ApiRoute>)) {
        const [method, path] = address.split(' ') as [string, string]
        room.routes.push({ method, path, plugin: plugin.name })
        app.on(method, path, before, answerer(room, plugin, address, route))
      }
    }
  }
}

function answerer(
  { db, gate, activation, hostOf, here }: Room,
  plugin: AnyPlugin,
  address: string,
  route: ApiRoute,
): MiddlewareHandler<WebEnv> {
  const names = /\/:unit(\/|$)/.test(address)
  const demandOn = async (unitId: Id | null | undefined) => {
    if (unitId === undefined || !(await activation.active(plugin.name, unitId))) throw refused('not-found')
  }
  const enter = async <T>(call: Omit<Call, 'plugin' | 'kind'>, run: () => Promise<T>): Promise<T> => {
    try {
      return await gate.call(
        { plugin: plugin.name, kind: 'api', ...call },
        run,
        (error) => error instanceof Refusal || error instanceof HTTPException,
      )
    } catch (error) {
      if (!(error instanceof PluginFault)) throw error
      throw error.late ? refused('unavailable') : error.cause
    }
  }
  return async (page) => {
    const c = page as unknown as ApiContext
    const named = names ? await unitIdOf(db, c.req.param('unit') ?? '') : null
    // Where no unit is named it must be on in any at least: what is off everywhere is asked nothing.
    await demandOn(named)
    const actor = await forVisitor('stranger', () =>
      enter({ name: `${address}, login`, unitId: named ?? null }, async () => demandCaller(await route.login(c, hostOf(plugin)))),
    )
    if (!actor) throw refused('api.unknown-caller')
    const unitId = named ?? (actor.kind === 'person' ? actor.unitId : null) ?? ROOT_UNIT
    if (named === null) await demandOn(unitId)
    return forVisitor(actor.kind === 'person' ? `person ${actor.id}` : `program ${actor.name}`, () =>
      enter({ name: address, unitId }, async () => demandResponse(await route.run({ ...here(plugin, unitId), c, actor }))),
    )
  }
}

function demandResponse(answer: Response): Response {
  if (typeof answer?.status === 'number' && typeof answer.headers === 'object') return answer
  throw new Error('a route for programs answers with a Response: c.json(…), c.body(null, 204)')
}

function demandCaller(answer: Actor | undefined): Actor | undefined {
  if (
    answer === undefined ||
    answer?.kind === 'system' ||
    (answer?.kind === 'person' && typeof answer.id === 'string' && typeof answer.access === 'object')
  )
    return answer
  throw new Error('a login answers who calls, or undefined: system(…) or what loadActor(…) found')
}
