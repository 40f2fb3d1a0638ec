/** Owns the handle to PostgreSQL: one pool and Kysely over it. */
import { Kysely, PostgresDialect } from 'kysely'
import { Pool, types } from 'pg'
import type { CustomTypesConfig } from 'pg'
import { BootError, codeOf, reasonOf } from '../machine/boot-error.ts'
import type { Log } from '../machine/log.ts'
import { PreparingClient } from './prepared.ts'
import type { Database } from './schema.ts'

export interface OpenDatabase {
  /** For connections beside the pool, such as one that listens. */
  url: string
  db: Kysely<Database>
  pool: Pool
  close(): Promise<void>
}

const OLDEST = 15
const DATE = 1082

const parserFor = (oid: number, format?: 'text' | 'binary') => (oid === DATE ? String : types.getTypeParser(oid, format as 'text'))

/**
 * Connects to PostgreSQL 15 or newer. bigint and numeric come as strings, timestamptz as Date, date as 'YYYY-MM-DD'
 * (a day has no zone, so it must not become an instant).
 */
export async function openDatabase(
  url: string,
  {
    max = 10,
    log,
    name = 'pomoc',
    statementSeconds,
  }: {
    max?: number
    log?: Log
    /** As the server lists its connections. */
    name?: string
    /** Each statement ends after this. */
    statementSeconds?: number
  } = {},
): Promise<OpenDatabase> {
  const pool = new Pool({
    connectionString: url,
    Client: PreparingClient,
    max,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: name,
    ...(statementSeconds === undefined ? {} : { statement_timeout: Math.ceil(statementSeconds * 1000) }),
    types: { getTypeParser: parserFor } as CustomTypesConfig,
  })
  let closing = false
  // Without listeners, a server that stops under an idle connection would end the whole process. Where connections are taken leave of, which does
  // not wait for the server's answer, one that stops just then may end them first: nothing is lost.
  const fault = (error: Error) => {
    if (!closing) log?.warn({ reason: reasonOf(error) }, 'a database connection was lost')
  }
  pool.on('error', fault)
  pool.on('connect', (client) => client.on('error', fault))
  try {
    await check(pool, url)
  } catch (error) {
    await pool.end()
    throw error
  }
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  return {
    url,
    db,
    pool,
    async close() {
      closing = true
      await db.destroy()
      // Kysely leaves alone a pool that it was never asked to use.
      if (!pool.ended) await pool.end()
    },
  }
}

async function check(pool: Pool, url: string): Promise<void> {
  let answer: { version: string; number: string; encoding: string } | undefined
  try {
    answer = (
      await pool.query<{ version: string; number: string; encoding: string }>(
        `select current_setting('server_version') as version, current_setting('server_version_num') as number,
                current_setting('server_encoding') as encoding`,
      )
    ).rows[0]
  } catch (error) {
    throw new BootError(`The database ${nameOf(url)} cannot be used (${reasonOf(error)}): ${adviceFor(codeOf(error))}.`)
  }
  if (!answer || Number(answer.number) < OLDEST * 10_000) {
    throw new BootError(
      `The database ${nameOf(url)} is PostgreSQL ${answer?.version ?? ''} and pomoc needs ${OLDEST} or newer: upgrade it, or leave ` +
        'POMOC_DATABASE_URL unset so that pomoc runs its own.',
    )
  }
  if (answer.encoding !== 'UTF8') {
    throw new BootError(`The database ${nameOf(url)} has the encoding ${answer.encoding}: create one with encoding 'UTF8'.`)
  }
}

function adviceFor(code: string): string {
  if (code === '3D000') return 'create it, or correct POMOC_DATABASE_URL'
  if (code.startsWith('28')) return 'correct user and password in POMOC_DATABASE_URL'
  return 'start the server, or correct POMOC_DATABASE_URL'
}

/** The database's address without user and password. */
function nameOf(url: string): string {
  const found = /^\w+:\/\/(?:[^@/]*@)?([^/?]*)\/?([^?]*)/.exec(url)
  return found ? `${found[2] || 'without a name'} at ${found[1] || 'a local socket'}` : 'named in POMOC_DATABASE_URL'
}
