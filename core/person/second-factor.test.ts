import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import portal from '../../plugins/portal/index.tsx'
import { givePassword, openSite, PASSWORD, type Site, type Visitor } from '../../test/web.ts'
import { setPersonRoles } from '../permission/rights.ts'
import { createRole } from '../permission/roles.ts'

let site: Site
beforeAll(async () => {
  site = await openSite([portal])
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()
const secretOf = (html: string) => /<code>([A-Z2-7 ]+)<\/code>/.exec(html)![1]!.replaceAll(' ', '')
/** What the app shows now, or some steps of 30 seconds from now. */
const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 }).generate({
    timestamp: site.make.now.getTime() + steps * 30_000,
  })
const later = (minutes: number) => {
  site.make.now = new Date(site.make.now.getTime() + minutes * 60_000)
}
let made = 0

async function agentWithPassword(): Promise<{ id: string; login: string }> {
  const login = `dwa${++made}`
  const id = await site.make.agent({ 1: ['rw'] }, { login })
  await givePassword(site, id)
  return { id, login }
}

async function logInAs(login: string): Promise<{ visitor: Visitor; answer: Response }> {
  const visitor = site.visitor()
  await visitor.get('/login')
  return { visitor, answer: await visitor.post('/login', { login, password: PASSWORD, next: '/account' }) }
}

/** Sets it up as a person does; answers the secret and the recovery codes. */
async function setUp(visitor: Visitor): Promise<{ secret: string; codes: string[] }> {
  await visitor.get('/account/second-factor')
  await visitor.post('/account/second-factor/begin')
  const secret = secretOf(await text(visitor.get('/account/second-factor')))
  const done = await visitor.post('/account/second-factor/confirm', { code: codeOf(secret) })
  expect(done.status).toBe(200)
  expect(done.headers.get('cache-control')).toBe('no-store')
  return { secret, codes: [...(await done.text()).matchAll(/<code>([2-9a-z-]{14})<\/code>/g)].map((match) => match[1]!) }
}

describe('two-step login', () => {
  it('is set up with a picture that needs no script and a key to type, and gives ten recovery codes once', async () => {
    const { login } = await agentWithPassword()
    const { visitor } = await logInAs(login)
    await visitor.get('/account/second-factor')
    await visitor.post('/account/second-factor/begin')
    const page = await text(visitor.get('/account/second-factor'))
    expect(page).toMatch(/<svg class="qr"[^>]*role="img"/)
    expect(page).not.toContain('style=')
    expect((await visitor.post('/account/second-factor/confirm', { code: '000000' })).status).toBe(422)
    const secret = secretOf(page)
    const codes = [
      ...(await text(visitor.post('/account/second-factor/confirm', { code: codeOf(secret) }))).matchAll(/<code>([2-9a-z-]{14})<\/code>/g),
    ]
    expect(new Set(codes.map((match) => match[1])).size).toBe(10)
    const after = await text(visitor.get('/account/second-factor'))
    expect([after.includes(secret.slice(0, 4)), after.includes(codes[0]![1]!)]).toEqual([false, false])
    const kept = await site.database.db.selectFrom('recovery_code').select('code_hash').execute()
    expect(kept.some(({ code_hash }) => codes.some((match) => code_hash.toString().includes(match[1]!)))).toBe(false)
  })
  it('asks for the code after the password; until it is given nothing is open', async () => {
    const { login } = await agentWithPassword()
    const { secret } = await setUp((await logInAs(login)).visitor)
    later(1)
    const { visitor, answer } = await logInAs(login)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login/code?next=%2Faccount'])
    expect((await visitor.get('/account')).headers.get('location')).toBe('/login?next=%2Faccount')
    await visitor.get('/login/code?next=/account')
    const half = visitor.cookies.get('pomoc')
    const done = await visitor.post('/login/code', { code: codeOf(secret), next: '/account' })
    expect([done.status, done.headers.get('location')]).toEqual([303, '/account'])
    expect(visitor.cookies.get('pomoc')).not.toBe(half)
    expect((await visitor.get('/account')).status).toBe(200)
  })
  it('takes no code twice, none of another moment, and each recovery code once', async () => {
    const { login } = await agentWithPassword()
    const { secret, codes } = await setUp((await logInAs(login)).visitor)
    const enter = async (code: string) => {
      const { visitor } = await logInAs(login)
      await visitor.get('/login/code')
      return (await visitor.post('/login/code', { code })).status
    }
    expect(await enter(codeOf(secret))).toBe(422)
    later(1)
    const code = codeOf(secret)
    expect([await enter(code), await enter(code)]).toEqual([303, 422])
    expect([await enter(codeOf(secret, 3)), await enter(codeOf(secret, -3))]).toEqual([422, 422])
    expect([await enter(codes[0]!.toUpperCase().replaceAll('-', ' ')), await enter(codes[0]!), await enter(codes[1]!)]).toEqual([
      303, 422, 303,
    ])
  })
  it('a code typed at two places at the same time lets one in', async () => {
    const { login } = await agentWithPassword()
    const { secret } = await setUp((await logInAs(login)).visitor)
    later(1)
    const halves = await Promise.all([logInAs(login), logInAs(login)])
    for (const { visitor } of halves) await visitor.get('/login/code')
    const answers = await Promise.all(halves.map(({ visitor }) => visitor.post('/login/code', { code: codeOf(secret) })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 422])
  })
  it('ten wrong codes are enough; the half-open session ends by itself', async () => {
    const { login } = await agentWithPassword()
    const { secret } = await setUp((await logInAs(login)).visitor)
    later(30)
    const { visitor } = await logInAs(login)
    await visitor.get('/login/code')
    for (let i = 0; i < 10; i++) expect((await visitor.post('/login/code', { code: `00000${i}` })).status).toBe(422)
    expect((await visitor.post('/login/code', { code: codeOf(secret) })).status).toBe(429)
    later(16)
    expect((await visitor.get('/login/code')).headers.get('location')).toBe('/login')
  })
  it('a role that demands it leads to setting it up first, and it cannot be switched off', async () => {
    const { id, login } = await agentWithPassword()
    const role = await site.make.asSystem((work) =>
      createRole(work, { name: 'Administratorzy', comment: '', valid: true, secondFactor: true }),
    )
    await site.make.asSystem((work) => setPersonRoles(work, id, [role]))
    const { visitor } = await logInAs(login)
    for (const path of ['/account', '/', '/tickets/1'])
      expect((await visitor.get(path)).headers.get('location')).toBe('/account/second-factor')
    expect((await visitor.post('/account/sessions')).status).toBe(403)
    expect(await text(visitor.get('/account/second-factor'))).toContain('Twoje konto wymaga')
    const { codes } = await setUp(visitor)
    expect((await visitor.get('/account')).status).toBe(200)
    await visitor.get('/account/second-factor')
    expect((await visitor.post('/account/second-factor/end', { code: codes[0]! })).status).toBe(422)
    expect((await visitor.get('/account')).status).toBe(200)
  })
  it('is switched off with a code, and new recovery codes end the old ones', async () => {
    const { login } = await agentWithPassword()
    const { visitor } = await logInAs(login)
    const { codes } = await setUp(visitor)
    await visitor.get('/account/second-factor')
    const fresh = await text(visitor.post('/account/second-factor/codes', { code: codes[0]! }))
    const next = /<code>([2-9a-z-]{14})<\/code>/.exec(fresh)![1]!
    await visitor.get('/account/second-factor')
    expect((await visitor.post('/account/second-factor/end', { code: codes[1]! })).status).toBe(422)
    expect((await visitor.post('/account/second-factor/end', { code: next })).status).toBe(303)
    expect((await logInAs(login)).answer.headers.get('location')).toBe('/account')
  })
  it('a link that sets a password asks for the code too', async () => {
    const { id, login } = await agentWithPassword()
    await setUp((await logInAs(login)).visitor)
    const { createSetPasswordLink } = await import('./login.ts')
    const token = await site.make.asSystem((work) => createSetPasswordLink(work, id))
    const visitor = site.visitor()
    await visitor.get(`/password/${token}`)
    const answer = await visitor.post(`/password/${token}`, { password: PASSWORD, password2: PASSWORD })
    expect(answer.headers.get('location')).toBe('/login/code')
  })
})
