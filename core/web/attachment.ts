/** Owns handing out files that people sent: always as a download, never as a page of ours. */
import { stream } from 'hono/streaming'
import type { Attachment } from '../article/articles.ts'
import type { PageContext } from '../kernel/contract.ts'

/**
 * Sends a file whose right has been checked. Name as RFC 6266 says: an ASCII one for old clients and the real one. Content
 * that a browser could run keeps its type, for it is saved, not shown, and the policy takes all rights from it.
 */
export function sendAttachment(
  c: PageContext,
  file: Pick<Attachment, 'name' | 'contentType' | 'size'> & { content(): AsyncIterable<Buffer> },
): Response {
  const plain =
    file.name
      .normalize('NFKD')
      .replace(/[^\x20-\x7e]/g, '')
      .replace(/["\\]/g, '_') || 'file'
  const real = encodeURIComponent(file.name.replace(/[\r\n\0]/g, '').toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  c.header('content-disposition', `attachment; filename="${plain}"; filename*=UTF-8''${real}`)
  // Without what may stand behind it: 'application/pdf; name="a.pdf"'.
  c.header('content-type', /^[\w.+-]+\/[\w.+-]+(?=;|$)/.exec(file.contentType)?.[0] ?? 'application/octet-stream')
  c.header('content-length', String(file.size))
  c.header('content-security-policy', "default-src 'none'; sandbox")
  c.header('cache-control', 'private, no-store')
  return stream(c, async (out) => {
    for await (const chunk of file.content()) await out.write(chunk)
  })
}
