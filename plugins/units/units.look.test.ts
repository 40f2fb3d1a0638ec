import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineTexts } from '../../core/i18n/texts.ts'
import { definePlugin } from '../../core/kernel/contract.ts'
import { integer, text } from '../../core/kernel/settings/settings.ts'
import { setPersonRights } from '../../core/permission/rights.ts'
import { addUnitAdministrator } from '../../core/permission/unit-administrators.ts'
import { groupsOfUnit } from '../../core/administration/unit-people.ts'
import { createQueue } from '../../core/queue/queue-admin.ts'
import { createSystemAddress } from '../../core/queue/system-addresses.ts'
import { saveBrand } from '../../core/unit/brand.ts'
import { mainQueueOf, optIn } from '../../core/administration/opting.ts'
import { saveUnitRule } from '../../core/unit/placing.ts'
import { setRoute } from '../../core/unit/routing.ts'
import { createTopic } from '../../core/unit/topics.ts'
import { projectDir } from '../../core/machine/project.ts'
import { ownStyles } from '../../core/web/wire/plugin-styles.ts'
import { lookAtAll, oneLook, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site } from '../../test/web.ts'
import admin from '../admin/index.tsx'
import desk from '../desk/index.tsx'
import portal from '../portal/index.tsx'
import units from './index.tsx'

const words = { lines: 'Ile wierszy', motto: 'Motto', 'plugin.title': 'Tablica', 'plugin.summary': 'Ogłoszenia jednostki.' }
const board = definePlugin({
  name: 'board',
  api: 1,
  scope: 'unit',
  settings: { lines: integer('lines', 5, { min: 1, max: 50 }), motto: text('motto', 'Witamy') },
  texts: defineTexts(words, words),
})
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 32"><rect width="120" height="32" fill="#7a1f5c"/><text x="12" y="22" fill="#fff">Dziekanat</text></svg>'

describe.skipIf(!requireChromium())('every page of a unit', () => {
  let site: Site
  let browser: Browser
  let url: string
  let session: string
  let views: View[]
  beforeAll(async () => {
    site = await openSite([desk, portal, admin, units, board])
    const { make } = site
    const faculty = await make.unit({ name: 'Wydział Mechaniczny' })
    const office = await make.unit({ name: 'Wydział Mechaniczny – Dziekanat', parentId: faculty })
    const fresh = await make.unit({ name: 'Wydział Chemiczny – Dziekanat' })
    const dorota = await make.agent({}, { name: 'Dorota Dziekańska', unitId: office })
    await make.asSystem(async (work) => {
      for (const unit of [office, fresh]) await addUnitAdministrator(work, unit, dorota)
    })
    const actor = await make.actor(dorota)
    const topics: string[] = []
    for (const name of ['HMS', 'Poczta', 'Sieć i Wi-Fi', 'Konto i hasło']) {
      topics.push(await make.asSystem((work) => createTopic(work, '1', { name, nameEn: '', sort: topics.length, valid: true })))
    }
    await make.work(actor, (work) => optIn(work, office))
    const main = (await mainQueueOf(make.db, office))!
    const base = {
      parentId: main.id,
      unitId: office,
      groupId: main.groupId,
      calendarId: null,
      addressId: null,
      followUpPossible: 'possible' as const,
      followUpLock: false,
      language: null,
      signature: '',
      comment: '',
      valid: true,
    }
    const hms = await make.work(actor, (work) => createQueue(work, { ...base, name: 'HMS' }))
    const grants = await make.work(actor, (work) => createQueue(work, { ...base, name: 'Stypendia' }))
    const own = await make.work(actor, (work) => createTopic(work, office, { name: 'Stypendium', nameEn: 'Grant', sort: 0, valid: true }))
    // As an act through the program's own visit, whose facts are the unit's log.
    await site.kernel.host.work(actor, async (work) => {
      await setRoute(work, office, topics[0]!, hms)
      await setRoute(work, office, own, grants)
      await saveBrand(work, office, { name: 'Dziekanat WM', colour: '#7a1f5c', logo: Buffer.from(LOGO) })
    })
    const [group] = await groupsOfUnit(make.db, office)
    for (const name of ['Anna Pierwsza', 'Bogdan Drugi-Wielonazwiskowy']) {
      const id = await make.person({ name, unitId: office })
      await make.work(actor, async (work) => {
        await setPersonRights(work, id, new Map([[group!.id, name.startsWith('A') ? ['rw'] : ['ro', 'note']]]))
      })
    }
    await make.asSystem((work) =>
      createSystemAddress(work, { address: 'dziekanat.wm@uni.example', name: 'Dziekanat WM', queueId: main.id, valid: true }),
    )
    await make.asSystem((work) =>
      saveUnitRule(work, null, { kind: 'mail-domain', name: '', value: 'wm.uni.example', unitId: faculty, sort: 1, valid: true }),
    )
    const marek = await make.person({ name: 'Marek Mechaniczny', unitId: office })
    for (const title of ['HMS nie zapisuje oceny', 'Nie widzę planu', 'Brak dostępu do protokołu']) {
      await make.ticket({ subject: title, queueId: hms, customerId: marek, topicId: topics[0]! })
    }
    session = await site.session(dorota)
    const [member, central] = [
      await site.session(marek),
      await site.session(await make.agent({ 2: ['rw'] }, { name: 'Ada Administratorka' })),
    ]
    url = await site.serve()
    browser = await launchChromium()
    const slugs = new Map((await make.db.selectFrom('unit').select(['id', 'slug']).execute()).map((unit) => [unit.id, unit.slug]))
    const u = `/u/${slugs.get(office)}/admin`
    const refuse =
      (field: string, value: string): NonNullable<View['act']> =>
      async (page) => {
        await page.fill(`[name=${field}]`, value)
        await Promise.all([page.waitForEvent('load'), page.click('form.form-beside button.button-primary')])
      }
    views = [
      { name: 'unit-home', path: u },
      { name: 'unit-fresh', path: `/u/${slugs.get(fresh)}/admin` },
      { name: 'unit-out', path: `${u}/opt-out` },
      { name: 'unit-queues', path: `${u}/queues` },
      { name: 'unit-queue', path: `${u}/queues/${hms}` },
      { name: 'unit-queue-new', path: `${u}/queues/new` },
      { name: 'unit-queue-close', path: `${u}/queues/${hms}/close` },
      { name: 'unit-services', path: `${u}/services` },
      { name: 'unit-service-new', path: `${u}/services/new` },
      { name: 'unit-slas', path: `${u}/slas` },
      { name: 'unit-sla-new', path: `${u}/slas/new` },
      { name: 'unit-deadlines', path: `${u}/deadlines?queue=${hms}&at=2026-11-16T13:30` },
      { name: 'unit-fields', path: `${u}/fields` },
      { name: 'unit-field-new', path: `${u}/fields/new?type=Date` },
      { name: 'unit-topics', path: `${u}/topics` },
      { name: 'unit-topic', path: `${u}/topics/${own}` },
      { name: 'unit-people', path: `${u}/people` },
      { name: 'unit-people-refused', path: `${u}/people`, act: refuse('who', 'nikt@uni.example') },
      {
        name: 'unit-hours',
        path: `${u}/hours`,
        act: async (page) => {
          await page.fill('[name="hours.fri"]', '7-12')
          await Promise.all([page.waitForEvent('load'), page.click('button[value=try]')])
        },
      },
      { name: 'unit-texts', path: `${u}/texts` },
      { name: 'unit-text', path: `${u}/texts/auto-reply` },
      { name: 'unit-settings', path: `${u}/settings` },
      { name: 'unit-plugins', path: `${u}/plugins` },
      { name: 'unit-plugin', path: `${u}/plugins/board` },
      { name: 'unit-looks', path: `${u}/looks` },
      { name: 'unit-looks-refused', path: `${u}/looks`, act: refuse('colour', '#ffee00') },
      { name: 'unit-addresses', path: `${u}/addresses` },
      { name: 'unit-mail', path: `${u}/mail` },
      { name: 'unit-figures', path: `${u}/figures` },
      { name: 'unit-log', path: `${u}/log` },
      { name: 'unit-administrators', path: `${u}/administrators` },
      { name: 'portal-ask', path: `/?topic=${topics[0]}`, session: member },
      { name: 'portal-account-unit', path: '/account', session: member },
      { name: 'admin-local', path: '/admin/local', session: central },
      { name: 'admin-local-unit', path: `/admin/local/${office}`, session: central },
      { name: 'admin-topics', path: '/admin/topics', session: central },
      { name: 'admin-topic', path: `/admin/topics/${topics[0]}`, session: central },
      { name: 'admin-routing', path: `/admin/routing?unit=${office}&topic=${topics[1]}`, session: central },
      { name: 'admin-rule', path: '/admin/routing/rules/new', session: central },
    ]
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  it('no plugin’s style sheet changes a page that is not its own', async () => {
    const sheets = new Map<string, string>()
    for (const path of globSync('plugins/*/*.css', { cwd: projectDir })) {
      const [, plugin = ''] = path.split('/')
      sheets.set(plugin, ownStyles(readFileSync(join(projectDir, path), 'utf8'), plugin))
    }
    expect([...sheets.keys()].toSorted()).toEqual([
      'acl',
      'admin',
      'automation',
      'desk',
      'faq',
      'ldap-auth',
      'notifications',
      'otrs-import',
      'units',
    ])
    const context = await browser.newContext({ bypassCSP: true })
    await context.addCookies([{ name: 'pomoc', value: session, url }])
    const page = await context.newPage()
    const changed: string[] = []
    for (const path of ['/', '/desk', views.find(({ name }) => name === 'unit-hours')!.path]) {
      expect((await page.goto(url + path))?.status()).toBe(200)
      const frame = (await page.getAttribute('body', 'class')) ?? ''
      const linked = await page.$$eval('link[rel=stylesheet]', (links) => links.map((link) => (link as HTMLLinkElement).href))
      for (const href of linked.filter((one) => /(desk|admin|units).css$/.test(one))) {
        expect(await (await fetch(href)).text()).toContain(':where(.page-of-')
      }
      const others = [...sheets].filter(([plugin]) => !new RegExp(`(?:frame|page-of)-${plugin}\\b`).test(frame))
      changed.push(...(await page.evaluate(changedBy, others)).map((one) => `${path}: ${one}`))
    }
    await context.close()
    expect(changed).toEqual([])
  }, 120_000)

  it.each(oneLook(1))(
    'is right in $language, $colours, $width px',
    async (look) => {
      const seen = views.filter(({ name }) => THOROUGH || IN_EVERY_RUN.includes(name)).map((view) => ({ session, ...view }))
      expect(await lookAtAll(browser, url, seen, look)).toEqual({})
    },
    600_000,
  )
})

/** In the page: what looks otherwise with each of these sheets added to it. */
function changedBy(sheets: readonly (readonly [plugin: string, css: string])[]): string[] {
  const elements = [...document.querySelectorAll('body *')].filter((element) => element.checkVisibility())
  const names = [...getComputedStyle(document.body)].filter((name) => !name.startsWith('-'))
  const look = () =>
    elements.map((element) => {
      const style = getComputedStyle(element)
      return names.map((name) => style.getPropertyValue(name)).join()
    })
  const before = look()
  return sheets.flatMap(([plugin, css]) => {
    const style = document.head.appendChild(document.createElement('style'))
    style.textContent = css
    const changed = look().flatMap((now, n) =>
      now === before[n] ? [] : [`${plugin} changes ${elements[n]!.tagName} ${elements[n]!.className}`],
    )
    style.remove()
    return elements.length > 10 ? changed : ['nothing to see']
  })
}

/** All of them with POMOC_LOOK=folder; a run without it looks at one page of each kind. */
const THOROUGH = Boolean(process.env['POMOC_LOOK'])
const IN_EVERY_RUN = [
  'unit-home',
  'unit-fresh',
  'unit-queues',
  'unit-topics',
  'unit-people-refused',
  'unit-hours',
  'unit-plugin',
  'unit-log',
  'portal-ask',
  'admin-local-unit',
  'admin-routing',
]
