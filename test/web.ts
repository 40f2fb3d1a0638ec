/** Owns trying pages without a network: the application on a real database, and a visitor who keeps cookies. */
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Kysely } from 'kysely'
import type { Server } from 'node:http'
import pino from 'pino'
import { forgetAdministered } from '../core/audit/change.ts'
import type { Config } from '../core/machine/config.ts'
import type { OpenDatabase } from '../core/database/database.ts'
import { migrate } from '../core/database/migrate.ts'
import type { Database } from '../core/database/schema.ts'
import { makeActivation } from '../core/kernel/activation.ts'
import type { WebEnv } from '../core/kernel/contract.ts'
import { makeKernel, type Kernel } from '../core/run/host.ts'
import { notify } from '../core/kernel/facts.ts'
import { startLive, type Live } from '../core/kernel/live.ts'
import type { Work } from '../core/kernel/work.ts'
import { checkPlugins } from '../core/run/check-plugins.ts'
import type { AnyPlugin } from '../core/run/load-plugins.ts'
import { listen } from '../core/machine/listen.ts'
import { setPassword } from '../core/person/login.ts'
import { openSession } from '../core/person/sessions.ts'
import { makeApp } from '../core/web/app.tsx'
import { testDatabase } from './database.ts'
import { maker, type Maker } from './make.ts'

export interface Site {
  app: Hono<WebEnv>
  kernel: Kernel
  make: Maker
  database: OpenDatabase
  /** Somebody with an empty browser; headers go with every request. */
  visitor(headers?: Record<string, string>): Visitor
  /** A visitor who has logged in as this person, through a session of their own. */
  loggedIn(personId: string): Promise<Visitor>
  /** A session's token, for the cookie `pomoc` of a real browser. */
  session(personId: string): Promise<string>
  /** Serves the site on a free port of this machine until it is closed; answers its address. */
  serve(): Promise<string>
  /** Says that the program stops: streams end, /health/ready answers 503. */
  stop(): void
  close(): Promise<void>
}

export interface Visitor {
  get(path: string, headers?: Record<string, string>): Promise<Response>
  /** Posts a form with the token of the last page seen; `token: null` leaves it out. */
  post(
    path: string,
    fields?: Record<string, string | Blob>,
    options?: { token?: string | null; headers?: Record<string, string> },
  ): Promise<Response>
  cookies: Map<string, string>
  /** Token of the forms on the last page. */
  token: string
}

/** What a form whose words are kept says of itself, hidden, by the key of its draft: to be posted with its fields. */
export function marksOf(html: string, key: string): Record<string, string> {
  const form = html.split('<form').find((part) => part.includes(`name="draft.form" value="${key}"`)) ?? ''
  return Object.fromEntries(
    [...form.matchAll(/name="(draft\.(?!then)[a-z]+)" value="([^"]*)"(?! checked)/g)].map(([, name, value]) => [name!, value!]),
  )
}

/** Waits until this process has heard every notice of what is committed. */
export async function hearAll(live: Live, db: Kysely<Database>): Promise<void> {
  const mark = `test.mark-${++marks}`
  await new Promise<void>((resolve, reject) => {
    const stop = live.subscribe(({ fact }) => {
      if (fact !== mark) return
      stop()
      resolve()
    })
    notify({ db: db as unknown as Work['db'] }, mark).catch(reject)
  })
}
let marks = 0

export const PASSWORD = 'dobre hasło na próbę'

/** `onto`: a database that somebody else opened and closes. */
export async function openSite(plugins: AnyPlugin[] = [], more: Partial<Config> = {}, onto?: OpenDatabase): Promise<Site> {
  const database = onto ?? (await testDatabase())
  const { db } = database
  const make = await maker(db)
  const log = pino({ level: 'silent' })
  const live = await startLive(database.url, log)
  // Put straight into the database, and told of as an administrator's act is: pages remember what is administered.
  const { queue } = make
  make.queue = async (wanted) => {
    const id = await queue(wanted)
    await forgetAdministered({ db: db as unknown as Work['db'] })
    await hearAll(live, db)
    return id
  }
  const stopping = new AbortController()
  const assemble = async () => {
    checkPlugins(plugins)
    for (const plugin of plugins) await migrate(db, plugin.name, plugin.migrations ?? {})
    const scopes = new Map(plugins.map((plugin) => [plugin.name, plugin.scope]))
    const kernel = makeKernel({
      config: { ...make.config, ...more },
      db,
      log,
      clock: () => make.now,
      live,
      plugins,
      activation: makeActivation(db, live, scopes),
      announce: () => {},
    })
    return { kernel, app: makeApp(kernel, { stopping: stopping.signal }) }
  }
  const { kernel, app } = await assemble().catch(async (error: unknown) => {
    // What is refused leaves nothing open.
    await live.stop()
    if (!onto) await database.close()
    throw error
  })

  const visitor = (headers: Record<string, string> = {}): Visitor => {
    const cookies = new Map<string, string>()
    const ask = async (path: string, init: RequestInit): Promise<Response> => {
      const response = await app.request(
        `http://pomoc.example${path}`,
        {
          ...init,
          headers: {
            host: 'pomoc.example',
            accept: 'text/html',
            ...headers,
            ...(init.headers as Record<string, string>),
            ...(cookies.size > 0 ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
          },
        },
        { incoming: { socket: { remoteAddress: '192.0.2.7' } } },
      )
      for (const cookie of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
        if (value === '' || /max-age=0/i.test(cookie)) cookies.delete(name!)
        else cookies.set(name!, value!)
      }
      const token = /name="_csrf" value="([^"]+)"/.exec(await response.clone().text())
      if (token) self.token = token[1]!
      return response
    }
    const self: Visitor = {
      cookies,
      token: '',
      get: (path, more = {}) => ask(path, { headers: more }),
      post: (path, fields = {}, options = {}) => {
        const token = options.token === undefined ? self.token : options.token
        const all = Object.entries({ ...fields, ...(token === null ? {} : { _csrf: token }) })
        const files = all.some(([, value]) => typeof value !== 'string')
        const body = files ? new FormData() : new URLSearchParams()
        for (const [name, value] of all) (body as FormData).append(name, value as string)
        return ask(path, { method: 'POST', body, headers: { origin: 'http://pomoc.example', ...options.headers } })
      },
    }
    return self
  }

  const session = (personId: string) => make.asSystem((work) => openSession(work, personId, { address: '192.0.2.7', userAgent: 'test' }))
  let server: Server | undefined

  return {
    app,
    kernel,
    make,
    database,
    visitor,
    session,
    loggedIn: async (personId) => {
      const someone = visitor()
      someone.cookies.set('pomoc', await session(personId))
      return someone
    },
    serve: async () => {
      server = createAdaptorServer({ fetch: app.fetch }) as Server
      return `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 }, 'http')}`
    },
    stop: () => stopping.abort(),
    close: async () => {
      stopping.abort()
      await new Promise<void>((resolve) => {
        if (!server) return resolve()
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await kernel.faults.settled()
      await live.stop()
      if (!onto) await database.close()
    },
  }
}

/** Gives a person the test password. */
export const givePassword = (site: Site, personId: string): Promise<void> => setPassword(site.kernel.host, personId, PASSWORD)
