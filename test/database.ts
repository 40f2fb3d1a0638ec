/** Owns a test file's own database. */
import { Client } from 'pg'
import { inject } from 'vitest'
import { openDatabase } from '../core/database/database.ts'
import type { OpenDatabase } from '../core/database/database.ts'
import { withDatabase } from './global.ts'

let made = 0

/** The names of those that are not closed yet; test/leaks.ts asks for them after each file. */
export const openDatabases = new Set<string>()

/**
 * A fresh database with core's schema, or an empty one. Make one per test file, in beforeAll, and close it in afterAll;
 * closing drops it.
 */
export async function testDatabase({ empty = false } = {}): Promise<OpenDatabase> {
  const name = `pomoc_${process.pid}_${Math.random().toString(36).slice(2, 8)}_${++made}`
  await onServer(`create database ${name} template ${empty ? 'template0' : inject('templateDatabase')}`)
  openDatabases.add(name)
  const opened = await openDatabase(withDatabase(inject('serverUrl'), name))
  return {
    ...opened,
    close: async () => {
      await opened.close()
      await onServer(`drop database if exists ${name} with (force)`)
      openDatabases.delete(name)
    },
  }
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: inject('serverUrl') })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
