/** Owns the way of a question through the units: which queue takes it, and what each unit on the way said. Pure. */
import type { Id, RouteWhy } from '../database/schema.ts'

export interface RoutedUnit {
  id: Id
  parentId: Id | null /** Central IT always answers for itself. */
  optedIn: boolean
}
/** A unit takes a topic into a queue; topic null: everything it has no other queue for. */
export interface Route {
  unitId: Id
  topicId: Id | null
  queueId: Id
}
export interface RoutingTable {
  units: ReadonlyMap<Id, RoutedUnit>
  routes: readonly Route[]
}

export type RouteRule = 'unit-topic' | 'unit-rest' | 'unit-central'

export interface Routed {
  /** Null: no unit took it, not even central IT by name: the caller's own reception. */
  queueId: Id | null
  rule: RouteRule
  why: RouteWhy
}

/**
 * From the person's unit upwards: a unit that has not opted in, or has not taken the topic, hands on to its parent. The
 * first that took it decides. A unit's queue for everything else counts after its queue for the very topic. Nobody's unit
 * (null, or one that is gone) is central IT's. A parent that is its own ancestor ends the way.
 */
export function route({ units, routes }: RoutingTable, unitId: Id | null, topicId: Id | null): Routed {
  const via: RouteWhy['via'] = []
  const why: RouteWhy = { unitId, topicId, via }
  const start = (unitId !== null && units.get(unitId)) || [...units.values()].find((unit) => unit.parentId === null)
  const met = new Set<Id>()
  for (let unit = start; unit && !met.has(unit.id); unit = unit.parentId === null ? undefined : units.get(unit.parentId)) {
    met.add(unit.id)
    if (unit.parentId !== null && !unit.optedIn) {
      via.push({ unitId: unit.id, said: 'not-opted-in' })
      continue
    }
    const own = routes.filter((one) => one.unitId === unit.id)
    const named = topicId === null ? undefined : own.find((one) => one.topicId === topicId)
    const rest = own.find((one) => one.topicId === null)
    const taken = named ?? rest
    via.push({ unitId: unit.id, said: named ? 'taken' : rest ? 'takes-all' : 'not-taken' })
    if (taken) return { queueId: taken.queueId, rule: named ? 'unit-topic' : 'unit-rest', why }
  }
  return { queueId: null, rule: 'unit-central', why }
}
