import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keptFiles, openDesk, pressInto, type DeskInBrowser } from '../../test/desk-browser.ts'
import { requireChromium } from '../../test/servers/chromium.ts'
import type { Site } from '../../test/web.ts'
import { createTemplate } from '../../core/administration.ts'
import { followUp, type Id, type PersonActor } from '../../core/index.ts'

describe.skipIf(!requireChromium())('the desk in Chromium', () => {
  let site: Site
  let address: string
  let jan: PersonActor
  let open: DeskInBrowser['open']
  let house: DeskInBrowser
  let network: Id

  beforeAll(async () => {
    house = await openDesk()
    ;({ site, address, jan, open } = house)
    network = await site.make.queue({ name: 'Sieć i eduroam' })
  })
  afterAll(() => house?.close())

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
    expect([await page.locator('#reply').inputValue(), await keptFiles(page)]).toEqual(['', ''])
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
    expect([await page.locator('#reply').inputValue(), await keptFiles(page)]).toEqual([
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
    expect([await page.locator('#reply-cc').inputValue(), await keptFiles(page)]).toEqual([
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
      expect(await keptFiles(plain.page)).toMatch(/drugi\.txt/)
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
    // In anew, in another tab, while nothing was typed here: what is typed in the moment before leaving is kept, and sent without a question.
    const again = async () => context.addCookies([{ name: 'pomoc', value: await site.session(jan.id), url: address }])
    await again()
    await page.locator('#reply').fill('Pierwsze zdanie, drugie i trzecie')
    await page.goto(`${address}/desk`)
    await page.goto(`${address}/desk/tickets/${id}`)
    expect(await page.locator('#reply').inputValue()).toBe('Pierwsze zdanie, drugie i trzecie')
    await again()
    const token = () => page.locator('#reply-form input[name="_csrf"]').inputValue()
    const before = await token()
    await page.locator('#reply').fill('Wszystkie zdania')
    await told(page).waitFor()
    await expect.poll(token).not.toBe(before)
    await page.locator('#reply').press('Control+Enter')
    await page.locator('.undo').waitFor()
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
})
