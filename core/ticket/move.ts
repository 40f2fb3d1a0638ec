/** Owns what moving a ticket to another queue does, whoever may ask for it. */
import type { Id } from '../database/schema.ts'
import { insertArticle } from '../article/articles.ts'
import { coreTexts } from '../i18n/core-texts.ts'
import type { Work } from '../kernel/work.ts'
import { findQueue, type Queue } from '../queue/queues.ts'
import { emitChanges, entriesOf, nextOrRefuse, writeChange, type Written } from './change.ts'
import type { Ticket } from './ticket.ts'
import { lockTicket } from './ticket.store.ts'

/**
 * Writes the move: history with its reason, nobody leads it any more (OTRS ForceUnlockOnMove), and the facts for both units.
 * Between units a note tells the agents of both which way it went: whoever no longer sees the queue finds it in the history.
 */
export async function writeMove(work: Work, ticket: Ticket, queue: Queue, reason?: unknown): Promise<void> {
  const entries: Written[] = [{
    type: 'Move', parts: [queue.name, queue.id, ticket.queueName, ticket.queueId], columns: { queue_id: queue.id }, ...(reason === undefined ? {} : { reason }),
  }]
  entries.push(...await entriesOf(work, ticket, nextOrRefuse(ticket, { kind: 'set-owner', ownerId: null })))
  await writeChange(work, ticket, entries)
  // Both units hear of it: the one that gives and the one that takes.
  const data = { from: ticket.queueId, to: queue.id }
  work.emit('ticket.moved', { ticketId: ticket.id, unitId: queue.unitId, data })
  if (queue.unitId !== ticket.unitId) {
    work.emit('ticket.moved', { ticketId: ticket.id, unitId: ticket.unitId, data })
    await noteMove(work, ticket, queue)
  }
  emitChanges(work, ticket, entries)
}

async function noteMove(work: Work, ticket: Ticket, queue: Queue): Promise<void> {
  const unit = await work.db.selectFrom('unit').select('name').where('id', '=', queue.unitId).executeTakeFirstOrThrow()
  const t = coreTexts.in(queue.language ?? 'pl')
  const who = work.actor.kind === 'person' ? work.actor.name : t('ticket.moved.system')
  const body = t('ticket.moved.note', { from: ticket.unitName, fromQueue: ticket.queueName, to: unit.name, toQueue: queue.name, who })
  await insertArticle(work, ticket.id, {
    channel: 'internal', senderType: 'system', visible: false, from: who, subject: t('ticket.moved.subject', { to: unit.name }), body,
  })
}

/** Moves a ticket because routing says so: no right over it is asked, the caller has answered for that. */
export async function handOver(work: Work, ticketId: Id, queueId: Id, reason: unknown): Promise<void> {
  const ticket = await lockTicket(work.db, ticketId, null)
  const queue = await findQueue(work.db, queueId)
  if (!ticket || !queue || queue.id === ticket.queueId) return
  await writeMove(work, ticket, queue, reason)
}
