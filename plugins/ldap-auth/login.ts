/** Owns logging in against directories: find the entry, try the password, take the person over; and telling each step. */
import { InvalidCredentialsError, PasswordPolicyControl, PasswordPolicyError, ResultCodeError, type Client, type Entry } from 'ldapts'
import {
  BootError,
  compareDirectoryPersons,
  normalLogin,
  Refusal,
  system,
  takeDirectoryPersons,
  tryDirectoryPersons,
  type DirectoryChange,
  type DirectoryPerson,
  type Host,
  type LoginAnswer,
  type LoginAsked,
} from '../../core/index.ts'
import { personOf } from './entry.ts'
import { dataOf, faultOf, Unreachable, type Fault } from './faults.ts'
import { findByName, findTwins, namesOf, offOf } from './find.ts'
import { groupsOf, missingGroups, readGroups } from './groups.ts'
import { openDirectories, type OpenDirectory } from './house.ts'
import { withLogin } from './names.ts'
import { rightsRest } from './runs.store.ts'

/** One thing that was done and what came of it; `step` is a text key below `step.`. */
export interface Step {
  step: StepName
  good: boolean
  detail: string
  /** Of 'unreachable': what each server said. */
  faults?: Fault[]
}
export type StepName =
  | 'login'
  | 'unreachable'
  | 'found'
  | 'not-found'
  | 'disabled'
  | 'ended'
  | 'several'
  | 'other'
  | 'bound'
  | 'refused'
  | 'locked'
  | 'expired'
  | 'groups'
  | 'no-id'
  | 'no-login'
  | 'not-tried'

interface Tried {
  answer: 'known' | Exclude<LoginAnswer, object>
  steps: Step[]
  person?: DirectoryPerson
  /** Persons of other entries with the same lasting id, as far as is needed to see which of them it is. */
  twins?: DirectoryPerson[]
}

/** The plugin's way to log in. Each directory in its order; the first that knows the account decides. */
export async function checkLogin({ login, password }: LoginAsked, host: Host): Promise<LoginAnswer> {
  let unavailable = false
  for (const directory of openDirectories(host.config)) {
    const { answer, person, twins, steps } = await tryLogin(directory, login, password)
    const last = steps.at(-1)
    if (answer === 'unavailable') {
      host.log.warn({ directory: directory.name, reason: last?.detail }, 'the directory does not answer')
      unavailable = true
    } else if (answer !== 'known') {
      if (answer !== 'unknown') {
        host.log.info({ directory: directory.name, step: last?.step }, 'the directory refused a login')
        return answer
      }
    } else return takeOver(directory, person!, twins ?? [], host)
  }
  return unavailable ? 'unavailable' : 'unknown'
}

/** Who has a login or an address, made here where need be: in each directory that a service account may ask. */
export async function findAccount(typed: string, host: Host): Promise<string | undefined> {
  for (const directory of openDirectories(host.config).filter(({ service }) => service)) {
    const { answer, person, twins } = await tryLogin(directory, typed, undefined)
    if (answer !== 'known' || !person) continue
    const found = await takeOver(directory, person, twins ?? [], host)
    return found === 'refused' ? undefined : found.personId
  }
  return undefined
}

/** The person of an entry, made or changed where need be. Somebody in the way, or switched off by hand: refused. */
export async function takeOver(
  directory: OpenDirectory,
  person: DirectoryPerson,
  twins: readonly DirectoryPerson[],
  host: Host,
): Promise<{ personId: string } | 'refused'> {
  let change = (await compareDirectoryPersons(host.db, [person, ...twins], { now: host.clock() }))[0]!
  if (change.kind === 'comes' || change.kind === 'changes' || change.kind === 'returns') {
    const keepRights = change.loses && (await mayKeepRights(directory, host))
    try {
      change = (await host.work(system('ldap-auth'), (work) => takeDirectoryPersons(work, [person], { keepRights })))[0]!
    } catch (error) {
      // A rule of pomoc's refuses something of the entry: that is to be put right, and is no reason to keep out who is known.
      if (!(error instanceof Refusal)) throw error
      host.log.warn({ err: error, directory: person.directory, dn: person.dn }, 'an entry could not be taken over')
      return change.personId === null || change.kind === 'returns' ? 'refused' : { personId: change.personId }
    }
  }
  if (change.problems.length > 0)
    host.log.warn({ directory: person.directory, problems: change.problems }, 'an entry could not be taken over as it stands')
  return change.kind === 'clash' || change.kind === 'off' || change.personId === null ? 'refused' : { personId: change.personId }
}

/** By day as by night: while the brake holds, or a group that a rule names is nowhere, nobody loses a hat or a role by logging in. */
async function mayKeepRights(directory: OpenDirectory, host: Host): Promise<boolean> {
  if (await rightsRest(host.db, directory.name)) return true
  if (!directory.service || !directory.groups) return false
  const { all } = await directory.connections.asService((client) => readGroups(client, directory))
  return missingGroups(directory, all).length > 0
}

/** For the page and the command that explain: every step in every directory, and what would be taken over. Nothing is stored. */
export async function explainLogin(host: Host, typed: string, password: string | undefined) {
  const login = normalLogin(typed)
  const told: { directory: string; steps: Step[]; person?: DirectoryPerson; change?: DirectoryChange }[] = []
  if (login === undefined) return [{ directory: '', steps: [{ step: 'login' as const, good: false, detail: typed.slice(0, 100) }] }]
  for (const directory of openDirectories(host.config)) {
    const { steps, person, twins = [] } = await tryLogin(directory, login, password, true)
    let change = person && (await compareDirectoryPersons(host.db, [person, ...twins], { now: host.clock() }))[0]
    if (change && change.kind !== 'clash') {
      const keepRights = change.loses && (await mayKeepRights(directory, host))
      change = (await tryDirectoryPersons(host, system('ldap-auth'), [person!], { keepRights }))[0]
      // One who is not there yet has got a number in the trial only.
      if (change?.kind === 'comes') change = { ...change, personId: null }
    }
    told.push({ directory: directory.name, steps, ...(person ? { person } : {}), ...(change ? { change } : {}) })
    if (person) break
  }
  return told
}

/** With no password none is tried: only the entry is looked at. */
async function tryLogin(directory: OpenDirectory, login: string, password: string | undefined, explain = false): Promise<Tried> {
  const steps: Step[] = []
  const note = (step: StepName, good: boolean, detail = '') => {
    steps.push({ step, good, detail })
  }
  try {
    return {
      ...(await (directory.service ? asService(directory, login, password, note, explain) : asPerson(directory, login, password, note))),
      steps,
    }
  } catch (error) {
    // What the operator can put right and what the server says alike: nobody can be known here now.
    if (!(error instanceof Unreachable || error instanceof BootError)) throw error
    const faults = error instanceof Unreachable ? error.faults : [faultOf(error, '', directory)]
    steps.push({ step: 'unreachable', good: false, detail: error.message, faults })
    return { answer: 'unavailable', steps }
  }
}
type Note = (step: StepName, good: boolean, detail?: string) => void

async function asService(
  directory: OpenDirectory,
  login: string,
  password: string | undefined,
  note: Note,
  explain: boolean,
): Promise<Omit<Tried, 'steps'>> {
  const { connections } = directory
  const found = await connections.asService(async (client) => {
    const one = await findByName(client, directory, login)
    if (typeof one === 'string') return one
    return { ...one, off: await offOf(client, directory, one.entry) }
  })
  if (typeof found === 'string' || found.off) {
    const why = typeof found === 'string' ? (found === 'none' ? 'not-found' : found) : found.off!
    note(why, false, login)
    return { answer: why === 'several' ? 'refused' : 'unknown' }
  }
  const { entry } = found
  note('found', true, entry.dn)
  let answer: Tried['answer'] = 'known'
  if (password === undefined) note('not-tried', true)
  else {
    const refusal = await connections.asNobody((client) => bind(client, entry.dn, password, note))
    if (refusal && !explain) return { answer: refusal }
    answer = refusal ?? 'known'
  }
  return { answer, ...(await connections.asService((client) => read(client, directory, entry, note))) }
}

/** Without a service account: the person binds by what they typed, and reads their own entry. */
async function asPerson(directory: OpenDirectory, login: string, password: string | undefined, note: Note): Promise<Omit<Tried, 'steps'>> {
  if (password === undefined || password === '') {
    note('not-tried', true)
    return { answer: 'unknown' }
  }
  return directory.connections.asNobody(async (client) => {
    const name = nameToBind(directory, login)
    if (name === undefined) {
      note('not-found', false, login)
      return { answer: 'unknown' }
    }
    const refusal = await bind(client, name, password, note)
    // Without a service account nobody can tell a wrong password from an account of another directory.
    if (refusal) return { answer: refusal === 'refused' ? 'unknown' : refusal }
    const found = await findByName(client, directory, login)
    if (typeof found === 'string') {
      note(found === 'none' ? 'not-found' : found, false, login)
      return { answer: 'refused' }
    }
    const off = await offOf(client, directory, found.entry)
    if (off) {
      note(off, false, login)
      return { answer: 'refused' }
    }
    note('found', true, found.entry.dn)
    return { answer: 'known', ...(await read(client, directory, found.entry, note)) }
  })
}

/** What a person binds as: who typed a whole name of the domain binds by it, and not with the domain twice. */
function nameToBind(directory: OpenDirectory, typed: string): string | undefined {
  const { name } = namesOf(directory, typed)
  const isPrincipal = directory.kind === 'active-directory' && name?.includes('@')
  return name === undefined || isPrincipal ? name : withLogin(directory.bindAs!, name)
}

async function read(
  client: Client,
  directory: OpenDirectory,
  entry: Entry,
  note: Note,
): Promise<{ person?: DirectoryPerson; twins?: DirectoryPerson[]; answer?: 'refused' }> {
  const groups = await groupsOf(client, directory, entry)
  if (directory.groups) note('groups', true, groups.join('\n'))
  const person = personOf(entry, directory, groups)
  if (typeof person === 'object') {
    const twins = (await findTwins(client, directory, entry)).map((twin) => personOf(twin, directory, []))
    return { person, twins: twins.filter((twin) => typeof twin === 'object') }
  }
  note(person, false, person === 'no-id' ? directory.attributes.id : directory.attributes.login)
  return { answer: 'refused' }
}

/** Tries a password; undefined: it is right. An empty one is never sent: servers take it for a bind as nobody (RFC 4513 5.1.2). */
async function bind(client: Client, dn: string, password: string, note: Note): Promise<'refused' | 'expired' | undefined> {
  if (password === '') {
    note('refused', false)
    return 'refused'
  }
  const policy = new PasswordPolicyControl()
  try {
    await client.bind(dn, password, [policy])
  } catch (error) {
    if (!(error instanceof ResultCodeError) || error.code === 51 || error.code === 52) throw error
    const why = refusalOf(error, policy.value?.error)
    note(
      why,
      false,
      why === 'refused' && !(error instanceof InvalidCredentialsError)
        ? String(faultOf(error, '', { service: undefined }).params['reason'])
        : '',
    )
    return why === 'expired' ? 'expired' : 'refused'
  }
  if (policy.value?.error === PasswordPolicyError.ChangeAfterReset || policy.value?.error === PasswordPolicyError.PasswordExpired) {
    note('expired', false)
    return 'expired'
  }
  note('bound', true)
  return undefined
}

/** Why a bind failed. Active Directory says 532 and 773 only to whom the password is right; 775 is locked, 533 disabled, 701 ended. */
export function refusalOf(error: ResultCodeError, policy: number | undefined): 'refused' | 'locked' | 'disabled' | 'ended' | 'expired' {
  const data = dataOf(error)
  if (data === '532' || data === '773' || policy === PasswordPolicyError.PasswordExpired) return 'expired'
  if (data === '533') return 'disabled'
  if (data === '701') return 'ended'
  return data === '775' || policy === PasswordPolicyError.AccountLocked ? 'locked' : 'refused'
}
