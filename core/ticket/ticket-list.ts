/** Owns lists of tickets: what a person may see, filtered, sorted, paged by key; and the counts beside them. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id, StateType } from '../database/schema.ts'
import type { Access } from '../permission/actor.ts'
import { may, queuesWith, visibleBranches, type Right } from '../permission/policy.ts'
import { refused } from '../errors.ts'
import { OPEN_TYPES, type Ticket } from './ticket.ts'
import { findTicket, findTicketByNumber, ticketQuery, toTicket } from './ticket.store.ts'

export interface TicketFilter {
  queueIds?: readonly Id[]
  stateTypes?: readonly StateType[]
  stateId?: Id
  priorityId?: Id
  owner?: Id | 'nobody'
  customerId?: Id
  watchedBy?: Id
  /** Number (whole or its beginning), words of the title, customer's name or address. */
  search?: string
  createdFrom?: Date
  createdTo?: Date
}

export const SORTS = ['created', 'changed', 'received', 'pending', 'priority', 'title'] as const
export type Sort = (typeof SORTS)[number]

export interface TicketPage {
  tickets: Ticket[]
  /** Where the next page begins; null on the last one. */
  after: string | null
}

// The expression sorts, its text form goes into the page key.
const SORT_COLUMNS: Record<Sort, { column: string; type: string }> = {
  created: { column: 'ticket.created_at', type: 'timestamptz' },
  changed: { column: 'ticket.changed_at', type: 'timestamptz' },
  received: { column: 'ticket.received_at', type: 'timestamptz' },
  pending: { column: "coalesce(ticket.pending_until, 'infinity')", type: 'timestamptz' },
  priority: { column: 'ticket.priority_id', type: 'bigint' },
  title: { column: 'lower(ticket.title)', type: 'text' },
}

export interface ListWish {
  filter?: TicketFilter
  sort?: Sort
  direction?: 'asc' | 'desc'
  after?: string | undefined
  /** 1–500; default 50. */
  limit?: number
}

/**
 * One page of the tickets on which `access` holds `right` (`ro` for agents, `see` for customers). Each branch of the policy
 * is its own subquery with its own limit, joined by UNION: a person with few tickets and one with all queues are both quick.
 */
export async function listTickets(db: Kysely<Database>, access: Access, right: Right, wish: ListWish = {}): Promise<TicketPage> {
  const limit = Math.min(Math.max(wish.limit ?? 50, 1), 500)
  const { column, type } = SORT_COLUMNS[wish.sort ?? 'created']
  const direction = wish.direction ?? 'desc'
  const key = readKey(wish.after)
  const further = key && sql`(${sql.raw(column)}, ticket.id) ${sql.raw(direction === 'desc' ? '<' : '>')} (${key.value}::${sql.raw(type)}, ${key.id}::bigint)`
  const ids = visibleIds(access, right, wish.filter ?? {}, {
    ...(further ? { further } : {}), sortKey: sql.raw(column), order: (name) => sql.raw(`${name} ${direction}, id ${direction}`), limit: limit + 1,
    inIndexOrder: column === SORT_COLUMNS.created.column,
  })
  if (!ids) return { tickets: [], after: null }
  // As an array the page is found first and then looked up by id. With `in (…)` the planner, which orders no more than eight
  // joins by itself, reads the whole table of tickets.
  const rows = await ticketQuery(db, access.personId)
    .select(sql<string>`(${sql.raw(column)})::text`.as('sort_key'))
    .where(sql<boolean>`ticket.id = any(array(${ids}))`)
    .orderBy(sql.raw(column), direction).orderBy('ticket.id', direction).execute()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    tickets: page.map(toTicket),
    after: rows.length > limit && last ? Buffer.from(JSON.stringify([last.sort_key, last.id])).toString('base64url') : null,
  }
}

/** How many, up to `cap`: beyond it nobody needs the exact figure. */
export async function countTickets(db: Kysely<Database>, access: Access, right: Right, filter: TicketFilter, cap = 1000): Promise<number> {
  const ids = visibleIds(access, right, filter, { limit: cap })
  if (!ids) return 0
  const { rows } = await sql<{ count: string }>`select count(*) from (${ids}) c`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

/** Several counts in one query, each up to `cap`: the figures beside the views of the rail. */
export async function countEach<K extends string>(
  db: Kysely<Database>, access: Access, right: Right, filters: Record<K, TicketFilter>, cap = 1000,
): Promise<Record<K, number>> {
  const names = Object.keys(filters) as K[]
  const columns = names.map((name) => {
    const ids = visibleIds(access, right, filters[name], { limit: cap })
    return ids ? sql`(select count(*) from (${ids}) c) as ${sql.id(name)}` : sql`0 as ${sql.id(name)}`
  })
  const { rows } = await sql<Record<K, string>>`select ${sql.join(columns)}`.execute(db)
  return Object.fromEntries(names.map((name) => [name, Number(rows[0]?.[name] ?? 0)])) as Record<K, number>
}

/** Open tickets per queue the person may read: straight from the partial index on open tickets. */
export async function countOpenByQueue(db: Kysely<Database>, access: Access): Promise<Map<Id, { open: number; fresh: number }>> {
  const queues = queuesWith(access, 'ro')
  if (queues.length === 0) return new Map()
  const { rows } = await sql<{ queue_id: Id; open: string; fresh: string }>`
    select queue_id, count(*) as open, count(*) filter (where state_type = 'new') as fresh from ticket
    where state_type in ('new', 'open', 'pending reminder', 'pending auto') and queue_id = any(${queues}::bigint[])
    group by queue_id`.execute(db)
  return new Map(rows.map((row) => [row.queue_id, { open: Number(row.open), fresh: Number(row.fresh) }]))
}

interface Choice {
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
function visibleIds(access: Access, right: Right, filter: TicketFilter, choice: Choice): RawBuilder<unknown> | undefined {
  const branches = visibleBranches(access, right, filter.queueIds)
  if (branches.length === 0) return undefined
  const { limit, further, sortKey = sql`0`, order, inIndexOrder = false } = choice
  const conditions = [...filterConditions(filter), ...(further ? [further] : [])]
  const search = searchCondition(filter.search)
  const narrowed = search && sql`with ticket as materialized (
    select ${sql.raw(SEARCHED_COLUMNS)} from ticket where ${sql.join([search, ...conditions], sql` and `)})`
  const sorted = order ? sql` order by ${order('sort_key')}` : sql``
  const pick = (where: readonly RawBuilder<unknown>[]) => sql`
    select ticket.id, ${sortKey} as sort_key from ticket where ${sql.join(where, sql` and `)}${sorted} limit ${limit}`
  const parts = branches.map(({ condition, queues }) => {
    if (search) return sql`(${pick([condition])})`
    // Queue by queue: each is an index walked in order, as far as needed. All at once the planner may walk the tickets of the
    // whole house by date, and goes to its end when the queues hold none that fit. Other orders have no index to walk.
    return queues && (!order || inIndexOrder)
      ? sql`(select t.id, t.sort_key from unnest(${queues}::bigint[]) as q(id), lateral (${pick([sql`ticket.queue_id = q.id`, ...conditions])}) as t)`
      : sql`(${pick([condition, ...conditions])})`
  })
  return sql`${narrowed ?? sql``} select id from (${sql.join(parts, sql` union `)}) as u${sorted} limit ${limit}`
}

/** Columns that the policy's branches and the sorts speak of. */
const SEARCHED_COLUMNS = 'id, title, queue_id, owner_id, responsible_id, customer_id, priority_id, pending_until, received_at, created_at, changed_at'

/** By number or its beginning, by words of the title, by name or address of the customer. */
function searchCondition(text: string | undefined): RawBuilder<unknown> | undefined {
  const search = text?.trim().slice(0, 200)
  if (!search) return undefined
  if (/^\d{4,}$/.test(search)) return sql`ticket.number like ${`${search}%`}`
  const like = `%${search.replace(/[\\%_]/g, (c) => `\\${c}`)}%`
  return sql`(ticket.title ilike ${like} or ticket.customer_id = any(array(
    select id from person where name ilike ${like} union select person_id from person_address where address ilike ${like})))`
}

/** The ticket, if `access` holds `right` on it: otherwise 404, the same as absent; 403 when it is visible all the same. */
export async function seeTicket(db: Kysely<Database>, access: Access, id: Id, right: Right): Promise<Ticket> {
  const ticket = await findTicket(db, id, access.personId)
  return checked(ticket, access, right)
}

export async function seeTicketByNumber(db: Kysely<Database>, access: Access, number: string, right: Right): Promise<Ticket> {
  return checked(await findTicketByNumber(db, number, access.personId), access, right)
}

function checked(ticket: Ticket | undefined, access: Access, right: Right): Ticket {
  if (!ticket) throw refused('not-found')
  if (may(access, right, ticket.ties).allowed) return ticket
  throw refused(may(access, right === 'answer' ? 'see' : 'ro', ticket.ties).allowed ? 'not-allowed' : 'not-found')
}

function filterConditions(filter: TicketFilter): RawBuilder<unknown>[] {
  const all: RawBuilder<unknown>[] = []
  if (filter.queueIds) all.push(sql`ticket.queue_id = any(${[...filter.queueIds]}::bigint[])`)
  if (filter.stateTypes) {
    // Written as a constant where it is the set of open types: only then the partial indexes fit.
    const open = filter.stateTypes.length === OPEN_TYPES.length && OPEN_TYPES.every((type) => filter.stateTypes!.includes(type))
    all.push(open
      ? sql`ticket.state_type in ('new', 'open', 'pending reminder', 'pending auto')`
      : sql`ticket.state_type = any(${[...filter.stateTypes]}::text[])`)
    if (!open && filter.stateTypes.every((type) => OPEN_TYPES.includes(type))) {
      all.push(sql`ticket.state_type in ('new', 'open', 'pending reminder', 'pending auto')`)
    }
  }
  if (filter.stateId) all.push(sql`ticket.state_id = ${filter.stateId}`)
  if (filter.priorityId) all.push(sql`ticket.priority_id = ${filter.priorityId}`)
  if (filter.owner) all.push(filter.owner === 'nobody' ? sql`ticket.owner_id is null` : sql`ticket.owner_id = ${filter.owner}`)
  if (filter.customerId) all.push(sql`ticket.customer_id = ${filter.customerId}`)
  if (filter.watchedBy) all.push(sql`ticket.id in (select ticket_id from ticket_watcher where person_id = ${filter.watchedBy})`)
  if (filter.createdFrom) all.push(sql`ticket.created_at >= ${filter.createdFrom}`)
  if (filter.createdTo) all.push(sql`ticket.created_at < ${filter.createdTo}`)
  return all
}

function readKey(after: string | undefined): { value: string; id: Id } | undefined {
  if (!after) return undefined
  try {
    const [value, id] = JSON.parse(Buffer.from(after, 'base64url').toString()) as [unknown, unknown]
    return typeof value === 'string' && typeof id === 'string' && /^\d{1,18}$/.test(id) ? { value, id } : undefined
  } catch {
    return undefined
  }
}
