/** Owns logging in: by password, by a one-time link sent to an address, and setting a password; each with its limits. */
import { recordEvent } from '../audit/audit.ts'
import { countEvents } from '../audit/audit.store.ts'
import { siteUrl } from '../config.ts'
import type { Host } from '../kernel/contract.ts'
import type { Work } from '../kernel/work.ts'
import type { Id, Language } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { queueMail } from '../mail/outbound.ts'
import { system } from '../permission/actor.ts'
import {
  countAttempts, deleteAttempts, deleteOldLogins, endLinks, findCredentials, findLink, findPasswordHash, insertAttempt, insertLink, setPasswordHash, useLink,
} from './login.store.ts'
import { checkPassword, hashPassword } from './password.ts'
import { findPersonByAddress, isAddress, normalAddress } from './persons.ts'
import { endSessions, openSession, type Client, type Session } from './sessions.ts'
import { hashToken, newToken } from './token.ts'
import { loginTexts } from './login-texts.ts'

type Room = Pick<Host, 'db' | 'work' | 'clock' | 'config'>

/** Attempts are counted over this time, per login and client address together and per client address: the owner gets in from elsewhere. */
export const WINDOW_MS = 15 * 60_000
export const ATTEMPTS_PER_LOGIN = 10
export const ATTEMPTS_PER_CLIENT = 50
const LINKS_PER_ADDRESS = 3
export const LOGIN_LINK_MS = 30 * 60_000
export const SET_PASSWORD_LINK_MS = 24 * 3600_000

/** Failed logins that the audit log notes in a window; a flood of more is seen in its last entry, and cannot fill the disk. */
export const NOTED_PER_WINDOW = 1000

const who = system('login')

export interface LoginAsk { login: string; password: string; client: Client; previousToken?: string | undefined }

/**
 * Logs in by login or address and password; returns the new session's token. Three steps on purpose: the attempt is
 * committed before the password is looked at, so that a refusal cannot roll it back, and hashing holds no transaction.
 */
export async function logIn(room: Room, ask: LoginAsk): Promise<string> {
  const login = ask.login.trim().toLowerCase()
  const key = login.slice(0, 250)
  await countAttempt(room, key, ask.client.address, ATTEMPTS_PER_LOGIN)
  const person = login === '' ? undefined : await findCredentials(room.db, login)
  const fits = await checkPassword(person?.password_hash, ask.password)
  if (!person || !fits) {
    await noteFailure(room, 'login-failed', { login: key, personId: person?.id, clientAddress: ask.client.address })
    throw refused('login-failed')
  }
  return room.work(who, async (work) => {
    await deleteAttempts(work.db, key, ask.client.address)
    return openSession(work, person.id, ask.client, ask.previousToken)
  })
}

/**
 * Writes a failed login to the audit log. What was typed as the login of nobody may be somebody's password in the wrong field,
 * so only its beginning is kept.
 */
async function noteFailure(
  room: Room, kind: 'login-failed' | 'login-blocked', { login, personId, clientAddress, attempts }: { login: string; personId?: Id | undefined; clientAddress: string; attempts?: number },
): Promise<void> {
  await room.work(who, async (work) => {
    const noted = await countEvents(work.db, ['login-failed', 'login-blocked'], new Date(work.now.getTime() - WINDOW_MS), NOTED_PER_WINDOW)
    if (noted >= NOTED_PER_WINDOW) return
    recordEvent(work, {
      kind, clientAddress, ...(personId ? { object: { type: 'person', id: personId } } : {}),
      after: { ...(personId ? {} : { login: `${login.slice(0, 2)}…` }), ...(attempts ? { attempts } : {}), ...(noted + 1 === NOTED_PER_WINDOW ? { more: 'not noted' } : {}) },
    })
  })
}

/** Notes an attempt and refuses it when there were too many: `login-too-many` with the minutes left. */
async function countAttempt(room: Room, login: string, clientAddress: string, perLogin: number): Promise<void> {
  const { count, now } = await room.work(who, async (work) => {
    await insertAttempt(work.db, login, clientAddress, work.now)
    return { count: await countAttempts(work.db, login, clientAddress, new Date(work.now.getTime() - WINDOW_MS)), now: work.now }
  })
  // Once when the limit is passed, then at each tenfold: a flood is one line, and how large it was stands there too.
  const over = count.client > ATTEMPTS_PER_CLIENT ? count.client - ATTEMPTS_PER_CLIENT : count.both - perLogin
  if (over > 0 && /^10*$/.test(String(over))) {
    const address = login.replace(/^link:/, '')
    const person = await findCredentials(room.db, address)
    await noteFailure(room, 'login-blocked', { login: address, personId: person?.id, clientAddress, attempts: count.client > ATTEMPTS_PER_CLIENT ? count.client : count.both })
  }
  const first = count.client > ATTEMPTS_PER_CLIENT ? count.client_first : count.both > perLogin ? count.both_first : null
  if (first) throw refused('login-too-many', { minutes: Math.max(1, Math.ceil((first.getTime() + WINDOW_MS - now.getTime()) / 60_000)) })
}

/**
 * Sends a one-time login link to an address that belongs to a customer without an agent's hat (agents log in with their
 * account). Whether the address is known is never told: the answer is the same.
 */
export async function sendLoginLink(room: Room, ask: { address: string; language: Language; client: Client }): Promise<void> {
  const address = normalAddress(ask.address)
  if (!isAddress(address)) throw refused('person.address-invalid', { address: ask.address }, 'address')
  await countAttempt(room, `link:${address}`, ask.client.address, LINKS_PER_ADDRESS)
  await room.work(who, async (work) => {
    const person = await findPersonByAddress(work.db, address)
    if (!person || !person.valid || person.agent) return
    const token = newToken()
    recordEvent(work, { kind: 'login-link', object: { type: 'person', id: person.id }, clientAddress: ask.client.address })
    await insertLink(work.db, {
      tokenHash: hashToken(token), personId: person.id, purpose: 'login', now: work.now, expiresAt: new Date(work.now.getTime() + LOGIN_LINK_MS),
    })
    const t = loginTexts.in(person.language ?? ask.language)
    const from = { address: work.config.mailAddress, name: work.config.mail.fromName }
    await queueMail(work, {
      kind: 'login link', from, to: [address], subject: t('login-link.subject', { site: from.name }),
      body: t('login-link.body', { url: `${siteUrl(work.config)}/login/link/${token}`, minutes: LOGIN_LINK_MS / 60_000, site: from.name }),
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
    return openSession(work, personId, ask.client, ask.previousToken, 'link')
  })
}

/** Makes the token of a link (`/password/<token>`) with which a person sets their password once, within 24 hours. Earlier ones end. */
export async function createSetPasswordLink(work: Work, personId: Id): Promise<string> {
  await endLinks(work.db, personId, 'set-password', work.now)
  const token = newToken()
  await insertLink(work.db, {
    tokenHash: hashToken(token), personId, purpose: 'set-password', now: work.now,
    expiresAt: new Date(work.now.getTime() + SET_PASSWORD_LINK_MS),
  })
  return token
}

export function peekSetPasswordLink(room: Room, token: string) {
  return findLink(room.db, hashToken(token), 'set-password', room.clock())
}

/** Sets the password by a link, once; every other session ends and a new one is opened. */
export async function setPasswordByLink(
  room: Room, ask: { token: string; password: string; client: Client; previousToken?: string | undefined },
): Promise<string> {
  const hash = await hashPassword(ask.password)
  return room.work(who, async (work) => {
    const personId = await useLink(work.db, hashToken(ask.token), 'set-password', work.now)
    if (!personId) throw refused('link-expired')
    await takePassword(work, personId, hash)
    notePassword(work, personId, 'link')
    return openSession(work, personId, ask.client, ask.previousToken, 'link')
  })
}

/** A logged-in person changes their own password; sessions elsewhere end, this one stays. */
export async function changePassword(
  room: Room, ask: { personId: Id; login: string; current: string; next: string; session: Session; clientAddress: string },
): Promise<void> {
  await countAttempt(room, ask.login, ask.clientAddress, ATTEMPTS_PER_LOGIN)
  const stored = await findPasswordHash(room.db, ask.personId)
  if (!await checkPassword(stored, ask.current)) {
    await noteFailure(room, 'login-failed', { login: ask.login, personId: ask.personId, clientAddress: ask.clientAddress })
    throw refused('login-failed', {}, 'current')
  }
  const hash = await hashPassword(ask.next)
  await room.work(who, async (work) => {
    await takePassword(work, ask.personId, hash, ask.session)
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
  recordEvent(work, { kind: 'password-set', object: { type: 'person', id: personId }, personId: by === 'command' ? null : personId, after: { by } })
}

/** Stores a new password's hash; open links end, and every session but `keep`. */
export async function takePassword(work: Work, personId: Id, hash: string, keep?: Session): Promise<void> {
  await setPasswordHash(work.db, personId, hash)
  await endLinks(work.db, personId, 'set-password', work.now)
  await endLinks(work.db, personId, 'login', work.now)
  await endSessions(work, personId, keep)
}

/** Deletes attempts and links that no longer count; for a job once a day. */
export async function forgetOldLogins(work: Work): Promise<void> {
  await deleteOldLogins(work.db, new Date(work.now.getTime() - 7 * 24 * 3600_000))
}
