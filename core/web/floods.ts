/**
 * Owns that whoever sends much keeps nobody waiting: floods of logins get a few words instead of a page, at the door, where nothing of the
 * request need be read; what one person writes and reads is worked a little at a time.
 */
import type { MiddlewareHandler } from 'hono'
import type { PageContext, WebEnv } from '../kernel/contract.ts'
import { makeTurns } from '../kernel/limits/bouncer.ts'
import { Refusal } from '../errors.ts'
import { enterLogin, isFloodRefusal, refuseFlood } from '../person/login.ts'
import { sayRefusal } from './forms.ts'
import { bringsDevice, sessionToken } from './session.ts'

/** Before sessions and forms. A browser with a session, or with a secret that an account may know, goes on to be looked at. */
export const turnFloodsAway: MiddlewareHandler<WebEnv> = async (c, next) => {
  if (c.req.method !== 'POST' || !/^\/login(\/|$)/.test(c.req.path) || bringsDevice(c) || sessionToken(c) !== undefined) return next()
  const [host, client] = [c.get('host'), c.get('clientAddress')]
  const leave = refuseFlood(host, client) ?? enterLogin(host, client)
  if (leave instanceof Refusal) return fewWords(c, leave)
  try {
    return await next()
  } finally {
    leave()
  }
}

/** The answer to a refusal that comes in the middle of a flood; undefined: it deserves a page. */
export const floodAnswer = (c: PageContext, error: unknown): Response | undefined =>
  isFloodRefusal(c.get('host'), error, c.get('clientAddress')) ? fewWords(c, error) : undefined

/** A refusal in the middle of a flood. */
export function fewWords(c: PageContext, refusal: Refusal): Response {
  c.header('retry-after', String(Number(refusal.params['minutes']) * 60))
  return c.text(sayRefusal(refusal, c.get('language')), 429)
}

/** A browser sends one form at a time; two leave room for a draft that is saved beside. */
const FORMS_AT_ONCE = 2
/** A page and what it loads beside itself. What streams has left its turn by then. */
const PAGES_AT_ONCE = 4

/** Stands after the form is read, so that nobody's turn is held by a slow line. Strangers write nothing but logins, which are counted at the door. */
export function takeTurns(): MiddlewareHandler<WebEnv> {
  const writing = makeTurns(FORMS_AT_ONCE)
  const reading = makeTurns(PAGES_AT_ONCE)
  return (c, next) => {
    const actor = c.get('actor')
    if (!actor) return next()
    const turns = ['GET', 'HEAD', 'OPTIONS'].includes(c.req.method) ? reading : writing
    return turns(String(actor.id), next)
  }
}
