/** Owns the synchronisation: everybody in the directory taken over, and those who are gone switched off; or told what would be. */
import { ResultCodeError, type Entry } from 'ldapts'
import {
  compareDirectoryPersons,
  missingFromDirectory,
  reasonOf,
  seenInDirectory,
  switchOffDirectoryPersons,
  system,
  takeDirectoryPersons,
  type DirectoryChange,
  type DirectoryPerson,
  type Host,
} from '../../core/index.ts'
import { Unreachable } from './connections.ts'
import { attributesAsked, personOf } from './entry.ts'
import { asBytes, peopleFilter } from './find.ts'
import { readGroups } from './groups.ts'
import type { OpenDirectory } from './house.ts'
import { saveRun } from './runs.store.ts'

export interface Told {
  login: string
  name: string
  what: string
}

export interface Report {
  directory: string
  dry: boolean
  /** Entries read. */
  found: number
  same: number
  comes: Told[]
  changes: Told[]
  returns: Told[]
  /** Who is gone from the directory and was, or would be, switched off. */
  off: Told[]
  /** Too many at once: nobody was switched off. */
  braked: boolean
  clashes: Told[]
  problems: Told[]
  /** Why it could not be done at all. */
  error?: string
}

/** Entries are taken over so many at a time, each time one transaction. */
const BATCH = 100
/** Fewer than this are always switched off: the share says nothing of few. */
const ALWAYS = 10

/** Synchronises one directory. `allowOff`: so many may be switched off, whatever the brake says. */
export async function synchronise(
  host: Host,
  directory: OpenDirectory,
  { dry, allowOff }: { dry: boolean; allowOff?: number },
): Promise<Report> {
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
    clashes: [],
    problems: [],
  }
  try {
    if (!directory.service) throw new Unreachable([{ server: directory.name, reason: 'only a service account can read everybody' }])
    const { people, skipped } = await readEverybody(directory)
    report.found = people.length + skipped.length
    report.problems.push(...skipped)
    for (let at = 0; at < people.length; at += BATCH) await takeBatch(host, people.slice(at, at + BATCH), dry, report)
    await switchOff(host, directory, people, report, allowOff)
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof ResultCodeError)) throw error
    report.error = reasonOf(error)
  }
  if (!dry) await host.work(system('ldap-auth'), (work) => saveRun(work, report))
  return report
}

/** The whole directory or an error: half of it would switch the other half off. */
function readEverybody(directory: OpenDirectory): Promise<{ people: DirectoryPerson[]; skipped: Told[] }> {
  return directory.connections.asService(async (client) => {
    const groupsOf = await readGroups(client, directory)
    const entries = new Map<string, Entry>()
    for (const base of directory.people.base) {
      const pages = client.searchPaginated(base, {
        filter: peopleFilter(directory),
        attributes: attributesAsked(directory),
        explicitBufferAttributes: asBytes(directory),
        paged: { pageSize: directory.sync.pageSize },
      })
      for await (const { searchEntries } of pages) for (const entry of searchEntries) entries.set(entry.dn, entry)
    }
    const people: DirectoryPerson[] = []
    const skipped: Told[] = []
    for (const entry of entries.values()) {
      const person = personOf(entry, directory, groupsOf(entry))
      if (typeof person === 'object') people.push(person)
      else skipped.push({ login: '', name: entry.dn, what: person })
    }
    return { people, skipped }
  })
}

async function takeBatch(host: Host, people: DirectoryPerson[], dry: boolean, report: Report): Promise<void> {
  let changes = await compareDirectoryPersons(host.db, people)
  const differ = people.filter((_, i) => changes[i]!.kind !== 'same' && changes[i]!.kind !== 'clash')
  if (!dry) {
    if (differ.length > 0) {
      const done = await host.work(system('ldap-auth'), (work) => takeDirectoryPersons(work, differ))
      const byEntry = new Map(done.map((change) => [change.entry.id, change]))
      changes = changes.map((change) => byEntry.get(change.entry.id) ?? change)
    }
    await host.work(system('ldap-auth'), (work) =>
      seenInDirectory(
        work,
        people[0]!.directory,
        people.map(({ entryId }) => entryId),
      ),
    )
  }
  for (const change of changes) tell(change, report)
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
  list.push(...problems.map(({ problem, detail }) => said(`${problem}: ${detail}`)))
}

async function switchOff(
  host: Host,
  directory: OpenDirectory,
  people: DirectoryPerson[],
  report: Report,
  allowOff: number | undefined,
): Promise<void> {
  const { missing, on } = await missingFromDirectory(
    host.db,
    directory.name,
    people.map(({ entryId }) => entryId),
  )
  report.off = missing.map(({ login, name, dn }) => ({ login: login ?? '', name, what: dn }))
  report.braked = missing.length > Math.max(ALWAYS, (on * directory.sync.brakePercent) / 100, allowOff ?? 0)
  if (report.dry || report.braked || missing.length === 0) return
  const { stay } = await host.work(system('ldap-auth'), (work) =>
    switchOffDirectoryPersons(
      work,
      missing.map(({ id }) => id),
    ),
  )
  for (const one of missing.filter(({ id }) => stay.includes(id)))
    report.problems.push({ login: one.login ?? '', name: one.name, what: 'last-admin' })
}
