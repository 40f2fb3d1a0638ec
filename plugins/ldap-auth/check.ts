/** Owns looking whether a directory can be used: each server answers, encrypted, shows everybody, and has what the rules name. */
import { AndFilter, NotFilter, ResultCodeError, type Client, type Filter } from 'ldapts'
import { listRoles, type Host } from '../../core/index.ts'
import { isNobody, NOBODY_BY } from './entry.ts'
import { faultOf, Unreachable, type Fault } from './faults.ts'
import { disabledFilter, entriesBelow, peopleFilter } from './find.ts'
import { missingGroups, readGroups } from './groups.ts'
import { openConnections } from './connections.ts'
import type { OpenDirectory } from './house.ts'
import { plainDn } from './names.ts'

export interface Checked {
  /** 'warn' may be meant so; 'bad' is to be put right. */
  verdict: 'ok' | 'warn' | 'bad'
  server: string
  /** A text key below `check.`, or what a server said. */
  say: { key: CheckWord; params: Record<string, string | number> } | Fault[]
}
export type CheckWord = 'reads' | 'answers' | 'empty' | 'negated' | 'all-disabled' | 'group-unknown' | 'role-unknown'

/** Everything that can be seen of a directory without changing anything: each server by itself, then what the rules name. */
export async function checkDirectory(host: Host, directory: OpenDirectory): Promise<Checked[]> {
  const all: Checked[] = []
  const missing = new Set<string>()
  for (const server of directory.servers) {
    const connections = openConnections({ ...directory, servers: [server] })
    const add = (verdict: Checked['verdict'], key: CheckWord, params: Record<string, string | number> = {}) =>
      all.push({ verdict, server, say: { key, params } })
    try {
      if (!directory.service) {
        await connections.asNobody(answers)
        add('ok', 'answers')
        continue
      }
      const seen = await connections.asService(async (client) => ({
        ...(await lookAtPeople(client, directory)),
        groups: directory.groups ? (await readGroups(client, directory)).all : [],
      }))
      const { people, disabled, withoutNegation } = seen
      if (people === 0 && withoutNegation > 0) add('bad', 'negated', { filter: directory.people.filter, count: withoutNegation })
      else if (people === 0) add('bad', 'empty', { base: directory.people.base.join('; '), filter: directory.people.filter })
      else if (disabled === people) add('warn', 'all-disabled', { filter: directory.people.disabled ?? '', count: people })
      else add('ok', 'reads', { people: people - disabled, disabled, groups: seen.groups.length })
      if (directory.groups) for (const group of missingGroups(directory, seen.groups)) missing.add(group)
    } catch (error) {
      const faults = error instanceof Unreachable ? error.faults : [faultOf(error, server, directory)]
      all.push({ verdict: 'bad', server: '', say: faults.map((fault) => ({ ...fault, server: fault.server || server })) })
      // The account is the same on the next server, and each refusal counts towards its lock.
      if (faults.some(({ name }) => name.startsWith('service-'))) break
    } finally {
      await connections.close()
    }
  }
  for (const group of missing) all.push({ verdict: 'bad', server: '', say: { key: 'group-unknown', params: { group } } })
  const roles = new Set((await listRoles(host.db)).filter(({ valid }) => valid).map(({ name }) => name))
  for (const name of new Set(directory.rules.flatMap((rule) => rule.roles)))
    if (!roles.has(name)) all.push({ verdict: 'bad', server: '', say: { key: 'role-unknown', params: { role: name } } })
  return all
}

/** A question that anybody may put; a server that refuses even this has answered, on a connection that is as it shall be. */
async function answers(client: Client): Promise<void> {
  try {
    await client.search('', { scope: 'base', attributes: ['1.1'] })
  } catch (error) {
    if (!(error instanceof ResultCodeError)) throw error
  }
}

/** How many there are, read to the last page as at night; and how many there would be if the filter denied nothing. */
async function lookAtPeople(client: Client, directory: OpenDirectory) {
  const count = async (filter: Filter): Promise<number> => {
    const dns = new Set<string>()
    for (const base of directory.people.base)
      for await (const entry of entriesBelow(client, directory, base, { filter, attributes: NOBODY_BY }))
        if (!isNobody(entry, directory)) dns.add(plainDn(entry.dn))
    return dns.size
  }
  const people = await count(peopleFilter(directory))
  const disabled = disabledFilter(directory)
  const positive = withoutNegations(peopleFilter(directory))
  return {
    people,
    disabled: disabled && people > 0 ? await count(disabled) : 0,
    withoutNegation: people === 0 && positive ? await count(positive) : 0,
  }
}

/** The filter without what it denies; undefined where it denies nothing, or nothing else would be left. */
function withoutNegations(filter: Filter): Filter | undefined {
  if (!(filter instanceof AndFilter)) return undefined
  const kept = filter.filters.filter((one) => !(one instanceof NotFilter)).map((one) => withoutNegations(one) ?? one)
  const positive = new AndFilter({ filters: kept })
  return kept.length === 0 || positive.toString() === filter.toString() ? undefined : positive
}
