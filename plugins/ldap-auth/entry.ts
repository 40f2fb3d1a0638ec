/** Owns reading an entry: which attributes are asked for, and the person that they make by map and rules. */
import type { Entry } from 'ldapts'
import { isLanguage, normalLogin, plainWord, type DirectoryPerson, type Language } from '../../core/index.ts'
import { firstValue, isBelow, partBelow, partsOf, plainDn } from './names.ts'
import type { Condition, Directory, UnitRule } from './options.ts'

/** Attributes of Active Directory: the group that is in nobody's list, by its number; the account's own id; what the domain itself needs. */
const PRIMARY_GROUP = 'primaryGroupID'
const SID = 'objectSid'
const CRITICAL = 'isCriticalSystemObject'

/** Everything the map names. */
export function attributesAsked({ kind, attributes: a, groups, rules, prefer, unit }: Directory): string[] {
  return [
    ...new Set([
      a.id,
      a.login,
      ...a.alsoLogin,
      a.firstName,
      a.lastName,
      a.name,
      ...a.mail,
      ...a.aliases,
      a.phone,
      a.language,
      ...(a.ends === undefined ? [] : [a.ends]),
      ...a.keep,
      ...(groups && groups.by !== 'member' ? [groups.memberOf] : []),
      ...(kind === 'active-directory' ? [PRIMARY_GROUP, SID, CRITICAL] : []),
      ...[...rules, ...prefer].flatMap((rule) => rule.attribute ?? []),
      ...(unit?.attribute ? [unit.attribute] : []),
    ]),
  ]
}

/** Text values of an attribute, whatever the case of its name. What is no text (pictures, keys) is left out. */
export function valuesOf(entry: Entry, name: string): string[] {
  const key = Object.keys(entry).find((one) => one.toLowerCase() === name.toLowerCase())
  const given = key === undefined || key === 'dn' ? [] : ([entry[key]].flat() as (string | Buffer)[])
  return given
    .map((value) => (Buffer.isBuffer(value) ? value.toString('utf8') : value))
    .filter((value) => value !== '' && !/(?![\t\n\r])[\p{Cc}\uFFFD]/u.test(value))
}
const first = (entry: Entry, name: string): string => valuesOf(entry, name)[0] ?? ''

/** What stays of an entry for good; undefined where the attribute is missing or may not be read. */
export function idOf(entry: Entry, { attributes }: Directory): string | undefined {
  const key = Object.keys(entry).find((one) => one.toLowerCase() === attributes.id.toLowerCase())
  const [value] = key === undefined ? [] : ([entry[key]].flat() as (string | Buffer)[])
  return value === undefined || value.length === 0 ? undefined : Buffer.isBuffer(value) ? value.toString('hex') : value
}

/** Attributes that come as bytes: ids that are no text. */
export const asBytes = ({ attributes, kind }: Directory): string[] => [
  ...(/guid|sid$/i.test(attributes.id) ? [attributes.id] : []),
  ...(kind === 'active-directory' ? [SID] : []),
]

/** What `isNobody` looks at; without it only names are asked for. */
export const NOBODY_BY = [CRITICAL]

/** Entries that are nobody: the service account itself, and accounts that the domain needs (Administrator, Guest, krbtgt). */
export const isNobody = (entry: Entry, { service, kind }: Directory): boolean =>
  (service !== undefined && plainDn(service.dn) === plainDn(entry.dn)) ||
  (kind === 'active-directory' && first(entry, CRITICAL).toUpperCase() === 'TRUE')

/** The SID of the primary group: the account's own with the group's number at its end ([MS-ADTS] 3.1.1.4.5.21). */
export function primaryGroupOf(entry: Entry): string | undefined {
  const number = first(entry, PRIMARY_GROUP)
  const key = Object.keys(entry).find((one) => one.toLowerCase() === SID.toLowerCase())
  const [sid] = key === undefined ? [] : ([entry[key]].flat() as (string | Buffer)[])
  if (!/^\d+$/.test(number) || !Buffer.isBuffer(sid) || sid.length < 12) return undefined
  // Revision, count, six bytes of authority, then 32-bit numbers, the last of them the account's ([MS-DTYP] 2.4.2.2).
  const numbers = Array.from({ length: (sid.length - 8) / 4 - 1 }, (_, i) => sid.readUInt32LE(8 + i * 4))
  return ['S', sid[0], sid.readUIntBE(2, 6), ...numbers, number].join('-')
}

/** When the account ends: FILETIME (Active Directory; 0 and the largest number: never), generalized time, or days since 1970 (shadowExpire). */
export function endOf(entry: Entry, { attributes }: Directory): Date | undefined {
  const value = attributes.ends === undefined ? '' : first(entry, attributes.ends)
  const general = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,]\d+)?Z$/.exec(value)
  if (general) {
    const [, year, month, day, hour, minute = '0', second = '0'] = general
    return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)))
  }
  if (/^\d{1,6}$/.test(value) && value !== '0') return new Date(Number(value) * 86_400_000)
  if (!/^\d{15,19}$/.test(value)) return undefined
  const at = new Date(Number(BigInt(value) / 10_000n) - FILETIME_BEGINS_BEFORE_MS)
  return at.getUTCFullYear() > 9000 || Number.isNaN(at.getTime()) ? undefined : at
}
/** From 1601 to 1970. */
const FILETIME_BEGINS_BEFORE_MS = 11_644_473_600_000

export function addressesOf(entry: Entry, { attributes }: Directory): string[] {
  // Active Directory marks the kind of each address: 'SMTP:' the main one, 'smtp:' the others, 'X500:' and more that are none.
  const aliases = attributes.aliases.flatMap((name) => valuesOf(entry, name))
  const all = [
    ...attributes.mail.flatMap((name) => valuesOf(entry, name)),
    ...aliases.filter((value) => value.startsWith('SMTP:')),
    ...aliases.filter((value) => !value.startsWith('SMTP:')),
  ]
    .filter((value) => !/^[a-z0-9]+:/i.test(value) || /^smtp:/i.test(value))
    .map((value) =>
      value
        .replace(/^smtp:/i, '')
        .trim()
        .toLowerCase(),
    )
  return [...new Set(all.filter((address) => address.includes('@')))]
}

/** Is this entry meant by what was typed? Directories match more loosely (accents, spaces); an account has one name here. */
export function isMeant(entry: Entry, directory: Directory, typed: string): boolean {
  const names = [directory.attributes.login, ...directory.attributes.alsoLogin].flatMap((name) => valuesOf(entry, name))
  return [...names, ...addressesOf(entry, directory)].some((name) => normalLogin(name) === typed)
}

/** The person an entry makes; a word when it makes none. `groups`: DNs, nested ones too. */
export function personOf(entry: Entry, directory: Directory, groups: readonly string[]): DirectoryPerson | 'no-id' | 'no-login' {
  const { attributes } = directory
  const entryId = idOf(entry, directory)
  if (entryId === undefined) return 'no-id'
  const login = first(entry, attributes.login)
  if (normalLogin(login) === undefined) return 'no-login'
  const met = directory.rules.filter((rule) => holds(rule, entry, groups))
  const preferred = directory.prefer.findIndex((rule) => holds(rule, entry, groups))
  const kept = [
    ...new Set([
      ...attributes.keep,
      ...[...directory.rules, ...directory.prefer].flatMap((rule) => rule.attribute ?? []),
      ...(directory.unit?.attribute ? [directory.unit.attribute] : []),
    ]),
  ]
  return {
    directory: directory.name,
    entryId,
    dn: entry.dn,
    login: login.normalize('NFKC'),
    firstName: first(entry, attributes.firstName),
    lastName: first(entry, attributes.lastName),
    name: first(entry, attributes.name),
    addresses: addressesOf(entry, directory),
    phone: first(entry, attributes.phone),
    language: languageOf(first(entry, attributes.language)),
    agent: met.some((rule) => rule.agent),
    roles: [...new Set(met.flatMap((rule) => rule.roles))],
    unit: directory.unit ? unitOf(directory.unit, entry) : null,
    attributes: Object.fromEntries(kept.map((name) => [name, valuesOf(entry, name)] as const).filter(([, values]) => values.length > 0)),
    groups: [...groups].toSorted(),
    ...(preferred >= 0 ? { prefer: preferred } : {}),
    ...(directory.sameAs.length > 0 ? { sameAs: directory.sameAs } : {}),
  }
}

/** Is it this group that a rule names: by its DN, or by its first name alone? */
export const isNamed = (dn: string, wanted: string): boolean =>
  wanted.includes('=') ? plainDn(dn) === plainDn(wanted) : firstValue(dn).toLowerCase() === wanted.toLowerCase()

/** All that a rule asks for. */
export function holds(rule: Condition, entry: Entry, groups: readonly string[]): boolean {
  const inGroup = (wanted: string) => groups.some((dn) => isNamed(dn, wanted))
  return (
    (!rule.group || rule.group.some(inGroup)) &&
    (!rule.attribute ||
      valuesOf(entry, rule.attribute).some((value) => rule.is!.some((wanted) => wanted.toLowerCase() === value.toLowerCase()))) &&
    (!rule.below || rule.below.some((above) => isBelow(entry.dn, above)))
  )
}

function unitOf(rule: UnitRule, entry: Entry): DirectoryPerson['unit'] {
  const value = rule.attribute
    ? first(entry, rule.attribute)
    : rule.under === undefined
      ? partsOf(entry.dn, 'ou')[0]
      : partBelow(entry.dn, rule.under, 'ou')
  const slug = value && (named(rule.units, value) ?? slugOf(value))
  return slug ? { slug, name: named(rule.names, value) ?? value, below: rule.below ?? null, create: rule.create } : null
}

/** Directories do not tell large letters from small ones; nor does what is written here of their values. */
const named = (map: Readonly<Record<string, string>>, value: string): string | undefined =>
  map[value] ?? Object.entries(map).find(([key]) => key.trim().toLowerCase() === value.trim().toLowerCase())?.[1]

const slugOf = (value: string): string =>
  plainWord(value)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|(?<!-)-+$/g, '')
    .slice(0, 63)

/** 'pl-PL', 'en;q=0.8, pl': the first of ours (RFC 2798 2.7). */
function languageOf(value: string): Language | null {
  return (
    value
      .toLowerCase()
      .split(',')
      .map((one) => one.trim().slice(0, 2))
      .find(isLanguage) ?? null
  )
}
