import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createField } from '../../core/administration.ts'
import { setActivation, type Id } from '../../core/index.ts'
import { aField } from '../../test/fields.ts'
import { byTurns, LOOKS, lookAtAll, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site } from '../../test/web.ts'
import admin from '../admin/index.tsx'
import desk from '../desk/index.tsx'
import portal from '../portal/index.tsx'
import units from '../units/index.tsx'
import { createAcl, type AclForm } from './acl.ts'
import acl from './index.tsx'

const rule = (name: string, more: Partial<AclForm>): AclForm => ({
  name,
  comment: 'Dla spokoju',
  description: '',
  match: {},
  change: {},
  stop: false,
  valid: true,
  ...more,
})

describe.skipIf(!requireChromium())('rules of choice in Chromium', () => {
  let site: Site
  let browser: Browser
  let url: string
  let boss: string
  let local: string
  let slug: string
  let ruleId: Id
  let ticket: { id: Id; number: string }
  beforeAll(async () => {
    site = await openSite([desk, portal, admin, units, acl])
    const { make } = site
    const unit = await make.unit({ name: 'Mechanika' })
    ;({ slug } = await make.db.selectFrom('unit').select('slug').where('id', '=', unit).executeTakeFirstOrThrow())
    const group = await make.group()
    const queue = await make.queue({ unitId: unit, groupId: group })
    const agent = await make.agent({ [group]: ['rw'], 2: ['rw'] }, { name: 'Jan Kowal' })
    const admins = await make.agent({ [group]: ['ro'] }, { name: 'Ada Lokalna' })
    await make.db.insertInto('unit_administrator').values({ unit_id: unit, person_id: admins, since: make.now, given_by: null }).execute()
    await make.asSystem(async (work) => {
      await setActivation(work, 'acl', '1', true)
      const values = ['A', 'B'].map((key) => ({ key, label: key, labelEn: null }))
      for (const name of ['Budynek', 'Pokoj']) await createField(work, '1', 'Dropdown', aField(name, { values, none: true }))
      ruleId = await createAcl(
        work,
        null,
        rule('100-pokój', {
          match: { Properties: { DynamicField: { DynamicField_Budynek: ['A'] } } },
          change: { Possible: { Ticket: { DynamicField_Pokoj: ['B'] } }, PossibleNot: { Process: ['P1'] } },
        }),
      )
      await createAcl(
        work,
        unit,
        rule('200-jednostka', { change: { PossibleNot: { Ticket: { Priority: ['[RegExp]very'] }, Action: ['AgentTicketMove'] } } }),
      )
    })
    ticket = await make.ticket({ queueId: queue })
    boss = await site.session(agent)
    local = await site.session(admins)
    url = await site.serve()
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  const views = (): View[] => [
    {
      // What depends on another field follows it while one chooses, and nothing chosen is lost.
      name: 'acl-depends',
      path: `/desk/tickets/${ticket.id}`,
      session: boss,
      act: async (page) => {
        // Folded away on a narrow screen.
        const form = page.locator('#side-fields-form > summary')
        if (!(await form.isVisible())) await page.click('#ticket-side > summary')
        await form.click()
        await page.selectOption('#fields-Budynek', 'A')
        await page.waitForFunction(() => document.querySelectorAll('#fields-Pokoj option').length === 2)
        expect(await page.inputValue('#fields-Budynek')).toBe('A')
        await page.selectOption('#fields-Budynek', 'B')
        await page.waitForFunction(() => document.querySelectorAll('#fields-Pokoj option').length === 3)
      },
    },
    { name: 'acl', path: '/admin/acl', session: boss },
    { name: 'acl-rule', path: `/admin/acl/${ruleId}`, session: boss },
    { name: 'acl-new', path: `/u/${slug}/admin/acl/new`, session: local },
    { name: 'acl-unit', path: `/u/${slug}/admin/acl`, session: local },
    { name: 'acl-import', path: '/admin/acl/import', session: boss },
    {
      name: 'acl-import-refused',
      path: '/admin/acl/import',
      session: boss,
      act: async (page) => {
        await page.fill('#field-text', 'nie lista')
        await page.click('form.card .button-primary')
        await page.waitForSelector('.field-problem')
      },
    },
    { name: 'acl-try', path: `/admin/acl/try?ticket=${ticket.number}&page=priority`, session: boss },
    { name: 'acl-try-acts', path: `/u/${slug}/admin/acl/try?ticket=${ticket.number}`, session: local },
    { name: 'acl-choices', path: `/desk/tickets/${ticket.id}/choices`, session: boss },
  ]

  it.each(LOOKS)('is accessible and fits: $language $colours $width', { timeout: 240_000 }, async (look) => {
    expect(await lookAtAll(browser, url, byTurns(views(), look), look)).toEqual({})
  })
})
