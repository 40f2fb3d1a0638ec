/** Logging in and nights against a 389 Directory Server in FreeIPA's shape, with the configuration that the README shows. */
import { writeFileSync } from 'node:fs'
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
import { ds389IsThere, makeDs389, type Ds389 } from '../servers/ds389.ts'
import { openSite, type Site } from '../web.ts'

const WORD = 'Haslo-2026-zima!'

describe.skipIf(!ds389IsThere())('a FreeIPA', () => {
  let ipa: Ds389
  let site: Site
  let example: Record<string, unknown>
  const D = 'dc=example,dc=edu'
  const people = `cn=users,cn=accounts,${D}`
  const groups = `cn=groups,cn=accounts,${D}`
  const service = `uid=pomoc,cn=sysaccounts,cn=etc,${D}`
  const dnOf = (uid: string) => `uid=${uid},${people}`

  const user = (uid: string, givenName: string, sn: string, more: Record<string, string | string[]> = {}) =>
    ipa.add(dnOf(uid), {
      objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'inetUser', 'extensibleObject'],
      uid,
      cn: `${givenName} ${sn}`,
      sn,
      givenName,
      mail: `${uid}@example.edu`,
      userPassword: WORD,
      ...more,
    })

  beforeAll(async () => {
    ipa = await makeDs389()
    for (const cn of ['accounts', 'etc']) await ipa.add(`cn=${cn},${D}`, { objectClass: ['top', 'nsContainer'], cn })
    for (const dn of [people, groups, `cn=sysaccounts,cn=etc,${D}`])
      await ipa.add(dn, { objectClass: ['top', 'nsContainer'], cn: dn.slice(3, dn.indexOf(',')) })
    await ipa.add(service, { objectClass: ['account', 'simplesecurityobject'], uid: 'pomoc', userPassword: WORD })
    await ipa.set(
      D,
      'aci',
      `(targetattr!="userPassword")(version 3.0; acl "pomoc reads"; allow (read,search,compare) userdn="ldap:///${service}";)`,
    )
    await user('ekowalska', 'Ewa', 'Kowalska', {
      mail: ['ewa.kowalska@example.edu', 'e.kowalska@wm.example.edu', 'ekowalska@example.edu'],
      employeeNumber: '100',
    })
    await user('tnowicki', 'Tomasz', 'Nowicki', { mail: 'tomasz.nowicki@example.edu', employeeNumber: '777' })
    await user('s123456', 'Tomasz', 'Nowicki', {
      mail: ['123456@student.example.edu', 'tomasz.nowicki@example.edu'],
      employeeNumber: '777',
    })
    await user('zamknieta', 'Zofia', 'Zamknięta', { nsAccountLock: 'TRUE' })
    await user('stare', 'Stare', 'Hasło', { passwordExpirationTime: '20200101000000Z' })
    await user('wygasla', 'Wygasła', 'Umowa', { krbPrincipalExpiration: '20200101000000Z' })
    await user('admin', 'FreeIPA', 'Administrator')
    for (let i = 0; i < 40; i++) await user(`${300_000 + i}`, 'Łukasz', `Żółw ${i}`)
    const group = (cn: string, ...member: string[]) =>
      ipa.add(`cn=${cn},${groups}`, { objectClass: ['top', 'groupOfNames', 'inetUser'], cn, member })
    await group('helpdesk-l2', dnOf('tnowicki'))
    await group('helpdesk', dnOf('ekowalska'), `cn=helpdesk-l2,${groups}`)

    example = { ...readmeExample('FreeIPA and 389-ds'), rules: [{ group: `cn=helpdesk,${groups}`, agent: true, roles: ['Agenci'] }] }
    writeFileSync(join(ipa.dir, 'password'), `${WORD}\n`)
    site = await openSite([portal, ldapAuth], { pluginOptions: { 'ldap-auth': { directories: [given()] } } })
    await site.database.db.insertInto('role').values({ name: 'Agenci' }).execute()
    await site.make.agent({ 2: ['rw'] }, { login: 'admin', name: 'Administrator' })
  }, 300_000)
  afterAll(async () => {
    if (site) await closeDirectories(site.kernel.host.config)
    await site?.close()
    await ipa?.close()
  })

  /** The README's example to the letter, but for where the server is and where files lie, and a rule for agents. */
  const given = (more: object = {}) => ({
    ...example,
    servers: [ipa.url],
    ca: ipa.caFile,
    bind: { ...(example['bind'] as object), passwordFile: join(ipa.dir, 'password') },
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
  const why = (login: string, password = WORD) =>
    using({}, async (host) => (await explainLogin(host, login, password))[0]!.steps.findLast(({ good }) => !good)?.step)
  const run = (more: object = {}, options: Partial<Parameters<typeof synchronise>[2]> = {}) =>
    using(more, (host) => synchronise(host, openDirectories(host.config)[0]!, { dry: false, ...options }))
  const check = () =>
    using({}, async (host) => {
      const lines: string[] = []
      await commands['check']!.run([], host, (line) => lines.push(line)).catch(() => {})
      return lines
    })
  const person = (login: string) => findPersonByLogin(site.database.db, login)

  it('is checked as it is', async () => {
    expect(await check()).toEqual([
      expect.stringMatching(
        /^ok {4}ipa ldaps:\/\/localhost:\d+: the service account sees everybody: people – 46, disabled – 1, groups – 2$/,
      ),
    ])
  })
  it('lets people in by login and by any address, and says why somebody is refused', async () => {
    for (const login of ['ekowalska', 'ewa.kowalska@example.edu', 'e.kowalska@wm.example.edu', '300001'])
      expect([login, await enter(login)]).toEqual([login, 'in'])
    expect([await enter('*'), await enter('nikt'), await enter('ekowalska', 'zle'), await enter('ekowalska', '')]).toEqual([
      'unknown',
      'unknown',
      'refused',
      'refused',
    ])
    expect([await why('zamknieta'), await why('wygasla'), await why('stare'), await why('ekowalska', 'zle')]).toEqual([
      'disabled',
      'ended',
      'expired',
      'refused',
    ])
  })
  it('takes everybody over at night, groups within groups too, and leaves the first administrator alone', async () => {
    const dry = await run({}, { dry: true })
    const real = await run()
    expect([real.faults, real.comes.map(({ login }) => login), real.clashes]).toEqual([
      undefined,
      dry.comes.map(({ login }) => login),
      dry.clashes,
    ])
    expect(real.clashes.map(({ login, what }) => [login, what])).toEqual([['admin', 'local-account: admin']])
    expect(await enter('admin')).toBe('refused')
    const hats = await Promise.all(['ekowalska', 'tnowicki', '300001'].map(async (login) => (await person(login))?.agent))
    expect(hats).toEqual([true, true, false])
    for (const login of ['zamknieta', 'wygasla', 'pomoc']) expect([login, await person(login)]).toEqual([login, undefined])
    const again = await run()
    expect([again.comes, again.changes, again.off]).toEqual([[], [], []])
  })
  it('two accounts with one address: the one whose main address it is has it, every night', async () => {
    expect([(await person('tnowicki'))!.address, (await person('s123456'))!.address]).toEqual([
      'tomasz.nowicki@example.edu',
      '123456@student.example.edu',
    ])
  })
  it('whose account is locked meanwhile is switched off, and comes back with it', async () => {
    await ipa.set(dnOf('300002'), 'nsAccountLock', 'TRUE')
    expect([(await run()).off.map(({ login }) => login), await enter('300002')]).toEqual([['300002'], 'unknown'])
    await ipa.set(dnOf('300002'), 'nsAccountLock', 'FALSE')
    expect([(await run()).problems, await enter('300002')]).toEqual([[], 'in'])
  })
  it('an id that two accounts share is told of both and stops nobody else, night after night the same', async () => {
    for (const uid of ['umowa1', 'umowa2']) await user(uid, 'Dwie', 'Umowy', { employeeNumber: '888', departmentNumber: 'numbers' })
    await user('umowa3', 'Jedna', 'Umowa', { employeeNumber: '889', departmentNumber: 'numbers' })
    const more = {
      name: 'numbers',
      people: { ...(example['people'] as object), filter: '(departmentNumber=numbers)' },
      attributes: { ...(example['attributes'] as object), id: 'employeeNumber' },
    }
    const night = async () => {
      const { faults, comes, changes, off, clashes, problems } = await run(more)
      const sameId = (list: typeof clashes) => list.filter(({ what }) => what === 'same-id: 888').map(({ login }) => login)
      return { faults, comes: comes.map(({ login }) => login).toSorted(), changes, off, told: [sameId(problems), sameId(clashes)] }
    }
    const quiet = { faults: undefined, changes: [], off: [], told: [['umowa1'], ['umowa2']] }
    expect(await night()).toEqual({ ...quiet, comes: ['umowa1', 'umowa3'] })
    expect(await night()).toEqual({ ...quiet, comes: [] })
  })
  it('a limit of the server is called by its name, and what was not read to its end changes nothing', async () => {
    await ipa.set('cn=config', 'nsslapd-sizelimit', '20')
    expect((await check())[0]).toContain('the server stops before the end (below cn=users,cn=accounts,dc=example,dc=edu')
    const stopped = await run()
    expect([stopped.faults === undefined, stopped.off, (await person('300030'))!.valid]).toEqual([false, [], true])
    await ipa.set(service, 'nsSizeLimit', '-1')
    await ipa.set(service, 'nsPagedSizeLimit', '-1')
    expect((await check())[0]).toMatch(/^ok/)
    await ipa.set('cn=config,cn=ldbm database,cn=plugins,cn=config', 'nsslapd-lookthroughlimit', '10')
    await ipa.set('cn=config,cn=ldbm database,cn=plugins,cn=config', 'nsslapd-pagedlookthroughlimit', '10')
    const looked = await check()
    expect(looked[0]).toMatch(/^FAIL/)
    expect(looked[0]).not.toMatch(/0xb/)
    await ipa.set(service, 'nsLookThroughLimit', '-1')
    await ipa.set(service, 'nsPagedLookThroughLimit', '-1')
    expect([(await check())[0]!.slice(0, 2), (await run()).faults]).toEqual(['ok', undefined])
  })
})
