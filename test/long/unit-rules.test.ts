/** What somebody who administers one unit does with rules: makes a notification, a rule and a rule of choice, tries them, sees them work, and takes up what stopped. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addNote, createTicket, setActivation, type Id } from '../../core/index.ts'
import { launchChromium, requireChromium } from '../servers/chromium.ts'
import { openSite, type Site } from '../web.ts'
import acl from '../../plugins/acl/index.tsx'
import admin from '../../plugins/admin/index.tsx'
import desk from '../../plugins/desk/index.tsx'
import notifications from '../../plugins/notifications/index.ts'
import portal from '../../plugins/portal/index.tsx'
import units from '../../plugins/units/index.tsx'
import automation from '../../plugins/automation/index.tsx'
import { findRule, listRules } from '../../plugins/automation/rules.store.ts'
import { stop } from '../../plugins/automation/run.ts'

describe.skipIf(!requireChromium())('rules of one’s own unit', () => {
  let site: Site
  let browser: Browser
  let address: string
  beforeAll(async () => {
    site = await openSite([desk, portal, admin, units, notifications, automation, acl])
    await site.make.asSystem(async (work) => {
      for (const plugin of ['notifications', 'automation', 'acl']) await setActivation(work, plugin, '1', true)
    })
    address = await site.serve()
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  /** Tells what happened since, to each plugin in its turn. */
  let told: Id = '0'
  const tellAll = async () => {
    for (let rows = await since(); rows.length > 0; rows = await since())
      for (const { id } of rows) {
        told = id
        await site.make.db.deleteFrom('graphile_worker._private_jobs' as never).execute()
        for (const subscriber of ['automation', 'notifications'])
          await site.kernel.jobs.get('fact/deliver')!.run({ fact: id, subscriber }, { attempt: 1, lastAttempt: false })
      }
  }
  const since = () => site.make.db.selectFrom('fact').select('id').where('id', '>', told).orderBy('id').execute()

  for (const scripts of [true, false])
    it(scripts ? 'are made, tried, seen at work and taken up again' : 'and all of it without scripts', async () => {
      const { make } = site
      const name = scripts ? 'Mechanika' : 'Chemia'
      const unitId = await make.unit({ name })
      const { slug } = await make.db.selectFrom('unit').select('slug').where('id', '=', unitId).executeTakeFirstOrThrow()
      const group = await make.group()
      const queueId = await make.queue({ unitId, groupId: group, name: `${name} – awarie` })
      const ada = await make.agent({ [group]: ['rw'] }, { name: 'Ada Lokalna', login: `ada${slug}`, language: 'pl' })
      const jan = await make.actor(await make.agent({ [group]: ['rw'] }, { name: 'Jan Kowalski', login: `jan${slug}` }))
      await make.db.insertInto('unit_administrator').values({ unit_id: unitId, person_id: ada, since: make.now, given_by: null }).execute()
      const stands = await make.ticket({ queueId, subject: 'Tokarka nie rusza' })
      const [other] = [await make.ticket({ subject: 'Cudza sprawa' })]
      told = (await since()).at(-1)?.id ?? told

      const context = await browser.newContext({ locale: 'pl-PL', viewport: { width: 1280, height: 900 }, javaScriptEnabled: scripts })
      await context.addCookies([{ name: 'pomoc', value: await site.session(ada), url: address }])
      const page = await context.newPage()
      const faults: string[] = []
      page.on('pageerror', ({ message }) => faults.push(message))
      const go = (path: string) => page.goto(`${address}${path}`)
      const base = `/u/${slug}/admin`
      const opened = (label: string) => page.locator('main details > summary', { hasText: label }).first().click()
      const saved = (text: string) => page.getByText(text).first().waitFor()
      const save = () => page.locator('.form-foot .button-primary').click()

      // A notification: it says at once how many tickets it means, and which.
      await go(`${base}/notifications/new`)
      await page.fill('[name=name]', `Notatki: ${name}`)
      await page.check('[name="event.NotificationAddNote"]')
      await page.check('[name="recipient.AgentOwner"]')
      await page.selectOption('[name=choice]', 'none')
      await page.fill('[name="pl.subject"]', 'Notatka: <OTRS_TICKET_Title>')
      await page.fill('[name="pl.body"]', 'Ktoś dopisał notatkę.')
      await opened('Priorytet')
      await page.check('[name="if.priority"][value="3"]')
      if (scripts) await page.getByText('Dziś dotyczy 1 zgłoszenia.').waitFor()
      await page.click('button[value=which]')
      await page.locator('#preview', { hasText: stands.number }).waitFor()
      expect(await page.locator('#preview').textContent()).not.toContain(other!.number)
      expect(await page.inputValue('[name="pl.body"]')).toBe('Ktoś dopisał notatkę.')
      await page.check('[name=valid]')
      await save()
      await saved('Zapisano. O tym, co stało się wcześniej, nie powiadomi.')

      // A rule: what it means is counted as it is filled in, and tried before it is switched on.
      await go(`${base}/automation/new`)
      await page.fill('[name=name]', `Pilne: ${name}`)
      await page.check('[name=fact][value="ticket.created"]')
      await opened('Rodzaj stanu')
      await page.check('[name="if.stateType"][value=new]')
      if (scripts) await page.locator('#meaning', { hasText: 'Dziś dotyczy 1 zgłoszenia.' }).waitFor()
      await page.selectOption('[name="do.priority"]', '5')
      await page.click('button[value=count]')
      await page.locator('#meant', { hasText: stands.number }).waitFor()
      expect(await page.inputValue('[name="do.priority"]')).toBe('5')
      await save()
      await saved('Zapisano')
      await page.getByRole('button', { name: 'Wypróbuj' }).click()
      await page.getByText('byłoby zrobione').first().waitFor()
      expect(await page.locator('main').textContent()).toContain(stands.number)
      const [rule] = await listRules(make.db, unitId)
      expect(rule).toMatchObject({ valid: false, editedBy: ada, unitId })
      await go(`${base}/automation/${rule!.id}`)
      await page.check('[name=valid]')
      await save()
      await saved('Zapisano')

      // A rule of choice: nobody makes a ticket of the unit less urgent than it is.
      await go(`${base}/acl/new`)
      await page.fill('[name=name]', `100 ${name}`)
      await page.selectOption('[name="c0.what"]', 'Ticket.Priority')
      await page.selectOption('[name="c0.how"]', 'PossibleNot')
      await page.fill('[name="c0.values"]', '1 very low')
      await page.check('[name=valid]')
      await page.locator('form.card .button-primary, .form-foot .button-primary').first().click()
      await saved('Zapisano')
      await go(`${base}/acl/try?ticket=${stands.number}&page=priority`)
      expect(await page.locator('#result s').allTextContents()).toEqual(['1 very low'])

      // At work: the ticket is urgent, says why, and its owner reads of the note; what may be chosen is what is left.
      const made = await make.work(jan, (work) =>
        createTicket(work, {
          title: 'Frezarka dymi',
          queueId,
          customerId: null,
          article: { channel: 'phone', senderType: 'customer', visible: true, subject: 'Frezarka dymi', body: 'Od rana.' },
        }),
      )
      await make.db.updateTable('ticket').set({ owner_id: ada }).where('id', '=', made.id).execute()
      await tellAll()
      await go('/notifications')
      expect(await page.locator('#notifications-bell .only-heard').textContent()).toBe('Powiadomienia')
      await make.asSystem((work) => addNote(work, made.id, { body: 'Wyłączona.' }))
      // Of tickets that it means alone: this one has another priority by now.
      await tellAll()
      await make.db.updateTable('ticket').set({ priority_id: '3' }).where('id', '=', made.id).execute()
      await make.work(jan, (work) => addNote(work, made.id, { body: 'Części zamówione.' }))
      await tellAll()
      await page.reload()
      expect(await page.locator('#notifications-bell .only-heard').textContent()).toBe('Powiadomienia: 1 nieprzeczytane')
      await page.getByRole('link', { name: 'Frezarka dymi' }).click()
      await page.waitForURL(/\/desk\/tickets\//)
      const priorities = page.locator('select[name=priority] option')
      expect((await priorities.allTextContents()).filter((words) => /niski/.test(words))).toEqual(['niski'])
      await go(`/desk/tickets/${made.id}/history`)
      expect(await page.locator('main').textContent()).toContain(`Pilne: ${name}`)
      await go(`/desk/tickets/${made.id}/choices`)
      expect(await page.locator('main').textContent()).toContain(`100 ${name}`)

      // It stops, whatever for: the bell says so – on an open page at once –, and a click takes it up again.
      for (const [why, detail, says] of [
        ['too-many', '>10000', 'dotyczyła >10000 zgłoszeń'],
        ['loops', made.number, 'bo się zapętliła'],
        ['fault', 'division by zero', 'Zatrzymana przez błąd: division by zero'],
      ] as const) {
        await go('/desk')
        if (scripts) await page.waitForSelector('html[data-live]')
        await stop(site.kernel.hostOf(automation), (await findRule(make.db, rule!.id))!, why, detail)
        await tellAll()
        if (scripts) await page.waitForSelector('#notifications-bell .notifications-count')
        await go('/notifications?kind=rules')
        const entry = page.locator('.notifications-fresh', { hasText: says })
        await entry.waitFor()
        await entry.getByRole('link', { name: `Pilne: ${name}` }).click()
        await page.waitForURL(new RegExp(`${base}/automation/${rule!.id}$`))
        await page.getByRole('button', { name: 'Wznów' }).click()
        await saved('znów działa')
        expect(await findRule(make.db, rule!.id)).toMatchObject({ valid: true, stoppedAt: null, editedBy: ada })
        await readAll(page, go)
      }
      expect(faults).toEqual([])
      await context.close()
    })
})

async function readAll(page: Page, go: (path: string) => Promise<unknown>): Promise<void> {
  await go('/notifications?kind=rules')
  await page.getByRole('button', { name: 'Oznacz wszystkie jako przeczytane' }).click()
  await page.getByText('Nic nowego').first().waitFor()
}
