/** Owns logging in against directories: find the entry, try the password, take the person over; and telling each step. */
import { InvalidCredentialsError, PasswordPolicyControl, PasswordPolicyError, ResultCodeError, type Client, type Entry } from 'ldapts'
import {
  BootError,
  compareDirectoryPersons,
  normalLogin,
  reasonOf,
  system,
  takeDirectoryPersons,
  type DirectoryChange,
  type DirectoryPerson,
  type Host,
  type LoginAnswer,
  type LoginAsked,
} from '../../core/index.ts'
import { Unreachable } from './connections.ts'
import { isMeant, personOf } from './entry.ts'
import { findByName } from './find.ts'
import { groupsOf } from './groups.ts'
import { openDirectories, type OpenDirectory } from './house.ts'
import { withLogin } from './names.ts'

/** One thing that was done and what came of it; `step` is a text key below `step.`. */
export interface Step {
  step: StepName
  good: boolean
  detail: string
}
export type StepName =
  | 'login'
  | 'unreachable'
  | 'found'
  | 'not-found'
  | 'disabled'
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
  entry?: Entry
  person?: DirectoryPerson
}

/** The plugin's way to log in. Each directory in its order; the first that knows the account decides. */
export async function checkLogin({ login, password }: LoginAsked, host: Host): Promise<LoginAnswer> {
  let unavailable = false
  for (const directory of openDirectories(host.config)) {
    const { answer, person, steps } = await tryLogin(directory, login, password)
    const last = steps.at(-1)
    if (answer === 'unavailable') {
      host.log.warn({ directory: directory.name, reason: last?.detail }, 'the directory does not answer')
      unavailable = true
    } else if (answer !== 'known') {
      if (answer !== 'unknown') {
        host.log.info({ directory: directory.name, step: last?.step }, 'the directory refused a login')
        return answer
      }
    } else return takeOver(person!, host)
  }
  return unavailable ? 'unavailable' : 'unknown'
}

/** The person of an entry, made or changed where need be. Somebody in the way, or switched off by hand: refused. */
export async function takeOver(person: DirectoryPerson, host: Host): Promise<{ personId: string } | 'refused'> {
  let [change] = await compareDirectoryPersons(host.db, [person])
  if (change!.kind !== 'same' && change!.kind !== 'clash' && change!.kind !== 'off') {
    ;[change] = await host.work(system('ldap-auth'), (work) => takeDirectoryPersons(work, [person]))
  }
  if (change!.problems.length > 0)
    host.log.warn({ directory: person.directory, problems: change!.problems }, 'an entry could not be taken over as it stands')
  return change!.kind === 'clash' || change!.kind === 'off' || change!.personId === null ? 'refused' : { personId: change!.personId }
}

/** For the page and the command that explain: every step in every directory, and what would be taken over. Nothing is stored. */
export async function explainLogin(host: Host, typed: string, password: string | undefined) {
  const login = normalLogin(typed)
  const told: { directory: string; steps: Step[]; person?: DirectoryPerson; change?: DirectoryChange }[] = []
  if (login === undefined) return [{ directory: '', steps: [{ step: 'login' as const, good: false, detail: typed.slice(0, 100) }] }]
  for (const directory of openDirectories(host.config)) {
    const { steps, person } = await tryLogin(directory, login, password, true)
    const [change] = person ? await compareDirectoryPersons(host.db, [person]) : []
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
    if (!(error instanceof Unreachable || error instanceof ResultCodeError || error instanceof BootError)) throw error
    note('unreachable', false, reasonOf(error))
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
  const found = await connections.asService((client) => findByName(client, directory, login))
  if (typeof found === 'string') {
    const disabled =
      explain &&
      found === 'none' &&
      typeof (await connections.asService((client) => findByName(client, directory, login, { disabledToo: true }))) === 'object'
    note(disabled ? 'disabled' : found === 'none' ? 'not-found' : found, false, login)
    return { answer: found === 'several' ? 'refused' : 'unknown' }
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
  return { answer, ...(await read(directory, entry, await connections.asService((client) => groupsOf(client, directory, entry)), note)) }
}

/** Without a service account: the person binds by what they typed, and reads their own entry. */
async function asPerson(directory: OpenDirectory, login: string, password: string | undefined, note: Note): Promise<Omit<Tried, 'steps'>> {
  if (password === undefined || password === '') {
    note('not-tried', true)
    return { answer: 'unknown' }
  }
  return directory.connections.asNobody(async (client) => {
    const name = withLogin(directory.bindAs!, login)
    const refusal = await bind(client, name, password, note)
    // Without a service account nobody can tell a wrong password from an account of another directory.
    if (refusal) return { answer: refusal === 'refused' ? 'unknown' : refusal }
    const found = await findByName(client, directory, login)
    if (typeof found === 'string' || !isMeant(found.entry, directory, login)) {
      note(found === 'none' ? 'not-found' : 'several', false, login)
      return { answer: 'refused' }
    }
    note('found', true, found.entry.dn)
    return { answer: 'known', ...(await read(directory, found.entry, await groupsOf(client, directory, found.entry), note)) }
  })
}

async function read(
  directory: OpenDirectory,
  entry: Entry,
  groups: string[],
  note: Note,
): Promise<{ entry: Entry; person?: DirectoryPerson; answer?: 'refused' }> {
  if (directory.groups) note('groups', true, groups.join('\n'))
  const person = personOf(entry, directory, groups)
  if (typeof person === 'object') return { entry, person }
  note(person, false, person === 'no-id' ? directory.attributes.id : directory.attributes.login)
  return { entry, answer: 'refused' }
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
    note(why, false, why === 'refused' && !(error instanceof InvalidCredentialsError) ? error.message : '')
    return why === 'expired' ? 'expired' : 'refused'
  }
  if (policy.value?.error === PasswordPolicyError.ChangeAfterReset || policy.value?.error === PasswordPolicyError.PasswordExpired) {
    note('expired', false)
    return 'expired'
  }
  note('bound', true)
  return undefined
}

/** Why a bind failed. Active Directory says 532 and 773 only to whom the password is right; 775, 533 and 701 are locked, disabled, ended. */
export function refusalOf(error: ResultCodeError, policy: number | undefined): 'refused' | 'locked' | 'expired' {
  const data = /\bdata ([0-9a-f]{3,4})\b/i.exec(error.message)?.[1]?.toLowerCase()
  if (data === '532' || data === '773' || policy === PasswordPolicyError.PasswordExpired) return 'expired'
  return data === '775' || data === '533' || data === '701' || policy === PasswordPolicyError.AccountLocked ? 'locked' : 'refused'
}
