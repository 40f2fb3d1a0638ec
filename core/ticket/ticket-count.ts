/** Owns the counts beside lists: straight from indexes on open tickets, never from counters. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { Access } from '../kernel/actor.ts'
import { queuesWith, visibleBranches, type Right } from '../permission/policy.ts'
import { filterConditions, OPEN, visibleIds, type TicketFilter } from './ticket-filter.ts'
import { isOpen } from './ticket.ts'

/** How many, up to `cap`: beyond it nobody needs the exact figure. */
export async function countTickets(db: Kysely<Database>, access: Access, right: Right, filter: TicketFilter, cap = 1000): Promise<number> {
  const ids = visibleIds(access, right, filter, { limit: cap })
  if (!ids) return 0
  const { rows } = await sql<{ count: string }>`select count(*) from (${ids}) c`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

/** Several counts, each up to `cap`, in one query where the index of open tickets has all that they ask, else in two: the figures of the rail. */
export async function countEach<K extends string>(
  db: Kysely<Database>,
  access: Access,
  right: Right,
  filters: Record<K, TicketFilter>,
  cap = 1000,
): Promise<Record<K, number>> {
  const names = Object.keys(filters) as K[]
  const count = async (query: Counting, some: K[]) =>
    some.length === 0 ? undefined : (await query(access, right, some, filters, cap).execute(db)).rows[0]
  const [together, apart] = await Promise.all([
    count(
      countTogether,
      names.filter((name) => isCountedTogether(filters[name])),
    ),
    count(
      countApart,
      names.filter((name) => !isCountedTogether(filters[name])),
    ),
  ])
  const found: Partial<Record<K, string>> = { ...together, ...apart }
  return Object.fromEntries(names.map((name) => [name, Math.min(Number(found[name] ?? 0), cap)])) as Record<K, number>
}

type Counting = <K extends string>(
  access: Access,
  right: Right,
  names: K[],
  filters: Record<K, TicketFilter>,
  cap: number,
) => RawBuilder<Record<K, string>>

/** Speaks of open tickets and of nothing that the index `ticket_open_counts` does not hold. */
function isCountedTogether({ stateTypes, ...rest }: TicketFilter): boolean {
  const fitting = new Set(['queueIds', 'owner', 'watchedBy', 'standsIn', 'toTake'])
  return Boolean(stateTypes?.every(isOpen)) && Object.keys(rest).every((key) => fitting.has(key))
}

/** One walk over the open tickets in the index for all figures: planning one select for each took longer than counting. */
const countTogether: Counting = (access, right, names, filters) => {
  const parts = visibleBranches(access, right).map(
    ({ condition }) => sql`
    select ticket.id, ticket.queue_id, ticket.state_type, ticket.owner_id, ticket.lock, ticket.responsible_id from ticket where ${OPEN} and ${condition}`,
  )
  if (parts.length === 0) return sql`select ${sql.join(names.map((name) => sql`0 as ${sql.id(name)}`))}`
  const figures = names.map(
    (name) => sql`count(*) filter (where ${sql.join(filterConditions(filters[name]), sql` and `)}) as ${sql.id(name)}`,
  )
  return sql`select ${sql.join(figures)} from (${sql.join(parts, sql` union `)}) as ticket`
}

const countApart: Counting = (access, right, names, filters, cap) =>
  sql`select ${sql.join(
    names.map((name) => {
      const ids = visibleIds(access, right, filters[name], { limit: cap })
      return ids ? sql`(select count(*) from (${ids}) c) as ${sql.id(name)}` : sql`0 as ${sql.id(name)}`
    }),
  )}`

/** Open tickets per queue the person may read: straight from the partial index on open tickets. */
export async function countOpenByQueue(db: Kysely<Database>, access: Access): Promise<Map<Id, { open: number; fresh: number }>> {
  const queues = queuesWith(access, 'ro')
  if (queues.length === 0) return new Map()
  const { rows } = await sql<{ queue_id: Id; open: string; fresh: string }>`
    select queue_id, count(*) as open, count(*) filter (where state_type = 'new') as fresh from ticket
    where ${OPEN} and queue_id = any(${queues}::bigint[])
    group by queue_id`.execute(db)
  return new Map(rows.map((row) => [row.queue_id, { open: Number(row.open), fresh: Number(row.fresh) }]))
}
