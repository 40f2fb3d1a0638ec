/** Owns the synchronisation: everybody in the directory taken over, and those who are gone switched off; or told what would be. */
import type { Entry } from 'ldapts'
import {
  BootError,
  reasonOf,
  system,
  takeDirectory,
  type DirectoryChange,
  type DirectoryPerson,
  type DirectoryProblem,
  type Host,
} from '../../core/index.ts'
import { asBytes, attributesAsked, endOf, isNobody, personOf } from './entry.ts'
import { faultOf, Unreachable, type Fault } from './faults.ts'
import { disabledFilter, entriesBelow, peopleFilter } from './find.ts'
import { missingGroups, readGroups } from './groups.ts'
import type { OpenDirectory } from './house.ts'
import { plainDn } from './names.ts'
import { saveRun } from './runs.store.ts'

export interface Told {
  login: string
  name: string
  /** What differs, or `problem: detail`. */
  what: string
}
/** What is told of a run besides what the core finds. */
export type RunProblem = DirectoryProblem | 'no-id' | 'no-login' | 'group-unknown'

export interface Report {
  directory: string
  dry: boolean
  /** Entries of people in use. */
  found: number
  same: number
  comes: Told[]
  changes: Told[]
  returns: Told[]
  /** Who is gone from the directory, disabled or ended, and was, or would be, switched off. */
  off: Told[]
  /** Too many at once: nobody was switched off. */
  braked: boolean
  /** How many lose a hat or a role; braked: too many at once, or a rule's group is nowhere, so nobody did. */
  rights: { losing: number; braked: boolean }
  clashes: Told[]
  problems: Told[]
  /** Why it could not be done to its end. */
  faults?: Fault[]
  /** The same as earlier versions wrote it. */
  error?: string
}

export interface SyncOptions {
  dry: boolean
  /** So many may be switched off, or lose a hat or a role, whatever the brakes say. */
  allowOff?: number
  allowRights?: number
}

/** Synchronises one directory. Never throws for what is wrong with it: each run is told and recorded, failed ones above all. */
export async function synchronise(host: Host, directory: OpenDirectory, { dry, allowOff, allowRights }: SyncOptions): Promise<Report> {
  const report: Report = {
    directory: directory.name,
    dry,
    found: 0,
    same: 0,
    comes: [],
    changes: [],
    returns: [],
    off: [],
    braked: false,
    rights: { losing: 0, braked: false },
    clashes: [],
    problems: [],
  }
  try {
    if (!directory.service) throw new Unreachable([{ server: '', name: 'only-service', params: {} }])
    const { people, skipped, missing } = await readEverybody(directory, host.clock())
    report.found = people.length + skipped.length
    report.problems.push(...missing.map((group) => ({ login: '', name: '', what: `group-unknown: ${group}` })), ...skipped)
    const night = await takeDirectory(host, system('ldap-auth'), directory.name, people, {
      dry,
      brakePercent: directory.sync.brakePercent,
      keepRights: missing.length > 0,
      ...(allowOff === undefined ? {} : { allowOff }),
      ...(allowRights === undefined ? {} : { allowRights }),
    })
    for (const change of night.changes) tell(change, report)
    report.off = night.gone.map(({ login, name, dn }) => ({ login: login ?? '', name, what: dn }))
    report.braked = night.offBraked
    report.rights = { losing: night.losing, braked: night.rightsBraked }
    for (const { id, login, name } of night.gone)
      if (night.stay.includes(id)) report.problems.push({ login: login ?? '', name, what: `last-admin: ${login ?? name}` })
  } catch (error) {
    report.faults = error instanceof Unreachable ? error.faults : [faultOf(error, '', directory)]
    if (!(error instanceof Unreachable || error instanceof BootError))
      host.log.error({ err: error, directory: directory.name }, `the synchronisation broke off: ${reasonOf(error)}`)
  }
  if (!dry) await host.work(system('ldap-auth'), (work) => saveRun(work, report))
  return report
}

/** The whole directory or an error: half of it would switch the other half off. */
export function readEverybody(
  directory: OpenDirectory,
  now: Date,
): Promise<{ people: DirectoryPerson[]; skipped: Told[]; missing: string[] }> {
  return directory.connections.asService(async (client) => {
    const groups = await readGroups(client, directory)
    const entries = new Map<string, Entry>()
    const off = new Set<string>()
    const disabled = disabledFilter(directory)
    for (const base of directory.people.base) {
      const options = {
        filter: peopleFilter(directory),
        attributes: attributesAsked(directory),
        explicitBufferAttributes: asBytes(directory),
      }
      for await (const entry of entriesBelow(client, directory, base, options))
        if (!isNobody(entry, directory)) entries.set(entry.dn, entry)
      // Asked after the people: who is disabled in between is seen to be, and never the other way round.
      if (disabled)
        for await (const { dn } of entriesBelow(client, directory, base, { filter: disabled, attributes: ['1.1'] })) off.add(plainDn(dn))
    }
    const people: DirectoryPerson[] = []
    const skipped: Told[] = []
    for (const entry of entries.values()) {
      const ends = endOf(entry, directory)
      if (off.has(plainDn(entry.dn)) || (ends && ends <= now)) continue
      const person = personOf(entry, directory, await groups.groupsOf(entry))
      if (typeof person === 'object') people.push(person)
      else
        skipped.push({
          login: '',
          name: entry.dn,
          what: `${person}: ${person === 'no-id' ? directory.attributes.id : directory.attributes.login}`,
        })
    }
    return { people, skipped, missing: directory.groups ? missingGroups(directory, groups.all) : [] }
  })
}

function tell({ kind, entry, what, problems }: DirectoryChange, report: Report): void {
  const said = (text: string): Told => ({ login: entry.login, name: entry.name, what: text })
  const differences = what
    .filter(({ field }) => field !== 'attributes' && field !== 'groups' && field !== 'dn')
    .map(({ field, before, after }) => `${field}: ${before || '–'} → ${after || '–'}`)
    .join('; ')
  if (kind === 'comes') report.comes.push(said(entry.dn))
  else if (kind === 'changes') report.changes.push(said(differences || what.map(({ field }) => field).join(', ')))
  else if (kind === 'returns') report.returns.push(said(differences))
  else if (kind !== 'clash') report.same++
  const list = kind === 'clash' ? report.clashes : report.problems
  list.push(...problems.filter(({ again }) => !again).map(({ problem, detail }) => said(`${problem}: ${detail}`)))
}
