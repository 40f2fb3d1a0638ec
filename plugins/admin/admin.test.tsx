import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { coreJobs } from '../../core/run/jobs.ts'
import { choice, defineTexts, definePlugin, integer, readSettings, yesNo } from '../../core/index.ts'
import { coreSettings } from '../../core/kernel/settings/core-settings.ts'
import desk from '../desk/index.tsx'
import { makeUniversity, type University } from '../../test/university.ts'
import admin from './index.tsx'

const words = {
  'sample.limit': 'Limit',
  'sample.limit.help': 'Ile naraz.',
  'sample.loud': 'Głośno',
  'sample.tone': 'Ton',
  'sample.tone.warm': 'ciepły',
  'sample.tone.cold': 'chłodny',
}
const sample = definePlugin({
  name: 'sample',
  api: 1,
  scope: 'unit',
  texts: defineTexts(words, words),
  settings: {
    limit: integer('sample.limit', 5, { min: 1, max: 9 }),
    loud: yesNo('sample.loud', false),
    tone: choice('sample.tone', ['warm', 'cold'], 'warm'),
  },
})

let site: Site
let filled: University
let boss: Visitor
let names: string[]
beforeAll(async () => {
  site = await openSite([desk, admin, sample])
  filled = await makeUniversity(site)
  boss = await site.loggedIn(filled.admin)
  names = site.app.routes
    .filter(({ path, method }) => path.startsWith('/admin') && method !== 'ALL')
    .map(({ path, method }) => `${method} ${path}`)
})
afterAll(() => site?.close())

/** Opens the page, so that its token is known, and posts the form. */
async function send(path: string, fields: Record<string, string>, from = path): Promise<Response> {
  await boss.get(from)
  return boss.post(path, fields)
}
const location = (response: Response) => response.headers.get('location')

describe('who is let in', () => {
  it('leads who is not logged in to the login, refuses agents, and does not exist for customers – on every route', async () => {
    expect(names.length).toBeGreaterThan(60)
    const agent = await site.loggedIn(filled.agent)
    const customer = await site.loggedIn(filled.customer)
    const stranger = site.visitor()
    await Promise.all([agent.get('/desk'), customer.get('/nowhere'), stranger.get('/nowhere')])
    const wrong: string[] = []
    for (const name of new Set(names)) {
      const [method, pattern] = name.split(' ') as [string, string]
      const path = pattern.replace(/:\w+/g, '1')
      const ask = (visitor: Visitor) => (method === 'GET' ? visitor.get(path) : visitor.post(path, { name: 'x', valid: 'on' }))
      const answers = [await ask(stranger), await ask(agent), await ask(customer)].map((response) => response.status).join()
      if (answers !== (method === 'GET' ? '303,403,404' : '401,403,404')) wrong.push(`${name}: ${answers}`)
    }
    expect(wrong).toEqual([])
    expect(location(await site.visitor().get('/admin/persons'))).toBe('/login?next=%2Fadmin%2Fpersons')
  }, 120_000)

  it('what no page exists for is the same 404 below /admin, first for who may not know', async () => {
    expect((await boss.get('/admin/nothing')).status).toBe(404)
    expect((await (await site.loggedIn(filled.agent)).get('/admin/nothing')).status).toBe(403)
  })

  it('an id that is none, or of nothing, is 404, never a fault', async () => {
    const wrong: string[] = []
    for (const name of new Set(names)) {
      const [method, pattern] = name.split(' ') as [string, string]
      if (!pattern.includes(':')) continue
      for (const id of ['999999', "1'--", '99999999999999999999', 'new.']) {
        const path = pattern.replace(/:\w+/g, encodeURIComponent(id))
        const response = method === 'GET' ? await boss.get(path) : await send(path, { name: 'x' }, '/admin')
        if (response.status !== 404) wrong.push(`${method} ${path}: ${response.status}`)
      }
    }
    expect(wrong).toEqual([])
  }, 120_000)
})

describe('lists', () => {
  it('are searched, filtered and paged by key, each row once', async () => {
    const seen: string[] = []
    let path: string | undefined = '/admin/persons?sort=name'
    while (path) {
      const html = await (await boss.get(path)).text()
      seen.push(...[...html.matchAll(/href="\/admin\/persons\/(\d+)"/g)].map((match) => match[1]!))
      path = /href="([^"]+)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(new Set(seen).size).toBe(seen.length)
    const { count } = await site.database.db
      .selectFrom('person')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .executeTakeFirstOrThrow()
    expect(seen).toHaveLength(Number(count))
    const found = await (await boss.get('/admin/persons?search=szpak%20student&hat=customer')).text()
    expect([...found.matchAll(/href="\/admin\/persons\/(\d+)"/g)].map((match) => match[1])).toEqual([filled.customer])
  })

  it('stand still before what makes no sense in the address', async () => {
    for (const query of [
      '?sort=nothing&dir=up',
      '?after=xyz',
      '?after=WyJhIiwiYiJd',
      '?search=%25_%5C',
      '?hat=king&valid=maybe&unit=x',
      '?from=2026-99-99',
      '?search=%00x',
    ]) {
      for (const path of ['/admin/persons', '/admin/mail/in', '/admin/mail/out', '/admin/queues'])
        expect((await boss.get(path + query)).status).toBe(200)
    }
    // A key of another sort does not fit its column: the first page again, or an empty one, never a fault.
    for (const odd of ['not a time', '2026-13-45 10:00:00+00', '', '\u0000']) {
      const key = Buffer.from(JSON.stringify([odd, '5'])).toString('base64url')
      for (const path of ['/admin/mail/in?', '/admin/mail/in?sort=size&', '/admin/persons?', '/admin/persons?sort=last-login&']) {
        expect([path, odd, (await boss.get(`${path}after=${key}`)).status]).toEqual([path, odd, 200])
      }
    }
    expect((await send('/admin/groups/new', { name: 'z\u0000ero', comment: '\u0000', unitId: '1', valid: 'on' })).status).toBe(303)
  })

  it('leave as CSV with a byte order mark, whole, and no formula of a stranger in it', async () => {
    const response = await boss.get('/admin/mail/out?format=csv')
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="outbound-\d{4}-\d\d-\d\d\.csv"$/)
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(bytes.slice(0, 3)).toEqual(new Uint8Array([0xef, 0xbb, 0xbf]))
    const text = new TextDecoder().decode(bytes)
    expect(text).toContain(`"'=HYPERLINK(""http://zly.example"")"`)
    const persons = await (await boss.get('/admin/persons?format=csv')).text()
    expect(persons.trim().split('\r\n').length).toBeGreaterThan(60)
    expect((await (await boss.get('/admin/persons?format=csv&lang=en')).text()).split('\r\n')[0]).toContain(',')
    await boss.get('/admin?lang=pl')
  })
})

describe('forms', () => {
  it('are shown again with the reason at its field and nothing typed lost, status 422; then saved, 303', async () => {
    const path = `/admin/persons/${filled.agent}`
    const typed = {
      firstName: 'Jan',
      lastName: 'Kowalski-Śliwa',
      name: '',
      login: 'ANOWAK',
      phone: '99',
      agent: 'on',
      valid: 'on',
      unitId: '1',
      language: 'en',
    }
    const refusedOnce = await send(path, typed)
    expect(refusedOnce.status).toBe(422)
    const html = await refusedOnce.text()
    expect(html).toContain('aria-invalid="true"')
    expect(html).toContain('Ten login jest już zajęty.')
    for (const value of ['Kowalski-Śliwa', 'ANOWAK', '99']) expect(html).toContain(`value="${value}"`)
    const saved = await send(path, { ...typed, login: 'jkowalski' })
    expect([saved.status, location(saved)]).toEqual([303, path])
    expect(await (await boss.get(path)).text()).toContain('value="Jan Kowalski-Śliwa"')
  })

  it('a mail filter that sets what is not there is refused at its field, whatever it names; what is there is saved', async () => {
    const path = '/admin/mail/filters/new'
    const filter = (key: string, value: string, n: number) =>
      send(path, {
        name: `Ustawia ${n}`,
        comment: '',
        'match.0.key': 'Subject',
        'match.0.value': 'x',
        'set.0.key': key,
        'set.0.value': value,
        valid: 'on',
      })
    const missing: [string, string][] = [
      ['X-OTRS-Queue', 'Nie ma takiej'],
      ['X-OTRS-FollowUp-Queue', 'Nie ma takiej'],
      ['X-OTOBO-Queue', 'Nie ma takiej'],
      ['X-OTRS-Priority', 'bardzo'],
      ['X-OTRS-State', 'nijaki'],
      ['X-OTRS-FollowUp-State', 'nijaki'],
      ['X-OTRS-Owner', 'nikogo'],
      ['X-OTRS-OwnerID', '999999'],
      ['X-OTRS-Responsible', 'nikogo'],
      ['X-OTRS-Lock', 'zamknięte'],
      ['X-OTRS-State-PendingTime', 'kiedyś'],
      ['X-OTRS-SenderType', 'robot'],
    ]
    const taken: string[] = []
    for (const [n, [key, value]] of missing.entries()) {
      const answer = await filter(key, value, n)
      const html = await answer.text()
      if (answer.status !== 422 || !/name="set\.0\.value"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*name="set\.0\.value"/.test(html))
        taken.push(`${key}: ${answer.status}`)
      else expect(html).toContain(`value="${value}"`)
    }
    expect(taken).toEqual([])
    for (const [n, [key, value]] of [
      ['X-OTRS-Queue', 'Junk'],
      ['X-OTRS-Priority', '4 high'],
      ['X-OTRS-Owner', 'jkowalski'],
      ['X-OTRS-Queue', '[** \\1 **]'],
    ].entries())
      expect([key, (await filter(key!, value!, 100 + n)).status]).toEqual([key, 303])
  })

  it('a person is made, gets addresses, a main one, loses one after being asked', async () => {
    const made = await send('/admin/persons/new', {
      firstName: 'Ewa',
      lastName: 'Lis',
      name: '',
      login: '',
      address: 'ewa.lis@uni.example',
      phone: '',
      valid: 'on',
    })
    const path = location(made)!
    expect(made.status).toBe(303)
    expect((await send(`${path}/addresses`, { address: 'nie adres' })).status).toBe(422)
    const ours = await send(`${path}/addresses`, { address: 'siec@uni.example' })
    expect(await ours.text()).toContain('To adres pomocy')
    expect((await send(`${path}/addresses`, { address: 'Ewa@Lis.example' })).status).toBe(303)
    const html = await (await boss.get(`${path}/addresses`)).text()
    const other = /addresses\/(\d+)\/main/.exec(html)![1]!
    expect((await send(`${path}/addresses/${other}/main`, {}, `${path}/addresses`)).status).toBe(303)
    const ask = await boss.get(`${path}/addresses/${other}/remove`)
    expect(await ask.text()).toContain('Usunąć adres ewa@lis.example?')
    expect((await boss.post(`${path}/addresses/${other}/remove`)).status).toBe(303)
    const left = await site.database.db
      .selectFrom('person_address')
      .select(['address', 'main'])
      .where('person_id', '=', path.split('/').at(-1)!)
      .execute()
    expect(left).toEqual([{ address: 'ewa.lis@uni.example', main: true }])
  })

  it('a company is made, has people, says who uses it before it goes; a person has details and further logins', async () => {
    const made = await send('/admin/companies/new', { name: 'Projmax', code: 'PRX', city: 'Toruń', url: 'projmax', valid: 'on' })
    expect([made.status, await made.text()]).toEqual([422, expect.stringContaining('Podaj cały adres strony')])
    expect((await send('/admin/companies/new', { name: 'Projmax', code: 'PRX', city: 'Toruń', url: '', valid: 'on' })).status).toBe(303)
    const { id } = await site.make.db.selectFrom('company').select('id').where('code', '=', 'PRX').executeTakeFirstOrThrow()
    const page = `/admin/companies/${id}`
    const fresh = await send('/admin/persons/new', {
      firstName: 'Olga',
      lastName: 'Sad',
      title: 'dr',
      mobile: '600 100 200',
      city: 'Toruń',
      comment: 'VIP',
      valid: 'on',
    })
    const person = location(fresh)!
    const html = await (await boss.get(person)).text()
    for (const value of ['value="dr"', 'value="600 100 200"', 'VIP']) expect(html).toContain(value)
    expect((await send(`${person}/companies`, { company: '' })).status).toBe(422)
    expect((await send(`${person}/companies`, { company: id })).status).toBe(303)
    expect(await (await boss.get(page)).text()).toContain('Olga Sad')
    const ask = await (await boss.get(`${page}/remove`)).text()
    expect(ask).toContain('Należą do niej osoby (1)')
    expect((await send(`${page}/remove`, {}, page)).status).toBe(422)
    // Off for now: no colleague sees by it, and the list tells the three apart.
    await send(page, { name: 'Projmax', code: 'PRX', city: 'Toruń', url: '', valid: 'for-now' })
    expect(await (await boss.get('/admin/companies?valid=for-now')).text()).toContain('Projmax')
    expect(await (await boss.get('/admin/companies?valid=off')).text()).not.toContain('Projmax')
    expect((await send(`${person}/companies/${id}/remove`, {}, `${person}/companies`)).status).toBe(303)
    expect((await send(`${page}/remove`, {}, page)).status).toBe(303)
    expect((await boss.get(page)).status).toBe(404)
    expect((await send(`${person}/logins`, { login: 'olga.dalszy' })).status).toBe(303)
    expect(await (await boss.get('/admin/persons?search=olga.dalszy')).text()).toContain('Olga Sad')
    const twice = await send(`${person}/logins`, { login: 'OLGA.dalszy' })
    expect([twice.status, await twice.text()]).toEqual([422, expect.stringContaining('Ten login jest już zajęty.')])
    expect((await send(`${person}/logins/olga.dalszy/remove`, {}, `${person}/logins`)).status).toBe(303)
    await send(person, { firstName: 'Olga', lastName: 'Sad', name: 'Olga Sad', valid: 'for-now' })
    const row = await site.make.db
      .selectFrom('person')
      .select(['valid', 'off_for_now', 'details'])
      .where('id', '=', person.split('/').at(-1)!)
      .executeTakeFirstOrThrow()
    // What a form leaves out stays.
    expect(row).toEqual({ valid: false, off_for_now: true, details: { title: 'dr', mobile: '600 100 200', city: 'Toruń', comment: 'VIP' } })
  })

  it('a password too short is refused without being shown again; a link goes out by mail', async () => {
    const path = `/admin/persons/${filled.agent}`
    const short = await send(`${path}/password`, { password: 'kr0tkie!' })
    expect(short.status).toBe(422)
    expect(await short.text()).not.toContain('kr0tkie!')
    expect((await send(`${path}/password`, { password: 'wystarczająco długie' })).status).toBe(303)
    expect((await send(`${path}/password-link`, {}, `${path}/password`)).status).toBe(303)
    const mail = await site.database.db
      .selectFrom('outbound_mail')
      .select(['to_text', 'body', 'envelope_from'])
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(mail).toMatchObject({ to_text: 'jan.kowalski@uni.example', envelope_from: '' })
    const link = /http\S+(\/password\/\S+)/.exec(mail.body!)?.[1]
    expect(link).toBeTruthy()
    const told = await site.database.db.selectFrom('fact').select('data').where('name', '=', 'admin.changed').execute()
    expect(JSON.stringify(told)).not.toContain('wystarczająco')
    expect(JSON.stringify(told)).not.toContain(link!.split('/').at(-1)!)
  })

  it('rights ticked on a page are the rights held; the last administrator stays, and the boxes stay as ticked', async () => {
    const path = `/admin/persons/${filled.admin}/rights`
    const refusedOnce = await send(path, { 'row.2': '1', 'row.1': '1', 'right.1.ro': 'on' })
    expect(refusedOnce.status).toBe(422)
    expect(await refusedOnce.text()).toContain('To ostatni administrator.')
    const agentPath = `/admin/persons/${filled.agent}/rights`
    expect(
      (await send(agentPath, { [`row.${filled.group}`]: '1', [`right.${filled.group}.rw`]: 'on', [`role.${filled.role}`]: 'on' })).status,
    ).toBe(303)
    const rows = await site.database.db
      .selectFrom('group_person')
      .select('right')
      .where('person_id', '=', filled.agent)
      .where('group_id', '=', filled.group)
      .execute()
    expect(rows).toEqual([{ right: 'rw' }])
    const byGroup = await send(`/admin/groups/${filled.group}/rights`, {
      [`row.${filled.agent}`]: '1',
      [`right.${filled.agent}.ro`]: 'on',
      add: 'nikt',
    })
    expect(byGroup.status).toBe(422)
  })

  it('a calendar is tried without being saved, and each fault stands at its own day', async () => {
    const fields = {
      name: 'default',
      zone: 'Europe/Warsaw',
      cutOff: '15',
      holidayCountry: 'PL',
      yearlyHolidays: '24.12 Wigilia\n\n2.05. Flaga',
      onceHolidays: '2027-05-04 Dzień Rektorski\n3.05.2027 Inny',
      valid: 'on',
      'hours.mon': '7-15',
      'hours.tue': '7:00–11:00, 12.00 do 15:00',
      'hours.wed': '7:00–15:00',
      'hours.thu': '7:00–15:00',
      'hours.fri': '7:00–15:00',
      'hours.sat': '',
      'hours.sun': '',
    }
    const tried = await send('/admin/calendars/1', { ...fields, act: 'try', at: '2026-11-20T15:01' })
    const html = await tried.text()
    expect(tried.status).toBe(200)
    expect(html).toContain('Jeszcze nie zapisano.')
    expect(html).toContain('przyjmiemy w poniedziałek 23 listopada od 7:00')
    const stored = () => site.database.db.selectFrom('calendar').select('definition').where('id', '=', '1').executeTakeFirstOrThrow()
    expect((await stored()).definition).toMatchObject({ hours: { tue: [{ from: '07:00', to: '15:00' }] } })
    const bad = await send('/admin/calendars/1', {
      ...fields,
      'hours.mon': '15-7',
      'hours.tue': 'rano',
      onceHolidays: 'Kiedyś',
      cutOff: '22:00',
    })
    expect(bad.status).toBe(422)
    const page = await bad.text()
    expect(page).toContain('id="field-hours.mon-problem"')
    expect(page).toContain('id="field-hours.tue-problem"')
    expect(page).toContain('Wiersz 1: Nie da się odczytać dnia z „Kiedyś”.')
    expect((await send('/admin/calendars/1', fields)).status).toBe(303)
    expect((await stored()).definition).toMatchObject({
      cutOff: '15:00',
      hours: {
        mon: [{ from: '07:00', to: '15:00' }],
        tue: [
          { from: '07:00', to: '11:00' },
          { from: '12:00', to: '15:00' },
        ],
      },
      yearlyHolidays: [
        { month: 12, day: 24, name: 'Wigilia' },
        { month: 5, day: 2, name: 'Flaga' },
      ],
      onceHolidays: [
        { date: '2027-05-04', name: 'Dzień Rektorski' },
        { date: '2027-05-03', name: 'Inny' },
      ],
    })
    expect((await send('/admin/calendars/1', { ...fields, name: 'inny' })).status).toBe(422)
  })

  it('a text with an unknown tag is refused at its field, and a preview sends nothing', async () => {
    const fields = {
      name: 'new ticket',
      valid: 'on',
      'pl.subject': 'Numer <OTRS_TICKET_TicketNumber>',
      'pl.body': 'Dzień dobry <OTRS_TICKET_Nmuber>',
      'en.subject': '',
      'en.body': '',
    }
    const bad = await send('/admin/texts/1', fields)
    expect(bad.status).toBe(422)
    const html = await bad.text()
    expect(html).toContain('id="field-pl.body-problem"')
    expect(html).toContain('&lt;OTRS_TICKET_Nmuber&gt;')
    const before = await site.database.db
      .selectFrom('outbound_mail')
      .select((eb) => eb.fn.countAll().as('n'))
      .executeTakeFirstOrThrow()
    const preview = await send('/admin/texts/1', {
      ...fields,
      'pl.body': 'Masz numer <OTRS_TICKET_TicketNumber>. <POMOC_RECEIPT>',
      act: 'preview',
      ticket: filled.ticketNumber,
      previewLanguage: 'pl',
    })
    expect(preview.status).toBe(200)
    expect(await preview.text()).toContain(`Masz numer ${filled.ticketNumber}. Właśnie je przyjęliśmy.`)
    const body = '<OTRS_CUSTOMER_REALNAME>: <OTRS_CUSTOMER_SUBJECT[40]>'
    const invented = await send('/admin/texts/1', { ...fields, 'pl.body': body, act: 'preview', ticket: '', previewLanguage: 'pl' })
    expect([invented.status, await invented.text()]).toEqual([200, expect.stringContaining('Anna Przykładowa: Nie działa poczta')])
    expect(
      await site.database.db
        .selectFrom('outbound_mail')
        .select((eb) => eb.fn.countAll().as('n'))
        .executeTakeFirstOrThrow(),
    ).toEqual(before)
  })

  it('settings of a plugin are checked, stored only where the installation has its own, and found by the search', async () => {
    const path = '/admin/settings/sample'
    const fields = {
      'from.limit': 'own',
      limit: '99',
      'from.loud': 'above',
      'was.loud': 'above',
      loud: 'off',
      'from.tone': 'own',
      tone: 'cold',
    }
    const bad = await send(path, fields)
    expect(bad.status).toBe(422)
    const html = await bad.text()
    expect(html).toContain('value="99"')
    expect(html).toContain('id="field-limit-problem"')
    expect(html).toMatch(/<option value="cold" selected/)
    const stored = () =>
      site.database.db
        .selectFrom('setting')
        .select(['key', 'value', 'unit_id'])
        .where('owner', '=', 'sample')
        .orderBy('unit_id')
        .orderBy('key')
        .execute()
    expect(await stored()).toEqual([])
    expect((await send(path, { ...fields, limit: '7', 'from.tone': 'above', 'was.tone': 'above', tone: 'warm' })).status).toBe(303)
    expect(await stored()).toEqual([{ key: 'limit', value: 7, unit_id: '1' }])
    // An emptied number is what holds above again, and so is "as above".
    expect((await send(path, { 'from.limit': 'own', limit: '' })).status).toBe(303)
    expect(await stored()).toEqual([])
    expect(await (await boss.get('/admin/search?search=ile naraz')).text()).toContain('/admin/settings/sample#field-limit')
  })
  it('settings of the program itself stand in the same list: who must log in in two steps', async () => {
    const path = '/admin/settings/core'
    expect(await (await boss.get('/admin/settings')).text()).toContain('href="/admin/settings/core#field-login.factor"')
    expect(await (await boss.get('/admin/search?search=dwuetapowo')).text()).toContain(`${path}#field-login.factor`)
    const form = await (await boss.get(path)).text()
    expect(form).toMatch(/<option value="administrators"[^>]*>administratorzy całości</)
    expect(form).not.toContain('setting.')
    expect((await send(path, { 'from.login.factor': 'own', 'login.factor': 'local' })).status).toBe(303)
    expect(await readSettings(site.make.db, 'core', coreSettings)).toMatchObject({ 'login.factor': 'local' })
    expect(await (await boss.get('/admin/audit')).text()).toContain('administratorzy całości i jednostek')
    expect((await send(path, { 'from.login.factor': 'above', 'was.login.factor': 'above' })).status).toBe(303)
    expect(await readSettings(site.make.db, 'core', coreSettings)).toMatchObject({ 'login.factor': 'nobody' })
  })

  it('a unit has values of its own, shows where the others come from, and gives them back', async () => {
    const path = '/admin/settings/sample'
    const at = `${path}?unit=${filled.unit}`
    const host = site.kernel.hostOf(site.kernel.plugins.find((plugin) => plugin.name === 'sample')!)
    await send(path, { 'from.limit': 'own', limit: '7' })
    const inherited = await (await boss.get(at)).text()
    expect(inherited).toMatch(/Jak „[^”]+”: 7/)
    expect(inherited).toContain('Domyślnie: ciepły')
    // Whoever types another value means it, though "as above" stands.
    const own = {
      unit: filled.unit,
      'from.limit': 'above',
      'was.limit': 'above',
      limit: '3',
      'from.tone': 'own',
      'was.tone': 'above',
      tone: 'cold',
      'from.loud': 'above',
      'was.loud': 'above',
      loud: 'off',
    }
    const saved = await send(path, own, at)
    expect([saved.status, location(saved)]).toEqual([303, at])
    expect(await host.settings(filled.unit)).toEqual({ limit: 3, tone: 'cold', loud: false })
    expect(await host.settings()).toMatchObject({ limit: 7, tone: 'warm' })
    expect(await (await boss.get('/admin/plugins/sample')).text()).toContain('2 własne')
    // The switch beside it changes with a form that is taken, and only then.
    const bad = await send(path, { ...own, limit: '99', active: 'on' }, at)
    expect(bad.status).toBe(422)
    expect(await bad.text()).toMatch(/name="active" value="on" checked/)
    expect(await host.active(filled.unit)).toBe(false)
    await send(path, { ...own, active: 'on' }, at)
    await expect.poll(() => host.active(filled.unit)).toBe(true)
    await send(
      path,
      {
        unit: filled.unit,
        'from.limit': 'above',
        'was.limit': 'own',
        limit: '3',
        'from.tone': 'above',
        'was.tone': 'own',
        tone: 'cold',
        active: 'inherit',
      },
      at,
    )
    expect(await host.settings(filled.unit)).toMatchObject({ limit: 7, tone: 'warm' })
    await expect.poll(() => host.active(filled.unit)).toBe(false)
    expect((await boss.get(`${path}?unit=999999`)).status).toBe(404)
    await send(path, { 'from.limit': 'above', 'was.limit': 'own', limit: '7' })
  })

  it('every change stands in the audit log, before and after in words, narrowed, exported, one by one', async () => {
    await send('/admin/groups/new', { name: 'Dziennikowa', comment: '', unitId: filled.unit, valid: 'on' })
    const group = (
      await site.database.db.selectFrom('permission_group').select('id').where('name', '=', 'Dziennikowa').executeTakeFirstOrThrow()
    ).id
    await send(`/admin/groups/${group}`, { name: 'Dziennikowa II', comment: '', unitId: filled.unit, valid: 'on' })
    const list = await (await boss.get(`/admin/audit?object=group:${group}`)).text()
    expect(list).toContain('Grupa „Dziennikowa II”')
    expect(list).toMatch(/<del>Dziennikowa<\/del>.*Dziennikowa II/s)
    expect(list).not.toContain('Wtyczka „sample”')
    const id = /\/admin\/audit\/(\d+)/.exec(list)![1]!
    const detail = await (await boss.get(`/admin/audit/${id}`)).text()
    for (const words of ['192.0.2.7', 'Dziennikowa II', `/admin/groups/${group}`, 'Wszystko, co zrobiła ta osoba'])
      expect(detail).toContain(words)
    expect((await boss.get('/admin/audit/999999999')).status).toBe(404)
    // A change of a setting goes back after a question; twice it does not.
    await send('/admin/settings/sample', { 'from.limit': 'own', limit: '8' })
    const setting = /\/admin\/audit\/(\d+)/.exec(await (await boss.get('/admin/audit?kind=setting')).text())![1]!
    expect(await (await boss.get(`/admin/audit/${setting}/revert`)).text()).toContain('Limit: bez własnej wartości')
    expect((await boss.post(`/admin/audit/${setting}/revert`)).status).toBe(303)
    expect(await site.database.db.selectFrom('setting').select('key').where('owner', '=', 'sample').execute()).toEqual([])
    const again = await send(`/admin/audit/${setting}/revert`, {})
    expect(again.status).toBe(422)
    expect(await again.text()).toContain('Ktoś zmienił to później.')
    const made = [...list.matchAll(/\/admin\/audit\/(\d+)/g)].at(-1)![1]!
    expect((await boss.get(`/admin/audit/${made}/revert`)).status).toBe(404)
    const csv = await (await boss.get(`/admin/audit?object=group:${group}&format=csv`)).text()
    expect(csv.trim().split('\r\n')).toHaveLength(3)
    expect(csv).toContain('Nazwa: Dziennikowa → Dziennikowa II')
    expect(await (await boss.get('/admin/audit?kind=export')).text()).toContain('Lista „/admin/audit”')
    expect(await (await boss.get('/admin/audit?kind=plugin-activation')).text()).toContain('Wtyczka „sample”')
    expect(await (await boss.get('/admin/audit?search=nic-takiego-nie-ma')).text()).toContain('Nic nie pasuje')
    expect((await boss.get("/admin/audit?search=%25'%00&from=2026-13-45&person=x&object=group:1%27&unit=abc&after=zzz")).status).toBe(200)
  })

  it('a plugin is switched on in a unit and below it, and inherits again', async () => {
    const host = site.kernel.hostOf(site.kernel.plugins.find((plugin) => plugin.name === 'sample')!)
    const parent = (await site.database.db.selectFrom('unit').select('parent_id').where('id', '=', filled.unit).executeTakeFirstOrThrow())
      .parent_id!
    expect(await host.active(filled.unit)).toBe(false)
    expect((await send('/admin/plugins/sample', { [`unit.${parent}`]: 'on' })).status).toBe(303)
    await expect.poll(() => host.active(filled.unit)).toBe(true)
    expect(await host.active('1')).toBe(false)
    await send('/admin/plugins/sample', { [`unit.${filled.unit}`]: 'off' })
    await expect.poll(() => host.active(filled.unit)).toBe(false)
    await send('/admin/plugins/sample', { [`unit.${filled.unit}`]: 'inherit', [`unit.${parent}`]: 'inherit' })
    await expect.poll(() => host.active(parent)).toBe(false)
  })

  it('a queue that holds open tickets says why it cannot be switched off', async () => {
    const path = `/admin/queues/${filled.queue}`
    const form = {
      name: 'Sieć',
      parentId: '',
      unitId: '1',
      groupId: filled.group,
      calendarId: '',
      addressId: '',
      followUpPossible: 'possible',
      language: '',
      signature: '',
      comment: '',
    }
    const bad = await send(path, form)
    expect(bad.status).toBe(422)
    expect(await bad.text()).toContain('W tej kolejce są otwarte zgłoszenia.')
  })
})

describe('mail', () => {
  it('in: every decision in words, the bytes as they came, a failed one processed again – and no other', async () => {
    const html = await (await boss.get(`/admin/mail/in/${filled.inbound}`)).text()
    for (const words of ['Kto napisał?', 'Z pola From.', 'Do której kolejki?', 'Sieć', filled.ticketNumber]) expect(html).toContain(words)
    const raw = await boss.get(`/admin/mail/in/${filled.inbound}/raw`)
    expect(raw.headers.get('content-type')).toBe('message/rfc822')
    expect(raw.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(await raw.text()).toContain('Subject: Brak sieci w sali 214')
    const again = await send(`/admin/mail/in/${filled.inbound}/retry`, {}, `/admin/mail/in/${filled.inbound}`)
    expect(again.status).toBe(422)
    expect(await again.text()).toContain('nie trzeba przetwarzać ponownie')
    expect((await send(`/admin/mail/in/${filled.failed}/retry`, {}, `/admin/mail/in/${filled.failed}`)).status).toBe(303)
    const row = await site.database.db
      .selectFrom('inbound_mail')
      .select(['state', 'attempts'])
      .where('id', '=', filled.failed)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ state: 'accepted', attempts: 0 })
  })

  it('out: shown as sent, sent now, taken back once', async () => {
    const path = `/admin/mail/out/${filled.outbound}`
    const html = await (await boss.get(path)).text()
    for (const words of ['Twoje zgłoszenie dostało numer', '451 4.7.1 Greylisted', 'Wyślij teraz', 'Cofnij wysyłkę'])
      expect(html).toContain(words)
    expect((await send(`${path}/send`, {}, path)).status).toBe(303)
    expect((await send(`${path}/cancel`, {})).status).toBe(303)
    expect((await send(`${path}/cancel`, {}, path)).status).toBe(422)
    expect(
      (await site.database.db.selectFrom('outbound_mail').select('state').where('id', '=', filled.outbound).executeTakeFirstOrThrow())
        .state,
    ).toBe('cancelled')
  })

  it('the overview says what waits, and that mail goes nowhere without a smarthost', async () => {
    const html = await (await boss.get('/admin')).text()
    expect(html).toContain('POMOC_SMARTHOST_URL')
    expect(html).toContain('PostgreSQL')
  })
})

describe('personal data', () => {
  it('a hold forbids erasing; erasing wants the name typed, runs as a job, and its outcome stands on the page', async () => {
    const id = await site.make.person({ name: 'Tytus Zapominalski', address: 'tytus@uni.example' })
    const path = `/admin/persons/${id}`
    await site.make.ticket({ customerId: id })
    await site.database.db.updateTable('ticket').set({ state_id: '2', state_type: 'closed' }).where('customer_id', '=', id).execute()
    expect(await (await boss.get(`${path}/privacy`)).text()).toMatch(
      /tytus@uni\.example[^]*zgłoszenia: 1, wiadomości w nich: 1[^]*login, adresy i telefon</,
    )
    expect((await boss.post(`${path}/hold`, { reason: 'sąd' })).status).toBe(303)
    const held = await boss.post(`${path}/erase`, { confirm: 'Tytus Zapominalski' })
    expect([held.status, await held.text()]).toEqual([422, expect.stringContaining('nie wolno usunąć: sąd')])
    await boss.post(`${path}/hold`, { end: 'yes' })
    expect((await boss.post(`${path}/erase`, { confirm: 'Tytus' })).status).toBe(422)
    expect((await boss.post(`${path}/erase`, { confirm: 'Tytus Zapominalski' })).status).toBe(303)
    expect(await (await boss.get(`${path}/privacy`)).text()).toContain('Usuwanie trwa')
    await coreJobs(site.kernel.host)
      .get('person/erase')!
      .run({ person: id, by: null }, { attempt: 1, lastAttempt: false } as never)
    const page = await (await boss.get(`${path}/privacy`)).text()
    expect(page).toContain('Usunięte')
    expect(page).not.toContain('Tytus')
    const file = await boss.get(`${path}/export`)
    expect([file.headers.get('content-type'), (await file.arrayBuffer()).byteLength > 512]).toEqual(['application/x-tar', true])
  })
})

describe('a form made of what somebody has changed since', () => {
  /** What a browser would send with the form that says what it was made of. */
  function fieldsOf(html: string): Record<string, string> {
    const form = html.match(/<form\b[\s\S]*?<\/form>/g)?.find((one) => one.includes('name="_made-of"'))
    if (!form) throw new Error('no such form')
    const plain = (text: string) =>
      text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
    const value = (tag: string, name: string) => plain(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
    const inputs = [...form.matchAll(/<input\b[^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => !/type="(checkbox|radio)"/.test(tag) || / checked/.test(tag))
      .map((tag) => [value(tag, 'name'), value(tag, 'value') || (/type="checkbox"/.test(tag) ? 'on' : '')])
    const selects = [...form.matchAll(/(<select\b[^>]*>)([\s\S]*?)<\/select>/g)].map(([, tag, options]) => [
      value(tag!, 'name'),
      value(/<option\b[^>]* selected[^>]*>/.exec(options!)?.[0] ?? /<option\b[^>]*>/.exec(options!)?.[0] ?? '', 'value'),
    ])
    const texts = [...form.matchAll(/(<textarea\b[^>]*>)([\s\S]*?)<\/textarea>/g)].map(([, tag, text]) => [
      value(tag!, 'name'),
      plain(text!).replace(/^\n/, ''),
    ])
    return Object.fromEntries([...inputs, ...selects, ...texts].filter(([name]) => name !== '' && name !== '_csrf') as [string, string][])
  }

  it.each(['queues', 'roles', 'groups', 'units', 'persons', 'texts', 'addresses'])(
    '%s: says who changed it, keeps what was typed, and is done when it is sent again',
    async (place) => {
      const list = await (await boss.get(`/admin/${place}`)).text()
      const path = [...list.matchAll(new RegExp(`href="(/admin/${place}/\\d+)"`, 'g'))].at(-1)![1]!
      const before = fieldsOf(await (await boss.get(path)).text())
      const field = ['name', 'last_name', 'lastName', 'address'].find((one) => one in before)!
      const other = await site.loggedIn(await site.make.agent({ '2': ['rw'] }, { name: 'Ela Druga' }))
      await other.get(path)
      const [theirs, mine] = [`${before[field]}a`, `${before[field]}b`]
      expect(
        (await other.post(path, { ...before, '_made-of': fieldsOf(await (await other.get(path)).text())['_made-of']!, [field]: theirs }))
          .status,
      ).toBe(303)

      const refused = await boss.post(path, { ...before, [field]: mine })
      const html = await refused.text()
      expect(refused.status).toBe(422)
      expect(html).toMatch(/ktoś zmienił to samo: Ela Druga, dziś/)
      const typed = fieldsOf(html)
      expect(typed[field]).toBe(mine)
      expect((await boss.post(path, typed)).status).toBe(303)
      expect(fieldsOf(await (await boss.get(path)).text())[field]).toBe(mine)
      // Of what somebody else's form says nothing is told.
      expect((await boss.post(path, { ...typed, '_made-of': before['_made-of']!.replace(/#.*/, '#x') })).status).toBe(303)
    },
  )
})
