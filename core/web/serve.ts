/** Owns the HTTP server: its port, opened before anything slow is begun, and a stop that lets answers under way end. */
import { getRequestListener } from '@hono/node-server'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../machine/config.ts'
import { makePace } from '../kernel/limits/bouncer.ts'
import { makePrecedence, type Manners } from '../kernel/limits/precedence.ts'
import type { Kernel } from '../run/host.ts'
import { limitedServer } from '../machine/http-server.ts'
import { listen, passedSocket } from '../machine/listen.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { makeApp } from './app.tsx'
import { REFRESH } from './parts/live-region.tsx'
import type { Readiness } from '../metrics/health.ts'

/** How long answers under way may take once the program stops. */
const GRACE_MS = 5000
/** So long an open connection may bring another question, whose answer then ends it: closed at once, it might meet one on its way. */
const PARTING_MS = 500

/** So many requests begin in one turn of the loop: hundreds that come in the same moment keep nobody waiting until the last of them is answered. */
const PER_TURN = 16
/** What a browser brings where somebody has logged in; whether it is worth anything is asked later. */
const bringsSession = ({ headers }: IncomingMessage): boolean => /(?:^|[ -])pomoc=/.test(headers.cookie ?? '')

/** Who let those go first that wait for a page. A login may wait for a directory; a list that shows a change some seconds later is still worth looking at. */
const STRANGERS: Manners = { patienceMs: 1000, seatMs: 25 }
const REFRESHES: Manners = { patienceMs: 10_000, seatMs: 1000 }

/** Runs `begin` when it is this request's turn. What costs next to nothing never waits; a stream is no page that somebody waits for. */
function takingTurns(): (request: IncomingMessage, response: ServerResponse, begin: () => void) => void {
  const [people, strangers] = [makePace(PER_TURN), makePace(PER_TURN)]
  const precedence = makePrecedence()
  const [strangersLine, refreshesLine] = [precedence.line(STRANGERS), precedence.line(REFRESHES)]
  return (request, response, begin) => {
    const path = request.url ?? ''
    const known = bringsSession(request)
    const until = (done: () => void) => {
      if (request.destroyed) return done()
      response.once('close', done)
      begin()
    }
    // Apart, so that nobody who works here stands behind a flood of logins.
    ;(known ? people : strangers)(() => {
      if (request.destroyed) return
      if (/^\/(?:health|static|live)\b/.test(path)) begin()
      else if (!known) strangersLine(until)
      else if (request.headers[REFRESH] !== undefined) refreshesLine(until)
      else until(precedence.enter())
    })
  }
}

export interface WebDoor {
  /** As a browser on this machine reaches it; not known yet where systemd holds the socket. */
  url?: string
  /** Answers requests from now on, which got 503 before; answers the url. */
  serve(kernel: Kernel, options: { metrics?: Metrics; readiness?: Readiness }): Promise<string>
  stop(): Promise<void>
}

/**
 * Binds the port. A socket that systemd holds is left alone until `serve`: who connects meanwhile waits in it, or is answered by
 * another process that has the same socket.
 */
export async function openWebDoor(config: Config): Promise<WebDoor> {
  const stopping = new AbortController()
  let answer: RequestListener = (_request, response) => {
    response.writeHead(503, { 'retry-after': '2', 'content-type': 'text/plain; charset=utf-8' }).end('pomoc is starting.\n')
  }
  const turns = takingTurns()
  const server = limitedServer(config, (request, response) => {
    turns(request, response, () => {
      if (stopping.signal.aborted) response.setHeader('connection', 'close')
      answer(request, response)
    })
  })
  // RFC 9112 9.3: a connection kept alive must outlive the proxy's own patience, or the proxy meets a closed one.
  server.keepAliveTimeout = 75_000
  const host = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(config.http.host) ? 'localhost' : config.http.host
  const bind = async () => `http://${host.includes(':') ? `[${host}]` : host}:${await listen(server, config.http, 'http')}`
  const url = passedSocket('http') === undefined ? await bind() : undefined
  return {
    ...(url === undefined ? {} : { url }),
    async serve(kernel, options) {
      answer = getRequestListener(makeApp(kernel, { stopping: stopping.signal, ...options }).fetch) as RequestListener
      return url ?? bind()
    },
    async stop() {
      stopping.abort()
      await parting(server)
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      server.closeIdleConnections()
      const force = setTimeout(() => server.closeAllConnections(), GRACE_MS)
      await closed
      clearTimeout(force)
    },
  }
}

/** Waits until no connection is open, half a second at most. */
async function parting(server: Server): Promise<void> {
  const open = () =>
    new Promise<number>((resolve) => {
      server.getConnections((error, count) => resolve(error ? 0 : count))
    })
  for (const until = performance.now() + PARTING_MS; performance.now() < until && (await open()) > 0; ) await sleep(20)
}
