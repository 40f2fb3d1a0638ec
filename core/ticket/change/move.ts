/** Owns the hand-over of a ticket that nobody asks a right for. What a move does stands in change.ts, whoever may ask for it. */
import type { Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import { findQueue } from '../../queue/queues.ts'
import { receptionQueue, routeFor, routeReason } from '../../unit/routing.ts'
import { change } from './change.ts'
import { lockTicket } from '../ticket.store.ts'
import type { Ticket } from '../ticket.ts'

/** Moves a ticket because routing says so: no right over it is asked, the caller has answered for that. */
export async function handOver(work: Work, ticketId: Id, queueId: Id, reason: unknown): Promise<void> {
  const ticket = await lockTicket(work.db, ticketId, null)
  const queue = await findQueue(work.db, queueId)
  if (!ticket || !queue) return
  await change(work, ticket, { queue }, { reasons: { queue: reason } })
}

/** A queue that is switched off, as when its unit opted out, has nobody who looks: what comes to life there goes where it would go today. */
export async function leaveClosedQueue(work: Work, ticket: Ticket): Promise<void> {
  const { topic_id, unit_id } = await work.db
    .selectFrom('ticket')
    .leftJoin('person', 'person.id', 'ticket.customer_id')
    .select(['ticket.topic_id', 'person.unit_id'])
    .where('ticket.id', '=', ticket.id)
    .executeTakeFirstOrThrow()
  const routed = await routeFor(work.db, unit_id ?? ticket.unitId, topic_id, await receptionQueue(work.db, work.config))
  await handOver(work, ticket.id, routed.queueId, [routeReason(routed, 'hand-over')])
}
