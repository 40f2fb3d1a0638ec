/** Against Debian's slapd: a made-up university of 5,000 people in 40 units, over StartTLS and LDAPS with an authority of its own. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Attribute, Change, Client } from 'ldapts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoginAnswer } from '../../core/kernel/logins.ts'
import { findDirectoryEntry } from '../../core/person/directory/take.ts'
import { findPerson, findPersonByAddress, findPersonByLogin } from '../../core/person/persons.ts'
import { logIn, setPassword } from '../../core/person/login.ts'
import { acceptMail, mailInMemory } from '../../core/mail/inbound/accept.ts'
import { readAddressBook } from '../../core/mail/addresses.ts'
import { makeSenderCheck } from '../../core/mail/judge/assurance/look-up.ts'
import { processMail } from '../../core/mail/inbound/inbound.ts'
import {
  AD_PEOPLE,
  AD_SERVICE,
  AD_SUFFIX,
  adEntries,
  campusEntries,
  campusPerson,
  groupDn,
  ODD,
  peopleDn,
  PEOPLE_COUNT,
  personEntry,
  SERVICE,
  SUFFIX,
  unitCode,
} from '../../test/campus.ts'
import { makeTestDirectory, ROOT_PASSWORD, rootOf, type Slapd, type TestDirectory } from '../../test/servers/slapd.ts'
import { debianProgram } from '../../test/servers/debian.ts'
import { openSite, type Site } from '../../test/web.ts'
import portal from '../portal/index.tsx'
import { commands } from './commands.ts'
import { closeDirectories, openDirectories } from './house.ts'
import ldapAuth from './index.tsx'
import { explainLogin } from './login.ts'
import { synchronise } from './sync.ts'

describe.skipIf(!debianProgram('/usr/sbin/slapd', ['slapd', 'ldap-utils']))('a campus directory', () => {
  let site: Site
  let campus: TestDirectory
  let one: Slapd
  let two: Slapd
  let options: { directories: Record<string, unknown>[] }

  beforeAll(async () => {
    campus = (await makeTestDirectory([SUFFIX, AD_SUFFIX], [...campusEntries(), ...adEntries()]))!
    one = await campus.serve()
    two = await campus.serve()
    writeFileSync(join(campus.dir, 'password'), `${SERVICE.password}\n`)
    options = { directories: [uni([one.url, two.secureUrl]), ad([two.secureUrl])] }
    site = await openSite([portal, ldapAuth], { pluginOptions: { 'ldap-auth': options } })
    for (const name of ['Centralni', 'Sieciowcy', 'Pracownicy']) await site.database.db.insertInto('role').values({ name }).execute()
  }, 120_000)
  afterAll(async () => {
    if (site) await closeDirectories(site.kernel.host.config)
    await site?.close()
    await one?.kill()
    await two?.kill()
    await campus?.remove()
  })

  const uni = (servers: string[]) => ({
    name: 'uni',
    kind: 'openldap',
    servers,
    ca: campus.caFile,
    serverName: 'localhost',
    timeoutSeconds: 3,
    bind: { dn: SERVICE.dn, passwordFile: join(campus.dir, 'password') },
    people: { base: `ou=people,${SUFFIX}` },
    groups: { base: `ou=groups,${SUFFIX}` },
    attributes: { keep: ['employeeType', 'jpegPhoto'] },
    rules: [
      { group: 'helpdesk', agent: true, roles: ['Centralni'] },
      { group: groupDn('network'), agent: true, roles: ['Sieciowcy'] },
      { attribute: 'employeeType', is: 'Pracownik', below: peopleDn(0), roles: [], agent: true },
    ],
    unit: { attribute: 'departmentNumber', create: true, names: { [unitCode(3)]: 'Wydział Mechaniczny' } },
    sync: { brakePercent: 5, pageSize: 400 },
  })
  const ad = (servers: string[]) => ({
    name: 'ad',
    kind: 'active-directory',
    servers,
    ca: campus.caFile,
    bind: { dn: AD_SERVICE.dn, passwordFile: join(campus.dir, 'password') },
    // slapd knows no objectClass “computer”, which is asked for where nothing is said.
    people: { base: AD_SUFFIX, filter: '(objectClass=user)' },
    groups: { by: 'memberOf', base: AD_SUFFIX, memberOf: 'adMemberOf' },
    rules: [{ group: 'informatycy', agent: true, roles: ['Sieciowcy'] }],
  })
  /** A host whose directories are others: the rest is the site's. */
  const withDirectories = (...directories: Record<string, unknown>[]) => ({
    ...site.kernel.hostOf(site.kernel.plugins[1]!),
    config: { ...site.kernel.host.config, pluginOptions: { 'ldap-auth': { directories } } },
  })
  let from = 0
  /** From another address each time: attempts are not what is tried here. */
  const enter = (login: string, password: string) =>
    logIn(site.kernel.host, { login, password, client: { address: `198.51.${100 + (++from >> 8)}.${from & 255}`, userAgent: '' } }).then(
      () => 'in',
      (error: { code: string }) => error.code,
    )
  const ask = (login: string, password: string): Promise<LoginAnswer> => site.kernel.host.logins.check({ login, password })
  const person = async (login: string) => (await findPersonByLogin(site.database.db, login))!

  it('lets somebody in by login, makes them a person of their unit, and the second time changes nothing', async () => {
    const { uid, password, mail, alias, phone, first, last } = campusPerson(3)
    expect(await enter(uid, password)).toBe('in')
    const made = await person(uid)
    expect(made).toMatchObject({
      firstName: first,
      lastName: last,
      address: mail,
      phone,
      language: 'pl',
      source: 'ldap',
      agent: false,
      unitName: 'Wydział Mechaniczny',
    })
    expect((await findPersonByAddress(site.database.db, alias))?.id).toBe(made.id)
    expect(await enter(uid.toUpperCase(), password)).toBe('in')
    expect((await person(uid)).id).toBe(made.id)
  })
  it('lets somebody in by address and by alias address, to the same account', async () => {
    const { mail, alias, uid, password } = campusPerson(5)
    expect([await enter(mail, password), await enter(alias.toUpperCase(), password), await enter(uid, password)]).toEqual([
      'in',
      'in',
      'in',
    ])
    const { id } = await person(uid)
    expect([(await findPersonByAddress(site.database.db, mail))?.id, (await findPersonByAddress(site.database.db, alias))?.id]).toEqual([
      id,
      id,
    ])
  })
  it('refuses a wrong password, an unknown account and a locked one in the same words', async () => {
    const { uid, password } = campusPerson(6)
    const locked = campusPerson(ODD.locked)
    expect([await enter(uid, `${password}x`), await enter('nikt-taki', password), await enter(locked.uid, locked.password)]).toEqual(
      Array(3).fill('login-failed'),
    )
    expect(await findPersonByLogin(site.database.db, locked.uid)).toBeUndefined()
  })
  it('never sends an empty password, which the directory would take for a bind as nobody', async () => {
    expect(await ask(campusPerson(6).uid, '')).toBe('refused')
    expect(await enter(campusPerson(6).uid, '')).toBe('login-failed')
  })
  it('finds groups within groups, whatever circles they go in, and gives hats and roles by them', async () => {
    for (const [n, agent, roles] of [
      [ODD.nested, true, ['Centralni', 'Sieciowcy']],
      [ODD.indirect, true, ['Centralni']],
      [ODD.central, true, ['Centralni']],
      [ODD.looping, false, []],
    ] as const) {
      const { uid, password } = campusPerson(n)
      expect(await enter(uid, password)).toBe('in')
      const { id } = await person(uid)
      const rows = await site.database.db
        .selectFrom('role_person')
        .innerJoin('role', 'role.id', 'role_id')
        .select('role.name')
        .where('person_id', '=', id)
        .orderBy('name')
        .execute()
      expect([(await findPerson(site.database.db, id))!.agent, rows.map(({ name }) => name)]).toEqual([agent, roles])
    }
    const { id } = await person(campusPerson(ODD.looping).uid)
    expect((await findDirectoryEntry(site.database.db, id))!.groups.toSorted()).toEqual([groupDn('circle (a)'), groupDn('circle (b)')])
  })
  it('a rule of attribute and place holds only where both do', async () => {
    const [both, elsewhere] = [campusPerson(40), campusPerson(44)] as const
    expect([both.unit, elsewhere.unit]).toEqual([0, 4])
    for (const { uid, password } of [both, elsewhere]) expect(await enter(uid, password)).toBe('in')
    expect([(await person(both.uid)).agent, (await person(elsewhere.uid)).agent]).toEqual([true, false])
  })
  it('leaves pictures and other bytes out of what it keeps', async () => {
    const { uid, password } = campusPerson(ODD.picture)
    expect(await enter(uid, password)).toBe('in')
    const entry = await findDirectoryEntry(site.database.db, (await person(uid)).id)
    expect(entry!.attributes).toEqual({ employeeType: ['student'], departmentNumber: [unitCode(campusPerson(ODD.picture).unit)] })
  })
  it.each([
    ['a filter', '*)(uid=*'],
    ['all', '*'],
    ['a backslash', 'a\\2a'],
    ['a zero byte', 'a\0b'],
    ['a DN', 'uid=x,ou=people'],
    ['ten kilobytes', 'x'.repeat(10_240)],
    ['brackets', `${campusPerson(5).uid})(objectClass=*)`],
    ['spaces within', `${campusPerson(5).uid[0]} ${campusPerson(5).uid.slice(1)}`],
  ])('%s as a login means nothing to the directory', async (_name, login) => {
    expect(await enter(login, campusPerson(5).password)).toBe('login-failed')
  })
  it('letters that look alike name no account, invisible signs neither, full-width letters do', async () => {
    const { uid, password } = campusPerson(5)
    const cyrillic = uid.replace('a', 'а').replace('e', 'е').replace('o', 'о')
    expect(cyrillic).not.toBe(uid)
    const full = [...uid].map((letter) => (/[a-z]/.test(letter) ? String.fromCodePoint(letter.codePointAt(0)! + 0xfee0) : letter)).join('')
    expect([
      await enter(cyrillic, password),
      await enter(`${uid}\u00ad`, password),
      await enter(`${uid}\u200b`, password),
      await enter(full, password),
    ]).toEqual(['login-failed', 'login-failed', 'login-failed', 'in'])
  })
  it('a local account keeps its own password, and an entry of its name does not take it over', async () => {
    const { uid, password } = campusPerson(21)
    const local = await site.make.person({ login: uid, address: 'miejscowy@uni.example' })
    await setPassword(site.kernel.host, local, 'hasło miejscowe')
    expect([await enter(uid, 'hasło miejscowe'), await enter(uid, password), await ask(uid, password)]).toEqual([
      'in',
      'login-failed',
      'refused',
    ])
    expect(await findDirectoryEntry(site.database.db, local)).toBeUndefined()
  })
  it('somebody known by a mail only becomes the person of the directory, with the tickets they wrote', async () => {
    const { uid, password, alias } = campusPerson(22)
    const ticket = await site.make.ticket({ customerId: await site.make.person({ address: alias, source: 'mail' }) })
    expect(await enter(uid, password)).toBe('in')
    expect((await person(uid)).id).toBe(ticket.customerId)
  })
  it('an agent who has no login is not taken over by an address', async () => {
    const { uid, password, mail } = campusPerson(23)
    const agent = await site.make.agent({ 1: ['rw'] }, { login: null, address: mail })
    expect(await enter(uid, password)).toBe('in')
    expect((await person(uid)).id).not.toBe(agent)
    expect((await findPersonByAddress(site.database.db, mail))?.id).toBe(agent)
  })

  it("a mail from an address of the directory is its person's, and says why", async () => {
    const { uid, alias } = campusPerson(24)
    const raw = Buffer.from(
      `From: ${alias}\r\nTo: pomoc@uni.example\r\nSubject: Sprawa\r\nMessage-ID: <a@x.example>\r\n\r\nDzień dobry.\r\n`,
    )
    const [id] = await acceptMail(
      site.database.db,
      { from: alias, recipients: ['pomoc@uni.example'], peerAddress: '192.0.2.1', peerName: 'x', encrypted: true },
      mailInMemory(raw),
      site.make.now,
    )
    await processMail(site.kernel.host, id!, 0, await mailRoom())
    const row = await site.database.db
      .selectFrom('inbound_mail')
      .select(['ticket_id', 'reason'])
      .where('id', '=', id!)
      .executeTakeFirstOrThrow()
    const ticket = await site.database.db
      .selectFrom('ticket')
      .select('customer_id')
      .where('id', '=', row.ticket_id!)
      .executeTakeFirstOrThrow()
    expect(ticket.customer_id).toBe((await person(uid)).id)
    expect(row.reason).toContainEqual({ step: 'ldap-auth/sender', decided: 'tied', rule: 'directory uni', detail: campusPerson(24).dn })
    expect(row.reason).toContainEqual(expect.objectContaining({ step: 'sender', decided: 'known' }))
  })

  it('in the shape of Active Directory: login, address and principal name, addresses by their kind, groups of groups, disabled accounts', async () => {
    const [jan, ewa] = AD_PEOPLE
    expect([
      await enter(jan.login, jan.password),
      await enter('JKowalski@stary.ad.example', jan.password),
      await enter(`${jan.login}@ad.example`, jan.password),
    ]).toEqual(['in', 'in', 'in'])
    expect(await enter(ewa.login, ewa.password)).toBe('login-failed')
    const made = await person(jan.login)
    expect(made).toMatchObject({ agent: true, address: 'jkowalski@ad.example' })
    const addresses = await site.database.db
      .selectFrom('person_address')
      .select('address')
      .where('person_id', '=', made.id)
      .orderBy('address')
      .execute()
    expect(addresses.map(({ address }) => address)).toEqual(['jkowalski@ad.example', 'jkowalski@stary.ad.example'])
    const { entry_id } = await site.database.db
      .selectFrom('person_directory')
      .select('entry_id')
      .where('person_id', '=', made.id)
      .executeTakeFirstOrThrow()
    expect(entry_id).toMatch(/^[0-9a-f]{32}$/)
    const told = await explainLogin(withDirectories(ad([two.secureUrl])), ewa.login, ewa.password)
    expect(told[0]!.steps).toEqual([{ step: 'disabled', good: false, detail: ewa.login }])
  })
  it('without a service account a person binds by what they typed, with every sign escaped', async () => {
    const host = withDirectories({ ...uni([two.secureUrl]), bind: { as: `uid={login},${peopleDn(campusPerson(25).unit)}` } })
    const { uid, password } = campusPerson(25)
    const steps = async (login: string, word: string) => (await explainLogin(host, login, word))[0]!.steps.map(({ step }) => step)
    expect(await steps(uid, password)).toEqual(['bound', 'found', 'groups'])
    expect(await steps(uid, 'inne')).toEqual(['refused'])
    expect(await steps(`${uid},ou=x`, password)).toEqual(['refused'])
    await closeDirectories(host.config)
  })
  it('explains a login step by step and stores nothing', async () => {
    const { uid, password, dn } = campusPerson(26)
    const before = await count()
    const told = await explainLogin(site.kernel.host, uid, password)
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({
      directory: 'uni',
      steps: [{ step: 'found', detail: dn }, { step: 'bound' }, { step: 'groups' }],
      change: { kind: 'comes', personId: null },
    })
    expect((await explainLogin(site.kernel.host, uid, 'inne'))[0]!.steps.map(({ step }) => step)).toEqual(['found', 'refused', 'groups'])
    const locked = campusPerson(ODD.locked)
    expect((await explainLogin(site.kernel.host, locked.uid, locked.password))[0]!.steps.map(({ step }) => step)).toEqual(['disabled'])
    expect(await count()).toEqual(before)
  })
  it('speaks to nobody whose certificate is not of its authority, and sends no password in clear', async () => {
    const unknown = { ...uni([one.url, two.secureUrl]), ca: undefined }
    const host = withDirectories(unknown)
    const [{ steps }] = (await explainLogin(host, campusPerson(5).uid, campusPerson(5).password)) as unknown as [
      { steps: { step: string; detail: string }[] },
    ]
    expect(steps.map(({ step }) => step)).toEqual(['unreachable'])
    expect(steps[0]!.detail).toMatch(/certificate/i)
    await closeDirectories(host.config)
  })

  const mailRoom = async () => ({
    book: await readAddressBook(site.database.db, site.kernel.host.config),
    senders: makeSenderCheck(site.kernel.host.config),
    extensions: site.kernel.mail,
  })
  const count = async () =>
    (
      await site.database.db
        .selectFrom('person')
        .select((eb) => eb.fn.countAll<string>().as('n'))
        .executeTakeFirstOrThrow()
    ).n
  const run = (dry: boolean) =>
    synchronise(site.kernel.hostOf(site.kernel.plugins[1]!), openDirectories(site.kernel.host.config)[0]!, { dry })

  describe('the synchronisation', () => {
    it('tells first who would come, then takes all 5,000 over, page by page', async () => {
      const before = await count()
      const dry = await run(true)
      // One is locked for good, one has the login of a local account.
      expect([dry.found, dry.error, dry.clashes.map(({ login }) => login)]).toEqual([PEOPLE_COUNT - 1, undefined, [campusPerson(21).uid]])
      expect(await count()).toBe(before)
      const real = await run(false)
      expect([real.comes.length, real.clashes.length, real.off.length]).toEqual([dry.comes.length, 1, 0])
      expect(Number(await count())).toBe(Number(before) + real.comes.length)
      const units = await site.database.db
        .selectFrom('person_directory')
        .innerJoin('person', 'person.id', 'person_id')
        .select('unit_id')
        .distinct()
        .where('directory', '=', 'uni')
        .where('unit_id', '<>', '1')
        .execute()
      expect(units).toHaveLength(40)
      const again = await run(false)
      expect([again.comes.length, again.changes, again.same]).toEqual([0, [], PEOPLE_COUNT - 2])
    }, 60_000)

    it('a hundred changes: who comes, changes, goes and comes back are told and then done, and what was given by hand stays', async () => {
      const client = await rootClient(one)
      // 30 new, 40 changed (20 names, 10 aliases, 10 moved to another unit's place), 20 gone, 10 out of a group.
      for (let n = PEOPLE_COUNT; n < PEOPLE_COUNT + 30; n++) {
        const { dn, ...attributes } = personEntry(n)
        await client.add(
          dn as string,
          Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value as string | string[]])),
        )
      }
      const set = (n: number, type: string, values: string[]) =>
        client.modify(campusPerson(n).dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) }))
      for (let n = 100; n < 120; n++) await set(n, 'sn', ['Zmieniona'])
      for (let n = 120; n < 130; n++) await set(n, 'mailLocalAddress', [`nowy${n}@alias.uni.example`])
      for (let n = 130; n < 140; n++) await client.modifyDN(campusPerson(n).dn, `uid=${campusPerson(n).uid},${peopleDn(1)}`)
      for (let n = 140; n < 160; n++) await client.del(campusPerson(n).dn)
      const hand = await site.database.db.insertInto('role').values({ name: 'Nadana ręką' }).returning('id').executeTakeFirstOrThrow()
      const nested = await person(campusPerson(ODD.nested).uid)
      await site.database.db.insertInto('role_person').values({ person_id: nested.id, role_id: hand.id }).execute()
      await client.modify(
        groupDn('network'),
        new Change({
          operation: 'replace',
          modification: new Attribute({ type: 'member', values: Array.from({ length: 10 }, (_, i) => campusPerson(200 + i).dn) }),
        }),
      )
      await client.unbind()

      const shape = (r: Awaited<ReturnType<typeof run>>) => [r.comes.length, r.changes.length, r.off.length, r.returns.length]
      const dry = await run(true)
      expect(shape(dry)).toEqual([30, 20 + 10 + 10 + 10 + 1, 20, 0])
      const real = await run(false)
      expect(shape(real)).toEqual(shape(dry))
      expect((await person(campusPerson(100).uid)).lastName).toBe('Zmieniona')
      expect(await findPersonByAddress(site.database.db, campusPerson(120).alias)).toBeUndefined()
      expect((await findPersonByAddress(site.database.db, 'nowy120@alias.uni.example'))?.login).toBe(campusPerson(120).uid)
      expect((await person(campusPerson(140).uid)).valid).toBe(false)
      const roles = await site.database.db
        .selectFrom('role_person')
        .innerJoin('role', 'role.id', 'role_id')
        .select('name')
        .where('person_id', '=', nested.id)
        .execute()
      expect([roles.map(({ name }) => name), (await person(nested.login!)).agent]).toEqual([['Nadana ręką'], false])
      expect(shape(await run(false))).toEqual([0, 0, 0, 0])

      // Somebody gone comes back under the same id: slapd gives a new one, so the old person stays off and is told.
      const back = await rootClient(one)
      const { dn, ...attributes } = personEntry(140)
      await back.add(
        dn as string,
        Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value as string | string[]])),
      )
      await back.unbind()
      expect((await run(true)).clashes).toEqual([
        expect.objectContaining({ login: campusPerson(21).uid }),
        expect.objectContaining({ login: campusPerson(140).uid, what: expect.stringContaining('other-entry') as unknown }),
      ])
    }, 60_000)

    it('switches nobody off when too many would go at once, unless it is told how many may', async () => {
      const directory = {
        ...openDirectories(site.kernel.host.config)[0]!,
        people: { base: [peopleDn(1)], filter: '(objectClass=inetOrgPerson)', disabled: undefined },
      }
      const host = site.kernel.hostOf(site.kernel.plugins[1]!)
      const report = await synchronise(host, directory, { dry: false })
      expect([report.braked, report.off.length > 4000]).toEqual([true, true])
      expect((await person(campusPerson(2).uid)).valid).toBe(true)
      expect((await synchronise(host, directory, { dry: true, allowOff: report.off.length })).braked).toBe(false)
    }, 30_000)

    it('is told by the command, which changes nothing with --dry-run', async () => {
      const lines: string[] = []
      const host = withDirectories(uni([one.url]))
      await commands['sync']!.run(['--dry-run'], host, (line) => lines.push(line))
      expect(lines.slice(0, 2)).toEqual([
        'Directory uni (dry run: nothing is stored)',
        expect.stringMatching(/^ {2}50\d\d entries, \d+ unchanged$/),
      ])
      const checked: string[] = []
      await expect(
        commands['check']!.run([], withDirectories({ ...uni([one.url]), rules: [{ group: 'x', roles: ['Nie ma takiej'] }] }), (line) =>
          checked.push(line),
        ),
      ).rejects.toThrow('put right')
      expect(checked).toEqual([
        expect.stringMatching(`ok    uni ${one.url}: the service account sees everybody: people – [0-9,]+, disabled – 1, groups – 5`),
        'FAIL  uni: a rule names the group “x”, which is not below groups.base or cannot be seen',
        'FAIL  uni: a rule gives the role “Nie ma takiej”, which is not there: make it in Administration → Roles',
      ])
      await expect(commands['sync']!.run(['--allow-off', 'wszyscy'], host, () => {})).rejects.toThrow('whole number')
    }, 30_000)
  })

  it('a server killed in the middle: the second one takes over, and logging in goes on', async () => {
    const { uid, password } = campusPerson(30)
    expect(await enter(uid, password)).toBe('in')
    const many = Array.from({ length: 12 }, (_, i) => campusPerson(300 + i))
    const entering = many.map((one) => enter(one.uid, one.password))
    await entering[0]
    await one.kill()
    expect(await Promise.all(entering)).toEqual(Array(12).fill('in'))
    expect(await enter(uid, password)).toBe('in')
    const [{ steps }] = (await explainLogin(site.kernel.host, uid, undefined)) as unknown as [{ steps: { step: string }[] }]
    expect(steps.map(({ step }) => step)).toEqual(['found', 'not-tried', 'groups'])
  }, 30_000)

  it('no server left: the page says so, local accounts and mails work, and the nightly run switches nobody off', async () => {
    await two.kill()
    const { uid, password } = campusPerson(30)
    expect(await enter(uid, password)).toBe('login-unavailable')
    const local = await site.make.person({ login: 'awaryjny' })
    await setPassword(site.kernel.host, local, 'hasło awaryjne 1')
    expect([await enter('awaryjny', 'hasło awaryjne 1'), await enter('awaryjny', 'inne')]).toEqual(['in', 'login-failed'])
    const visitor = site.visitor()
    await visitor.get('/login')
    const refused = await visitor.post('/login', { login: uid, password })
    expect([refused.status, (await refused.text()).includes('logowanie kontem uczelni nie odpowiada')]).toEqual([503, true])
    const report = await run(false)
    expect([report.faults?.map(({ name }) => name), report.off]).toEqual([['refused-connection', 'refused-connection'], []])
    const { rows } = await sql<{ report: { faults: unknown[] } }>`select report from ldap_auth_run order by id desc limit 1`.execute(
      site.database.db,
    )
    expect(rows[0]!.report.faults).toHaveLength(2)
    const raw = Buffer.from(
      'From: ktos.inny@uni.example\r\nTo: pomoc@uni.example\r\nSubject: Bez katalogu\r\nMessage-ID: <b@x.example>\r\n\r\nx\r\n',
    )
    const [id] = await acceptMail(
      site.database.db,
      { from: 'ktos.inny@uni.example', recipients: ['pomoc@uni.example'], peerAddress: '192.0.2.1', peerName: 'x', encrypted: true },
      mailInMemory(raw),
      site.make.now,
    )
    await processMail(site.kernel.host, id!, 0, await mailRoom())
    expect(
      (await site.database.db.selectFrom('inbound_mail').select('outcome').where('id', '=', id!).executeTakeFirstOrThrow()).outcome,
    ).toBe('new-ticket')
  }, 30_000)

  async function rootClient(server: Slapd): Promise<Client> {
    const client = new Client({ url: server.url, timeout: 5000 })
    await client.startTLS({ ca: campus.ca, host: 'localhost', servername: 'localhost' })
    await client.bind(rootOf(SUFFIX), ROOT_PASSWORD)
    return client
  }
})
