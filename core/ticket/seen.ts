/** Owns who has seen a ticket, and when: what is new to a person is what came later. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

/**
 * Named touch, outside any act: the person has the ticket before their eyes. Never goes back in time. It waits for no disk: a power cut
 * takes at most that somebody has looked at something within its last second.
 */
export async function touchSeen(db: Kysely<Database>, ticketId: Id, personId: Id, now: Date): Promise<void> {
  await sql`
    with relaxed as materialized (select set_config('synchronous_commit', 'off', true) as off)
    insert into ticket_seen (ticket_id, person_id, seen_at)
    select ${ticketId}::bigint, ${personId}::bigint, ${now}::timestamptz from relaxed where off is not null
    on conflict (person_id, ticket_id) do update set seen_at = greatest(ticket_seen.seen_at, excluded.seen_at)`.execute(db)
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
