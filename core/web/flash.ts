/** Owns the one message that survives a redirect: "sent", with a way to undo; shown on the next page, once. */
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { PageContext } from '../kernel/contract.ts'
import { ownPath } from './address.ts'

export interface Flash {
  text: string
  tone?: 'good' | 'warn'
  /** Where to POST to take it back, a path of ours; offered for ten seconds. */
  undo?: string
}

const cookieName = (c: PageContext) => (c.get('secure') ? '__Host-flash' : 'flash')

/** Before `c.redirect(…, 303)`. A minute later nobody needs it. */
export function flash(c: PageContext, message: Flash): void {
  setCookie(c, cookieName(c), Buffer.from(JSON.stringify(message)).toString('base64url'), {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: c.get('secure'),
    maxAge: 60,
  })
}

export function takeFlash(c: PageContext): Flash | undefined {
  const cookie = getCookie(c, cookieName(c))
  if (!cookie) return undefined
  deleteCookie(c, cookieName(c), { path: '/', secure: c.get('secure') })
  try {
    const { text, tone, undo } = JSON.parse(Buffer.from(cookie, 'base64url').toString()) as Flash
    if (typeof text !== 'string') return undefined
    return {
      text: text.slice(0, 500),
      ...(tone === 'warn' ? { tone } : {}),
      ...(typeof undo === 'string' && ownPath(undo) === undo ? { undo } : {}),
    }
  } catch {
    return undefined
  }
}
