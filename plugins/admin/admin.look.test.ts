import { createAdaptorServer } from '@hono/node-server'
import type { Server } from 'node:http'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lookAtAll, oneLook, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site } from '../../test/web.ts'
import { sql } from 'kysely'
import { choice, definePlugin, defineTexts, integer, listEvents, logIn, longText, setActivation, text, yesNo } from '../../core/index.ts'
import { editQueue, findAdminQueue, saveSettings } from '../../core/administration.ts'
import type { CallKind } from '../../core/kernel/gate.ts'
import { listen } from '../../core/machine/listen.ts'
import portal from '../portal/index.tsx'
import desk from '../desk/index.tsx'
import automation from '../automation/index.tsx'
import { saveRule } from '../automation/rule.ts'
import admin from './index.tsx'
import { makeUniversity, type University } from '../../test/university.ts'

describe.skipIf(!requireChromium())('every admin page', () => {
  let site: Site
  let browser: Browser
  let server: Server
  let url: string
  let filled: Filled
  let session: string
  beforeAll(async () => {
    site = await openSite([desk, portal, admin, automation, sample])
    filled = { ...(await makeUniversity(site)), event: '' }
    await makeTroubles()
    await site.database.db.insertInto('group_person').values({ group_id: filled.group, person_id: filled.admin, right: 'rw' }).execute()
    const visitor = await site.loggedIn(filled.admin)
    session = visitor.cookies.get('pomoc')!
    server = createAdaptorServer({ fetch: site.app.fetch }) as Server
    url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 }, 'http')}`
    browser = await launchChromium()
  })
  /** What an administrator changed and where plugins failed. */
  async function makeTroubles(): Promise<void> {
    const {
      make,
      database: { db },
    } = site
    await db
      .updateTable('queue')
      .set({ first_response_minutes: 240, first_response_notify: 80, solution_minutes: 960 })
      .where('id', '=', '4')
      .execute()
    const actor = await make.actor(filled.admin)
    const queue = (await findAdminQueue(db, filled.queue))!
    await make.work(actor, (work) =>
      editQueue(work, filled.queue, {
        ...queue,
        name: 'Sieć i eduroam',
        calendarId: '1',
        comment: 'Także sieć w akademikach.',
        signature: 'Dział Informatyzacji\ntel. 2447, pok. 12',
        followUpLock: false,
      }),
    )
    filled.event = (await listEvents(db, 'all', { filter: { objectType: 'queue' }, limit: 1 })).rows[0]!.id
    await make.work(actor, (work) =>
      saveRule(work, null, null, {
        name: 'Załatwione od roku do archiwum',
        comment: 'W nocy z niedzieli na poniedziałek.',
        valid: false,
        wakes: { facts: ['ticket.created'], schedule: { days: [1], hours: [3], minutes: [10] } },
        filter: { is: { stateType: ['closed'] }, times: [{ of: 'anyClosing', is: 'before', minutes: 525_600 }] },
        acts: [{ act: 'archive', given: { archived: true } }],
        most: 1000,
        hourly: 1000,
      }),
    )
    await make.work(actor, (work) => setActivation(work, 'sample', filled.unit, true))
    await make.work(actor, (work) => saveSettings(work, 'sample', sample.settings!, { limit: 3 }, filled.unit))
    await logIn(site.kernel.host, { login: 'anowak', password: 'nie to', client: { address: '192.0.2.44', userAgent: 'Firefox' } }).catch(
      () => {},
    )
    const fault = (kind: CallKind, name: string, unitId: string | null) =>
      site.kernel.faults.tell({ plugin: 'sample', kind, name, unitId }, new Error(`connect ECONNREFUSED 192.0.2.80:443 (${name})`))
    for (let n = 0; n < 6; n++) fault('slot', 'desk.ticket.side', filled.unit)
    fault('search', 'all', null)
    await site.kernel.faults.settled()
    await sql`select graphile_worker.add_job('mail/send', json_build_object('mail', ${filled.outbound}::text), max_attempts => 3)`.execute(
      db,
    )
    await sql`select graphile_worker.add_job('fact/deliver', json_build_object('fact', (select min(id)::text from fact where ticket_id is not null), 'subscriber', 'sample'), max_attempts => 3)`.execute(
      db,
    )
    await sql`update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'connect ECONNREFUSED 192.0.2.80:443' || chr(10) || '    at Socket.connect (node:net:1300:12)' where max_attempts = 3`.execute(
      db,
    )
  }
  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
    await site?.close()
  })

  it.each(oneLook(0))(
    'is right in $language, $colours, $width px',
    async (look) => {
      const seen = views(filled)
        .filter(({ name }) => THOROUGH || IN_EVERY_RUN.includes(name))
        .map((view) => ({ session, ...view }))
      expect(await lookAtAll(browser, url, seen, look)).toEqual({})
    },
    600_000,
  )
})

interface Filled extends University {
  event: string
}

const texts = {
  limit: 'Ile wyników naraz',
  'limit.help': 'Tyle widać pod zgłoszeniem.',
  tone: 'Ton podpowiedzi',
  'tone.warm': 'ciepły',
  'tone.cold': 'chłodny',
  loud: 'Powiadamiaj od razu',
  intro: 'Wstęp',
  'intro.help': 'Stoi nad wynikami.',
  title: 'Nagłówek',
}
const sample = definePlugin({
  name: 'sample',
  api: 1,
  scope: 'unit',
  texts: defineTexts(texts, texts),
  settings: {
    limit: integer('limit', 5, { min: 1, max: 9 }),
    title: text('title', ''),
    intro: longText('intro', ''),
    loud: yesNo('loud', false),
    tone: choice('tone', ['warm', 'cold'], 'warm'),
  },
})

/** All of them with POMOC_LOOK=folder; a run without it looks at one page of each kind. */
const THOROUGH = Boolean(process.env['POMOC_LOOK'])
const IN_EVERY_RUN = [
  'overview',
  'persons',
  'person-refused',
  'person-rights',
  'person-logins',
  'company-new',
  'my-queues',
  'service-new',
  'sla-new',
  'field-new',
  'person-privacy',
  'queue',
  'calendar-tried',
  'text-preview',
  'inbound-mail',
  'outbound',
  'setting-unit',
  'audit',
  'audit-event',
  'inbound-stuck',
  'filter-tried',
  'try-result',
  'template',
  'desk-templates',
  'automation',
  'automation-counted',
]

const views = (f: Filled): View[] => [
  { name: 'overview', path: '/admin' },
  { name: 'search', path: '/admin/search?search=ko' },
  { name: 'persons', path: '/admin/persons' },
  { name: 'persons-none', path: '/admin/persons?search=nikt-taki' },
  { name: 'person', path: `/admin/persons/${f.agent}` },
  { name: 'person-new', path: '/admin/persons/new' },
  { name: 'person-addresses', path: `/admin/persons/${f.agent}/addresses` },
  { name: 'person-rights', path: `/admin/persons/${f.agent}/rights` },
  { name: 'person-companies', path: `/admin/persons/${f.agent}/companies` },
  { name: 'person-logins', path: `/admin/persons/${f.agent}/logins` },
  { name: 'companies', path: '/admin/companies' },
  { name: 'company-new', path: '/admin/companies/new' },
  { name: 'my-queues', path: '/desk/my-queues' },
  { name: 'person-password', path: `/admin/persons/${f.agent}/password` },
  { name: 'person-privacy', path: `/admin/persons/${f.agent}/privacy` },
  {
    name: 'person-refused',
    path: `/admin/persons/${f.agent}`,
    act: async (page) => {
      await page.fill('[name=login]', f.takenLogin)
      await page.click('form.form-beside button.button-primary')
    },
  },
  { name: 'groups', path: '/admin/groups' },
  { name: 'group', path: '/admin/groups/1' },
  { name: 'group-rights', path: '/admin/groups/1/rights' },
  { name: 'roles', path: '/admin/roles' },
  { name: 'role', path: `/admin/roles/${f.role}` },
  { name: 'role-rights', path: `/admin/roles/${f.role}/rights` },
  { name: 'role-persons', path: `/admin/roles/${f.role}/persons` },
  { name: 'types', path: '/admin/types' },
  { name: 'type', path: '/admin/types/1' },
  { name: 'states', path: '/admin/states' },
  { name: 'state-new', path: '/admin/states/new' },
  { name: 'priority', path: '/admin/priorities/3' },
  { name: 'services', path: '/admin/services' },
  { name: 'service-new', path: '/admin/services/new' },
  { name: 'slas', path: '/admin/slas' },
  { name: 'sla-new', path: '/admin/slas/new' },
  { name: 'fields', path: '/admin/fields' },
  { name: 'field-kinds', path: '/admin/fields/new' },
  { name: 'field-new', path: '/admin/fields/new?type=Dropdown' },
  { name: 'queues', path: '/admin/queues' },
  { name: 'queue', path: `/admin/queues/${f.queue}` },
  { name: 'queue-texts', path: `/admin/queues/${f.queue}/texts` },
  { name: 'addresses', path: '/admin/addresses' },
  { name: 'address', path: `/admin/addresses/${f.address}` },
  { name: 'calendars', path: '/admin/calendars' },
  { name: 'deadlines', path: '/admin/deadlines?queue=4&at=2026-11-16T13:30' },
  { name: 'calendar', path: '/admin/calendars/1' },
  {
    name: 'calendar-refused',
    path: '/admin/calendars/1',
    act: async (page) => {
      await page.fill('[name="hours.mon"]', '7:00–15:00, 14:00–16:00')
      await page.fill('[name="onceHolidays"]', '2027-05-04 Dzień Rektorski\n2027-02-30 Nie ma')
      await page.click('form.form-beside button.button-primary')
    },
  },
  {
    name: 'calendar-tried',
    path: '/admin/calendars/1',
    act: async (page) => {
      await page.fill('[name="hours.fri"]', '7:00–12:00')
      await page.fill('[name="at"]', '2026-12-24T10:00')
      await page.click('button[name=act]')
    },
  },
  { name: 'texts', path: '/admin/texts' },
  { name: 'texts-queues', path: '/admin/texts/queues' },
  { name: 'text', path: '/admin/texts/1' },
  {
    name: 'text-preview',
    path: '/admin/texts/1',
    act: async (page) => {
      await page.fill('[name=ticket]', f.ticketNumber)
      await page.click('button[name=act]')
    },
  },
  { name: 'automation', path: '/admin/automation' },
  {
    name: 'automation-counted',
    path: '/admin/automation/new',
    act: async (page) => {
      for (const part of await page.locator('details.more-act').all()) await part.evaluate((one) => one.setAttribute('open', ''))
      await page.check('[name="if.stateType"][value=new]')
      await page.click('button[value=count]')
    },
  },
  { name: 'units', path: '/admin/units' },
  { name: 'unit', path: `/admin/units/${f.unit}` },
  { name: 'inbound', path: '/admin/mail/in' },
  { name: 'inbound-mail', path: `/admin/mail/in/${f.inbound}` },
  { name: 'inbound-failed', path: `/admin/mail/in/${f.failed}` },
  { name: 'inbound-stuck', path: '/admin/mail/in?state=stuck' },
  { name: 'inbound-delete', path: `/admin/mail/in/delete?id=${f.failed}` },
  { name: 'filters', path: '/admin/mail/filters' },
  { name: 'filter-from-mail', path: `/admin/mail/filters/new?mail=${f.failed}` },
  {
    name: 'filter-tried',
    path: `/admin/mail/filters/${f.filter}`,
    act: async (page) => {
      await page.fill('[name=mail]', 'From: prtg@monitor.example\nSubject: [PRTG] serwer1 DOWN\n\nsensor')
      await page.click('button[value=try]')
    },
  },
  { name: 'filter-delete', path: `/admin/mail/filters/${f.filter}/delete` },
  { name: 'try', path: '/admin/mail/try' },
  {
    name: 'try-result',
    path: '/admin/mail/try',
    act: async (page) => {
      await page.fill(
        '[name=raw]',
        'From: Paulina Szpak <paulina.szpak@student.uni.example>\nTo: siec@uni.example\nSubject: [PRTG] serwer1 DOWN\n\nNie ma sieci.',
      )
      await page.click('form.form-beside button.button-primary')
    },
  },
  { name: 'templates', path: '/admin/answers' },
  { name: 'template', path: `/admin/answers/${f.template}` },
  { name: 'salutations', path: '/admin/answers/salutations' },
  {
    name: 'signature-preview',
    path: `/admin/answers/signatures/${f.signature}`,
    act: async (page) => {
      await page.fill('[name=ticket]', f.ticketNumber)
      await page.click('button[name=act]')
    },
  },
  { name: 'queue-answers', path: `/admin/queues/${f.queue}/answers` },
  {
    name: 'desk-templates',
    path: `/desk/tickets/${f.ticket}`,
    act: async (page) => {
      await page.selectOption('#reply-template', f.template)
      await page.click('#reply-form button[name=insert]')
    },
  },
  { name: 'outbound', path: '/admin/mail/out' },
  { name: 'outbound-mail', path: `/admin/mail/out/${f.outbound}` },
  { name: 'outbound-cancel', path: `/admin/mail/out/${f.outbound}/cancel` },
  { name: 'settings', path: '/admin/settings' },
  { name: 'setting', path: '/admin/settings/portal' },
  { name: 'plugins', path: '/admin/plugins' },
  { name: 'faults', path: '/admin/faults' },
  { name: 'jobs', path: '/admin/jobs' },
  { name: 'setting-unit', path: `/admin/settings/sample?unit=${f.unit}` },
  {
    name: 'setting-refused',
    path: '/admin/settings/sample',
    act: async (page) => {
      await page.fill('[name=limit]', '99')
      await page.click('form.form-beside button.button-primary')
    },
  },
  { name: 'plugin-units', path: '/admin/plugins/sample' },
  { name: 'audit', path: '/admin/audit' },
  { name: 'audit-event', path: `/admin/audit/${f.event}` },
]
