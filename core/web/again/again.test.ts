/** Forms whose session ended, and acts that ask once more who one is: on the page where one is, at the second try at the latest. */
import { Secret, TOTP } from 'otpauth'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import admin from '../../../plugins/admin/index.tsx'
import desk from '../../../plugins/desk/index.tsx'
import portal from '../../../plugins/portal/index.tsx'
import { mailLinks } from '../../../test/mail-links.ts'
import { TUESDAY } from '../../../test/make.ts'
import { givePassword, openSite, PASSWORD, type Site, type Visitor } from '../../../test/web.ts'
import { appoint } from '../../permission/nominations.ts'
import type { Work } from '../../kernel/work.ts'
import { setPersonRights, setPersonRoles, setRoleRights } from '../../permission/rights.ts'
import { createRole, editRole } from '../../permission/roles.ts'
import { addUnitAdministrator, removeUnitAdministrator } from '../../permission/unit-administrators.ts'
import { addAddress, editPerson, listAddresses, makeMainAddress, removeAddress, sendPasswordLink } from '../../person/person-admin.ts'
import { findPerson } from '../../person/persons.ts'
import { beginSecondFactor, endSecondFactor, newRecoveryCodes, resetSecondFactor } from '../../person/second-factor.ts'
import { askErasure } from '../../privacy/job.ts'
import { HELD_MS } from './held-files.ts'

let site: Site
beforeAll(async () => {
  site = await openSite([portal, desk, admin])
})
afterAll(() => site.close())
beforeEach(() => {
  site.make.now = TUESDAY
})

const HOUR_MS = 3600_000
const later = (ms: number) => {
  site.make.now = new Date(site.make.now.getTime() + ms)
}
const photo = () => new File([Buffer.from('zdjęcie')], 'zdjęcie.jpg', { type: 'image/jpeg' })
const question = { subject: 'Zimno w sali', body: 'Dzień dobry,\n\nw sali 214 jest 12 stopni.' }

let made = 0
async function somebody(more: { agent?: boolean } = {}): Promise<{ id: string; login: string; visitor: Visitor }> {
  const login = `ktos${++made}`
  const id = await (more.agent ? site.make.agent({ 1: ['rw'] }, { login }) : site.make.person({ login, address: `${login}@uni.example` }))
  await givePassword(site, id)
  return { id, login, visitor: await site.loggedIn(id) }
}

/** What a browser would send of the one form on the page that waits. */
async function fieldsOf(answer: Response): Promise<{ html: string; fields: Record<string, string>; fileFields: string[] }> {
  const html = await answer.text()
  const form = /<form method="post"[^>]*class="form"[\s\S]*?<\/form>/.exec(html.slice(html.indexOf('class="waiting-form"')))![0]
  const fields: Record<string, string> = {}
  const plain = (value: string) =>
    value.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const name = / name="([^"]*)"/.exec(tag)?.[1]
    if (name && !tag.includes('type="file"')) fields[name] = plain(/ value="([^"]*)"/.exec(tag)?.[1] ?? '')
  }
  for (const [, name, value] of form.matchAll(/<textarea[^>]* name="([^"]*)"[^>]*>\n([\s\S]*?)<\/textarea>/g)) fields[name!] = plain(value!)
  delete fields['_csrf']
  return { html, fields, fileFields: [...form.matchAll(/type="file"[^>]*name="([^"]*)"/g)].map((match) => match[1]!) }
}

const ticketsOf = (customerId: string) =>
  sql<{ title: string; files: string[] }>`
    select t.title, array(select f.name from article a join article_attachment f on f.article_id = a.id where a.ticket_id = t.id) as files
    from ticket t where t.customer_id = ${customerId} order by t.id`
    .execute(site.database.db)
    .then(({ rows }) => rows)

describe('a form whose session has ended', () => {
  it('is sent by logging in on its own page: text, subject and files are those of the first try', async () => {
    const { id, login, visitor } = await somebody()
    await visitor.get('/')
    later(13 * HOUR_MS)
    const first = await visitor.post('/', { ...question, files: photo() })
    expect([first.status, first.headers.get('cache-control')]).toEqual([403, 'private, no-store'])
    const { html, fields } = await fieldsOf(first)
    expect(html).toMatch(/<input[^>]*value="Zimno w sali"/)
    expect(html).toContain('Zachowany plik: zdjęcie.jpg')
    expect(fields).toMatchObject(question)
    expect(await ticketsOf(id)).toEqual([])
    const wrong = await visitor.post('/', { ...fields, _login: login, _password: 'nie to' })
    expect(wrong.status).toBe(422)
    const again = await fieldsOf(wrong)
    expect(again.html).toContain('Nie ma takiego konta albo hasło jest inne')
    expect(again.fields).toMatchObject({ ...question, _login: login })
    const sent = await visitor.post('/', { ...again.fields, _password: PASSWORD })
    expect([sent.status, sent.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/tickets\/\d+/)])
    expect(await ticketsOf(id)).toEqual([{ title: question.subject, files: ['zdjęcie.jpg'] }])
    expect((await visitor.get('/account')).status).toBe(200)
    expect(await site.database.db.selectFrom('held_file').select('id').where('person_id', '=', id).execute()).toEqual([])
  })
  it('asks for the second step on the same page too', async () => {
    const { id, login, visitor } = await somebody({ agent: true })
    const secret = new Secret({ size: 20 }).base32
    const code = () => new TOTP({ secret: Secret.fromBase32(secret), digits: 6 }).generate({ timestamp: site.make.now.getTime() })
    await site.database.db
      .insertInto('second_factor')
      .values({ person_id: id, secret, created_at: TUESDAY, confirmed_at: TUESDAY } as never)
      .execute()
    const ticket = await site.make.ticket({ queueId: '4' })
    await visitor.get(`/desk/tickets/${ticket.id}`)
    later(5 * HOUR_MS)
    const note = { body: 'Notatka, która ma zostać', subject: '', files: photo() }
    const path = `/desk/tickets/${ticket.id}/note`
    const { fields } = await fieldsOf(await visitor.post(path, note))
    const second = await fieldsOf(await visitor.post(path, { ...fields, _login: login, _password: PASSWORD }))
    expect(second.html).toContain('Drugi krok logowania')
    const wrong = await fieldsOf(await visitor.post(path, { ...second.fields, _code: '000000' }))
    expect(wrong.html).toContain('Drugi krok logowania')
    expect((await visitor.post(path, { ...wrong.fields, _code: code() })).status).toBe(303)
    const { rows } = await sql<{ body: string; name: string }>`
      select a.body, f.name from article a join article_attachment f on f.article_id = a.id where a.ticket_id = ${ticket.id}`.execute(
      site.database.db,
    )
    expect(rows).toEqual([{ body: expect.stringContaining(note.body), name: 'zdjęcie.jpg' }])
  })
  it('is not sent in the name of somebody else who logs in there, and its files are not theirs', async () => {
    const [one, other] = [await somebody(), await somebody()]
    await one.visitor.get('/')
    later(13 * HOUR_MS)
    const { fields } = await fieldsOf(await one.visitor.post('/', { ...question, files: photo() }))
    const look = await fieldsOf(await one.visitor.post('/', { ...fields, _login: other.login, _password: PASSWORD }))
    expect(look.html).toContain('Ten formularz zaczęto na innym koncie')
    expect(look.fileFields).toEqual(['files'])
    expect([await ticketsOf(one.id), await ticketsOf(other.id)]).toEqual([[], []])
    // Nor by the key alone.
    const forged = await fieldsOf(await one.visitor.post('/', { ...look.fields, _held: fields['_held']! }))
    expect(forged.fileFields).toEqual(['files'])
    expect((await one.visitor.post('/', { ...look.fields, files: photo() })).status).toBe(303)
    expect(await ticketsOf(other.id)).toEqual([{ title: question.subject, files: ['zdjęcie.jpg'] }])
  })
  it('where nobody knows whose it was: every value is there, files are asked for by name', async () => {
    const { id, login, visitor } = await somebody()
    await visitor.get('/')
    await site.database.db.deleteFrom('session').where('person_id', '=', id).execute()
    const { html, fields, fileFields } = await fieldsOf(await visitor.post('/', { ...question, files: photo() }))
    expect(fileFields).toEqual(['files'])
    expect(html).toContain('Dołącz ponownie plik „zdjęcie.jpg”')
    expect(await site.database.db.selectFrom('held_file').select('id').where('person_id', '=', id).execute()).toEqual([])
    expect((await visitor.post('/', { ...fields, files: photo(), _login: login, _password: PASSWORD })).status).toBe(303)
    expect(await ticketsOf(id)).toEqual([{ title: question.subject, files: ['zdjęcie.jpg'] }])
  })
  it('keeps all values of one name', async () => {
    const { visitor } = await somebody({ agent: true })
    await visitor.get('/desk')
    later(5 * HOUR_MS)
    const body = new URLSearchParams([
      ['_csrf', visitor.token],
      ['ticket', '7'],
      ['ticket', '8'],
      ['do', 'lock'],
    ])
    const answer = await site.app.request('http://pomoc.example/desk/bulk', {
      method: 'POST',
      body,
      headers: {
        host: 'pomoc.example',
        origin: 'http://pomoc.example',
        cookie: [...visitor.cookies].map((pair) => pair.join('=')).join('; '),
      },
    })
    expect([...(await answer.text()).matchAll(/name="ticket" value="(\d)"/g)].map((match) => match[1])).toEqual(['7', '8'])
  })
  it('goes at the first press after a login by a link in another tab', async () => {
    const { id, visitor } = await somebody()
    await site.database.db.updateTable('person').set({ password_hash: null }).where('id', '=', id).execute()
    await visitor.get('/')
    later(13 * HOUR_MS)
    const { fields } = await fieldsOf(await visitor.post('/', question))
    const asked = await fieldsOf(await visitor.post('/', { ...fields, _login: `ktos${made}@uni.example`, _way: 'link' }))
    expect(asked.html).toContain('wiadomość jest w drodze')
    await mailLinks(site.kernel.host)
    const { body } = await site.database.db.selectFrom('outbound_mail').select('body').orderBy('id', 'desc').executeTakeFirstOrThrow()
    const link = /\/login\/link\/\S+/.exec(body!)![0]
    await visitor.get(link)
    expect((await visitor.post(link)).status).toBe(303)
    const { _csrf, ...rest } = { ...asked.fields, _csrf: '' }
    const token = /name="_csrf" value="([^"]+)"/.exec(asked.html)![1]!
    expect((await visitor.post('/', rest, { token })).status).toBe(303)
    expect(await ticketsOf(id)).toEqual([{ title: question.subject, files: [] }])
  })
  it('keeps files for three forms of a person, and two hours', async () => {
    const { id, login, visitor } = await somebody()
    await visitor.get('/')
    const token = visitor.token
    later(13 * HOUR_MS)
    const waiting = []
    for (let n = 0; n < 4; n++)
      waiting.push((await fieldsOf(await visitor.post('/', { ...question, subject: `Pytanie ${n}`, files: photo() }, { token }))).fields)
    const kept = await site.database.db.selectFrom('held_file').select('id').where('person_id', '=', id).execute()
    expect(kept).toHaveLength(3)
    const gone = await fieldsOf(await visitor.post('/', { ...waiting[0]!, _login: login, _password: PASSWORD }))
    expect([gone.fileFields, gone.fields['subject']]).toEqual([['files'], 'Pytanie 0'])
    expect((await visitor.post('/', waiting[3]!)).status).toBe(303)
    later(HELD_MS)
    expect((await fieldsOf(await visitor.post('/', waiting[2]!))).fileFields).toEqual(['files'])
    expect((await ticketsOf(id)).map(({ title }) => title)).toEqual(['Pytanie 3'])
  })
})

describe('what is grave', () => {
  const central = async () => {
    const { id, login, visitor } = await somebody({ agent: true })
    const { id: group } = await site.database.db
      .selectFrom('permission_group')
      .select('id')
      .where('name', '=', 'admin')
      .executeTakeFirstOrThrow()
    await site.make.asSystem((work) => setPersonRights(work, id, new Map([[group, ['rw']]])))
    return { id, login, visitor }
  }
  it('asks for the password once the login is ten minutes old, does it then, and asks no more for a while', async () => {
    const [boss, agent] = [await central(), await somebody({ agent: true })]
    const path = `/admin/persons/${agent.id}/addresses`
    await boss.visitor.get(path)
    later(10 * 60_000)
    const addresses = () =>
      site.database.db
        .selectFrom('person_address')
        .select('address')
        .where('person_id', '=', agent.id)
        .orderBy('id')
        .execute()
        .then((rows) => rows.length)
    const before = await addresses()
    const first = await boss.visitor.post(path, { address: `nowy${made}@uni.example` })
    expect(first.status).toBe(403)
    const asked = await fieldsOf(first)
    expect(asked.html).toContain('Potwierdź, że to Ty')
    const wrong = await boss.visitor.post(path, { ...asked.fields, _password: 'nie to' })
    expect([wrong.status, await addresses()]).toEqual([422, before])
    const again = await fieldsOf(wrong)
    expect(again.html).toContain('To nie jest hasło do tego konta')
    expect((await boss.visitor.post(path, { ...again.fields, _password: PASSWORD })).status).toBe(303)
    expect(await addresses()).toBe(before + 1)
    later(9 * 60_000)
    await boss.visitor.get(path)
    expect((await boss.visitor.post(path, { address: `nowszy${made}@uni.example` })).status).toBe(303)
  })
  it('is each of these: refused to who logged in too long ago, and to nobody else for that', async () => {
    const boss = await central()
    const { id } = await somebody({ agent: true })
    const db = site.database.db
    const groups = new Map([['1', ['ro']]])
    const role = await site.make.asSystem((work) => createRole(work, { name: `rola ${made}`, comment: '', valid: true }))
    const unit = await site.make.unit()
    const person = (await findPerson(db, id))!
    const hatless = await site.make.person()
    const [address] = await site.make.asSystem(async (work) => {
      await addAddress(work, id, `inny${made}@uni.example`)
      await addUnitAdministrator(work, unit, id)
      return listAddresses(work.db, id)
    })
    const factor = { secret: new Secret({ size: 20 }).base32, created_at: TUESDAY, confirmed_at: TUESDAY }
    await db
      .insertInto('second_factor')
      .values({ person_id: id, ...factor } as never)
      .execute()
    const form = { ...person, login: person.login ?? '' }
    const acts: Record<string, (work: Work) => Promise<unknown>> = {
      'rights of a person': (work) => setPersonRights(work, id, groups),
      'rights of a role': (work) => setRoleRights(work, role, groups),
      'roles of a person': (work) => setPersonRoles(work, id, [role]),
      'a role switched off': (work) => editRole(work, role, { name: `rola ${made}`, comment: '', valid: false }),
      'an administrator of a unit': (work) => addUnitAdministrator(work, unit, boss.id),
      'one less': (work) => removeUnitAdministrator(work, unit, id),
      'the hat, with what it is for': (work) => appoint(work, unit, hatless, { administrator: false, rights: groups }),
      'the hat, taken': (work) => editPerson(work, id, { ...form, agent: false }),
      'another login': (work) => editPerson(work, id, { ...form, login: `inny${made}` }),
      'an address': (work) => addAddress(work, id, `trzeci${made}@uni.example`),
      'the main address': (work) => makeMainAddress(work, id, address!.id),
      'one address less': (work) => removeAddress(work, id, address!.id),
      'a link to a password': (work) => sendPasswordLink(work, id),
      erasure: (work) => askErasure(work, id),
      'a second step': (work) => beginSecondFactor(work, hatless),
      'new recovery codes': (work) => newRecoveryCodes(work, id),
      'no second step': (work) => endSecondFactor(work, id),
      'no second step of another': (work) => resetSecondFactor(work, id),
    }
    const actor = await site.make.actor(boss.id)
    const codeOf = (provedUntil: Date, act: (work: Work) => Promise<unknown>) =>
      site.kernel.host
        .work({ ...actor, provedUntil }, async (work) => {
          await act(work)
          throw new Error('done')
        })
        .catch((error: unknown) => (error as { code?: string }).code ?? (error as Error).message)
    for (const [name, act] of Object.entries(acts))
      expect([name, await codeOf(TUESDAY, act), await codeOf(new Date(TUESDAY.getTime() + 1), act)]).toEqual([name, 'proof-needed', 'done'])
  })
  it('asks before it shows a file of others’ data, and leads on to it', async () => {
    const { visitor } = await somebody({ agent: true })
    later(11 * 60_000)
    const led = await visitor.get('/desk/export.csv')
    expect([led.status, led.headers.get('location')]).toEqual([303, '/proof?next=%2Fdesk%2Fexport.csv'])
    const { fields } = await fieldsOf(await visitor.get('/proof?next=%2Fdesk%2Fexport.csv'))
    const back = await visitor.post('/proof', { ...fields, _password: PASSWORD })
    expect([back.status, back.headers.get('location')]).toEqual([303, '/desk/export.csv'])
    expect((await visitor.get('/desk/export.csv')).headers.get('content-type')).toContain('text/csv')
  })
  it('that brings a password is filled in anew after the proof: nobody’s password stands in a page', async () => {
    const [boss, agent] = [await central(), await somebody({ agent: true })]
    const path = `/admin/persons/${agent.id}/password`
    await boss.visitor.get(path)
    later(11 * 60_000)
    const led = await boss.visitor.post(path, { password: 'nowe dobre hasło' }, { headers: { referer: `http://pomoc.example${path}` } })
    expect(led.status).toBe(303)
    expect(led.headers.get('location')).toMatch(/^\/proof\?next=/)
  })
  it('asks an agent with an app for its code, and who has neither for a fresh link', async () => {
    const { id, visitor } = await somebody({ agent: true })
    await site.database.db.updateTable('person').set({ password_hash: null }).where('id', '=', id).execute()
    later(11 * 60_000)
    const byLink = await (await visitor.get('/proof')).text()
    expect(byLink).toContain('Wyślij mi odnośnik')
    expect(byLink).not.toContain('name="_password"')
    await site.database.db
      .insertInto('second_factor')
      .values({ person_id: id, secret: new Secret({ size: 20 }).base32, created_at: TUESDAY, confirmed_at: TUESDAY } as never)
      .execute()
    expect(await (await visitor.get('/proof')).text()).toContain('name="_code"')
  })
})

describe('others’ data', () => {
  it('is kept by no cache; one’s own may be, and files of either never', async () => {
    const [agent, customer] = [await somebody({ agent: true }), await somebody()]
    for (const path of ['/desk', '/', '/account', '/desk/tickets/1', '/admin', '/proof'])
      expect([path, (await agent.visitor.get(path)).headers.get('cache-control')]).toEqual([path, 'private, no-store'])
    expect((await customer.visitor.get('/')).headers.get('cache-control')).toBe('private, no-cache')
  })
  it('that was refused leaves a line in the log, of many a few', async () => {
    const { id, visitor } = await somebody()
    for (const path of ['/desk', '/admin', '/tickets/1', '/no/such/page']) await visitor.get(path)
    for (let n = 0; n < 110; n++) await visitor.get('/desk/tickets/1')
    const rows = await site.database.db
      .selectFrom('audit_event')
      .select('after')
      .where('kind', '=', 'access-refused')
      .where('person_id', '=', id)
      .orderBy('id')
      .execute()
    expect(rows.slice(0, 3).map((row) => row.after)).toEqual([{ page: 'GET /desk' }, { page: 'GET /admin' }, { page: 'GET /tickets/1' }])
    expect(rows).toHaveLength(21)
    expect(rows.at(-1)!.after).toEqual({ page: 'GET /desk/tickets/1', attempts: 100 })
  })
})
