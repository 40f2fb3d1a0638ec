/** Owns the common part of every act on a ticket: locking it, asking the policy, writing columns and history together. */
import type { Id } from '../database/schema.ts'
import type { GuardChanges } from '../kernel/guards.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { insertArticle } from '../article/articles.ts'
import { absentNow } from '../person/absence.ts'
import { findPerson } from '../person/persons.ts'
import { findQueue } from '../queue/queues.ts'
import { demand, type Right } from '../permission/policy.ts'
import { refused } from '../errors.ts'
import { addHistory, type HistoryType } from './history.ts'
import { next, type Change, type MachineState, type Outcome } from './state-machine.ts'
import type { NewArticle, Ticket } from './ticket.ts'
import { findState, lockTicket, type StateRow } from './ticket.store.ts'

/** The ticket, locked, after the policy agreed. 404 when the actor may not see it, 403 when they may not do this. */
export async function ticketFor(work: Work, id: Id, right: Right): Promise<Ticket> {
  const ticket = await lockTicket(work.db, id, actorId(work))
  if (!ticket) throw refused('not-found')
  await work.demandReach(ticket.unitId)
  demand(work.actor, right, ticket.ties)
  return ticket
}

/** Columns of a ticket that acts change and undo puts back. */
export interface TicketColumns {
  title?: string
  queue_id?: Id
  state_id?: Id
  state_type?: Ticket['stateType']
  priority_id?: Id
  lock?: Ticket['lock']
  owner_id?: Id | null
  responsible_id?: Id | null
  customer_id?: Id | null
  pending_until?: Date | null
  closed_at?: Date | null
  last_customer_at?: Date | null
  last_agent_at?: Date | null
}

export interface Written {
  type: HistoryType; parts: readonly (string | number)[]; columns?: TicketColumns; articleId?: Id; reason?: unknown
  /** What the act changed elsewhere than in the ticket's columns: kept in history for undo (held.ts). */
  beside?: { before: Record<string, unknown>; after: Record<string, unknown> }
}

const current = (ticket: Ticket): Required<TicketColumns> => ({
  title: ticket.title, queue_id: ticket.queueId, state_id: ticket.stateId, state_type: ticket.stateType, priority_id: ticket.priorityId,
  lock: ticket.lock, owner_id: ticket.ownerId, responsible_id: ticket.responsibleId, customer_id: ticket.customerId,
  pending_until: ticket.pendingUntil, closed_at: ticket.closedAt, last_customer_at: ticket.lastCustomerAt, last_agent_at: ticket.lastAgentAt,
})

/**
 * Writes what an act did: the ticket's columns at once, one history row per entry with the columns before and after. Guards are
 * asked here, whatever act it is; taking an act back is none of their business.
 */
export async function writeChange(work: Work, ticket: Ticket, entries: Written[], more: TicketColumns = {}): Promise<void> {
  for (const entry of entries) await askGuards(work, ticket, entry, entries)
  const columns: TicketColumns = Object.assign({}, more, ...entries.map((entry) => entry.columns ?? {}))
  const now = current(ticket)
  await work.db.updateTable('ticket').set({ ...columns, changed_at: work.now }).where('id', '=', ticket.id).execute()
  addHistory(work, entries.map((entry) => ({
    ticketId: ticket.id, type: entry.type, parts: entry.parts,
    ...(entry.articleId ? { articleId: entry.articleId } : {}),
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
    ...(entry.columns || entry.beside ? {
      before: { ...Object.fromEntries(Object.keys(entry.columns ?? {}).map((key) => [key, now[key as keyof TicketColumns] ?? null])), ...entry.beside?.before },
      after: { ...entry.columns, ...entry.beside?.after },
    } : {}),
  })))
}

async function askGuards(work: Work, ticket: Ticket, { type, columns, parts }: Written, all: readonly Written[]): Promise<void> {
  const about = { ticket: Object.freeze({ ...ticket }) }
  if (type === 'StateUpdate' && columns?.state_id && columns.state_type) {
    const pending = all.find((entry) => entry.columns?.pending_until !== undefined)?.columns?.pending_until
    await work.ask('ticket.state-change', [ticket.unitId], {
      ...about, to: { id: columns.state_id, name: String(parts[1]), type: columns.state_type }, pendingUntil: pending ?? null,
    })
  } else if (type === 'OwnerUpdate' && columns?.owner_id !== undefined) {
    await work.ask('ticket.owner-change', [ticket.unitId], { ...about, to: columns.owner_id })
  } else if (type === 'Move' && columns?.queue_id) {
    const queue = (await findQueue(work.db, columns.queue_id))!
    // The unit that gives is asked first, then the one that takes.
    await work.ask('ticket.move', [ticket.unitId, queue.unitId], { ...about, to: { queueId: queue.id, queueName: queue.name, unitId: queue.unitId } })
  }
}

/** Adds what somebody writes to a ticket, once the guards agree. */
export async function addArticle(work: Work, ticket: Ticket, article: NewArticle): Promise<Id> {
  await askAboutArticle(work, { ticket: Object.freeze({ ...ticket }), queueId: ticket.queueId, unitId: ticket.unitId }, article)
  return insertArticle(work, ticket.id, article)
}

/** Asks the guards about an article, the first of a ticket included. */
export async function askAboutArticle(work: Work, about: Omit<GuardChanges['article.create'], 'article'>, article: NewArticle): Promise<void> {
  await work.ask('article.create', [about.unitId], { ...about, article: Object.freeze({ ...article }) })
}

const machineState = (ticket: Ticket): MachineState => ({
  type: ticket.stateType, lock: ticket.lock, ownerId: ticket.ownerId, pendingUntil: ticket.pendingUntil,
})

/** Asks the state machine; throws its refusal. */
export function nextOrRefuse(ticket: Ticket, change: Change): Extract<Outcome, { ok: true }> {
  const outcome = next(machineState(ticket), change)
  if (outcome.ok) return outcome
  throw refused(outcome.code, outcome.code === 'ticket.locked-by-other' ? { who: ticket.ownerName ?? '?' } : {})
}

/** What the machine decided, as entries to write. `given` is the state row when somebody chose one. */
export async function entriesOf(work: Work, ticket: Ticket, outcome: Extract<Outcome, { ok: true }>, given?: StateRow): Promise<Written[]> {
  const { state, stateChange } = outcome
  const entries: Written[] = []
  const target = stateChange === undefined ? undefined : await targetState(work, ticket, stateChange, given)
  if (target && (target.id !== ticket.stateId || target.type !== ticket.stateType)) {
    const closes = target.type === 'closed' && ticket.stateType !== 'closed'
    entries.push({
      type: 'StateUpdate', parts: [ticket.stateName, target.name, ''],
      columns: {
        state_id: target.id, state_type: target.type,
        ...(closes ? { closed_at: work.now } : target.type !== 'closed' && ticket.closedAt ? { closed_at: null } : {}),
      },
    })
  }
  if (state.pendingUntil?.getTime() !== ticket.pendingUntil?.getTime()) {
    entries.push({
      type: 'SetPendingTime', parts: [state.pendingUntil?.toISOString().slice(0, 16).replace('T', ' ') ?? '00-00-00 00:00'],
      columns: { pending_until: state.pendingUntil },
    })
  }
  if (state.ownerId !== ticket.ownerId) {
    const owner = state.ownerId === null ? undefined
      : await work.db.selectFrom('person').select('login').where('id', '=', state.ownerId).executeTakeFirst()
    entries.push({ type: 'OwnerUpdate', parts: [owner?.login ?? '', state.ownerId ?? ''], columns: { owner_id: state.ownerId } })
  }
  if (state.lock !== ticket.lock) {
    entries.push({ type: state.lock === 'unlock' ? 'Unlock' : 'Lock', parts: [state.lock], columns: { lock: state.lock } })
  }
  return entries
}

/**
 * What a customer's message does with state and lock. OTRS behaviour: nobody waits for an owner who is away or works here no
 * longer, so the ticket is unlocked; the owner stays, and history says why.
 */
export async function entriesAfterReply(work: Work, ticket: Ticket, { followUpLock }: { followUpLock: boolean }, wish: {
  keepState?: boolean; given?: StateRow; pendingUntil?: Date | null | undefined
} = {}): Promise<Written[]> {
  const owner = ticket.ownerId === null ? undefined : await findPerson(work.db, ticket.ownerId)
  const ownerUsable = Boolean(owner?.valid && owner.agent)
  const ownerOutOfOffice = (await absentNow(work.db, [ticket.ownerId], work.now)).size > 0
  const { keepState = false, given, pendingUntil } = wish
  const outcome = nextOrRefuse(ticket, {
    kind: 'customer-reply', followUpLock, ownerUsable, ownerOutOfOffice, ...(keepState ? { keepState } : {}),
    ...(given ? { state: { to: given.type, dateOptional: given.dateOptional, ...(pendingUntil ? { pendingUntil } : {}) } } : {}),
  })
  const rule = ownerOutOfOffice ? 'owner-away' : 'owner-gone'
  return (await entriesOf(work, ticket, outcome, given)).map((entry) => entry.type === 'Unlock'
    ? { ...entry, reason: { step: 'lock', decided: 'unlock', rule, detail: owner?.name ?? '' } } : entry)
}

async function targetState(work: Work, ticket: Ticket, why: string, given?: StateRow): Promise<StateRow> {
  if (why === 'given' && given) return given
  const name = why === 'merged' ? 'merged'
    : why === 'after-pending' ? (await findState(work.db, { id: ticket.stateId }))?.afterPending ?? 'closed successful'
    : 'open' // OTRS PostmasterFollowUpState; an answer makes a new ticket open
  const row = await findState(work.db, { name })
  if (!row) throw refused('ticket.state-unknown')
  return row
}

/** Tells what changed, one fact a kind. */
export function emitChanges(work: Work, ticket: Ticket, entries: Written[]): void {
  const about = { ticketId: ticket.id, unitId: ticket.unitId }
  for (const { type, columns } of entries) {
    if (type === 'StateUpdate' && columns?.state_type) work.emit('ticket.state-changed', { ...about, data: { from: ticket.stateType, to: columns.state_type } })
    else if (type === 'OwnerUpdate' && columns?.owner_id !== undefined) work.emit('ticket.owner-changed', { ...about, data: { from: ticket.ownerId, to: columns.owner_id } })
    else if ((type === 'Lock' || type === 'Unlock') && columns?.lock) work.emit('ticket.lock-changed', { ...about, data: { lock: columns.lock } })
    else if (type === 'SetPendingTime') work.emit('ticket.state-changed', { ...about, data: { from: ticket.stateType, to: ticket.stateType } })
  }
}
