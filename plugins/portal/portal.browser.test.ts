import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byTurns, LOOKS, lookAtAll, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site } from '../../test/web.ts'
import { storeBlob } from '../../core/database/blob.ts'
import { createSetPasswordLink, sendLoginLink } from '../../core/person/login.ts'
import { answerTicket, followUp, setState } from '../../core/ticket/change/tickets.ts'
import portal from './index.tsx'

describe.skipIf(!requireChromium())('the portal in Chromium', () => {
  let site: Site
  let browser: Browser
  let address: string
  let session: string
  const ids: Record<'open' | 'html' | 'closed', string> = { open: '', html: '', closed: '' }
  let links: { login: string; password: string }

  beforeAll(async () => {
    site = await openSite([portal])
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
    const mail = await site.database.db
      .selectFrom('outbound_mail')
      .select('body')
      .where('kind', '=', 'login link')
      .executeTakeFirstOrThrow()
    links = { login: /\/login\/link\/[\w-]+/.exec(mail.body!)![0], password: `/password/${password}` }
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
