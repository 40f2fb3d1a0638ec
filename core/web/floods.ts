/** Owns answering floods of logins: a few words instead of a page; at the door, where nothing of the request need be read. */
import type { MiddlewareHandler } from 'hono'
import type { PageContext, WebEnv } from '../kernel/contract.ts'
import { refused, type Refusal } from '../errors.ts'
import { isFloodRefusal, refuseFlood } from '../person/login.ts'
import { sayRefusal } from './forms.ts'
import { bringsDevice, sessionToken } from './session.ts'

/** More attempts of one address under way than people behind it make at the beginning of a lecture: each waits for its turn to be hashed. */
const UNDER_WAY = 60
const underWay = new Map<string, number>()

/** Before sessions and forms. A browser with a session, or with a secret that an account may know, goes on to be looked at. */
export const turnFloodsAway: MiddlewareHandler<WebEnv> = async (c, next) => {
  if (c.req.method !== 'POST' || !/^\/login(\/|$)/.test(c.req.path) || bringsDevice(c) || sessionToken(c) !== undefined) return next()
  const client = c.get('clientAddress')
  const refusal = refuseFlood(c.get('host'), client)
  if (refusal) return fewWords(c, refusal)
  const others = underWay.get(client) ?? 0
  if (others >= UNDER_WAY) return fewWords(c, refused('login-too-many', { minutes: 1 }))
  underWay.set(client, others + 1)
  try {
    return await next()
  } finally {
    const left = underWay.get(client)! - 1
    if (left === 0) underWay.delete(client)
    else underWay.set(client, left)
  }
}

/** The answer to a refusal that comes in the middle of a flood; undefined: it deserves a page. */
export const floodAnswer = (c: PageContext, error: unknown): Response | undefined =>
  isFloodRefusal(c.get('host'), error, c.get('clientAddress')) ? fewWords(c, error) : undefined

function fewWords(c: PageContext, refusal: Refusal): Response {
  c.header('retry-after', String(Number(refusal.params['minutes']) * 60))
  return c.text(sayRefusal(refusal, c.get('language')), 429)
}
