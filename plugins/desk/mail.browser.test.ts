/** How mails look on a ticket: what was noted at reading, pictures that lie in the mail, pictures from afar. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byTurns, LOOKS, lookAtAll } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { acceptMail, mailInMemory } from '../../core/mail/inbound/accept.ts'
import { readAddressBook } from '../../core/mail/addresses.ts'
import { makeSenderCheck } from '../../core/mail/judge/assurance/look-up.ts'
import { processMail } from '../../core/mail/inbound/inbound.ts'
import { stopParsing } from '../../core/mail/reading/parse.ts'
import type { Id } from '../../core/index.ts'
import desk from './index.tsx'

let site: Site
let jan: Visitor
let janId: Id
beforeAll(async () => {
  site = await openSite([desk])
  janId = await site.make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski' })
  jan = await site.loggedIn(janId)
})
afterAll(async () => {
  await site.close()
  await stopParsing()
})

/** A mail of the corpus as it comes in. */
async function arrives(name: string): Promise<{ ticketId: Id; articleId: Id }> {
  const { db, config, now } = site.make
  const raw = await readFile(join(import.meta.dirname, '../../test/mail/corpus', `${name}.eml`))
  const envelope = {
    from: 'anna.nowak@student.example',
    recipients: ['pomoc@uni.example'],
    peerAddress: '192.0.2.1',
    peerName: 'mx',
    encrypted: false,
  }
  const [id] = await acceptMail(db, envelope, mailInMemory(raw), now)
  await processMail(site.kernel.host, id!, 0, { book: await readAddressBook(db, config), senders: makeSenderCheck(config) })
  const row = await db.selectFrom('inbound_mail').select(['ticket_id', 'article_id']).where('id', '=', id!).executeTakeFirstOrThrow()
  return { ticketId: row.ticket_id!, articleId: row.article_id! }
}
const page = async (path: string) => (await jan.get(path)).text()

describe('what was noted at reading', () => {
  it("stands on the article, in the reader's language", async () => {
    const { ticketId } = await arrives('an-s-mime-signed-mail-is-labelled')
    expect(await page(`/desk/tickets/${ticketId}`)).toMatch(
      /<li class="article-note-label" title="Wiadomość jest podpisana[^"]*">podpis S\/MIME, niesprawdzony<\/li>/,
    )
    const damaged = await arrives('text-straight-after-the-head-is-not-lost')
    expect(await page(`/desk/tickets/${damaged.ticketId}?lang=en`)).toContain('>damaged mail</li>')
  })
  it('a mail without any has no list for it', async () => {
    const { ticketId } = await arrives('mutt-mail')
    expect(await page(`/desk/tickets/${ticketId}`)).not.toContain('article-note-label" title')
  })
})

describe('pictures', () => {
  it('one that lies in the mail is shown where the HTML has it, and is no file beside it', async () => {
    const { ticketId, articleId } = await arrives('a-picture-in-the-text-is-tied-by-its-content-id')
    expect(await page(`/articles/${articleId}/html`)).toMatch(/<img [^>]*src="data:image\/png;base64,iVBOR/)
    expect(await page(`/desk/tickets/${ticketId}`)).not.toContain('image001.png')
    // As messages of OTRS keep it.
    await sql`update article_attachment set content_type = 'image/png; name="image001.png"' where article_id = ${articleId}`.execute(
      site.make.db,
    )
    expect(await page(`/articles/${articleId}/html`)).toMatch(/<img [^>]*src="data:image\/png;base64,iVBOR/)
  })
  it('one from afar is off until asked for', async () => {
    const { ticketId, articleId } = await arrives('pictures-from-afar-are-not-loaded')
    expect(await page(`/articles/${articleId}/html`)).not.toMatch(/\ssrc="http/)
    const link = new RegExp(`href="(/articles/${articleId}/html[^"]*)"`).exec(await page(`/desk/tickets/${ticketId}`))![1]!
    expect(await page(link)).toContain(' src="http://sledzi.example/p.gif?kto=anna"')
    // Only our own page can write that link, and only for this reader's session: one that was mailed opens nothing.
    const other = await site.loggedIn(janId)
    for (const [who, sent] of [
      [jan, `/articles/${articleId}/html?open=1`],
      [jan, `/articles/${articleId}/html?open`],
      [other, link],
    ] as const)
      expect(await (await who.get(sent)).text()).not.toMatch(/\ssrc="http/)
  })
})

describe.skipIf(!requireChromium())('in Chromium', () => {
  let browser: Browser
  let address: string
  let session: string
  const views: { name: string; path: string }[] = []
  beforeAll(async () => {
    for (const name of [
      'an-invitation-is-labelled-with-its-name-and-time',
      'a-field-folded-without-a-blank-is-one-field',
      'outlook-web-polish-reply',
      'two-from-fields-are-both-shown',
    ]) {
      views.push({ name, path: `/desk/tickets/${(await arrives(name)).ticketId}` })
    }
    address = await site.serve()
    session = await site.session(janId)
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  it.each(LOOKS)('labels fit and are accessible: $language $colours $width', { timeout: 240_000 }, async (look) => {
    const mails = views.map(({ name, path }) => ({ name: `mail-${name}`, path, session }))
    expect(await lookAtAll(browser, address, byTurns(mails, look), look)).toEqual({})
  })
})
