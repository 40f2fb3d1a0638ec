/** Owns what ACLs mean: which of them match, and what of a list they leave. Pure; OTRS behaviour (TicketACL). */
import { foundInTime } from '../../core/index.ts'
import { BLOCKS, isTarget, patternIn, takeApart, WAYS, type Block, type Match, type Reach, type Rule } from './rule.ts'

/** What is known, by key and attribute; a list where there may be several (roles, groups, values of a field). Left out: not known. */
export type Known = Readonly<Record<string, Readonly<Record<string, string | readonly string[] | undefined>> | undefined>>
export interface Properties {
  Properties: Known
  PropertiesDatabase: Known
}

/** `list`: Action or Form; else the attribute of a ticket, under all names that mean it. */
export type Asked = { list: 'Action' | 'Form' } | { attribute: readonly string[] }

/** Does one value of a rule fit what is? Prefixes are written exactly so; what else begins with `[Not` counts as always true. */
export function fitsValue(wanted: string, is: string | readonly string[]): boolean {
  const { prefix, rest } = takeApart(wanted)
  if (prefix === '' && wanted.startsWith('[Not')) return true
  const all = typeof is === 'string' ? [is] : is
  const has = /regexp/i.test(prefix) ? all.some((one) => matchesPattern(wanted, one)) : all.includes(rest)
  return prefix.startsWith('Not') ? !has : has
}

/** A pattern that is none, or that takes too long, finds nothing. */
function matchesPattern(wanted: string, text: string): boolean {
  const pattern = patternIn(wanted)
  return pattern !== undefined && foundInTime(pattern, text) === true
}

/** One condition of a rule: did it hold? */
export interface Condition {
  block: (typeof BLOCKS)[number]
  key: string
  attribute: string
  values: readonly string[]
  is: string | readonly string[] | undefined
  held: boolean
}

/** Every condition with what came of it; a key without attributes, and what is not known, never holds. */
export function conditionsOf(match: Match, known: Properties): Condition[] {
  return BLOCKS.flatMap((block) =>
    Object.entries(match[block] ?? {}).flatMap(([key, attributes]): Condition[] => {
      const all = Object.entries(attributes)
      if (all.length === 0) return [{ block, key, attribute: '', values: [], is: undefined, held: false }]
      return all.map(([attribute, values]) => {
        const is = known[block][key]?.[attribute]
        return { block, key, attribute, values, is, held: is !== undefined && values.some((value) => fitsValue(value, is)) }
      })
    }),
  )
}

export const matches = (match: Match, known: Properties): boolean => BLOCKS.every((block) => blockMatches(match[block], known[block]))

const blockMatches = (block: Block | undefined, known: Known): boolean =>
  Object.entries(block ?? {}).every(([key, attributes]) => {
    const all = Object.entries(attributes)
    return (
      all.length > 0 &&
      all.every(([attribute, values]) => {
        const is = known[key]?.[attribute]
        return is !== undefined && values.some((value) => fitsValue(value, is))
      })
    )
  })

/** What a rule says of the question in one of its ways; undefined: nothing. An empty list counts for attributes of a ticket only. */
function saysOf(reach: Reach | undefined, asked: Asked): readonly string[] | undefined {
  if (!reach) return undefined
  if ('list' in asked) {
    const said = reach[asked.list]
    return said && said.length > 0 ? said : undefined
  }
  const said = asked.attribute.filter((name) => isTarget(name) && reach.Ticket && Object.hasOwn(reach.Ticket, name))
  return said.length === 0 ? undefined : said.flatMap((name) => reach.Ticket![name]!)
}

/** Has a rule anything to say of the question? */
export const speaksOf = ({ change }: Pick<Rule, 'change'>, asked: Asked): boolean =>
  WAYS.some((way) => saysOf(change[way], asked) !== undefined)

/** Has it anything to say of values of any field? */
export const speaksOfFields = ({ change }: Pick<Rule, 'change'>): boolean =>
  WAYS.some((way) => Object.keys(change[way]?.Ticket ?? {}).some((name) => name.startsWith('DynamicField_')))

/** In byte order: `10` before `9`, `B` before `a`. */
export const inOrder = <R extends { name: string }>(rules: readonly R[]): R[] =>
  rules.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))

/**
 * What of the list is taken away, and by which rule: index → rule. `rules`: those that match, in order. Possible begins with the whole
 * list again, and so may bring back what an earlier rule took; PossibleAdd brings back; PossibleNot takes away.
 */
export function takenFrom<R extends Pick<Rule, 'change' | 'stop'>>(
  rules: readonly R[],
  asked: Asked,
  list: readonly string[],
): Map<number, R> {
  const taken = new Map<number, R>()
  for (const rule of rules) {
    const possible = saysOf(rule.change.Possible, asked)
    const add = saysOf(rule.change.PossibleAdd, asked)
    const not = saysOf(rule.change.PossibleNot, asked)
    if (!possible && !add && !not) continue
    list.forEach((value, n) => {
      const fits = (values: readonly string[]) => values.some((one) => fitsValue(one, value))
      if (possible) {
        if (fits(possible)) taken.delete(n)
        else taken.set(n, rule)
      }
      if (add && fits(add)) taken.delete(n)
      if (not && fits(not) && !taken.has(n)) taken.set(n, rule)
    })
    if (rule.stop) break
  }
  return taken
}

/**
 * The same of rules of the installation and of units: those of the installation first, then unit by unit from the top; each unit's
 * begin with what is left, so that they narrow and never bring back. `levels`: rules of each, in order.
 */
export function takenByLevels<R extends Pick<Rule, 'change' | 'stop'>>(
  levels: readonly (readonly R[])[],
  asked: Asked,
  list: readonly string[],
): Map<number, R> {
  const taken = new Map<number, R>()
  for (const rules of levels) {
    const left = list.flatMap((value, n) => (taken.has(n) ? [] : [{ value, n }]))
    const now = takenFrom(rules, asked, left.map(({ value }) => value)) // biome-ignore format: one list
    for (const [at, rule] of now) taken.set(left[at]!.n, rule)
  }
  return taken
}
