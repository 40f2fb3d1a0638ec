/** Owns which tickets a condition means: page by page in bounded memory, how many, and which of several conditions one ticket meets. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { listFields } from '../../field/fields.ts'
import type { Access } from '../../kernel/actor.ts'
import { listQueues } from '../../queue/queues.ts'
import { filterConditions, searchConditions, visibleIds, type TicketFilter } from '../ticket-filter.ts'
import { ticketFilterOf, type RuleFilter, type RuleRoom } from './rule-filter.ts'

/** Whose tickets: all there are, or those that somebody reads as an agent; `within`: of these queues only. */
export interface Scope {
  access?: Access
  within?: readonly Id[]
}

/** What conditions are read by, at a moment. */
export async function ruleRoom(db: Kysely<Database>, at: { now: Date; zone: string }): Promise<RuleRoom> {
  const [queues, fields] = await Promise.all([listQueues(db), listFields(db, 'ticket')])
  return { ...at, queues, fields }
}

/** Ids in their order, at most `limit` behind `after`: the next page begins behind the last of them. */
export async function matchingTickets(
  db: Kysely<Database>,
  rule: RuleFilter,
  room: RuleRoom,
  { access, within, after = '0', limit = 500 }: Scope & { after?: Id; limit?: number } = {},
): Promise<Id[]> {
  const ids = idsOf(scoped(rule, room, within), access, { after, limit, sorted: true })
  if (!ids) return []
  const { rows } = await sql<{ id: Id }>`select id::text from (${ids}) m order by m.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** What a page says as a number; of more than these it says that they are more. A condition that means a million is no reason to count them. */
export const MOST_COUNTED = 1000

/** How many, up to `cap`. */
export async function countMatching(
  db: Kysely<Database>,
  rule: RuleFilter,
  room: RuleRoom,
  { access, within, cap = MOST_COUNTED + 1 }: Scope & { cap?: number } = {},
): Promise<number> {
  const ids = idsOf(scoped(rule, room, within), access, { after: '0', limit: cap, sorted: false })
  if (!ids) return 0
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from (${ids}) m`.execute(db)
  return rows[0]?.count ?? 0
}

/** Of conditions by a key of one's own the keys of those that this ticket meets now: one statement, however many they are. */
export async function whichMatch<K extends string>(
  db: Kysely<Database>,
  rules: readonly { key: K; filter: RuleFilter; within?: readonly Id[] }[],
  room: RuleRoom,
  ticketId: Id,
): Promise<K[]> {
  if (rules.length === 0) return []
  // Many say the same, most often nothing: each condition is asked once.
  const alike = [...Map.groupBy(rules, ({ filter, within }) => JSON.stringify([filter, within])).values()]
  const { rows } = await sql<{ met: number[] }>`
    select array_remove(array[${sql.join(
      alike.map(
        ([one], n) => sql`case when ${sql.join(conditionsOf(scoped(one!.filter, room, one!.within)), sql` and `)} then ${sql.lit(n)} end`,
      ),
    )}]::integer[], null) as met from ticket where ticket.id = ${ticketId}`.execute(db)
  const met = new Set((rows[0]?.met ?? []).flatMap((n) => alike[n]!))
  return rules.filter((rule) => met.has(rule)).map(({ key }) => key)
}

/** Does this ticket meet the condition now? */
export const matchesTicket = async (db: Kysely<Database>, filter: RuleFilter, room: RuleRoom, ticketId: Id): Promise<boolean> =>
  (await whichMatch(db, [{ key: 'it', filter }], room, ticketId)).length > 0

const scoped = (rule: RuleFilter, room: RuleRoom, within: readonly Id[] | undefined): TicketFilter => ({
  ...ticketFilterOf(rule, room),
  ...(within ? { within } : {}),
})

const conditionsOf = (filter: TicketFilter): RawBuilder<unknown>[] => [sql`true`, ...filterConditions(filter), ...searchConditions(filter)]

function idsOf(
  filter: TicketFilter,
  access: Access | undefined,
  { after, limit, sorted }: { after: Id; limit: number /** For a count any order will do. */; sorted: boolean },
): RawBuilder<unknown> | undefined {
  const further = sql`ticket.id > ${after}`
  if (access)
    return visibleIds(access, 'ro', filter, { limit, further, ...(sorted ? { sortKey: sql`ticket.id`, order: () => sql`id` } : {}) })
  const order = sorted ? sql`order by ticket.id` : sql``
  return sql`select ticket.id from ticket where ${sql.join([further, ...conditionsOf(filter)], sql` and `)} ${order} limit ${limit}`
}
