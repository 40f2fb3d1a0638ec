/** Owns what a mail's headers change on a ticket that exists: several things at once, each with its history row and its fact. */
import type { Id, Lock } from '../database/schema.ts'
import type { Work } from '../kernel/work.ts'
import { findQueue } from '../queue/queues.ts'
import { storable } from '../article/articles.ts'
import { emitChanges, ticketFor, writeChange, type Written } from './change.ts'

export interface RuleChange {
  queueId?: Id
  priority?: { id: Id; name: string }
  ownerId?: Id
  responsibleId?: Id
  lock?: Lock
  pendingUntil?: Date
  title?: string
}

/**
 * Changes what differs; the system's act only. OTRS behaviour: an owner set so does not lock; a lock needs an owner (answers
 * false then); a time to wait until counts for pending tickets only.
 */
export async function changeByRule(work: Work, ticketId: Id, wanted: RuleChange): Promise<{ locked: boolean }> {
  const ticket = await ticketFor(work, ticketId, 'rw')
  const entries: Written[] = []
  const login = async (id: Id) => (await work.db.selectFrom('person').select('login').where('id', '=', id).executeTakeFirst())?.login ?? ''
  const ownerId = wanted.ownerId ?? ticket.ownerId
  if (wanted.ownerId && wanted.ownerId !== ticket.ownerId) {
    entries.push({ type: 'OwnerUpdate', parts: [await login(wanted.ownerId), wanted.ownerId], columns: { owner_id: wanted.ownerId } })
  }
  if (wanted.responsibleId && wanted.responsibleId !== ticket.responsibleId) {
    entries.push({ type: 'ResponsibleUpdate', parts: [await login(wanted.responsibleId), wanted.responsibleId], columns: { responsible_id: wanted.responsibleId } })
  }
  if (wanted.pendingUntil && ticket.stateType.startsWith('pending') && wanted.pendingUntil.getTime() !== ticket.pendingUntil?.getTime()) {
    entries.push({
      type: 'SetPendingTime', parts: [wanted.pendingUntil.toISOString().slice(0, 16).replace('T', ' ')], columns: { pending_until: wanted.pendingUntil },
    })
  }
  if (wanted.priority && wanted.priority.id !== ticket.priorityId) {
    const { id, name } = wanted.priority
    entries.push({ type: 'PriorityUpdate', parts: [ticket.priorityName, ticket.priorityId, name, id], columns: { priority_id: id } })
  }
  const queue = wanted.queueId && wanted.queueId !== ticket.queueId ? await findQueue(work.db, wanted.queueId) : undefined
  if (queue) entries.push({ type: 'Move', parts: [queue.name, queue.id, ticket.queueName, ticket.queueId], columns: { queue_id: queue.id } })
  const locked = !wanted.lock || wanted.lock === 'unlock' || ownerId !== null
  if (wanted.lock && locked && wanted.lock !== ticket.lock) {
    entries.push({ type: wanted.lock === 'unlock' ? 'Unlock' : 'Lock', parts: [wanted.lock], columns: { lock: wanted.lock } })
  }
  const title = wanted.title && storable(wanted.title.replace(/\s+/g, ' ').trim()).slice(0, 250)
  if (title && title !== ticket.title) entries.push({ type: 'TitleUpdate', parts: [ticket.title, title], columns: { title } })
  if (entries.length === 0) return { locked }
  await writeChange(work, ticket, entries)
  const about = { ticketId: ticket.id, unitId: ticket.unitId }
  emitChanges(work, ticket, entries)
  if (queue) {
    for (const unitId of new Set([queue.unitId, ticket.unitId])) work.emit('ticket.moved', { ticketId: ticket.id, unitId, data: { from: ticket.queueId, to: queue.id } })
  }
  if (entries.some((entry) => entry.columns?.priority_id)) work.emit('ticket.priority-changed', { ...about, data: { from: ticket.priorityId, to: wanted.priority!.id } })
  if (entries.some((entry) => entry.columns?.title)) work.emit('ticket.title-changed', about)
  return { locked }
}
