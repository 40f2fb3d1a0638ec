/** Owns the one PostgreSQL of a test run and the migrated database that each test file's own is copied from. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../core/database/database.ts'
import { startEmbedded } from '../core/database/embedded.ts'
import { migrateAll } from '../core/database/migrate-all.ts'
import { startPostgres15 } from './servers/postgres15.ts'

declare module 'vitest' {
  interface ProvidedContext {
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
  const server = await chosenServer(process.env['POMOC_TEST_DATABASE_URL'])
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
    throw error
  }
  project.provide('serverUrl', server.url)
  project.provide('templateDatabase', template)
  return async () => {
    await run(`drop database if exists ${template}`)
    await server.stop()
  }
}

async function chosenServer(choice: string | undefined): Promise<{ url: string; stop(): Promise<void> }> {
  if (!choice) return ownServer()
  if (choice !== 'postgres15') return { url: choice, stop: async () => {} }
  const server = await startPostgres15()
  if (!server) throw new Error('there is no PostgreSQL 15 to test on')
  return server
}

async function ownServer() {
  const dataDir = mkdtempSync(join(tmpdir(), 'pomoc-test-'))
  const server = await startEmbedded({ dataDir, durable: false, connections: 200 })
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The same server's url with another database; works for sockets too, whose urls have no host. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^(\w+:\/\/[^/?]*)(\/[^?]*)?/, `$1/${name}`)
}
