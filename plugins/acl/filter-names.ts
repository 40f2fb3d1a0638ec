/** Owns conditions in files: what is an id here stands there by its name, so that another installation reads it. */
import type { Kysely } from 'kysely'
import { asRuleFilter, Refusal, type Database, type Id, type MeantKey, type RuleFilter } from '../../core/index.ts'
import { ruleChoices } from '../../core/pages.ts'
import { loginsOf } from './acl.store.ts'

/** Both ways; undefined: there is none of it. What is a word everywhere – a state's type, a lock, 'nobody' – is its own name. */
export interface FilterNames {
  name(key: MeantKey, id: string): string | undefined
  id(key: MeantKey, name: string): string | undefined
}

/** A field that is there no more, a queue of another installation: nothing is equal to it. */
const NOTHING: Id = '0'
const PERSONS: readonly MeantKey[] = ['owner', 'responsible', 'customer']

/** All names there are, of persons those of these logins and ids. */
export async function readFilterNames(db: Kysely<Database>, filters: readonly RuleFilter[]): Promise<FilterNames> {
  const persons = filters.flatMap(({ is = {} }) => PERSONS.flatMap((key) => is[key] ?? []))
  const [{ queues, states, priorities, about }, logins] = await Promise.all([ruleChoices(db), loginsOf(db, persons)])
  const things = { queue: queues, state: states, priority: priorities, type: about.types, service: about.services, sla: about.slas }
  const named = (key: MeantKey) => (key in things ? things[key as keyof typeof things] : PERSONS.includes(key) ? logins : undefined)
  return {
    name: (key, id) => (named(key) ? (named(key)!.find((one) => one.id === id)?.name ?? (id === 'nobody' ? id : undefined)) : id),
    id: (key, name) => (named(key) ? (named(key)!.find((one) => one.name === name)?.id ?? (name === 'nobody' ? name : undefined)) : name),
  }
}

const mapped = (filter: RuleFilter, to: (key: MeantKey, value: string) => string): RuleFilter =>
  filter.is === undefined
    ? filter
    : {
        ...filter,
        is: Object.fromEntries(
          Object.entries(filter.is).map(([key, values]) => [key, (values ?? []).map((value) => to(key as MeantKey, value))]),
        ),
      }

/** As a file has it. What has no name keeps its id. */
export const filterToFile = (filter: RuleFilter, { name }: FilterNames): RuleFilter => mapped(filter, (key, id) => name(key, id) ?? id)

/** Undefined: it is no condition. `unknown`: names that nothing has here; the condition then finds nothing for them. */
export function filterFromFile(given: unknown, { id }: FilterNames): { filter: RuleFilter; unknown: string[] } | undefined {
  const unknown: string[] = []
  try {
    const filter = mapped(asRuleFilter(given), (key, name) => {
      const found = id(key, name)
      if (found === undefined) unknown.push(`${key}: ${name}`)
      return found ?? NOTHING
    })
    return { filter, unknown }
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
