import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lookAtAll, oneLook, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site } from '../../test/web.ts'
import desk from '../desk/index.tsx'
import portal from '../portal/index.tsx'
import { createItem, saveCategory, vote } from './faq.ts'
import faq from './index.tsx'

describe.skipIf(!requireChromium())('the knowledge base in Chromium', () => {
  let site: Site
  let browser: Browser
  let url: string
  let editor: string
  let customer: string
  let item: string
  let ticket: string
  beforeAll(async () => {
    site = await openSite([desk, portal, faq])
    const { make } = site
    await make.db
      .insertInto('plugin_activation')
      .values({ plugin: 'faq', unit_id: '1', active: true, changed_at: make.now, changed_by: null })
      .execute()
    const [account, mail] = [await category('Konto i hasło', 'Account and password'), await category('Poczta', 'Mail')]
    const person = await make.person({ name: 'Ala Nowak', login: 'ala' })
    item = await write(
      account,
      'Jak zmienić hasło do poczty?',
      '## Na stronie konta\n\n1. Wejdź na [stronę konta](https://konto.uni.example).\n2. Wybierz **Zmień hasło**.\n3. Zaloguj się ponownie w telefonie.\n\n> Hasło ma co najmniej 12 znaków.\n\n| system | gdzie |\n|---|---|\n| Windows | Ctrl+Alt+Del |\n| telefon | Ustawienia → Konta |',
      'Po trzech próbach konto jest zablokowane na 15 minut.',
    )
    await write(mail, 'Poczta w telefonie', 'Serwer to `poczta.uni.example`, port 993.')
    await write(mail, 'Skrzynka jest pełna', 'Usuń stare wiadomości z dużymi załącznikami albo poproś o więcej miejsca.')
    await make.asSystem((work) => vote(work, item, person, 100))
    const agent = await make.agent({ 1: ['rw'], 2: ['rw'] }, { name: 'Jan Kowal' })
    editor = await site.session(agent)
    customer = await site.session(person)
    ticket = (await make.ticket({ subject: 'Hasło do poczty nie działa' })).id
    url = await site.serve()
    browser = await launchChromium()

    async function category(name: string, nameEn: string) {
      return make.asSystem((work) => saveCategory(work, '1', null, { name, nameEn, parentId: null, position: 1, valid: true }))
    }
    async function write(categoryId: string, title: string, solution: string, comment = '') {
      return make.asSystem((work) =>
        createItem(
          work,
          '1',
          {
            categoryId,
            language: 'pl',
            audience: 'public',
            title,
            keywords: '',
            contentType: 'markdown',
            symptom: '',
            problem: '',
            solution,
            comment,
          },
          true,
        ),
      )
    }
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  const views = (): View[] => [
    { name: 'faq', path: '/u/it/faq' },
    { name: 'faq-editor', path: '/u/it/faq', session: editor },
    { name: 'faq-found', path: '/u/it/faq?search=hasło poczta' },
    { name: 'faq-none', path: '/u/it/faq?search=kwantechizm' },
    { name: 'faq-item', path: `/u/it/faq/${item}` },
    { name: 'faq-item-editor', path: `/u/it/faq/${item}`, session: editor },
    { name: 'faq-edit', path: `/u/it/faq/${item}/edit`, session: editor },
    {
      name: 'faq-preview',
      path: `/u/it/faq/${item}/edit`,
      session: editor,
      act: async (page) => {
        await page.click('button[value=preview]')
        await page.waitForSelector('#preview')
      },
    },
    {
      name: 'faq-refused',
      path: '/u/it/faq/new',
      session: editor,
      status: 200,
      act: async (page) => {
        await page.fill('#field-title', 'x')
        await page.click('button[value=preview]')
        await page.waitForSelector('#preview')
      },
    },
    { name: 'faq-manage', path: '/u/it/faq/manage', session: editor },
    { name: 'faq-categories', path: '/u/it/faq/categories', session: editor },
    { name: 'faq-category', path: '/u/it/faq/categories/new', session: editor },
    { name: 'faq-versions', path: `/u/it/faq/${item}/versions`, session: editor },
    {
      name: 'faq-suggested',
      path: '/',
      session: customer,
      act: async (page) => {
        await page.fill('#field-subject', 'zapomniane hasło')
        await page.waitForSelector('#faq-suggestions a')
      },
    },
    { name: 'faq-beside', path: `/desk/tickets/${ticket}`, session: editor },
  ]

  it.each(oneLook(1))('is accessible and fits: $language $colours $width', { timeout: 240_000 }, async (look) => {
    expect(await lookAtAll(browser, url, views(), look)).toEqual({})
  })
})
