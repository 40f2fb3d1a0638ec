import { sql } from 'kysely'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { copyRows } from './copy.ts'
import type { OpenDatabase } from './database.ts'
import { openDatabase } from './database.ts'
import { sendFramed, THEN_COMMIT } from './framed.ts'

let database: OpenDatabase
let one: OpenDatabase
let trips = 0
beforeAll(async () => {
  database = await testDatabase({ empty: true })
  // A single connection, so that it is always the one that knows begin and commit already.
  one = await openDatabase(database.url, { max: 1 })
  const count = (client: PoolClient) =>
    (client as unknown as { connection: NodeJS.EventEmitter }).connection.on('readyForQuery', () => {
      trips++
    })
  one.pool.on('connect', count)
  const client = await one.pool.connect()
  count(client)
  client.release()
  await sql`create table kept (n integer unique deferrable initially deferred)`.execute(one.db)
  await transact([{ n: 1 }, { n: 2, last: true }])
})
afterAll(async () => {
  await one.close()
  await database.close()
})

const put = (n: number, last = false) => sql`insert into kept (n) values (${n}) ${last ? sql.raw(THEN_COMMIT) : sql``}`

/** Writes numbers in one transaction; answers how often the server was waited for, or what it refused. */
async function transact(rows: { n: number; last?: boolean }[]): Promise<number> {
  trips = 0
  await one.db.transaction().execute(async (trx) => {
    for (const { n, last } of rows) await put(n, last).execute(trx)
  })
  return trips
}
const stands = async () => (await one.pool.query<{ n: number }>('select n from kept order by n')).rows.map(({ n }) => n)
const status = () => one.pool.query<{ open: boolean }>(`select now() <> statement_timestamp() as open`).then(({ rows }) => rows[0]!.open)

it('begins with the first statement and is committed with the last: a transaction of two is two round trips', async () => {
  expect(await transact([{ n: 3 }, { n: 4, last: true }])).toBe(2)
  expect(await transact([{ n: 5, last: true }])).toBe(1)
  expect(await transact([{ n: 6 }])).toBe(2)
  expect(await transact([])).toBe(0)
  expect(await stands()).toEqual([1, 2, 3, 4, 5, 6])
})

it('what fails takes all with it, first, last, or only at the commit, and the connection goes on', async () => {
  await expect(transact([{ n: 3_000_000_000 }, { n: 10 }])).rejects.toMatchObject({ code: '22003' })
  await expect(transact([{ n: 11 }, { n: 3_000_000_000, last: true }])).rejects.toMatchObject({ code: '22003' })
  await expect(transact([{ n: 12 }, { n: 12 }, { n: 13, last: true }])).rejects.toMatchObject({ code: '23505' })
  await expect(
    one.db.transaction().execute(async (trx) => {
      await put(14).execute(trx)
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  await expect(one.db.transaction().execute(() => Promise.reject(new Error('at once')))).rejects.toThrow('at once')
  expect(await status()).toBe(false)
  expect(await stands()).toEqual([1, 2, 3, 4, 5, 6])
  // Prepared by now: named statements fail and go on the same way.
  for (const n of [20, 21, 22, 23]) await transact([{ n }, { n: n + 100, last: true }])
  await expect(transact([{ n: 24 }, { n: 3_000_000_000, last: true }])).rejects.toMatchObject({ code: '22003' })
  await expect(transact([{ n: 20, last: true }])).rejects.toMatchObject({ code: '23505' })
  expect(await transact([{ n: 25 }, { n: 125, last: true }])).toBe(2)
  expect(await stands()).toEqual([1, 2, 3, 4, 5, 6, 20, 21, 22, 23, 25, 120, 121, 122, 123, 125])
})

it('begins also before rows that are copied, and before statements that are several', async () => {
  await expect(
    one.db.transaction().execute(async (trx) => {
      expect(await copyRows(trx, 'kept', ['n'], [[30], [31]])).toBe(2)
      throw new Error('taken back')
    }),
  ).rejects.toThrow('taken back')
  await expect(
    one.db.transaction().execute(async (trx) => {
      await sql.raw('insert into kept (n) values (32); insert into kept (n) values (33)').execute(trx)
      throw new Error('taken back')
    }),
  ).rejects.toThrow('taken back')
  expect((await stands()).filter((n) => n >= 30 && n < 40)).toEqual([])
})

it('begins also before what is handed over as an object, as cursors are', async () => {
  const client = await one.pool.connect()
  try {
    await client.query('begin', [])
    await client.query({ text: 'insert into kept (n) values (34)' })
    await client.query('rollback', [])
  } finally {
    client.release()
  }
  expect(await stands()).not.toContain(34)
})

it('a prepared statement says what it answers with once for each connection, and answers the same ever after', async () => {
  const two = await openDatabase(database.url, { max: 2 })
  let described = 0
  const count = (client: PoolClient) =>
    (client as unknown as { connection: NodeJS.EventEmitter }).connection.on('rowDescription', () => {
      described++
    })
  const [a, b] = [await two.pool.connect(), await two.pool.connect()]
  for (const client of [a, b]) count(client)
  try {
    const text = 'select n, null::timestamptz as at, $1::text as said, now() - now() as none from generate_series(1, $2::integer) n'
    // By a name of its own: of a process there are so many, and whatever ran before may have taken them.
    const prepared = (client: PoolClient, name: string, statement: string, values: unknown[]) =>
      sendFramed((query) => client.query(query as never), { name, text: statement, values }, { begin: false, commit: false })
    const ask = (client: PoolClient, n: number) => prepared(client, 'told once', text, [`said ${n}`, n])
    for (const client of [b, a, b, a, b]) {
      for (const n of [2, 0, 1]) {
        const { rows, rowCount, fields } = await ask(client, n)
        expect(rowCount).toBe(n)
        expect(fields.map(({ name }) => name)).toEqual(['n', 'at', 'said', 'none'])
        expect(rows.map(({ n: at, said, at: never }) => [at, said, never])).toEqual(
          Array.from({ length: n }, (_, i) => [i + 1, `said ${n}`, null]),
        )
      }
    }
    // By each connection, the first time that it was asked.
    expect(described).toBe(2)
    await a.query('create temporary table put (n integer)')
    for (let n = 0; n < 6; n++) expect((await prepared(a, 'put', 'insert into put (n) values ($1)', [n])).rowCount).toBe(1)
    for (let n = 0; n < 6; n++)
      expect((await prepared(a, 'moved', 'update put set n = n + 10 where n = $1 returning n', [n])).rows).toEqual([{ n: n + 10 }])
    // What it would answer with is another thing now: refused by the server, as before, and never read as what it was.
    for (let n = 0; n < 4; n++) expect((await prepared(a, 'all', 'select * from put where n = $1', [10])).rows).toEqual([{ n: 10 }])
    await a.query('alter table put add column more text')
    await expect(prepared(a, 'all', 'select * from put where n = $1', [10])).rejects.toMatchObject({ code: '0A000' })
    expect((await ask(a, 1)).rows).toHaveLength(1)
  } finally {
    a.release()
    b.release()
    await two.close()
  }
})
