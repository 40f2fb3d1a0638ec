/** What the README says, done: its OpenLDAP example and its limits against slapd, its commands, all of its examples as configuration. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../core/machine/config.ts'
import { findPersonByLogin } from '../../core/person/persons.ts'
import { readmeExample } from '../../test/readme-example.ts'
import { debianProgram } from '../../test/servers/debian.ts'
import { makeTestDirectory, type LdifEntry, type Slapd, type TestDirectory } from '../../test/servers/slapd.ts'
import { openSite, type Site } from '../../test/web.ts'
import portal from '../portal/index.tsx'
import { commands } from './commands.ts'
import { closeDirectories } from './house.ts'
import ldapAuth from './index.tsx'
import { checkLogin } from './login.ts'
import { directoriesOf } from './options.ts'

const README = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
const SUFFIX = 'dc=example,dc=edu'
const SERVICE = `cn=pomoc,ou=services,${SUFFIX}`
const PEOPLE = 60
const LIMIT = 50

function* entries(): Generator<LdifEntry> {
  const ou = (name: string, above: string): LdifEntry => ({ dn: `ou=${name},${above}`, objectClass: 'organizationalUnit', ou: name })
  yield { dn: SUFFIX, objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Uczelnia' }
  for (const name of ['people', 'groups', 'services']) yield ou(name, SUFFIX)
  yield ou('uci', `ou=people,${SUFFIX}`)
  yield { dn: SERVICE, objectClass: ['organizationalRole', 'simpleSecurityObject'], cn: 'pomoc', userPassword: 'sekret' }
  for (let i = 0; i < PEOPLE; i++) {
    const uid = i === 0 ? 'ekowalska' : `o${i}`
    yield {
      dn: `uid=${uid},${i === 1 ? `ou=uci,` : ''}ou=people,${SUFFIX}`,
      objectClass: 'inetOrgPerson',
      uid,
      cn: uid,
      sn: uid,
      mail: `${uid}@example.edu`,
      userPassword: `hasło-${uid}`,
      departmentNumber: '1100',
      ...(i === 1 ? { employeeType: 'IT' } : {}),
    }
  }
  yield { dn: `cn=helpdesk,ou=groups,${SUFFIX}`, objectClass: 'groupOfNames', cn: 'helpdesk', member: `uid=ekowalska,ou=people,${SUFFIX}` }
}

it('its examples are what the configuration takes', () => {
  for (const chapter of ['OpenLDAP', 'Active Directory', 'FreeIPA and 389-ds']) {
    const example = readmeExample(chapter)
    const bind = { ...(example['bind'] as object), passwordFile: undefined, passwordVariable: 'PATH' }
    const config = { dir: '/', pluginOptions: { 'ldap-auth': { directories: [{ ...example, bind, ca: undefined }] } } } as unknown as Config
    expect(directoriesOf(config)[0]!.name).toBe(example['name'])
  }
  for (const [, bind] of README.matchAll(/^bind: (\{ as: .* \}),/gm)) {
    const as = new Function(`return (${bind})`)() as object
    const config = {
      dir: '/',
      pluginOptions: { 'ldap-auth': { directories: [{ ...readmeExample('OpenLDAP'), bind: as, ca: undefined }] } },
    } as unknown as Config
    expect(directoriesOf(config)[0]!.bindAs).toContain('{login}')
  }
})
it('names commands that are there', () => {
  const named = [...README.matchAll(/(?:pomoc -- |`)ldap-auth ([a-z-]+)/g)].map(([, name]) => name!)
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(commands).toSorted())
})

describe.skipIf(!debianProgram('/usr/sbin/slapd', ['slapd', 'ldap-utils']))('its OpenLDAP example', () => {
  let site: Site
  let directory: TestDirectory
  let debian: Slapd
  let raised: Slapd
  const given = (server: Slapd) => ({
    ...readmeExample('OpenLDAP'),
    servers: [server.secureUrl],
    ca: directory.caFile,
    bind: { dn: SERVICE, passwordFile: join(directory.dir, 'password') },
    sync: { brakePercent: 5, pageSize: 20 },
  })
  const hostOf = (server: Slapd) => ({
    ...site.kernel.hostOf(site.kernel.plugins[1]!),
    config: { ...site.kernel.host.config, pluginOptions: { 'ldap-auth': { directories: [given(server)] } } },
  })
  const run = async (name: string, server: Slapd, ...args: string[]) => {
    const lines: string[] = []
    await commands[name]!.run(args, hostOf(server), (line) => lines.push(line)).catch((error: Error) => lines.push(error.message))
    return lines
  }

  beforeAll(async () => {
    directory = (await makeTestDirectory([SUFFIX], entries(), { ppolicy: false }))!
    writeFileSync(join(directory.dir, 'password'), 'sekret\n')
    debian = await directory.serve({ sizeLimit: LIMIT })
    const limits = /`olcLimits: ([^`]+)`/.exec(README)![1]!
    raised = await directory.serve({ sizeLimit: LIMIT, lines: [`limits ${limits}`] })
    site = await openSite([portal, ldapAuth], { pluginOptions: { 'ldap-auth': { directories: [given(raised)] } } })
  }, 60_000)
  afterAll(async () => {
    if (site) await closeDirectories(site.kernel.host.config)
    await site?.close()
    await debian?.kill()
    await raised?.kill()
    await directory?.remove()
  })

  it('misses the roles until they are made, and the account’s limit until it is raised as the table says', async () => {
    expect(await run('check', raised)).toEqual([
      expect.stringContaining(`people – ${PEOPLE}, disabled – 0, groups – 1`),
      'FAIL  uni: a rule gives the role “Agenci”, which is not there: make it in Administration → Roles',
      'FAIL  uni: a rule gives the role “Centralni”, which is not there: make it in Administration → Roles',
      'Something is to be put right: see above.',
    ])
    for (const name of ['Agenci', 'Centralni']) await site.database.db.insertInto('role').values({ name }).execute()
    const unit = await site.make.unit({ name: 'Wydział Mechaniczny' })
    await site.database.db.updateTable('unit').set({ slug: 'wm' }).where('id', '=', unit).execute()
    expect(await run('check', raised)).toHaveLength(1)
    expect((await run('check', debian))[0]).toContain('the server stops before the end')
  })
  it('step by step as it is written', async () => {
    const dry = await run('sync', raised, '--dry-run')
    expect(dry.slice(0, 3)).toEqual(['Directory uni (dry run: nothing is stored)', `  ${PEOPLE} entries, 0 unchanged`, `  New: ${PEOPLE}`])
    const login = await run('test-login', raised, 'ekowalska')
    expect(login).toContain('  agent      yes')
    expect(login).toContain('  roles      Agenci')
    expect((await run('sync', raised))[2]).toBe(`  New: ${PEOPLE}`)
    const host = hostOf(raised)
    expect(await checkLogin({ login: 'ekowalska', password: 'hasło-ekowalska' }, host)).toEqual({
      personId: (await findPersonByLogin(site.database.db, 'ekowalska'))!.id,
    })
    expect((await findPersonByLogin(site.database.db, 'o1'))!.agent).toBe(true)
    await closeDirectories(host.config)
  })
  it('an account made by hand is tied by the command only', async () => {
    const { db } = site.database
    await db
      .deleteFrom('person_directory')
      .where('person_id', '=', (await findPersonByLogin(db, 'o2'))!.id)
      .execute()
    await db.updateTable('person').set({ source: 'local' }).where('login', '=', 'o2').execute()
    expect((await run('sync', raised)).join('\n')).toContain('The account “o2” was made here')
    expect(await run('tie', raised, 'o2')).toEqual([`o2 is now uid=o2,ou=people,${SUFFIX} of the directory uni.`])
    expect((await run('sync', raised)).join('\n')).not.toContain('o2')
    expect(await run('tie', raised, 'nikt')).toEqual(['There is no person with the login “nikt”.'])
  })
})
