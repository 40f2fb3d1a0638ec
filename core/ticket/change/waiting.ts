/** Owns tickets that wait for their customer: since when, reminding the customer, closing them when no answer comes. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import { queueReminderMail } from '../../mail/texts/auto-response.ts'
import { addHistory } from '../history.ts'
import type { Ticket } from '../ticket.ts'
import { findState } from '../ticket.store.ts'
import { ticketFor } from './change.ts'
import { setState } from './tickets.ts'

export interface Waiting {
  id: Id
  queueId: Id
  /** It was put into this state, or an agent last wrote to the customer. */
  since: Date
  /** When the customer was reminded since then. */
  remindedAt: Date | null
}

/** Tickets of these queues that wait for their customer, without a date; so many at most, by id, from one on. */
export async function listWaiting(db: Kysely<Database>, queueIds: readonly Id[], after: Id, most: number): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select t.id, t.queue_id as "queueId", began.at as since, reminded.at as "remindedAt"
    from ticket t join ticket_state s on s.id = t.state_id and s.type = 'pending reminder' and s.date_optional
      cross join lateral (
        select greatest(t.last_agent_at, (
          select max(h.created_at) from history h where h.ticket_id = t.id and h.type in ('StateUpdate', 'NewTicket')), t.created_at) as at) began
      cross join lateral (
        select max(h.created_at) as at from history h
        where h.ticket_id = t.id and h.type = 'Misc' and h.name like ${`%%${REMINDED}%`} and h.created_at >= began.at) reminded
    where t.queue_id = any(${[...queueIds]}::bigint[]) and t.state_type = 'pending reminder' and t.pending_until is null and t.id > ${after}
    order by t.id limit ${most}`.execute(db)
  return rows
}
const REMINDED = 'customer reminded'

/** Whoever answered, or put it off until a date, since it was listed: then there is nothing to do. */
const waits = (ticket: Ticket): boolean => ticket.stateType === 'pending reminder' && ticket.pendingUntil === null

/** Mails the reminder that the queue's texts have; where nobody can be reminded it counts as done all the same. */
export async function remindWaiting(work: Work, ticketId: Id): Promise<void> {
  const ticket = await ticketFor(work, ticketId, 'compose')
  if (!waits(ticket)) return
  const address = await queueReminderMail(work, ticket.id)
  addHistory(work, { ticketId: ticket.id, type: 'Misc', parts: [REMINDED, address ?? '–'] })
}

/** Closes it as its state would be closed by hand: the customer is told. */
export async function closeWaiting(work: Work, ticketId: Id, successful: boolean): Promise<void> {
  const state = await findState(work.db, { name: successful ? 'closed successful' : 'closed unsuccessful' })
  if (!state || !waits(await ticketFor(work, ticketId, 'close'))) return
  await setState(work, ticketId, { stateId: state.id, reason: { step: 'state', decided: state.name, rule: 'no-answer', detail: '' } })
}
