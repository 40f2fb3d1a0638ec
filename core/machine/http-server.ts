/** Owns HTTP servers that nobody holds up: how slowly a request may come, and how many connections there may be. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { Config } from './config.ts'
import { makeTrust, plainAddress } from './networks.ts'

/** Node looks this often for requests that are too slow; by itself, only each half minute. */
const LOOK_MS = 2000

/**
 * A server under the limits of `http` in the configuration. A head or a body that comes too slowly gets 408 and its connection ends;
 * connections above the limits end at once. Those of `trustedProxies` are many people's and are counted in all only.
 */
export function limitedServer({ http, trustedProxies }: Pick<Config, 'http' | 'trustedProxies'>, answer: RequestListener): Server {
  const server = createServer(
    {
      headersTimeout: http.headSeconds * 1000,
      requestTimeout: http.requestSeconds * 1000,
      connectionsCheckingInterval: Math.min(LOOK_MS, http.headSeconds * 500),
    },
    answer,
  )
  server.maxConnections = http.maxConnections
  const trusted = makeTrust(trustedProxies)
  const open = new Map<string, number>()
  server.on('connection', (socket) => {
    const peer = plainAddress(socket.remoteAddress ?? '')
    if (trusted(peer)) return
    const count = (open.get(peer) ?? 0) + 1
    open.set(peer, count)
    socket.once('close', () => {
      const left = open.get(peer)! - 1
      if (left > 0) open.set(peer, left)
      else open.delete(peer)
    })
    if (count > http.maxConnectionsPerPeer) socket.destroy()
  })
  return server
}
