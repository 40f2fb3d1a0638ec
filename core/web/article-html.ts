/** Owns GET /articles/:id/html: what a stranger mailed, alone in its frame, with a policy that runs and loads nothing. */
import type { Hono } from 'hono'
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { Access } from '../kernel/actor.ts'
import type { WebEnv } from '../kernel/contract.ts'
import { findArticle, findAttachment, ticketsOfArticle, type Attachment, type Reading } from '../article/articles.ts'
import { refused, Refusal } from '../errors.ts'
import { seeTicket } from '../ticket/ticket-list.ts'
import { linkCounts } from './csrf.ts'
import { strangerPolicy } from './security.ts'
import { demandLogin } from './session.ts'

/** Pictures that stand in the text are put into it, for a sandboxed frame has no session to fetch them with. */
const PICTURE_BYTES = 5_000_000
const PICTURES_BYTES = 15_000_000

export function articleRoutes(app: Hono<WebEnv>): void {
  app.get('/articles/:id/html', async (c) => {
    const { access } = demandLogin(c)
    const { db } = c.get('host')
    const id = c.req.param('id')
    const { ticketId, article, reading } = await findReadable(db, access, id)
    const pictures = await readPictures(article.attachments, (attachment) => findAttachment(db, ticketId, attachment.id, reading))
    // Loading pictures from afar tells the sender who reads and when: only a reader's own click does it, no link that somebody sent them.
    const open = linkCounts(c, `open ${id}`, c.req.query('open') ?? '')
    c.header('content-security-policy', strangerPolicy({ remotePictures: open, links: open }))
    c.header('x-frame-options', 'SAMEORIGIN')
    c.header('referrer-policy', 'no-referrer')
    return c.html(document(article.html, pictures, open))
  })
}

/** As an agent, else as a customer of the ticket that it lies in or was written in. Error: `not-found`. */
async function findReadable(db: Kysely<Database>, access: Access, id: Id) {
  const [ticketId, ...writtenIn] = await ticketsOfArticle(db, id)
  if (!ticketId) throw refused('not-found')
  const asCustomer: Reading = { visibleOnly: true, reader: access }
  for (const [place, right, reading] of [
    [ticketId, 'ro', { visibleOnly: false }],
    ...[ticketId, ...writtenIn].map((one) => [one, 'see', asCustomer] as const),
  ] as const satisfies readonly (readonly [Id, 'ro' | 'see', Reading])[]) {
    if (!(await holds(db, access, place, right))) continue
    const article = await findArticle(db, place, id, reading)
    if (article?.html) return { ticketId: place, article: { ...article, html: article.html }, reading }
  }
  throw refused('not-found')
}

const holds = (db: Kysely<Database>, access: Access, ticketId: Id, right: 'ro' | 'see'): Promise<boolean> =>
  seeTicket(db, access, ticketId, right).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refusal) return false
      throw error
    },
  )

type Found = Awaited<ReturnType<typeof findAttachment>>

async function readPictures(attachments: Attachment[], find: (attachment: Attachment) => Promise<Found>): Promise<Map<string, string>> {
  const pictures = new Map<string, string>()
  let total = 0
  for (const attachment of attachments) {
    // Not SVG: it is a document of its own. What stands behind the type is no affair of the page's: OTRS keeps it there ('image/png; name="a.png"').
    const type = /^image\/(?:png|jpeg|gif|webp|bmp)(?![\w.+-])/i.exec(attachment.contentType)?.[0].toLowerCase()
    if (!attachment.contentId || type === undefined || attachment.size > PICTURE_BYTES) continue
    total += attachment.size
    if (total > PICTURES_BYTES) break
    const chunks: Buffer[] = []
    for await (const chunk of (await find(attachment))?.content() ?? []) chunks.push(chunk)
    pictures.set(attachment.contentId.toLowerCase(), `data:${type};base64,${Buffer.concat(chunks).toString('base64')}`)
  }
  return pictures
}

/**
 * The HTML was sanitised when it came in; here only addresses of parts (`cid:`, RFC 2392, or sanitize.ts's `cid/`) become the pictures
 * themselves. `open`: pictures from afar get their addresses back, for the reader asked for them.
 */
function document(html: string, pictures: Map<string, string>, open: boolean): string {
  const body = (open ? html.replace(/(<img\b[^<>]*?\s)data-remote-src=/g, '$1src=') : html).replace(
    /(\ssrc=)(["'])cid[:/]([^"']*)\2/gi,
    (whole, src: string, quote: string, cid: string) => {
      const picture = pictures.get(decodeCid(cid))
      return picture ? `${src}${quote}${picture}${quote}` : whole
    },
  )
  return (
    '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light"><base target="_blank">' +
    '<style>html{background:#fff;color:#17202c;font:14px/1.5 system-ui,sans-serif}body{margin:12px;overflow-wrap:anywhere}img{max-width:100%;height:auto}' +
    `table{max-width:100%}</style><body>${body}`
  )
}

function decodeCid(cid: string): string {
  try {
    return decodeURIComponent(cid).toLowerCase()
  } catch {
    return cid.toLowerCase()
  }
}
