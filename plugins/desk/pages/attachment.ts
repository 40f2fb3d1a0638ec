/** Owns handing out files of tickets to agents: as files, never as pages. */
import { stream } from 'hono/streaming'
import { findAttachment, refused, seeTicket, type PageContext } from '../../../core/index.ts'
import { demandAgent } from './frame.tsx'

/** GET /desk/tickets/:id/attachments/:attachmentId */
export async function attachment(c: PageContext): Promise<Response> {
  const { access } = demandAgent(c)
  const { db } = c.get('host')
  const ticket = await seeTicket(db, access, c.req.param('id') ?? '', 'ro')
  const file = await findAttachment(db, ticket.id, c.req.param('attachmentId') ?? '', { visibleOnly: false })
  if (!file) throw refused('not-found')
  // What a stranger sent is saved, never shown: no type may make a page of it.
  c.header('content-type', 'application/octet-stream')
  c.header('content-length', String(file.size))
  c.header('content-disposition', disposition(file.name))
  c.header('content-security-policy', "default-src 'none'; sandbox")
  return stream(c, async (out) => {
    for await (const chunk of file.content()) await out.write(chunk)
  })
}

/** RFC 6266: a plain name for old clients, the real one in UTF-8 (RFC 8187). */
export function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const real = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${real}`
}
