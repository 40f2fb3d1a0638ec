/** Owns lists of tickets: what a person may see, filtered, sorted, paged by key; and the way to a single one. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { Access } from '../permission/actor.ts'
import { may, type Right } from '../permission/policy.ts'
import { refused } from '../errors.ts'
import type { Ticket } from './ticket.ts'
import { visibleIds, type TicketFilter } from './ticket-filter.ts'
import { findTicket, findTicketByNumber, ticketQuery, toTicket } from './ticket.store.ts'

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

function readKey(after: string | undefined): { value: string; id: Id } | undefined {
  if (!after) return undefined
  try {
    const [value, id] = JSON.parse(Buffer.from(after, 'base64url').toString()) as [unknown, unknown]
    return typeof value === 'string' && typeof id === 'string' && /^\d{1,18}$/.test(id) ? { value, id } : undefined
  } catch {
    return undefined
  }
}
