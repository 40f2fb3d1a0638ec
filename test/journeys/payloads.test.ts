/** Hostile mails, delivered over SMTP and opened in a real browser by agent and customer: nothing runs, nothing is fetched. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import desk from '../../plugins/desk/index.tsx'
import portal from '../../plugins/portal/index.tsx'
import { acceptMail, mailInMemory, type Id } from '../../core/index.ts'
import { processJob } from '../../core/mail/inbound/inbound.ts'
import type { RunnableJob } from '../../core/kernel/jobs/run-jobs.ts'
import { stopParsing } from '../../core/mail/reading/parse.ts'
import MailComposer from 'nodemailer/lib/mail-composer/index.js'
import { hashToken } from '../../core/person/token.ts'
import { linkToken } from '../../core/web/csrf.ts'
import { launchChromium, requireChromium } from '../servers/chromium.ts'
import { openSite, type Site } from '../web.ts'
import { BODIES, FILES, WORDS } from './payload-list.ts'

const LONG = process.env['POMOC_LONG'] === 'yes'
const CUSTOMER = 'anna.nowak@student.example'

describe.skipIf(!requireChromium())('hostile mails in Chromium', () => {
  let site: Site
  let browser: Browser
  let address: string
  let sessions: { agent: string; customer: string }
  /** Body payloads by ticket, a dozen each, so that pages stay pages. */
  const tickets: { id: Id; articles: { name: string; id: Id }[] }[] = []
  const named: { id: Id; what: string }[] = []
  let files: Id
  let work: RunnableJob

  beforeAll(async () => {
    site = await openSite([desk, portal])
    const { make } = site
    work = processJob(site.kernel.host)
    await make.db.insertInto('system_address').values({ address: 'pomoc@uni.example', name: 'Pomoc IT', queue_id: '4' }).execute()
    const agent = await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski' })
    for (let first = 0; first < BODIES.length; first += 12) {
      const opening = `<otwarcie${first}@klient.example>`
      const made = await arrive({ from: `Anna <${CUSTOMER}>`, subject: `treści ${first}`, text: 'Pierwsza wiadomość.', messageId: opening })
      const ticket = { id: made.ticket, articles: [] as { name: string; id: Id }[] }
      for (const [name, html] of BODIES.slice(first, first + 12)) {
        const { article, ticket: id } = await arrive({
          from: `Anna <${CUSTOMER}>`,
          subject: `ładunek: ${name}`,
          html: `<p>Dzień dobry, widać mnie.</p>${html}<p>Koniec.</p>`,
          inReplyTo: opening,
          references: opening,
        })
        expect(id, name).toBe(ticket.id)
        ticket.articles.push({ name, id: article })
      }
      tickets.push(ticket)
    }
    for (const [n, word] of WORDS.entries()) {
      named.push({
        id: (await arrive({ from: `Anna <${CUSTOMER}>`, subject: `${word} temat ${n}`, text: word })).ticket,
        what: `subject ${word}`,
      })
      named.push({
        id: (await arrive({ from: { name: `${word} ${n}`, address: `nazwa${n}@student.example` }, subject: `nazwa ${n}`, text: word }))
          .ticket,
        what: `name ${word}`,
      })
    }
    files = (
      await arrive({
        from: `Anna <${CUSTOMER}>`,
        subject: 'pliki',
        text: 'Pliki.',
        attachments: [
          ...FILES.map(({ name, type, content }) => ({ filename: name, contentType: type, content })),
          ...WORDS.map((word, n) => ({ filename: `${word} ${n}.html`, contentType: 'text/html', content: FILES[0]!.content })),
        ],
      })
    ).ticket
    const customer = (
      await make.db.selectFrom('person_address').select('person_id').where('address', '=', CUSTOMER).executeTakeFirstOrThrow()
    ).person_id
    sessions = { agent: await site.session(agent), customer: await site.session(customer) }
    address = await site.serve()
    browser = await launchChromium()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await stopParsing()
  })

  let count = 0
  /** A mail comes in and is worked up as any other. */
  async function arrive(mail: Record<string, unknown>): Promise<{ ticket: Id; article: Id }> {
    const { db } = site.make
    const raw = await new Promise<Buffer>((resolve, reject) => {
      new MailComposer({ to: 'pomoc@uni.example', messageId: `<m${++count}@klient.example>`, ...mail } as never)
        .compile()
        .build((error: Error | null, built: Buffer) => (error ? reject(error) : resolve(built)))
    })
    const [id] = await acceptMail(
      db,
      { from: CUSTOMER, recipients: ['pomoc@uni.example'], peerAddress: '192.0.2.1', peerName: 'x', encrypted: false },
      mailInMemory(raw),
      site.make.now,
    )
    await work.run({ id: id! }, { attempt: 1, lastAttempt: true } as never)
    const row = await db.selectFrom('inbound_mail').select(['ticket_id', 'article_id']).where('id', '=', id!).executeTakeFirstOrThrow()
    return { ticket: row.ticket_id!, article: row.article_id! }
  }

  /** What the link on the ticket's page asks with for pictures from afar. */
  async function askingFor(who: keyof typeof sessions, article: Id): Promise<string> {
    const { csrf } = await site.make.db
      .selectFrom('session')
      .select('csrf')
      .where('token_hash', '=', hashToken(sessions[who]))
      .executeTakeFirstOrThrow()
    return linkToken({ get: () => csrf } as never, `open ${article}`)
  }

  /** A browser of the agent or the customer; `faults` is whatever a payload managed. */
  async function open(who: keyof typeof sessions): Promise<{ context: BrowserContext; page: Page; faults: string[]; pictures: string[] }> {
    const context = await browser.newContext({ locale: 'pl-PL', viewport: { width: 1280, height: 900 }, acceptDownloads: false })
    await context.addCookies([{ name: 'pomoc', value: sessions[who], url: address }])
    const faults: string[] = []
    const pictures: string[] = []
    // A name that leads nowhere is told by an error alone: here it is answered, so that a script from there would run.
    await context.route(
      (url) => !url.href.startsWith(address),
      (route) => {
        const url = route.request().url()
        if (route.request().resourceType() === 'image') pictures.push(url)
        else faults.push(`fetched ${url}`)
        return route.fulfill({ body: 'window.pwned=1;try{top.pwned=1}catch(e){}', contentType: 'text/javascript' })
      },
    )
    context.on('page', (page) => {
      page.on('dialog', (dialog) => {
        faults.push(`dialog ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on('framenavigated', (frame) => {
        if (!/^(about:|http:\/\/127\.0\.0\.1)/.test(frame.url())) faults.push(`went to ${frame.url()}`)
      })
      page.on('pageerror', (error) => faults.push(`script error ${error.message}`))
      page.on('console', (message) => {
        // A refusal by our own policy would mean that something was tried: the sanitiser is to leave nothing to try.
        if (/pwned|Content Security Policy|Refused to/i.test(message.text())) faults.push(`console ${message.text().slice(0, 200)}`)
      })
      page.on('popup', (popup) => {
        faults.push(`opened ${popup.url()}`)
      })
      page.on('request', (request) => {
        if (request.url().startsWith(address) && /\/(logout|desk\/bulk)/.test(request.url())) faults.push(`asked our own ${request.url()}`)
      })
    })
    return { context, page: await context.newPage(), faults, pictures }
  }

  /** What stands in a document that must never stand there; looked for in the page, not in its source. */
  const lookForDanger = (page: Page, ours: boolean) =>
    page.evaluate((isOurs) => {
      const found: string[] = []
      if ((globalThis as unknown as { pwned?: number }).pwned) found.push('a payload ran')
      for (const element of document.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          if (/^on/i.test(name)) found.push(`${element.tagName} ${name}`)
          if (
            /^(href|src|action|formaction|data|xlink:href)$/i.test(name) &&
            /^[^a-z]*(javascript|vbscript|data:text|livescript|blob|filesystem)/i.test(value)
          )
            found.push(`${element.tagName} ${name}=${value.slice(0, 60)}`)
          if (/zly\.example/.test(value) && !/^(href|title|alt|data-remote-src|value|aria-label|download|data-.*)$/i.test(name))
            found.push(`${element.tagName} ${name}=${value.slice(0, 60)}`)
        }
        if (
          !isOurs &&
          /^(script|iframe|frame|object|embed|form|input|button|link|svg|math|template|noscript|meta|base|video|audio|portal|textarea)$/i.test(
            element.tagName,
          ) &&
          !(element.tagName === 'META' && !element.hasAttribute('http-equiv')) &&
          !(element.tagName === 'BASE' && !element.hasAttribute('href'))
        )
          found.push(`<${element.tagName}>`)
      }
      return found
    }, ours)

  it('the list is long enough to mean something', () => {
    expect(BODIES.length).toBeGreaterThanOrEqual(60)
    expect(new Set(BODIES.map(([name]) => name)).size).toBe(BODIES.length)
  })

  it.each(['agent', 'customer'] as const)(
    "bodies, each as the %s sees the sender's look: first closed, then with pictures asked for",
    { timeout: 300_000 },
    async (who) => {
      const { context, page, faults, pictures } = await open(who)
      // It is one and the same document for both: the customer opens every fifth; all of them take minutes (npm run test:long).
      const every = LONG ? 1 : who === 'agent' ? 3 : 9
      const opened = tickets.flatMap(({ articles }) => articles).filter((_, n) => n % every === 0)
      for (const { name, id } of opened) {
        for (const asked of [false, true]) {
          const before = faults.length
          const response = await page.goto(`${address}/articles/${id}/html${asked ? `?open=${await askingFor(who, id)}` : ''}`)
          // One whose HTML came to nothing has only its text.
          if (response!.status() === 404) continue
          expect(response!.headers()['content-security-policy'], name).toMatch(/default-src 'none'.*sandbox/)
          // Pictures that were asked for are there; nothing else is.
          expect(
            (await lookForDanger(page, false)).filter((found) => !asked || !/^IMG src=https?:/.test(found)),
            `${name} ${asked}`,
          ).toEqual([])
          expect(await page.evaluate(() => document.body.textContent), name).toContain('widać mnie')
          expect(faults.slice(before), `${name} ${asked}`).toEqual([])
          if (!asked) expect(pictures, name).toEqual([])
        }
        pictures.length = 0
      }
      await context.close()
    },
  )

  it.each([
    ['agent', '/desk/tickets/'],
    ['customer', '/tickets/'],
  ] as const)('tickets of the %s, every message unfolded: the page stays what it is', { timeout: 300_000 }, async (who, path) => {
    const { context, page, faults, pictures } = await open(who)
    for (const { id } of tickets) {
      await page.goto(`${address}${path}${id}`)
      await page.evaluate(() => {
        for (const details of document.querySelectorAll<HTMLDetailsElement>('.article details')) details.open = true
      })
      for (const frame of await page.locator('iframe.mail-frame').all()) await frame.scrollIntoViewIfNeeded()
      await expect
        .poll(() =>
          page
            .frames()
            .slice(1)
            .every((frame) => frame.url() !== 'about:blank'),
        )
        .toBe(true)
      expect(await lookForDanger(page, true)).toEqual([])
      // Nothing lies over our own controls.
      await page.locator('form textarea[name=body]').first().scrollIntoViewIfNeeded()
      await page.locator('form:has(textarea[name=body]) button').last().click({ trial: true })
      expect(new URL(page.url()).pathname).toBe(`${path}${id}`)
    }
    expect(faults).toEqual([])
    expect(pictures).toEqual([])
    await context.close()
  })

  it("subjects and names are words, in lists, on tickets, in forms and in the browser's title", { timeout: 300_000 }, async () => {
    for (const [who, list, path] of [
      ['agent', '/desk/view/take', '/desk/tickets/'],
      ['customer', '/', '/tickets/'],
    ] as const) {
      const { context, page, faults, pictures } = await open(who)
      await page.goto(address + list)
      expect(await lookForDanger(page, true)).toEqual([])
      for (const { id, what } of named.filter(({ what: kind }) => who === 'agent' || kind.startsWith('subject'))) {
        await page.goto(`${address}${path}${id}`)
        expect(await lookForDanger(page, true), what).toEqual([])
        expect(await page.locator('h1').first().isVisible(), what).toBe(true)
        if (who === 'agent' && what.startsWith('name')) {
          const forward = await page.locator('a[href$="/forward"]').first().getAttribute('href')
          await page.goto(address + forward!)
          expect(await lookForDanger(page, true), `${what} forwarded`).toEqual([])
        }
      }
      expect(faults).toEqual([])
      expect(pictures).toEqual([])
      await context.close()
    }
  })

  it.each([
    ['agent', '/desk/tickets/'],
    ['customer', '/tickets/'],
  ] as const)('files are saved, never shown: as the %s gets them', { timeout: 120_000 }, async (who, path) => {
    const { context, page, faults } = await open(who)
    await page.goto(`${address}${path}${files}`)
    expect(await lookForDanger(page, true)).toEqual([])
    const links = await page.locator('.chips a').evaluateAll((list) => list.map((link) => (link as HTMLAnchorElement).href))
    expect(links).toHaveLength(FILES.length + WORDS.length)
    for (const link of links) {
      const answer = await context.request.get(link)
      const {
        'content-disposition': disposition = '',
        'content-security-policy': policy = '',
        'x-content-type-options': options = '',
      } = answer.headers()
      expect(disposition).toMatch(/^attachment; filename="[^"\r\n]*"; filename\*=UTF-8''[^\s;]+$/)
      expect(policy).toMatch(/default-src 'none'.*sandbox/)
      expect(options).toBe('nosniff')
      // Opened by its address all the same: the browser begins a download and shows no page.
      await page.goto(link).then(
        () => faults.push(`${link} was shown`),
        (error: Error) => {
          if (!/download|ERR_ABORTED/i.test(error.message)) faults.push(error.message)
        },
      )
    }
    expect(faults).toEqual([])
    await context.close()
  })
})
