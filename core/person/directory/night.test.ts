/** Whole directories taken over, night after night: what no entry may take, who gets what several want, and what ends no run. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { OpenDatabase } from '../../database/database.ts'
import { loadConfig } from '../../machine/config.ts'
import { system } from '../../kernel/actor.ts'
import { runWork } from '../../kernel/work.ts'
import { setUpSamplePersons } from './night.fixture.ts'
import type { DirectoryPerson } from './compare.ts'
import { addFurtherLogin, removeFurtherLogin } from '../known/further-logins.ts'
import { findPerson } from '../persons.ts'
import { takeDirectory, tooMany, type NightOptions } from './night.ts'
import { compareDirectoryPersons, takeDirectoryPersons, tryDirectoryPersons } from './take.ts'

let database: OpenDatabase
let make: Maker
let room: Parameters<typeof takeDirectory>[0]

beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  const config = await loadConfig({ env: { POMOC_MAIL_ADDRESS: 'pomoc@uni.example', POMOC_LOG_LEVEL: 'silent' } })
  room = {
    db: database.db,
    work: (actor, run) => runWork({ db: database.db, config, clock: () => make.now, subscribers: () => [] }, actor, run),
  }
})
afterAll(() => database?.close())

const actor = system('test')
let count = 0
/** Names that no other test has. */
const own = () => {
  const at = ++count
  return {
    directory: `d${at}`,
    login: (name: string) => `${name}-${at}`,
    address: (name: string) => `${name}.${at}@uni.example`,
    person: (name: string, more: Partial<DirectoryPerson> = {}): DirectoryPerson => ({
      directory: `d${at}`,
      entryId: `id-${name}`,
      dn: `cn=${name},dc=uni`,
      login: `${name}-${at}`,
      firstName: '',
      lastName: name,
      name,
      addresses: [`${name}.${at}@uni.example`],
      phone: '',
      language: null,
      agent: false,
      roles: [],
      unit: null,
      attributes: {},
      groups: [],
      ...more,
    }),
  }
}
const night = (directory: string, persons: DirectoryPerson[], options: Partial<NightOptions> = {}) =>
  takeDirectory(room, actor, directory, persons, { dry: false, brakePercent: 5, ...options })
const shape = (run: Awaited<ReturnType<typeof night>>) =>
  run.changes.map(({ kind, problems }) => [kind, ...problems.map(({ problem }) => problem)].join(' '))
const rowOf = (id: string) => database.db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const byLogin = (login: string) => database.db.selectFrom('person').selectAll().where('login', '=', login).executeTakeFirst()
const addressesOf = async (login: string) =>
  (
    await database.db
      .selectFrom('person_address')
      .innerJoin('person', 'person.id', 'person_id')
      .select(['address', 'main'])
      .where('login', '=', login)
      .orderBy('address')
      .execute()
  ).map(({ address, main }) => (main ? `*${address.split('.')[0]}` : address.split('.')[0]))

describe('what no entry takes over', () => {
  it('an account made by hand, with or without a password, and whoever administers or waits for the first link', async () => {
    const { directory, person, login } = own()
    const ids = {
      local: await make.person({ login: login('local') }),
      agent: await make.agent({ 1: ['rw'] }, { login: login('agent') }),
      boss: await make.agent({ 2: ['rw'] }, { login: login('boss'), source: 'otrs' }),
      waits: await make.person({ login: login('waits'), source: 'otrs' }),
      moved: await make.person({ login: login('moved'), source: 'otrs' }),
    }
    await database.db
      .insertInto('login_link')
      .values({
        token_hash: Buffer.from('a'),
        person_id: ids.waits,
        purpose: 'set-password',
        created_at: make.now,
        expires_at: new Date(make.now.getTime() + 1000),
      })
      .execute()
    const before = await Promise.all(Object.values(ids).map(rowOf))
    const run = await night(
      directory,
      Object.keys(ids).map((name) => person(name)),
    )
    expect(shape(run)).toEqual([...Array(4).fill('clash local-account'), 'changes'])
    expect((await Promise.all(Object.values(ids).map(rowOf))).slice(0, 4)).toEqual(before.slice(0, 4))
    // Brought over from elsewhere without a password: the entry is its person, and that is told.
    expect(run.changes[4]!.what[0]).toEqual({ field: 'taken_over', before: login('moved'), after: login('moved') })
  })
  it('not even with a hand of an administrator when it administers; but what was made by hand may be tied', async () => {
    const { person, login } = own()
    const plain = await make.person({ login: login('plain') })
    const boss = await make.agent({ 2: ['rw'] }, { login: login('boss') })
    const tied = new Set([plain, boss])
    const kinds = async (options: object) =>
      (await compareDirectoryPersons(database.db, [person('plain'), person('boss')], { ...options, now: make.now })).map(({ kind }) => kind)
    expect([await kinds({}), await kinds({ tied })]).toEqual([
      ['clash', 'clash'],
      ['changes', 'clash'],
    ])
  })
  it('somebody known by an address, as soon as they have a login, rights or a link waiting; and nobody by an address of ours', async () => {
    const { directory, person, address } = own()
    await database.db
      .insertInto('system_address')
      .values({ address: address('nasz'), name: 'x', queue_id: '1' })
      .execute()
    const ours = await make.person({ source: 'mail' })
    await database.db
      .insertInto('person_address')
      .values({ person_id: ours, address: address('nasz'), main: false })
      .execute()
    const mailed = await make.person({ address: address('mailed'), source: 'mail' })
    const righted = await make.person({ address: address('righted'), source: 'mail' })
    await database.db.insertInto('group_person').values({ group_id: '1', person_id: righted, right: 'ro' }).execute()
    const run = await night(directory, [person('nasz'), person('mailed'), person('righted')])
    expect(shape(run)).toEqual(['comes address-ours', 'changes', 'comes address-taken'])
    expect(run.changes[1]!.personId).toBe(mailed)
    expect(
      await database.db.selectFrom('person_directory').select('person_id').where('person_id', 'in', [ours, righted]).execute(),
    ).toEqual([])
  })
})

describe('two accounts with one address', () => {
  const shared = (names: ReturnType<typeof own>, name: string, more: Partial<DirectoryPerson> = {}, extra: string[] = []) =>
    names.person(name, { addresses: [...extra, names.address('wspolny')], ...more })
  it.each<[string, Partial<DirectoryPerson>, string[]]>([
    ['whose main one it is', {}, ['a']],
    ['whom the directory prefers', { prefer: 0 }, []],
    ['who is an agent', { agent: true }, []],
  ])('it goes to the one %s, whichever comes first', async (_why, more, aliasFirst) => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const names = own()
      // The loser is first by DN and comes first or last.
      const both = [
        shared(names, 'b', more),
        shared(
          names,
          'a',
          {},
          aliasFirst.map((one) => names.address(one)),
        ),
      ]
      const run = await night(
        names.directory,
        order.map((at) => both[at]!),
      )
      expect(await addressesOf(names.login('b'))).toEqual(['*wspolny'])
      expect(run.changes.flatMap(({ problems }) => problems)).toEqual([{ problem: 'address-taken', detail: names.address('wspolny') }])
      // Told once; and nothing changes for it.
      const again = await night(names.directory, both)
      expect(again.changes.map(({ kind, problems }) => [kind, problems.filter((one) => !one.again)])).toEqual([
        ['same', []],
        ['same', []],
      ])
    }
  })
  it('else to who has it; it goes over by day too, and from somebody switched off to who comes', async () => {
    const names = own()
    const [student, employee] = [shared(names, 's'), shared(names, 'e', { agent: true })]
    await night(names.directory, [student])
    expect(await addressesOf(names.login('s'))).toEqual(['*wspolny'])
    await make.asSystem((work) => takeDirectoryPersons(work, [employee]))
    expect([await addressesOf(names.login('s')), await addressesOf(names.login('e'))]).toEqual([[], ['*wspolny']])
    expect(shape(await night(names.directory, [student, employee]))).toEqual(['same address-taken', 'same'])
    await night(names.directory, [student])
    expect([await addressesOf(names.login('s')), await addressesOf(names.login('e'))]).toEqual([['*wspolny'], []])
  })
  it('what somebody has who was not given it by the directory stays theirs', async () => {
    const names = own()
    await make.person({ address: names.address('wspolny'), login: names.login('reczny') })
    expect(shape(await night(names.directory, [shared(names, 'a')]))).toEqual(['comes address-taken'])
  })
  it('a person of an entry that has a unit is new though the address is known, and the unit is there or made', async () => {
    const names = own()
    const unit = { slug: `jednostka-${count}`, name: 'Jednostka', below: null, create: true }
    await night(names.directory, [shared(names, 'a', { unit })])
    expect(shape(await night(names.directory, [shared(names, 'a', { unit }), shared(names, 'b', { unit })]))).toEqual([
      'same',
      'comes address-taken',
    ])
    expect((await byLogin(names.login('b')))!.unit_id).toBe((await byLogin(names.login('a')))!.unit_id)
    await sql`update unit set valid = false where slug = ${unit.slug}`.execute(database.db)
    expect(
      shape(await night(names.directory, [shared(names, 'a', { unit }), shared(names, 'b', { unit }), names.person('c', { unit })])),
    ).toEqual(['same', 'same address-taken', 'comes unit-unknown'])
  })
})

describe('one night', () => {
  it('solves swapped logins and addresses, and chains, whatever their order', async () => {
    const names = own()
    const { person, login, address } = names
    await night(
      names.directory,
      ['a', 'b', 'c', 'd'].map((name) => person(name)),
    )
    const as = (name: string, other: string) => person(name, { login: login(other), addresses: [address(other)] })
    const run = await night(names.directory, [as('a', 'b'), as('b', 'a'), as('c', 'd'), as('d', 'e')])
    expect(shape(run)).toEqual(Array(4).fill('changes'))
    expect(
      await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map(async (name) => [(await byLogin(login(name)))?.name, await addressesOf(login(name))]),
      ),
    ).toEqual([
      ['b', ['*a']],
      ['a', ['*b']],
      [undefined, []],
      ['c', ['*d']],
      ['d', ['*e']],
    ])
    expect(shape(await night(names.directory, [as('a', 'b'), as('b', 'a'), as('c', 'd'), as('d', 'e')]))).toEqual(Array(4).fill('same'))
  })
  it('a login that cannot be had keeps those after it in the chain where they are', async () => {
    const names = own()
    await make.person({ login: names.login('reczny') })
    await night(names.directory, [names.person('a'), names.person('b')])
    const run = await night(names.directory, [
      names.person('a', { login: names.login('b') }),
      names.person('b', { login: names.login('reczny') }),
    ])
    expect(shape(run)).toEqual(['same login-taken', 'same login-taken'])
  })
  it('a further login is nobody else’s to take, and whose it is keeps the main one they have', async () => {
    const names = own()
    await night(names.directory, [names.person('a'), names.person('b')])
    const [a, b] = [(await byLogin(names.login('a')))!.id, (await byLogin(names.login('b')))!.id]
    await make.asSystem((work) => addFurtherLogin(work, a, names.login('c')))
    // For another entry, known or new, it is taken; for their own it is theirs already, and no night differs.
    const wanted = [names.person('a', { login: names.login('c') }), names.person('b')]
    expect(shape(await night(names.directory, [names.person('a'), names.person('b', { login: names.login('c') })]))).toEqual([
      'same',
      'same login-taken',
    ])
    for (let n = 0; n < 2; n++) expect(shape(await night(names.directory, wanted))).toEqual(['same', 'same'])
    expect([(await findPerson(database.db, a))!.login, (await findPerson(database.db, b))!.login]).toEqual([
      names.login('a'),
      names.login('b'),
    ])
    // Once it is the main one of the same person, it is that alone.
    await make.asSystem((work) => removeFurtherLogin(work, a, names.login('c')))
    expect(shape(await night(names.directory, wanted))).toEqual(['changes', 'same'])
  })
  it('one id of two accounts: the one that is known is taken, both are told, and no night differs', async () => {
    const names = own()
    const [known, other] = [names.person('z', { entryId: '777' }), names.person('a', { entryId: '777' })]
    await night(names.directory, [known])
    for (const list of [
      [known, other],
      [other, known],
    ]) {
      const run = await night(names.directory, list)
      expect(shape(run).toSorted()).toEqual(['clash same-id', 'same same-id'])
      expect((await byLogin(names.login('z')))!.valid).toBe(true)
    }
    const fresh = own()
    expect(shape(await night(fresh.directory, [fresh.person('z', { entryId: '1' }), fresh.person('a', { entryId: '1' })]))).toEqual([
      'clash same-id',
      'comes same-id',
    ])
  })
  it('an entry that PostgreSQL refuses is told, and all others are taken', async () => {
    const names = own()
    const long = 'x'.repeat(9000)
    const run = await night(names.directory, [
      names.person('a'),
      names.person('b', { entryId: Array.from({ length: 400 }, () => Math.random().toString(36).repeat(3)).join(long) }),
      names.person('c'),
    ])
    expect(shape(run)).toEqual(['comes', 'clash fault', 'comes'])
    expect(shape(await night(names.directory, [names.person('a'), names.person('c')], { dry: true }))).toEqual(['same', 'same'])
  })
  it('somebody of another directory under the same login is a clash, unless the two are said to be one', async () => {
    const first = own()
    await night(first.directory, [first.person('a')])
    const second = own()
    const entry = second.person('a', { login: first.login('a'), addresses: [] })
    expect(shape(await night(second.directory, [entry]))).toEqual(['clash other-entry'])
    expect(shape(await night(second.directory, [{ ...entry, sameAs: [first.directory] }]))).toEqual(['elsewhere'])
  })
  it('a trial says what the night will say, faults included, and leaves nothing', async () => {
    const names = own()
    const list = [
      names.person('a', { addresses: [names.address('x')] }),
      names.person('b', { addresses: [names.address('x')] }),
      names.person('c', { unit: { slug: 'nie-ma', name: 'x', below: 'nie-ma-tez', create: true } }),
      names.person('d', { roles: ['nie ma'] }),
    ]
    const dry = await night(names.directory, list, { dry: true })
    expect(await byLogin(names.login('a'))).toBeUndefined()
    expect(shape(dry)).toEqual(['comes', 'comes address-taken', 'comes unit-unknown', 'comes role-unknown'])
    expect(shape(await night(names.directory, list))).toEqual(shape(dry))
    const tried = await tryDirectoryPersons(room, actor, [names.person('e', { addresses: [names.address('x')] })])
    expect(tried.map(({ kind, problems }) => [kind, problems[0]?.problem])).toEqual([['comes', 'address-taken']])
    expect(await byLogin(names.login('e'))).toBeUndefined()
  })
})

describe('the brakes', () => {
  it('hold for many of all and for most of few', () => {
    expect([
      tooMany(2, 2, 5),
      tooMany(3, 3, 5),
      tooMany(7, 7, 5),
      tooMany(3, 7, 5),
      tooMany(11, 100, 5),
      tooMany(11, 1000, 5),
      tooMany(60, 1000, 5),
    ]).toEqual([false, true, true, false, true, false, true])
  })
  it('hats and roles that go at once stay, by day as well, until so many are allowed', async () => {
    const names = own()
    const role = `rola ${names.directory}`
    await database.db.insertInto('role').values({ name: role }).execute()
    const all = (more: Partial<DirectoryPerson>) => ['a', 'b', 'c'].map((name) => names.person(name, more))
    await night(names.directory, all({ agent: true, roles: [role] }))
    for (const dry of [true, false]) {
      const run = await night(names.directory, all({}), { dry })
      expect([run.losing, run.rightsBraked, shape(run)]).toEqual([3, true, Array(3).fill('same rights-kept')])
    }
    const agents = async () => (await Promise.all(['a', 'b', 'c'].map((name) => byLogin(names.login(name))))).map((one) => one!.agent)
    expect(await agents()).toEqual([true, true, true])
    const [change] = await make.asSystem((work) => takeDirectoryPersons(work, [names.person('a')], { keepRights: true }))
    expect([change!.loses, await agents()]).toEqual([true, [true, true, true]])
    const run = await night(names.directory, all({}), { allowRights: 3 })
    expect([run.changes[0]!.what.map(({ field, before, after }) => `${field}: ${before} → ${after}`), await agents()]).toEqual([
      ['agent: true → false', `roles: ${role} → `],
      [false, false, false],
    ])
    expect(shape(await night(names.directory, all({})))).toEqual(Array(3).fill('same'))
  })
  it('one who loses by a group that is nowhere keeps all the same', async () => {
    const names = own()
    await night(names.directory, [names.person('a', { agent: true })])
    expect((await night(names.directory, [names.person('a')], { keepRights: true })).rightsBraked).toBe(true)
    expect((await byLogin(names.login('a')))!.agent).toBe(true)
  })
  it('everybody gone at once stays on', async () => {
    const names = own()
    await night(
      names.directory,
      ['a', 'b', 'c'].map((name) => names.person(name)),
    )
    const run = await night(names.directory, [])
    expect([run.gone.length, run.offBraked, (await byLogin(names.login('a')))!.valid]).toEqual([3, true, true])
    expect((await night(names.directory, [], { allowOff: 3 })).offBraked).toBe(false)
    expect((await byLogin(names.login('a')))!.valid).toBe(false)
  })
})

describe('any directory, any number of nights', () => {
  const NAMES = ['a', 'b', 'c', 'd', 'e']
  const entry = fc.record({
    id: fc.constantFrom(...NAMES.slice(0, 4), 'twin'),
    login: fc.constantFrom(...NAMES, 'reczny', 'szefowa'),
    addresses: fc.uniqueArray(fc.constantFrom(...NAMES, 'reczny', 'z-maila', 'nasz', 'zły adres'), { maxLength: 3 }),
    agent: fc.boolean(),
    prefer: fc.option(fc.constantFrom(0, 1), { nil: undefined }),
    place: fc.constantFrom('x', 'y'),
  })
  const nights = fc.array(fc.array(entry, { maxLength: 6 }), { minLength: 1, maxLength: 4 })
  it('no run ends early, nobody local is taken over, a trial says the same, and a second run changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(nights, async (states) => {
        const names = own()
        const local = await setUpSamplePersons(make, names)
        const before = await everything(names.directory, local)
        for (const state of states) {
          const list = state.map((one, i) =>
            names.person(one.id, {
              dn: `cn=${one.id}${i},ou=${one.place}`,
              login: names.login(one.login),
              addresses: one.addresses.map((address) => (address.includes(' ') ? address : names.address(address))),
              agent: one.agent,
              ...(one.prefer === undefined ? {} : { prefer: one.prefer }),
            }),
          )
          const options = { allowOff: 99, allowRights: 99 }
          const dry = await night(names.directory, list, { ...options, dry: true })
          const real = await night(names.directory, list, options)
          expect(shape(real)).toEqual(shape(dry))
          expect(shape(real).filter((one) => one.includes('fault'))).toEqual([])
          const after = await everything(names.directory, local)
          expect(after.local).toEqual(before.local)
          const again = await night(names.directory, list, options)
          expect(again.changes.filter(({ kind }) => !['same', 'clash', 'off', 'elsewhere'].includes(kind))).toEqual([])
          expect(again.gone).toEqual([])
          expect(await everything(names.directory, local)).toEqual(after)
        }
      }),
      { numRuns: process.env['POMOC_LONG'] ? 400 : 12, seed: process.env['POMOC_LONG'] ? undefined : 11 } as fc.Parameters<unknown>,
    )
  }, 600_000)

  /** All that a run may touch: of the persons of the directory, and of those whom it must leave alone. */
  async function everything(directory: string, local: readonly string[]) {
    const of = async (where: ReturnType<typeof sql>) =>
      (
        await sql`select p.id, p.login, p.name, p.agent, p.valid, p.password_hash, d.dn, d.entry_id, d.given_addresses, d.given_agent, d.listed_addresses, d.off_since,
          (select json_agg(json_build_object('address', a.address, 'main', a.main) order by a.address) from person_address a where a.person_id = p.id) as addresses
          from person p left join person_directory d on d.person_id = p.id where ${where} order by p.id`.execute(database.db)
      ).rows
    return { local: await of(sql`p.id = any(${local}::bigint[])`), directory: await of(sql`d.directory = ${directory}`) }
  }
})
