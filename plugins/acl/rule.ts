/** Owns what an ACL is, in OTRS's shape: its conditions, what it changes, and what of both makes sense. */
import { patternOf, type Id, type RuleFilter } from '../../core/index.ts'

/** Values by attribute: {Queue: {Name: ['Raw', '[RegExp]^IT']}}. */
export type Block = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

/** `Properties`: what stands in the form, over what is stored; `PropertiesDatabase`: what is stored. */
export interface Match {
  Properties?: Block
  PropertiesDatabase?: Block
}
export const BLOCKS = ['Properties', 'PropertiesDatabase'] as const

/** What is spoken of: attributes of the ticket by name, and lists of names. */
export interface Reach {
  Ticket?: Readonly<Record<string, readonly string[]>>
  Action?: readonly string[]
  Form?: readonly string[]
  Process?: readonly string[]
  ActivityDialog?: readonly string[]
  FormStd?: readonly string[]
}
export type Change = { readonly [W in Way]?: Reach }
export const WAYS = ['Possible', 'PossibleAdd', 'PossibleNot'] as const
export type Way = (typeof WAYS)[number]
/** Lists beside the attributes of a ticket. */
export const LISTS = ['Action', 'Form', 'Process', 'ActivityDialog', 'FormStd'] as const
/** Of these pomoc asks nothing: they are kept, and change nothing. */
export const UNASKED: readonly string[] = ['Process', 'ActivityDialog', 'FormStd']

export interface Rule {
  id: Id
  name: string
  /** Null: the installation's. */
  unitId: Id | null
  match: Match
  change: Change
  /** What the ticket, as it is stored, must be besides: as lists say it. Nothing in it: any. A ticket that is only being made never is. */
  filter: RuleFilter
  /** After it has spoken no later one is asked. */
  stop: boolean
}

/** Keys of conditions, and the attributes of each, as far as pomoc knows them. */
export const KNOWN: Readonly<Record<string, readonly string[]>> = {
  Ticket: [
    'Queue',
    'QueueID',
    'State',
    'StateID',
    'StateType',
    'Priority',
    'PriorityID',
    'Type',
    'TypeID',
    'Service',
    'ServiceID',
    'SLA',
    'SLAID',
    'Lock',
    'Owner',
    'OwnerID',
    'Responsible',
    'ResponsibleID',
    'CustomerID',
    'CustomerUserID',
    'Title',
    'TicketNumber',
    'TicketID',
    'ArchiveFlag',
  ],
  Queue: ['Name', 'QueueID', 'GroupID'],
  State: ['Name', 'ID', 'TypeName'],
  Priority: ['Name', 'ID'],
  Type: ['Name', 'ID'],
  Service: ['Name', 'ServiceID'],
  SLA: ['Name', 'SLAID'],
  Owner: ['UserLogin', 'UserID', 'UserFullname', 'UserFirstname', 'UserLastname', 'UserEmail', 'Role', 'Group_rw', 'Group_ro'],
  Responsible: ['UserLogin', 'UserID', 'UserFullname', 'UserFirstname', 'UserLastname', 'UserEmail', 'Role', 'Group_rw', 'Group_ro'],
  User: ['UserLogin', 'UserID', 'UserFullname', 'UserFirstname', 'UserLastname', 'UserEmail', 'Role', 'Group_rw', 'Group_ro'],
  CustomerUser: ['UserLogin', 'UserCustomerID', 'UserFullname', 'UserFirstname', 'UserLastname', 'UserEmail'],
  Frontend: ['Action'],
}
/** Attributes of persons that begin so are rights in groups: Group_move_into. */
const GROUP = /^Group_[a-z_]{1,40}$/
const FIELD = /^DynamicField_[A-Za-z0-9]{1,200}$/
const PERSONS: readonly string[] = ['Owner', 'Responsible', 'User', 'CustomerUser']

/** Does pomoc ever know this of a ticket? What it does not know never matches. */
export const isKnown = (key: string, attribute: string): boolean =>
  (key === 'DynamicField' && FIELD.test(attribute)) ||
  (key === 'Ticket' && FIELD.test(attribute)) ||
  (PERSONS.includes(key) && GROUP.test(attribute)) ||
  (Object.hasOwn(KNOWN, key) && KNOWN[key]!.includes(attribute))

/** Attributes of a ticket that can be narrowed; owners are asked for under three names, by page. */
export const TARGETS = ['Queue', 'State', 'Priority', 'Type', 'Service', 'SLA', 'Owner', 'NewOwner', 'OldOwner', 'Responsible'] as const
export const isTarget = (name: string): boolean => (TARGETS as readonly string[]).includes(name) || FIELD.test(name)

const PREFIX = /^\[(Not|RegExp|regexp|NotRegExp|Notregexp)\]/
type Prefix = '' | 'Not' | 'RegExp' | 'regexp' | 'NotRegExp' | 'Notregexp'

/** A value taken apart at its prefix: none is there where it is not written exactly so. */
export function takeApart(value: string): { prefix: Prefix; rest: string } {
  const prefix = (PREFIX.exec(value)?.[1] ?? '') as Prefix
  return { prefix, rest: prefix === '' ? value : value.slice(prefix.length + 2) }
}

const patterns = new Map<string, RegExp | undefined>()

/** Its pattern; undefined where it is none. Kept: the same few are asked again and again. */
export function patternIn(value: string): RegExp | undefined {
  if (patterns.has(value)) return patterns.get(value)
  const { prefix, rest } = takeApart(value)
  const pattern = patternOf(prefix.endsWith('regexp') ? `(?i)${rest}` : rest)
  if (patterns.size > 5000) patterns.clear()
  patterns.set(value, pattern)
  return pattern
}

/** Every value that a rule names, with where it stands. */
export function* valuesOf({ match, change }: Pick<Rule, 'match' | 'change'>): Generator<{ at: string; value: string }> {
  for (const block of BLOCKS)
    for (const [key, attributes] of Object.entries(match[block] ?? {}))
      for (const [attribute, values] of Object.entries(attributes))
        for (const value of values) yield { at: `${block} ${key}.${attribute}`, value }
  for (const way of WAYS) {
    const { Ticket = {}, ...lists } = change[way] ?? {}
    for (const [name, values] of [...Object.entries(Ticket), ...Object.entries(lists)])
      for (const value of values as readonly string[]) yield { at: `${way} ${name}`, value }
  }
}

/** The first value whose pattern is none. */
export function badPattern(rule: Pick<Rule, 'match' | 'change'>): { at: string; value: string } | undefined {
  for (const one of valuesOf(rule)) if (/RegExp$/i.test(takeApart(one.value).prefix) && !patternIn(one.value)) return one
  return undefined
}
