/** Owns logging in: by password, by a one-time link sent to an address, and setting a password; each with its limits. */
import { setTimeout as sleep } from 'node:timers/promises'
import { recordEvent } from '../audit/record.ts'
import { siteUrl } from '../machine/config.ts'
import type { Id, Language } from '../database/schema.ts'
import { refused, Refusal } from '../errors.ts'
import type { Host } from '../kernel/contract.ts'
import type { Work } from '../kernel/work.ts'
import { ownSender } from '../mail/addresses.ts'
import { queueMail } from '../mail/outbound.ts'
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
import { loginTexts } from './login-texts.ts'
import {
  deleteOldLinks,
  endLinks,
  findCredentials,
  findLink,
  findPasswordHash,
  insertLink,
  isValidPerson,
  setPasswordHash,
  useLink,
} from './login.store.ts'
import { checkPassword, hashPassword } from './password.ts'
import { findPerson, findPersonByAddress, isAddress, normalAddress } from './persons.ts'
import { checkCode, hasSecondFactor } from './second-factor.ts'
import { endSessions, findHalfSession, openSession, type Client, type LoginBy, type Session } from './sessions.ts'
import { hashToken, newToken, secretPath } from './token.ts'

type Room = Pick<Host, 'db' | 'work' | 'clock' | 'config'> & Partial<Pick<Host, 'logins'>>

/** Of one client to one address, in the time of `attempts.ts`. */
const LINKS_PER_ADDRESS = 3
/** Of all clients together to one address: nobody's mailbox is filled by asking from many places. */
const LINKS_TO_ADDRESS = 6
export const LOGIN_LINK_MS = 30 * 60_000
export const SET_PASSWORD_LINK_MS = 24 * 3600_000
/** No login fails, and no link is sent, sooner than this: how long it took tells nothing of who exists, here or in a directory. */
const LEVEL_MS = 150
const level = (began: number): Promise<void> => sleep(Math.max(0, began + LEVEL_MS - performance.now()))

/** Logging in has database connections of its own: a flood of it takes none from pages. */
const own = <R extends Room>(room: R): R => (room.logins?.own ? { ...room, ...room.logins.own } : room)

const who = system('login')

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

/** Whose login and password these are: pomoc's own first, then every other way to log in. */
async function ownerOf(
  room: Room,
  login: string | undefined,
  password: string,
  person: Awaited<ReturnType<typeof findCredentials>>,
): Promise<{ personId: Id; by: LoginBy }> {
  const others = room.logins?.any ?? false
  // Where other ways are asked, who has no password here need not cost the work of hashing.
  if (person?.password_hash || !others) {
    if (await checkPassword(person?.password_hash, password)) return { personId: person!.id, by: 'password' }
  }
  // A local account's password is never shown to a directory, and nobody takes the account over by having its login there.
  if (login === undefined || password === '' || !others || (person?.password_hash && !person.in_directory)) throw refused('login-failed')
  const answer = await room.logins!.check({ login, password })
  if (typeof answer === 'object') return { personId: answer.personId, by: 'directory' }
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

async function whoTries(room: Pick<Room, 'db'>, personId: Id | undefined, client: Client): Promise<Pick<Try, 'clientAddress' | 'trier'>> {
  const known = personId !== undefined && maybeKnown(client) && (await isKnownDevice(room.db, personId, client.device!))
  return known ? { clientAddress: client.address, trier: knownDevice(hashToken(client.device!)) } : fromClient(client)
}

/** Opens the session; half of it where a code is still to come. */
async function enter(work: Work, personId: Id, client: Client, previousToken: string | undefined, by: LoginBy): Promise<string> {
  const waitsForCode = await hasSecondFactor(work.db, personId)
  if (!waitsForCode) await rememberDevice(work, personId, client.device)
  return openSession(work, personId, client, previousToken, { waitsForCode, by })
}

/** Ends the second step: the code makes a whole session, under a new token, of the half one. Errors: `login-needed`, and of `checkCode`. */
export async function logInByCode(anyRoom: Room, ask: { token: string; code: string; client: Client }): Promise<string> {
  const room = own(anyRoom)
  const half = await findHalfSession(room.db, ask.token, room.clock())
  if (!half) throw refused('login-needed')
  await checkCode(room, { personId: half.personId, code: ask.code, client: ask.client })
  return room.work(who, async (work) => {
    if (!(await isValidPerson(work.db, half.personId))) throw refused('login-failed')
    await rememberDevice(work, half.personId, ask.client.device)
    return openSession(work, half.personId, ask.client, ask.token, { by: 'code' })
  })
}

/**
 * Sends a one-time login link to an address that belongs to a customer without an agent's hat (agents log in with their
 * account). Whether the address is known is never told: the answer is the same.
 */
export async function sendLoginLink(
  anyRoom: Room,
  ask: { address: string; language: Language; client: Client /** Where the person is, of the site's own addresses. */; site?: string },
): Promise<void> {
  const room = own(anyRoom)
  const began = performance.now()
  const address = normalAddress(ask.address)
  if (!isAddress(address)) throw refused('person.address-invalid', { address: ask.address }, 'address')
  const typed = { account: `link to ${address}`, login: address, personId: undefined, ...fromClient(ask.client) }
  await inTurn(room, ask.client.address, async () => {
    if (!maybeKnown(ask.client)) await turnAway(room, typed)
    const owner = await findPersonByAddress(room.db, address)
    // In a browser of their own the owner gets one, however many strangers ask.
    await countAttempt(
      room,
      { ...typed, personId: owner?.id, ...(await whoTries(room, owner?.id, ask.client)) },
      { perLogin: LINKS_PER_ADDRESS, together: LINKS_TO_ADDRESS },
    )
  })
  await mailLoginLink(room, address, ask)
  await level(began)
}

async function mailLoginLink(room: Room, address: string, ask: { language: Language; client: Client; site?: string }): Promise<void> {
  await room.work(who, async (work) => {
    const person = await findPersonByAddress(work.db, address)
    if (!person || !person.valid || person.agent) return
    const token = newToken()
    recordEvent(work, { kind: 'login-link', object: { type: 'person', id: person.id }, clientAddress: ask.client.address })
    await insertLink(work.db, {
      tokenHash: hashToken(token),
      personId: person.id,
      purpose: 'login',
      now: work.now,
      expiresAt: new Date(work.now.getTime() + LOGIN_LINK_MS),
    })
    const t = loginTexts.in(person.language ?? ask.language)
    const from = await ownSender(work.db, work.config)
    await queueMail(work, {
      kind: 'login link',
      from,
      to: [address],
      subject: t('login-link.subject', { site: from.name }),
      body: t('login-link.body', {
        url: `${ask.site ?? siteUrl(work.config)}${secretPath('login', token)}`,
        minutes: LOGIN_LINK_MS / 60_000,
        site: from.name,
      }),
      // RFC 3834 5: nobody's auto-responder should answer this.
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  })
}

/** Whom an unused login link would log in; looking at it (as mail scanners do) does not use it up. */
export function peekLoginLink(room: Room, token: string) {
  return findLink(room.db, hashToken(token), 'login', room.clock())
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
  const found = await inTurn(room, ask.client.address, async () => {
    await turnAway(room, typed)
    const person = login === undefined ? undefined : await findCredentials(room.db, login)
    await countAttempt(
      room,
      { ...typed, typed: typed.account, account: person ? `link for ${accountOf(person.id)}` : typed.account, personId: person?.id },
      { perLogin: LINKS_PER_ADDRESS, strangersTogether: LINKS_TO_ADDRESS },
    )
    return person
  })
  await mailDeviceLink(room, found?.id, ask)
  await level(began)
}

async function mailDeviceLink(room: Room, personId: Id | undefined, ask: { language: Language; site?: string }): Promise<void> {
  await room.work(who, async (work) => {
    const person = personId && (await findPerson(work.db, personId))
    if (!person || !person.address) return
    const token = newToken()
    await insertLink(work.db, {
      tokenHash: hashToken(token),
      personId: person.id,
      purpose: 'device',
      now: work.now,
      expiresAt: new Date(work.now.getTime() + LOGIN_LINK_MS),
    })
    const t = loginTexts.in(person.language ?? ask.language)
    const from = await ownSender(work.db, work.config)
    await queueMail(work, {
      kind: 'login link',
      from,
      to: [person.address],
      subject: t('device-link.subject', { site: from.name }),
      body: t('device-link.body', {
        url: `${ask.site ?? siteUrl(work.config)}${secretPath('device', token)}`,
        minutes: LOGIN_LINK_MS / 60_000,
        site: from.name,
      }),
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  })
}

export function peekDeviceLink(room: Room, token: string) {
  return findLink(room.db, hashToken(token), 'device', room.clock())
}

/** The browser of whoever opens the link is the account's own from now on. Errors: `link-expired`. */
export async function openDeviceLink(room: Room, ask: { token: string; client: Client }): Promise<void> {
  await room.work(who, async (work) => {
    const personId = await useLink(work.db, hashToken(ask.token), 'device', work.now)
    if (!personId) throw refused('link-expired')
    await rememberDevice(work, personId, ask.client.device)
  })
}

/** Makes the token of a link (`/password/<token>`) with which a person sets their password once, within 24 hours. Earlier ones end. */
export async function createSetPasswordLink(work: Work, personId: Id): Promise<string> {
  await endLinks(work.db, personId, 'set-password', work.now)
  const token = newToken()
  await insertLink(work.db, {
    tokenHash: hashToken(token),
    personId,
    purpose: 'set-password',
    now: work.now,
    expiresAt: new Date(work.now.getTime() + SET_PASSWORD_LINK_MS),
  })
  return token
}

export function peekSetPasswordLink(room: Room, token: string) {
  return findLink(room.db, hashToken(token), 'set-password', room.clock())
}

/** Sets the password by a link, once; every other session ends and a new one is opened. */
export async function setPasswordByLink(
  room: Room,
  ask: { token: string; password: string; client: Client; previousToken?: string | undefined },
): Promise<string> {
  const hash = await hashPassword(ask.password)
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
  const attempt = await tryOf(room, '', ask.personId, ask.client)
  await countAttempt(room, attempt)
  const stored = await findPasswordHash(room.db, ask.personId)
  if (!(await checkPassword(stored, ask.current))) {
    await noteFailure(room, 'login-failed', attempt)
    throw refused('login-failed', {}, 'current')
  }
  const hash = await hashPassword(ask.next)
  await room.work(who, async (work) => {
    await takePassword(work, ask.personId, hash, ask.session, ask.client.device)
    notePassword(work, ask.personId, 'self')
  })
}

/** For commands and imports: sets a password without asking for the old one. */
export async function setPassword(room: Room, personId: Id, password: string): Promise<void> {
  const hash = await hashPassword(password)
  await room.work(who, async (work) => {
    await takePassword(work, personId, hash)
    notePassword(work, personId, 'command')
  })
}

function notePassword(work: Work, personId: Id, by: 'link' | 'self' | 'command'): void {
  recordEvent(work, {
    kind: 'password-set',
    object: { type: 'person', id: personId },
    personId: by === 'command' ? null : personId,
    after: { by },
  })
}

/** Stores a new password's hash; open links end, browsers are strangers again, and every session ends but `keep`. */
export async function takePassword(work: Work, personId: Id, hash: string, keep?: Session, keepDevice?: string): Promise<void> {
  await setPasswordHash(work.db, personId, hash)
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
