/** Owns the hand-over of a ticket that nobody asks a right for. What a move does stands in change.ts, whoever may ask for it. */
import type { Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import { findQueue } from '../../queue/queues.ts'
import { change } from './change.ts'
import { lockTicket } from '../ticket.store.ts'

/** Moves a ticket because routing says so: no right over it is asked, the caller has answered for that. */
export async function handOver(work: Work, ticketId: Id, queueId: Id, reason: unknown): Promise<void> {
  const ticket = await lockTicket(work.db, ticketId, null)
  const queue = await findQueue(work.db, queueId)
  if (!ticket || !queue) return
  await change(work, ticket, { queue }, { reasons: { queue: reason } })
}
