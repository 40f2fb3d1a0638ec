/** Owns asking ACLs: which choices of a scene they take away and by which rule, and the same told at length for a dry run. */
import type { Kysely } from 'kysely'
import {
  narrows,
  ruleRoom,
  whichMatch,
  type ChoiceOf,
  type Database,
  type Host,
  type Id,
  type Question,
  type Scene,
  type Taken,
  type ChoiceTopic,
} from '../../core/index.ts'
import { rulesIn, rulesInUse } from './acl.store.ts'
import { conditionsOf, matches, speaksOf, speaksOfFields, takenByLevels, type Asked, type Condition } from './engine.ts'
import { propertiesOf, readTold } from './known.ts'
import type { Rule } from './rule.ts'
import { pageOf, pagesOf } from './screens.ts'

const ATTRIBUTES: Partial<Record<ChoiceOf, readonly string[]>> = {
  queue: ['Queue'],
  state: ['State'],
  priority: ['Priority'],
  type: ['Type'],
  service: ['Service'],
  sla: ['SLA'],
  // OTRS asks by another name on each page; here there is one form.
  owner: ['Owner', 'NewOwner'],
  responsible: ['Responsible'],
}

/** What ACLs call it. */
export function askedOf(of: ChoiceOf): Asked {
  if (of === 'act') return { list: 'Action' }
  if (of === 'field') return { list: 'Form' }
  return { attribute: ATTRIBUTES[of] ?? [`DynamicField_${of.slice('field.'.length)}`] }
}

type Room = Pick<Host, 'remembered' | 'clock' | 'config'>

/** Does any rule, of whichever unit, speak of this? From memory. */
export async function concerns(topics: readonly ChoiceTopic[], db: Kysely<Database>, host: Room): Promise<boolean> {
  const rules = await host.remembered('rules', () => rulesInUse(db))
  return topics.some(({ of }) => rules.some((rule) => (isField(of) ? speaksOfFields(rule) : speaksOf(rule, askedOf(of)))))
}
const isField = (of: ChoiceOf): of is `field.${string}` => of.startsWith('field.')

/** What the plugin answers to the contract: rules from memory, of them those that speak of what is asked, and what these ask of the scene. */
export async function takeAway(scene: Scene, questions: readonly Question[], db: Kysely<Database>, host: Room): Promise<Taken[]> {
  const all = await host.remembered(`rules in ${scene.unitId}`, () => rulesIn(db, scene.unitId))
  const asked = questions.map(({ of }) => askedOf(of))
  // A rule that says nothing of any question stops none either.
  const levels = all.map((rules) => rules.filter((rule) => asked.some((one) => speaksOf(rule, one))))
  return levels.every((rules) => rules.length === 0) ? [] : (await askThem(scene, questions, db, host, levels)).taken
}

/**
 * Which rules' filters the ticket, as it is stored, meets: one statement for all of them, none where no rule has one. What is only being made
 * meets none.
 */
async function meetFilters(db: Kysely<Database>, host: Room, { ticket }: Scene, rules: readonly Rule[]): Promise<(rule: Rule) => boolean> {
  const asked = rules.filter(hasFilter)
  if (asked.length === 0) return () => true
  const { queues, fields } = await host.remembered('queues and fields', () => ruleRoom(db, { now: host.clock(), zone: host.config.zone }))
  const room = { queues, fields, now: host.clock(), zone: host.config.zone }
  // The archive is the lists' affair.
  const filters = asked.map(({ id, filter }) => ({ key: id, filter: { archived: 'with' as const, ...filter } }))
  const met = new Set<Id>(ticket ? await whichMatch(db, filters, room, ticket.id) : [])
  return (rule) => !hasFilter(rule) || met.has(rule.id)
}
export const hasFilter = ({ filter }: Pick<Rule, 'filter'>): boolean => narrows(filter) || filter.archived !== undefined

async function askThem(
  scene: Scene,
  questions: readonly Question[],
  db: Kysely<Database>,
  host: Room,
  levels: readonly (readonly Rule[])[],
) {
  const told = await readTold(db, scene, levels.flat(), questions)
  const agent = scene.actor.access.agent
  const known = new Map<string, ReturnType<typeof propertiesOf>>()
  const propertiesAt = (page: string) => {
    const found = known.get(page) ?? propertiesOf(told, page)
    known.set(page, found)
    return found
  }
  // Only of rules that all else speaks for.
  const pages = [...new Set(questions.map(({ act }) => pageOf(act, agent)))]
  const left = levels.flat().filter(({ match }) => pages.some((page) => matches(match, propertiesAt(page))))
  const meets = await meetFilters(db, host, scene, left)
  const matching = new Map<string, Rule[][]>()
  const matchingAt = (page: string) => {
    const found =
      matching.get(page) ?? levels.map((rules) => rules.filter((rule) => matches(rule.match, propertiesAt(page)) && meets(rule)))
    matching.set(page, found)
    return found
  }
  const taken = questions.flatMap(({ of, act, options }): Taken[] => {
    const rules = matchingAt(pageOf(act, agent))
    if (rules.every((level) => level.length === 0)) return []
    // An act may be several pages: one that is taken away takes it.
    const list = options.flatMap(({ value, name }) => (of === 'act' ? pagesOf(value) : [name]).map((text) => ({ value, text })))
    const gone = new Map([...takenByLevels(rules, askedOf(of), list.map(({ text }) => text))].map(([n, rule]) => [list[n]!.value, rule])) // biome-ignore format: one map
    return [...gone].map(([value, rule]) => ({ of, act, value, why: rule.name }))
  })
  return { taken, propertiesAt, meets }
}

/** One rule in a dry run: what of it held on a page, and what of the questions it speaks of. */
export interface TriedRule {
  rule: Rule
  matched: boolean
  conditions: Condition[]
  /** Does the ticket meet its filter? Told where all other conditions hold; undefined: it has none. */
  met: boolean | undefined
  /** It has something to say of a question of this page. */
  speaks: boolean
}

/** A dry run: what would be taken away, and of every rule on one page whether it matched, and by which conditions not. */
export async function tryRules(
  scene: Scene,
  questions: readonly Question[],
  db: Kysely<Database>,
  host: Room,
  act: string | null,
): Promise<{ taken: Taken[]; rules: TriedRule[] }> {
  const levels = await rulesIn(db, scene.unitId)
  const { taken, propertiesAt, meets } = await askThem(scene, questions, db, host, levels)
  const known = propertiesAt(pageOf(act, scene.actor.access.agent))
  const here = questions.filter((question) => question.act === act)
  return {
    taken,
    rules: levels.flat().map((rule) => ({
      rule,
      matched: matches(rule.match, known) && meets(rule),
      conditions: conditionsOf(rule.match, known),
      met: hasFilter(rule) && matches(rule.match, known) ? meets(rule) : undefined,
      speaks: here.some(({ of }) => speaksOf(rule, askedOf(of))),
    })),
  }
}
