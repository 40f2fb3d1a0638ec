import { createAdaptorServer } from '@hono/node-server'
import type { Server } from 'node:http'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOOKS, lookAt, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site } from '../../test/web.ts'
import { listen } from '../../core/listen.ts'
import portal from '../portal/index.tsx'
import desk from '../desk/index.tsx'
import admin from './index.tsx'
import { makeUniversity, type University } from '../../test/university.ts'

describe.skipIf(!requireChromium())('every admin page', () => {
  let site: Site
  let browser: Browser
  let server: Server
  let url: string
  let filled: University
  let session: string
  beforeAll(async () => {
    site = await openSite([desk, portal, admin])
    filled = await makeUniversity(site)
    const visitor = await site.loggedIn(filled.admin)
    session = visitor.cookies.get('pomoc')!
    server = createAdaptorServer({ fetch: site.app.fetch }) as Server
    url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 }, 'http')}`
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
    await site?.close()
  })

  it.each(LOOKS)('is right in $language, $colours, $width px', async (look) => {
    const faults: Record<string, string[]> = {}
    for (const view of views(filled).filter(({ name }) => THOROUGH || IN_EVERY_RUN.includes(name))) {
      const found = await lookAt(browser, url, { session, ...view }, look)
      if (found.length > 0) faults[view.name] = found
    }
    expect(faults).toEqual({})
  }, 600_000)
})

/** All of them with POMOC_LOOK=folder; a run without it looks at one page of each kind. */
const THOROUGH = Boolean(process.env['POMOC_LOOK'])
const IN_EVERY_RUN = ['overview', 'persons', 'person-refused', 'person-rights', 'queue', 'calendar-tried', 'text-preview', 'inbound-mail', 'outbound', 'setting-unit', 'audit', 'audit-event']

const views = (f: University): View[] => [
  { name: 'overview', path: '/admin' },
  { name: 'search', path: '/admin/search?search=ko' },
  { name: 'persons', path: '/admin/persons' },
  { name: 'persons-none', path: '/admin/persons?search=nikt-taki' },
  { name: 'person', path: `/admin/persons/${f.agent}` },
  { name: 'person-new', path: '/admin/persons/new' },
  { name: 'person-addresses', path: `/admin/persons/${f.agent}/addresses` },
  { name: 'person-rights', path: `/admin/persons/${f.agent}/rights` },
  { name: 'person-password', path: `/admin/persons/${f.agent}/password` },
  {
    name: 'person-refused', path: `/admin/persons/${f.agent}`, act: async (page) => {
      await page.fill('[name=login]', f.takenLogin)
      await page.click('form.form-beside button.button-primary')
    },
  },
  { name: 'groups', path: '/admin/groups' }, { name: 'group', path: '/admin/groups/1' }, { name: 'group-rights', path: '/admin/groups/1/rights' },
  { name: 'roles', path: '/admin/roles' }, { name: 'role', path: `/admin/roles/${f.role}` }, { name: 'role-rights', path: `/admin/roles/${f.role}/rights` },
  { name: 'role-persons', path: `/admin/roles/${f.role}/persons` },
  { name: 'queues', path: '/admin/queues' }, { name: 'queue', path: `/admin/queues/${f.queue}` }, { name: 'queue-texts', path: `/admin/queues/${f.queue}/texts` },
  { name: 'addresses', path: '/admin/addresses' }, { name: 'address', path: `/admin/addresses/${f.address}` },
  { name: 'calendars', path: '/admin/calendars' }, { name: 'calendar', path: '/admin/calendars/1' },
  {
    name: 'calendar-refused', path: '/admin/calendars/1', act: async (page) => {
      await page.fill('[name="hours.mon"]', '7:00–15:00, 14:00–16:00')
      await page.fill('[name="onceHolidays"]', '2027-05-04 Dzień Rektorski\n2027-02-30 Nie ma')
      await page.click('form.form-beside button.button-primary')
    },
  },
  {
    name: 'calendar-tried', path: '/admin/calendars/1', act: async (page) => {
      await page.fill('[name="hours.fri"]', '7:00–12:00')
      await page.fill('[name="at"]', '2026-12-24T10:00')
      await page.click('button[name=act]')
    },
  },
  { name: 'texts', path: '/admin/texts' }, { name: 'texts-queues', path: '/admin/texts/queues' }, { name: 'text', path: '/admin/texts/1' },
  {
    name: 'text-preview', path: '/admin/texts/1', act: async (page) => {
      await page.fill('[name=ticket]', f.ticketNumber)
      await page.click('button[name=act]')
    },
  },
  { name: 'units', path: '/admin/units' }, { name: 'unit', path: `/admin/units/${f.unit}` },
  { name: 'inbound', path: '/admin/mail/in' }, { name: 'inbound-mail', path: `/admin/mail/in/${f.inbound}` }, { name: 'inbound-failed', path: `/admin/mail/in/${f.failed}` },
  { name: 'outbound', path: '/admin/mail/out' }, { name: 'outbound-mail', path: `/admin/mail/out/${f.outbound}` },
  { name: 'outbound-cancel', path: `/admin/mail/out/${f.outbound}/cancel` },
  { name: 'settings', path: '/admin/settings' }, { name: 'setting', path: '/admin/settings/portal' }, { name: 'plugins', path: '/admin/plugins' }, { name: 'faults', path: '/admin/faults' }, { name: 'jobs', path: '/admin/jobs' },
  { name: 'setting-unit', path: `/admin/settings/sample?unit=${f.unit}` },
  {
    name: 'setting-refused', path: '/admin/settings/sample', act: async (page) => {
      await page.fill('[name=limit]', '99')
      await page.click('form.form-beside button.button-primary')
    },
  },
  { name: 'plugin-units', path: '/admin/plugins/sample' },
  { name: 'audit', path: '/admin/audit' }, { name: 'audit-event', path: `/admin/audit/${f.event}` },
]
