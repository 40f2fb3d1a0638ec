/** Owns who may read the figures: whoever reaches their own port, which tells health too, or on the main port whoever has the token. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Hono, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Config } from '../machine/config.ts'
import type { PageContext, WebEnv } from '../kernel/contract.ts'
import { limitedServer } from '../machine/http-server.ts'
import { listen } from '../machine/listen.ts'
import { healthAnswers, type Readiness } from './health.ts'
import { CONTENT_TYPE, type Metrics } from './metrics.ts'

/**
 * Opens the port of its own, where one is set; there no token is asked for unless one is set too. Health is told there to
 * everybody: a process that serves no pages has no other place for it.
 */
export async function serveMetrics(
  config: Pick<Config, 'metrics' | 'http' | 'trustedProxies'>,
  metrics: Metrics,
  readiness: Readiness,
): Promise<{ port: number; stop(): Promise<void> } | undefined> {
  const { host, port, token } = config.metrics
  if (port === undefined) return undefined
  const server = limitedServer(config, (request, response) => {
    const end = (status: number, text: string, type = 'text/plain; charset=utf-8') =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text)
    const health = request.method === 'GET' ? healthAnswers[request.url ?? ''] : undefined
    if (health) return void health(readiness).then(({ status, text }) => end(status, text))
    if (request.url !== '/metrics' || request.method !== 'GET')
      return end(404, 'The figures are at /metrics, health at /health/live and /health/ready.\n')
    if (token !== undefined && !holdsToken(request.headers.authorization, token))
      return end(401, 'Send the token as "Authorization: Bearer …".\n')
    return void metrics.expose().then(
      (text) => end(200, text, CONTENT_TYPE),
      () => end(500, ''),
    )
  })
  const bound = await listen(server, { host, port }, 'metrics')
  return {
    port: bound,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** GET /metrics on the main port, where a token is set; otherwise it is not there. */
export function metricsRoute(app: Hono<WebEnv>, config: Pick<Config, 'metrics'>, metrics: Metrics): void {
  const { token } = config.metrics
  if (token === undefined) return
  app.get('/metrics', async (c) => {
    if (!holdsToken(c.req.header('authorization'), token))
      return c.text('Send the token as "Authorization: Bearer …".\n', 401, { 'www-authenticate': 'Bearer' })
    return c.body(await metrics.expose(), 200, { 'content-type': CONTENT_TYPE, 'cache-control': 'no-store' })
  })
}

function holdsToken(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`))
}

/** The pattern of the route that answers, such as '/agent/tickets/:id': free of ids, tokens and what people search for. */
export const routeOf = (c: PageContext): string => matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? 'none'

/** Counts every request, and tells it to the log at debug. */
export function observeRequests(metrics: Metrics | undefined): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const begun = performance.now()
    await next()
    const request = { method: c.req.method, route: routeOf(c), status: c.res.status, seconds: (performance.now() - begun) / 1000 }
    metrics?.requestEnded(request)
    c.get('host').log.debug(
      {
        requestId: c.get('requestId'),
        method: request.method,
        route: request.route,
        status: request.status,
        ms: Math.round(request.seconds * 1000),
      },
      'request',
    )
  }
}
