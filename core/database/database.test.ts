import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { withDatabase } from '../../test/global.ts'
import { openDatabase } from './database.ts'
import type { OpenDatabase } from './database.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase({ empty: true })
})
afterAll(() => database.close())

test('ids and counts are strings, instants are Dates, days are texts', async () => {
  const { rows } = await database.pool.query(
    `select 9007199254740993::bigint as id, count(*), '2026-11-22T15:01:00+01'::timestamptz as instant, '2026-11-22'::date as day`,
  )
  expect(rows).toEqual([{ id: '9007199254740993', count: '1', instant: new Date('2026-11-22T14:01:00Z'), day: '2026-11-22' }])
})

test('a connection that the server ends is replaced, and the process lives', async () => {
  const other = await openDatabase(database.url)
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  await expect
    .poll(() =>
      other.pool.query('select 1 as one').then(
        ({ rows }) => rows,
        () => [],
      ),
    )
    .toEqual([{ one: 1 }])
  await other.close()
})

test('what the server ends is told as lost, but not of one that is taken leave of', async () => {
  const said: string[] = []
  const log = { warn: (_about: object, words: string) => void said.push(words) } as unknown as NonNullable<
    Parameters<typeof openDatabase>[1]
  >['log']
  const lost = async (closing: boolean) => {
    const other = await openDatabase(database.url, { log: log! })
    const held = await other.pool.connect()
    const gone = new Promise((resolve) => {
      held.once('end', resolve)
    })
    const closed = closing ? other.close() : undefined
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await gone
    held.release(true)
    await (closed ?? other.close())
    return said.splice(0)
  }
  expect(await lost(false)).toContain('a database connection was lost')
  expect(await lost(true)).toEqual([])
})

test('a database that is not there is told with what to do', async () => {
  await expect(openDatabase(withDatabase(database.url, 'nowhere'))).rejects.toThrow(
    /^The database nowhere at .* cannot be used \(.*does not exist\): create it, or correct POMOC_DATABASE_URL\.$/,
  )
})

test('a database in another encoding is refused', async () => {
  await database.pool.query(`create database pomoc_ascii encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`)
  try {
    await expect(openDatabase(withDatabase(database.url, 'pomoc_ascii'))).rejects.toThrow(/has the encoding SQL_ASCII: create one/)
  } finally {
    await database.pool.query('drop database pomoc_ascii')
  }
})
