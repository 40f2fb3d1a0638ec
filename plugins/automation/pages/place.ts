/** Owns what every page of rules needs to know first: who asks, where, which rule, and how many tickets a condition means there. */
import {
  countMatching,
  MOST_COUNTED,
  narrows,
  readRuleForm,
  refused,
  Refusal,
  ruleRoom,
  type Id,
  type PageContext,
  type RuleFilter,
} from '../../../core/index.ts'
import { enterAdministration, type Administration } from '../../../core/administration.ts'
import type { Meaning } from '../../../core/pages.ts'
import type { Rule } from '../rule.ts'
import { findRule, unitsBelow } from '../rules.store.ts'
import { queuesOf, type AutomationHost } from '../run.ts'

/** Pages stand twice: in central administration, and in that of each unit. */
export const BASES = ['/admin/automation', '/u/:unit/admin/automation'] as const

export interface Place extends Administration {
  host: AutomationHost
  /** Where the list stands. */
  path: string
}

export async function enter(c: PageContext, host: AutomationHost): Promise<Place> {
  const administration = await enterAdministration(c)
  return { ...administration, host, path: `${administration.base}/automation` }
}

/** The rule that the address names. Error: `not-found`, also where it is none of this place's. */
export async function demandRule(c: PageContext, { host: { db }, unitId }: Place): Promise<Rule> {
  const found = await findRule(db, c.req.param('id') ?? '')
  const here = found && (unitId === null || (found.unitId !== null && (await unitsBelow(db, unitId)).has(found.unitId)))
  if (!here) throw refused('not-found')
  return found
}

/** Which tickets a condition speaks of here: a unit's rule acts with the rights of who edits it. Queues count wherever the plugin is on or not. */
export async function scopeOf({ host, actor }: Place, unitId: Id | null): Promise<{ within?: Id[]; access?: Place['actor']['access'] }> {
  if (unitId === null) return {}
  return { within: await queuesOf(host, { unitId }, 'everywhere'), access: actor.access }
}

/** What the condition in a form means now. */
export async function meaningOf(place: Place, unitId: Id | null, values: Readonly<Record<string, string>>): Promise<Meaning> {
  const filter = conditionIn(values)
  if (!filter) return { count: undefined, most: MOST_COUNTED }
  const { host } = place
  const room = await ruleRoom(host.db, { now: host.clock(), zone: host.config.zone })
  const count = await countMatching(host.db, filter, room, await scopeOf(place, unitId))
  return { count, most: MOST_COUNTED, ...(narrows(filter) ? {} : { all: true }) }
}

/** Undefined: it is none yet. */
export function conditionIn(values: Readonly<Record<string, string>>): RuleFilter | undefined {
  try {
    return readRuleForm(values)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return undefined
  }
}
