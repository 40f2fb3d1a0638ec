/** Owns what a receipt does (RFC 8098): a note for agents that a mail of ours was opened, and nothing else. */
import type { Id } from '../../database/schema.ts'
import { emitArticle, insertArticle } from '../../article/articles.ts'
import type { Work } from '../../kernel/work.ts'
import { addHistory } from '../../ticket/history.ts'
import { findTicket } from '../../ticket/ticket.store.ts'
import type { NewArticle } from '../../ticket/ticket.ts'
import type { ReportToAttach } from './bounce.ts'

/** Attaches it. State, lock and the times of the last messages stay: a program said it, and nothing waits for an answer. */
export async function attachReceipt(work: Work, { reported, report, article, reasons }: ReportToAttach): Promise<Id> {
  const ticket = (await findTicket(work.db, reported.ticketId, null))!
  const note: NewArticle = { ...article, senderType: 'system', visible: false }
  const articleId = await insertArticle(work, ticket.id, note)
  const who = report.recipients.join(', ') || (reported.mail?.recipients.join(', ') ?? '')
  addHistory(work, {
    ticketId: ticket.id,
    type: 'Misc',
    parts: [report.status === 'deleted' ? 'mail deleted unread' : 'mail opened', who],
    articleId,
    reason: reasons,
  })
  emitArticle(work, ticket, articleId, note)
  return articleId
}
