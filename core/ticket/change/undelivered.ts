/** Owns what follows for a ticket when a mail of ours did not arrive for good, and when somebody has dealt with it. */
import type { Id, StateType } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import { noteSendError } from '../../article/articles.ts'
import { canonicalAddress } from '../../mail/addresses.ts'
import { findQueue } from '../../queue/queues.ts'
import type { TicketColumns } from '../attributes.ts'
import type { Ticket } from '../ticket.ts'
import { change, shallAfterReply, ticketFor, type Also, type Row } from './change.ts'
import { leaveClosedQueue } from './move.ts'

export interface FailedMail {
  ticket_id: Id | null
  article_id: Id | null
  kind: string
  recipients: readonly string[]
  message_id?: string
}

/**
 * A mail failed for good: its ticket says so until somebody deals with it. What a person wrote opens a closed ticket, as OTRS does
 * upon any bounce, but for each address once: an address that never takes mail is no reason to open it again and again. `who` did not
 * get it; of the mail's recipients, whatever a report names.
 */
export async function deliveryFailed(work: Work, mail: FailedMail, who: readonly string[], error: string): Promise<void> {
  if (mail.ticket_id === null) return
  if (mail.article_id !== null)
    await noteSendError(work, mail.article_id, {
      messageId: mail.message_id ?? null,
      text: [who.join(', '), error].filter(Boolean).join(': '),
    })
  const ticket = await ticketFor(work, mail.ticket_id, 'rw')
  if (ticket.stateType === 'removed') return
  const columns = { undelivered_at: work.now }
  const failed = mail.recipients.map(canonicalAddress)
  const named = who.map(canonicalAddress).filter((address) => failed.includes(address))
  const addresses = named.length > 0 ? named : failed
  const opens = ticket.stateType === 'closed' && (await byPerson(work, mail)) && !(await openedFor(work, ticket.id, addresses))
  if (!opens) return change(work, ticket, {}, { columns })
  const queue = (await findQueue(work.db, ticket.queueId))!
  const { shall, reasons } = await shallAfterReply(work, ticket, queue)
  await change(work, ticket, shall, {
    reasons,
    columns,
    rows: [
      {
        type: 'Misc',
        parts: ['opened, not delivered', addresses.join(', ')],
        ...(mail.article_id === null ? {} : { articleId: mail.article_id }),
        reason: { rule: 'not-delivered', detail: error.slice(0, 1000) },
      },
    ],
  })
  if (!queue.valid) await leaveClosedQueue(work, ticket)
}

/** Whether a person wrote it; what is redirected always is a person's doing. */
async function byPerson(work: Work, { article_id: articleId, kind }: FailedMail): Promise<boolean> {
  if (articleId === null) return kind === 'redirect'
  const article = await work.db.selectFrom('article').select(['sender_type', 'person_id']).where('id', '=', articleId).executeTakeFirst()
  return article?.sender_type === 'agent' && article.person_id !== null
}

/** Whether the ticket was opened before for all of these addresses. */
async function openedFor(work: Work, ticketId: Id, addresses: readonly string[]): Promise<boolean> {
  const rows = await work.db
    .selectFrom('history')
    .select('name')
    .where('ticket_id', '=', ticketId)
    .where('type', '=', 'Misc')
    .where('name', 'like', '\\%\\%opened, not delivered\\%\\%%')
    .execute()
  const before = new Set(rows.flatMap(({ name }) => (name.split('%%')[2] ?? '').split(', ')))
  return addresses.every((address) => before.has(address))
}

/** What an act changes along that deals with mail that did not arrive: whoever writes anew has seen it. */
export const deliverySettled = (ticket: Ticket): { columns?: TicketColumns } =>
  ticket.undeliveredAt === null ? {} : { columns: { undelivered_at: null } }

/** The same for a state that a person sets: what is closed, although the mail did not arrive, is done with. */
export function closingSettles(work: Work, ticket: Ticket, to: StateType): Also {
  const done = to === 'closed' || to === 'removed'
  return done && work.actor.kind === 'person' && ticket.undeliveredAt !== null ? { rows: [settled(ticket)] } : {}
}

/** Somebody knows that the mail did not arrive, and has told the customer otherwise. */
export async function settleDelivery(work: Work, ticketId: Id): Promise<void> {
  const ticket = await ticketFor(work, ticketId, 'note')
  if (ticket.undeliveredAt !== null) await change(work, ticket, {}, { rows: [settled(ticket)] })
}

const settled = (ticket: Ticket): Row => ({ type: 'Misc', parts: ['delivery settled', ''], ...deliverySettled(ticket) })
