/** Owns what an agent writes to a ticket by mail: a note, or an answer that leaves for the customer. */
import { emitArticle } from '../../article/articles.ts'
import type { Id } from '../../database/schema.ts'
import { Refusal } from '../../errors.ts'
import type { Work } from '../../kernel/work.ts'
import type { NewArticle } from '../ticket.ts'
import { addArticle, change, ticketFor } from './change.ts'
import { answerTicket, type Answer } from './tickets.ts'

/** Whether they may is the caller's to know: it is the postmaster who acts. The agent stands as the author. */
export async function writeAsAgent(
  work: Work,
  ticketId: Id,
  as: 'note' | 'answer',
  { article, reason }: { article: NewArticle; reason: unknown },
): Promise<{ ticketId: Id; articleId: Id; as: 'note' | 'answer' }> {
  if (as === 'answer') {
    try {
      return { ticketId, as, ...(await answerTicket(work, ticketId, answerOf(article, reason))) }
    } catch (error) {
      // Nobody to answer, nothing written: it is kept all the same. A guard's word is the mail's own affair.
      if (!(error instanceof Refusal) || error.code === 'plugin.refused') throw error
    }
  }
  const ticket = await ticketFor(work, ticketId, 'note')
  const note: NewArticle = { ...article, senderType: 'agent', visible: false }
  const articleId = await addArticle(work, ticket, note)
  await change(work, ticket, {}, { rows: [{ type: 'AddNote', parts: [], articleId, reason }] })
  emitArticle(work, ticket, articleId, note)
  return { ticketId, articleId, as: 'note' }
}

const answerOf = (article: NewArticle, reason: unknown): Answer => ({
  body: article.body,
  attachments: (article.attachments ?? []).filter(({ disposition }) => disposition !== 'inline'),
  byMail: {
    personId: article.personId ?? null,
    ...(article.inboundMailId ? { inboundMailId: article.inboundMailId } : {}),
    ...(article.assurance ? { assurance: article.assurance } : {}),
  },
  reason,
})
