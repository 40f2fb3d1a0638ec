/** Owns bringing agents and customers with all that is theirs: addresses, logins, companies, absences, second factors, old passwords, own queues. */
import { sql } from 'kysely'
import { IANAZone } from 'luxon'
import { readAddressBook } from '../../../core/administration.ts'
import { destinationOf, takeOverSecondFactor, type Id } from '../../../core/index.ts'
import type { Row } from '../source/source.ts'
import { validId, type Master } from './master.ts'
import {
  absenceOf,
  accountKey,
  addressOf,
  factorOf,
  planPersons,
  type Here,
  type PersonPlan,
  type Preferences,
  type SourcePerson,
} from './people.ts'
import { worthKeeping } from '../passwords/passwords.ts'
import { int, name, str, validity } from './read.ts'
import { addRows, entriesOf } from './rows.store.ts'

export async function takePersons(m: Master): Promise<void> {
  const accounts = await readAccounts(m)
  const { plans, findings } = planPersons(accounts, m.mapping, await whoIsHere(m, accounts))
  for (const { code, table, key, detail } of findings) m.tell(code, table, key, detail)

  const mine = plans.filter(({ meets }) => meets === undefined)
  const { keys } = await m.bring({
    kind: 'person',
    table: 'person',
    from: 'users',
    rows: mine.map((plan) => ({
      source: plan.source,
      values: { login: plan.login, ...plan.values, source: 'otrs', created_at: createdAt(m, plan) },
    })),
  })
  const personOf = (plan: PersonPlan): Id => plan.meets ?? String(keys.get(plan.source)!['id'])
  const all = plans.map((plan) => ({ plan, personId: personOf(plan) }))
  // Who was erased here stays so, whatever the source still has of them: the run only knows whose the tickets are.
  const erased = await whoIsErased(m)
  lendAccounts(
    m,
    all.filter(({ personId }) => erased.has(personId)),
  )
  const withPerson = all.filter(({ personId }) => !erased.has(personId))
  await rememberAccounts(m, withPerson)
  await takeLogins(m, withPerson)
  await takeLastLogins(m, withPerson)
  await takeAddresses(m, withPerson)
  await takePasswords(m, withPerson)
  await takeAbsences(m, withPerson)
  await takeFactors(m, withPerson)
}

async function readAccounts(m: Master): Promise<SourcePerson[]> {
  const preferences = async (table: string) => {
    const of = new Map<string, Map<string, string>>()
    for (const row of await m.all(table, 'user_id', 'preferences_key')) {
      const id = str(row['user_id'])
      if (!of.has(id)) of.set(id, new Map())
      of.get(id)!.set(str(row['preferences_key']), str(row['preferences_value']))
    }
    return of
  }
  const none: Preferences = new Map()
  const [agents, customers] = [await preferences('user_preferences'), await preferences('customer_preferences')]
  const users = (await m.all('users', 'id')).map((row) => ({
    kind: 'user' as const,
    id: str(row['id']),
    login: str(row['login']),
    row,
    preferences: agents.get(str(row['id'])) ?? none,
  }))
  // Preferences of customers hang on their login.
  const known = (await m.all('customer_user', 'id')).map((row) => ({
    kind: 'customer' as const,
    id: str(row['id']),
    login: str(row['login']),
    row,
    preferences: customers.get(str(row['login'])) ?? none,
  }))
  return [...users, ...known]
}

/** Those who are here without the take-over, and who came with it before. */
async function whoIsHere(m: Master, accounts: readonly SourcePerson[]): Promise<Here> {
  const { rows: logins } = await sql<{ login: string; id: Id }>`
    select lower(login) as login, id::text as id from person where login is not null
    union all select login, person_id::text from further_login`.execute(m.db)
  const { rows: addresses } = await sql<{ address: string; id: Id }>`select address, person_id::text as id from person_address`.execute(
    m.db,
  )
  const { rows: directory } = await sql<{ id: Id }>`select distinct person_id::text as id from person_directory`.execute(m.db)
  const book = await readAddressBook(m.db, m.work.config)
  const known = new Map<string, Id>()
  for (const account of accounts) {
    const id = account.kind === 'user' ? m.ids.of('user', account.id) : m.ids.of('customer_user', account.login)
    if (id !== undefined) known.set(accountKey(account), id)
  }
  return {
    logins: new Map(logins.map(({ login, id }) => [login, id])),
    addresses: new Map(addresses.map(({ address, id }) => [address, id])),
    directory: new Set(directory.map(({ id }) => id)),
    isOurs: (address) => destinationOf(book, address) !== undefined,
    known,
    made: new Set((await entriesOf(m.db, 'person')).map(({ key }) => String(key['id']))),
  }
}

type Placed = readonly { plan: PersonPlan; personId: Id }[]

const createdAt = (m: Master, { accounts }: PersonPlan): Date =>
  accounts
    .map(({ row }) => m.source.moment(row['create_time']))
    .filter((at) => at !== undefined)
    .toSorted((a, b) => a.getTime() - b.getTime())[0] ?? m.source.snapshotAt

async function rememberAccounts(m: Master, placed: Placed): Promise<void> {
  const of = (kind: SourcePerson['kind']) =>
    placed.flatMap(({ plan, personId }) =>
      plan.accounts
        .filter((account) => account.kind === kind)
        .map(({ id, login, row }) => ({ source: kind === 'user' ? id : login, id: personId, login, validId: validId(row) })),
    )
  await m.ids.putAll(m.db, 'user', of('user'))
  await m.ids.putAll(m.db, 'customer_user', of('customer'))
}

async function whoIsErased(m: Master): Promise<ReadonlySet<Id>> {
  const { rows } = await sql<{ id: Id }>`select id::text as id from person where source = 'erased'`.execute(m.db)
  return new Set(rows.map(({ id }) => id))
}

function lendAccounts(m: Master, erased: Placed): void {
  for (const { plan, personId } of erased)
    for (const account of plan.accounts) {
      const { kind, id, login } = account
      if (kind === 'user') m.ids.lend('user', id, personId)
      else m.ids.lend('customer_user', login, personId)
      for (const word of [login, addressOf(account)]) if (word) m.erased.add(word.trim().toLowerCase())
    }
}

/** A login that leads to somebody who has another one here. It stays for good: whoever has learnt it gets in by it. */
async function takeLogins(m: Master, placed: Placed): Promise<void> {
  const rows = placed.flatMap(({ plan, personId }) => plan.furtherLogins.map((login) => ({ login, person_id: personId })))
  await addRows(m.db, 'further_login', rows)
}

/** Whoever was here since has the later moment. */
async function takeLastLogins(m: Master, placed: Placed): Promise<void> {
  const rows = placed.flatMap(({ plan, personId }) => (plan.lastLoginAt === null ? [] : [{ id: personId, at: plan.lastLoginAt }]))
  await sql`update person p set last_login_at = r.at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id bigint, at timestamptz)
    where p.id = r.id and (p.last_login_at is null or p.last_login_at < r.at)`.execute(m.db)
}

async function takeAddresses(m: Master, placed: Placed): Promise<void> {
  const { rows: has } = await sql<{ row: Id; address: string; id: Id; main: boolean }>`
    select id::text as row, address, person_id::text as id, main from person_address`.execute(m.db)
  const holder = new Map(has.map(({ address, id }) => [address, id]))
  const withMain = new Set(has.filter(({ main }) => main).map(({ id }) => id))
  const mains = new Set(has.filter(({ main }) => main).map(({ row }) => row))
  const known = new Map((await entriesOf(m.db, 'person_address')).map(({ source_id, key }) => [source_id, String(key['id'])]))
  // The first one, unless whoever was here before has a main one that no run brought.
  const isMain = (source: string, { meets }: PersonPlan, personId: Id): boolean =>
    !withMain.has(personId) || (meets === undefined ? known.has(source) : mains.has(known.get(source) ?? ''))
  await m.bring({
    kind: 'person_address',
    table: 'person_address',
    from: 'users',
    gone: 'leave',
    rows: placed.flatMap(({ plan, personId }) =>
      plan.addresses.flatMap((address, n) => {
        const source = `${plan.source} ${n}`
        // Who has it already, by the directory for one, keeps it as it is.
        if (!known.has(source) && holder.get(address) === personId) return []
        return [
          {
            source,
            values: { person_id: personId, address, main: n === 0 && isMain(source, plan, personId), verified_at: null },
          },
        ]
      }),
    ),
  })
}

/** Each hash waits until its owner logs in with it for the first time; whoever has a password of ours needs none. */
async function takePasswords(m: Master, placed: Placed): Promise<void> {
  const { rows } = await sql<{ id: Id }>`select id::text as id from person where password_hash is not null`.execute(m.db)
  const own = new Set(rows.map(({ id }) => id))
  const kept = new Map<SourcePerson, string>()
  for (const { plan, personId } of placed)
    for (const account of plan.accounts) {
      // Who has logged in since has no old password any more, whatever the source says now; whom a directory lets in never had one here.
      if (own.has(personId) || plan.meets !== undefined) continue
      const type = m.source.setting(account.kind === 'user' ? 'AuthModule::DB::CryptType' : 'Customer::AuthModule::DB::CryptType')
      const hash = await worthKeeping(str(account.row['pw']).trim(), type)
      if (hash !== undefined) kept.set(account, hash)
    }
  await m.bring({
    kind: 'otrs_password',
    table: 'otrs_password',
    from: 'users',
    gone: 'leave',
    rows: placed.flatMap(({ plan, personId }) =>
      plan.accounts.flatMap((account) => {
        const hash = kept.get(account)
        if (hash === undefined) return []
        const kind = account.kind === 'user' ? 'agent' : 'customer'
        return [{ source: accountKey(account), key: { person_id: personId, kind }, values: { login: account.login, hash } }]
      }),
    ),
  })
}

async function takeAbsences(m: Master, placed: Placed): Promise<void> {
  await m.bring({
    kind: 'person_absence',
    table: 'person_absence',
    from: 'user_preferences',
    meets: 'leave',
    gone: 'remove',
    rows: placed.flatMap(({ plan, personId }) => {
      const agent = plan.accounts.find(({ kind }) => kind === 'user')
      const own = agent?.preferences.get('UserTimeZone') ?? ''
      const away = agent && absenceOf(agent.preferences, IANAZone.isValidZone(own) ? own : m.source.zone, m.source.snapshotAt)
      return away
        ? [
            {
              source: accountKey(agent),
              key: { person_id: personId },
              values: { from_at: away.from, until_at: away.until, substitute_id: null, note: '' },
            },
          ]
        : []
    }),
  })
}

/** Sealed with this installation's key. Who has a second factor here keeps it. */
async function takeFactors(m: Master, placed: Placed): Promise<void> {
  for (const { plan, personId } of placed) {
    const secret = plan.accounts.map(({ preferences }) => factorOf(preferences)).find((one) => one !== undefined)
    if (secret !== undefined) await takeOverSecondFactor(m.work, personId, secret)
  }
}

export async function takeCompanies(m: Master): Promise<void> {
  const { rows: has } = await sql<{ code: string; id: Id }>`select code, id::text as id from company`.execute(m.db)
  const byCode = new Map(has.map(({ code, id }) => [code, id]))
  const companies = (await m.all('customer_company', 'customer_id')).filter((row) => str(row['customer_id']).trim() !== '')
  const { keys } = await m.bring({
    kind: 'company',
    table: 'company',
    from: 'customer_company',
    rows: companies.map((row) => {
      const code = str(row['customer_id'])
      const id = byCode.get(code)
      return {
        source: code,
        ...(id === undefined ? {} : { key: { id } }),
        values: {
          code,
          name: name(row['name']) || code,
          address: Object.fromEntries(
            ['street', 'zip', 'city', 'country'].map((part) => [part, name(row[part])]).filter(([, value]) => value !== ''),
          ),
          url: str(row['url']).trim(),
          comment: str(row['comments']).trim(),
          ...validity(row),
        },
      }
    }),
  })
  await m.ids.putAll(
    m.db,
    'company',
    companies.map((row) => ({
      source: str(row['customer_id']),
      id: String(keys.get(str(row['customer_id']))!['id']),
      validId: validId(row),
    })),
  )
}

/** Whose colleagues each customer is: of the company in their own row first, of others besides. */
export async function takeMemberships(m: Master): Promise<void> {
  const members = new Map<string, { person_id: Id; company_id: Id; main: boolean }>()
  const withMain = new Set<Id>()
  const add = (login: string, code: string, main: boolean, row: Row, from: string) => {
    if (code === '') return
    const [person_id, company_id] = [m.ids.of('customer_user', login), m.ids.of('company', code)]
    if (person_id === undefined) return
    if (company_id === undefined) {
      m.tell('member-of-unknown', from, str(row['id'] ?? row['user_id']), { company: code })
      return
    }
    const source = `${person_id} ${company_id}`
    if (members.has(source)) return
    members.set(source, { person_id, company_id, main: main && !withMain.has(person_id) })
    if (main) withMain.add(person_id)
  }
  for (const row of await m.all('customer_user', 'id')) add(str(row['login']), str(row['customer_id']), true, row, 'customer_user')
  for (const row of await m.all('customer_user_customer', 'user_id', 'customer_id'))
    add(str(row['user_id']), str(row['customer_id']), false, row, 'customer_user_customer')
  await m.bring({
    kind: 'person_company',
    table: 'person_company',
    from: 'customer_user',
    meets: 'leave',
    gone: 'remove',
    rows: [...members].map(([source, { person_id, company_id, main }]) => ({ source, key: { person_id, company_id }, values: { main } })),
  })
}

/** Queues and services that agents are told of. */
export async function takeOwnChoices(m: Master): Promise<void> {
  for (const [kind, column] of [
    ['queue', 'queue_id'],
    ['service', 'service_id'],
  ] as const) {
    const table = `person_${kind}`
    const from = `personal_${kind}s`
    await m.bring({
      kind: table,
      table,
      from,
      meets: 'leave',
      gone: 'remove',
      rows: (await m.all(from, 'user_id', column)).flatMap((row) => {
        const [person_id, id] = [m.ids.of('user', int(row['user_id'])), m.ids.of(kind, int(row[column]))]
        return person_id && id
          ? [{ source: `${str(row['user_id'])} ${str(row[column])}`, key: { person_id, [column]: id }, values: {} }]
          : []
      }),
    })
  }
}
