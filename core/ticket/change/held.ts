/** Owns messages held apart from a ticket: holding one, accepting or rejecting it, its sender from now on, and taking that back. */
import { emitArticle, insertArticle } from '../../article/articles.ts'
import { isId } from '../../database/id.ts'
import type { HeldDecision, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import type { Work } from '../../kernel/work.ts'
import { findPerson } from '../../person/persons.ts'
import { findQueue } from '../../queue/queues.ts'
import type { TicketColumns } from '../attributes.ts'
import { askAboutArticle, change, shallAfterReply, ticketFor } from './change.ts'
import { addHistory } from '../history.ts'
import type { NewArticle, Ticket } from '../ticket.ts'

/** What history keeps of an act on a held message, beside the ticket's columns. */
interface HeldChange {
  held_decision: HeldDecision | null
  participant_right?: 'read' | 'reply' | null
}

/**
 * Keeps a message apart: agents see it on the ticket, the customer does not, nothing changes and nobody is answered. With a
 * decision it is kept as rejected from the start.
 */
export async function holdMessage(
  work: Work,
  ticketId: Id,
  article: NewArticle & Required<Pick<NewArticle, 'held'>>,
  reason?: unknown,
): Promise<Id> {
  const ticket = await ticketFor(work, ticketId, 'answer')
  await askAboutArticle(work, { ticket: Object.freeze({ ...ticket }), queueId: ticket.queueId, unitId: ticket.unitId }, article)
  const articleId = await insertArticle(work, ticket.id, article)
  addHistory(work, {
    ticketId: ticket.id,
    type: 'Misc',
    parts: [article.held.decision === 'rejected' ? 'message refused' : 'message held', article.from ?? ''],
    articleId,
    ...(reason === undefined ? {} : { reason }),
  })
  work.emit('article.held', { ticketId: ticket.id, unitId: ticket.unitId, data: { article: articleId, decision: article.held.decision } })
  return articleId
}

/**
 * Makes a held message a message of its ticket, with all that follows from a customer's message; also one that was rejected
 * before. With `sender` who wrote it may write into the ticket from now on. Errors: `conflict` when it is accepted already,
 * `article.sender-unknown` when nobody is known to have written it.
 */
export async function acceptHeld(work: Work, ticketId: Id, articleId: Id, { sender = false }: { sender?: boolean } = {}): Promise<void> {
  const { ticket, article } = await heldFor(work, ticketId, articleId, ['rejected', null])
  if (ticket.stateType === 'merged') throw refused('ticket.merged-is-final')
  await work.db.updateTable('article').set({ held_decision: 'accepted', visible: true }).where('id', '=', article.id).execute()
  const before = sender ? await letIn(work, ticket, article) : undefined
  const stood: HeldChange = { held_decision: article.held_decision, ...(before === undefined ? {} : { participant_right: before }) }
  const stands: HeldChange = { held_decision: 'accepted', ...(sender ? { participant_right: 'reply' } : {}) }
  const latest = ticket.lastCustomerAt && ticket.lastCustomerAt > article.created_at ? ticket.lastCustomerAt : article.created_at
  const { shall, reasons } = await whatFollows(work, ticket)
  await change(work, ticket, shall, {
    reasons,
    rows: [
      {
        type: 'Misc',
        parts: [sender ? 'sender accepted' : 'message accepted', article.from_text],
        articleId,
        columns: { last_customer_at: latest },
        beside: { before: { ...stood }, after: { ...stands } },
      },
    ],
  })
  emitArticle(work, ticket, articleId, { channel: article.channel, senderType: article.sender_type, visible: true, subject: '', body: '' })
  decided(work, ticket, articleId, 'accepted')
}

/** Keeps the message with the ticket, out of sight. Nobody is told. */
export async function rejectHeld(work: Work, ticketId: Id, articleId: Id): Promise<void> {
  const { ticket, article } = await heldFor(work, ticketId, articleId, [null])
  await work.db.updateTable('article').set({ held_decision: 'rejected' }).where('id', '=', article.id).execute()
  await change(
    work,
    ticket,
    {},
    {
      rows: [
        {
          type: 'Misc',
          parts: ['message rejected', article.from_text],
          articleId,
          beside: { before: { held_decision: article.held_decision }, after: { held_decision: 'rejected' } },
        },
      ],
    },
  )
  decided(work, ticket, articleId, 'rejected')
}

/**
 * Puts back what an act changed beside the ticket's columns, with the facts that follow, and returns those columns alone. Called
 * by undo.
 */
export async function putBackHeld(
  work: Work,
  ticket: Ticket,
  row: { article_id: Id | null; before: Record<string, unknown> | null },
): Promise<TicketColumns> {
  const { held_decision: decision, participant_right: right, ...columns } = (row.before ?? {}) as Partial<HeldChange> & TicketColumns
  if (decision === undefined || row.article_id === null) return columns
  const about = { ticketId: ticket.id, unitId: ticket.unitId }
  const article = await work.db
    .updateTable('article')
    .set({ held_decision: decision, visible: false })
    .where('id', '=', row.article_id)
    .where('ticket_id', '=', ticket.id)
    .returning('person_id')
    .executeTakeFirst()
  if (!article) return columns
  work.emit('article.held-decided', { ...about, data: { article: row.article_id, decision } })
  if (right !== undefined && article.person_id) {
    const one = work.db.deleteFrom('ticket_participant').where('ticket_id', '=', ticket.id).where('person_id', '=', article.person_id)
    if (right === null) await one.execute()
    else
      await work.db
        .updateTable('ticket_participant')
        .set({ right })
        .where('ticket_id', '=', ticket.id)
        .where('person_id', '=', article.person_id)
        .execute()
    if (right !== 'reply')
      work.emit('ticket.participants-changed', { ...about, data: { person: article.person_id, right, before: 'reply' } })
  }
  return columns
}

async function heldFor(work: Work, ticketId: Id, articleId: Id, open: readonly (HeldDecision | null)[]) {
  const ticket = await ticketFor(work, ticketId, 'compose')
  const article = isId(articleId)
    ? await work.db
        .selectFrom('article')
        .select(['id', 'person_id', 'from_text', 'created_at', 'channel', 'sender_type', 'held_at', 'held_decision', 'assurance'])
        .where('ticket_id', '=', ticket.id)
        .where('id', '=', articleId)
        .where('held_at', 'is not', null)
        .forUpdate()
        .executeTakeFirst()
    : undefined
  if (!article) throw refused('not-found')
  if (!open.includes(article.held_decision)) throw refused('conflict')
  return { ticket, article }
}

/** Who wrote becomes a participant who may reply, which is told; answers the right they had before. */
async function letIn(work: Work, ticket: Ticket, article: { person_id: Id | null }): Promise<'read' | 'reply' | null> {
  const person = article.person_id ? await findPerson(work.db, article.person_id) : undefined
  // Nobody: the message was not proven to be from whom it claims, so there is nobody to let in.
  if (!person?.valid) throw refused('article.sender-unknown')
  const stood = await work.db
    .selectFrom('ticket_participant')
    .select('right')
    .where('ticket_id', '=', ticket.id)
    .where('person_id', '=', person.id)
    .executeTakeFirst()
  await work.db
    .insertInto('ticket_participant')
    .values({ ticket_id: ticket.id, person_id: person.id, right: 'reply' })
    .onConflict((oc) => oc.columns(['ticket_id', 'person_id']).doUpdateSet({ right: 'reply' }))
    .execute()
  const before = stood?.right ?? null
  if (before !== 'reply')
    work.emit('ticket.participants-changed', {
      ticketId: ticket.id,
      unitId: ticket.unitId,
      data: { person: person.id, right: 'reply', before },
    })
  return before
}

/** The state that follows a customer's message; where the queue takes none for closed tickets it stays. */
async function whatFollows(work: Work, ticket: Ticket): ReturnType<typeof shallAfterReply> {
  if (ticket.stateType === 'removed') return { shall: {}, reasons: {} }
  const queue = (await findQueue(work.db, ticket.queueId))!
  const keepState = ticket.stateType === 'closed' && queue.followUpPossible !== 'possible'
  return shallAfterReply(work, ticket, queue, { keepState })
}

function decided(work: Work, ticket: Ticket, articleId: Id, decision: HeldDecision): void {
  work.emit('article.held-decided', { ticketId: ticket.id, unitId: ticket.unitId, data: { article: articleId, decision } })
}
