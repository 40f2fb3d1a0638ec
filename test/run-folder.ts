/** Owns a test run's own temporary folder, and what is made in it once for all test files. */
import { execFile } from 'node:child_process'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { inject } from 'vitest'

/** Of the test server, whose advisory locks end with their process however that ends. */
const LOCK = 7900

/**
 * The folder `name` of this run, made by the first file that asks; the others wait. Nobody writes into it afterwards: take
 * a copy (`copyFolder`).
 */
export async function onceInRun(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(inject('runFolder'), name)
  if (existsSync(folder)) return folder
  const client = new Client({ connectionString: inject('serverUrl') })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK])
    if (existsSync(folder)) return folder
    await make(`${folder}.half`)
    renameSync(`${folder}.half`, folder)
    return folder
  } finally {
    await client.end()
  }
}

/** Copies what is in a folder, owners and all, into another that is there. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['--archive', '--reflink=auto', `${from}/.`, to])
}
