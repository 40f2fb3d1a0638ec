/** The pages of logging in, in Chromium: the form and its refusals, the second step, browsers and sessions, and the page of directories. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSession } from '../../core/person/sessions.ts'
import { campusEntries, campusPerson, ODD, SERVICE, SUFFIX } from '../../test/campus.ts'
import { lookAtAll, oneLook, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { debianProgram } from '../../test/servers/debian.ts'
import { makeTestDirectory, type Slapd, type TestDirectory } from '../../test/servers/slapd.ts'
import { givePassword, openSite, type Site } from '../../test/web.ts'
import admin from '../admin/index.tsx'
import portal from '../portal/index.tsx'
import { closeDirectories, openDirectories } from './house.ts'
import ldapAuth from './index.tsx'
import { synchronise } from './sync.ts'

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

describe.skipIf(!requireChromium() || !debianProgram('/usr/sbin/slapd', ['slapd', 'ldap-utils']))('pages of logging in', () => {
  let site: Site
  let browser: Browser
  let url: string
  let campus: TestDirectory
  let server: Slapd
  const sessions: Record<'boss' | 'begun' | 'none' | 'on' | 'half' | 'owes', string> = {
    boss: '',
    begun: '',
    none: '',
    on: '',
    half: '',
    owes: '',
  }

  beforeAll(async () => {
    campus = (await makeTestDirectory([SUFFIX], campusEntries(80)))!
    server = await campus.serve()
    writeFileSync(join(campus.dir, 'password'), SERVICE.password)
    site = await openSite([portal, admin, ldapAuth], {
      pluginOptions: {
        'ldap-auth': {
          directories: [
            {
              name: 'uni',
              kind: 'openldap',
              servers: [server.secureUrl, 'ldaps://ldap2.uni.example'],
              ca: campus.caFile,
              bind: { dn: SERVICE.dn, passwordFile: join(campus.dir, 'password') },
              people: { base: `ou=people,${SUFFIX}` },
              groups: { base: `ou=groups,${SUFFIX}` },
              unit: { attribute: 'departmentNumber', create: true },
              rules: [
                { group: 'helpdesk', agent: true, roles: ['Centralni', 'Nie ma takiej'] },
                { attribute: 'employeeType', is: 'pracownik', below: `ou=j00,ou=people,${SUFFIX}`, agent: true },
              ],
            },
          ],
        },
      },
    })
    const { db } = site.database
    const { make } = site
    await db.insertInto('role').values({ name: 'Centralni' }).execute()
    await db
      .insertInto('setting')
      .values({
        owner: 'ldap-auth',
        unit_id: '1',
        key: 'lostPassword',
        value: JSON.stringify('https://konto.uni.example/haslo'),
        changed_at: make.now,
        changed_by: null,
      })
      .execute()
    const boss = await make.agent({ 1: ['rw'], 2: ['rw'] }, { login: 'szefowa', name: 'Ewa Zając' })
    const person = async (login: string, factor?: 'begun' | 'on') => {
      const id = await make.agent({ 1: ['rw'] }, { login, name: `Agent ${login}` })
      await givePassword(site, id)
      if (factor)
        await db
          .insertInto('second_factor')
          .values({ person_id: id, secret: SECRET, confirmed_at: factor === 'on' ? make.now : null, created_at: make.now })
          .execute()
      return id
    }
    const on = await person('wlaczony', 'on')
    await db
      .insertInto('recovery_code')
      .values([1, 2, 3].map((n) => ({ person_id: on, code_hash: Buffer.from(`${n}`), used_at: null })))
      .execute()
    const owes = await person('winien')
    const role = await db
      .insertInto('role')
      .values({ name: 'Z drugim krokiem', second_factor: true })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db.insertInto('role_person').values({ role_id: role.id, person_id: owes }).execute()
    Object.assign(sessions, {
      boss: await site.session(boss),
      begun: await site.session(await person('zaczety', 'begun')),
      none: await site.session(await person('zaden')),
      on: await site.session(on),
      owes: await site.session(owes),
      half: await make.asSystem((work) => openSession(work, on, { address: '', userAgent: '' }, undefined, { waitsForCode: true })),
    })
    const agents = [
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1',
    ]
    for (const userAgent of agents) await make.asSystem((work) => openSession(work, on, { address: '2001:db8:77::12', userAgent }))
    // Many strangers have guessed here.
    await db
      .insertInto('login_attempt')
      .values(Array.from({ length: 100 }, (_, i) => ({ login: `person ${owes}`, client_address: `203.0.113.${i}`, at: make.now })))
      .execute()
    const host = site.kernel.hostOf(site.kernel.plugins[2]!)
    await synchronise(host, openDirectories(host.config)[0]!, { dry: false })
    url = await site.serve()
    browser = await launchChromium()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    if (site) await closeDirectories(site.kernel.host.config)
    await site?.close()
    await server?.kill()
    await campus?.remove()
  })

  const fill = (login: string, password: string) => async (page: Page) => {
    await page.fill('[name=login]', login)
    await page.fill('[name=password]', password)
    await page.click('form[action="/login"] button')
    await page.waitForSelector('.notice-bad')
  }
  const explain = (login: string, password: string) => async (page: Page) => {
    await page.fill('#test [name=login]', login)
    await page.fill('#test [name=password]', password)
    await page.click('#test button.button-primary')
    await page.waitForSelector('.directory-steps')
  }
  const views = (): View[] => [
    { name: 'login', path: '/login' },
    { name: 'login-guarded', path: '/login', act: fill('winien', 'zgaduję') },
    { name: 'login-code', path: '/login/code', session: sessions.half },
    {
      name: 'login-code-wrong',
      path: '/login/code',
      session: sessions.half,
      act: async (page) => {
        await page.fill('[name=code]', 'abc')
        await page.click('main form button')
        await page.waitForSelector('.notice-bad')
        // Tries are counted; the next look is not about that.
        await site.database.db.deleteFrom('login_attempt').where('login', 'like', 'code %').execute()
      },
    },
    { name: 'device-dead', path: '/login/device/x', status: 422 },
    { name: 'factor-none', path: '/account/second-factor', session: sessions.none },
    { name: 'factor-demanded', path: '/account/second-factor', session: sessions.owes },
    { name: 'factor-set-up', path: '/account/second-factor', session: sessions.begun },
    { name: 'factor-on', path: '/account/second-factor', session: sessions.on },
    { name: 'account', path: '/account', session: sessions.on },
    { name: 'directory', path: '/admin/directory', session: sessions.boss },
    {
      name: 'directory-good',
      path: '/admin/directory',
      session: sessions.boss,
      act: explain(campusPerson(ODD.nested).uid, campusPerson(ODD.nested).password),
    },
    { name: 'directory-bad', path: '/admin/directory', session: sessions.boss, act: explain(campusPerson(ODD.locked).uid, 'x') },
    {
      name: 'directory-dry',
      path: '/admin/directory',
      session: sessions.boss,
      act: async (page) => {
        await page.click('form[action="/admin/directory/dry-run"] button')
        await page.waitForSelector('.page-head')
      },
    },
  ]

  it.each(oneLook(0))(
    'is right in $language, $colours, $width px',
    async (look) => {
      expect(await lookAtAll(browser, url, views(), look)).toEqual({})
    },
    240_000,
  )

  it("two-step login is set up without scripts, with the code that the app reads from the picture's key", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'pl-PL' })
    try {
      await context.addCookies([{ name: 'pomoc', value: sessions.owes, url }])
      const page = await context.newPage()
      await page.goto(`${url}/account`)
      expect(new URL(page.url()).pathname).toBe('/account/second-factor')
      await page.click('main button.button-primary')
      const secret = (await page.locator('.secret-key').textContent())!.replaceAll(' ', '')
      await page.fill('[name=code]', new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: site.make.now.getTime() }))
      await page.click('#type button')
      expect(await page.locator('.recovery-codes li').count()).toBe(10)
      await page.click('main a.button-primary')
      expect(new URL(page.url()).pathname).toBe('/account')
    } finally {
      await context.close()
    }
  }, 60_000)
})
