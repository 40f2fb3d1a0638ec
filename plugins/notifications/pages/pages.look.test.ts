import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addNote, setActivation } from '../../../core/index.ts'
import { lookAtAll, oneLook, type View } from '../../../test/look.ts'
import { launchChromium, requireChromium } from '../../../test/servers/chromium.ts'
import { openSite, type Site } from '../../../test/web.ts'
import admin from '../../admin/index.tsx'
import desk from '../../desk/index.tsx'
import portal from '../../portal/index.tsx'
import units from '../../units/index.tsx'
import notifications from '../index.ts'
import { listNotifications } from '../notifications.ts'
import { tell } from '../tables.ts'

describe.skipIf(!requireChromium())('notifications in Chromium', () => {
  let site: Site
  let browser: Browser
  let url: string
  let boss: string
  let jan: string
  let ticket: string
  let unit: string
  let id: string
  let janId: string
  beforeAll(async () => {
    site = await openSite([desk, portal, admin, units, notifications])
    const { make } = site
    await make.asSystem((work) => setActivation(work, 'notifications', '1', true))
    await tell(make.db).updateTable('notification').set({ valid: true, since: make.now }).execute()
    const unitId = await make.unit({ name: 'Wydział Mechaniczny' })
    unit = (await make.db.selectFrom('unit').select('slug').where('id', '=', unitId).executeTakeFirstOrThrow()).slug
    const group = await make.group()
    const queueId = await make.queue({ unitId, groupId: group, name: 'Mechanika' })
    const bossId = await make.agent({ 2: ['rw'], [group]: ['rw'] }, { name: 'Ada Adamska', login: 'ada' })
    janId = await make.agent({ [group]: ['rw'] }, { name: 'Jan Kowalski', login: 'jan' })
    ticket = (await make.ticket({ queueId, subject: 'Tokarka w pracowni nie rusza po przerwie w dostawie prądu' })).id
    await make.db.updateTable('ticket').set({ owner_id: janId }).where('id', '=', ticket).execute()
    for (const body of ['Sprawdzone.', 'Bezpiecznik wymieniony, @jan.'])
      await make.work(await make.actor(bossId), (work) => addNote(work, ticket, { body }))
    for (const { id: fact } of await make.db.selectFrom('fact').select('id').where('ticket_id', 'is not', null).orderBy('id').execute())
      await site.kernel.jobs.get('fact/deliver')!.run({ fact, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
    id = (await listNotifications(make.db)).find(({ rule }) => rule.events.includes('NotificationAddNote'))!.id
    boss = await site.session(bossId)
    jan = await site.session(janId)
    url = await site.serve()
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  const views = (): View[] => [
    { name: 'notifications', path: '/admin/notifications', session: boss },
    { name: 'notification', path: `/admin/notifications/${id}`, session: boss },
    {
      name: 'notification-refused',
      path: `/u/${unit}/admin/notifications/new`,
      session: boss,
      act: async (page) => {
        await page.click('.form-foot .button-primary')
        await page.waitForSelector('#problems')
      },
    },
    {
      name: 'notification-which',
      path: `/u/${unit}/admin/notifications/new`,
      session: boss,
      act: async (page) => {
        await page.click('button[value=which]')
        await page.waitForSelector('#preview')
      },
    },
    { name: 'notification-remove', path: `/admin/notifications/${id}/remove`, session: boss },
    { name: 'notifications-told', path: '/admin/notifications/told', session: boss },
    { name: 'notifications-trial', path: '/admin/notifications/yesterday?day=2026-11-17', session: boss },
    { name: 'notifications-unit', path: `/u/${unit}/admin/notifications`, session: boss },
    { name: 'bell', path: '/notifications', session: jan },
    { name: 'bell-none', path: '/notifications?which=all&kind=dates', session: jan },
    { name: 'own-choices', path: '/notifications/mine', session: jan },
    { name: 'ticket-told', path: `/desk/tickets/${ticket}/told`, session: jan },
    {
      name: 'mention',
      path: `/desk/tickets/${ticket}`,
      session: jan,
      act: async (page) => {
        if (!(await page.isVisible('#note'))) await page.click('#note-box > summary')
        await page.fill('#note', 'Zerknij, ')
        await page.locator('#note').pressSequentially('@ad')
        await page.waitForSelector('#notifications-mentions [aria-selected=true]')
      },
    },
  ]

  it.each(oneLook(1))('is accessible and fits: $language $colours $width', { timeout: 240_000 }, async (look) => {
    expect(await lookAtAll(browser, url, views(), look)).toEqual({})
  })

  it('the bell rings on an open page; a colleague is named by keys alone', async () => {
    const context = await browser.newContext()
    await context.addCookies([{ name: 'pomoc', value: jan, url }])
    const page = await context.newPage()
    await tell(site.make.db).updateTable('notification_bell').set({ read_at: site.make.now }).execute()
    await page.goto(`${url}/desk`)
    await page.waitForSelector('body:has(#live)')
    await site.make.asSystem((work) => addNote(work, ticket, { body: 'Jeszcze coś.' }))
    const { id: fact } = await site.make.db
      .selectFrom('fact')
      .select('id')
      .where('name', '=', 'article.created')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    await site.kernel.jobs.get('fact/deliver')!.run({ fact, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
    await page.waitForSelector('#notifications-bell .notifications-count')
    expect(await page.textContent('#notifications-bell .only-heard')).toBe('Powiadomienia: 1 nieprzeczytane')
    await page.click('#notifications-bell a')
    await page.getByRole('button', { name: 'Oznacz wszystkie jako przeczytane' }).click()
    await page.waitForSelector('#notifications-bell:not(:has(.notifications-count))')

    await page.goto(`${url}/desk/tickets/${ticket}`)
    const note = page.locator('#note')
    // A draft from before may have opened it.
    if (!(await note.isVisible())) await page.click('#note-box > summary')
    await note.fill('')
    await note.pressSequentially('Adres jan@uni.example, i @ad')
    await page.waitForSelector('#notifications-mentions')
    await note.press('Enter')
    expect(await note.inputValue()).toBe('Adres jan@uni.example, i @ada ')
    expect(await page.locator('#notifications-mentions').count()).toBe(0)
    expect(await note.getAttribute('aria-activedescendant')).toBe(null)
    await context.close()
  })
})
