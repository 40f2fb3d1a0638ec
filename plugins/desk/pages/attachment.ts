/** Owns the agents' way to the files of a ticket, and to its mails as they came or left. */
import { findArticle, findAttachment, rawOf, readBlob, refused, seeTicket, type PageContext } from '../../../core/index.ts'
import { demandAgent, sendAttachment } from '../../../core/pages.ts'

/** GET /desk/tickets/:id/attachments/:attachmentId */
export async function attachment(c: PageContext): Promise<Response> {
  const { access } = demandAgent(c)
  const { db } = c.get('host')
  const ticket = await seeTicket(db, access, c.req.param('id') ?? '', 'ro')
  const file = await findAttachment(db, ticket.id, c.req.param('attachmentId') ?? '', { visibleOnly: false })
  if (!file) throw refused('not-found')
  return sendAttachment(c, file)
}

/** GET /desk/tickets/:id/articles/:article/raw */
export async function rawMail(c: PageContext): Promise<Response> {
  const { access } = demandAgent(c)
  const { db } = c.get('host')
  const ticket = await seeTicket(db, access, c.req.param('id') ?? '', 'ro')
  const article = await findArticle(db, ticket.id, c.req.param('article') ?? '')
  const raw = article && (await rawOf(db, article))
  if (!raw) throw refused('not-found')
  return sendAttachment(c, {
    name: `${ticket.number}-${article.id}.eml`,
    contentType: 'message/rfc822',
    size: raw.size,
    content: () => readBlob(db, raw.id),
  })
}
