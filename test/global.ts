/** Owns what a test run has once: its temporary folder, its PostgreSQL, and the migrated database that each test file's own is copied from. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { superuser } from '../core/database/cluster.ts'
import { openDatabase } from '../core/database/database.ts'
import { startEmbedded } from '../core/database/embedded.ts'
import { programRole } from '../core/database/program-role.ts'
import { migrateAll } from '../core/backup/migrate-all.ts'
import { startPostgres15 } from './servers/postgres15.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The run's own folder, for what is made once (test/run-folder.ts); temporary folders of tests lie beside it. */
    runFolder: string
    /** The test server, as a url of its database `postgres`. */
    serverUrl: string
    templateDatabase: string
  }
}

/**
 * Set POMOC_TEST_DATABASE_URL to run the tests on another server, whose user may create databases;
 * the word `postgres15` starts Debian's PostgreSQL 15 for the run.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = temporaryFolder()
  const server = await chosenServer(process.env['POMOC_TEST_DATABASE_URL'], folder.own)
  folder.use()
  const template = `pomoc_template_${process.pid}_${Math.random().toString(36).slice(2, 8)}`
  const run = async (statement: string) => {
    const client = new Client({ connectionString: server.url })
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  try {
    await run(`create database ${template} template template0 encoding 'UTF8'`)
    const database = await openDatabase(withDatabase(server.url, template))
    await migrateAll(database).finally(() => database.close())
  } catch (error) {
    await server.stop()
    folder.remove()
    throw error
  }
  project.provide('runFolder', folder.own)
  project.provide('serverUrl', server.url)
  project.provide('templateDatabase', template)
  return async () => {
    const leaks = [...(await folder.leaks()), ...(await databases())]
    await run(`drop database if exists ${template}`)
    await server.stop()
    folder.remove()
    if (leaks.length > 0) throw new Error(`The tests left behind:\n${leaks.map((leak) => `  ${leak}\n`).join('')}`)
  }

  /** Those of tests, by name; their workers' processes stand in it. A server of somebody's own may hold those of another run. */
  async function databases(): Promise<string[]> {
    if (process.env['POMOC_TEST_DATABASE_URL']) return []
    const client = new Client({ connectionString: server.url })
    await client.connect()
    const { rows } = await client
      .query<{ datname: string }>(`select datname from pg_database where datname like 'pomoc\\_%' and datname <> $1`, [template])
      .finally(() => client.end())
    return rows.map(({ datname }) => `the database ${datname}`)
  }
}

/** What libraries and programs keep in the temporary folder beyond their own end, and use again. */
const KEPT = /^(node-compile-cache|tsx-\d+)$/

/**
 * A temporary folder of this run's own, which everything below it takes for the machine's: what lies in it at the end, and
 * what still runs with it, somebody forgot.
 */
function temporaryFolder(): { own: string; use(): void; leaks(): Promise<string[]>; remove(): void } {
  const outer = process.env['TMPDIR']
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-run-'))
  // The program's account writes here too, as into /tmp.
  chmodSync(dir, 0o1777)
  const own = join(dir, 'run')
  mkdirSync(own, { mode: 0o755 })

  const files = () =>
    readdirSync(dir)
      .filter((name) => name !== 'run' && !KEPT.test(name))
      .map((name) => `the temporary file or folder ${name}`)
  const processes = () =>
    readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
      .flatMap((pid) => {
        try {
          const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
          const knowsIt = line.includes(`${dir}/pomoc-`) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${dir}\0`)
          // The run's own server and its workers end after this.
          return line === '' || !knowsIt || line.includes(own) || /\bvitest\b|\besbuild\b/.test(line)
            ? []
            : [`the process ${pid}: ${line.slice(0, 200)}`]
        } catch {
          return []
        }
      })
  return {
    own,
    use: () => {
      process.env['TMPDIR'] = dir
    },
    async leaks() {
      // Whatever was told to end may take a moment.
      for (let step = 0; step < 100 && processes().length + files().length > 0; step++) await sleep(50)
      return [...processes(), ...files()]
    },
    remove() {
      if (outer === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = outer
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function chosenServer(choice: string | undefined, runFolder: string): Promise<{ url: string; stop(): Promise<void> }> {
  if (!choice) return ownServer(runFolder)
  if (choice !== 'postgres15') return { url: choice, stop: async () => {} }
  const server = await startPostgres15()
  if (!server) throw new Error('there is no PostgreSQL 15 to test on')
  return server
}

async function ownServer(runFolder: string) {
  const dataDir = join(runFolder, 'server')
  const server = await startEmbedded({ dataDir, durable: false, connections: 200 })
  return {
    url: asSuperuser(server.url),
    stop: () => server.stop(),
  }
}

/** An embedded server's url as its superuser, who makes the databases of tests. */
export const asSuperuser = (url: string): string => url.replace(`//${programRole}@`, `//${superuser}@`)

/** The same server's url with another database; works for sockets too, whose urls have no host. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^(\w+:\/\/[^/?]*)(\/[^?]*)?/, `$1/${name}`)
}
