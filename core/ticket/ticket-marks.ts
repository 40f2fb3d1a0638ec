/** Owns what a list says of tickets beside their columns: how far the sender of the last message is proven, what is held. */
import { sql, type Kysely } from 'kysely'
import type { Assurance, Database, Id } from '../database/schema.ts'

export interface TicketMarks {
  /** Of the newest message by a customer that is part of the ticket; null: nobody looked. */
  assurance: Assurance | null
  /** Messages that wait for a decision. */
  held: number
}

/** One question for a whole list; a ticket without anything to say is absent. */
export async function ticketMarks(db: Kysely<Database>, ticketIds: readonly Id[]): Promise<Map<Id, TicketMarks>> {
  if (ticketIds.length === 0) return new Map()
  const { rows } = await sql<TicketMarks & { id: Id }>`
    select t.id, newest.assurance, coalesce(waiting.held, 0) as held
    from unnest(${[...ticketIds]}::bigint[]) as t(id)
      left join lateral (
        select article.assurance from article where article.ticket_id = t.id and article.sender_type = 'customer'
          and (article.held_at is null or article.held_decision = 'accepted') order by article.id desc limit 1) as newest on true
      left join lateral (
        select count(*)::int as held from article where article.ticket_id = t.id and held_at is not null and held_decision is null) as waiting on true
    where newest.assurance is not null or waiting.held > 0`.execute(db)
  return new Map(rows.map(({ id, assurance, held }) => [id, { assurance, held }]))
}
