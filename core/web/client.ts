/** Owns who is asking: request id, the client's address and whether it came encrypted, believing only listed proxies. */
import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import type { WebEnv } from '../kernel/contract.ts'
import { makeTrust, plainAddress } from '../machine/networks.ts'

/** Id of a request: 12 characters; stands in the log and on the error page as the event number. */
export const newRequestId = (): string => randomBytes(9).toString('base64url')

/**
 * The client behind trusted proxies: X-Forwarded-For is read from its right end, where the nearest proxy wrote, up to
 * the first address that is no proxy of ours; what stands left of it anybody may have written.
 */
export function clientBehind(peer: string, forwardedFor: string | undefined, trusted: (address: string) => boolean): string {
  let client = plainAddress(peer)
  for (const hop of (forwardedFor ?? '').split(',').reverse()) {
    if (!trusted(client)) break
    const address = plainAddress(hop)
    if (isIP(address) === 0) break
    client = address
  }
  return client
}

export function identifyClient(trustedProxies: readonly string[]): MiddlewareHandler<WebEnv> {
  const trusted = makeTrust(trustedProxies)
  return async (c, next) => {
    const socket = c.env?.incoming?.socket
    const peer = plainAddress(socket?.remoteAddress ?? '')
    const throughProxy = trusted(peer)
    c.set('clientAddress', throughProxy ? clientBehind(peer, c.req.header('x-forwarded-for'), trusted) : peer)
    // The nearest proxy's word is the last one.
    const protocol = throughProxy ? c.req.header('x-forwarded-proto')?.split(',').at(-1)?.trim().toLowerCase() : undefined
    c.set('secure', protocol === undefined ? Boolean(socket?.encrypted) : protocol === 'https')
    await next()
  }
}
