/** Owns the recording of what a page asks of the database, so that the floor can ask the very same. */
import { Kysely, PostgresDialect } from 'kysely'
import type { OpenDatabase } from '../../core/database/database.ts'
import type { Database, Id } from '../../core/database/schema.ts'
import type { Config } from '../../core/machine/config.ts'
import { makeActivation } from '../../core/kernel/activation.ts'
import { makeKernel } from '../../core/run/host.ts'
import { startLive } from '../../core/kernel/live.ts'
import { loadPlugins } from '../../core/run/load-plugins.ts'
import { runWork } from '../../core/kernel/work.ts'
import { makeLog } from '../../core/machine/log.ts'
import { findPlugin } from '../../core/run/plugins.ts'
import { system } from '../../core/kernel/actor.ts'
import { openSession } from '../../core/person/sessions.ts'
import { makeApp } from '../../core/web/app.tsx'
import type { Statement } from './floor.ts'

export interface Recorder {
  /** The cookie of a session of this person. */
  logIn(personId: Id): Promise<string>
  /** Serves the page in this process: its statements, in order, and its body. */
  record(path: string, cookie: string): Promise<{ statements: Statement[]; body: string }>
  /** The same, whatever the answer: a page that is not this person's has none of interest. */
  ask(path: string, cookie: string): Promise<{ statements: Statement[]; status: number }>
  /** The page alone, asked once: its body. */
  body(path: string, cookie: string): Promise<string>
  /** Of all pages, with their parameters: '/admin/queues/:id'. */
  routes: string[]
  stop(): Promise<void>
}

export async function makeRecorder(opened: OpenDatabase, config: Config): Promise<Recorder> {
  let heard: Statement[] = []
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: opened.pool }),
    log: ({ level, query }) => {
      if (level === 'query') heard.push({ sql: query.sql, parameters: query.parameters })
    },
  })
  const log = makeLog('silent')
  const live = await startLive(opened.url, log)
  const plugins = await loadPlugins(config.plugins, (name) => findPlugin(name))
  const kernel = makeKernel({
    config,
    db,
    log,
    clock: () => new Date(),
    live,
    plugins,
    announce: () => {},
    activation: makeActivation(db, live, new Map(plugins.map((plugin) => [plugin.name, plugin.scope]))),
  })
  const app = makeApp(kernel)
  const room = { db, config, clock: () => new Date(), subscribers: () => [] }
  const once = async (path: string, cookie: string) => {
    heard = []
    const response = await app.request(path, { headers: { cookie } }, { incoming: { socket: { remoteAddress: '127.0.0.1' } } })
    return { status: response.status, body: await response.text() }
  }
  return {
    async body(path, cookie) {
      const { status, body } = await once(path, cookie)
      if (status !== 200) throw new Error(`${path} answered ${status}`)
      return body
    },
    logIn: async (personId) =>
      `pomoc=${await runWork(room, system('bench'), (work) => openSession(work, personId, { address: '127.0.0.1', userAgent: 'bench' }))}`,
    routes: [...new Set(app.routes.filter(({ method, path }) => method === 'GET' && !path.includes('*')).map(({ path }) => path))],
    async record(path, cookie) {
      // The second time: what is looked up once a process or once a minute is known by then.
      for (let time = 0; ; time++) {
        const { status, body } = await once(path, cookie)
        if (status !== 200) throw new Error(`${path} answered ${status}`)
        if (time === 1) return { statements: heard, body }
      }
    },
    async ask(path, cookie) {
      const { status } = await once(path, cookie)
      if (status !== 200) return { status, statements: [] }
      await once(path, cookie)
      return { status, statements: heard }
    },
    stop: () => live.stop(),
  }
}
