/** Owns the people around a ticket beside its customer and owner: participants and watchers. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

export interface Participant {
  id: Id
  name: string
  address: string | null
  right: 'read' | 'reply'
}

/** Who else may read the ticket, or reply in it, by name. */
export function listParticipants(db: Kysely<Database>, ticketId: Id): Promise<Participant[]> {
  return db
    .selectFrom('ticket_participant')
    .innerJoin('person', 'person.id', 'ticket_participant.person_id')
    .leftJoin('person_address as address', (join) => join.onRef('address.person_id', '=', 'person.id').on('address.main', '=', true))
    .select(['person.id', 'person.name', 'address.address', 'ticket_participant.right'])
    .where('ticket_participant.ticket_id', '=', ticketId)
    .orderBy('person.name')
    .execute()
}

/** Agents who watch the ticket, by name. */
export function listWatchers(db: Kysely<Database>, ticketId: Id): Promise<{ id: Id; name: string }[]> {
  return db
    .selectFrom('ticket_watcher')
    .innerJoin('person', 'person.id', 'ticket_watcher.person_id')
    .select(['person.id', 'person.name'])
    .where('ticket_watcher.ticket_id', '=', ticketId)
    .orderBy('person.name')
    .execute()
}
