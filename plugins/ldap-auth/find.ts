/** Owns finding entries: who the people are, the one entry of a login, those of an address, and whether an account is in use. */
import {
  AndFilter,
  EqualityFilter,
  FilterParser,
  OrFilter,
  SizeLimitExceededError,
  type Client,
  type Entry,
  type Filter,
  type SearchOptions,
} from 'ldapts'
import { normalLogin } from '../../core/index.ts'
import { asBytes, attributesAsked, endOf, idOf, isMeant, isNobody, valuesOf } from './entry.ts'
import { asking } from './faults.ts'
import { domainOf } from './names.ts'
import type { Directory } from './options.ts'

/** 'none': nobody; 'other': the directory matched somebody who is called otherwise. */
export type Found = { entry: Entry } | 'none' | 'several' | 'other'
/** Why an account is not in use, as far as that was seen. */
export type Off = 'disabled' | 'ended'

/**
 * The entry whose login or address this is, whether in use or not. 'other': the directory matched it loosely, to an account that
 * is called otherwise. Values stand in filter objects, so that no sign of theirs means anything to the server. In Active Directory
 * `DOMAIN\login` and `login@the.domain` are the login too, as on the university's own machines.
 */
export async function findByName(client: Client, directory: Directory, typed: string): Promise<Found> {
  const { attributes } = directory
  const { name, implied } = namesOf(directory, typed)
  if (name === undefined) return 'none'
  const match = [
    ...[attributes.login, ...attributes.alsoLogin].map((attribute) => new EqualityFilter({ attribute, value: name })),
    ...(name.includes('@') ? byAddress(directory, name) : []),
  ]
  const found = only(await search(client, directory, new OrFilter({ filters: match })), (entry) => isMeant(entry, directory, name))
  if (found !== 'none' || implied === undefined) return found
  return only(await search(client, directory, new EqualityFilter({ attribute: attributes.login, value: implied })), (entry) =>
    valuesOf(entry, attributes.login).some((value) => normalLogin(value) === implied),
  )
}

/** What may be meant by what was typed: the name as it is, and the login that stands in a name of the domain's form. */
export function namesOf(directory: Directory, typed: string): { name: string | undefined; implied?: string } {
  if (directory.kind !== 'active-directory') return { name: typed }
  const [, domain, login] = /^([^\\@]*)\\(.+)$/.exec(typed) ?? []
  if (login !== undefined) {
    const isOurs = directory.domain.some((one) => one.toLowerCase() === domain)
    return { name: isOurs ? login : undefined }
  }
  const [, local, suffix] = /^(.+)@([^@]+)$/.exec(typed) ?? []
  const isOurs = suffix !== undefined && directory.people.base.some((base) => domainOf(base) === suffix)
  return { name: typed, ...(isOurs ? { implied: local! } : {}) }
}

/** Everybody in use whose address this is, ten at most; 'several' where there are more. */
export async function findByAddress(client: Client, directory: Directory, address: string): Promise<Entry[] | 'several'> {
  const found = await search(client, directory, new OrFilter({ filters: byAddress(directory, address) }))
  if (found === 'several') return found
  const meant = found.filter((entry) => isMeant(entry, directory, address))
  const off = await Promise.all(meant.map((entry) => offOf(client, directory, entry)))
  return meant.filter((_, i) => off[i] === undefined)
}

/** Other entries that have this one's lasting id. What the server itself gives (entryUUID, objectGUID) is nobody else's. */
export async function findTwins(client: Client, directory: Directory, entry: Entry): Promise<Entry[]> {
  const { id } = directory.attributes
  const value = idOf(entry, directory)
  if (value === undefined || /^(?:entryUUID|objectGUID|nsUniqueId|ipaUniqueID)$/i.test(id)) return []
  const found = await search(client, directory, new EqualityFilter({ attribute: id, value }))
  return found === 'several' ? [] : found.filter((one) => one.dn !== entry.dn)
}

/**
 * Why the account is not in use; undefined where nothing of the kind is to be seen. The filter of disabled accounts is asked as it
 * stands, never negated: where the server does not know its attribute, or may not show it, it holds for nobody – and so would its
 * negation (RFC 4511 4.5.1.7).
 */
export async function offOf(client: Client, directory: Directory, entry: Entry, now = new Date()): Promise<Off | undefined> {
  const ends = endOf(entry, directory)
  if (ends && ends <= now) return 'ended'
  if (directory.people.disabled === undefined) return undefined
  const filter = directory.people.disabled
  const { searchEntries } = await client.search(entry.dn, { scope: 'base', filter, attributes: ['1.1'] })
  return searchEntries.length > 0 ? 'disabled' : undefined
}

/** Who the people are, disabled ones too. */
export const peopleFilter = (directory: Directory): Filter => FilterParser.parseString(directory.people.filter)
/** Those of them who are disabled. */
export const disabledFilter = (directory: Directory): Filter | undefined =>
  directory.people.disabled === undefined
    ? undefined
    : new AndFilter({ filters: [peopleFilter(directory), FilterParser.parseString(directory.people.disabled)] })

/** All entries below a place, page by page; references to other servers are not followed. */
export async function* entriesBelow(client: Client, directory: Directory, base: string, options: SearchOptions): AsyncGenerator<Entry> {
  const asked = { base, count: 0 }
  const pages = client.searchPaginated(base, { ...options, paged: { pageSize: directory.sync.pageSize } })
  for (;;) {
    const { done, value } = await asking(asked, () => pages.next())
    if (done) return
    asked.count += value.searchEntries.length
    yield* value.searchEntries
  }
}

function byAddress({ attributes }: Directory, address: string): Filter[] {
  return [...attributes.mail, ...attributes.aliases].flatMap((attribute) =>
    (attribute.toLowerCase() === 'proxyaddresses' ? [`smtp:${address}`, `SMTP:${address}`] : [address]).map(
      (value) => new EqualityFilter({ attribute, value }),
    ),
  )
}

function only(found: Entry[] | 'several', isIt: (entry: Entry) => boolean): Found {
  if (found === 'several' || found.length === 0) return found === 'several' ? found : 'none'
  const meant = found.filter(isIt)
  return meant.length === 1 ? { entry: meant[0]! } : meant.length > 1 ? 'several' : 'other'
}

async function search(client: Client, directory: Directory, match: Filter): Promise<Entry[] | 'several'> {
  const filter = new AndFilter({ filters: [peopleFilter(directory), match] })
  try {
    const all = await Promise.all(
      directory.people.base.map((base) =>
        asking({ base }, () =>
          client.search(base, {
            filter,
            attributes: attributesAsked(directory),
            explicitBufferAttributes: asBytes(directory),
            sizeLimit: 10,
          }),
        ),
      ),
    )
    // The same entry below two bases is one. References to other servers are not followed.
    const entries = all.flatMap(({ searchEntries }) => searchEntries).filter((entry) => !isNobody(entry, directory))
    return [...new Map(entries.map((entry) => [entry.dn, entry])).values()]
  } catch (error) {
    if (error instanceof SizeLimitExceededError) return 'several'
    throw error
  }
}
