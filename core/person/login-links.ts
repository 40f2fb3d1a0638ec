/** Owns one-time links: to log in, to make a browser known, to set a password; the job that mails them to whoever asked, and looking at one. */
import { recordEvent } from '../audit/record.ts'
import type { Id, Language } from '../database/schema.ts'
import { system } from '../kernel/actor.ts'
import type { Host } from '../kernel/contract.ts'
import type { Work } from '../kernel/work.ts'
import { siteUrl } from '../machine/config.ts'
import { ownSender } from '../mail/addresses.ts'
import { queueMail } from '../mail/outbound.ts'
import { demandAdmin } from '../permission/policy.ts'
import { loginTexts } from './login-texts.ts'
import { endLinks, findCredentials, findCredentialsOf, findLink, insertLink } from './login.store.ts'
import { findPerson, findPersonByAddress } from './persons.ts'
import { hashToken, newToken, secretPath } from './token.ts'

type Room = Pick<Host, 'db' | 'clock'>

/** RFC 3834 5: nobody's auto-responder should answer this. */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated' }

/** Mail that is new to a server is often put off for half an hour (greylisting). */
export const LOGIN_LINK_MS = 60 * 60_000
export const SET_PASSWORD_LINK_MS = 24 * 3600_000

/** What somebody asked for who cannot log in, as the job has it that sees to it. */
export interface LinkAsk {
  purpose: 'login' | 'device'
  /** An address in its normal form, or a login as `normalLogin` makes it. */
  who: string
  language: Language
  clientAddress: string
  /** The site's own address under which they are. */
  site?: string
  /** Where they wanted to go: a path of ours. */
  next?: string
}

/** The job that sees to what was asked for. Until then the same is done for everybody, whoever is asked for. */
export const LINK_JOB = 'person/link'

/** The job `LINK_JOB`: mails what was asked for to whoever is there. */
export async function runLinkJob(room: Pick<Host, 'work'>, payload: Record<string, unknown>): Promise<void> {
  const ask = payload as unknown as LinkAsk
  await room.work(system('login'), (work) => (ask.purpose === 'login' ? mailLoginLink(work, ask) : mailDeviceLink(work, ask)))
}

async function mailLoginLink(work: Work, ask: LinkAsk): Promise<void> {
  const person = await findPersonByAddress(work.db, ask.who)
  if (!person?.valid) return
  const credentials = await findCredentialsOf(work.db, person.id)
  const t = loginTexts.in(person.language ?? ask.language)
  const from = await ownSender(work.db, work.config)
  const site = ask.site ?? siteUrl(work.config)
  const next = ask.next === undefined ? '' : `?next=${encodeURIComponent(ask.next)}`
  const mail = { kind: 'login link' as const, from, to: [ask.who], headers: AUTOMATIC }
  if (person.agent && (credentials?.password_hash || credentials?.in_directory)) {
    await queueMail(work, {
      ...mail,
      subject: t('login-how.subject', { site: from.name }),
      body: t(credentials.password_hash ? 'login-how.body' : 'login-how-campus.body', {
        url: `${site}/login${next}`,
        login: credentials.login ?? ask.who,
        address: from.address,
        site: from.name,
      }),
    })
    return
  }
  recordEvent(work, { kind: 'login-link', object: { type: 'person', id: person.id }, clientAddress: ask.clientAddress })
  const token = await newLink(work, person.id, 'login', LOGIN_LINK_MS)
  await queueMail(work, {
    ...mail,
    subject: t('login-link.subject', { site: from.name }),
    body: t('login-link.body', {
      url: `${site}${secretPath('login', token)}${next}`,
      minutes: LOGIN_LINK_MS / 60_000,
      site: from.name,
    }),
  })
}

async function mailDeviceLink(work: Work, ask: LinkAsk): Promise<void> {
  const found = ask.who === '' ? undefined : await findCredentials(work.db, ask.who)
  const person = found && (await findPerson(work.db, found.id))
  if (!person?.address) return
  const token = await newLink(work, person.id, 'device', LOGIN_LINK_MS)
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
    headers: AUTOMATIC,
  })
}

/** The token of a new link of a person; the database keeps its hash alone. */
async function newLink(work: Work, personId: Id, purpose: 'login' | 'device' | 'set-password', ms: number): Promise<string> {
  const token = newToken()
  await insertLink(work.db, { tokenHash: hashToken(token), personId, purpose, now: work.now, expiresAt: new Date(work.now.getTime() + ms) })
  return token
}

/** Makes the token of a link (`/password/<token>`) with which a person sets their password once, within 24 hours. Earlier ones end. */
export async function createSetPasswordLink(work: Work, personId: Id): Promise<string> {
  await endLinks(work.db, personId, 'set-password', work.now)
  return newLink(work, personId, 'set-password', SET_PASSWORD_LINK_MS)
}

/** A link of the site for whoever has the server to hand on: to set a password, or to log in once. Told in the audit log. */
export async function handOutLink(work: Work, personId: Id, purpose: 'set-password' | 'login'): Promise<string> {
  demandAdmin(work.actor)
  const token = purpose === 'login' ? await newLink(work, personId, 'login', LOGIN_LINK_MS) : await createSetPasswordLink(work, personId)
  recordEvent(work, {
    kind: purpose === 'login' ? 'login-link' : 'password-link',
    object: { type: 'person', id: personId },
    after: { by: 'command' },
  })
  return `${siteUrl(work.config)}${secretPath(purpose, token)}`
}

export function peekSetPasswordLink(room: Room, token: string) {
  return findLink(room.db, hashToken(token), 'set-password', room.clock())
}

/** Whom an unused login link would log in; looking at it (as mail scanners do) does not use it up. */
export function peekLoginLink(room: Room, token: string) {
  return findLink(room.db, hashToken(token), 'login', room.clock())
}

export function peekDeviceLink(room: Room, token: string) {
  return findLink(room.db, hashToken(token), 'device', room.clock())
}
