/** Owns where the bench works: one durable PostgreSQL in a folder of its own, and the databases made in it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { loadConfig, type Config } from '../../core/machine/config.ts'
import { openDatabase, type OpenDatabase } from '../../core/database/database.ts'
import { startEmbedded } from '../../core/database/embedded.ts'
import { migrateOwners, ownersOf } from '../../core/backup/migrate-all.ts'
import { runWork } from '../../core/kernel/work.ts'
import { loadPlugins } from '../../core/run/load-plugins.ts'
import { findPlugin } from '../../core/run/plugins.ts'
import { fillUniversity } from '../../plugins/demo/fill.ts'
import { addYears } from './years.ts'

export interface Place {
  dir: string
  /** Address of a database, fit for POMOC_DATABASE_URL. */
  url(database: string): string
  /** Makes a database with this many tickets, or an empty schema for 0. `whole`: what plugins have too, and what years leave behind. */
  make(database: string, tickets: number, options?: { whole?: boolean }): Promise<void>
  /** A copy; nobody may be connected to the first. */
  copy(from: string, to: string): Promise<void>
  open(database: string): Promise<OpenDatabase>
  query(database: string, text: string): Promise<Record<string, unknown>[]>
  config: Config
  close(): Promise<void>
}

/** `dir`: the folder of an earlier run to use again; else one is made and removed at the end. */
export async function makePlace(dir?: string): Promise<Place> {
  const folder = dir ?? (await mkdtemp(join(tmpdir(), 'pomoc-bench-')))
  const server = await startEmbedded({ dataDir: folder, connections: 120 })
  const socket = new URLSearchParams(server.url.slice(server.url.indexOf('?') + 1)).get('host')!
  const url = (database: string) => `postgresql:///${database}?host=${encodeURIComponent(socket)}&port=5432&user=pomoc`
  const config = await loadConfig({ env: { POMOC_MAIL_ADDRESS: 'pomoc@uni.example', POMOC_DATA_DIR: folder, POMOC_LOG_LEVEL: 'silent' } })
  const query = async (database: string, text: string) => {
    const client = new Client({ connectionString: url(database) })
    await client.connect()
    return client
      .query<Record<string, unknown>>(text)
      .then(({ rows }) => rows)
      .finally(() => client.end())
  }
  return {
    dir: folder,
    url,
    config,
    query,
    open: (database) => openDatabase(url(database)),
    copy: async (from, to) => {
      await query('postgres', `drop database if exists ${to}`)
      await query('postgres', `create database ${to} template ${from}`)
    },
    async make(database, tickets, { whole = false } = {}) {
      const [found] = await query('postgres', `select 1 from pg_database where datname = '${database}'`)
      if (!found) await query('postgres', `create database ${database}`)
      const opened = await openDatabase(url(database))
      const plugins = whole ? await loadPlugins(config.plugins, (name) => findPlugin(name)) : []
      await migrateOwners(opened, ownersOf(plugins))
      if (found) {
        await opened.close()
        if (whole) await addYears((text) => query(database, text))
        return
      }
      const room = { db: opened.db, config, clock: () => new Date(), subscribers: () => [] }
      if (tickets > 0) {
        await fillUniversity({ db: opened.db, config, work: (actor, run) => runWork(room, actor, run) }, { tickets, now: new Date() })
      }
      await opened.close()
      if (whole) await addYears((text) => query(database, text))
      // What autovacuum would have done in a database that has been in use for a while.
      await query(database, 'vacuum analyze')
    },
    async close() {
      await server.stop()
      if (!dir) await rm(folder, { recursive: true, force: true })
    },
  }
}
