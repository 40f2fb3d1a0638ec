/** Owns who of the source is who here: agents and customers of one login and one address are one person, and each address belongs to one. */
import { isAddress, isLanguage, normalAddress, normalLogin } from '../../../core/index.ts'
import { DateTime } from 'luxon'
import type { Mapping } from '../mapping/mapping.ts'
import type { FindingCode } from '../findings.ts'
import type { Row } from '../source/source.ts'
import { int, name, str, validity } from './read.ts'

export type Preferences = ReadonlyMap<string, string>
export interface SourcePerson {
  kind: 'user' | 'customer'
  /** `users.id`, `customer_user.id`. */
  id: string
  login: string
  row: Row
  preferences: Preferences
}

/** What a person of ours is to be. */
export interface PersonPlan {
  /** Key of the first of them in the source: 'user 4', 'customer 17'. */
  source: string
  /** All accounts of the source that this person is. */
  accounts: SourcePerson[]
  /** Somebody who is here already and stays as they are. */
  meets: string | undefined
  /** Null: another person has it; who has the old password still gets in by it. */
  login: string | null
  furtherLogins: string[]
  /** In the form they are kept in; the first is the main one. */
  addresses: string[]
  values: {
    first_name: string
    last_name: string
    name: string
    agent: boolean
    language: string | null
    phone: string
    valid: boolean
    off_for_now: boolean
    details: Record<string, string>
  }
  lastLoginAt: Date | null
}
export interface PersonFinding {
  code: FindingCode
  table: 'users' | 'customer_user'
  key: string
  detail: Record<string, string | null>
}

/** Whoever is here already: logins and addresses in use, and whom a directory knows. */
export interface Here {
  /** Login or further login, in small letters → person. */
  logins: ReadonlyMap<string, string>
  addresses: ReadonlyMap<string, string>
  /** Persons with a directory entry. */
  directory: ReadonlySet<string>
  /** Addresses of the help desk itself: never a person's. */
  isOurs(address: string): boolean
  /** Account of the source → person that it became in an earlier run. */
  known: ReadonlyMap<string, string>
  /** Persons of those whom a run made; the others it met. */
  made: ReadonlySet<string>
}

export const accountKey = ({ kind, id }: Pick<SourcePerson, 'kind' | 'id'>): string => `${kind} ${id}`
const loginOf = (account: SourcePerson): string => normalLogin(account.login) ?? ''
/** Of an agent a preference, of a customer a column. */
const mailOf = ({ kind, row, preferences }: SourcePerson): string =>
  kind === 'user' ? (preferences.get('UserEmail') ?? '') : str(row['email'])
/** Undefined: none that mail could go to. */
export function addressOf(account: SourcePerson): string | undefined {
  const address = normalAddress(mailOf(account))
  return isAddress(address) ? address : undefined
}

/** Pure. The same accounts, mapping and house make the same plan. */
export function planPersons(
  accounts: readonly SourcePerson[],
  mapping: Pick<Mapping, 'persons' | 'sameLogin' | 'addresses'>,
  here: Here,
): { plans: PersonPlan[]; findings: PersonFinding[] } {
  const findings: PersonFinding[] = []
  const tell = (account: SourcePerson, code: FindingCode, detail: Record<string, string | null> = {}) =>
    findings.push({
      code,
      table: account.kind === 'user' ? 'users' : 'customer_user',
      key: account.id,
      detail: { login: account.login, ...detail },
    })
  const said = new Map(Object.entries(mapping.persons).map(([login, what]) => [normalLogin(login) ?? login, what.as]))
  const decided = (account: SourcePerson) =>
    // OTRS's user 1 is nobody: what the program itself did.
    said.get(loginOf(account)) ?? (account.kind === 'user' && account.id === '1' ? 'nobody' : undefined)

  // Who is one person: agents first, so that a customer joins theirs.
  const groups: SourcePerson[][] = []
  const agents = new Map<string, SourcePerson[]>()
  const ordered = [...accounts].toSorted((a, b) => (a.kind === b.kind ? Number(a.id) - Number(b.id) : a.kind === 'user' ? -1 : 1))
  const sameLogin = new Map(Object.entries(mapping.sameLogin).map(([login, how]) => [normalLogin(login) ?? login, how]))
  for (const account of ordered) {
    if (decided(account) === 'nobody') {
      tell(account, 'nobody')
      continue
    }
    const login = loginOf(account)
    const agent = account.kind === 'customer' && login !== '' ? agents.get(login) : undefined
    if (agent && isOne(agent[0]!, account)) {
      agent.push(account)
      continue
    }
    const group = [account]
    groups.push(group)
    if (account.kind === 'user' && login !== '' && !agents.has(login)) agents.set(login, group)
  }
  function isOne(agent: SourcePerson, customer: SourcePerson): boolean {
    const before = [here.known.get(accountKey(agent)), here.known.get(accountKey(customer))]
    // What was made of both in an earlier run stands.
    if (before[0] !== undefined && before[1] !== undefined) return before[0] === before[1]
    const how = sameLogin.get(loginOf(agent))
    if (how !== undefined) return how === 'one'
    if (addressOf(agent) !== undefined && addressOf(agent) === addressOf(customer)) return true
    tell(customer, 'same-login', { agent: agent.id })
    return false
  }

  const owner = ownersOf(groups, mapping.addresses, tell)
  const logins = new Set<string>()
  const plans = groups.map((group): PersonPlan => {
    const [first] = group as [SourcePerson, ...SourcePerson[]]
    const source = accountKey(first)
    const as = group.map(decided).find((what) => typeof what === 'object')
    const wanted = typeof as === 'object' ? normalLogin(as.login) : undefined
    const known = group.map((account) => here.known.get(accountKey(account))).find((id) => id !== undefined)
    const login = loginOf(first)
    const met = known === undefined ? inDirectory(group, login) : here.made.has(known) ? undefined : known
    const meets = wanted !== undefined ? here.logins.get(wanted) : met
    if (wanted !== undefined && meets === undefined) tell(first, 'unknown-login', { wanted })
    const self = meets ?? known

    const free = (one: string) => one !== '' && !logins.has(one) && (here.logins.get(one) ?? self) === self
    const own = free(login)
    if (own) logins.add(login)
    else if (meets === undefined || here.logins.get(login) !== meets) tell(first, 'login-taken')

    const addresses: string[] = []
    let contact: string | undefined
    for (const account of group) {
      const address = addressOf(account)
      if (address === undefined) {
        if (mailOf(account).trim() !== '') {
          contact = mailOf(account).trim()
          tell(account, 'bad-address', { address: contact })
        }
        continue
      }
      if (addresses.includes(address)) continue
      const theirs = here.addresses.get(address)
      if (here.isOurs(address)) tell(account, 'own-address', { address })
      else if (owner.get(address) !== group || (theirs !== undefined && theirs !== self)) {
        contact = address
        tell(account, 'double-address', { address })
      } else addresses.push(address)
    }
    return {
      source,
      accounts: group,
      meets,
      login: own && meets === undefined ? login : null,
      furtherLogins: own && meets !== undefined && here.logins.get(login) !== meets ? [login] : [],
      addresses,
      values: valuesOf(group, contact),
      lastLoginAt: lastLogin(group),
    }
  })
  function inDirectory(group: readonly SourcePerson[], login: string): string | undefined {
    const candidates = [here.logins.get(login), ...group.map((account) => here.addresses.get(addressOf(account) ?? ''))]
    return candidates.find((id) => id !== undefined && here.directory.has(id))
  }
  return { plans, findings }
}

/** Whose each address is: as the mapping file says, else that of who is in use before who is not, an agent before a customer. */
function ownersOf(groups: readonly SourcePerson[][], mapped: Mapping['addresses'], _tell: unknown): Map<string, SourcePerson[]> {
  const said = new Map(Object.entries(mapped).map(([address, login]) => [normalAddress(address), normalLogin(login) ?? login]))
  const owner = new Map<string, SourcePerson[]>()
  const rank = (group: readonly SourcePerson[], address: string) =>
    (group.some((account) => loginOf(account) === said.get(address)) ? 0 : 4) +
    (group.some((account) => validity(account.row).valid) ? 0 : 2) +
    (group.some((account) => account.kind === 'user') ? 0 : 1)
  for (const group of groups) {
    for (const account of group) {
      const address = addressOf(account)
      if (address === undefined) continue
      const stands = owner.get(address)
      if (!stands || (stands !== group && rank(group, address) < rank(stands, address))) owner.set(address, group)
    }
  }
  return owner
}

const DETAIL_COLUMNS = { title: 50, mobile: 100, fax: 100, street: 200, zip: 20, city: 100, country: 100 } as const

function valuesOf(group: readonly SourcePerson[], contact: string | undefined): PersonPlan['values'] {
  const first = (read: (account: SourcePerson) => string): string => group.map(read).find((value) => value !== '') ?? ''
  const firstName = first(({ row }) => name(row['first_name'])).slice(0, 100)
  const lastName = first(({ row }) => name(row['last_name'])).slice(0, 100)
  const details: Record<string, string> = {}
  for (const [column, most] of Object.entries(DETAIL_COLUMNS)) {
    const value = first(({ kind, row, preferences }) =>
      kind === 'user' && column === 'mobile' ? (preferences.get('UserMobile') ?? '').trim() : name(row[column]),
    ).slice(0, most)
    if (value !== '') details[column] = value
  }
  const comment = first(({ kind, row, preferences }) =>
    (kind === 'user' ? (preferences.get('UserComment') ?? '') : str(row['comments'])).trim(),
  ).slice(0, 1000)
  if (comment !== '') details['comment'] = comment
  const zone = first(({ preferences }) => preferences.get('UserTimeZone') ?? '')
  if (zone !== '') details['zone'] = zone
  // An address that belongs to somebody else: known, and no way to write to this person.
  if (contact !== undefined) details['contact'] = contact.slice(0, 254)
  // In use if any of the accounts is.
  const valid = group.some((account) => validity(account.row).valid)
  const language = first(({ preferences }) => (preferences.get('UserLanguage') ?? '').slice(0, 2).toLowerCase())
  return {
    first_name: firstName,
    last_name: lastName,
    name: ([firstName, lastName].filter(Boolean).join(' ') || first((account) => account.login)).slice(0, 200) || '?',
    agent: group.some(({ kind }) => kind === 'user'),
    language: isLanguage(language) ? language : null,
    phone: first(({ kind, row, preferences }) => (kind === 'user' ? (preferences.get('UserPhone') ?? '') : str(row['phone'])).trim()).slice(
      0,
      100,
    ),
    valid,
    off_for_now: !valid && group.some((account) => validity(account.row).off_for_now),
    details,
  }
}

/** Seconds since 1970, of the account used last. */
function lastLogin(group: readonly SourcePerson[]): Date | null {
  const seen = Math.max(...group.map(({ preferences }) => int(preferences.get('UserLastLogin') ?? null) ?? 0))
  return seen > 0 && seen < 8_640_000_000 ? new Date(seen * 1000) : null
}

/** From the first minute of the first day to the end of the last one, in the zone of whoever is away; undefined: not set, over, or no dates. */
export function absenceOf(preferences: Preferences, zone: string, now: Date): { from: Date; until: Date } | undefined {
  if (preferences.get('OutOfOffice') !== '1') return undefined
  const day = (which: 'Start' | 'End') =>
    DateTime.fromObject(
      {
        year: Number(preferences.get(`OutOfOffice${which}Year`)),
        month: Number(preferences.get(`OutOfOffice${which}Month`)),
        day: Number(preferences.get(`OutOfOffice${which}Day`)),
      },
      { zone },
    )
  const [from, last] = [day('Start'), day('End')]
  const until = last.plus({ days: 1 }).startOf('day')
  if (!from.isValid || !until.isValid || until <= from || until.toJSDate() <= now) return undefined
  return { from: from.startOf('day').toJSDate(), until: until.toJSDate() }
}

/** The key of an authenticator app as OTRS keeps it: base32, of whole bytes. */
export function factorOf(preferences: Preferences): string | undefined {
  const key = (preferences.get('UserGoogleAuthenticatorSecretKey') ?? preferences.get('CustomerGoogleAuthenticatorSecretKey') ?? '')
    .replace(/[\s=-]/g, '')
    .toUpperCase()
  return /^[A-Z2-7]{16,128}$/.test(key) ? key : undefined
}
