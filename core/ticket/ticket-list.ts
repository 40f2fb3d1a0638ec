/** Owns lists of tickets: what a person may see, filtered, sorted, paged by key; and the way to a single one. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { cutPage, keyPage, type SortColumn } from '../database/key-page.ts'
import type { Database, Id } from '../database/schema.ts'
import type { Access } from '../kernel/actor.ts'
import { may, type Right } from '../permission/policy.ts'
import { refused } from '../errors.ts'
import { numbersIn, typedWords } from '../search/typed.ts'
import { ENTRIES, type Sort } from './attributes.ts'
import { isOpen, type Ticket } from './ticket.ts'
import { visibleIds, type Choice, type TicketFilter } from './ticket-filter.ts'
import { findTicket, findTicketByNumber, ticketQuery, tiesOf, toTicket, type TiesOfAll } from './ticket.store.ts'

export interface TicketPage {
  tickets: Ticket[]
  /** Where the next page begins; null on the last one. */
  after: string | null
}

/** By name: an expression to sort by, and the type its text form in the page key is read as. */
const SORT_COLUMNS = Object.fromEntries(
  ENTRIES.flatMap(({ name, column, sort }) =>
    sort ? [[name, { column: sort.by ?? `ticket.${column}`, type: sort.type } satisfies SortColumn]] : [],
  ),
) as Record<Sort, SortColumn>

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
  const byDue = wish.sort === 'due' && onlyDue(wish.filter)
  const sort = byDue ? DUE : SORT_COLUMNS[wish.sort ?? 'created']
  const direction = wish.direction ?? 'desc'
  const page = keyPage(sort, 'ticket.id', { ...wish, direction })
  const choice = {
    sortKey: page.column,
    order: (name: string) => sql.raw(`${name} ${direction}, id ${direction}`),
    limit: page.limit + 1,
    ...(page.condition ? { further: page.condition } : {}),
  }
  const newest = sortsNewest(wish)
  const among = visibleIds(access, right, wish.filter ?? {}, newest ? NEWEST : { ...choice, inIndexOrder: inIndexOrder(wish) })
  if (!among) return { tickets: [], after: null }
  const ids = newest ? orderOf(among, choice) : among
  // As an array the page is found first and then looked up by id. With `in (…)` the planner, which orders no more than eight
  // joins by itself, reads the whole table of tickets.
  const rows = await ticketQuery(db, access.personId)
    .select(page.key.as('sort_key'))
    .where(sql<boolean>`ticket.id = any(array(${ids}))`)
    .orderBy(page.column, direction)
    .orderBy('ticket.id', direction)
    .execute()
  const found = cutPage(
    rows.map((row) => ({ id: row.id, sortKey: row.sort_key, row })),
    page.limit,
  )
  return { tickets: found.rows.map(({ row }) => toTicket(row)), after: found.after }
}

/** A list that shows closed tickets too, in an order that no index has, is made of so many of its newest tickets: years are not sorted. */
export const SORTED_TICKETS = 2000
const NEWEST: Choice = {
  sortKey: sql.raw(SORT_COLUMNS.created.column),
  order: (name) => sql.raw(`${name} desc, id desc`),
  limit: SORTED_TICKETS,
  inIndexOrder: true,
}

/** Is the list one of its newest tickets only? What words find is gathered anyway, whatever its order. */
export const sortsNewest = (wish: ListWish): boolean =>
  !inIndexOrder(wish) && !onlyOpen(wish.filter) && !wish.filter?.search && !wish.filter?.held && !wish.filter?.undelivered

/** By change there is an index of all tickets: of the open ones, few, it would walk past years of closed ones. */
function inIndexOrder({ filter, sort = 'created' }: ListWish): boolean {
  return (
    sort === 'created' ||
    (sort === 'due' && onlyDue(filter)) ||
    (sort === 'changed' && !onlyOpen(filter)) ||
    (sort === 'priority' && onlyOpen(filter))
  )
}

const orderOf = (ids: RawBuilder<unknown>, { sortKey, order, limit, further }: Choice & Required<Pick<Choice, 'sortKey' | 'order'>>) => sql`
  select id from (select ticket.id, ${sortKey} as sort_key from ticket where ticket.id = any(array(${ids}))${
    further ? sql` and ${further}` : sql``
  }) as u order by ${order('sort_key')} limit ${limit}`

/** The index by urgency is of open tickets. */
const onlyOpen = (filter: TicketFilter | undefined): boolean => Boolean(filter?.stateTypes?.every(isOpen))

/** Of open tickets that are due there is an index by when: then the column itself is never null. */
const DUE: SortColumn = { column: 'ticket.due_at', type: 'timestamptz' }
const onlyDue = (filter: TicketFilter | undefined): boolean => filter?.due !== undefined && filter.due !== 'none' && onlyOpen(filter)

/** The ticket, if `access` holds `right` on it: otherwise 404, the same as absent; 403 when it is visible all the same. */
export async function seeTicket(db: Kysely<Database>, access: Access, id: Id, right: Right): Promise<Ticket> {
  const ticket = await findTicket(db, id, access.personId)
  return checked(ticket, access, right)
}

export async function seeTicketByNumber(db: Kysely<Database>, access: Access, number: string, right: Right): Promise<Ticket> {
  return checked(await findTicketByNumber(db, number, access.personId), access, right)
}

/** Those of these tickets on which `access` holds `right`, whatever tie it is by. */
export async function readableOf(db: Kysely<Database>, access: Access, ids: readonly Id[], right: Right): Promise<ReadonlySet<Id>> {
  const ties = ids.length === 0 ? new Map<Id, never>() : await tiesOf(db, ids)
  const holds = ({ watchers, participants, ...rest }: TiesOfAll) =>
    may(access, right, {
      ...rest,
      watching: watchers.includes(access.personId),
      participation: participants.includes(access.personId) ? 'read' : null,
    }).allowed
  return new Set([...ties].filter(([, one]) => holds(one)).map(([id]) => id))
}

/**
 * The ticket that is meant by what somebody typed: whose number stands in it, or, where nothing else does, the only one whose number
 * begins or ends so. Undefined: none that `access` holds `right` on.
 */
export async function ticketMeant(db: Kysely<Database>, access: Access, right: Right, typed: string): Promise<Id | undefined> {
  for (const number of numbersIn(typed)) {
    const ticket = await findTicketByNumber(db, number, access.personId)
    if (ticket && may(access, right, ticket.ties).allowed) return ticket.id
  }
  const [word, ...more] = typedWords(typed)
  if (!word?.digits || more.length > 0) return undefined
  const { tickets } = await listTickets(db, access, right, { filter: { search: word.digits }, limit: 2 })
  const [only, another] = tickets
  return only && !another && (only.number.endsWith(word.digits) || only.number.startsWith(word.digits)) ? only.id : undefined
}

function checked(ticket: Ticket | undefined, access: Access, right: Right): Ticket {
  if (!ticket) throw refused('not-found')
  if (may(access, right, ticket.ties).allowed) return ticket
  throw refused(may(access, right === 'answer' ? 'see' : 'ro', ticket.ties).allowed ? 'not-allowed' : 'not-found')
}
