/** Against slapd set up unlike ours: without a password policy, with Debian's size limit, with what may not be read; and servers that are none. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPersonByLogin } from '../../core/person/persons.ts'
import { makeTestDirectory, type LdifEntry, type Slapd, type TestDirectory } from '../../test/servers/slapd.ts'
import { debianProgram } from '../../test/servers/debian.ts'
import { openSite, type Site } from '../../test/web.ts'
import admin from '../admin/index.tsx'
import portal from '../portal/index.tsx'
import { commands } from './commands.ts'
import { openConnections } from './connections.ts'
import { faultOf, Unreachable } from './faults.ts'
import { closeDirectories, openDirectories } from './house.ts'
import ldapAuth from './index.tsx'
import { checkLogin, explainLogin } from './login.ts'
import { synchronise } from './sync.ts'

const SUFFIX = 'dc=uni,dc=example'
const SERVICE = `cn=pomoc,${SUFFIX}`
const PEOPLE = 30
const LIMIT = 20

const person = (uid: string, more: Record<string, string | string[]> = {}): LdifEntry => ({
  dn: `uid=${uid},ou=people,${SUFFIX}`,
  objectClass: 'inetOrgPerson',
  uid,
  cn: `Osoba ${uid}`,
  sn: uid,
  mail: `${uid}@uni.example`,
  userPassword: `hasło-${uid}`,
  ...more,
})
const dn = (uid: string) => `uid=${uid},ou=people,${SUFFIX}`

function* entries(): Generator<LdifEntry> {
  yield { dn: SUFFIX, objectClass: ['dcObject', 'organization'], dc: 'uni', o: 'Uczelnia' }
  for (const ou of ['people', 'groups', 'others']) yield { dn: `ou=${ou},${SUFFIX}`, objectClass: 'organizationalUnit', ou }
  yield { dn: SERVICE, objectClass: ['organizationalRole', 'simpleSecurityObject'], cn: 'pomoc', userPassword: 'sekret' }
  for (let i = 0; i < PEOPLE; i++) yield person(`o${i}`, i === 3 ? { employeeType: 'były' } : {})
  // Who is in which group stands beside each: a group that counts, one of its name elsewhere, and a way through elsewhere.
  const listing = (uid: string, ...groups: string[]): LdifEntry => ({
    dn: `uid=${uid},ou=others,${SUFFIX}`,
    objectClass: 'user',
    uid,
    cn: uid,
    sn: uid,
    adMemberOf: groups,
    userPassword: `hasło-${uid}`,
  })
  const group = (cn: string, ou: string, ...above: string[]): LdifEntry => ({
    dn: `cn=${cn},ou=${ou},${SUFFIX}`,
    objectClass: 'group',
    cn,
    ...(above.length > 0 ? { adMemberOf: above } : {}),
  })
  yield group('Helpdesk', 'groups')
  yield group('Helpdesk', 'others')
  yield group('Most', 'others', `cn=Helpdesk,ou=groups,${SUFFIX}`)
  yield listing('prawy', `cn=Helpdesk,ou=groups,${SUFFIX}`)
  yield listing('obcy', `cn=Helpdesk,ou=others,${SUFFIX}`)
  yield listing('mostem', `cn=Most,ou=others,${SUFFIX}`, `cn=Nie ma,ou=others,${SUFFIX}`)
}

describe.skipIf(!debianProgram('/usr/sbin/slapd', ['slapd', 'ldap-utils']))('a directory set up unlike ours', () => {
  let site: Site
  let directory: TestDirectory
  let plain: Slapd
  let limited: Slapd
  const silent: Server[] = []
  const sockets: Socket[] = []

  beforeAll(async () => {
    directory = (await makeTestDirectory([SUFFIX], entries(), { ppolicy: false }))!
    plain = await directory.serve()
    limited = await directory.serve({ sizeLimit: LIMIT, lines: ['access to attrs=employeeType by * none'] })
    writeFileSync(join(directory.dir, 'password'), 'sekret\n')
    writeFileSync(join(directory.dir, 'wrong'), 'inne\n')
    site = await openSite([portal, admin, ldapAuth], { pluginOptions: { 'ldap-auth': { directories: [uni()] } } })
  }, 60_000)
  afterAll(async () => {
    for (const socket of sockets) socket.destroy()
    for (const server of silent) server.close()
    if (site) await closeDirectories(site.kernel.host.config)
    await site?.close()
    await plain?.kill()
    await limited?.kill()
    await directory?.remove()
  })

  const uni = (more: object = {}) => ({
    name: 'uni',
    kind: 'openldap',
    servers: [plain.secureUrl],
    ca: directory.caFile,
    timeoutSeconds: 2,
    bind: { dn: SERVICE, passwordFile: join(directory.dir, 'password') },
    people: { base: `ou=people,${SUFFIX}` },
    ...more,
  })
  const hostOf = (...directories: object[]) => ({
    ...site.kernel.hostOf(site.kernel.plugins[2]!),
    config: { ...site.kernel.host.config, pluginOptions: { 'ldap-auth': { directories } } },
  })
  const check = async (...directories: object[]) => {
    const lines: string[] = []
    await commands['check']!.run([], hostOf(...directories), (line) => lines.push(line)).catch(() => lines.push('put right'))
    return lines
  }
  const sync = async (more: object, options: Partial<Parameters<typeof synchronise>[2]> = {}) => {
    const host = hostOf(uni(more))
    const report = await synchronise(host, openDirectories(host.config)[0]!, { dry: true, ...options })
    await closeDirectories(host.config)
    return report
  }
  const enter = async (more: object, login: string, password: string) => {
    const host = hostOf(uni(more))
    const answer = await checkLogin({ login, password }, host)
    await closeDirectories(host.config)
    return typeof answer === 'object' ? 'in' : answer
  }
  const steps = async (more: object, login: string, password?: string) => {
    const host = hostOf(uni(more))
    const [told] = await explainLogin(host, login, password)
    await closeDirectories(host.config)
    return told!
  }
  /** A server that takes connections and never says anything. */
  async function silence(): Promise<string> {
    const server = createServer((socket) => sockets.push(socket.on('error', () => {})))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    silent.push(server)
    return `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('without a password policy nobody is disabled: all are found, may log in, and come at night', async () => {
    expect(await enter({}, 'o1', 'hasło-o1')).toBe('in')
    expect((await steps({}, 'o2')).steps.map(({ step }) => step)).toEqual(['found', 'not-tried'])
    const report = await sync({})
    expect([report.found, report.faults]).toEqual([PEOPLE, undefined])
    expect(await check(uni())).toEqual([
      `ok    uni ${plain.secureUrl}: the service account sees everybody: people – ${PEOPLE}, disabled – 0, groups – 0`,
    ])
  })
  it('a filter that denies what the server does not know is told, and disabled accounts of one’s own are asked for positively', async () => {
    const filter = '(&(objectClass=inetOrgPerson)(!(nieznany=TAK)))'
    expect(await check(uni({ people: { base: `ou=people,${SUFFIX}`, filter } }))).toEqual([
      expect.stringMatching(
        new RegExp(`^FAIL  uni ldaps.*: nobody fits people.filter .*nieznany.*, and ${PEOPLE} fit it without what it denies`),
      ),
      'put right',
    ])
    const disabled = { people: { base: `ou=people,${SUFFIX}`, disabled: '(employeeType=były)' } }
    expect([(await sync(disabled)).found, (await steps(disabled, 'o3')).steps.map(({ step }) => step)]).toEqual([PEOPLE - 1, ['disabled']])
    expect(await enter(disabled, 'o3', 'hasło-o3')).toBe('unknown')
    // Where the attribute may not be read nobody is seen to be disabled.
    expect((await steps({ ...disabled, servers: [limited.secureUrl] }, 'o3')).steps.map(({ step }) => step)).toEqual(['found', 'not-tried'])
  })
  it('a size limit is told in words with the account whose limit it is, and the run is recorded', async () => {
    const words = `the server stops before the end (below ou=people,${SUFFIX}, entries read: ${LIMIT}): raise the limit of ${SERVICE}, see “Limits” in the README.`
    const sync10 = { sync: { brakePercent: 5, pageSize: 10 } }
    expect(await check(uni({ servers: [limited.secureUrl], ...sync10 }))).toEqual([
      `FAIL  uni: ${limited.secureUrl}: ${words}`,
      'put right',
    ])
    const report = await sync({ servers: [limited.secureUrl], ...sync10 }, { dry: false })
    expect(report.faults?.map(({ name }) => name)).toEqual(['size-limit'])
    expect(await enter({ servers: [limited.secureUrl] }, 'o4', 'hasło-o4')).toBe('in')
    const boss = await site.make.agent({ 2: ['rw'] })
    const visitor = await site.loggedIn(boss)
    const page = await (await visitor.get('/admin/directory')).text()
    expect([page.includes('serwer kończy przed końcem'), /0x[0-9a-f]+/.test(page)]).toEqual([true, false])
  })
  it('a base that is not there is told with its name and the server', async () => {
    const base = `ou=poeple,${SUFFIX}`
    expect(await check(uni({ people: { base } }))).toEqual([
      `FAIL  uni: ${plain.secureUrl}: there is no place “${base}”: correct people.base or groups.base.`,
      'put right',
    ])
    const { steps: told } = await steps({ people: { base } }, 'o1')
    expect(told.map(({ step, faults }) => [step, faults?.[0]?.params['base']])).toEqual([['unreachable', base]])
  })
  it('the name in the certificate never says where to connect', async () => {
    const port = new URL(plain.secureUrl.replace('ldaps', 'https')).port
    // Nothing listens at that address; at the name it would.
    const nowhere = `ldaps://127.0.0.9:${port}`
    expect(await check(uni({ servers: [nowhere], serverName: 'localhost' }))).toEqual([
      expect.stringContaining(`${nowhere}: nothing listens there`),
      'put right',
    ])
    const byAddress = `ldaps://127.0.0.1:${port}`
    expect((await check(uni({ servers: [byAddress], serverName: 'localhost' })))[0]).toMatch(/^ok /)
    expect((await check(uni({ servers: [byAddress], serverName: 'dc1.uni.example' })))[0]).toContain('the certificate is for another name')
    expect((await check(uni({ servers: [plain.url], serverName: 'dc1.uni.example' })))[0]).toContain('the certificate is for another name')
    expect((await check(uni({ servers: [plain.url] })))[0]).toMatch(/^ok /)
  })
  it('without a service account the check shakes hands as well', async () => {
    const bind = { as: `uid={login},ou=people,${SUFFIX}` }
    const port = new URL(plain.secureUrl.replace('ldaps', 'https')).port
    expect((await check(uni({ bind })))[0]).toBe(`ok    uni ${plain.secureUrl}: answers, and the connection is as it shall be`)
    expect((await check(uni({ bind, servers: [`ldaps://127.0.0.9:${port}`] })))[0]).toContain('nothing listens there')
    expect((await check(uni({ bind, ca: undefined })))[0]).toContain('the authority that signed')
    expect((await check(uni({ bind, servers: [plain.url.replace('ldap:', 'ldaps:')] })))[0]).toMatch(
      /^FAIL {2}uni: ldaps.*speaks no TLS|closed the connection/,
    )
    expect(await enter({ bind }, 'o5', 'hasło-o5')).toBe('in')
  })
  it('a refused password of the service account is tried once, on one server, and not again before it is written anew', async () => {
    const [one, two] = [plain.secureUrl, plain.url]
    const file = join(directory.dir, 'rotated')
    writeFileSync(file, 'inne\n')
    const host = hostOf(uni({ servers: [one, two], bind: { dn: SERVICE, passwordFile: file } }))
    const names = async () =>
      (await explainLogin(host, 'o1', undefined))[0]!.steps.flatMap(({ step, faults }) => faults?.map(({ name }) => name) ?? [step])
    expect([await names(), await names()]).toEqual([['service-refused'], ['service-rests']])
    writeFileSync(file, 'sekret\n')
    expect(await names()).toEqual(['found', 'not-tried'])
    await closeDirectories(host.config)
    const lines = await check(uni({ servers: [one, two], bind: { dn: SERVICE, passwordFile: join(directory.dir, 'wrong') } }))
    expect(lines).toEqual([expect.stringContaining(`the password of the service account ${SERVICE} was refused`), 'put right'])
  })
  it('when no server answers in time, those who come next are told at once', async () => {
    const servers = [await silence(), await silence()]
    const [given] = openDirectories(hostOf(uni({ servers, encryption: 'none', timeoutSeconds: 0.2 })).config)
    let now = 0
    let asked = 0
    const connections = openConnections({ ...given!, servers }, () => now)
    const ask = () =>
      connections.asNobody(async (client) => {
        asked++
        now += 200
        await client.search('', { scope: 'base' })
      })
    const failed = (error: unknown) => (error as Unreachable).faults.map(({ name }) => name)
    expect(await ask().catch(failed)).toEqual(['silent', 'silent'])
    expect([await ask().catch(failed), asked]).toEqual([['silent', 'silent'], 2])
    now += 3_001
    const [first, second] = [ask().catch(failed), ask().catch(failed)]
    await Promise.all([first, second])
    expect(asked).toBe(4)
    await connections.close()
  })
  it('a group counts below groups.base only, by login as at night, and the way to it may lead through another place', async () => {
    const more = {
      people: { base: `ou=others,${SUFFIX}`, filter: '(objectClass=user)' },
      groups: { by: 'memberOf', base: `ou=groups,${SUFFIX}`, memberOf: 'adMemberOf', filter: '(objectClass=group)' },
      attributes: { keep: [] },
      rules: [{ group: 'helpdesk', agent: true }],
      name: 'grupy',
    }
    const report = await sync(more, { dry: false })
    expect([report.found, report.faults]).toEqual([3, undefined])
    const hats = async () =>
      Promise.all(['prawy', 'obcy', 'mostem'].map(async (login) => (await findPersonByLogin(site.database.db, login))!.agent))
    expect(await hats()).toEqual([true, false, true])
    for (const login of ['prawy', 'obcy', 'mostem']) {
      expect(await enter(more, login, `hasło-${login}`)).toBe('in')
      const told = await steps(more, login)
      expect([told.person!.agent, told.person!.groups, told.change!.kind]).toEqual([
        login !== 'obcy',
        login === 'obcy' ? [] : [`cn=Helpdesk,ou=groups,${SUFFIX}`],
        'same',
      ])
    }
    expect(await hats()).toEqual([true, false, true])

    // The group is called otherwise now: nobody loses anything, by night or by day, and it is told.
    const renamed = { ...more, rules: [{ group: 'Helpdesc', agent: true }] }
    for (const dry of [true, false]) {
      const run = await sync(renamed, { dry })
      expect([run.rights, run.problems.map(({ what }) => what)]).toEqual([
        { losing: 2, braked: true },
        [
          'group-unknown: Helpdesc',
          ...Array<string>(2)
            .fill('')
            .map(() => expect.stringContaining('rights-kept') as string),
        ],
      ])
    }
    expect(await enter(renamed, 'prawy', 'hasło-prawy')).toBe('in')
    expect(await hats()).toEqual([true, false, true])
    expect((await check(uni(renamed)))[1]).toBe(
      'FAIL  grupy: a rule names the group “Helpdesc”, which is not below groups.base or cannot be seen',
    )
    const run = await sync(renamed, { dry: false, allowRights: 2 })
    expect([run.rights.braked, await hats()]).toEqual([false, [false, false, false]])
  })
  it('one id of two accounts is refused by day for the one who is not the person', async () => {
    const more = { name: 'osobowe', attributes: { id: 'sn', login: 'uid' } }
    const host = hostOf(uni(more))
    const first = openDirectories(host.config)[0]!
    await synchronise(host, first, { dry: false })
    execFileSync('ldapmodify', ['-x', '-H', plain.url, '-D', `cn=admin,${SUFFIX}`, '-w', 'zarządca katalogu'], {
      input: `dn: ${dn('o8')}\nchangetype: modify\nreplace: sn\nsn: o7\n`,
    })
    const told = await steps(more, 'o8')
    expect([told.change!.kind, told.change!.problems[0]!.problem]).toEqual(['clash', 'same-id'])
    expect([await enter(more, 'o8', 'hasło-o8'), await enter(more, 'o7', 'hasło-o7')]).toEqual(['refused', 'in'])
    const run = await sync(more)
    const sameId = (list: typeof run.clashes) =>
      list.filter(({ what }) => what.startsWith('same-id')).map(({ login, what }) => [login, what])
    expect([sameId(run.clashes), sameId(run.problems)]).toEqual([[['o8', 'same-id: o7']], [['o7', 'same-id: o7']]])
    await closeDirectories(host.config)
  })
  it('no fault is told by a bare number', () => {
    for (const code of Array.from({ length: 120 }, (_, i) => i)) {
      const fault = faultOf(Object.assign(new Error(`x Code: 0x${code.toString(16)}`), { code: 'X' }), 's', { service: undefined })
      expect(String(fault.params['reason'])).not.toMatch(/0x/)
    }
  })
})
