/** Owns confirming one's own mail: a person who is logged in says that they wrote it. */
import type { Id } from '../../database/schema.ts'
import { ticketFor } from './change.ts'
import { addHistory } from '../history.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import type { Article } from '../../article/articles.ts'

/** Mailed in this person's name, so far not certainly by them. What claimed a person without proof is nobody's, and never offered. */
export const canConfirm = (article: Pick<Article, 'assurance' | 'personId' | 'channel' | 'held'>, personId: Id): boolean =>
  article.personId === personId &&
  article.channel === 'email' &&
  (article.held === null || article.held.decision === 'accepted') &&
  (article.assurance?.level === 'address' || article.assurance?.level === 'unverified')

/** Raises this person's mailed messages on a ticket to 'login'; returns how many. Doing it again does nothing. */
export async function confirmOwnMail(work: Work, ticketId: Id): Promise<number> {
  const ticket = await ticketFor(work, ticketId, 'see')
  const rows = await work.db
    .updateTable('article')
    .set({ assurance: 'login', assurance_rule: 'confirmed-by-login', assurance_detail: '' })
    .where('ticket_id', '=', ticket.id)
    .where('person_id', '=', actorId(work)!)
    .where('channel', '=', 'email')
    .where('visible', '=', true)
    .where('withdrawn_at', 'is', null)
    .where('assurance', 'in', ['address', 'unverified'])
    .returning('id')
    .execute()
  if (rows.length === 0) return 0
  addHistory(
    work,
    rows.map(({ id }) => ({ ticketId: ticket.id, type: 'Misc', parts: ['sender confirmed', work.actor.name], articleId: id })),
  )
  work.emit('article.sender-confirmed', { ticketId: ticket.id, unitId: ticket.unitId, data: { articles: rows.map(({ id }) => id) } })
  return rows.length
}
