/** Owns who has seen a ticket, and when: what is new to a person is what came later. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

/** Named touch, outside any act: the person has the ticket before their eyes. Never goes back in time. */
export async function touchSeen(db: Kysely<Database>, ticketId: Id, personId: Id, now: Date): Promise<void> {
  await db
    .insertInto('ticket_seen')
    .values({ ticket_id: ticketId, person_id: personId, seen_at: now })
    .onConflict((oc) =>
      oc.columns(['person_id', 'ticket_id']).doUpdateSet({ seen_at: sql`greatest(ticket_seen.seen_at, excluded.seen_at)` }),
    )
    .execute()
}

/** When the person last saw each of these tickets; absent: never. One query for a whole list. */
export async function seenTimes(db: Kysely<Database>, personId: Id, ticketIds: readonly Id[]): Promise<Map<Id, Date>> {
  if (ticketIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('ticket_seen')
    .select(['ticket_id', 'seen_at'])
    .where('person_id', '=', personId)
    .where('ticket_id', 'in', [...ticketIds])
    .execute()
  return new Map(rows.map((row) => [row.ticket_id, row.seen_at]))
}
