/** Owns the check that a writing request was meant by the person whose browser sends it. */
import { createHash, randomBytes } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { PageContext, WebEnv } from '../kernel/contract.ts'
import { siteOrigins } from '../machine/config.ts'
import { refused } from '../errors.ts'
import { newToken, sameSecret } from '../person/token.ts'
import { isForm } from './body.ts'
import { readFields } from './forms.ts'
import { sessionToken } from './session.ts'

export const CSRF_FIELD = '_csrf'
/** Where drafts are kept; whose they are the form says, see drafts/. */
export const KEEPS_WORDS = '/draft'
/**
 * What a page does whose session was renewed in another tab, and what nobody gains who would make it do so: there the browser's own word
 * is enough. Words are kept in the moment in which a page is left; whoever logs out wants to be out.
 */
const BY_WORD_OF_THE_BROWSER: ReadonlySet<string> = new Set([KEEPS_WORDS, '/logout'])
export const CSRF_HEADER = 'x-csrf-token'

const cookieName = (c: PageContext) => (c.get('secure') ? '__Host-form' : 'form')
/** What a form of somebody not logged in carries: made of the cookie, so that neither gives the other away. */
const tokenOf = (cookie: string) => createHash('sha256').update(`form ${cookie}`).digest('base64url')

/** A token of this browser, which a form may carry over a login: whoever is logged in by the time it is sent, it is taken. */
export function lastingToken(c: PageContext): string {
  const cookie = getCookie(c, cookieName(c))
  // Who is not logged in has been given one by now.
  return masked(cookie === undefined && !c.get('session') && c.get('csrf') !== '' ? c.get('csrf') : tokenOf(cookie ?? giveCookie(c)))
}

function giveCookie(c: PageContext): string {
  const cookie = newToken()
  setCookie(c, cookieName(c), cookie, { path: '/', httpOnly: true, sameSite: 'Lax', secure: c.get('secure') })
  return cookie
}

/** Stands in a link of our own page that does more than show something of ours: nobody else can write such a link for this reader. */
export const linkToken = (c: PageContext, what: string): string => masked(linkTokenOf(c, what))
export const linkCounts = (c: PageContext, what: string, given: string): boolean => sameSecret(unmasked(given), linkTokenOf(c, what))

const linkTokenOf = (c: PageContext, what: string): string =>
  createHash('sha256')
    .update(`link ${what} ${c.get('csrf')}`)
    .digest('base64url')
    .slice(0, 22)

/** What stands in a form of this page. */
export const formToken = (c: PageContext): string => masked(c.get('csrf'))

const MASK = '~'
/**
 * A secret as a page may hold it: other bytes in each answer. Answers are compressed, and from the length of many that hold both a secret and
 * what somebody else made the browser send the secret could be guessed piece by piece (BREACH).
 */
function masked(secret: string): string {
  if (secret === '') return ''
  const bytes = Buffer.from(secret)
  const mask = randomBytes(bytes.length)
  return `${MASK}${Buffer.concat([mask, bytes.map((byte, n) => byte ^ mask[n]!)]).toString('base64url')}`
}

function unmasked(given: string): string {
  if (!given.startsWith(MASK)) return given
  const bytes = Buffer.from(given.slice(MASK.length), 'base64url')
  const half = bytes.length >> 1
  return Buffer.from(bytes.subarray(half).map((byte, n) => byte ^ bytes[n]!)).toString()
}

/**
 * A form carries a token bound to the session, or without one to a cookie (double submit). Before that the request must
 * come from our own pages by the browser's word: Sec-Fetch-Site, else Origin. Clients that send neither (no browser does)
 * need the token all the same.
 */
export const guardForms: MiddlewareHandler<WebEnv> = async (c, next) => {
  if (!c.get('session')) {
    const reading = c.req.method === 'GET' || c.req.method === 'HEAD'
    // Whose session has ended meanwhile gets one too: the form they sent is shown again, see again/.
    const cookie = getCookie(c, cookieName(c)) ?? (reading || sessionToken(c) ? giveCookie(c) : undefined)
    if (cookie) c.set('csrf', tokenOf(cookie))
  }
  if (!['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)) {
    const said = fromOurPages(c)
    if (said === false) throw refused('csrf')
    // Nobody who has never seen a page of ours makes us read what they send.
    if (c.get('csrf') === '') throw refused('cookies-needed')
    const given = c.req.header(CSRF_HEADER) ?? (isForm(c) ? (await readFields(c))[CSRF_FIELD] : undefined)
    // A form of ours whose session has gone meanwhile is shown again with what was typed: see again/.
    if (!(given && counts(c, given)) && !(said && BY_WORD_OF_THE_BROWSER.has(c.req.path))) throw refused('csrf', { stale: 1 })
  }
  await next()
}

/** Is the token that a form carries of this session, or of this browser? */
export async function formCounts(c: PageContext): Promise<boolean> {
  return counts(c, (await readFields(c))[CSRF_FIELD] ?? '')
}

/** Is what a form carries this very token? */
export const isToken = (carried: string, token: string): boolean => sameSecret(unmasked(carried), token)

/** Only this browser has the cookie that a lasting token is made of, so it is as good as one of the session: see `lastingToken`. */
function counts(c: PageContext, carried: string): boolean {
  const given = unmasked(carried)
  const cookie = getCookie(c, cookieName(c))
  return sameSecret(given, c.get('csrf')) || (cookie !== undefined && sameSecret(given, tokenOf(cookie)))
}

/** Undefined: the client says nothing of it. */
function fromOurPages(c: PageContext): boolean | undefined {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  const origin = c.req.header('origin')
  if (origin === undefined) return undefined
  if (siteOrigins(c.get('host').config).includes(origin)) return true
  try {
    const { host, protocol } = new URL(origin)
    return host === c.req.header('host') && protocol === (c.get('secure') ? 'https:' : 'http:')
  } catch {
    return false
  }
}
