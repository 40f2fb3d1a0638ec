/** Owns what a delivery report does: a note on the ticket of the mail it speaks of, and that mail's state. */
import type { Id, MailReason } from '../../database/schema.ts'
import { emitArticle, insertArticle } from '../../article/articles.ts'
import type { Work } from '../../kernel/work.ts'
import { addHistory } from '../../ticket/history.ts'
import { deliveryFailed } from '../../ticket/change/undelivered.ts'
import { findTicket } from '../../ticket/ticket.store.ts'
import type { NewArticle } from '../../ticket/ticket.ts'
import type { DeliveryReport, Known } from '../judge/hand.ts'
import { deliveryChanged } from '../outbound.ts'

export interface BounceToAttach {
  reported: Known['reported'][number]
  report: DeliveryReport
  article: NewArticle
  reasons: MailReason[]
}

/**
 * Attaches the report, for agents only. A mail that did not arrive becomes 'failed', so that whoever wrote it sees it on
 * the article, and its ticket says so in lists, opened again where a person wrote (undelivered.ts); one that is delayed stays as it is.
 */
export async function attachBounce(work: Work, { reported, report, article, reasons }: BounceToAttach): Promise<Id> {
  const ticket = (await findTicket(work.db, reported.ticketId!, null))!
  const note: NewArticle = { ...article, senderType: 'system', visible: false }
  const articleId = await insertArticle(work, ticket.id, note)
  const said = [report.status, report.diagnostic].filter(Boolean).join(' ') || article.subject
  addHistory(work, {
    ticketId: ticket.id,
    type: 'Bounce',
    parts: [report.recipients.join(', ') || reported.recipients.join(', '), said],
    articleId,
    reason: reasons,
  })
  emitArticle(work, ticket, articleId, note)
  if (report.action === 'failed') {
    const changed = await work.db
      .updateTable('outbound_mail')
      .set({ state: 'failed', last_error: said.slice(0, 1000) })
      .where('id', '=', reported.id)
      .where('state', 'in', ['sent', 'queued'])
      .returning('id')
      .executeTakeFirst()
    if (changed) await deliveryChanged(work, ticket.id, reported.articleId, 'failed')
    const { articleId: written, kind, recipients } = reported
    await deliveryFailed(work, { ticket_id: ticket.id, article_id: written, kind, recipients }, report.recipients, said)
  }
  return articleId
}
