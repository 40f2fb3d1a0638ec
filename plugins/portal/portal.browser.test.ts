import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byTurns, LOOKS, lookAtAll, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { mailLinks } from '../../test/mail-links.ts'
import { givePassword, openSite, PASSWORD, type Site } from '../../test/web.ts'
import { storeBlob } from '../../core/database/blob.ts'
import { createSetPasswordLink } from '../../core/person/login-links.ts'
import { sendLoginLink } from '../../core/person/login.ts'
import { answerTicket, followUp, setState } from '../../core/ticket/change/tickets.ts'
import { loadConfig } from '../../core/machine/config.ts'
import portal from './index.tsx'

describe.skipIf(!requireChromium())('the portal in Chromium', () => {
  let site: Site
  let browser: Browser
  let address: string
  let session: string
  let writer: string
  const ids: Record<'open' | 'html' | 'closed', string> = { open: '', html: '', closed: '' }
  let links: { login: string; password: string }

  beforeAll(async () => {
    const { smtp } = await loadConfig({ env: {} })
    site = await openSite([portal], { smtp: { ...smtp, maxSizeKb: 400 } })
    const { make } = site
    const customerId = await make.person({ name: 'Paulina Szpak', address: 'paulina.szpak@uni.example', login: 'pszpak' })
    const agent = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski' }))
    const open = await make.ticket({
      customerId,
      subject: 'Brak sieci w sali 214',
      ownerId: agent.id,
      state: 'open',
      body: 'Dzień dobry,\n\nod rana w sali 214 nie ma sieci. Opis: https://uni.example/sale/214.\n\nPaulina',
    })
    await make.work(agent, (work) =>
      answerTicket(work, open.id, {
        to: ['paulina.szpak@uni.example'],
        subject: 'Re: Brak sieci w sali 214',
        body: 'Dzień dobry,\n\nwchodzimy do szafy o 8:40, do zajęć sieć wróci.\n\nJan Kowalski',
        attachments: [{ name: 'plan-sali.pdf', contentType: 'application/pdf', content: Buffer.alloc(212_000) }],
      } as never),
    )
    await make.asSystem((work) =>
      followUp(work, open.id, {
        article: {
          channel: 'email',
          senderType: 'customer',
          visible: true,
          personId: customerId,
          from: 'Paulina Szpak <paulina.szpak@uni.example>',
          subject: 'Re: Brak sieci',
          assurance: { level: 'address', rule: 'nothing-proves', detail: '' },
          body: 'Dziękuję, działa.\n\nW dniu 17.11.2026 o 9:15 Jan Kowalski pisze:\n> Dzień dobry,\n> wchodzimy do szafy o 8:40',
          html: null,
        },
      }),
    )
    const html = await make.ticket({
      customerId,
      subject: 'Zrzut ekranu z bardzo długim tematem, który na telefonie na pewno nie zmieści się w jednym wierszu',
      body: 'W załączeniu zrzut.',
    })
    await site.database.db
      .updateTable('article')
      .set({ html: '<p>W załączeniu <b>zrzut</b>: <img src="cid:zrzut"> <a href="https://uni.example">odnośnik</a></p>' })
      .where('id', '=', html.articleId)
      .execute()
    const blob = await make.asSystem((work) =>
      storeBlob(
        work.db,
        Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
        work.now,
      ),
    )
    await site.database.db
      .insertInto('article_attachment')
      .values({
        article_id: html.articleId,
        blob_id: blob.id,
        name: 'zrzut.png',
        content_type: 'image/png',
        content_id: 'zrzut',
        disposition: 'inline',
        size: 70,
      })
      .execute()
    const closed = await make.ticket({ customerId, subject: 'Legitymacja – duplikat' })
    await make.asSystem((work) => setState(work, closed.id, { stateId: '2' }))
    const waiting = await make.ticket({ customerId, subject: 'Lista dyskusyjna dla koła', ownerId: agent.id, state: 'open' })
    await make.asSystem((work) => setState(work, waiting.id, { stateId: '20' }))
    Object.assign(ids, { open: open.id, html: html.id, closed: closed.id })
    session = await site.session(customerId)
    await site.session(customerId)
    const password = await make.asSystem((work) => createSetPasswordLink(work, agent.id))
    await sendLoginLink(site.kernel.host, { address: 'paulina.szpak@uni.example', language: 'pl', client: { address: '', userAgent: '' } })
    await mailLinks(site.kernel.host)
    const mail = await site.database.db
      .selectFrom('outbound_mail')
      .select('body')
      .where('kind', '=', 'login link')
      .executeTakeFirstOrThrow()
    links = { login: /\/login\/link\/[\w-]+/.exec(mail.body!)![0], password: `/password/${password}` }
    writer = await make.person({ login: 'pisarka', address: 'pisarka@uni.example' })
    await givePassword(site, writer)
    address = await site.serve()
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site.close()
  })

  const views = (): View[] => [
    { name: 'entrance', path: '/' },
    {
      name: 'login-refused',
      path: '/login',
      act: async (page) => {
        await page.getByRole('textbox', { name: /login/i }).first().fill('nikt')
        await page.locator('#field-password').fill('x')
        await page.locator('#login-account button').click()
        await page.waitForSelector('.notice-bad')
      },
    },
    { name: 'login-link', path: links.login },
    { name: 'link-dead', path: '/login/link/x', status: 422 },
    { name: 'password', path: links.password },
    { name: 'home', path: '/?which=all', session },
    {
      name: 'home-menu',
      path: '/',
      session,
      act: async (page) => {
        await page.locator('.person-menu').click()
      },
    },
    {
      name: 'home-refused',
      path: '/',
      session,
      act: async (page) => {
        await page.locator('#ask').evaluate((form) => {
          ;(form as HTMLFormElement).noValidate = true
        })
        await page.locator('#field-body').fill('Nie działa.')
        await page.locator('#ask .button-primary').click()
        await page.waitForSelector('.notice-bad')
      },
    },
    { name: 'home-none', path: '/?search=nic-takiego', session },
    {
      name: 'ticket',
      path: `/tickets/${ids.open}`,
      session,
      act: async (page) => {
        await page.locator('.quoted summary').first().click()
      },
    },
    { name: 'ticket-html', path: `/tickets/${ids.html}`, session },
    { name: 'ticket-closed', path: `/tickets/${ids.closed}`, session },
    { name: 'account', path: '/account', session },
    { name: 'not-found', path: '/nowhere', session, status: 404 },
    {
      name: 'session-ended',
      path: '/',
      act: async (page) => {
        // What an earlier look typed is kept.
        await site.database.db.deleteFrom('draft').where('person_id', '=', writer).execute()
        await page.context().addCookies([{ name: 'pomoc', value: await site.session(writer), url: address }])
        await page.goto(address)
        await ask(page)
      },
    },
  ]

  it.each(LOOKS)(
    'every page is accessible and fits: $language $colours $width',
    async (look) => {
      expect(await lookAtAll(browser, address, byTurns(views(), look), look)).toEqual({})
    },
    240_000,
  )

  it('a message that arrives shows itself, and what is being typed stays', async () => {
    const context = await browser.newContext({ locale: 'pl-PL' })
    await context.addCookies([{ name: 'pomoc', value: session, url: address }])
    const page = await context.newPage()
    const faults: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text())
    })
    await page.goto(`${address}/tickets/${ids.open}`)
    await page.waitForSelector('html[data-live]')
    await page.locator('#field-body').fill('Piszę właśnie')
    await page.locator('.quoted summary').first().click()
    await site.make.asSystem((work) =>
      followUp(work, ids.open, {
        article: { channel: 'email', senderType: 'customer', visible: true, from: 'Ola', subject: '', body: 'Przyszło w tej chwili' },
      }),
    )
    await page.getByText('Przyszło w tej chwili').waitFor()
    expect(await page.locator('#field-body').inputValue()).toBe('Piszę właśnie')
    expect(await page.locator('details.quoted').first().getAttribute('open')).not.toBeNull()
    expect(faults).toEqual([])
    await context.close()
  })

  it('files that are too large are named before anything is sent; without scripts the answer says how to go on', async () => {
    const file = (name: string, kB: number) => ({ name, mimeType: 'video/mp4', buffer: Buffer.alloc(kB * 1024) })
    const write = async (javaScriptEnabled: boolean) => {
      const context = await browser.newContext({ locale: 'pl-PL', javaScriptEnabled })
      await context.addCookies([{ name: 'pomoc', value: session, url: address }])
      const page = await context.newPage()
      const posted: string[] = []
      page.on('request', (request) => {
        // What is typed is kept meanwhile.
        if (request.method() === 'POST' && !request.url().endsWith('/draft')) posted.push(request.url())
      })
      await page.goto(address)
      await page.locator('#field-subject').fill('Film z sali')
      await page.locator('#field-body').fill('Tak to wygląda.')
      return { page, posted, files: page.locator('#ask-files'), send: page.locator('#ask .button-primary') }
    }
    const { page, posted, files, send } = await write(true)
    const problem = page.locator('#ask-files-unfit')
    await files.setInputFiles([file('zdjęcie.jpg', 20), file('film.mp4', 360)])
    expect(await problem.textContent()).toBe('Plik „film.mp4” ma 360\u00a0kB, a zmieści się najwyżej 350\u00a0kB. Wybierz mniejszy.')
    await send.click()
    expect([posted, await files.evaluate((field) => field === document.activeElement)]).toEqual([[], true])
    await files.setInputFiles([file('a.jpg', 200), file('b.jpg', 180)])
    expect(await problem.textContent()).toContain('Te pliki mają razem 380\u00a0kB')
    expect(await files.getAttribute('aria-describedby')).toBe('ask-files-unfit ask-files-help')
    await files.setInputFiles(Array.from({ length: 21 }, (_, n) => file(`${n}.jpg`, 1)))
    expect(await problem.textContent()).toContain('Wybrano: 21.')
    await files.setInputFiles([file('a.jpg', 200), file('b.jpg', 150)])
    expect(await problem.count()).toBe(0)
    await send.click()
    await page.getByRole('heading', { name: 'Film z sali' }).waitFor()
    await page.context().close()

    const plain = await write(false)
    await plain.files.setInputFiles([file('film.mp4', 420)])
    await plain.send.click()
    await plain.page.getByText('najwyżej 400').waitFor()
    expect(await plain.page.locator('main').textContent()).toContain('wróć przyciskiem „Wstecz”')
    await plain.page.goBack()
    expect(await plain.page.locator('#field-body').inputValue()).toBe('Tak to wygląda.')
    await plain.page.context().close()
  })
  /** Writes a question with a file; meanwhile the session ends by its age. */
  async function ask(page: Page, subject = 'Zimno w sali 214'): Promise<void> {
    await page.locator('#field-subject').fill(subject)
    await page.locator('#field-body').fill('Od rana jest dwanaście stopni.')
    await page.locator('#ask-files').setInputFiles({ name: 'termometr.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(300_000, 7) })
    // Where scripts run all of it is kept by now; one request more would keep the session alive.
    if (await page.evaluate(() => 'htmx' in window)) {
      await page.locator('#ask-kept .kept-file').waitFor()
      await page.locator('#ask:not([data-unkept])').waitFor()
    }
    await site.database.db
      .updateTable('session')
      .set({ last_used_at: new Date(site.make.now.getTime() - 13 * 3600_000) })
      .where('person_id', '=', writer)
      .execute()
    await page.locator('#ask .button-primary').click()
    await page.getByText('Zachowany plik: termometr.jpg').or(page.getByText('File kept: termometr.jpg')).waitFor()
  }

  it.each([
    ['with', true],
    ['without', false],
  ])(
    'who writes while the session ends logs in on the same page, and text and file are sent: %s scripts',
    async (how, javaScriptEnabled) => {
      // What other tests left unsent would be gone on with.
      await site.database.db.deleteFrom('draft').where('person_id', '=', writer).execute()
      // The same words from the same person a second time would be asked about.
      const subject = `Zimno w sali 21${how.length}`
      const context = await browser.newContext({ javaScriptEnabled, locale: 'pl-PL' })
      await context.addCookies([{ name: 'pomoc', value: await site.session(writer), url: address }])
      const page = await context.newPage()
      await page.goto(address)
      await ask(page, subject)
      expect(await page.getByLabel('Temat').inputValue()).toBe(subject)
      expect(await page.getByLabel('Treść').inputValue()).toBe('Od rana jest dwanaście stopni.')
      await page.getByLabel('Login albo adres e-mail').fill('pisarka')
      await page.getByLabel('Hasło').fill(PASSWORD)
      await page.getByRole('button', { name: 'Zaloguj się i wyślij' }).click()
      await page.getByRole('heading', { name: subject }).waitFor()
      await page.getByText('termometr.jpg').waitFor()
      expect(await page.locator('#notices').textContent()).toContain('Zgłoszenie ma numer')
      await context.close()
    },
  )

  it('works without scripts: ask, read, reply, log out', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'pl-PL' })
    await context.addCookies([{ name: 'pomoc', value: await site.session((await site.make.ticket()).customerId), url: address }])
    const page = await context.newPage()
    await page.goto(address)
    await page.locator('#field-subject').fill('Bez skryptów')
    await page.locator('#field-body').fill('Działa?')
    await page.locator('#ask-files').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') })
    await page.locator('#ask .button-primary').click()
    await page.getByRole('heading', { name: 'Bez skryptów' }).waitFor()
    expect(await page.locator('#notices').textContent()).toContain('Zgłoszenie ma numer')
    await page.locator('#field-body').fill('Jeszcze jedno')
    await page.locator('#reply button').click()
    await page.getByText('Jeszcze jedno').waitFor()
    await page.locator('.person-menu').click()
    await page.getByRole('button', { name: 'Wyloguj się' }).click()
    await page.getByText('Sesja jest zakończona').waitFor()
    await context.close()
  })
})
