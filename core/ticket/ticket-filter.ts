/** Owns what a list or a count is asked for: filters as SQL, joined with what the person may see. */
import { sql, type RawBuilder } from 'kysely'
import { containing } from '../database/key-page.ts'
import type { Id, StateType } from '../database/schema.ts'
import type { Access } from '../kernel/actor.ts'
import { isAgentRight, visibleBranches, type Right } from '../permission/policy.ts'
import { fieldCondition, type FieldFilter } from '../field/values.ts'
import { ENTRIES, type FilterFields } from './attributes.ts'
import { readExpression, type Expression } from './rule/expression.ts'
import type { TimeName } from './rule/time-names.ts'
import { searchCondition, searchWays } from './ticket-search.ts'
import { isOpen, OPEN_TYPES } from './ticket.ts'
import { TAKES, toTakeConditions, type ToTake } from '../permission/to-take.ts'

/** By attributes, and by what is no attribute of the ticket itself. */
export interface TicketFilter extends FilterFields {
  stateTypes?: readonly StateType[]
  watchedBy?: Id
  /** Led by somebody who is away at this moment and for whom this person stands in. */
  standsIn?: { personId: Id; at: Date }
  /** Nobody works on it, and this person may take it. */
  toTake?: ToTake
  /** Somebody else asked, of one of these companies (codes). */
  askedByColleagues?: { of: Id; companies: readonly string[] }
  /** A message waits for a decision. */
  held?: true
  /** A mail of ours did not arrive, and nobody has dealt with it. */
  undelivered?: true
  /** A ticket's number anywhere in it, else words that must all be found: in the title, the customer's name or address, the number. */
  search?: string
  /** Archived ones are left out unless this is said. */
  archived?: 'with' | 'only'
  /** By fields of the installation's own, all of them. */
  ownFields?: readonly FieldFilter[]
  createdFrom?: Date
  createdTo?: Date
  /** Only tickets of these queues, whatever else is said of queues. */
  within?: readonly Id[]
  /** When things happened to it, or will: all of them. */
  times?: readonly TimeRange[]
  /** Texts as OTRS's expressions say them (rule/expression.ts); one that is none finds nothing. */
  texts?: Partial<Record<TextName, string>>
  /** Words somewhere in one of its messages and notes, each in its part: all in the same one. */
  articles?: Partial<Record<ArticlePart, string>>
}

/** Ends are included, `before` is not; 'none': that moment is not there. */
export type TimeRange = { of: TimeName } & ({ from?: Date; until?: Date; before?: Date } | { none: true })

export const TEXT_NAMES = ['number', 'title', 'company', 'customerLogin'] as const
export type TextName = (typeof TEXT_NAMES)[number]
export const ARTICLE_PARTS = ['from', 'to', 'cc', 'subject', 'body'] as const
export type ArticlePart = (typeof ARTICLE_PARTS)[number]

/** Written as a constant: only then the partial indexes fit. */
export const OPEN = sql`ticket.state_type in ('new', 'open', 'pending reminder', 'pending auto')`

/** Attributes that are compared with what is wanted; queues are the policy's affair too, and walked one by one. */
const COMPARED = ENTRIES.flatMap(({ column, filter }) =>
  filter && filter.by !== 'queues'
    ? [{ field: filter.field as keyof FilterFields, column: sql.raw(`ticket.${column}`), by: filter.by }]
    : [],
)

export function filterConditions(filter: TicketFilter): RawBuilder<unknown>[] {
  const all: RawBuilder<unknown>[] = []
  if (filter.queueIds) all.push(sql`ticket.queue_id = any(${[...filter.queueIds]}::bigint[])`)
  if (filter.stateTypes) {
    const types = new Set(filter.stateTypes)
    const onlyOpen = [...types].every(isOpen)
    if (onlyOpen) all.push(OPEN)
    if (!onlyOpen || types.size < OPEN_TYPES.length) all.push(sql`ticket.state_type = any(${[...types]}::text[])`)
  }
  if (filter.archived === 'only') all.push(sql`ticket.archived`)
  // Open ones are never archived.
  else if (filter.archived === undefined && !filter.stateTypes?.every(isOpen)) all.push(sql`not ticket.archived`)
  for (const { field, column, by } of COMPARED) {
    const value = filter[field]
    if (value !== undefined && value !== '') all.push(compared(column, by, value as Wanted))
  }
  if (filter.watchedBy) all.push(sql`ticket.id in (select ticket_id from ticket_watcher where person_id = ${filter.watchedBy})`)
  if (filter.standsIn) {
    const { personId, at } = filter.standsIn
    all.push(
      sql`ticket.owner_id in (select person_id from person_absence where substitute_id = ${personId} and from_at <= ${at} and until_at > ${at})`,
    )
  }
  if (filter.askedByColleagues) {
    const { of, companies } = filter.askedByColleagues
    all.push(
      sql`ticket.customer_id is distinct from ${of} and ticket.customer_company <> '' and ticket.customer_company = any(${[...companies]}::text[])`,
    )
  }
  if (filter.toTake) all.push(...toTakeConditions(filter.toTake))
  for (const own of filter.ownFields ?? []) all.push(fieldCondition(sql`ticket.id`, own))
  if (filter.createdFrom) all.push(sql`ticket.created_at >= ${filter.createdFrom}`)
  if (filter.createdTo) all.push(sql`ticket.created_at < ${filter.createdTo}`)
  if (filter.within) all.push(sql`ticket.queue_id = any(${[...filter.within]}::bigint[])`)
  for (const range of filter.times ?? []) all.push(timeRange(range))
  for (const name of TEXT_NAMES) if (filter.texts?.[name]) all.push(textCondition(name, filter.texts[name]))
  const articles = ARTICLE_PARTS.filter((part) => filter.articles?.[part])
  if (articles.length > 0)
    all.push(
      sql`exists (select 1 from article a where a.ticket_id = ticket.id and a.withdrawn_at is null and ${sql.join(
        articles.map((part) => sql`${ARTICLE_COLUMNS[part]} ilike ${containing(filter.articles![part]!)}`),
        sql` and `,
      )})`,
    )
  return all
}

type Wanted = NonNullable<TicketFilter['due']> | string | readonly string[]
type By = (typeof COMPARED)[number]['by']

function compared(column: RawBuilder<unknown>, by: By, value: Wanted): RawBuilder<unknown> {
  if (Array.isArray(value)) return oneOf(column, by, value as readonly string[])
  if (by === 'time') return timeCondition(column, value as NonNullable<TicketFilter['due']>)
  if (by === 'id or nobody' && value === 'nobody') return sql`${column} is null`
  // "<> ''" is what an index on such a column holds.
  if (by === 'text') return sql`${column} <> '' and ${column} = ${value}`
  if (by === 'words') return sql`${column} ilike ${containing(String(value))}`
  return sql`${column} = ${value}`
}

/** One of several; one alone is asked for as if it stood by itself. */
function oneOf(column: RawBuilder<unknown>, by: By, values: readonly string[]): RawBuilder<unknown> {
  if (values.length === 1) return compared(column, by, values[0]!)
  if (by === 'words' || (by === 'id or nobody' && values.includes('nobody')))
    return values.length === 0
      ? sql`false`
      : sql`(${sql.join(
          values.map((one) => compared(column, by, one)),
          sql` or `,
        )})`
  return by === 'text' ? sql`${column} <> '' and ${column} = any(${[...values]}::text[])` : sql`${column} = any(${[...values]}::bigint[])`
}

/** What OTRS has of a ticket's past stands in its history: rows of a ticket that was made closed, or was closed. */
const CLOSINGS = sql`from history h join ticket_state s on s.id = h.state_id
  where h.ticket_id = ticket.id and h.type in ('NewTicket', 'StateUpdate') and s.type = 'closed'`

function timeRange(range: TimeRange): RawBuilder<unknown> {
  const { of } = range
  const bounds = (column: RawBuilder<unknown>): RawBuilder<unknown> => {
    if ('none' in range) return sql`${column} is null`
    const { from, until, before } = range
    return sql.join(
      [
        sql`${column} is not null`,
        ...(from ? [sql`${column} >= ${from}`] : []),
        ...(until ? [sql`${column} <= ${until}`] : []),
        ...(before ? [sql`${column} < ${before}`] : []),
      ],
      sql` and `,
    )
  }
  if (of === 'anyChange') return some(range, sql`from history h where h.ticket_id = ticket.id`, bounds)
  if (of === 'anyClosing') return some(range, CLOSINGS, bounds)
  if (of === 'lastClosing') return bounds(sql`(select max(h.created_at) ${CLOSINGS})`)
  const { column } = TIMES.get(of)!
  const condition = bounds(sql.raw(`ticket.${column}`))
  // What once was put off and is no longer keeps no date that counts.
  return of === 'pending' && !('none' in range)
    ? sql`${condition} and ticket.state_type in ('pending reminder', 'pending auto')`
    : condition
}
const TIMES = new Map<TimeName, (typeof ENTRIES)[number]>(ENTRIES.map((entry) => [entry.name as TimeName, entry]))

const some = (
  range: TimeRange,
  rows: RawBuilder<unknown>,
  bounds: (column: RawBuilder<unknown>) => RawBuilder<unknown>,
): RawBuilder<unknown> =>
  'none' in range ? sql`not exists (select 1 ${rows})` : sql`exists (select 1 ${rows} and ${bounds(sql`h.created_at`)})`

const ARTICLE_COLUMNS: Record<ArticlePart, RawBuilder<unknown>> = {
  from: sql`a.from_text`,
  to: sql`a.to_text`,
  cc: sql`a.cc_text`,
  subject: sql`a.subject`,
  body: sql`a.body`,
}

const TEXT_COLUMNS: Record<TextName, RawBuilder<unknown>> = {
  number: sql`ticket.number`,
  title: sql`ticket.title`,
  company: sql`coalesce(ticket.customer_company, '')`,
  customerLogin: sql`coalesce((select p.login from person p where p.id = ticket.customer_id), '')`,
}

/** OTRS behaviour: a blank in a title means that both are wanted. */
function textCondition(name: TextName, text: string): RawBuilder<unknown> {
  const expression = readExpression(text, { blankIsAnd: name === 'title' })
  const say = (part: Expression): RawBuilder<unknown> => {
    if (part.kind === 'text') return sql`${TEXT_COLUMNS[name]} ilike ${part.like}`
    if (part.kind === 'not') return sql`not ${say(part.of)}`
    return sql`(${sql.join(part.of.map(say), part.kind === 'and' ? sql` and ` : sql` or `)})`
  }
  return expression ? say(expression) : sql`false`
}

function timeCondition(column: RawBuilder<unknown>, wanted: NonNullable<TicketFilter['due']>): RawBuilder<unknown> {
  if (wanted === 'none') return sql`${column} is null`
  const { from, before } = wanted
  return sql.join(
    [sql`${column} is not null`, ...(from ? [sql`${column} >= ${from}`] : []), ...(before ? [sql`${column} < ${before}`] : [])],
    sql` and `,
  )
}

export interface Choice {
  limit: number
  /** One condition more: where a page begins. */
  further?: RawBuilder<unknown>
  sortKey?: RawBuilder<unknown>
  order?: (sortKey: string) => RawBuilder<unknown>
  /** The indexes by queue are in this order (or its reverse). */
  inIndexOrder?: boolean
}

/**
 * The select of ids that one list or count needs: each branch of the policy for itself, with its own limit, so that each has
 * an index to walk. What a search finds is gathered once and stands for the table `ticket` in every branch. Undefined: nothing
 * is visible.
 */
export function visibleIds(access: Access, right: Right, filter: TicketFilter, choice: Choice): RawBuilder<unknown> | undefined {
  const branches = visibleBranches(access, right, filter.queueIds ?? filter.within, filter.toTake && TAKES)
  if (branches.length === 0) return undefined
  const { limit, further, sortKey = sql`0`, order, inIndexOrder = false } = choice
  const conditions = [...filterConditions(withArchive(right, filter)), ...(further ? [further] : [])]
  // Few tickets have a held message or a failed mail: they too are gathered first.
  const narrowing = waiting(filter)
  const ways = searchWays(filter.search, { everybodys: isAgentRight(right) })
  const search = ways !== undefined || narrowing.length > 0
  const sorted = order ? sql` order by ${order('sort_key')}` : sql``
  // Of what each way finds no more than the page needs: what may be seen of it, in the page's order.
  const seen = sql`(${sql.join(
    branches.map(({ condition }) => condition),
    sql` or `,
  )})`
  const gather = (way: { condition: RawBuilder<unknown>; fenced: boolean }) => sql`
    (select ${sql.raw(SEARCHED_COLUMNS)} from (
      select ticket.*, ${sortKey} as sort_key from ${
        way.fenced ? sql`(select * from ticket where ${way.condition} offset 0) as ticket` : sql`ticket`
      } where ${sql.join([...(way.fenced ? [] : [way.condition]), ...narrowing, ...conditions, seen], sql` and `)}) as ticket${sorted} limit ${limit})`
  const gathered = ways
    ? sql.join(ways.map(gather), sql` union `)
    : sql`select ${sql.raw(SEARCHED_COLUMNS)} from ticket where ${sql.join([...narrowing, ...conditions], sql` and `)}`
  const narrowed = search ? sql`with ticket as materialized (${gathered})` : sql``
  const pick = (where: readonly RawBuilder<unknown>[]) => sql`
    select ticket.id, ${sortKey} as sort_key from ticket where ${sql.join(where, sql` and `)}${sorted} limit ${limit}`
  const parts = branches.map(({ condition, queues }) => {
    if (search) return sql`(${pick([condition])})`
    // Queue by queue: each is an index walked in order, as far as needed. All at once the planner may walk the tickets of the
    // whole house by date, and goes to its end when the queues hold none that fit. Other orders have no index to walk.
    return queues && (!order || inIndexOrder)
      ? sql`(select t.id, t.sort_key from unnest(${queues}::bigint[]) as q(id), lateral (${pick([sql`ticket.queue_id = q.id`, ...conditions])}) as t${order ? sql`` : sql` limit ${limit}`})`
      : sql`(${pick([condition, ...conditions])})`
  })
  return sql`${narrowed} select id from (${sql.join(parts, sql` union `)}) as u${sorted} limit ${limit}`
}

const waiting = (filter: TicketFilter): RawBuilder<unknown>[] => [
  ...(filter.held ? [HELD] : []),
  ...(filter.undelivered ? [UNDELIVERED] : []),
]

/** The same as conditions on tickets that are known: what is looked for, and what waits. */
export function searchConditions(filter: TicketFilter): RawBuilder<unknown>[] {
  const search = searchCondition(filter.search)
  return [...(search ? [search] : []), ...waiting(filter)]
}

/** The archive is the agents' affair: customers see all that is theirs. What waits for somebody is found in it too. */
const withArchive = (right: Right, filter: TicketFilter): TicketFilter =>
  filter.archived === undefined && (!isAgentRight(right) || filter.held || filter.undelivered) ? { ...filter, archived: 'with' } : filter

const UNDELIVERED = sql`ticket.undelivered_at is not null`
const HELD = sql`ticket.id = any(array(select ticket_id from article where held_at is not null and held_decision is null))`

/** Columns that the policy's branches and the sorts speak of. */
const SEARCHED_COLUMNS = [
  ...new Set([
    'id',
    'title',
    'queue_id',
    'owner_id',
    'responsible_id',
    'customer_id',
    'customer_company',
    'lock',
    ...ENTRIES.filter(({ sort }) => sort).map(({ column }) => column),
  ]),
].join(', ')
