/** Owns what a delivery report does: a note on the ticket of the mail it speaks of, and that mail's state. */
import type { Id, MailReason } from '../../database/schema.ts'
import { emitArticle, insertArticle } from '../../article/articles.ts'
import type { Work } from '../../kernel/work.ts'
import { addHistory } from '../../ticket/history.ts'
import { deliveryFailed } from '../../ticket/change/undelivered.ts'
import { findTicket } from '../../ticket/ticket.store.ts'
import type { NewArticle } from '../../ticket/ticket.ts'
import type { Reported } from '../judge/hand.ts'
import type { Report } from '../judge/report.ts'
import { deliveryChanged } from '../outbound.ts'

export interface ReportToAttach {
  reported: Reported
  report: Report
  article: NewArticle
  reasons: MailReason[]
}

/**
 * Attaches the report, for agents only. A mail that did not arrive becomes 'failed', so that whoever wrote it sees it on
 * the article, and its ticket says so in lists, opened again where a person wrote (undelivered.ts); one that is delayed stays as it is.
 */
export async function attachBounce(work: Work, { reported, report, article, reasons }: ReportToAttach): Promise<Id> {
  const ticket = (await findTicket(work.db, reported.ticketId, null))!
  const note: NewArticle = { ...article, senderType: 'system', visible: false }
  const articleId = await insertArticle(work, ticket.id, note)
  const { mail } = reported
  const said = [report.status, report.diagnostic].filter(Boolean).join(' ') || article.subject
  addHistory(work, {
    ticketId: ticket.id,
    type: 'Bounce',
    parts: [report.recipients.join(', ') || (mail?.recipients.join(', ') ?? ''), said],
    articleId,
    reason: reasons,
  })
  emitArticle(work, ticket, articleId, note)
  // Only who names a mail of ours, whose id nobody guesses, may say of it that it failed.
  if (mail && report.action === 'failed') {
    const changed = await work.db
      .updateTable('outbound_mail')
      .set({ state: 'failed', last_error: said.slice(0, 1000) })
      .where('id', '=', mail.id)
      .where('state', 'in', ['sent', 'queued'])
      .returning('id')
      .executeTakeFirst()
    if (changed) deliveryChanged(work, { ticketId: ticket.id, unitId: ticket.unitId, articleId: mail.articleId }, 'failed')
    await deliveryFailed(
      work,
      { ticket_id: ticket.id, article_id: mail.articleId, kind: mail.kind, recipients: mail.recipients },
      report.recipients,
      said,
    )
  }
  return articleId
}
