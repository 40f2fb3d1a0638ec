/** Owns what entries of a directory mean for the persons known: whom, what differs, who of two gets what both want. Pure. */
import { storable } from '../../database/storable.ts'
import type { Id, Language } from '../../database/schema.ts'
import { asLanguage } from '../../i18n/languages.ts'
import type { StoredPerson } from './directory.store.ts'
import { isAddress, normalAddress } from '../persons.ts'

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
  /** Which of two accounts with one address gets it: the lower. Whoever says nothing comes last. */
  prefer?: number
  /** Directories whose person of this login this one is too: the entry is theirs then, and no clash. */
  sameAs?: readonly string[]
}

export interface DirectoryChange {
  entry: { id: string; dn: string; login: string; name: string }
  personId: Id | null
  /**
   * 'clash': somebody else stands in the way, nothing is done. 'off': switched off by hand, stays so. 'elsewhere': the person is
   * known from another directory, which counts.
   */
  kind: 'comes' | 'changes' | 'returns' | 'same' | 'off' | 'clash' | 'elsewhere'
  /** What differs, as it is told to a person. */
  what: { field: string; before: string; after: string }[]
  /** What could not be had: 'address-taken', 'role-unknown' …, with what it is about. `again`: it stood so the last time too, and nobody need act. */
  problems: { problem: DirectoryProblem; detail: string; again?: boolean }[]
  /** The directory gives them less than before: a hat or a role goes, or would without `keepRights`. */
  loses: boolean
}
export const DIRECTORY_PROBLEMS = [
  'local-account',
  'other-entry',
  'same-id',
  'switched-off',
  'address-taken',
  'address-invalid',
  'address-ours',
  'login-taken',
  'role-unknown',
  'unit-unknown',
  'rights-kept',
  'last-admin',
  'fault',
] as const
export type DirectoryProblem = (typeof DIRECTORY_PROBLEMS)[number]

export interface Known {
  persons: StoredPerson[]
  roles: ReadonlyMap<string, Id>
  units: Map<string, { id: Id; valid: boolean }>
  ours: ReadonlySet<string>
}

export interface PlanOptions {
  /** Nobody loses a hat or a role now. */
  keepRights?: boolean
  /** Accounts made by hand that an administrator lets the directory have. */
  tied?: ReadonlySet<Id>
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
  given: { given_addresses: string[]; given_agent: boolean; given_roles: Id[]; listed_addresses: string[]; standing: number }
  /** A unit that is there, or to be made. */
  unit: Id | 'make' | null
  /** Something is to be written, be it only what no person is told. */
  writes: boolean
}
export interface Plans {
  plans: Plan[]
  /** Addresses that go over from persons of the directory who are not among these entries. */
  released: { person: StoredPerson; address: string }[]
}

/** One entry while it is planned. */
interface Turn {
  person: DirectoryPerson
  login: string
  listed: string[]
  standing: number
  self: StoredPerson | undefined
  stop: 'clash' | 'elsewhere' | undefined
  problems: DirectoryChange['problems']
  /** Has the login, now or after this. */
  hasLogin: boolean
  won: Set<string>
}

const LAST = 999
/** What the directory's own words are worth where two accounts list one address: those preferred, then agents. */
export const standingOf = (person: Pick<DirectoryPerson, 'prefer' | 'agent'>): number =>
  Math.min(person.prefer ?? LAST, LAST) * 2 + (person.agent ? 0 : 1)

/**
 * What entries of one directory mean for the persons known, and what taking them over would do. Seen together: two who swap their
 * logins get them both. Of several who list one address it is whose main one it is; then whom the directory prefers; then an
 * agent's; then who has it; then the first by DN.
 */
export function planEntries(persons: readonly DirectoryPerson[], known: Known, options: PlanOptions = {}): Plans {
  const turns = persons.map(
    (person): Turn => ({
      person,
      login: fold(person.login),
      listed: [...new Set(person.addresses.map(normalAddress))],
      standing: standingOf(person),
      self: undefined,
      stop: undefined,
      problems: [],
      hasLogin: true,
      won: new Set(),
    }),
  )
  findSame(turns, known)
  shareLogins(turns, known, options)
  findByAddress(turns, known)
  const released = shareAddresses(turns, known)
  return { plans: turns.map((turn) => planTurn(turn, known, options)), released }
}

const fold = (login: string): string => login.toLowerCase()
const stop = (turn: Turn, problem: DirectoryProblem): void => {
  turn.stop = 'clash'
  turn.self = undefined
  turn.problems = [{ problem, detail: problem === 'same-id' ? turn.person.entryId : turn.person.login }]
}
/** Switched off by hand: nothing of theirs changes. */
const isOff = ({ self }: Turn): boolean => self !== undefined && !self.valid && !self.entry?.off
const isActive = (turn: Turn): boolean => !turn.stop && !isOff(turn)
const byOrder = (a: Turn, b: Turn): number => a.standing - b.standing || compareText(a.person.dn, b.person.dn)
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The person an entry was taken over for before. Of several entries with one id it is the one that lies where it lay. */
function findSame(turns: readonly Turn[], known: Known): void {
  const stored = new Map(
    known.persons.flatMap((one) => (one.entry ? [[`${one.entry.directory}\n${one.entry.entry_id}`, one] as const] : [])),
  )
  for (const same of Map.groupBy(turns, ({ person }) => `${person.directory}\n${person.entryId}`).values()) {
    const self = stored.get(`${same[0]!.person.directory}\n${same[0]!.person.entryId}`)
    const keeper = keeperOf(same, ({ person }) => person.dn, self?.entry?.dn)
    keeper.self = self
    if (same.length === 1) continue
    for (const turn of same) {
      if (turn === keeper) turn.problems.push({ problem: 'same-id', detail: turn.person.entryId })
      else stop(turn, 'same-id')
    }
  }
}

/** Which of several entries with one id the person is: the one that lies where theirs lay, else the first by DN. */
export function keeperOf<T>(same: readonly T[], dnOf: (one: T) => string, storedDn: string | undefined): T {
  return (
    same.find((one) => storedDn !== undefined && fold(dnOf(one)) === fold(storedDn)) ??
    same.toSorted((a, b) => compareText(dnOf(a), dnOf(b)))[0]!
  )
}

/** Who gets the login they ask for; and whose account without an entry a new entry means. */
function shareLogins(turns: readonly Turn[], known: Known, { tied }: PlanOptions): void {
  const owners = new Map<string, StoredPerson | Turn>(known.persons.flatMap((one) => (one.login === null ? [] : [[fold(one.login), one]])))
  // A further login is no directory's to take: an entry that asks for it is its owner's, who keeps the main one they have, or goes without.
  const further = new Map<string, StoredPerson>(known.persons.flatMap((one) => one.further_logins.map((login) => [fold(login), one])))
  for (const turn of turns) if (turn.self && further.get(turn.login) === turn.self) turn.hasLogin = false
  const moving = new Map(
    turns
      .filter((turn) => turn.hasLogin && isActive(turn) && turn.self && fold(turn.self.login ?? '') !== turn.login)
      .map((turn) => [turn.self as StoredPerson | Turn, turn] as const),
  )
  // Who cannot have the new one keeps the old, which may stand in the way of the next: until nobody more has to stay.
  for (let settled = false; !settled; ) {
    settled = true
    for (const [login, wanting] of Map.groupBy(moving.values(), (turn) => turn.login)) {
      const owner = owners.get(login)
      const isFree = !further.has(login) && (!owner || moving.has(owner))
      for (const turn of wanting.toSorted(byOrder).slice(isFree ? 1 : 0)) {
        moving.delete(turn.self!)
        turn.hasLogin = false
        turn.problems.push({ problem: 'login-taken', detail: turn.person.login })
        settled = false
      }
    }
  }
  for (const turn of moving.values()) if (turn.self!.login !== null) owners.delete(fold(turn.self!.login))
  for (const turn of moving.values()) owners.set(turn.login, turn)

  for (const turn of turns.filter((one) => !one.self && !one.stop).toSorted(byOrder)) {
    const owner = owners.get(turn.login) ?? further.get(turn.login)
    if (owner === undefined) owners.set(turn.login, turn)
    else if ('person' in owner) stop(turn, 'other-entry')
    else if (owner.entry) {
      if (!turn.person.sameAs?.includes(owner.entry.directory)) stop(turn, 'other-entry')
      else {
        turn.stop = 'elsewhere'
        turn.self = owner
      }
    } else if (isMadeByHand(owner, tied)) stop(turn, 'local-account')
    else if (!owner.valid) stop(turn, 'switched-off')
    else {
      turn.self = owner
      turn.hasLogin = further.get(turn.login) !== owner
      owners.set(turn.login, turn)
    }
  }
}

/** An account that no directory may take over by having its login: what a person made, and whoever administers. */
const isMadeByHand = (owner: StoredPerson, tied: PlanOptions['tied']): boolean =>
  owner.has_password || owner.guarded || (owner.source === 'local' && !tied?.has(owner.id))

/** Somebody known by nothing but an address is the person of the entry that lists it. */
function findByAddress(turns: readonly Turn[], known: Known): void {
  const known_only = known.persons.filter(
    (one) => one.valid && !one.entry && !one.has_password && !one.agent && one.login === null && !one.guarded && !one.has_rights,
  )
  const owners = new Map(known_only.flatMap((one) => one.addresses.map(({ address }) => [address, one] as const)))
  const taken = new Map<StoredPerson, { turn: Turn; address: string }>()
  const waiting = turns
    .filter((turn) => !turn.self && !turn.stop)
    .map((turn) => ({ turn, rest: turn.listed.filter((a) => !known.ours.has(a)) }))
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { turn, rest } = next
    for (let address = rest.shift(); address !== undefined; address = rest.shift()) {
      const owner = owners.get(address)
      if (!owner) continue
      const before = taken.get(owner)
      if (before && compareRanks(rankOf(before.turn, before.address), rankOf(turn, address)) <= 0) continue
      if (before) {
        before.turn.self = undefined
        waiting.push({ turn: before.turn, rest: before.turn.listed.slice(before.turn.listed.indexOf(before.address) + 1) })
      }
      taken.set(owner, { turn, address })
      turn.self = owner
      break
    }
  }
}

/** The order in which an address that several list is had. */
type Rank = readonly [alias: number, standing: number, hasNot: number, dn: string]
const rankOf = (turn: Turn, address: string): Rank => [
  turn.listed[0] === address ? 0 : 1,
  turn.standing,
  turn.self?.addresses.some((one) => one.address === address) ? 0 : 1,
  turn.person.dn,
]
const rankOfStored = ({ entry, addresses }: StoredPerson, address: string): Rank => [
  (entry!.listed.length > 0 ? entry!.listed[0] === address : addresses.some((one) => one.main && one.address === address)) ? 0 : 1,
  entry!.standing ?? standingOf({ agent: entry!.given_agent }),
  0,
  entry!.dn,
]
const compareRanks = (a: Rank, b: Rank): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || compareText(a[3], b[3])

/** Who gets which address. What somebody has who was not given it by this directory stays theirs. */
function shareAddresses(turns: readonly Turn[], known: Known): Plans['released'] {
  const owners = new Map(known.persons.flatMap((one) => one.addresses.map(({ address }) => [address, one] as const)))
  const active = turns.filter(isActive)
  const turnOf = new Map(active.flatMap((turn) => (turn.self ? [[turn.self, turn] as const] : [])))
  const released: Plans['released'] = []
  const listing = Map.groupBy(
    active.flatMap((turn) => turn.listed.map((address) => ({ turn, address }))),
    ({ address }) => address,
  )
  for (const [address, list] of listing) {
    const wanting = list.map(({ turn }) => turn)
    const refuse = (turn: Turn, problem: DirectoryProblem) =>
      turn.problems.push({
        problem,
        detail: address,
        ...(problem === 'address-taken' && turn.self?.entry?.listed.includes(address) ? { again: true } : {}),
      })
    const wrong = known.ours.has(address) ? 'address-ours' : isAddress(address) ? undefined : 'address-invalid'
    if (wrong) {
      for (const turn of wanting) refuse(turn, wrong)
      continue
    }
    const best = wanting.toSorted((a, b) => compareRanks(rankOf(a, address), rankOf(b, address)))[0]!
    const owner = owners.get(address)
    const ownersTurn = owner && turnOf.get(owner)
    let winner: Turn | undefined = best
    if (owner) {
      const isGiven = owner.entry?.directory === best.person.directory && owner.entry.given_addresses.includes(address)
      if (!isGiven) winner = ownersTurn && wanting.includes(ownersTurn) ? ownersTurn : undefined
      else if (!ownersTurn) {
        if (owner.valid && compareRanks(rankOfStored(owner, address), rankOf(best, address)) < 0) winner = undefined
        else released.push({ person: owner, address })
      }
    }
    winner?.won.add(address)
    for (const turn of wanting) if (turn !== winner) refuse(turn, 'address-taken')
  }
  return released
}

function planTurn(turn: Turn, known: Known, { keepRights = false }: PlanOptions): Plan {
  const { person, self, problems } = turn
  const entry = self?.entry ?? null
  const addresses = planAddresses(turn)
  const wanted = person.roles.flatMap((name) => known.roles.get(name) ?? [])
  for (const name of person.roles) if (!known.roles.has(name)) problems.push({ problem: 'role-unknown', detail: name })
  const held = self?.roles ?? []
  const given = entry?.given_roles ?? []
  const less = given.filter((id) => held.includes(id) && !wanted.includes(id))
  const takesHat = !person.agent && (entry?.given_agent ?? false)
  const loses = less.length > 0 || (takesHat && self!.agent)
  if (loses && keepRights) problems.push({ problem: 'rights-kept', detail: person.login })
  const roles = { come: wanted.filter((id) => !held.includes(id)), gone: keepRights ? [] : less }
  const returns = Boolean(self && !self.valid && entry?.off)
  const values = {
    login: turn.hasLogin ? person.login : (self?.login ?? null),
    first_name: cut(person.firstName, 100),
    last_name: cut(person.lastName, 100),
    name: cut(person.name, 200) || cut(`${person.firstName} ${person.lastName}`, 200) || cut(person.login, 200),
    phone: cut(person.phone, 100),
    language: self?.language ?? asLanguage(person.language),
    agent: person.agent || ((!takesHat || keepRights) && (self?.agent ?? false)),
    valid: returns || (self?.valid ?? true),
  }
  const place = person.unit && !self?.unit_id ? known.units.get(person.unit.slug) : undefined
  const unit = !person.unit || self?.unit_id ? null : place ? (place.valid ? place.id : null) : person.unit.create ? 'make' : null
  if (person.unit && !self?.unit_id && unit === null) problems.push({ problem: 'unit-unknown', detail: person.unit.slug })

  const what: DirectoryChange['what'] = []
  const differ = (field: string, before: string, after: string) => {
    if (before !== after) what.push({ field, before, after })
  }
  // Somebody whom no directory knew: an administrator should see whom it becomes.
  if (self && !entry) what.push({ field: 'taken_over', before: self.login ?? self.name, after: person.login })
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

  const kind = turn.stop ?? (!self ? 'comes' : isOff(turn) ? 'off' : returns ? 'returns' : what.length > 0 || !entry ? 'changes' : 'same')
  const quiet = entry !== null && (entry.standing !== turn.standing || entry.listed.join('\n') !== turn.listed.join('\n'))
  const stops = turn.stop !== undefined || kind === 'off'
  return {
    change: {
      entry: { id: person.entryId, dn: person.dn, login: person.login, name: values.name },
      personId: self?.id ?? null,
      kind,
      what: stops ? [] : what,
      problems: turn.stop === 'clash' ? problems.slice(0, 1) : turn.stop ? [] : problems,
      loses: loses && !stops,
    },
    stored: self,
    values,
    addresses,
    roles,
    unit,
    writes: !stops && (kind !== 'same' || quiet),
    given: {
      given_addresses: turn.listed.filter(
        (address) => turn.won.has(address) && (addresses.come.includes(address) || entry?.given_addresses.includes(address)),
      ),
      given_agent: (person.agent && (entry?.given_agent || !self?.agent)) || (keepRights && takesHat && self!.agent),
      given_roles: [...wanted.filter((id) => given.includes(id) || roles.come.includes(id)), ...(keepRights ? less : [])],
      listed_addresses: turn.listed,
      standing: turn.standing,
    },
  }
}

function planAddresses({ self, won, listed }: Turn): Plan['addresses'] {
  const have = self?.addresses ?? []
  const fit = listed.filter((address) => won.has(address))
  const gone = (self?.entry?.given_addresses ?? []).filter((address) => !won.has(address) && have.some((one) => one.address === address))
  const main = have.find((one) => one.main)?.address
  const keepsMain = main !== undefined && !gone.includes(main) && !self?.entry?.given_addresses.includes(main)
  const wished = fit[0] ?? have.find(({ address }) => !gone.includes(address))?.address ?? null
  return {
    come: fit.filter((address) => !have.some((one) => one.address === address)),
    gone,
    main: keepsMain || wished === main ? null : wished,
  }
}

const cut = (text: string, length: number): string => [...storable(text).trim()].slice(0, length).join('').trim()
const flat = (attributes: Readonly<Record<string, string[]>>): string =>
  Object.entries(attributes)
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([name, values]) => `${name}=${values.join(',')}`)
    .join('; ')
