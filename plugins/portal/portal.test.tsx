import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listenTo } from '../../test/golden/statements.ts'
import { mailLinks } from '../../test/mail-links.ts'
import { givePassword, marksOf, openSite, PASSWORD, type Site } from '../../test/web.ts'
import { coreSettings } from '../../core/kernel/settings/core-settings.ts'
import { createCompany } from '../../core/company/companies.ts'
import { setPersonCompanies } from '../../core/company/person-companies.ts'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { unitSettings } from '../../core/kernel/settings/unit-settings.ts'
import { addFurtherLogin, listFurtherLogins, removeFurtherLogin } from '../../core/person/known/further-logins.ts'
import { editPerson } from '../../core/person/person-admin.ts'
import portal from './index.tsx'
import { shortName } from './human-state.ts'
import { browserOf, findPersonByLogin, mergeTicket } from '../../core/index.ts'

const LONG = process.env['POMOC_LONG'] === 'yes'
let site: Site
beforeAll(async () => {
  site = await openSite([portal])
})
afterAll(() => site.close())

const blankPerson = {
  login: '',
  firstName: '',
  lastName: '',
  name: 'Osoba',
  language: null,
  phone: '',
  unitId: '1',
  agent: false,
  valid: true,
}
const text = async (response: Response | Promise<Response>) => (await response).text()

describe('before logging in', () => {
  it("one sees the address, the hours and the cut-off, in the reader's language", async () => {
    const polish = await text(site.visitor().get('/'))
    expect(polish).toContain('pomoc@uni.example')
    expect(polish).toContain('pon.–pt. 7:00–15:00')
    expect(polish).toContain('Co wyślesz po 15:00, przyjmiemy następnego dnia roboczego.')
    expect(await text(site.visitor({ 'accept-language': 'en' }).get('/'))).toContain(
      'Tickets sent after 15:00 are taken up on the next working day.',
    )
  })
  it.each(['/account', '/tickets/1', '/tickets.csv'])('%s leads to the login and back', async (path) => {
    const response = await site.visitor().get(path)
    expect([response.status, response.headers.get('location')]).toEqual([303, `/login?next=${encodeURIComponent(path)}`])
  })
})

describe('logging in with an account', () => {
  it('gives a new session each time and ends the one before', async () => {
    const id = await site.make.person({ login: 'zofia' })
    await givePassword(site, id)
    const zofia = site.visitor()
    await zofia.get('/login')
    const first = await zofia.post('/login', { login: 'ZOFIA', password: PASSWORD, next: '/account' })
    expect([first.status, first.headers.get('location')]).toEqual([303, '/account'])
    const cookie = first.headers.getSetCookie().find((one) => one.startsWith('pomoc='))!
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/SameSite=Lax/i)
    const before = zofia.cookies.get('pomoc')!
    expect((await zofia.get('/account')).status).toBe(200)
    await zofia.post('/login', { login: 'zofia', password: PASSWORD })
    expect(zofia.cookies.get('pomoc')).not.toBe(before)
    const old = site.visitor()
    old.cookies.set('pomoc', before)
    expect((await old.get('/account')).status).toBe(303)
  })
  it('works by a further login as by the main one, which comes first', async () => {
    const { make } = site
    const [two, other] = [await make.person({ login: 'dwa.kapelusze' }), await make.person({ login: 'inny' })]
    await givePassword(site, two)
    await make.asSystem((work) => addFurtherLogin(work, two, ' Student123 '))
    for (const taken of ['INNY', 'student123', 'Dwa.Kapelusze'])
      await expect(make.asSystem((work) => addFurtherLogin(work, other, taken))).rejects.toMatchObject({
        code: 'person.login-taken',
        field: 'login',
      })
    await expect(make.person({ login: 'STUDENT123' })).rejects.toMatchObject({ code: 'person.login-taken' })
    await expect(make.asSystem((work) => editPerson(work, other, { ...blankPerson, login: 'student123' }))).rejects.toMatchObject({
      code: 'person.login-taken',
    })
    expect((await findPersonByLogin(make.db, 'STUDENT123'))?.id).toBe(two)
    const logIn = async (login: string) => {
      const visitor = site.visitor()
      await visitor.get('/login')
      return visitor.post('/login', { login, password: PASSWORD })
    }
    expect((await logIn('Student123')).status).toBe(303)
    // What becomes the main login is no further one any more; taken away, nobody gets in by it.
    await make.asSystem((work) => editPerson(work, two, { ...blankPerson, login: 'student123' }))
    expect(await listFurtherLogins(make.db, two)).toEqual([])
    await make.asSystem((work) => addFurtherLogin(work, two, 'dwa.kapelusze'))
    await make.asSystem((work) => removeFurtherLogin(work, two, 'dwa.kapelusze'))
    expect((await logIn('dwa.kapelusze')).status).toBe(422)
  })
  it('works by address, and a cookie over https is __Host- and Secure', async () => {
    const id = await site.make.person({ address: 'ala@uni.example' })
    await givePassword(site, id)
    const ala = site.visitor()
    await ala.get('/login')
    expect((await ala.post('/login', { login: 'Ala@Uni.example', password: PASSWORD })).status).toBe(303)
  })
  it('says the same for an unknown person and a wrong password, and keeps the login', async () => {
    await givePassword(site, await site.make.person({ login: 'znany' }))
    const somebody = site.visitor()
    await somebody.get('/login')
    for (const login of ['znany', 'nieznany']) {
      const response = await somebody.post('/login', { login, password: 'zupełnie inne' })
      const html = await response.text()
      expect(response.status).toBe(422)
      expect(html).toContain('Nie ma takiego konta albo hasło jest inne')
      expect(html).toContain(`value="${login}"`)
      expect(html).not.toContain('zupełnie inne')
    }
  })
  it('ten wrong attempts from one address are enough; from elsewhere the owner gets in', async () => {
    await givePassword(site, await site.make.person({ login: 'cel' }))
    const attacker = site.visitor()
    await attacker.get('/login')
    for (let i = 0; i < 10; i++) await attacker.post('/login', { login: 'cel', password: 'x' })
    const refused = await attacker.post('/login', { login: 'cel', password: PASSWORD })
    expect(refused.status).toBe(429)
    expect(await refused.text()).toContain('za 15 min')
    const { logIn } = await import('../../core/person/login.ts')
    await expect(
      logIn(site.kernel.host, { login: 'cel', password: PASSWORD, client: { address: '198.51.100.9', userAgent: '' } }),
    ).resolves.toMatch(/^[\w-]{43}$/)
    await site.database.db.deleteFrom('login_attempt').execute()
  })
  it('a person switched off, and one without a password, do not get in', async () => {
    const off = await site.make.person({ login: 'wylaczony' })
    await givePassword(site, off)
    await site.database.db.updateTable('person').set({ valid: false }).where('id', '=', off).execute()
    await site.make.person({ login: 'bezhasla' })
    const somebody = site.visitor()
    await somebody.get('/login')
    for (const login of ['wylaczony', 'bezhasla']) expect((await somebody.post('/login', { login, password: PASSWORD })).status).toBe(422)
    await site.database.db.deleteFrom('login_attempt').execute()
  })
  it('never leads to another site', async () => {
    const id = await site.make.person({ login: 'wedrowiec' })
    await givePassword(site, id)
    const somebody = site.visitor()
    await somebody.get('/login')
    expect(
      (await somebody.post('/login', { login: 'wedrowiec', password: PASSWORD, next: '//evil.example/x' })).headers.get('location'),
    ).toBe('/')
  })
  it.each([
    { whose: 'a customer’s', agent: false, hours: 720, idle: 12 },
    { whose: 'an agent’s', agent: true, hours: 12, idle: 4 },
  ])('$whose session ends when it was unused too long, and after its time however much it is used', async ({ agent, hours, idle }) => {
    const id = agent ? await site.make.agent({}) : await site.make.person()
    const start = site.make.now
    const at = (hour: number) => {
      site.make.now = new Date(start.getTime() + hour * 3600_000)
    }
    const used = await site.loggedIn(id)
    for (let hour = 0; hour < hours; hour += idle - 0.5) {
      at(hour)
      expect([hour, (await used.get('/account')).status]).toEqual([hour, 200])
    }
    at(hours)
    expect((await used.get('/account')).status).toBe(303)
    at(0)
    const left = await site.loggedIn(id)
    at(idle - 0.1)
    // What an open page fetches by itself is no use.
    const byItself = { 'hx-request': 'true', 'hx-request-type': 'partial' }
    expect((await left.get('/account', byItself)).status).toBe(200)
    at(idle)
    expect((await left.get('/account')).status).toBe(303)
    site.make.now = start
  })
  it('a session ends by logging out, after 12 hours unused, and when the person is switched off', async () => {
    const id = await site.make.person()
    const one = await site.loggedIn(id)
    await one.get('/')
    const token = one.cookies.get('pomoc')!
    expect((await one.post('/logout')).status).toBe(303)
    one.cookies.set('pomoc', token)
    expect((await one.get('/account')).status).toBe(303)
    const two = await site.loggedIn(id)
    const start = site.make.now
    site.make.now = new Date(start.getTime() + 12 * 3600_000 + 1)
    expect((await two.get('/account')).status).toBe(303)
    site.make.now = start
    await site.database.db.updateTable('person').set({ valid: false }).where('id', '=', id).execute()
    expect((await two.get('/account')).status).toBe(303)
  })
})

describe('the pages of logging in', () => {
  it('tell nobody who exists: status, head, text and what is asked of the database are the same', async () => {
    const { make, database } = site
    const off = await make.person({ login: 'zqwyl', address: 'zqwyl@uni.example' })
    for (const id of [
      await make.person({ login: 'zqkli', address: 'zqkli@uni.example' }),
      await make.agent({}, { login: 'zqage', address: 'zqage@uni.example' }),
      off,
    ])
      await givePassword(site, id)
    await make.person({ login: 'zqbez', address: 'zqbez@uni.example' })
    await database.db.updateTable('person').set({ valid: false }).where('id', '=', off).execute()
    const { hear } = listenTo(database.pool)
    const known = site.visitor()
    await known.get('/login')
    await known.post('/login', { login: 'zqkli', password: PASSWORD })
    const device = known.cookies.get('device')!
    const ways = {
      '/login': (who: string) => ({ login: who, password: 'zupełnie inne' }),
      '/login/link': (who: string) => ({ address: `${who}@uni.example` }),
      '/login/device': (who: string) => ({ login: who }),
      '/': (who: string) => ({ _again: 'login', _login: who, _password: 'zupełnie inne' }),
    }
    for (const path of LONG ? (Object.keys(ways) as (keyof typeof ways)[]) : (['/login', '/login/link'] as const)) {
      for (const brings of LONG ? [true, false] : [true]) {
        let first: unknown
        for (const who of ['zqnik', 'zqage', 'zqwyl', ...(LONG ? ['zqbez'] : [])]) {
          await database.db.deleteFrom('login_attempt').execute()
          const somebody = site.visitor()
          // A browser that somebody else has used tells no more than any other.
          if (brings) somebody.cookies.set('device', device)
          await somebody.get('/login')
          const { value, statements } = await hear(async () => {
            const answer = await somebody.post(path, ways[path](who))
            return { status: answer.status, headers: [...answer.headers], body: await answer.text() }
          })
          const told = {
            status: value.status,
            head: value.headers.map(([name, one]) =>
              ['content-security-policy', 'x-request-id'].includes(name) ? [name] : [name, one.replace(/(device|form)=[^;]+/, '$1=')],
            ),
            body: value.body.replaceAll(who, 'X').replace(/nonce="[^"]*"|name="_csrf" value="[^"]*"/g, ''),
            statements,
          }
          first ??= told
          expect([path, brings, who, told]).toEqual([path, brings, who, first])
        }
      }
    }
    await database.db.deleteFrom('login_attempt').execute()
  })
})

describe('mails to the owner', () => {
  const told = async (address: string) =>
    (await site.database.db
      .selectFrom('outbound_mail')
      .select(['subject', 'body'])
      .where('kind', '=', 'notification')
      .where('to_text', '=', address)
      .orderBy('id')
      .execute()) as { subject: string; body: string }[]
  const enter = async (login: string, cookies?: Map<string, string>) => {
    const somebody = site.visitor({ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' })
    for (const [name, value] of cookies ?? []) if (name === 'device') somebody.cookies.set(name, value)
    await somebody.get('/login')
    expect((await somebody.post('/login', { login, password: PASSWORD })).status).toBe(303)
    return somebody
  }
  it('tell of a login in a browser that is new, once, and not of the first login of all', async () => {
    await givePassword(site, await site.make.person({ login: 'nowa-osoba', address: 'nowa@uni.example' }))
    const first = await enter('nowa-osoba')
    expect(await told('nowa@uni.example')).toEqual([])
    await enter('nowa-osoba', first.cookies)
    expect(await told('nowa@uni.example')).toEqual([])
    const second = await enter('nowa-osoba')
    await enter('nowa-osoba', second.cookies)
    const mails = await told('nowa@uni.example')
    expect(mails.map(({ subject }) => subject)).toEqual(['Logowanie w nowej przeglądarce – pomoc'])
    expect(mails[0]!.body).toContain('17 listopada 2026 10:15 na konto nowa-osoba')
    expect(mails[0]!.body).toContain('Przeglądarka: Firefox, Linux\nAdres w sieci: 192.0.2.7')
  })
  it('tell of a password that was changed', async () => {
    await givePassword(site, await site.make.person({ login: 'haslo', address: 'haslo@uni.example' }))
    expect(await told('haslo@uni.example')).toEqual([])
    const somebody = await enter('haslo')
    await somebody.get('/account')
    const fields = { current_password: PASSWORD, password: 'inne dobre hasło', password2: 'inne dobre hasło' }
    expect((await somebody.post('/account/password', fields)).status).toBe(303)
    expect((await told('haslo@uni.example')).map(({ subject }) => subject)).toEqual(['Zmieniono hasło – pomoc'])
  })
})

describe('logging in by a link', () => {
  const ask = async (address: string) => {
    const somebody = site.visitor()
    await somebody.get('/')
    return somebody.post('/login/link', { address })
  }
  const mails = async () => {
    await mailLinks(site.kernel.host)
    return site.database.db.selectFrom('outbound_mail').selectAll().where('kind', '=', 'login link').orderBy('id').execute()
  }

  it('whoever has no password gets a link, an agent with one is told how they log in', async () => {
    const { make, database } = site
    await make.person({ address: 'klientka@uni.example' })
    await make.agent({}, { address: 'bez.hasla@uni.example' })
    await givePassword(site, await make.agent({}, { address: 'agentka@uni.example', login: 'agentka' }))
    const campus = await make.agent({}, { address: 'uczelnia@uni.example', login: 'uczelnia' })
    const tie = {
      person_id: campus,
      directory: 'x',
      entry_id: 'x',
      dn: 'x',
      attributes: '{}',
      groups: [],
      given_addresses: [],
      given_roles: [],
      seen_at: site.make.now,
    }
    await database.db
      .insertInto('person_directory')
      .values(tie as never)
      .execute()
    const before = (await mails()).length
    for (const name of ['klientka', 'bez.hasla', 'agentka', 'uczelnia', 'nikt']) await ask(`${name}@uni.example`)
    const sent = (await mails())
      .slice(before)
      .map(({ recipients, body }) => [
        recipients[0]!.split('@')[0],
        /\/login\/link\//.test(body!)
          ? 'link'
          : /konta uczelnianego/.test(body!)
            ? 'campus'
            : /Twój login: agentka/.test(body!) && 'password',
      ])
    expect(sent).toEqual([
      ['klientka', 'link'],
      ['bez.hasla', 'link'],
      ['agentka', 'password'],
      ['uczelnia', 'campus'],
    ])
    await site.database.db.deleteFrom('login_attempt').execute()
  })
  it('leads where it was asked for', async () => {
    const id = await site.make.person({ address: 'droga@uni.example' })
    const { id: ticket } = await site.make.ticket({ customerId: id })
    const somebody = site.visitor()
    const login = (await somebody.get(`/tickets/${ticket}`)).headers.get('location')!
    const next = /name="next" value="([^"]*)"/g
    expect([...(await text(somebody.get(login))).matchAll(next)].map((match) => match[1])).toEqual([
      `/tickets/${ticket}`,
      `/tickets/${ticket}`,
    ])
    await somebody.post('/login/link', { address: 'droga@uni.example', next: `/tickets/${ticket}` })
    const link = /\/login\/link\/\S+/.exec((await mails()).at(-1)!.body!)![0]
    await somebody.get(link)
    expect((await somebody.post(link)).headers.get('location')).toBe(`/tickets/${ticket}`)
    // Used up, it leads on to the place where one asks anew for the same.
    expect(await text(somebody.get(link))).toContain(`href="/login?next=%2Ftickets%2F${ticket}#login-link"`)
    await somebody.get('/login')
    await somebody.post('/login/link', { address: 'droga@uni.example', next: '//evil.example/x' })
    expect(/\/login\/link\/\S+/.exec((await mails()).at(-1)!.body!)![0]).not.toContain('next')
    await site.database.db.deleteFrom('login_attempt').execute()
  })
  it('looking uses nothing up, entering does, once, within an hour', async () => {
    await site.make.person({ address: 'raz@uni.example', name: 'Raz Jeden' })
    await ask('raz@uni.example')
    const path = /\/login\/link\/[\w-]+/.exec((await mails()).at(-1)!.body!)![0]
    const scanner = site.visitor()
    for (let i = 0; i < 3; i++) expect(await text(scanner.get(path))).toContain('Raz Jeden')
    const person = site.visitor()
    await person.get(path)
    expect((await person.post(path)).status).toBe(303)
    expect(await text(person.get('/account'))).toContain('Raz Jeden')
    expect((await scanner.post(path)).status).toBe(422)
    await ask('raz@uni.example')
    const late = /\/login\/link\/[\w-]+/.exec((await mails()).at(-1)!.body!)![0]
    const start = site.make.now
    site.make.now = new Date(start.getTime() + 60 * 60_000)
    expect((await site.visitor().get(late)).status).toBe(422)
    site.make.now = start
  })
  it('nobody can be sent more than a few', async () => {
    const before = (await mails()).length
    await site.make.person({ address: 'cierpliwy@uni.example' })
    const answers = []
    for (let i = 0; i < 7; i++) answers.push((await ask('cierpliwy@uni.example')).status)
    expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429])
    expect((await mails()).length - before).toBe(5)
    await site.database.db.deleteFrom('login_attempt').execute()
  })
})

describe('setting a password by a link', () => {
  it('checks both fields and the length, works once and logs in', async () => {
    const { createSetPasswordLink } = await import('../../core/person/login-links.ts')
    const id = await site.make.person({ login: 'nowa' })
    const path = `/password/${await site.make.asSystem((work) => createSetPasswordLink(work, id))}`
    const nowa = site.visitor()
    expect(await text(nowa.get(path))).toContain('nowa')
    expect(await text(nowa.post(path, { password: 'krótkie', password2: 'krótkie' }))).toContain('co najmniej 12 znaków')
    expect(await text(nowa.post(path, { password: PASSWORD, password2: 'inne' }))).toContain('Hasła różnią się')
    expect((await nowa.post(path, { password: PASSWORD, password2: PASSWORD })).status).toBe(303)
    expect(await text(nowa.get('/account'))).toContain('nowa')
    expect((await site.visitor().get(path)).status).toBe(422)
  })
  it('ends the sessions that were open', async () => {
    const { createSetPasswordLink } = await import('../../core/person/login-links.ts')
    const id = await site.make.person({ login: 'odzyskana' })
    const thief = await site.loggedIn(id)
    const path = `/password/${await site.make.asSystem((work) => createSetPasswordLink(work, id))}`
    const owner = site.visitor()
    await owner.get(path)
    await owner.post(path, { password: PASSWORD, password2: PASSWORD })
    expect((await thief.get('/account')).status).toBe(303)
  })
})

describe('asking', () => {
  it('makes a ticket with its files, tells its number and when it is taken up', async () => {
    const id = await site.make.person()
    const start = site.make.now
    // Friday 15:01 in Warsaw.
    site.make.now = new Date('2026-11-20T14:01:00Z')
    const somebody = await site.loggedIn(id)
    const page = await text(somebody.get('/'))
    expect(page).toContain('Wysłane po 15:00, więc przyjmiemy w poniedziałek 23 listopada od 7:00.')
    expect(page).toContain('Odpowie: Dział Informatyzacji.')
    const response = await somebody.post('/', {
      subject: 'Nie działa hasło',
      body: 'Od rana.\nProszę o pomoc.',
      files: new File(['zażółć'], 'załącznik.txt', { type: 'text/plain' }),
    })
    expect(response.status).toBe(303)
    const html = await text(somebody.get(response.headers.get('location')!))
    expect(html).toMatch(/Zgłoszenie ma numer \d+, przyjmiemy w poniedziałek 23 listopada od 7:00/)
    expect(html).toContain('Nie działa hasło')
    expect(html).toContain('przyjmiemy pon. 23 listopada, 7:00')
    const file = await somebody.get(/\/tickets\/\d+\/attachments\/\d+/.exec(html)![0])
    expect(file.headers.get('content-disposition')).toContain("filename*=UTF-8''za%C5%82%C4%85cznik.txt")
    expect(file.headers.get('content-security-policy')).toContain('sandbox')
    expect(await file.text()).toBe('zażółć')
    site.make.now = start
  })
  it('without a subject or text comes back with everything that was typed', async () => {
    const somebody = await site.loggedIn(await site.make.person())
    await somebody.get('/')
    const response = await somebody.post('/', { subject: '', body: 'Długi <b>opis</b>' })
    const html = await response.text()
    expect(response.status).toBe(422)
    expect(html).toContain('Długi &lt;b&gt;opis&lt;/b&gt;')
    expect(html).toMatch(/<a href="#field-subject">Temat: To pole jest potrzebne\.<\/a>/)
    expect(html).toMatch(/<input[^>]*id="field-subject"[^>]*aria-invalid="true"[^>]*aria-describedby="field-subject-problem"/)
  })
})

describe('what is typed', () => {
  const file = (name: string) => new File(['plik'], name, { type: 'text/plain' })

  it('is kept for whoever is logged in, files too, and goes once it is sent; sent again it is not asked twice', async () => {
    const [id, otherId] = [await site.make.person(), await site.make.person()]
    const me = await site.loggedIn(id)
    const marks = marksOf(await text(me.get('/')), 'portal/new')
    await me.post('/draft', { ...marks, subject: 'Drukarka', body: 'Nie drukuje' }, { headers: { 'hx-request': 'true' } })
    // Another computer, another session: the same person sees it, nobody else does – also not in the same browser.
    expect(await text((await site.loggedIn(id)).get('/'))).toContain('Nie drukuje')
    const other = await site.loggedIn(otherId)
    expect(await text(other.get('/'))).not.toContain('Nie drukuje')
    expect((await other.post('/draft', { ...marks, body: 'cudze' })).status).toBe(403)
    // Refused, it keeps its file.
    const refused = await text(
      await me.post('/', {
        ...marksOf(await text(me.get('/')), 'portal/new'),
        subject: '',
        body: 'Nie drukuje',
        files: file('zdjęcie.txt'),
      }),
    )
    expect(refused).toMatch(/name="draft\.file" value="\d+" checked[^>]*> <span>zdjęcie\.txt/)
    const fields = {
      ...marksOf(refused, 'portal/new'),
      subject: 'Drukarka',
      body: 'Nie drukuje',
      'draft.file': /name="draft\.file" value="(\d+)"/.exec(refused)![1]!,
    }
    const sent = await me.post('/', fields)
    expect(sent.status).toBe(303)
    const ticket = sent.headers.get('location')!
    expect(await text(me.get(ticket))).toContain('zdjęcie.txt')
    expect(await text(me.get('/'))).not.toContain('Nie drukuje')
    // Back and Send: told so, with the way to it; nothing is made.
    const again = await me.post('/', fields)
    expect([again.status, (await text(again)).includes(`href="${ticket}"`)]).toEqual([409, true])
    expect(await site.make.db.selectFrom('ticket').select('id').where('customer_id', '=', id).execute()).toHaveLength(1)
  })

  it('as a reply too; whatever leads away keeps it', async () => {
    const { id, customerId } = await site.make.ticket()
    const me = await site.loggedIn(customerId)
    const key = `ticket/${id}/follow-up`
    const page = () => text(me.get(`/tickets/${id}`))
    await me.post('/draft', { ...marksOf(await page(), key), body: 'Jedna karta' }, { headers: { 'hx-request': 'true' } })
    const first = await page()
    // A second page that began with nothing.
    await me.post('/draft', { ...marksOf(first, key), 'draft.base': '', 'draft.page': 'druga', body: 'Druga karta' })
    const both = await page()
    expect(both).toMatch(/<textarea[^>]*>\s*Druga karta/)
    const open = /value="(open [\w-]+)"/.exec(both)![1]!
    const led = await me.post('/draft', { ...marksOf(both, key), body: 'Druga karta, dalej', 'draft.then': open })
    const shown = await text(me.get(led.headers.get('location')!))
    expect(shown).toMatch(/<textarea[^>]*>\s*Jedna karta/)
    expect(shown).toContain('„Druga karta, dalej”')
    const send = () => me.post(`/tickets/${id}`, { ...marksOf(shown, key), body: 'Jedna karta' })
    expect([(await send()).status, (await send()).status]).toEqual([303, 409])
    expect((await site.make.db.selectFrom('article').select('id').where('ticket_id', '=', id).execute()).length).toBe(2)
  })
})

describe("one's tickets", () => {
  it("are one's own, in words; others' are absent", async () => {
    const agent = await site.make.agent({ 1: ['rw'] }, { name: 'Jan Maria Kowalski' })
    const mine = await site.make.ticket({ subject: 'Moja drukarka', ownerId: agent, state: 'open' })
    await site.make.ticket({ subject: 'Cudza drukarka' })
    const me = await site.loggedIn(mine.customerId)
    const html = await text(me.get('/'))
    expect(html).toContain('Moja drukarka')
    expect(html).toContain('zajmuje się tym Jan K.')
    expect(html).not.toContain('Cudza drukarka')
    expect(html).not.toContain('Misc')
  })
  it('an agent sees here only what they asked for themselves', async () => {
    const agent = await site.make.agent({ 1: ['rw'] })
    const other = await site.make.ticket({ subject: 'Zgłoszenie klienta' })
    const me = await site.loggedIn(agent)
    expect(await text(me.get('/?which=all'))).not.toContain('Zgłoszenie klienta')
    expect((await me.get(`/tickets/${other.id}`)).status).toBe(404)
  })
  it('can be searched, sorted and downloaded; a formula in a subject is made text', async () => {
    const first = await site.make.ticket({ subject: '=HYPERLINK("x")' })
    await site.make.ticket({ subject: 'Zupełnie inne', customerId: first.customerId })
    const me = await site.loggedIn(first.customerId)
    const found = await text(me.get('/?search=inne'))
    expect(found).toContain('Zupełnie inne')
    expect(found).not.toContain('HYPERLINK')
    expect(await text(me.get('/?search=nic-takiego'))).toContain('Nic nie pasuje do „nic-takiego”')
    const csv = Buffer.from(await (await me.get('/tickets.csv?which=all&sort=title')).arrayBuffer()).toString('utf8')
    expect(csv.startsWith('\uFEFFNumer;Temat;Stan;')).toBe(true)
    expect(csv).toContain(`;"'=HYPERLINK(""x"")";`)
    expect(csv.split('\r\n')).toHaveLength(4)
  })
  it('those of one’s company are a list of their own, only where a unit says so; written in only where it says that too', async () => {
    const { make } = site
    const company = await make.asSystem((work) =>
      createCompany(work, {
        code: 'PROJMAX',
        name: 'Projmax',
        street: '',
        zip: '',
        city: '',
        country: '',
        url: '',
        comment: '',
        valid: true,
      }),
    )
    const [ola, piotr, stranger] = [await make.person({ name: 'Ola' }), await make.person({ name: 'Piotr' }), await make.person()]
    for (const person of [ola, piotr]) await make.asSystem((work) => setPersonCompanies(work, person, [company]))
    const says = (value: string | undefined) => make.asSystem((work) => saveSettings(work, 'unit', unitSettings, { companies: value }))
    await says('named')
    const hers = await make.ticket({ customerId: ola, subject: 'Ploter Oli' })
    await make.ticket({ customerId: piotr, subject: 'Monitor Piotra' })
    const [me, other] = [await site.loggedIn(piotr), await site.loggedIn(stranger)]
    const sees = async (visitor: typeof me) => (await visitor.get(`/tickets/${hers.id}`)).status
    const write = (body: string) => me.post(`/tickets/${hers.id}`, { body })
    expect([await sees(me), await sees(other), (await text(me.get('/?whose=company'))).includes('Ploter Oli')]).toEqual([404, 404, false])
    await says('read')
    expect([await sees(me), await sees(other)]).toEqual([200, 404])
    const own = await text(me.get('/'))
    expect([own.includes('Monitor Piotra'), own.includes('Ploter Oli'), own.includes('Mojej firmy')]).toEqual([true, false, true])
    expect(own).toContain('Zgłoszenie zobaczą też inne osoby z Twojej firmy.')
    const theirs = await text(me.get('/?whose=company'))
    expect([theirs.includes('Ploter Oli'), theirs.includes('pyta Ola'), theirs.includes('Monitor Piotra')]).toEqual([true, true, false])
    expect(await text(me.get('/tickets.csv?whose=company'))).toContain(';Ploter Oli;Ola;')
    expect(await text(me.get(`/tickets/${hers.id}`))).toContain('Możesz czytać to zgłoszenie, ale nie możesz w nim pisać.')
    expect((await write('Dopisuję się.')).status).toBe(422)
    // Whose it is is told to whoever asked, too.
    expect(await text((await site.loggedIn(ola)).get(`/tickets/${hers.id}`))).toContain('To zgłoszenie widzą też osoby z firmy PROJMAX.')
    await says('reply')
    expect((await write('Dopisuję się.')).status).toBe(303)
    // Letting others in stays with the customer.
    await me.post(`/tickets/${hers.id}/people`, { who: 'obcy@uni.example', right: 'read' })
    expect(await make.db.selectFrom('ticket_participant').select('person_id').where('ticket_id', '=', hers.id).execute()).toEqual([])
    await make.asSystem((work) => setPersonCompanies(work, piotr, []))
    expect(await sees(me)).toBe(404)
    await says(undefined)
  })
  it('as a fragment is the same component', async () => {
    const { customerId } = await site.make.ticket({ subject: 'Fragment' })
    const me = await site.loggedIn(customerId)
    const plain = (html: string) => html.replaceAll(/hx-nonce="[^"]*"/g, '')
    const whole = plain(await text(me.get('/')))
    const fragment = plain(await text(me.get('/', { 'hx-request': 'true', 'hx-request-type': 'partial', 'hx-target': 'div#mine' })))
    expect(fragment).toMatch(/^<div id="mine"/)
    expect(whole).toContain(fragment)
  })
})

describe('a ticket', () => {
  it('shows what the customer may see and nothing else; its note, files and frames are absent', async () => {
    const { addNote } = await import('../../core/ticket/change/tickets.ts')
    const { id, customerId } = await site.make.ticket({ body: 'Widoczna treść' })
    const noteId = await site.make.asSystem((work) =>
      addNote(work, id, {
        body: 'Tajna notatka',
        attachments: [{ name: 'tajny.txt', contentType: 'text/plain', content: Buffer.from('tajne') }],
      }),
    )
    const file = await site.database.db
      .selectFrom('article_attachment')
      .select('id')
      .where('article_id', '=', noteId)
      .executeTakeFirstOrThrow()
    const me = await site.loggedIn(customerId)
    const html = await text(me.get(`/tickets/${id}`))
    expect(html).toContain('Widoczna treść')
    expect(html).not.toMatch(/Tajna|tajny/)
    expect((await me.get(`/tickets/${id}/attachments/${file.id}`)).status).toBe(404)
    expect((await me.get(`/articles/${noteId}/html`)).status).toBe(404)
  })
  it.each(['', '/attachments/1'])('a stranger gets 404, the same as for an absent one%s', async (rest) => {
    const { id } = await site.make.ticket()
    const stranger = await site.loggedIn(await site.make.person())
    const [theirs, absent] = await Promise.all([stranger.get(`/tickets/${id}${rest}`), stranger.get(`/tickets/999999${rest}`)])
    expect([theirs.status, absent.status]).toEqual([404, 404])
    if (rest === '') expect((await stranger.post(`/tickets/${id}`, { body: 'x' })).status).toBe(404)
  })
  it('a reply lands in it; an empty one is refused', async () => {
    const { id, customerId } = await site.make.ticket()
    const me = await site.loggedIn(customerId)
    await me.get(`/tickets/${id}`)
    const empty = await me.post(`/tickets/${id}`, { body: '   ' })
    expect(empty.status).toBe(422)
    expect(await empty.text()).toContain('Napisz choć kilka słów')
    expect((await me.post(`/tickets/${id}`, { body: 'Dopisuję jeszcze' })).status).toBe(303)
    expect(await text(me.get(`/tickets/${id}`))).toContain('Dopisuję jeszcze')
  })
  it('a closed one opens again by a reply where its queue allows, and says so; else it says no', async () => {
    const { setState } = await import('../../core/ticket/change/tickets.ts')
    const [possible, reject] = [await site.make.queue(), await site.make.queue({ followUpPossible: 'reject' })]
    const [open, shut] = [await site.make.ticket({ queueId: possible }), await site.make.ticket({ queueId: reject })]
    for (const { id } of [open, shut]) await site.make.asSystem((work) => setState(work, id, { stateId: '2' }))
    const one = await site.loggedIn(open.customerId)
    const html = await text(one.get(`/tickets/${open.id}`))
    expect(html).toContain('Gdy odpowiesz, otworzy się ponownie')
    expect(html).toContain('załatwione dziś')
    await one.post(`/tickets/${open.id}`, { body: 'Znowu nie działa' })
    expect(await text(one.get(`/tickets/${open.id}`))).not.toContain('Gdy odpowiesz, otworzy się ponownie')
    const other = await site.loggedIn(shut.customerId)
    expect(await text(other.get(`/tickets/${shut.id}`))).toContain('nie przyjmuje już wiadomości')
    expect((await other.post(`/tickets/${shut.id}`, { body: 'Znowu' })).status).toBe(422)
  })
  it('what a stranger mailed as HTML stands alone in a frame that runs and loads nothing', async () => {
    const { id, articleId, customerId } = await site.make.ticket()
    await site.database.db
      .updateTable('article')
      .set({ html: '<p>Cześć <img src="cid:logo@x"><img src="https://evil.example/t.png"></p>' })
      .where('id', '=', articleId)
      .execute()
    const blob = await site.make.asSystem(async (work) => {
      const { storeBlob } = await import('../../core/database/blob.ts')
      return storeBlob(work.db, Buffer.from('PNG'), work.now)
    })
    await site.database.db
      .insertInto('article_attachment')
      .values({
        article_id: articleId,
        blob_id: blob.id,
        name: 'logo.png',
        content_type: 'image/png',
        content_id: 'logo@x',
        disposition: 'inline',
        size: 3,
      })
      .execute()
    const me = await site.loggedIn(customerId)
    expect(await text(me.get(`/tickets/${id}`))).toMatch(/<iframe[^>]*sandbox=""/)
    const frame = await me.get(`/articles/${articleId}/html`)
    expect(frame.headers.get('content-security-policy')).toBe(
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox",
    )
    expect(await frame.text()).toContain('src="data:image/png;base64,UE5H"')
    const stranger = await site.loggedIn(await site.make.person())
    expect((await stranger.get(`/articles/${articleId}/html`)).status).toBe(404)
  })
})

describe('a ticket that was merged', () => {
  it('leads whoever sees the main one there; others go on reading and writing where they were', async () => {
    const { make } = site
    const jan = await make.actor(await make.agent({ 1: ['rw'] }))
    const [anna, ewa] = [await make.person({ name: 'Anna' }), await make.person({ name: 'Ewa' })]
    const [one, same, main] = [
      await make.ticket({ customerId: anna, body: 'Pismo Anny' }),
      await make.ticket({ customerId: ewa, body: 'Drugie pismo Ewy' }),
      await make.ticket({ customerId: ewa, body: 'Pismo Ewy' }),
    ]
    for (const { id } of [one, same]) await make.work(jan, (work) => mergeTicket(work, id, main.id))
    const [her, other] = [await site.loggedIn(anna), await site.loggedIn(ewa)]
    const led = await other.get(`/tickets/${same.id}`)
    expect([led.status, led.headers.get('location')]).toEqual([302, `/tickets/${main.id}`])
    expect((await her.get(`/tickets/${main.id}`)).status).toBe(404)
    const page = await text(her.get(`/tickets/${one.id}`))
    for (const said of ['Pismo Anny', `jest teraz częścią zgłoszenia ${main.number}`, 'name="body"']) expect(page).toContain(said)
    expect(page).not.toContain('Pismo Ewy')
    expect((await her.post(`/tickets/${one.id}`, { body: 'Anna pyta dalej' })).status).toBe(303)
    expect(await text(her.get(`/tickets/${one.id}`))).toContain('Anna pyta dalej')
    const hers = await text(other.get(`/tickets/${main.id}`))
    expect(['Pismo Ewy', 'Anna pyta dalej', 'Pismo Anny'].map((words) => hers.includes(words))).toEqual([true, false, false])
    // What was written meanwhile and is not shown to her is no news that would hold her up.
    expect(
      (await other.post(`/tickets/${main.id}`, { body: 'Ewa pyta', seen: /name="seen" value="([^"]*)"/.exec(hers)![1]! })).status,
    ).toBe(303)
  })
})

describe("one's account", () => {
  it('changes the password: the old one is asked for, sessions elsewhere end, this one stays', async () => {
    const id = await site.make.person({ login: 'zmienna' })
    await givePassword(site, id)
    const [here, elsewhere] = [await site.loggedIn(id), await site.loggedIn(id)]
    await here.get('/account')
    expect(
      await text(here.post('/account/password', { current_password: 'złe hasło', password: PASSWORD, password2: PASSWORD })),
    ).toContain('Obecne hasło jest inne')
    expect(
      (
        await here.post('/account/password', {
          current_password: PASSWORD,
          password: 'całkiem nowe hasło',
          password2: 'całkiem nowe hasło',
        })
      ).status,
    ).toBe(303)
    expect((await here.get('/account')).status).toBe(200)
    expect((await elsewhere.get('/account')).status).toBe(303)
  })
  it('logs out everywhere else', async () => {
    const id = await site.make.person()
    const [here, elsewhere] = [await site.loggedIn(id), await site.loggedIn(id)]
    await here.get('/account')
    expect((await here.post('/account/sessions')).status).toBe(303)
    expect(await text(here.get('/account'))).toContain('Zakończono 1 sesję')
    expect((await elsewhere.get('/account')).status).toBe(303)
  })
})

describe('words', () => {
  it('tell of an agent the first name and an initial', () => {
    expect(['Jan Maria Kowalski', 'Ewa Bąk-Łoś', 'Dyżur'].map(shortName)).toEqual(['Jan K.', 'Ewa B.', 'Dyżur'])
  })
  it('tell a browser by its name and system', () => {
    expect(browserOf('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe('Firefox, Linux')
    expect(browserOf('curl/8')).toBeUndefined()
  })
})

describe('where one is logged in', () => {
  it("each place is listed, one is ended by its button, and nobody ends another person's", async () => {
    const [ola, obcy] = [await site.make.person({ name: 'Ola' }), await site.make.person({ name: 'Obcy' })]
    const [here, there, stranger] = [await site.loggedIn(ola), await site.loggedIn(ola), await site.loggedIn(obcy)]
    const page = await text(here.get('/account'))
    const ids = [...page.matchAll(/name="session" value="([\w-]+)"/g)].map((match) => match[1]!)
    expect([ids.length, page.includes('tutaj')]).toEqual([1, true])
    await stranger.get('/account')
    await stranger.post('/account/sessions/end', { session: ids[0]! })
    expect((await there.get('/account')).status).toBe(200)
    expect((await here.post('/account/sessions/end', { session: ids[0]! })).status).toBe(303)
    expect([(await there.get('/account')).status, (await here.get('/account')).status]).toEqual([303, 200])
  })
})

describe('a service', () => {
  const settings = (values: Partial<Record<keyof typeof coreSettings, unknown>>) =>
    site.make.asSystem((work) => saveSettings(work, 'core', coreSettings, values))
  it('is asked for where the installation says so and there are some for this person; needed, it is not forgotten', async () => {
    const ewa = await site.make.person({ name: 'Ewa Lis' })
    const visitor = await site.loggedIn(ewa)
    const form = async () => /<select[^>]*name="service"[^]*?<\/select>/.exec(await text(visitor.get('/')))?.[0] ?? ''
    const [open, hers, others] = (
      await site.make.db
        .insertInto('service')
        .values([{ name: 'Poczta::Skrzynki' }, { name: 'Klaster', for_everybody: false }, { name: 'Płace', for_everybody: false }])
        .returning('id')
        .execute()
    ).map(({ id }) => id)
    await site.make.db.insertInto('service_person').values({ service_id: hers!, person_id: ewa }).execute()
    await settings({ 'tickets.services': true })
    expect(await form()).toBe('')
    await settings({ 'portal.service': 'required' })
    const offered = await form()
    expect([offered.includes('Poczta · Skrzynki'), offered.includes('Klaster'), offered.includes('Płace')]).toEqual([true, true, false])
    const ask = { subject: 'Limit skrzynki', body: 'Proszę o większy.' }
    const without = await visitor.post('/', ask)
    const page = await text(without)
    expect([without.status, page.includes('Wybierz usługę'), page.includes('Proszę o większy.')]).toEqual([422, true, true])
    const foreign = await visitor.post('/', { ...ask, service: others! })
    expect([foreign.status, (await text(foreign)).includes('Usługa „Płace” nie jest dla tej osoby')]).toEqual([422, true])
    const asked = await visitor.post('/', { ...ask, service: open! })
    const id = asked.headers.get('location')!.split('/').at(-1)!
    const row = await site.make.db.selectFrom('ticket').select(['service_id', 'type_id', 'sla_id']).where('id', '=', id).executeTakeFirst()
    expect(row).toEqual({ service_id: open, type_id: '1', sla_id: null })
    await settings({ 'tickets.services': undefined, 'portal.service': undefined })
  })
})
