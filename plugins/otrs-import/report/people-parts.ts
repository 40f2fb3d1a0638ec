/** Owns how accounts are compared: who of the source got in here, with which login, address, company, second factor and absence. */
import { IANAZone } from 'luxon'
import { absenceOf, addressOf, factorOf, type Preferences, type SourcePerson } from '../master/people.ts'
import type { Row } from '../source/source.ts'
import type { Line, Part } from './compare.ts'
import { text, type Sides } from './known.ts'
import * as here from './here.store.ts'

/** What somebody has here besides is nothing that the source could have: only what it says is looked for. */
export function peopleParts(sides: Sides): Part[] {
  return [
    {
      name: 'user_preferences',
      tables: ['users', 'user_preferences'],
      ours: ['further_login', 'person_absence', 'person_address', 'second_factor'],
      byTicket: false,
      theirs: () => accounts(sides, 'user'),
      here: () => asHere(sides, 'user'),
    },
    {
      name: 'customer_preferences',
      tables: ['customer_user', 'customer_preferences'],
      ours: ['further_login', 'person_address', 'second_factor'],
      byTicket: false,
      theirs: () => accounts(sides, 'customer'),
      here: () => asHere(sides, 'customer'),
    },
    {
      name: 'customer_user_customer',
      tables: ['customer_user', 'customer_user_customer'],
      ours: ['person_company'],
      byTicket: false,
      theirs: () => companies(sides),
      here: () => here.pairs(sides.db, 'person_company', ['person_id', 'company_id'], 'customer_user'),
    },
    {
      name: 'service_customer_user',
      tables: ['service_customer_user'],
      ours: ['service_person'],
      byTicket: false,
      theirs: () => services(sides),
      here: () => here.pairs(sides.db, 'service_person', ['service_id', 'person_id'], 'customer_user'),
    },
  ]
}

async function* readAccounts({ source }: Sides, kind: SourcePerson['kind']): AsyncGenerator<SourcePerson> {
  const [table, preferences] =
    kind === 'user' ? (['users', 'user_preferences'] as const) : (['customer_user', 'customer_preferences'] as const)
  const of = new Map<string, Map<string, string>>()
  for await (const row of source.rows(preferences, { order: ['user_id'] })) {
    const own = of.get(text(row['user_id'])) ?? new Map<string, string>()
    of.set(text(row['user_id']), own.set(text(row['preferences_key']), text(row['preferences_value'])))
  }
  const none: Preferences = new Map()
  for await (const row of source.rows(table)) {
    const [id, login] = [text(row['id']), text(row['login'])]
    // OTRS's own user 1 is the system.
    if (kind === 'user' && id === '1') continue
    yield { kind, id, login, row, preferences: of.get(kind === 'user' ? id : login) ?? none }
  }
}

const personOf = ({ agent, customer }: Sides, { kind, id, login }: SourcePerson): string | null =>
  kind === 'user' ? agent(id) : customer(login)

function said({ source }: Sides, account: SourcePerson): Line['values'] {
  const { kind, login, preferences } = account
  const own = preferences.get('UserTimeZone') ?? ''
  const away = kind === 'user' ? absenceOf(preferences, IANAZone.isValidZone(own) ? own : source.zone, source.snapshotAt) : undefined
  return {
    login: login.trim().toLowerCase() || null,
    address: addressOf(account) ?? null,
    'second factor': factorOf(preferences) === undefined ? null : 'true',
    away: away ? `${away.from.toISOString()} ${away.until.toISOString()}` : null,
  }
}

async function* accounts(sides: Sides, kind: SourcePerson['kind']): AsyncGenerator<Line> {
  for await (const account of readAccounts(sides, kind))
    if (personOf(sides, account) !== null) yield { key: account.id, values: said(sides, account) }
}

async function* asHere(sides: Sides, kind: SourcePerson['kind']): AsyncGenerator<Line> {
  const people = await here.people(sides.db)
  for await (const account of readAccounts(sides, kind)) {
    const id = personOf(sides, account)
    if (id === null) continue
    const person = people.get(id)
    const theirs = said(sides, account)
    const has = (name: string, there: boolean | undefined) => (there ? (theirs[name] ?? null) : null)
    yield {
      key: account.id,
      values: {
        login: has('login', person?.logins.includes(theirs['login'] ?? '')),
        address: has('address', person?.addresses.includes(theirs['address'] ?? '')),
        'second factor': has('second factor', person?.factor),
        away: theirs['away'] === null ? null : (person?.away ?? null),
      },
    }
  }
}

async function* companies({ source, customer, mapped }: Sides): AsyncGenerator<Line> {
  const seen = new Set<string>()
  function* tie(row: Row, login: string): Generator<Line> {
    const [person, company] = [customer(row[login]), mapped('company', row['customer_id'])]
    const key = `${person} ${company}`
    if (person === null || company === null || seen.has(key)) return
    seen.add(key)
    yield { key, values: {} }
  }
  for await (const row of source.rows('customer_user')) yield* tie(row, 'login')
  for await (const row of source.rows('customer_user_customer', { order: ['user_id', 'customer_id'] })) yield* tie(row, 'user_id')
}

async function* services({ source, customer, mapped }: Sides): AsyncGenerator<Line> {
  for await (const row of source.rows('service_customer_user', { order: ['service_id', 'customer_user_login'] })) {
    const [service, person] = [mapped('service', row['service_id']), customer(row['customer_user_login'])]
    if (service !== null && person !== null) yield { key: `${service} ${person}`, values: {} }
  }
}
