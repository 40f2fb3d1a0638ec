/** Owns the security headers of every answer and the content policy with its nonce. */
import { randomBytes } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { WebEnv } from '../kernel/contract.ts'
import type { Config } from '../machine/config.ts'

export const newNonce = (): string => randomBytes(18).toString('base64')

/**
 * Content policy of pages: scripts by nonce only, no inline styles, no eval; only htmx may write HTML into the page
 * (trusted types, its hx-csp extension makes the policy 'htmx').
 */
export const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "manifest-src 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types htmx',
  ].join('; ')

/** Content policy of what strangers wrote: no script, no form, no navigation out of the frame; pictures from afar only when asked for. */
export const strangerPolicy = (options: { remotePictures: boolean; links: boolean }): string =>
  [
    "default-src 'none'",
    `img-src data:${options.remotePictures ? ' https: http:' : ''}`,
    "style-src 'unsafe-inline'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
    options.links ? 'sandbox allow-popups allow-popups-to-escape-sandbox' : 'sandbox',
  ].join('; ')

/**
 * Sets the headers on every answer, errors included; a route that set its own policy keeps it. Over https browsers are told to come by
 * nothing else for a year (RFC 6797); with `hstsSubdomains` that holds for every name below this one too.
 */
export const securityHeaders =
  ({ hstsSubdomains }: Pick<Config['http'], 'hstsSubdomains'>): MiddlewareHandler<WebEnv> =>
  async (c, next) => {
    c.set('nonce', newNonce())
    await next()
    const headers = c.res.headers
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', pagePolicy(c.get('nonce')))
    if (!headers.has('x-frame-options')) headers.set('x-frame-options', 'DENY')
    headers.set('x-content-type-options', 'nosniff')
    // 'same-origin', not 'no-referrer': with that, browsers send "Origin: null" with our own forms.
    if (!headers.has('referrer-policy')) headers.set('referrer-policy', 'same-origin')
    headers.set('cross-origin-opener-policy', 'same-origin')
    headers.set('cross-origin-resource-policy', 'same-origin')
    headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()')
    headers.set('x-request-id', c.get('requestId'))
    if (c.get('secure')) headers.set('strict-transport-security', `max-age=31536000${hstsSubdomains ? '; includeSubDomains' : ''}`)
    if (!headers.has('cache-control')) {
      // Agents see what is other people's: nothing of it stays on the disk (OWASP ASVS 8.2.1).
      const others = c.get('actor')?.access.agent === true
      // A page and its fragment share one address: the cache must not give one for the other.
      headers.set('cache-control', others ? 'private, no-store' : 'private, no-cache')
      headers.append('vary', 'Cookie, Accept-Language, HX-Request')
    }
  }
