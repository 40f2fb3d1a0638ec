import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import portal from '../../plugins/portal/index.tsx'
import { givePassword, openSite, PASSWORD, type Site, type Visitor } from '../../test/web.ts'
import { setPersonRoles } from '../permission/rights.ts'
import { createRole } from '../permission/roles.ts'
import { addUnitAdministrator } from '../permission/unit-administrators.ts'
import { coreJobs } from '../run/jobs.ts'
import { coreSettings } from '../kernel/settings/core-settings.ts'
import { saveSettings } from '../administration/setting-admin.ts'
import { system } from '../kernel/actor.ts'
import { handOutLink } from './login-links.ts'
import { resetSecondFactor } from './second-factor.ts'
import { addSecretKey, keysInUse, unreadableSecrets } from './secret/keys.ts'
import { readKeyRing } from '../machine/key-ring.ts'

let site: Site
let dir: string
let keys: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pomoc-factor-'))
  keys = join(dir, 'secret.keys')
  site = await openSite([portal], { secretKeys: keys })
})
afterAll(async () => {
  await site.close()
  rmSync(dir, { recursive: true, force: true })
})

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
    const { createSetPasswordLink } = await import('./login-links.ts')
    const token = await site.make.asSystem((work) => createSetPasswordLink(work, id))
    const visitor = site.visitor()
    await visitor.get(`/password/${token}`)
    const answer = await visitor.post(`/password/${token}`, { password: PASSWORD, password2: PASSWORD })
    expect(answer.headers.get('location')).toBe('/login/code')
  })
  it('is offered to a customer too, who then gives a code behind the mailed link', async () => {
    const id = await site.make.person()
    const visitor = await site.loggedIn(id)
    expect(await text(visitor.get('/account'))).toContain('href="/account/second-factor"')
    const { secret } = await setUp(visitor)
    later(1)
    const url = await site.make.asSystem((work) => handOutLink(work, id, 'login'))
    const other = site.visitor()
    await other.get(new URL(url).pathname)
    expect((await other.post(new URL(url).pathname)).headers.get('location')).toMatch(/^\/login\/code/)
    await other.get('/login/code')
    expect((await other.post('/login/code', { code: codeOf(secret) })).status).toBe(303)
    expect((await other.get('/account')).status).toBe(200)
  })
  it('is demanded of central, or of all administrators by one switch, from their next login on', async () => {
    const login = `central${++made}`
    const central = await site.make.agent({ 2: ['rw'] }, { login })
    const local = await site.make.agent({}, { login: `local${made}` })
    const agent = await site.make.agent({ 1: ['rw'] }, { login: `agent-${made}` })
    await site.make.asSystem(async (work) => addUnitAdministrator(work, await site.make.unit(), local))
    await givePassword(site, central)
    const before = await site.loggedIn(central)
    const demand = async (who: string | undefined) => {
      later(1)
      await site.make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'login.factor': who }))
      later(1)
      return Promise.all([central, local, agent].map(async (id) => (await (await site.loggedIn(id)).get('/account')).status))
    }
    expect(await demand('administrators')).toEqual([303, 200, 200])
    // Who is at work stays so.
    expect((await before.get('/account')).status).toBe(200)
    expect(await demand('local')).toEqual([303, 303, 200])
    const { visitor } = await logInAs(login)
    expect((await visitor.get('/')).headers.get('location')).toBe('/account/second-factor')
    const { codes } = await setUp(visitor)
    expect((await visitor.get('/account')).status).toBe(200)
    await visitor.get('/account/second-factor')
    expect((await visitor.post('/account/second-factor/end', { code: codes[0]! })).status).toBe(422)
    expect(await demand(undefined)).toEqual([200, 200, 200])
  })
})

describe('the secret', () => {
  const rowOf = (id: string) =>
    site.database.db.selectFrom('second_factor').selectAll().where('person_id', '=', id).executeTakeFirstOrThrow()
  const fill = async () => {
    await coreJobs(site.kernel.jobHost).get('database/fill')!.run({}, { attempt: 1, lastAttempt: true })
  }
  const enter = async (login: string, code: string) => {
    const { visitor } = await logInAs(login)
    await visitor.get('/login/code')
    return visitor.post('/login/code', { code })
  }

  it('is kept sealed, and one in clear of before is sealed while it goes on working', async () => {
    const { id, login } = await agentWithPassword()
    const { secret } = await setUp((await logInAs(login)).visitor)
    const row = await rowOf(id)
    expect([row.secret, row.key_number, row.sealed!.includes(secret)]).toEqual([null, 1, false])
    await site.database.db
      .updateTable('second_factor')
      .set({ secret, sealed: null, key_number: null })
      .where('person_id', '=', id)
      .execute()
    later(1)
    expect((await enter(login, codeOf(secret))).status).toBe(303)
    await fill()
    expect(await rowOf(id)).toMatchObject({ secret: null, key_number: 1 })
    later(1)
    expect((await enter(login, codeOf(secret))).status).toBe(303)
  })
  it('of one person is none of another’s', async () => {
    const [one, other] = [await agentWithPassword(), await agentWithPassword()]
    const { secret } = await setUp((await logInAs(one.login)).visitor)
    await setUp((await logInAs(other.login)).visitor)
    const { sealed } = await rowOf(one.id)
    await site.database.db.updateTable('second_factor').set({ sealed }).where('person_id', '=', other.id).execute()
    later(1)
    expect(await (await enter(other.login, codeOf(secret))).text()).toContain('brakuje teraz klucza')
  })
  it('waits while the key file is away: recovery codes work, the rest says what to do, nobody else notices', async () => {
    const { id, login } = await agentWithPassword()
    const { secret, codes } = await setUp((await logInAs(login)).visitor)
    renameSync(keys, `${keys}.away`)
    later(1)
    const refused = await enter(login, codeOf(secret))
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('npm run pomoc -- factor-off')])
    expect((await enter(login, codes[0]!)).status).toBe(303)
    const nobody = await agentWithPassword()
    const { visitor, answer } = await logInAs(nobody.login)
    expect(answer.headers.get('location')).toBe('/account')
    await visitor.get('/account/second-factor')
    expect((await visitor.post('/account/second-factor/begin')).status).toBe(503)
    expect(await unreadableSecrets(site.database.db, { secretKeys: keys, dataDir: dir })).toContain(id)
    renameSync(`${keys}.away`, keys)
    later(1)
    expect((await enter(login, codeOf(secret))).status).toBe(303)
  })
  it('is sealed anew with a further key; without the file a new one opens what comes and leaves the rest for the old', async () => {
    const { id, login } = await agentWithPassword()
    const { secret } = await setUp((await logInAs(login)).visitor)
    const work = site.kernel.host.work
    const added = await work(system('test'), addSecretKey)
    expect(added).toMatchObject({ number: 2, unreadable: 1 }) // that of another's row, above
    expect(await rowOf(id)).toMatchObject({ key_number: 2 })
    later(1)
    expect((await enter(login, codeOf(secret))).status).toBe(303)

    renameSync(keys, `${keys}.lost`)
    expect(await work(system('test'), addSecretKey)).toMatchObject({ number: 3, sealed: 0 })
    const fresh = await agentWithPassword()
    const own = await setUp((await logInAs(fresh.login)).visitor)
    later(1)
    expect((await enter(fresh.login, codeOf(own.secret))).status).toBe(303)
    expect((await enter(login, codeOf(secret))).status).toBe(422)
    const { keys: used } = await keysInUse(site.database.db, await readKeyRing(keys))
    expect(used.map(({ number, there }) => [number, there])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ])
    await site.make.asSystem((act) => resetSecondFactor(act, id))
    expect((await logInAs(login)).answer.headers.get('location')).toBe('/account')
  })
})
