/** Owns the agents' way to the files of a ticket. */
import { findAttachment, refused, seeTicket, type PageContext } from '../../../core/index.ts'
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
