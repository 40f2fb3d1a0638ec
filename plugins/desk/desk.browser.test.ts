import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byTurns, LOOKS, lookAtAll, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site } from '../../test/web.ts'
import { createTemplate } from '../../core/administration.ts'
import { holdMessage } from '../../core/ticket/change/held.ts'
import { deliveryFailed } from '../../core/ticket/change/undelivered.ts'
import {
  addNote,
  answerTicket,
  createTicket,
  followUp,
  saveDraft,
  setPriority,
  setState,
  takeTicket,
  type Id,
  type PersonActor,
} from '../../core/index.ts'
import portal from '../portal/index.tsx'
import desk from './index.tsx'

describe.skipIf(!requireChromium())('the desk in Chromium', () => {
  let site: Site
  let browser: Browser
  let address: string
  let jan: PersonActor
  let session: string
  let network: Id
  const ids: Record<'talk' | 'fresh' | 'closed' | 'late' | 'held' | 'forged' | 'mailed' | 'answered' | 'asked', Id> = {
    talk: '',
    fresh: '',
    closed: '',
    late: '',
    held: '',
    forged: '',
    mailed: '',
    answered: '',
    asked: '',
  }

  beforeAll(async () => {
    site = await openSite([desk, portal])
    const { make } = site
    const it = await make.queue({ name: 'Dział Informatyzacji' })
    network = await make.queue({ name: 'Dział Informatyzacji::Sieć i eduroam', parentId: it })
    const faculty = await make.queue({ name: 'Wydział Mechaniczny i Technologiczny' })
    const unit = await make.unit({ name: 'Wydział Mechaniczny' })
    jan = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', address: 'jan@uni.example' }))
    const anna = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Anna Nowak', address: 'anna@uni.example' }))
    const [filip, roza] = [
      await make.person({ name: 'Filip Kos', address: 'filip.kos@uni.example', phone: '2391', unitId: unit }),
      await make.person({ name: 'Róża Śliwa', address: 'roza@uni.example', login: 'rsliwa' }),
    ]
    const start = make.now
    const hours = (count: number) => {
      make.now = new Date(start.getTime() + count * 3_600_000)
    }
    hours(-60)
    const talk = await make.ticket({
      customerId: filip,
      queueId: network,
      subject: 'Brak sieci w sali 214',
      body: 'Dzień dobry,\n\nod rana w sali 214 nie ma sieci.\n\nFilip Kos',
      reason: [{ step: 'destination', decided: network, rule: 'recipient-address', detail: 'siec@uni.example' }],
    })
    const late = await make.ticket({
      customerId: roza,
      queueId: faculty,
      subject: 'Prośba o uprawnienia z bardzo długim tematem, który nigdzie nie zmieści się w jednym wierszu',
    })
    await make.work(jan, (work) => setState(work, late.id, { stateId: '6', pendingUntil: new Date(start.getTime() - 3_600_000) }))
    const closed = await make.ticket({ customerId: filip, subject: 'Legitymacja – duplikat' })
    await make.work(anna, (work) => setState(work, closed.id, { stateId: '2' }))
    const waiting = await make.ticket({ customerId: filip, queueId: it })
    await make.work(anna, (work) => takeTicket(work, waiting.id))
    await make.work(anna, (work) => setState(work, waiting.id, { stateId: '20', pendingUntil: null }))
    hours(-2)
    const fresh = await make.ticket({ customerId: roza, subject: 'Phishing – „Twoje konto wygasa”' })
    await make.work(jan, (work) => setPriority(work, fresh.id, '5'))
    await make.work(jan, (work) => takeTicket(work, talk.id))
    await make.work(jan, (work) => addNote(work, talk.id, { body: 'Port 24 w stanie err-disable.' }))
    const answer = await make.work(jan, (work) =>
      answerTicket(work, talk.id, {
        body: 'Wchodzimy do szafy o 8:40.',
        attachments: [{ name: 'plan sali.pdf', contentType: 'application/pdf', content: Buffer.alloc(212_000) }],
      }),
    )
    await make.db
      .updateTable('outbound_mail')
      .set({ state: 'failed', last_error: '550 5.1.1 User unknown' })
      .where('id', '=', answer.mailId!)
      .execute()
    hours(-1)
    const photo = await make.asSystem((work) =>
      followUp(work, talk.id, {
        article: {
          channel: 'email',
          senderType: 'customer',
          visible: true,
          personId: filip,
          from: 'Filip Kos <filip.kos@uni.example>',
          subject: 'Re: sieć',
          body: 'Zdjęcie szafy',
          html: '<p>Zdjęcie <b>szafy</b></p>',
          attachments: [{ name: 'szafa.jpg', contentType: 'image/jpeg', content: Buffer.alloc(1_800_000) }],
        },
      }),
    )
    const heldOn = await make.ticket({ customerId: filip, queueId: network, subject: 'Konto dla doktoranta' })
    const mailed = { channel: 'email', senderType: 'customer', visible: true, subject: '' } as const
    const stranger = await make.person({ name: 'Ktoś Obcy', address: 'ktos.obcy@poczta.example' })
    await make.asSystem((work) =>
      followUp(work, heldOn.id, {
        article: {
          ...mailed,
          personId: filip,
          from: 'Filip Kos <filip.kos@uni.example>',
          body: 'Dosyłam numer pracownika.',
          assurance: { level: 'confirmed', rule: 'vouched-by-relay', detail: 'mx.uni.example: uni.example' },
        },
      }),
    )
    await make.asSystem((work) =>
      holdMessage(work, heldOn.id, {
        ...mailed,
        personId: stranger,
        from: 'Ktoś Obcy <ktos.obcy@poczta.example>',
        body: 'Dzień dobry, na jakim etapie jest ta sprawa?',
        assurance: { level: 'unverified', rule: 'nothing-proves', detail: '203.0.113.9, spf=none poczta.example' },
        held: { rule: 'no-part-in-ticket', decision: null },
      }),
    )
    await make.asSystem((work) =>
      holdMessage(work, heldOn.id, {
        ...mailed,
        personId: null,
        from: 'Filip Kos <filip.kos@uni.example>',
        body: 'Proszę wysłać hasło na ten adres.',
        assurance: { level: 'failed', rule: 'own-domain-not-proven', detail: 'p=reject, 203.0.113.9, spf=fail uni.example' },
        held: { rule: 'sender-not-proven', decision: null },
      }),
    )
    await make.asSystem((work) =>
      holdMessage(work, heldOn.id, {
        ...mailed,
        personId: stranger,
        from: 'Reklama <reklama@sklep.example>',
        body: 'Najtańsze tonery!',
        held: { rule: 'no-part-in-ticket', decision: 'rejected' },
      }),
    )
    const forged = await make.asSystem((work) =>
      createTicket(work, {
        title: 'Pilny przelew',
        queueId: network,
        customerId: null,
        article: {
          ...mailed,
          subject: 'Pilny przelew',
          from: 'Rektor <rektor@uni.example>',
          body: 'Proszę pilnie o przelew.',
          assurance: { level: 'failed', rule: 'own-domain-not-proven', detail: 'p=reject, 203.0.113.9, spf=fail uni.example' },
        },
      }),
    )
    // From a form: the answer is asked for elsewhere, and had others beside it. A mail on it did not arrive.
    const asked = await make.ticket({ customerId: roza, queueId: network, subject: 'Formularz kontaktowy: nie działa eduroam' })
    await make.db
      .updateTable('article')
      .set({
        from_text: 'Formularz kontaktowy <formularz@uni.example>',
        reply_to: 'Róża Śliwa <roza.sliwa@poczta.example>',
        cc_text: '"Kowalska, Ewa" <ewa.kowalska@uni.example>, ola@uni.example',
      })
      .where('id', '=', asked.articleId)
      .execute()
    await make.db.updateTable('ticket').set({ undelivered_at: start }).where('id', 'in', [asked.id, closed.id]).execute()
    make.now = start
    await make.work(jan, (work) => saveDraft(work, `ticket/${talk.id}/reply`, { body: 'Dzień dobry,\n\nsieć działa od 8:52.' }))
    await make.db.insertInto('ticket_participant').values({ ticket_id: talk.id, person_id: roza, right: 'reply' }).execute()
    Object.assign(ids, {
      talk: talk.id,
      fresh: fresh.id,
      closed: closed.id,
      late: late.id,
      held: heldOn.id,
      forged: forged.id,
      mailed: photo.articleId,
      answered: answer.articleId,
      asked: asked.id,
    })
    session = await site.session(jan.id)
    address = await site.serve()
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site.close()
  })

  const views = (): View[] => [
    { name: 'list', path: '/desk/view/open', session },
    {
      name: 'list-chosen',
      path: '/desk/view/open',
      session,
      act: async (page) => {
        const box = page.locator('[data-row] input[type=checkbox]').first()
        if (await box.isVisible()) await box.check()
      },
    },
    {
      name: 'list-filter',
      path: `/desk/queue/${network}?state=any&owner=me`,
      session,
      act: (page) => page.locator('#filter > summary').click(),
    },
    { name: 'list-pending', path: '/desk/view/pending', session },
    { name: 'list-undelivered', path: '/desk/view/undelivered', session },
    { name: 'ticket-elsewhere', path: `/desk/tickets/${ids.asked}`, session },
    { name: 'list-empty', path: '/desk/search?q=niczego', session },
    {
      name: 'keys',
      path: '/desk',
      session,
      act: async (page) => {
        await page.keyboard.press('?')
      },
    },
    { name: 'ticket', path: `/desk/tickets/${ids.talk}`, session },
    {
      name: 'ticket-why',
      path: `/desk/tickets/${ids.talk}`,
      session,
      act: async (page) => {
        await page.locator('.composer-head summary').click()
        await page.locator('#menu-more > summary').click()
        await page.locator('#more-owner > summary').click()
      },
    },
    { name: 'ticket-pend', path: `/desk/tickets/${ids.fresh}`, session, act: (page) => page.locator('#menu-pend > summary').click() },
    {
      name: 'ticket-refused',
      path: `/desk/tickets/${ids.fresh}`,
      session,
      act: async (page) => {
        await page.locator('#reply-form .button-primary').click()
        await page.waitForSelector('#reply-problems')
      },
    },
    { name: 'ticket-closed', path: `/desk/tickets/${ids.closed}`, session },
    { name: 'list-held', path: '/desk/view/held', session },
    { name: 'ticket-held', path: `/desk/tickets/${ids.held}`, session, act: (page) => page.locator('#rejected > summary').click() },
    { name: 'ticket-forged', path: `/desk/tickets/${ids.forged}`, session },
    { name: 'history-held', path: `/desk/tickets/${ids.held}/history`, session },
    { name: 'forward', path: `/desk/tickets/${ids.talk}/articles/${ids.mailed}/forward`, session },
    {
      name: 'forward-refused',
      path: `/desk/tickets/${ids.talk}/articles/${ids.mailed}/forward`,
      session,
      act: async (page) => {
        await page.locator('#field-to').fill('pomyłka')
        await page.locator('.pass-on .button-primary').click()
        await page.waitForSelector('#problems')
      },
    },
    {
      name: 'late',
      path: `/desk/tickets/${ids.talk}`,
      session,
      act: async (page) => {
        await page.locator('#reply').fill('Za późno')
        await page.locator('#reply-form input[name=seen]').evaluate((field: HTMLInputElement) => {
          field.value = 'a1.o0.s1.q1'
        })
        await page.locator('#reply-form .button-primary').click()
        await page.waitForSelector('#reply-problems .since')
      },
    },
    { name: 'redirect', path: `/desk/tickets/${ids.talk}/articles/${ids.mailed}/redirect`, session, status: 422 },
    { name: 'resend', path: `/desk/tickets/${ids.talk}/articles/${ids.answered}/resend`, session },
    { name: 'history', path: `/desk/tickets/${ids.talk}/history`, session },
    {
      name: 'new',
      path: '/desk/new',
      session,
      act: async (page) => {
        await page.locator('#field-who').fill('kos')
        await page.waitForSelector('.people')
      },
    },
  ]

  it.each(LOOKS)('every page is accessible and fits: $language $colours $width', { timeout: 240_000 }, async (look) => {
    expect(await lookAtAll(browser, address, byTurns(views(), look), look)).toEqual({})
  })

  async function open(
    path: string,
    options: { scripts?: boolean; session?: string } = {},
  ): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
    const context = await browser.newContext({
      locale: 'pl-PL',
      viewport: { width: 1280, height: 900 },
      javaScriptEnabled: options.scripts ?? true,
    })
    await context.addCookies([{ name: 'pomoc', value: options.session ?? session, url: address }])
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text())
    })
    await page.goto(address + path)
    if (options.scripts ?? true) await page.waitForSelector('html[data-live]')
    return { context, page, faults }
  }

  /** Presses a key that puts the keyboard into a field; again when a window just opened swallowed it. */
  async function pressInto(page: Page, key: string, field: string): Promise<void> {
    for (let tries = 0; tries < 3; tries++) {
      await page.keyboard.press(key)
      if (
        await page
          .locator(`${field}:focus`)
          .waitFor({ timeout: 5000 })
          .then(
            () => true,
            () => false,
          )
      )
        return
    }
    throw new Error(`${key} did not lead into ${field}`)
  }

  it('a list shows a new ticket by itself, but nothing moves under a pointer or the keyboard until it is asked for', async () => {
    const { context, page, faults } = await open('/desk/view/open')
    const rows = () => page.locator('[data-row]').evaluateAll((all) => all.map((row) => row.id))
    const before = await rows()
    const countBeside = () => page.locator('#list-count').textContent()
    const first = await countBeside()
    // Nobody's hand is in the list.
    const shown = await site.make.ticket({ subject: 'Właśnie przyszło' })
    await page.locator(`#row-${shown.id}`).waitFor()
    expect(await rows()).toEqual([`row-${shown.id}`, ...before])
    expect(await countBeside()).not.toBe(first)

    // Under the pointer: the row that is about to be pressed stays, what changed in it is seen, and the new one waits.
    const target = page.locator(`#row-${ids.fresh}`)
    await target.hover()
    const place = await target.boundingBox()
    const waiting = await site.make.ticket({ subject: 'Przyszło pod ręką' })
    await page.locator('[data-news]', { hasText: '1 nowe zgłoszenie – pokaż' }).waitFor()
    await site.make.work(jan, (work) => takeTicket(work, ids.fresh))
    await target.getByText('ja', { exact: true }).waitFor()
    expect([await rows(), await target.boundingBox()]).toEqual([[`row-${shown.id}`, ...before], place])
    // Seen by all three: what waits, the count beside the title, and the rail when the pointer is not in it.
    expect(await countBeside()).toContain(String(before.length + 2))
    await page.locator('[data-news] button').click()
    await page.locator(`#row-${waiting.id}`).waitFor()
    expect(await page.locator('[data-news]').textContent()).toBe('')

    // The keyboard's place and what is chosen count as a hand too; once it has left, what waited is shown.
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    const current = await page.locator('[data-row][aria-current]').getAttribute('id')
    const [moved, gone] = [await site.make.ticket({ subject: 'Przy klawiaturze' }), ids.late]
    await page.locator('[data-news]', { hasText: '1 nowe zgłoszenie' }).waitFor()
    await site.make.work(jan, (work) => setState(work, gone, { stateId: '2' }))
    await page.waitForTimeout(1500)
    expect((await rows()).includes(`row-${gone}`)).toBe(true)
    await page.locator('h1').click()
    await page.locator(`#row-${moved.id}`).waitFor()
    await page.locator(`#row-${gone}`).waitFor({ state: 'detached' })
    expect(await page.locator('[data-row][aria-current]').getAttribute('id')).toBe(current)
    expect(await page.locator(`#${current} input[type=checkbox]`).isChecked()).toBe(true)
    expect(faults).toEqual([])
    await context.close()
  })

  it('a page that comes back from the cache fetches its live parts', async () => {
    const { context, page, faults } = await open('/desk/view/open')
    // As after a sleep: nothing was told meanwhile, and the browser shows the page as it was kept.
    await page.evaluate(() => document.getElementById('live')!.remove())
    const { id } = await site.make.ticket({ subject: 'Za plecami' })
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
    await page.locator(`#row-${id}`).waitFor()
    // Gone back to, it asks once, wherever the browser took it from.
    await page.goto(`${address}/desk/view/mine`)
    const asked = page.waitForRequest((request) => request.url().endsWith('/desk/view/open') && request.headers()['hx-request'] === 'true')
    await page.goBack()
    await asked
    expect(faults).toEqual([])
    await context.close()
  })

  it('what was done is said over the page, has the keyboard, and can be closed; keys of one letter can be switched off', async () => {
    const person = await site.make.agent({ '1': ['rw'] })
    const own = await site.session(person)
    const { id } = await site.make.ticket({ subject: 'Komunikat' })
    const { context, page, faults } = await open(`/desk/tickets/${id}`, { session: own })
    const top = () =>
      page
        .locator('.acts')
        .first()
        .evaluate((acts) => acts.getBoundingClientRect().top)
    const before = await top()
    await page.keyboard.press('a')
    await page.locator('.toast.undo:focus').waitFor()
    expect(await top()).toBe(before)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement!.textContent)).toContain('Cofnij')
    await page.locator('.toast-close').click()
    expect(await page.locator('#notices > *').count()).toBe(0)
    await page.goto(`${address}/account`)
    await page.locator('#field-keys').uncheck()
    await page.locator('#hands .button').click()
    await page.locator('.toast', { hasText: 'Zapisane.' }).waitFor()
    await page.goto(`${address}/desk/tickets/${id}`)
    for (const key of ['r', 'i', 'c', '/', '?']) await page.keyboard.press(key)
    expect(await page.evaluate(() => [document.activeElement === document.body, document.querySelector('details.menu[open]')])).toEqual([
      true,
      null,
    ])
    expect(await page.locator('[aria-keyshortcuts], kbd:visible').count()).toBe(0)
    expect(faults).toEqual([])
    await context.close()
  })

  it('no menu leaves the window, whatever is opened in it', async () => {
    const { context, page, faults } = await open(`/desk/tickets/${ids.talk}`)
    for (const width of [1280, 1000, 920, 320]) {
      await page.setViewportSize({ width, height: 900 })
      for (const menu of await page.locator('.ticket-head details.menu').all()) {
        await menu.locator('> summary').click()
        for (const more of await menu.locator('.more-act > summary').all()) await more.click()
        await page.waitForTimeout(50)
        const { x, width: wide } = (await menu.locator('.menu-sheet').boundingBox())!
        expect([width, x >= 0 && x + wide <= width]).toEqual([width, true])
        await page.keyboard.press('Escape')
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    }
    expect(faults).toEqual([])
    await context.close()
  })

  it('a message that arrives shows itself, and what is being typed stays', async () => {
    const { id } = await site.make.ticket({ subject: 'Rozmowa' })
    const { context, page, faults } = await open(`/desk/tickets/${id}`)
    await page.locator('#reply').fill('Piszę właśnie')
    await page.locator('#menu-close > summary').click()
    await page.locator('#close-note').fill('a tu notatka')
    await site.make.asSystem((work) =>
      followUp(work, id, {
        article: {
          channel: 'email',
          senderType: 'customer',
          visible: true,
          from: 'Ola <ola@uni.example>',
          subject: '',
          body: 'Przyszło w tej chwili',
        },
      }),
    )
    await page.getByText('Przyszło w tej chwili').waitFor()
    expect(await page.locator('#reply').inputValue()).toBe('Piszę właśnie')
    expect(await page.locator('#close-note').inputValue()).toBe('a tu notatka')
    expect(await page.locator('#menu-close').getAttribute('open')).not.toBeNull()
    expect(faults).toEqual([])
    await context.close()
  })

  it('what is typed is saved, survives leaving, is sent with Ctrl+Enter, and comes back with Z', async () => {
    const { id } = await site.make.ticket({ subject: 'Szkic' })
    const { context, page, faults } = await open(`/desk/tickets/${id}`)
    await pressInto(page, 'r', '#reply')
    await page.keyboard.type('Pierwsze zdanie')
    await page.locator('#reply-draft', { hasText: 'szkic zapisany' }).waitFor()
    await page.goto(`${address}/desk`)
    await page.goto(`${address}/desk/tickets/${id}`)
    expect(await page.locator('#reply').inputValue()).toBe('Pierwsze zdanie')
    await pressInto(page, 'r', '#reply')
    await page.keyboard.press('End')
    await page.keyboard.type(' i drugie')
    await page.keyboard.press('Control+Enter')
    await page.locator('.undo').waitFor()
    expect(await page.locator('#reply').inputValue()).toBe('')
    await page.keyboard.press('z')
    await page.getByText('Cofnięte.').waitFor()
    expect(await page.locator('#reply').inputValue()).toBe('Pierwsze zdanie i drugie')
    expect(faults).toEqual([])
    // Whoever logs out in the moment after the last key has it all the same.
    const leaving = await open(`/desk/tickets/${id}`, { session: await site.session(jan.id) })
    await pressInto(leaving.page, 'r', '#reply')
    await leaving.page.keyboard.type(' i trzecie')
    await leaving.page.evaluate(() => document.querySelector<HTMLFormElement>('form[action="/logout"]')!.requestSubmit())
    await leaving.page.getByText('Sesja jest zakończona').waitFor()
    await leaving.context.close()
    await page.goto(`${address}/desk/tickets/${id}`)
    expect(await page.locator('#reply').inputValue()).toBe('Pierwsze zdanie i drugie i trzecie')
    await context.close()
  })

  it('a draft that could not be saved while the connection was away is saved when it is back', async () => {
    const { id } = await site.make.ticket({ subject: 'W pociągu' })
    const { context, page } = await open(`/desk/tickets/${id}`)
    await context.setOffline(true)
    await page.locator('#reply').fill('Pisane w tunelu')
    await page.locator('#notices .notice-warn').waitFor()
    await context.setOffline(false)
    await page.locator('#reply-draft', { hasText: 'szkic zapisany' }).waitFor()
    await page.reload()
    expect(await page.locator('#reply').inputValue()).toBe('Pisane w tunelu')
    await context.close()
  })

  const sentMails = async (id: Id) =>
    (
      await site.make.db.selectFrom('outbound_mail').select('state').where('ticket_id', '=', id).where('kind', '=', 'reply').execute()
    ).filter(({ state }) => state !== 'cancelled').length
  const PLAN = { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('plan') }
  const kept = (page: Page) => page.locator('#reply-kept').textContent()
  /** All that was typed is kept. */
  const told = (page: Page) => page.locator('#reply-form:not([data-unkept]) #reply-draft', { hasText: 'szkic zapisany' })

  it('Back after sending brings nothing back; the same words once more are asked about; taken back, words and file are there again', async () => {
    const { id } = await site.make.ticket({ subject: 'Wstecz' })
    const { context, page } = await open('/desk/view/open')
    await page.goto(`${address}/desk/tickets/${id}`)
    await page.locator('#reply').fill('Już działa.')
    await page.locator('#reply-files').setInputFiles(PLAN)
    await page.locator('#reply-kept', { hasText: 'plan.txt' }).waitFor()
    await page.locator('#reply').press('Control+Enter')
    await page.locator('.undo').waitFor()
    await page.goBack()
    await page.locator('#reply').waitFor()
    expect([await page.locator('#reply').inputValue(), await kept(page)]).toEqual(['', ''])
    await page.locator('#reply').fill('Już działa.')
    await page.locator('#reply').press('Control+Enter')
    await page.locator('#reply-problems', { hasText: 'już stąd wysłano' }).waitFor()
    expect([await sentMails(id), await page.locator('#reply').inputValue()]).toEqual([1, 'Już działa.'])
    await page.getByRole('button', { name: 'Wyślij mimo to' }).click()
    await page.locator('.undo').waitFor()
    expect(await sentMails(id)).toBe(2)

    await page.locator('#reply').fill('Instrukcja w załączniku.')
    await page.locator('#reply-files').setInputFiles(PLAN)
    await page.locator('#reply-kept', { hasText: 'plan.txt' }).waitFor()
    await page.locator('#reply').press('Control+Enter')
    await page.locator('.undo').waitFor()
    await page.locator('h1').click()
    await page.keyboard.press('z')
    await page.getByText('Cofnięte.').waitFor()
    expect([await page.locator('#reply').inputValue(), await kept(page)]).toEqual([
      'Instrukcja w załączniku.',
      expect.stringContaining('plan.txt'),
    ])
    await context.close()
  })

  it('two tabs keep two drafts, and each shows its own after a reload; the other is one press away', async () => {
    const { id } = await site.make.ticket({ subject: 'Dwie karty' })
    const { context, page: one } = await open(`/desk/tickets/${id}`)
    const other = await context.newPage()
    await other.goto(`${address}/desk/tickets/${id}`)
    await one.locator('#reply').fill('Wersja A')
    await told(one).waitFor()
    await other.locator('#reply').fill('Wersja B')
    await other.locator('#reply-draft', { hasText: 'w innej karcie' }).waitFor()
    for (const [tab, text] of [
      [one, 'Wersja A'],
      [other, 'Wersja B'],
    ] as const) {
      await tab.reload()
      expect(await tab.locator('#reply').inputValue()).toBe(text)
    }
    await one.locator('.draft-other', { hasText: 'Wersja B' }).getByRole('button', { name: 'pokaż' }).click()
    await one.locator('.draft-other', { hasText: 'Wersja A' }).waitFor()
    expect(await one.locator('#reply').inputValue()).toBe('Wersja B')
    await context.close()
  })

  it('a template and a quotation go to the caret; file, place, recipients and what was typed this moment stay', async () => {
    const { id } = await site.make.ticket({ subject: 'Szablon', body: 'Drukarka stoi.' })
    const queueId = (await site.make.db.selectFrom('ticket').select('queue_id').where('id', '=', id).executeTakeFirstOrThrow()).queue_id
    const form = {
      name: 'Instrukcja',
      type: 'Answer',
      body: 'Instrukcja w załączniku.',
      valid: true,
      queueIds: [queueId],
      dropFileIds: [],
    } as const
    const newFiles = [{ name: 'instrukcja.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF') }]
    await site.make.asSystem((work) => createTemplate(work, { ...form, newFiles }))
    const { context, page } = await open(`/desk/tickets/${id}`)
    await page.locator('#reply-head > summary').click()
    await page.locator('#reply-cc').fill('szef@uni.example')
    await page.locator('#reply-files').setInputFiles(PLAN)
    await page.locator('#reply').fill('Początek. Koniec.')
    await page.locator('#reply').evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(10, 10))
    await page.locator('#reply-template').selectOption({ label: 'Instrukcja' })
    await page.locator('#reply-form').getByRole('button', { name: 'Wstaw' }).click()
    await page.locator('#reply-kept', { hasText: 'instrukcja.pdf' }).waitFor()
    const text = () => page.locator('#reply').inputValue()
    expect(await text()).toBe('Początek. \n\nInstrukcja w załączniku.\nKoniec.')
    expect([await page.locator('#reply-cc').inputValue(), new URL(page.url()).pathname]).toEqual([
      'szef@uni.example',
      `/desk/tickets/${id}`,
    ])
    await page.locator('#reply').press('Control+End')
    await page.keyboard.type(' Szybki tekst')
    await page.getByRole('button', { name: 'zacytuj' }).click()
    await page.waitForFunction(() => (document.getElementById('reply') as HTMLTextAreaElement).value.includes('> Drukarka stoi.'))
    expect(await text()).toContain('Koniec. Szybki tekst\n\n')
    await told(page).waitFor()
    await page.reload()
    expect((await text()).match(/> Drukarka stoi\./g)).toHaveLength(1)
    expect([await page.locator('#reply-cc').inputValue(), await kept(page)]).toEqual([
      'szef@uni.example',
      expect.stringMatching(/plan\.txt.*instrukcja\.pdf/s),
    ])
    await context.close()

    // Without scripts the same, behind what is typed.
    const plain = await open(`/desk/tickets/${id}`, { scripts: false })
    await plain.page.locator('#reply').fill('Bez skryptów')
    await plain.page.locator('#reply-files').setInputFiles({ ...PLAN, name: 'drugi.txt' })
    await plain.page.locator('#reply-template').selectOption({ label: 'Instrukcja' })
    await plain.page.locator('#reply-form').getByRole('button', { name: 'Wstaw' }).click()
    await plain.page.locator('.draft-status', { hasText: 'szkic zapisany' }).waitFor()
    for (const again of [false, true]) {
      if (again) await plain.page.reload()
      expect(await plain.page.locator('#reply').inputValue()).toBe('Bez skryptów\n\nInstrukcja w załączniku.\n')
      expect(await kept(plain.page)).toMatch(/drugi\.txt/)
    }
    await plain.context.close()
  })

  it('with a session that ended, the draft says so; after logging in elsewhere it is kept again', async () => {
    const { id } = await site.make.ticket({ subject: 'Po godzinach' })
    const { context, page } = await open(`/desk/tickets/${id}`)
    await page.locator('#reply').fill('Pierwsze zdanie')
    await told(page).waitFor()
    await context.clearCookies()
    await page.locator('#reply').fill('Pierwsze zdanie i drugie')
    await page.locator('#reply-draft', { hasText: 'NIE jest zapisywany' }).waitFor()
    await context.addCookies([{ name: 'pomoc', value: await site.session(jan.id), url: address }])
    await told(page).waitFor()
    await page.reload()
    expect(await page.locator('#reply').inputValue()).toBe('Pierwsze zdanie i drugie')
    await context.close()
  })

  it('a message that arrives while somebody types moves nothing under their hands; R goes on behind what stands there', async () => {
    const { id } = await site.make.ticket({ subject: 'Spokój' })
    const { context, page } = await open(`/desk/tickets/${id}`)
    await page.locator('#reply').fill('Dzień dobry,')
    await told(page).waitFor()
    await page.reload()
    await page.waitForSelector('html[data-live]')
    await pressInto(page, 'r', '#reply')
    await page.keyboard.type(' tu pomoc')
    expect(await page.locator('#reply').inputValue()).toBe('Dzień dobry, tu pomoc')
    const top = () => page.locator('#reply').evaluate((area) => Math.round(area.getBoundingClientRect().top))
    const before = await top()
    const lines = Array.from({ length: 30 }, (_, n) => `wiersz ${n}`).join('\n')
    await site.make.asSystem((work) =>
      followUp(work, id, {
        article: { channel: 'email', senderType: 'customer', visible: true, from: 'Ola <ola@uni.example>', subject: '', body: lines },
      }),
    )
    await page.getByText('wiersz 29').waitFor()
    await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThanOrEqual(2)
    await context.close()
  })

  it('a new ticket and a forwarded message are drafts too; a person is chosen among those who fit, and the file stays', async () => {
    const { id, articleId } = await site.make.ticket({ subject: 'Dalej' })
    for (const name of ['Ala Dwojga', 'Ola Dwojga']) await site.make.person({ name })
    const { context, page } = await open('/desk/new')
    await page.locator('#field-body').fill('Dzwoniła w sprawie karty.')
    await page.locator('#field-title').fill('Karta')
    await page.locator('#new-draft', { hasText: 'szkic zapisany' }).waitFor()
    await page.reload()
    expect(await page.locator('#field-body').inputValue()).toBe('Dzwoniła w sprawie karty.')
    await page.locator('#new-files').setInputFiles(PLAN)
    await page.locator('#new-kept', { hasText: 'plan.txt' }).waitFor()
    await page.locator('#field-queue').selectOption(network)
    await page.locator('#field-who').fill('dwojga')
    await page.locator('#new-form .button-primary').click()
    await page.locator('#problems', { hasText: 'pasuje kilka osób' }).waitFor()
    await page.getByRole('radio', { name: /Ola Dwojga/ }).check()
    expect(await page.locator('#new-kept').textContent()).toContain('plan.txt')
    await page.locator('#new-form .button-primary').click()
    await page.getByRole('heading', { level: 1, name: 'Karta' }).waitFor()
    expect(await page.locator('.chips').textContent()).toContain('plan.txt')
    await page.goto(`${address}/desk/tickets/${id}/articles/${articleId}/forward`)
    await page.locator('#forward').fill('Do wiadomości')
    await page.locator('#forward-draft', { hasText: 'szkic zapisany' }).waitFor()
    await page.reload()
    expect(await page.locator('#forward').inputValue()).toBe('Do wiadomości')
    await context.close()
  })

  it('keys walk the list, take a ticket and open it; none works while typing', async () => {
    const queueId = await site.make.queue({ name: 'Klawisze' })
    const [second, first] = [
      await site.make.ticket({ queueId, subject: 'Drugie' }),
      await site.make.ticket({ queueId, subject: 'Pierwsze' }),
    ]
    const { context, page, faults } = await open(`/desk/queue/${queueId}?sort=title&dir=desc`)
    await pressInto(page, '/', '.topbar-search input')
    await page.keyboard.type('jkxa?')
    expect(await page.locator('.topbar-search input').inputValue()).toBe('jkxa?')
    expect(await page.locator('[data-row][aria-current]').count()).toBe(0)
    await page.locator('h1').click()
    await page.keyboard.press('j')
    await page.keyboard.press('a')
    await page.locator('.undo', { hasText: 'Prowadzisz to zgłoszenie.' }).waitFor()
    const owner = async (id: Id) =>
      (await site.make.db.selectFrom('ticket').select('owner_id').where('id', '=', id).executeTakeFirstOrThrow()).owner_id
    expect([await owner(first.id), await owner(second.id)]).toEqual([jan.id, null])
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Drugie' }).waitFor()
    await page.waitForLoadState('load')
    await page.keyboard.press('p')
    await page.locator('#menu-pend input[name=until]:focus').waitFor()
    await page.keyboard.press('Escape')
    expect(await page.locator('#menu-pend').getAttribute('open')).toBeNull()
    expect(faults).toEqual([])
    await context.close()
  })

  it('works without scripts: list, take, note, reply, put off, move, close, undo, new ticket', async () => {
    const { id } = await site.make.ticket({ subject: 'Bez skryptów' })
    const { context, page } = await open('/desk', { scripts: false })
    const told = (words: string) => page.locator('#notices', { hasText: words }).waitFor()
    await page.getByRole('link', { name: 'Bez skryptów' }).click()
    await page.getByRole('button', { name: 'Weź' }).click()
    await told('Prowadzisz to zgłoszenie.')
    await page.locator('#note-box > summary').click()
    await page.locator('#note').fill('Notatka bez skryptów')
    await page.getByRole('button', { name: 'Dodaj notatkę' }).click()
    await told('Notatka dodana.')
    await page.locator('#reply').fill('Odpowiedź bez skryptów')
    await page.locator('#reply-files').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') })
    await page.getByRole('button', { name: 'Wyślij', exact: true }).click()
    await told('Odpowiedź wysłana.')
    await page.getByRole('button', { name: 'Cofnij' }).click()
    await told('Cofnięte.')
    expect(await page.locator('#reply').inputValue()).toBe('Odpowiedź bez skryptów')
    expect(await kept(page)).toContain('a.txt')
    await page.locator('#menu-pend > summary').click()
    await page.locator('#menu-pend input[value=week]').check()
    await page.locator('#menu-pend button').click()
    await told('Zgłoszenie odłożone.')
    await page.locator('#menu-move > summary').click()
    await page.locator('#move-queue').selectOption(network)
    await page.locator('#menu-move button').click()
    await told('Zgłoszenie przeniesione.')
    await page.locator('#menu-close > summary').click()
    await page.locator('#menu-close button').click()
    await told('Zgłoszenie zamknięte.')
    expect(await site.make.db.selectFrom('ticket').selectAll().where('id', '=', id).executeTakeFirstOrThrow()).toMatchObject({
      state_id: '2',
      queue_id: network,
    })
    await page.goto(`${address}/desk/new`)
    await page.locator('#field-who').fill('rsliwa')
    await page.getByRole('button', { name: 'Znajdź' }).click()
    await page.getByRole('radio', { name: /Róża Śliwa/ }).check()
    await page.locator('#field-queue').selectOption(network)
    await page.locator('#field-title').fill('Przyszła do okienka')
    await page.locator('#field-body').fill('Nie działa karta.')
    await page.getByRole('button', { name: 'Załóż zgłoszenie' }).click()
    await page.getByRole('heading', { name: 'Przyszła do okienka' }).waitFor()
    await context.close()
  })

  describe.each([
    ['with scripts', true],
    ['without scripts', false],
  ] as const)('what another does meanwhile, %s', (_name, scripts) => {
    const writes = (id: Id, personId: Id, body: string) =>
      site.make.asSystem((work) =>
        followUp(work, id, {
          article: { channel: 'email', senderType: 'customer', visible: true, personId, from: 'Róża', subject: 'Re', body },
        }),
      )

    it('two agents and a customer: nothing typed is lost, nothing leaves unasked or twice', async () => {
      const { id, customerId } = await site.make.ticket({ subject: 'Dwoje naraz' })
      const anna = await site.make.actor(await site.make.agent({ 1: ['rw'] }, { name: 'Anna Druga' }))
      const { context, page } = await open(`/desk/tickets/${id}`, { scripts })
      await page.locator('#reply').fill('Proszę wymienić kabel.')
      await site.make.work(anna, (work) => answerTicket(work, id, { body: 'Kabel już wymieniłam.' }))
      await writes(id, customerId, 'Działa, dziękuję.')
      // Where the page follows, what came slips in above, and what is typed stays.
      if (scripts) await page.locator('.timeline', { hasText: 'Działa, dziękuję.' }).waitFor()
      await page.locator('#reply').focus()
      await (scripts ? page.keyboard.press('Control+Enter') : page.getByRole('button', { name: 'Wyślij', exact: true }).click())
      const notice = page.locator('#reply-problems')
      await notice.waitFor()
      expect(await notice.innerText()).toMatch(/Kabel już wymieniłam\.[^]*Działa, dziękuję\.[^]*Prowadzi teraz Anna Druga\./)
      if (scripts) await page.waitForFunction(() => document.activeElement?.id === 'reply-problems')
      expect(await page.locator('#reply').inputValue()).toBe('Proszę wymienić kabel.')
      const sent = () =>
        site.make.db.selectFrom('outbound_mail').select('kind').where('ticket_id', '=', id).where('kind', '=', 'reply').execute()
      expect(await sent()).toHaveLength(1)
      await page.getByRole('button', { name: 'Wyślij mimo to' }).click()
      await page.locator('#notices', { hasText: 'Odpowiedź wysłana.' }).waitFor()
      expect(await sent()).toHaveLength(2)
      await context.close()
    })

    if (scripts)
      it('a menu that was opened knows what was seen then, not what slipped in above it', async () => {
        const { id, customerId } = await site.make.ticket({ subject: 'Menu otwarte' })
        const { context, page } = await open(`/desk/tickets/${id}`)
        await page.locator('#menu-close > summary').click()
        await page.locator('#close-note').fill('Załatwione przez telefon')
        await writes(id, customerId, 'Jednak nie działa.')
        await page.locator('.timeline', { hasText: 'Jednak nie działa.' }).waitFor()
        await page.locator('#menu-close .button-primary').click()
        await page.locator('#close-problems', { hasText: 'Jednak nie działa.' }).waitFor()
        expect(await page.locator('#close-note').inputValue()).toBe('Załatwione przez telefon')
        await page.getByRole('button', { name: 'Zamknij mimo to' }).click()
        await page.locator('#notices', { hasText: 'Zgłoszenie zamknięte.' }).waitFor()
        await context.close()
      })

    it('the owner is away while the customer writes: others find the ticket among those to take, and history says why', async () => {
      const owner = await site.make.agent({ 1: ['rw'] }, { name: 'Olga Nieobecna' })
      const { id, customerId } = await site.make.ticket({ subject: `Czeka na Olgę ${scripts}`, priorityId: '5' })
      await site.make.work(await site.make.actor(owner), (work) => takeTicket(work, id))
      await site.make.work(await site.make.actor(owner), (work) => setState(work, id, { stateId: '20', pendingUntil: null }))
      const { context, page } = await open('/desk', { scripts })
      expect(await page.locator(`#row-${id}`).count()).toBe(0)
      const day = 86_400_000
      await site.make.db
        .insertInto('person_absence')
        .values({
          person_id: owner,
          from_at: new Date(Date.now() - 1000 * day),
          until_at: new Date(Date.now() + 1000 * day),
          substitute_id: null,
          note: '',
        })
        .execute()
      await writes(id, customerId, 'Czy ktoś tam jest?')
      if (!scripts) await page.reload()
      await page.locator(`#row-${id} .row-take`).click()
      await page.locator('#notices', { hasText: 'Prowadzisz to zgłoszenie.' }).waitFor()
      await page.goto(`${address}/desk/tickets/${id}/history`)
      expect(await page.locator('main').textContent()).toContain('nie ma teraz osoby, która prowadzi zgłoszenie: Olga Nieobecna')
      await context.close()
    })

    it('the answer of a closed ticket bounces: it is open again, said to whoever writes there, and answered anew', async () => {
      const { id } = await site.make.ticket({ subject: 'Odbija się' })
      await site.make.work(jan, (work) => setState(work, id, { stateId: '2' }))
      const { context, page } = await open(`/desk/tickets/${id}`, { scripts })
      expect(await page.locator('.composer-closed').innerText()).toBe('Zgłoszenie jest zamknięte. Sama odpowiedź go nie otworzy.')
      await page.locator('#reply').fill('Jeszcze jedno wyjaśnienie.')
      await page.getByRole('button', { name: 'Wyślij', exact: true }).click()
      await page.locator('#notices', { hasText: 'Zgłoszenie pozostaje zamknięte.' }).waitFor()
      await page.locator('#reply').fill('I jeszcze drugie.')
      const mail = await site.make.db
        .selectFrom('outbound_mail')
        .select(['ticket_id', 'article_id', 'kind', 'recipients'])
        .where('ticket_id', '=', id)
        .where('kind', '=', 'reply')
        .executeTakeFirstOrThrow()
      await site.make.asSystem((work) => deliveryFailed(work, mail, [], '550 5.1.1 User unknown'))
      await page.getByRole('button', { name: 'Wyślij', exact: true }).click()
      await page.locator('#reply-problems', { hasText: 'Stan: otwarte' }).waitFor()
      expect(await page.locator('#reply').inputValue()).toBe('I jeszcze drugie.')
      expect(await page.locator('.composer-closed').count()).toBe(0)
      await page.goto(`${address}/desk/view/undelivered`)
      await page.getByRole('link', { name: 'Odbija się' }).first().click()
      await page.locator('#reply-head > summary').click()
      await page.locator('#reply-to').fill('nowy.adres@poczta.example')
      await page.locator('#reply').fill('Pod nowy adres.')
      await page.getByRole('button', { name: 'Wyślij', exact: true }).click()
      await page.locator('#notices', { hasText: 'Odpowiedź wysłana.' }).waitFor()
      expect(
        await site.make.db.selectFrom('ticket').select(['state_type', 'undelivered_at']).where('id', '=', id).executeTakeFirst(),
      ).toEqual({ state_type: 'open', undelivered_at: null })
      await context.close()
    })
  })
})
