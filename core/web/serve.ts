/** Owns the HTTP server: opening its port, and a stop that lets answers under way end. */
import { createAdaptorServer } from '@hono/node-server'
import type { Server } from 'node:http'
import type { Kernel } from '../kernel/host.ts'
import { listen } from '../listen.ts'
import { makeApp } from './app.tsx'

/** How long answers under way may take once the program stops. */
const GRACE_MS = 5000

export async function serveWeb(kernel: Kernel): Promise<{ url: string; stop(): Promise<void> }> {
  const { http, baseUrl } = kernel.host.config
  const stopping = new AbortController()
  const server = createAdaptorServer({ fetch: makeApp(kernel, { stopping: stopping.signal }).fetch }) as Server
  // RFC 9112 9.3: a keep-alive connection must outlive the proxy's own patience, or the proxy meets a closed one.
  server.keepAliveTimeout = 75_000
  const port = await listen(server, http, 'http')
  const shown = http.host === '0.0.0.0' || http.host === '::' || http.host === '127.0.0.1' ? 'localhost' : http.host
  return {
    url: http.port !== 0 && baseUrl ? baseUrl : `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`,
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
