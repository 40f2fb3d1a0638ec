/** Owns the session cookie: from it to the person who acts, and back when somebody logs in or out. */
import type { MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Host, PageContext, WebEnv } from '../kernel/contract.ts'
import { siteOrigins, siteUrl } from '../machine/config.ts'
import { refused } from '../errors.ts'
import { loadActor } from '../permission/access.store.ts'
import type { PersonActor } from '../kernel/actor.ts'
import { endSession, findHalfSession, readAsker, resumeSession, type Client, type Session } from '../person/sessions.ts'
import { newToken } from '../person/token.ts'
import { isFragment } from './hx.ts'

// __Host-: only over https, only from this very host, only for the whole of it (RFC 6265bis 4.1.3.2).
const cookieName = (c: PageContext) => (c.get('secure') ? '__Host-pomoc' : 'pomoc')

/** The token the browser holds, if any: handed to openSession, which ends that session. */
export const sessionToken = (c: PageContext): string | undefined => getCookie(c, cookieName(c))

/** Whom a token just given logs in: to choose where they land. */
export async function findSessionActor(
  { db, clock, config }: Pick<Host, 'db' | 'clock' | 'config'>,
  token: string,
): Promise<PersonActor | undefined> {
  const session = await resumeSession(db, token, clock(), config.sessions)
  return session && loadActor(db, session.personId)
}

export const findActor: MiddlewareHandler<WebEnv> = async (c, next) => {
  const token = sessionToken(c)
  if (token) await takeSession(c, token)
  await next()
}

/** From here on the request is of whom this token logs in; of a session that ended by its age is known whose it was. */
export async function takeSession(c: PageContext, token: string): Promise<void> {
  const { db, clock, config } = c.get('host')
  // What an open page fetches by itself keeps nobody logged in.
  const byItself = c.req.method === 'GET' && (c.req.path === '/live' || isFragment(c))
  const { session, actor, former } = await readAsker(db, token, clock(), config.sessions, !byItself)
  c.set('former', former)
  if (session && actor) actAs(c, session, actor)
}

/** The request is of this person, by this session. */
export function actAs(c: PageContext, session: Session, actor: PersonActor): void {
  c.set('session', session)
  c.set('actor', { ...actor, provedUntil: session.provedUntil })
  c.set('csrf', session.csrf)
}

/** Where one is led of whom a second factor is demanded that is not set up. */
export const SECOND_FACTOR_PATH = '/account/second-factor'

/** Until a second factor that is demanded is set up, there is only the page that sets it up, and the way out. */
export const demandSecondFactor: MiddlewareHandler<WebEnv> = async (c, next) => {
  const { path } = c.req
  if (
    c.get('session')?.owesSecondFactor &&
    path !== '/logout' &&
    path !== '/preferences' &&
    // Setting it up may ask once more who one is.
    path !== '/proof' &&
    path !== SECOND_FACTOR_PATH &&
    !path.startsWith(`${SECOND_FACTOR_PATH}/`)
  ) {
    if (c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html')) return c.redirect(SECOND_FACTOR_PATH, 303)
    throw refused('second-factor-needed')
  }
  return next()
}

/** Whose password was right here and whose code is awaited. */
export function halfSession(c: PageContext): Promise<{ personId: string } | undefined> {
  const token = sessionToken(c)
  const { db, clock } = c.get('host')
  return token ? findHalfSession(db, token, clock()) : Promise.resolve(undefined)
}

/** Gives the browser its session; it lasts until the browser closes, or the session ends. */
export function keepSession(c: PageContext, token: string): void {
  setCookie(c, cookieName(c), token, { path: '/', httpOnly: true, sameSite: 'Lax', secure: c.get('secure') })
}

/** Ends the session here and in the browser. */
export async function logOut(c: PageContext): Promise<void> {
  const session = c.get('session')
  const actor = c.get('actor')
  if (session && actor) await c.get('host').work(actor, (work) => endSession(work, session))
  deleteCookie(c, cookieName(c), { path: '/', secure: c.get('secure') })
  // Pages kept by the browser would still show what was seen.
  c.header('clear-site-data', '"cache"')
}

/** Who is logged in; else a page leads to the login and comes back, and anything else is refused. */
export function demandLogin(c: PageContext): PersonActor {
  const actor = c.get('actor')
  if (!actor) throw refused('login-needed')
  return actor
}

/** An agent; a customer gets 404, for the desk is not theirs to know of. */
export function demandAgent(c: PageContext): PersonActor {
  const actor = demandLogin(c)
  if (!actor.access.agent) throw refused('not-found')
  return actor
}

// A year; what is kept of it in the database goes sooner when it is not used.
const DEVICE_SECONDS = 365 * 24 * 3600
const deviceCookie = (c: PageContext) => (c.get('secure') ? '__Host-device' : 'device')

function keptDevice(c: PageContext): string | undefined {
  const kept = getCookie(c, deviceCookie(c))
  return kept !== undefined && /^[\w-]{43}$/.test(kept) ? kept : undefined
}

/** Does the browser bring a secret of its own, which an account may know? */
export const bringsDevice = (c: PageContext): boolean => keptDevice(c) !== undefined

/** Who logs in from where: what the session's owner sees, and the browser's own secret, made at the first try. */
export function clientOf(c: PageContext): Client {
  const kept = keptDevice(c)
  const device = kept ?? newToken()
  setCookie(c, deviceCookie(c), device, { path: '/', httpOnly: true, sameSite: 'Lax', secure: c.get('secure'), maxAge: DEVICE_SECONDS })
  return { address: c.get('clientAddress'), userAgent: c.req.header('user-agent') ?? '', device, newDevice: kept === undefined }
}

/** The address of the site under which the person is here, for links mailed to them: one of the configured ones, whatever the request says. */
export function siteOf(c: PageContext): string {
  const { config } = c.get('host')
  const here = c.req.header('origin') ?? `${c.get('secure') ? 'https' : 'http'}://${c.req.header('host') ?? ''}`
  const urls = [siteUrl(config), ...config.otherUrls]
  return urls[siteOrigins(config).indexOf(here)] ?? urls[0]!
}
