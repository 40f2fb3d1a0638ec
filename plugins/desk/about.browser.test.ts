/** What a ticket is about, in Chromium: fields of every full type with and without scripts, and two agents who merge two tickets into each other at once. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDesk, type DeskInBrowser } from '../../test/desk-browser.ts'
import { aField } from '../../test/fields.ts'
import { requireChromium } from '../../test/servers/chromium.ts'
import { createField } from '../../core/field/field-admin.ts'
import { valuesOf, type Id } from '../../core/index.ts'

describe.skipIf(!requireChromium())('what a ticket is about, in Chromium', () => {
  let house: DeskInBrowser
  let queue: Id
  let annas: string
  const values = [
    { key: 'a', label: 'Aula', labelEn: null },
    { key: 'b', label: 'Budynek B', labelEn: null },
  ]

  beforeAll(async () => {
    house = await openDesk()
    const { site } = house
    queue = await site.make.queue({ name: 'Sale wykładowe' })
    await site.make.person({ name: 'Ola Szpak', address: 'ola@uni.example' })
    annas = await site.session(await site.make.agent({ 1: ['rw'] }, { name: 'Anna Nowak' }))
    const kinds = [
      ['Sala', 'Text', { patterns: [{ pattern: '^\\d{3}$', message: 'Podaj trzy cyfry' }] }],
      ['Opis', 'TextArea', {}],
      ['Pilne', 'Checkbox', {}],
      ['Dom', 'Dropdown', { values, none: true }],
      ['Dni', 'Multiselect', { values }],
      ['Egzamin', 'Date', {}],
      ['Start', 'DateTime', {}],
    ] as const
    for (const [name, type, config] of kinds)
      await site.make.asSystem((work) =>
        createField(
          work,
          '1',
          type,
          aField(name, config, {
            rules: [{ screen: 'new', queueId: queue, topicId: null, use: name === 'Sala' ? 'required' : 'optional' }],
          }),
        ),
      )
  }, 60_000)
  afterAll(() => house?.close())

  const fill = async (page: Page, room: string) => {
    await page.fill('[name="field.Sala"]', room)
    await page.fill('[name="field.Opis"]', 'Linia 1\nLinia 2')
    await page.check('[name="field.Pilne"]:not([type=hidden])')
    await page.selectOption('select[name="field.Dom"]', 'b')
    const days = page.locator('[name="field.Dni"]:not([type=hidden])')
    if ((await days.first().evaluate((one) => one.tagName)) === 'SELECT') await days.selectOption(['a', 'b'])
    else for (const one of await days.all()) await one.check()
    await page.fill('[name="field.Egzamin"]', '2027-02-01')
    await page.fill('[name="field.Start"]', '2027-01-20T08:30')
  }
  const ALL = {
    Sala: ['214'],
    Opis: ['Linia 1\nLinia 2'],
    Pilne: ['1'],
    Dom: ['b'],
    Dni: ['a', 'b'],
    Egzamin: ['2027-02-01'],
    Start: ['2027-01-20T07:30:00Z'],
  }

  it.each([true, false])(
    'a form asks for the fields of its queue once that is chosen, and loses nothing to a wrong value; scripts: %s',
    async (scripts) => {
      const { site } = house
      const { context, page, faults } = await house.open('/desk/new', { scripts })
      await page.fill('[name=who]', 'ola@uni.example')
      // The same words twice would be asked about.
      await page.fill('[name=title]', scripts ? 'Rzutnik' : 'Drugi rzutnik')
      await page.fill('[name=body]', 'Nie świeci')
      await page.selectOption('[name=queue]', queue)
      // Without scripts the same form asks for them when it is sent: what must be filled in is not there yet.
      if (!scripts) await page.click('main form button.button-primary')
      await page.waitForSelector('[name="field.Sala"]')
      expect(await page.inputValue('[name=body]')).toBe('Nie świeci')
      await fill(page, 'dwieście')
      await page.click('main form button.button-primary')
      await page.getByText('Podaj trzy cyfry').first().waitFor()
      expect(await page.inputValue('[name="field.Opis"]')).toBe('Linia 1\nLinia 2')
      expect(await page.inputValue('[name="field.Start"]')).toBe('2027-01-20T08:30')
      await page.fill('[name="field.Sala"]', '214')
      await page.click('main form button.button-primary')
      await page.waitForURL(/\/desk\/tickets\/\d+$/)
      const id = page.url().split('/').at(-1)!
      expect(Object.fromEntries((await valuesOf(site.make.db, 'ticket', id)).map((one) => [one.field.name, one.values]))).toEqual(ALL)
      expect(await page.locator('main').textContent()).toContain('Budynek B')
      // The browser itself tells its console of the refused form.
      expect(faults.filter((fault) => !fault.includes('422'))).toEqual([])
      await context.close()
    },
  )

  it('of two agents who merge two tickets into each other at once one is done, the other is told why not', async () => {
    const { make } = house.site
    const [one, other] = [await make.ticket({ subject: 'Dwa razy to samo' }), await make.ticket({ subject: 'Dwa razy to samo' })]
    const jans = await house.open(`/desk/tickets/${one.id}/merge?into=${other.number}`)
    const hers = await house.open(`/desk/tickets/${other.id}/merge?into=${one.number}`, { session: annas })
    const pages = [jans.page, hers.page]
    await Promise.all(
      pages.map(async (page) => {
        const answered = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().includes('/merge'))
        await page.click('form.merge button.button-primary')
        await answered
        await page.waitForLoadState()
      }),
    )
    const rows = await make.db.selectFrom('ticket').select(['id', 'merged_into_id']).where('id', 'in', [one.id, other.id]).execute()
    const merged = rows.filter((row) => row.merged_into_id !== null)
    expect(merged).toHaveLength(1)
    const [winner, loser] = merged[0]!.id === one.id ? pages : [...pages].reverse()
    expect(await winner!.locator('form.merge').count()).toBe(0)
    await loser!.locator('#merge-problems').waitFor()
    expect(await loser!.locator('#merge-problems').textContent()).toMatch(/scalił|zmienił/)
    await Promise.all([jans.context.close(), hers.context.close()])
  })
})
