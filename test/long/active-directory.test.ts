/** Logging in and nights against Samba's Active Directory, with the configuration that the README shows. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPersonByLogin } from '../../core/person/persons.ts'
import { commands } from '../../plugins/ldap-auth/commands.ts'
import { closeDirectories, openDirectories } from '../../plugins/ldap-auth/house.ts'
import ldapAuth from '../../plugins/ldap-auth/index.tsx'
import { checkLogin, explainLogin } from '../../plugins/ldap-auth/login.ts'
import { synchronise } from '../../plugins/ldap-auth/sync.ts'
import portal from '../../plugins/portal/index.tsx'
import { readmeExample } from '../readme-example.ts'
import { makeDomain, sambaIsThere, type Domain } from '../servers/samba.ts'
import { openSite, type Site } from '../web.ts'

const WORD = 'Haslo-2026-zima!'

describe.skipIf(!sambaIsThere())('an Active Directory', () => {
  let domain: Domain
  let site: Site
  let example: Record<string, unknown>
  const D = 'DC=ad,DC=example,DC=edu'
  const people = `OU=Ludzie,${D}`
  const staff = `OU=Wydział Mechaniczny,OU=Pracownicy,${people}`
  const students = `OU=Studenci,${people}`
  const dns = new Map<string, string>()

  beforeAll(async () => {
    domain = await makeDomain()
    const ou = (dn: string) => domain.add(dn, { objectClass: 'organizationalUnit' })
    for (const dn of [`OU=Services,${D}`, `OU=Groups,${D}`, `OU=Inne,${D}`, people, `OU=Pracownicy,${people}`, staff, students])
      await ou(dn)
    const user = async (login: string, cn: string, where: string, more: Record<string, string | string[]> = {}) => {
      const dn = `CN=${cn},${where}`
      dns.set(login, dn)
      await domain.addUser(dn, { sAMAccountName: login, userPrincipalName: `${login}@ad.example.edu`, sn: login, ...more }, WORD)
    }
    await user('pomoc', 'pomoc', `OU=Services,${D}`)
    await user('ekowalska', 'Ewa Kowalska', staff, {
      displayName: 'dr Ewa Kowalska',
      mail: 'ewa.kowalska@example.edu',
      proxyAddresses: ['SMTP:ewa.kowalska@example.edu', 'smtp:e.kowalska@example.edu', 'X500:/o=x'],
    })
    await user('jlach', 'Łach\\, Jakub (WM)', staff, { userPrincipalName: 'jakub.lach@uczelnia.example', mail: 'jakub.lach@example.edu' })
    await user('onlyproxy', 'Tylko Proxy', staff, { proxyAddresses: ['smtp:alias@example.edu', 'SMTP:glowny@example.edu'] })
    await user('prim', 'Tylko Podstawowa', students)
    await user('mostem', 'Przez Most', students)
    await user('obcy', 'Z Obcej Grupy', students)
    await user('disabled', 'Wyłączona', students)
    await user('ended', 'Wygasły', students, { accountExpires: '132000000000000000' })
    await user('locked', 'Zablokowany', students)
    await user('must', 'Musi Zmienić', students)
    await user('admin', 'Admin AD', students)
    for (let i = 0; i < 6; i++) await user(`u${i}`, `Osoba ${i}`, students, { mail: `u${i}@example.edu` })
    await domain.set(dns.get('disabled')!, 'userAccountControl', '514')
    await domain.set(dns.get('must')!, 'pwdLastSet', '0')
    const group = (cn: string, where: string, ...member: string[]) =>
      domain.add(`CN=${cn},${where}`, {
        objectClass: 'group',
        sAMAccountName: `${cn}-${where.length}`,
        ...(member.length > 0 ? { member } : {}),
      })
    const helpdesk = `CN=Helpdesk,OU=Groups,${D}`
    await group('Most', `OU=Inne,${D}`, dns.get('mostem')!)
    await group('Podstawowa', `OU=Inne,${D}`, dns.get('prim')!)
    await group('Helpdesk', `OU=Groups,${D}`, dns.get('ekowalska')!, `CN=Most,OU=Inne,${D}`, `CN=Podstawowa,OU=Inne,${D}`)
    await group('Helpdesk', `OU=Inne,${D}`, dns.get('obcy')!)
    await domain.set(dns.get('prim')!, 'primaryGroupID', String(await domain.numberOf(`CN=Podstawowa,OU=Inne,${D}`)))
    await domain.set(`CN=Helpdesk,OU=Groups,${D}`, 'description', helpdesk)

    example = readmeExample('Active Directory')
    writeFileSync(join(domain.dir, 'password'), `${WORD}\n`)
    writeFileSync(join(domain.dir, 'rotated'), 'zle haslo\n')
    site = await openSite([portal, ldapAuth], { pluginOptions: { 'ldap-auth': { directories: [given()] } } })
    await site.database.db.insertInto('role').values({ name: 'Agenci' }).execute()
    await site.make.agent({ 2: ['rw'] }, { login: 'admin', name: 'Administrator' })
  }, 300_000)
  afterAll(async () => {
    if (site) await closeDirectories(site.kernel.host.config)
    await site?.close()
    await domain?.close()
  })

  /** The README's example to the letter, but for where the server is and where files lie. */
  const given = (more: object = {}) => ({
    ...example,
    servers: [domain.url],
    serverName: domain.name,
    ca: domain.caFile,
    bind: { ...(example['bind'] as object), passwordFile: join(domain.dir, 'password') },
    ...more,
  })
  const hostOf = (...directories: object[]) => ({
    ...site.kernel.hostOf(site.kernel.plugins[1]!),
    config: { ...site.kernel.host.config, pluginOptions: { 'ldap-auth': { directories } } },
  })
  const using = async <T>(more: object, act: (host: ReturnType<typeof hostOf>) => Promise<T>): Promise<T> => {
    const host = hostOf(given(more))
    return act(host).finally(() => closeDirectories(host.config))
  }
  const enter = (login: string, password = WORD, more: object = {}) =>
    using(more, async (host) => {
      const answer = await checkLogin({ login, password }, host)
      return typeof answer === 'object' ? 'in' : answer
    })
  const steps = (login: string, password?: string, more: object = {}) =>
    using(more, async (host) => (await explainLogin(host, login, password))[0]!)
  const run = (options: Partial<Parameters<typeof synchronise>[2]> = {}, more: object = {}) =>
    using(more, (host) => synchronise(host, openDirectories(host.config)[0]!, { dry: false, ...options }))
  const agent = async (login: string) => (await findPersonByLogin(site.database.db, login))?.agent
  const check = (more: object = {}) =>
    using(more, async (host) => {
      const lines: string[] = []
      await commands['check']!.run([], host, (line) => lines.push(line)).catch(() => {})
      return lines
    })

  it('is checked as it is, and a server that is not there is not taken for one that is', async () => {
    expect(await check()).toEqual([
      expect.stringMatching(/^ok {4}ad ldaps:\/\/127\.0\.0\.5: the service account sees everybody: people – 16, disabled – 1, groups – 1$/),
    ])
    expect((await check({ servers: ['ldaps://127.0.0.9'] }))[0]).toContain('nothing listens there')
    expect((await check({ serverName: 'dc2.ad.example.edu' }))[0]).toContain('the certificate is for another name')
    expect((await check({ people: { base: `OU=Ludzei,${D}` } }))[0]).toContain(`there is no place “OU=Ludzei,${D}”`)
    expect(await check({ rules: [{ group: `CN=Helpdesc,OU=Groups,${D}`, agent: true }] })).toContainEqual(
      `FAIL  ad: a rule names the group “CN=Helpdesc,OU=Groups,${D}”, which is not below groups.base or cannot be seen`,
    )
  })
  it('lets people in by every name that their machines take', async () => {
    for (const login of [
      'ekowalska',
      'EKOWALSKA',
      'ekowalska@ad.example.edu',
      'AD\\ekowalska',
      'e.kowalska@example.edu',
      'ewa.kowalska@example.edu',
    ])
      expect([login, await enter(login.toLowerCase())]).toEqual([login, 'in'])
    // The principal name is another one; that of the domain holds all the same.
    for (const login of ['jlach@ad.example.edu', 'jakub.lach@uczelnia.example', 'ad\\jlach'])
      expect([login, await enter(login)]).toEqual([login, 'in'])
    expect([await enter('inna\\jlach'), await enter('*'), await enter('sip:ekowalska')]).toEqual(['unknown', 'unknown', 'unknown'])
    const bind = { as: '{login}@ad.example.edu' }
    expect([
      await enter('ekowalska', WORD, { bind }),
      await enter('ekowalska@ad.example.edu', WORD, { bind }),
      await enter('ad\\ekowalska', WORD, { bind }),
    ]).toEqual(['in', 'in', 'in'])
    expect(await enter('ekowalska', WORD, { bind: { as: 'AD\\{login}' } })).toBe('in')
  })
  it('says why somebody is refused', async () => {
    const last = async (login: string, password: string) => (await steps(login, password)).steps.findLast(({ good }) => !good)?.step
    expect([await last('disabled', WORD), await last('ended', WORD), await last('must', WORD), await last('u0', 'zle')]).toEqual([
      'disabled',
      'ended',
      'expired',
      'refused',
    ])
    for (let i = 0; i < 3; i++) await enter('locked', 'zle')
    expect([await last('locked', WORD), await enter('locked')]).toEqual(['locked', 'refused'])
  })
  it('takes everybody over at night as by day, and leaves the first administrator alone', async () => {
    const dry = await run({ dry: true })
    const real = await run()
    expect([real.faults, real.comes.map(({ login }) => login), real.clashes]).toEqual([
      undefined,
      dry.comes.map(({ login }) => login),
      dry.clashes,
    ])
    expect(real.clashes.map(({ login, what }) => [login, what])).toEqual([['admin', 'local-account: admin']])
    expect(await enter('admin')).toBe('refused')
    const hats = await Promise.all(['ekowalska', 'prim', 'mostem', 'obcy', 'u0'].map(agent))
    expect(hats).toEqual([true, true, true, false, false])
    for (const login of ['ekowalska', 'prim', 'mostem', 'obcy']) {
      const told = await steps(login)
      expect([login, told.change!.kind, told.person!.agent]).toEqual([login, 'same', login !== 'obcy'])
    }
    expect(await findPersonByLogin(site.database.db, 'ekowalska')).toMatchObject({
      unitName: 'Wydział Mechaniczny',
      address: 'ewa.kowalska@example.edu',
    })
    expect(await findPersonByLogin(site.database.db, 'onlyproxy')).toMatchObject({ address: 'glowny@example.edu' })
    for (const login of ['ended', 'disabled', 'pomoc', 'Administrator', 'krbtgt'])
      expect([login, await findPersonByLogin(site.database.db, login)]).toEqual([login, undefined])
    const again = await run()
    expect([again.comes, again.changes, again.off, again.same]).toEqual([[], [], [], real.found - 1])
  })
  it('a second account with the address of the first stops nothing', async () => {
    const dn = `CN=Ewa Kowalska (studentka),${students}`
    await domain.addUser(dn, { sAMAccountName: 'ekowalska2', mail: 'ewa.kowalska@example.edu' }, WORD)
    const dry = await run({ dry: true })
    expect([dry.comes.map(({ login }) => login), dry.problems.map(({ what }) => what)]).toEqual([
      ['ekowalska2'],
      ['address-taken: ewa.kowalska@example.edu'],
    ])
    expect(await enter('ekowalska2')).toBe('in')
    expect((await run()).faults).toBeUndefined()
    expect((await findPersonByLogin(site.database.db, 'ekowalska'))!.address).toBe('ewa.kowalska@example.edu')
  })
  it('swapped logins and addresses, and a chain, are right after one night; who ends is switched off', async () => {
    const rename = async (login: string, to: string) => {
      await domain.set(dns.get(login)!, 'userPrincipalName', `${to}.nowy@ad.example.edu`)
      await domain.set(dns.get(login)!, 'sAMAccountName', to)
    }
    await rename('u0', 'tmp')
    await rename('u1', 'u0')
    await rename('u0', 'u1')
    await domain.set(dns.get('u0')!, 'mail', 'u1@example.edu')
    await domain.set(dns.get('u1')!, 'mail', 'u0@example.edu')
    await rename('u2', 'u2b')
    await rename('u3', 'u2')
    await domain.set(dns.get('u5')!, 'accountExpires', '132000000000000000')
    const before = await Promise.all(['u0', 'u1', 'u2', 'u3'].map(async (login) => (await findPersonByLogin(site.database.db, login))!.id))
    const report = await run()
    expect([report.changes.length, report.problems, report.off.map(({ login }) => login)]).toEqual([4, [], ['u5']])
    const after = await Promise.all(['u1', 'u0', 'u2b', 'u2'].map(async (login) => (await findPersonByLogin(site.database.db, login))!.id))
    expect(after).toEqual(before)
    expect((await run()).changes).toEqual([])
  })
  it('a wrong password of the service account does not lock it', async () => {
    const bind = { ...(example['bind'] as object), passwordFile: join(domain.dir, 'rotated') }
    const host = hostOf(given({ bind, servers: [domain.url, domain.url.replace('ldaps:', 'ldap:')] }))
    const names = async () =>
      (await explainLogin(host, 'ekowalska', undefined))[0]!.steps.flatMap(({ faults = [] }) => faults.map(({ name }) => name))
    expect([await names(), await names(), await names(), await names()]).toEqual([
      ['service-refused'],
      ['service-rests'],
      ['service-rests'],
      ['service-rests'],
    ])
    writeFileSync(join(domain.dir, 'rotated'), `${WORD}\n`)
    expect(await names()).toEqual([])
    await closeDirectories(host.config)
  })
  it('a group that is renamed takes nothing from anybody until an administrator allows it', async () => {
    const more = { rules: [{ group: `CN=Helpdesc,OU=Groups,${D}`, agent: true, roles: ['Agenci'] }] }
    const report = await run({}, more)
    expect([report.rights, await agent('ekowalska'), await enter('ekowalska', WORD, more), await agent('ekowalska')]).toEqual([
      { losing: 3, braked: true },
      true,
      'in',
      true,
    ])
    expect(readFileSync(join(domain.dir, 'password'), 'utf8')).toContain(WORD)
  })
})
