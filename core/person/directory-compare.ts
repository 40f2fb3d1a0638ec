/** Owns what an entry of a directory means for the persons known: whom, what differs, what stands in the way. Pure. */
import { storable } from '../database/storable.ts'
import type { Id, Language } from '../database/schema.ts'
import { asLanguage } from '../i18n/languages.ts'
import type { StoredPerson } from './directory.store.ts'
import { isAddress, normalAddress } from './persons.ts'

/** What a directory says of a person, in pomoc's words. */
export interface DirectoryPerson {
  /** The directory's name in the configuration. */
  directory: string
  /** What stays when login, name and place change. */
  entryId: string
  dn: string
  login: string
  firstName: string
  lastName: string
  name: string
  /** The main one first. */
  addresses: string[]
  phone: string
  /** Taken over while the person has chosen none. */
  language: Language | null
  agent: boolean
  /** Names of roles. */
  roles: string[]
  /** Where they belong while nobody has said otherwise; made below `below` where it is not there and `create` is set. */
  unit: { slug: string; name: string; below: string | null; create: boolean } | null
  /** Kept for rules: name → values. */
  attributes: Record<string, string[]>
  /** DNs of groups, nested ones too. */
  groups: string[]
}

export interface DirectoryChange {
  entry: { id: string; dn: string; login: string; name: string }
  personId: Id | null
  /** 'clash': somebody else stands in the way, nothing is done. 'off': switched off by hand, stays so. */
  kind: 'comes' | 'changes' | 'returns' | 'same' | 'off' | 'clash'
  /** What differs, as it is told to a person. */
  what: { field: string; before: string; after: string }[]
  /** What could not be had: 'address-taken', 'address-invalid', 'role-unknown' …, with what it is about. */
  problems: { problem: DirectoryProblem; detail: string }[]
}
export type DirectoryProblem =
  | 'local-account'
  | 'other-entry'
  | 'switched-off'
  | 'address-taken'
  | 'address-invalid'
  | 'address-ours'
  | 'login-taken'
  | 'role-unknown'
  | 'unit-unknown'
  | 'last-admin'

export interface Known {
  persons: StoredPerson[]
  roles: ReadonlyMap<string, Id>
  units: Map<string, Id>
  ours: ReadonlySet<string>
}

export interface Plan {
  change: DirectoryChange
  stored: StoredPerson | undefined
  values: {
    login: string | null
    first_name: string
    last_name: string
    name: string
    phone: string
    language: Language | null
    agent: boolean
    valid: boolean
  }
  addresses: { gone: string[]; come: string[]; main: string | null }
  roles: { gone: Id[]; come: Id[] }
  given: { given_addresses: string[]; given_agent: boolean; given_roles: Id[] }
  /** A unit that is there, or to be made. */
  unit: Id | 'make' | null
}

/** What an entry means for the persons known, and what taking it over would do. */
export function compare(person: DirectoryPerson, known: Known): Plan {
  const problems: DirectoryChange['problems'] = []
  const stored = whom(person, known, problems)
  const clash = stored === 'clash'
  const self = clash ? undefined : stored
  const entry = self?.entry ?? null
  const others = known.persons.filter((one) => one !== self)

  const loginTaken = others.some((one) => one.login?.toLowerCase() === person.login.toLowerCase())
  if (loginTaken && !clash) problems.push({ problem: 'login-taken', detail: person.login })
  const addresses = planAddresses(person, self, others, known, problems)
  const wanted = person.roles.flatMap((name) => known.roles.get(name) ?? [])
  for (const name of person.roles) if (!known.roles.has(name)) problems.push({ problem: 'role-unknown', detail: name })
  const held = self?.roles ?? []
  const given = entry?.given_roles ?? []
  const roles = { come: wanted.filter((id) => !held.includes(id)), gone: given.filter((id) => held.includes(id) && !wanted.includes(id)) }
  const takesHat = !person.agent && (entry?.given_agent ?? false)
  const returns = Boolean(self && !self.valid && entry?.off)
  const values = {
    login: loginTaken ? (self?.login ?? null) : person.login,
    first_name: cut(person.firstName, 100),
    last_name: cut(person.lastName, 100),
    name: cut(person.name.trim() || `${person.firstName} ${person.lastName}`.trim() || person.login, 200),
    phone: cut(person.phone, 100),
    language: self?.language ?? asLanguage(person.language),
    agent: person.agent || (!takesHat && (self?.agent ?? false)),
    valid: returns || (self?.valid ?? true),
  }
  const unit = person.unit && !self?.unit_id ? (known.units.get(person.unit.slug) ?? (person.unit.create ? 'make' : null)) : null
  if (person.unit && !self?.unit_id && unit === null) problems.push({ problem: 'unit-unknown', detail: person.unit.slug })

  const what: DirectoryChange['what'] = []
  const differ = (field: string, before: string, after: string) => {
    if (before !== after) what.push({ field, before, after })
  }
  for (const field of ['login', 'first_name', 'last_name', 'name', 'phone', 'language'] as const)
    differ(field, self?.[field] ?? '', values[field] ?? '')
  differ('addresses', addresses.gone.join(', '), addresses.come.join(', '))
  const main = self?.addresses.find((one) => one.main)?.address ?? ''
  if (addresses.main !== null) differ('main address', main, addresses.main)
  differ('agent', String(self?.agent ?? false), String(values.agent))
  const roleName = (id: Id) => [...known.roles].find(([, one]) => one === id)?.[0] ?? id
  differ('roles', roles.gone.map(roleName).join(', '), roles.come.map(roleName).join(', '))
  if (unit !== null) differ('unit', '', person.unit!.slug)
  differ('dn', entry?.dn ?? '', person.dn)
  differ('groups', (entry?.groups ?? []).join('; '), person.groups.join('; '))
  differ('attributes', flat(entry?.attributes ?? {}), flat(person.attributes))
  if (returns) differ('valid', 'false', 'true')

  const off = self && !values.valid
  const kind = clash ? 'clash' : !self ? 'comes' : off ? 'off' : returns ? 'returns' : what.length > 0 || !entry ? 'changes' : 'same'
  return {
    change: {
      entry: { id: person.entryId, dn: person.dn, login: person.login, name: values.name },
      personId: self?.id ?? null,
      kind,
      what: clash ? [] : what,
      problems: clash ? problems.slice(0, 1) : problems,
    },
    stored: self,
    values,
    addresses,
    roles,
    unit,
    given: {
      given_addresses: [
        ...new Set(addressesOf(person).filter((address) => addresses.come.includes(address) || entry?.given_addresses.includes(address))),
      ],
      given_agent: person.agent && (entry?.given_agent || !self?.agent),
      given_roles: wanted.filter((id) => given.includes(id) || roles.come.includes(id)),
    },
  }
}

/**
 * Whom an entry means: the person it was taken over for before; else who has its login; else who is known by nothing but one
 * of its addresses, which is never one of ours. An account with a password of its own is nobody's but its owner's, and an agent is known by login only.
 */
function whom(
  person: DirectoryPerson,
  { persons, ours }: Pick<Known, 'persons' | 'ours'>,
  problems: DirectoryChange['problems'],
): StoredPerson | 'clash' | undefined {
  const same = persons.find(({ entry }) => entry?.directory === person.directory && entry.entry_id === person.entryId)
  if (same) return same
  const byLogin = persons.find(({ login }) => login?.toLowerCase() === person.login.toLowerCase())
  const clash = (problem: DirectoryProblem) => {
    problems.push({ problem, detail: person.login })
    return 'clash' as const
  }
  if (byLogin?.entry) return clash('other-entry')
  if (byLogin?.has_password) return clash('local-account')
  if (byLogin && !byLogin.valid) return clash('switched-off')
  if (byLogin) return byLogin
  for (const address of addressesOf(person).filter((one) => !ours.has(one))) {
    const owner = persons.find(({ addresses }) => addresses.some((one) => one.address === address))
    if (owner && owner.valid && !owner.entry && !owner.has_password && !owner.agent && owner.login === null) return owner
  }
  return undefined
}

function planAddresses(
  person: DirectoryPerson,
  self: StoredPerson | undefined,
  others: readonly StoredPerson[],
  known: Known,
  problems: DirectoryChange['problems'],
): Plan['addresses'] {
  const have = self?.addresses ?? []
  const fit = addressesOf(person).filter((address) => {
    if (!known.ours.has(address) && have.some((one) => one.address === address)) return true
    const problem = !isAddress(address)
      ? 'address-invalid'
      : known.ours.has(address)
        ? 'address-ours'
        : others.some(({ addresses }) => addresses.some((one) => one.address === address))
          ? 'address-taken'
          : undefined
    if (problem) problems.push({ problem, detail: address })
    return !problem
  })
  const gone = (self?.entry?.given_addresses ?? []).filter(
    (address) => !fit.includes(address) && have.some((one) => one.address === address),
  )
  const main = have.find((one) => one.main)?.address
  const keepsMain = main !== undefined && !gone.includes(main) && !self?.entry?.given_addresses.includes(main)
  const wished = fit[0] ?? have.find(({ address }) => !gone.includes(address))?.address ?? null
  return {
    come: fit.filter((address) => !have.some((one) => one.address === address)),
    gone,
    main: keepsMain || wished === main ? null : wished,
  }
}

const addressesOf = (person: DirectoryPerson): string[] => [...new Set(person.addresses.map(normalAddress))]
const cut = (text: string, length: number): string => storable(text).trim().slice(0, length)
const flat = (attributes: Readonly<Record<string, string[]>>): string =>
  Object.entries(attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) => `${name}=${values.join(',')}`)
    .join('; ')
