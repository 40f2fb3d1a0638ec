/** Owns reading an entry: which attributes are asked for, and the person that they make by map and rules. */
import type { Entry } from 'ldapts'
import { isLanguage, normalLogin, plainWord, type DirectoryPerson, type Language } from '../../core/index.ts'
import { firstValue, isBelow, partsOf, plainDn } from './names.ts'
import type { Directory, Rule, UnitRule } from './options.ts'

/** Everything the map names. */
export function attributesAsked({ attributes: a, groups, rules, unit }: Directory): string[] {
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
      ...a.keep,
      ...(groups && groups.by !== 'member' ? [groups.memberOf] : []),
      ...rules.flatMap((rule) => rule.attribute ?? []),
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

export function addressesOf(entry: Entry, { attributes }: Directory): string[] {
  // Active Directory marks the kind of each address: 'SMTP:' the main one, 'smtp:' the others, 'X500:' and more that are none.
  const all = [...attributes.mail, ...attributes.aliases]
    .flatMap((name) => valuesOf(entry, name))
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
  const kept = [
    ...new Set([
      ...attributes.keep,
      ...directory.rules.flatMap((rule) => rule.attribute ?? []),
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
  }
}

/** All that a rule asks for. */
export function holds(rule: Rule, entry: Entry, groups: readonly string[]): boolean {
  const inGroup = (wanted: string) =>
    groups.some((dn) => (wanted.includes('=') ? plainDn(dn) === plainDn(wanted) : firstValue(dn) === wanted.toLowerCase()))
  return (
    (!rule.group || rule.group.some(inGroup)) &&
    (!rule.attribute ||
      valuesOf(entry, rule.attribute).some((value) => rule.is!.some((wanted) => wanted.toLowerCase() === value.toLowerCase()))) &&
    (!rule.below || rule.below.some((above) => isBelow(entry.dn, above)))
  )
}

function unitOf(rule: UnitRule, entry: Entry): DirectoryPerson['unit'] {
  // Without an attribute: the nearest organizational unit above the entry.
  const value = rule.attribute ? first(entry, rule.attribute) : partsOf(entry.dn, 'ou')[0]
  const slug = value && (rule.units[value] ?? slugOf(value))
  return slug ? { slug, name: rule.names[value] ?? value, below: rule.below ?? null, create: rule.create } : null
}

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
