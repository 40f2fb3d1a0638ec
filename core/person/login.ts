/** Owns logging in – by password, by code, by a one-time link –, asking for such a link, and setting a password; each with its limits. */
import { setTimeout as sleep } from 'node:timers/promises'
import { recordEvent } from '../audit/record.ts'
import type { Id, Language } from '../database/schema.ts'
import { refused, Refusal } from '../errors.ts'
import type { Host } from '../kernel/contract.ts'
import type { Work } from '../kernel/work.ts'
import { system } from '../kernel/actor.ts'
import { deleteAttempts, deleteOldAttempts } from './attempts.store.ts'
import {
  ATTEMPTS_BEFORE_GUARD,
  countAttempt,
  takeSeat,
  inTurn,
  isFlood,
  knownDevice,
  noteFailure,
  stranger,
  turnAway,
  turnFloodAway,
  type Try,
} from './attempts.ts'
import { forgetDevices, forgetOldDevices, isKnownDevice, rememberDevice } from './devices.ts'
import { normalLogin } from './login-name.ts'
import { LINK_JOB, peekSetPasswordLink, type LinkAsk } from './login-links.ts'
import {
  deleteOldLinks,
  endLinks,
  findCredentials,
  findPasswordHash,
  isValidPerson,
  setFirstPasswordHash,
  setPasswordHash,
  useLink,
} from './login.store.ts'
import { checkPassword, hashChosenPassword, hashPassword } from './password.ts'
import { findPerson, findPersonByAddress, isAddress, normalAddress } from './persons.ts'
import { checkCode, hasSecondFactor } from './second-factor.ts'
import { tellOfNewBrowser, tellOwner } from './safety/owner-mail.ts'
import { endSessions, findHalfSession, openSession, type Client, type LoginBy, type Session } from './sessions.ts'
import { hashToken } from './token.ts'

/** What logging in needs of a program; without `logins` there are pomoc's own passwords and links alone. */
export type LoginRoom = Pick<Host, 'db' | 'work' | 'clock' | 'config'> & Partial<Pick<Host, 'logins'>>
type Room = LoginRoom

/** Of one client to one address, in the time of `attempts.ts`: who waits for a mail that is put off asks more than once. */
const LINKS_PER_ADDRESS = 5
/** Of all clients together to one address: nobody's mailbox is filled by asking from many places. */
const LINKS_TO_ADDRESS = 6
/** No login fails, and no link is sent, sooner than this: how long it took tells nothing of who exists, here or in a directory. */
const LEVEL_MS = 150
const level = (began: number): Promise<void> => sleep(Math.max(0, began + LEVEL_MS - performance.now()))

/** Logging in has database connections of its own: a flood of it takes none from pages. */
const own = <R extends Room>(room: R): R => (room.logins?.own ? { ...room, ...room.logins.own } : room)

const who = system('login')
/** An id that no person has. */
const NOBODY: Id = '0'

export interface LoginAsk {
  login: string
  password: string
  client: Client
  previousToken?: string | undefined
}

/**
 * Logs in by login or address and password; returns the new session's token, half open where a code is still to come
 * (`findHalfSession`). Three steps on purpose: the attempt is committed before the password is looked at, so that a refusal
 * cannot roll it back, and neither hashing nor a directory is waited for inside a transaction. Errors: `login-failed`,
 * `login-expired`, `login-unavailable`, `login-too-many`, `login-guarded`.
 */
export async function logIn(anyRoom: Room, ask: LoginAsk): Promise<string> {
  const room = own(anyRoom)
  const began = performance.now()
  const login = normalLogin(ask.login)
  const { person, attempt } = await inTurn(room, ask.client.address, async () => {
    // As a stranger first, by what was typed: a browser that the owner may have used is looked up all the same.
    const typed = { account: `login ${login ?? '?'}`, login: login ?? '?', personId: undefined, ...fromClient(ask.client) }
    if (!maybeKnown(ask.client)) await turnAway(room, typed)
    const found = login === undefined ? undefined : await findCredentials(room.db, login)
    const tried = { ...(await tryOf(room, login ?? '?', found?.id, ask.client)), typed: typed.account }
    await countAttempt(room, tried, { strangersTogether: ATTEMPTS_BEFORE_GUARD })
    return { person: found, attempt: tried }
  })
  try {
    const { personId, by } = await ownerOf(room, login, ask.password, person)
    return await room.work(who, async (work) => {
      if (!(await isValidPerson(work.db, personId))) throw refused('login-failed')
      await deleteAttempts(work.db, attempt.account, attempt.trier.key)
      return enter(work, personId, ask.client, ask.previousToken, by)
    })
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'login-unavailable') await noteFailure(room, 'login-failed', attempt)
    await level(began)
    throw error
  }
}

/** Whose login and password these are: pomoc's own first, then every other way to log in. Errors: `login-failed`, `-expired`, `-unavailable`. */
export async function ownerOf(
  room: Room,
  login: string | undefined,
  password: string,
  person: { id: Id; password_hash: string | null; in_directory: boolean } | undefined,
): Promise<{ personId: Id; by: LoginBy }> {
  const others = room.logins?.any ?? false
  // Where other ways are asked, who has no password here need not cost the work of hashing.
  if (person?.password_hash || !others) {
    if (await checkPassword(person?.password_hash, password)) return { personId: person!.id, by: 'password' }
  }
  // A local account's password is never shown to a directory, and nobody takes the account over by having its login there.
  if (login === undefined || password === '' || !others || (person?.password_hash && !person.in_directory)) throw refused('login-failed')
  const answer = await room.logins!.check({ login, password, personId: person?.id })
  if (typeof answer === 'object') return { personId: answer.personId, by: answer.adopted ? 'password' : 'directory' }
  throw refused(answer === 'unavailable' ? 'login-unavailable' : answer === 'expired' ? 'login-expired' : 'login-failed')
}

/** The refusal of a request to log in from a client that floods, before anything of it is read; undefined: it may be looked at. */
export const refuseFlood = (room: Room, clientAddress: string): Refusal | undefined => turnFloodAway(own(room), clientAddress)

/** A request to log in comes in: what to call when it is answered, or the refusal where too many of its client's are under way. */
export const enterLogin = (room: Room, clientAddress: string): (() => void) | Refusal => takeSeat(own(room), clientAddress)

/** Is this a refusal in the middle of a client's flood, which a few words answer? */
export const isFloodRefusal = (room: Room, error: unknown, clientAddress: string): error is Refusal =>
  error instanceof Refusal && error.code === 'login-too-many' && isFlood(own(room), clientAddress)

const accountOf = (personId: Id): string => `person ${personId}`

/** Did the browser bring a secret, which may be one that an account knows? */
const maybeKnown = (client: Client): boolean => client.device !== undefined && client.newDevice !== true
const fromClient = (client: Client): Pick<Try, 'clientAddress' | 'trier'> => ({
  clientAddress: client.address,
  trier: stranger(client.address),
})

/** An attempt as it is counted: a browser that the account's owner has used counts by itself, everybody else by their address. */
async function tryOf(room: Pick<Room, 'db'>, login: string, personId: Id | undefined, client: Client): Promise<Try> {
  return {
    account: personId === undefined ? `login ${login}` : accountOf(personId),
    login,
    personId,
    ...(await whoTries(room, personId, client)),
  }
}

/** The same of somebody who is logged in. */
export const attemptAt = (room: Pick<Room, 'db'>, personId: Id, client: Client): Promise<Try> => tryOf(room, '', personId, client)

async function whoTries(room: Pick<Room, 'db'>, personId: Id | undefined, client: Client): Promise<Pick<Try, 'clientAddress' | 'trier'>> {
  // Asked of nobody's login too: what is asked of the database tells no more than the answer does.
  const known = maybeKnown(client) && (await isKnownDevice(room.db, personId ?? NOBODY, client.device!)) && personId !== undefined
  return known ? { clientAddress: client.address, trier: knownDevice(hashToken(client.device!)) } : fromClient(client)
}

/** Opens the session; half of it where a code is still to come. */
async function enter(work: Work, personId: Id, client: Client, previousToken: string | undefined, by: LoginBy): Promise<string> {
  const waitsForCode = await hasSecondFactor(work.db, personId)
  // Who came by a link has the mailbox to which it would be told.
  if (!waitsForCode) await meetDevice(work, personId, client, by !== 'link')
  return openSession(work, personId, client, previousToken, { waitsForCode, by })
}

async function meetDevice(work: Work, personId: Id, client: Client, told = true): Promise<void> {
  if ((await rememberDevice(work, personId, client.device)) && told) await tellOfNewBrowser(work, personId, client)
}

/** Ends the second step: the code makes a whole session, under a new token, of the half one. Errors: `login-needed`, and of `checkCode`. */
export async function logInByCode(anyRoom: Room, ask: { token: string; code: string; client: Client }): Promise<string> {
  const room = own(anyRoom)
  const half = await findHalfSession(room.db, ask.token, room.clock())
  if (!half) throw refused('login-needed')
  await checkCode(room, { personId: half.personId, code: ask.code, client: ask.client })
  return room.work(who, async (work) => {
    if (!(await isValidPerson(work.db, half.personId))) throw refused('login-failed')
    await meetDevice(work, half.personId, ask.client)
    return openSession(work, half.personId, ask.client, ask.token, { by: 'code' })
  })
}

const askLink = (room: Room, ask: LinkAsk): Promise<void> =>
  room.work(who, async (work) => work.enqueue(LINK_JOB, { ...ask }, { maxAttempts: 5 }))

/**
 * Mails a one-time login link to an address that belongs to somebody who has no password, or to a customer; to agents with a password how
 * they log in. Whether the address is known is never told: the answer is the same, and so is what is done until it is given.
 * Errors: `person.address-invalid`, `login-links-too-many`, and of a flood `login-too-many`.
 */
export async function sendLoginLink(
  anyRoom: Room,
  ask: {
    address: string
    language: Language
    client: Client
    /** Where the person is, of the site's own addresses. */
    site?: string
    /** Where the link leads: a path of ours. */
    next?: string | undefined
  },
): Promise<void> {
  const room = own(anyRoom)
  const began = performance.now()
  const address = normalAddress(ask.address)
  if (!isAddress(address)) throw refused('person.address-invalid', { address: ask.address }, 'address')
  const typed = { account: `link to ${address}`, login: address, personId: undefined, ...fromClient(ask.client) }
  await linksNotTooMany(room, ask.client, () =>
    inTurn(room, ask.client.address, async () => {
      if (!maybeKnown(ask.client)) await turnAway(room, typed)
      const owner = await findPersonByAddress(room.db, address)
      // In a browser of their own the owner gets one, however many strangers ask.
      await countAttempt(
        room,
        { ...typed, personId: owner?.id, ...(await whoTries(room, owner?.id, ask.client)) },
        { perLogin: LINKS_PER_ADDRESS, together: LINKS_TO_ADDRESS },
      )
    }),
  )
  const { language, site, next } = ask
  await askLink(room, {
    purpose: 'login',
    who: address,
    language,
    clientAddress: ask.client.address,
    ...(site === undefined ? {} : { site }),
    // A longer address is no link any more once a mail program has broken it.
    ...(next !== undefined && next !== '/' && next.length <= 300 ? { next } : {}),
  })
  await level(began)
}

/** Whoever asks for links has not tried to log in: too many of them are told so in their own words, but in the middle of a flood. */
async function linksNotTooMany(room: Room, client: Client, count: () => Promise<void>): Promise<void> {
  try {
    await count()
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'login-too-many' || isFlood(room, client.address)) throw error
    throw refused('login-links-too-many', error.params)
  }
}

/** Logs in by a link, once. */
export function logInByLink(room: Room, ask: { token: string; client: Client; previousToken?: string | undefined }): Promise<string> {
  return room.work(who, async (work) => {
    const personId = await useLink(work.db, hashToken(ask.token), 'login', work.now)
    if (!personId) throw refused('link-expired')
    return enter(work, personId, ask.client, ask.previousToken, 'link')
  })
}

/**
 * For the owner of a guarded account in a browser that is new: mails a link that makes the browser known, so that it may try
 * the password. It logs nobody in. Whether the account is there is never told: the answer is the same.
 */
export async function sendDeviceLink(
  anyRoom: Room,
  ask: { login: string; language: Language; client: Client; site?: string },
): Promise<void> {
  const room = own(anyRoom)
  const began = performance.now()
  const login = normalLogin(ask.login)
  const typed = { account: `link for login ${login ?? '?'}`, login: login ?? '?', personId: undefined, ...fromClient(ask.client) }
  await linksNotTooMany(room, ask.client, () =>
    inTurn(room, ask.client.address, async () => {
      await turnAway(room, typed)
      const person = login === undefined ? undefined : await findCredentials(room.db, login)
      await countAttempt(
        room,
        { ...typed, typed: typed.account, account: person ? `link for ${accountOf(person.id)}` : typed.account, personId: person?.id },
        { perLogin: LINKS_PER_ADDRESS, strangersTogether: LINKS_TO_ADDRESS },
      )
    }),
  )
  const { language, site } = ask
  await askLink(room, {
    purpose: 'device',
    who: login ?? '',
    language,
    clientAddress: ask.client.address,
    ...(site === undefined ? {} : { site }),
  })
  await level(began)
}

/** The browser of whoever opens the link is the account's own from now on. Errors: `link-expired`. */
export async function openDeviceLink(room: Room, ask: { token: string; client: Client }): Promise<void> {
  await room.work(who, async (work) => {
    const personId = await useLink(work.db, hashToken(ask.token), 'device', work.now)
    if (!personId) throw refused('link-expired')
    await rememberDevice(work, personId, ask.client.device)
  })
}

/** Words of the owner's that make no password. */
export async function ownWords(db: Room['db'], personId: Id): Promise<string[]> {
  const person = await findPerson(db, personId)
  return [
    person?.login,
    person?.name,
    ...(person?.name.split(' ') ?? []),
    person?.address,
    ...(person?.address?.split(/[@.]/) ?? []),
  ].flatMap((word) => (word && word.length > 2 ? [word] : []))
}

/** Sets the password by a link, once; every other session ends and a new one is opened. */
export async function setPasswordByLink(
  room: Room,
  ask: { token: string; password: string; client: Client; previousToken?: string | undefined },
): Promise<string> {
  const owner = await peekSetPasswordLink(room, ask.token)
  if (!owner) throw refused('link-expired')
  const hash = await hashChosenPassword(ask.password, await ownWords(room.db, owner.id))
  return room.work(who, async (work) => {
    const personId = await useLink(work.db, hashToken(ask.token), 'set-password', work.now)
    if (!personId) throw refused('link-expired')
    await takePassword(work, personId, hash)
    notePassword(work, personId, 'link')
    return enter(work, personId, ask.client, ask.previousToken, 'link')
  })
}

/** A logged-in person changes their own password; sessions elsewhere end, this one stays. */
export async function changePassword(
  anyRoom: Room,
  ask: { personId: Id; current: string; next: string; session: Session; client: Client },
): Promise<void> {
  const room = own(anyRoom)
  const attempt = await attemptAt(room, ask.personId, ask.client)
  await countAttempt(room, attempt)
  const stored = await findPasswordHash(room.db, ask.personId)
  if (!(await checkPassword(stored, ask.current))) {
    await noteFailure(room, 'login-failed', attempt)
    throw refused('login-failed', {}, 'current')
  }
  const hash = await hashChosenPassword(ask.next, await ownWords(room.db, ask.personId))
  await room.work(who, async (work) => {
    await takePassword(work, ask.personId, hash, ask.session, ask.client.device)
    notePassword(work, ask.personId, 'self')
  })
}

/** For imports: sets a password as it is, without asking for the old one; commands use `setPasswordOf`, which asks how easily it is guessed. */
export async function setPassword(room: Room, personId: Id, password: string): Promise<void> {
  const hash = await hashPassword(password)
  await room.work(who, async (work) => {
    await takePassword(work, personId, hash)
    notePassword(work, personId, 'command')
  })
}

/**
 * Makes the password that somebody has just proved to be theirs elsewhere (`hashKnownPassword`) their own here. To them nothing changes: no
 * session ends and nobody is told. False: they have one by now, and it stays.
 */
export async function adoptPassword(work: Work, personId: Id, hash: string): Promise<boolean> {
  if (!(await setFirstPasswordHash(work.db, personId, hash))) return false
  notePassword(work, personId, 'adopted')
  return true
}

function notePassword(work: Work, personId: Id, by: 'link' | 'self' | 'command' | 'adopted'): void {
  recordEvent(work, {
    kind: 'password-set',
    object: { type: 'person', id: personId },
    personId: by === 'command' ? null : personId,
    after: { by },
  })
}

/** Stores a new password's hash and tells its owner of the change; open links end, browsers are strangers again, and every session ends but `keep`. */
export async function takePassword(work: Work, personId: Id, hash: string, keep?: Session, keepDevice?: string): Promise<void> {
  const before = await findPasswordHash(work.db, personId)
  await setPasswordHash(work.db, personId, hash)
  // The first one is no change, and its owner has just asked for it.
  if (before) await tellOwner(work, personId, 'password')
  await endLinks(work.db, personId, 'all', work.now)
  await forgetDevices(work, personId)
  if (keep && keepDevice) await rememberDevice(work, personId, keepDevice)
  await endSessions(work, personId, keep)
}

/** Deletes attempts, links and browsers that no longer count; for a job once a day. */
export async function forgetOldLogins(work: Work): Promise<void> {
  const before = new Date(work.now.getTime() - 7 * 24 * 3600_000)
  await deleteOldAttempts(work.db, before)
  await deleteOldLinks(work.db, before)
  await forgetOldDevices(work)
}
