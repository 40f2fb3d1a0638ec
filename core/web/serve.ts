/** Owns the HTTP server: its port, opened before anything slow is begun, and a stop that lets answers under way end. */
import { getRequestListener } from '@hono/node-server'
import { createServer, type RequestListener } from 'node:http'
import type { Config } from '../config.ts'
import type { Kernel } from '../kernel/host.ts'
import { listen } from '../listen.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { makeApp } from './app.tsx'

/** How long answers under way may take once the program stops. */
const GRACE_MS = 5000

export interface WebDoor {
  /** As a browser on this machine reaches it. */
  url: string
  /** Until this is called every request is answered 503. */
  serve(kernel: Kernel, metrics?: Metrics): void
  stop(): Promise<void>
}

/** Binds the port. */
export async function openWebDoor(config: Config): Promise<WebDoor> {
  const stopping = new AbortController()
  let answer: RequestListener = (_request, response) => {
    response.writeHead(503, { 'retry-after': '2', 'content-type': 'text/plain; charset=utf-8' }).end('pomoc is starting.\n')
  }
  const server = createServer((request, response) => answer(request, response))
  // RFC 9112 9.3: a connection kept alive must outlive the proxy's own patience, or the proxy meets a closed one.
  server.keepAliveTimeout = 75_000
  const port = await listen(server, config.http, 'http')
  const host = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(config.http.host) ? 'localhost' : config.http.host
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    serve(kernel, metrics) {
      answer = getRequestListener(makeApp(kernel, { stopping: stopping.signal, ...(metrics && { metrics }) }).fetch) as RequestListener
    },
    async stop() {
      stopping.abort()
      const closed = new Promise<void>((resolve) => { server.close(() => resolve()) })
      server.closeIdleConnections()
      const force = setTimeout(() => server.closeAllConnections(), GRACE_MS)
      await closed
      clearTimeout(force)
    },
  }
}
