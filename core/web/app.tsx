/** Owns the web application: what happens to a request, in reading order. */
import { Hono } from 'hono'
import type { WebEnv } from '../kernel/contract.ts'
import type { Kernel } from '../run/host.ts'
import { forVisitor, withOrigin } from '../kernel/origin.ts'
import { Refusal } from '../errors.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { metricsRoute, observeRequests } from '../metrics/serve.ts'
import { languageFor } from '../i18n/languages.ts'
import { cleanAddress } from './address.ts'
import { apiRoutes } from './api.ts'
import { proofRoutes, takeUp } from './again/take-up.ts'
import { articleRoutes } from './article-html.ts'
import { demandPage, limitBody } from './body.ts'
import { draftRoutes } from './drafts/draft-routes.tsx'
import { takeTurns, turnFloodsAway } from './floods.ts'
import { identifyClient, newRequestId } from './client.ts'
import { compressAnswers } from './wire/compress.ts'
import { guardForms } from './csrf.ts'
import { handleError, handleNotFound } from './errors.tsx'
import { healthRoutes, makeReadiness, type Readiness } from '../metrics/health.ts'
import { liveRoute } from './live/live.ts'
import { makeLiveLists } from './live/lists.ts'
import { chooseLanguage, languageWanted, preferenceRoutes } from './preferences.ts'
import { securityHeaders } from './security.ts'
import { demandSecondFactor, findActor } from './session.ts'
import { inPackage, inProject, loadStatic } from './wire/static-files.ts'
import { seeTicket } from '../ticket/ticket-list.ts'

export interface AppOptions {
  /** When it fires, streams end and /health/ready says no. */
  stopping?: AbortSignal
  metrics?: Metrics
  readiness?: Readiness
}

export function makeApp(kernel: Kernel, options: AppOptions = {}): Hono<WebEnv> {
  const { host } = kernel
  const stopping = options.stopping ?? new AbortController().signal
  const ofPlugins = kernel.plugins.flatMap((plugin) => Object.entries(plugin.files ?? {}).map(([name, path]) => ({ name, path, plugin })))
  const owners = Object.fromEntries(ofPlugins.map(({ name, plugin }) => [name, plugin.name]))
  const everyFile = {
    // One file: htmx must find its extensions when it starts.
    'app.js': [
      inPackage('htmx.org/dist/htmx.min.js'),
      inPackage('htmx.org/dist/ext/hx-csp.min.js'),
      inPackage('htmx.org/dist/ext/hx-sse.min.js'),
      inProject('core/web/static/app.js'),
      inProject('core/web/static/drafts.js'),
    ],
    ...host.config.theme.files,
    ...Object.fromEntries(ofPlugins.map(({ name, path }) => [name, path])),
  }
  const files = loadStatic(everyFile, owners)

  const app = new Hono<WebEnv>()
  app.onError(handleError)
  app.notFound(handleNotFound)

  // 1. What every answer needs, error pages too.
  app.use(async (c, next) => {
    c.set('host', host)
    c.set('requestId', newRequestId())
    c.set('asset', files.url)
    c.set('language', languageFor(host.config, languageWanted(c.req.header('accept-language'), host.config.languages)))
    c.set('colours', 'auto')
    c.set('csrf', '')
    await next()
  })
  app.use(observeRequests(options.metrics))
  app.use(identifyClient(host.config.trustedProxies))
  app.use((c, next) => withOrigin({ clientAddress: c.get('clientAddress'), requestId: c.get('requestId') }, next))
  app.use(securityHeaders(host.config.http))
  app.use(compressAnswers)
  app.use(cleanAddress)

  // 2. What needs no session.
  app.get('/static/:hash/:name', files.serve)
  app.get('/favicon.ico', (c) => c.redirect(files.url('logo.svg'), 302))
  healthRoutes(app, options.readiness ?? makeReadiness(host.db), stopping)
  if (options.metrics) metricsRoute(app, host.config, options.metrics)

  // 3. What programs ask of plugins: each route knows by itself who calls.
  const programs = apiRoutes(app, kernel)

  app.use(turnFloodsAway)

  // 4. Who asks, in which language, and whether they mean it.
  app.use(findActor)
  app.use((c, next) => forVisitor(c.get('actor') ? `person ${c.get('actor')!.id}` : 'stranger', next))
  app.use(chooseLanguage)
  app.use(demandPage)
  app.use(limitBody(host.config.smtp.maxSizeKb * 1024))
  app.use(guardForms)
  app.use(takeUp)
  app.use(takeTurns())
  app.use(demandSecondFactor)

  // 5. Core's few pages, then the plugins': everything else that a person sees.
  preferenceRoutes(app)
  proofRoutes(app)
  draftRoutes(app)
  articleRoutes(app)
  liveRoute(app, {
    stopping,
    lists: makeLiveLists(host),
    limits: host.config.http,
    maySee: async (c, access, id) => {
      const sees = (right: 'ro' | 'see') =>
        seeTicket(c.get('host').db, access, id, right).then(
          () => true,
          (error: unknown) => {
            if (error instanceof Refusal) return false
            throw error
          },
        )
      return (await sees('ro')) || sees('see')
    },
  })
  kernel.mount(app, programs)
  return app
}
