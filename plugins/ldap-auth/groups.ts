/** Owns groups: those of one entry, and those of all, nested ones too, whatever circles they go in. */
import {
  EqualityFilter,
  ExtensibleFilter,
  AndFilter,
  FilterParser,
  NoSuchObjectError,
  OrFilter,
  type Client,
  type Entry,
  type Filter,
} from 'ldapts'
import { valuesOf } from './entry.ts'
import { plainDn } from './names.ts'
import type { Directory } from './options.ts'

/** More levels than this nobody means; a circle ends sooner, for each group is looked at once. */
const LEVELS = 20
const IN_CHAIN = '1.2.840.113556.1.4.1941'
const AT_ONCE = 50

type Groups = NonNullable<Directory['groups']>

/** DNs of the groups of one entry. */
export async function groupsOf(client: Client, directory: Directory, entry: Entry): Promise<string[]> {
  const { groups } = directory
  if (!groups) return []
  if (groups.by === 'chain') {
    return found(
      client,
      groups,
      groups.nested
        ? new ExtensibleFilter({ matchType: groups.member, rule: IN_CHAIN, value: entry.dn })
        : new EqualityFilter({ attribute: groups.member, value: entry.dn }),
    )
  }
  const all = new Map<string, string>()
  let level = groups.by === 'memberOf' ? valuesOf(entry, groups.memberOf) : await parents(client, groups, [entry.dn])
  for (let depth = 0; level.length > 0 && depth < LEVELS; depth++) {
    const fresh = level.filter((dn) => !all.has(plainDn(dn)))
    for (const dn of fresh) all.set(plainDn(dn), dn)
    level =
      !groups.nested || fresh.length === 0
        ? []
        : groups.by === 'memberOf'
          ? await listed(client, groups, fresh)
          : await parents(client, groups, fresh)
  }
  return [...all.values()]
}

/** Groups of everybody at once, for the synchronisation: read them all, then walk in memory. */
export async function readGroups(client: Client, directory: Directory): Promise<(entry: Entry) => string[]> {
  const { groups } = directory
  if (!groups) return () => []
  const above = new Map<string, string[]>()
  const add = (dn: string, parent: string) => {
    const key = plainDn(dn)
    const list = above.get(key)
    if (list) list.push(parent)
    else above.set(key, [parent])
  }
  const attribute = groups.by === 'member' ? groups.member : groups.memberOf
  for (const base of groups.base) {
    for await (const page of client.searchPaginated(base, {
      filter: groups.filter,
      attributes: [attribute],
      paged: { pageSize: directory.sync.pageSize },
    })) {
      for (const group of page.searchEntries) {
        for (const dn of valuesOf(group, attribute))
          if (groups.by === 'member') add(dn, group.dn)
          else add(group.dn, dn)
      }
    }
  }
  return (entry) => {
    const all = new Map<string, string>()
    const level = groups.by === 'member' ? (above.get(plainDn(entry.dn)) ?? []) : valuesOf(entry, groups.memberOf)
    const visit = (dns: readonly string[], depth: number): void => {
      for (const dn of dns) {
        if (all.has(plainDn(dn))) continue
        all.set(plainDn(dn), dn)
        if (groups.nested && depth < LEVELS) visit(above.get(plainDn(dn)) ?? [], depth + 1)
      }
    }
    visit(level, 0)
    return [...all.values()]
  }
}

/** Groups that list any of these as their member. */
async function parents(client: Client, groups: Groups, dns: readonly string[]): Promise<string[]> {
  const all: string[] = []
  for (let at = 0; at < dns.length; at += AT_ONCE) {
    all.push(
      ...(await found(
        client,
        groups,
        new OrFilter({ filters: dns.slice(at, at + AT_ONCE).map((value) => new EqualityFilter({ attribute: groups.member, value })) }),
      )),
    )
  }
  return all
}

async function found(client: Client, groups: Groups, member: Filter): Promise<string[]> {
  const filter = new AndFilter({ filters: [FilterParser.parseString(groups.filter), member] })
  const pages = await Promise.all(groups.base.map((base) => client.search(base, { filter, attributes: ['1.1'], paged: { pageSize: 500 } })))
  return pages.flatMap(({ searchEntries }) => searchEntries.map(({ dn }) => dn))
}

/** What these groups list as their own groups. One that is gone or hidden lists none. */
async function listed(client: Client, groups: Groups, dns: readonly string[]): Promise<string[]> {
  const read = await Promise.all(
    dns.map((dn) =>
      client.search(dn, { scope: 'base', attributes: [groups.memberOf] }).then(
        ({ searchEntries }) => searchEntries,
        (error: unknown) => {
          if (error instanceof NoSuchObjectError) return []
          throw error
        },
      ),
    ),
  )
  return read.flat().flatMap((entry) => valuesOf(entry, groups.memberOf))
}
