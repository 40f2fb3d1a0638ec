/**
 * Owns groups: those of one entry, and those of all, by the same question. A group counts that lies below `groups.base` and fits
 * `groups.filter`; nested ones are followed, whatever circles they go in.
 */
import { AndFilter, EqualityFilter, FilterParser, OrFilter, ResultCodeError, type Client, type Entry, type Filter } from 'ldapts'
import { isNamed, primaryGroupOf, valuesOf } from './entry.ts'
import { Unreachable } from './faults.ts'
import { entriesBelow } from './find.ts'
import { isBelow, plainDn } from './names.ts'
import type { Directory } from './options.ts'

/** More levels than this nobody means; a circle ends sooner, for each group is looked at once. */
const LEVELS = 20
const AT_ONCE = 50
/** Reading what is not there or not for us says that it leads nowhere: referral, no such object, bad name, insufficient access, unwilling. */
const LEADS_NOWHERE = new Set([10, 32, 34, 50, 53])

type Groups = NonNullable<Directory['groups']>
/** What is known of a group on the way: whether it counts, and the groups it is in. */
interface Known {
  dn: string
  counts: boolean
  above: readonly string[]
}
/** Groups right above these entries or groups, each with what is known of it. */
type LookAt = (dns: readonly string[]) => Promise<Known[]>

/** DNs of the groups of one entry that count. */
export async function groupsOf(client: Client, directory: Directory, entry: Entry): Promise<string[]> {
  const { groups } = directory
  if (!groups) return []
  if (groups.by === 'member') return climb(groups, await parents(client, groups, [entry.dn]), (dns) => parents(client, groups, dns))
  const look = makeLook(client, groups, new Map(), true)
  return climbListed(groups, await ownGroups(client, directory, entry), look)
}

/** Groups of everybody, for the synchronisation: what counts is read once, what else is on the way when it is met. */
export async function readGroups(
  client: Client,
  directory: Directory,
): Promise<{ groupsOf(entry: Entry): Promise<string[]>; all: readonly string[] }> {
  const { groups } = directory
  if (!groups) return { groupsOf: async () => [], all: [] }
  const all: Entry[] = []
  const attribute = groups.by === 'member' ? groups.member : groups.memberOf
  for (const base of groups.base) {
    for await (const group of entriesBelow(client, directory, base, { filter: groups.filter, attributes: [attribute] })) {
      // Part of a long list (Active Directory gives 1,500 values at a time): the others would lose what the group gives.
      if (Object.keys(group).some((key) => key.toLowerCase().startsWith(`${attribute.toLowerCase()};range=`)))
        throw new Unreachable([{ server: '', name: 'ranged', params: { what: group.dn } }])
      all.push(group)
    }
  }
  const dns = all.map(({ dn }) => dn)
  if (groups.by === 'member') {
    const above = new Map<string, string[]>()
    for (const group of all)
      for (const member of valuesOf(group, attribute)) {
        const list = above.get(plainDn(member))
        if (list) list.push(group.dn)
        else above.set(plainDn(member), [group.dn])
      }
    const look: LookAt = async (below) => below.flatMap((dn) => above.get(plainDn(dn)) ?? []).map((dn) => ({ dn, counts: true, above: [] }))
    return { groupsOf: async (entry) => climb(groups, await look([entry.dn]), look), all: dns }
  }
  const known = new Map(
    all.map((group) => [plainDn(group.dn), Promise.resolve({ dn: group.dn, counts: true, above: valuesOf(group, attribute) })]),
  )
  const look = makeLook(client, groups, known, false)
  return { groupsOf: async (entry) => climbListed(groups, await ownGroups(client, directory, entry), look), all: dns }
}

/** Groups that rules name and that are nowhere, as the rules write them. `all`: DNs of all that count. */
export const missingGroups = ({ rules, prefer }: Directory, all: readonly string[]): string[] => [
  ...new Set([...rules, ...prefer].flatMap((rule) => rule.group ?? []).filter((wanted) => !all.some((dn) => isNamed(dn, wanted)))),
]

/** Upwards, a level at a time. */
async function climb(groups: Groups, first: readonly Known[], parentsOf: LookAt): Promise<string[]> {
  const all = new Map<string, Known>()
  let level = first
  for (let depth = 1; level.length > 0 && depth <= LEVELS; depth++) {
    const fresh = level.filter(({ dn }, i) => !all.has(plainDn(dn)) && level.findIndex((one) => plainDn(one.dn) === plainDn(dn)) === i)
    for (const one of fresh) all.set(plainDn(one.dn), one)
    level = groups.nested && fresh.length > 0 ? await parentsOf(fresh.map(({ dn }) => dn)) : []
  }
  return [...all.values()].filter(({ counts }) => counts).map(({ dn }) => dn)
}

/** The same where each tells what it is in. */
async function climbListed(groups: Groups, first: readonly string[], look: LookAt): Promise<string[]> {
  const above = new Map<string, readonly string[]>()
  const remember = (level: Known[]): Known[] => {
    for (const one of level) above.set(plainDn(one.dn), one.above)
    return level
  }
  return climb(groups, remember(await look(first)), async (dns) => remember(await look(dns.flatMap((dn) => above.get(plainDn(dn)) ?? []))))
}

/** What an entry lists as its groups, and the primary group, which Active Directory lists nowhere. */
async function ownGroups(client: Client, { groups }: Directory, entry: Entry): Promise<string[]> {
  const listed = valuesOf(entry, groups!.memberOf)
  const primary = primaryGroupOf(entry)
  if (primary === undefined) return listed
  const dn = await primaryDn(client, primary)
  return dn === undefined ? listed : [...listed, dn]
}

/** DNs of primary groups by their SID, for as long as a connection lives: most people have the same one. */
const primaries = new WeakMap<Client, Map<string, Promise<string | undefined>>>()
function primaryDn(client: Client, sid: string): Promise<string | undefined> {
  const known = primaries.get(client) ?? new Map<string, Promise<string | undefined>>()
  primaries.set(client, known)
  let dn = known.get(sid)
  // A SID in this form is a name of its entry ([MS-ADTS] 3.1.1.3.1.2.4).
  if (!dn) known.set(sid, (dn = readGroup(client, `<SID=${sid}>`, []).then((found) => found?.dn)))
  return dn
}

/** Groups by DN: whether each counts, and what it is in. `filter`: those not known yet may count; else all that count are known. */
function makeLook(client: Client, groups: Groups, known: Map<string, Promise<Known>>, filter: boolean): LookAt {
  const read = async (dn: string): Promise<Known> => {
    const counting =
      filter && groups.base.some((base) => isBelow(dn, base)) ? await readGroup(client, dn, [groups.memberOf], groups.filter) : undefined
    const group = counting ?? (groups.nested ? await readGroup(client, dn, [groups.memberOf]) : undefined)
    return { dn: counting?.dn ?? dn, counts: counting !== undefined, above: group ? valuesOf(group, groups.memberOf) : [] }
  }
  return (dns) =>
    Promise.all(
      dns.map((dn) => {
        const key = plainDn(dn)
        let one = known.get(key)
        if (!one) known.set(key, (one = read(dn)))
        return one
      }),
    )
}

async function readGroup(client: Client, dn: string, attributes: string[], filter?: string): Promise<Entry | undefined> {
  try {
    const { searchEntries } = await client.search(dn, {
      scope: 'base',
      attributes: attributes.length > 0 ? attributes : ['1.1'],
      ...(filter ? { filter } : {}),
    })
    return searchEntries[0]
  } catch (error) {
    if (error instanceof ResultCodeError && LEADS_NOWHERE.has(error.code)) return undefined
    throw error
  }
}

/** Groups that count and list any of these as their member. */
async function parents(client: Client, groups: Groups, dns: readonly string[]): Promise<Known[]> {
  const all: Known[] = []
  for (let at = 0; at < dns.length; at += AT_ONCE) {
    const member: Filter = new OrFilter({
      filters: dns.slice(at, at + AT_ONCE).map((value) => new EqualityFilter({ attribute: groups.member, value })),
    })
    const filter = new AndFilter({ filters: [FilterParser.parseString(groups.filter), member] })
    for (const base of groups.base) {
      const { searchEntries } = await client.search(base, { filter, attributes: ['1.1'], paged: { pageSize: 500 } })
      all.push(...searchEntries.map(({ dn }) => ({ dn, counts: true, above: [] })))
    }
  }
  return all
}
