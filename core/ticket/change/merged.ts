/** Owns the way from a merged ticket to the one it is part of now: the one place that follows the chain, and what is written under an old number. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { MERGED } from '../history.ts'
import { lockTicket } from '../ticket.store.ts'
import type { NewArticle, Ticket } from '../ticket.ts'

/** OTRS follows as many; merging refuses what would become longer (ticket/merge/). */
export const MOST_HOPS = 10

/**
 * As the CTE `hop` (id, state_type, hops): a ticket, what it was merged into, and so on. Of tickets that were merged elsewhere, or before
 * the column was there, the last Merged row of history says it, as in OTRS.
 */
export const chainFrom = (ticketId: Id | RawBuilder<unknown>) => sql`hop as (
  select t.id, t.state_type, t.merged_into_id, 0 as hops from ticket t where t.id = ${ticketId}
  union all
  select t.id, t.state_type, t.merged_into_id, hop.hops + 1 from hop
    join ticket t on t.id = coalesce(hop.merged_into_id, (
      select ${MERGED.into} from history h where h.ticket_id = hop.id and ${MERGED.row} order by h.id desc limit 1))
  where hop.state_type = 'merged' and hop.hops < ${sql.lit(MOST_HOPS)})`

/** The ticket that a merged one is part of now; undefined where it is not merged, or leads nowhere. */
export async function mainTicketOf(db: Kysely<Database>, ticket: Pick<Ticket, 'id' | 'stateType'>): Promise<Id | undefined> {
  if (ticket.stateType !== 'merged') return undefined
  const { rows } = await sql<{ id: Id }>`
    with recursive ${chainFrom(ticket.id)} select id from hop where state_type <> 'merged' order by hops desc limit 1`.execute(db)
  return rows[0]?.id
}

/** The tickets that are part of this one by merges, itself first. */
export async function partsOf(db: Kysely<Database>, ticketId: Id): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    with recursive part as (
      select ${ticketId}::bigint as id, 0 as depth
      union all select t.id, part.depth + 1 from part join ticket t on t.merged_into_id = part.id and t.state_type = 'merged' where part.depth <= ${sql.lit(MOST_HOPS)})
    select id::text from part order by depth, id`.execute(db)
  return rows.map(({ id }) => id)
}

/** Do the customers of the ticket that it is part of now read what was written in this one? So each merge on the way says. */
export async function sharedWithMain(db: Kysely<Database>, ticketId: Id): Promise<boolean> {
  const { rows } = await sql<{ shared: boolean | null }>`
    with recursive ${chainFrom(ticketId)}
    select bool_and(coalesce(m.shared, false)) as shared from hop left join merge m on m.ticket_id = hop.id and m.undone_at is null
    where hop.state_type = 'merged'`.execute(db)
  return rows[0]?.shared ?? false
}

/**
 * Where a message goes that is written to a ticket: to the one that it is part of now, locked, however it was named. Whoever does not see that one
 * writes in the thread of the old number, and those who do see it do not read along.
 */
export async function placeOfMessage(
  work: Work,
  ticket: Ticket,
  personId: Id | null,
): Promise<{ ticket: Ticket; thread?: NonNullable<NewArticle['thread']> }> {
  const mainId = await mainTicketOf(work.db, ticket)
  const main = mainId && (await lockTicket(work.db, mainId, actorId(work)))
  if (!main) return { ticket }
  await work.demandReach(main.unitId)
  const thread = await threadFor(work.db, main, ticket.id, personId)
  return { ticket: main, ...(thread ? { thread } : {}) }
}

/** The thread in which somebody writes who names `writtenTo`, which is part of `main`; none for who sees `main`. */
export async function threadFor(
  db: Kysely<Database>,
  main: Pick<Ticket, 'id' | 'customerId'>,
  writtenTo: Id,
  personId: Id | null,
): Promise<NewArticle['thread']> {
  if (personId !== null) {
    if (personId === main.customerId) return undefined
    const sees = await db
      .selectFrom('ticket_participant')
      .select('person_id')
      .where('ticket_id', '=', main.id)
      .where('person_id', '=', personId)
      .executeTakeFirst()
    if (sees) return undefined
  }
  return { ticketId: writtenTo, shared: await sharedWithMain(db, writtenTo) }
}
