import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { givePassword, openSite, PASSWORD, type Site } from '../../test/web.ts'
import portal from './index.tsx'
import { shortName } from './human-state.ts'
import { browserOf } from './pages/account.tsx'

let site: Site
beforeAll(async () => {
  site = await openSite([portal])
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()

describe('before logging in', () => {
  it("one sees the address, the hours and the cut-off, in the reader's language", async () => {
    const polish = await text(site.visitor().get('/'))
    expect(polish).toContain('pomoc@uni.example')
    expect(polish).toContain('pon.–pt. 7:00–15:00')
    expect(polish).toContain('Co wyślesz po 15:00, przyjmiemy następnego dnia roboczego.')
    expect(await text(site.visitor({ 'accept-language': 'en' }).get('/'))).toContain(
      'What you send after 15:00 we take up on the next working day.',
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

describe('logging in by a link', () => {
  const ask = async (address: string) => {
    const somebody = site.visitor()
    await somebody.get('/')
    return somebody.post('/login/link', { address })
  }
  const mails = () => site.database.db.selectFrom('outbound_mail').selectAll().where('kind', '=', 'login link').orderBy('id').execute()

  it("the answer is the same whether the address is known, unknown or an agent's; only a customer gets a mail", async () => {
    await site.make.person({ address: 'klientka@uni.example' })
    await site.make.agent({}, { address: 'agentka@uni.example' })
    const answers = await Promise.all(
      ['klientka@uni.example', 'agentka@uni.example', 'nikt@uni.example'].map(async (address) => {
        const response = await ask(address)
        return [response.status, (await response.text()).replaceAll(address, 'X').replace(/nonce[^>]*|value="[^"]*"/g, '')]
      }),
    )
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
    expect((await mails()).map((mail) => mail.recipients)).toEqual([['klientka@uni.example']])
  })
  it('looking uses nothing up, entering does, once, within 30 minutes', async () => {
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
    site.make.now = new Date(start.getTime() + 30 * 60_000)
    expect((await site.visitor().get(late)).status).toBe(422)
    site.make.now = start
  })
  it('nobody can be sent more than a few', async () => {
    const before = (await mails()).length
    await site.make.person({ address: 'cierpliwy@uni.example' })
    const answers = []
    for (let i = 0; i < 5; i++) answers.push((await ask('cierpliwy@uni.example')).status)
    expect(answers).toEqual([200, 200, 200, 429, 429])
    expect((await mails()).length - before).toBe(3)
    await site.database.db.deleteFrom('login_attempt').execute()
  })
})

describe('setting a password by a link', () => {
  it('checks both fields and the length, works once and logs in', async () => {
    const { createSetPasswordLink } = await import('../../core/person/login.ts')
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
    const { createSetPasswordLink } = await import('../../core/person/login.ts')
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
