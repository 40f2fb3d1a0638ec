import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { up as beginAbove } from '../../migrations/0079_native_ids.ts'
import type { OpenDatabase } from './database.ts'
import { loadRows, settleIds } from './load.ts'
import type { Database, Id } from './schema.ts'

let opened: OpenDatabase
beforeAll(async () => {
  opened = await testDatabase()
})
afterAll(() => opened.close())

const next = async (table: keyof Database) =>
  (await sql<{ id: Id }>`select nextval(pg_get_serial_sequence(${table}, 'id'))::text as id`.execute(opened.db)).rows[0]!.id
const TABLES = ['ticket', 'queue', 'ticket_type', 'field', 'article', 'article_attachment', 'history'] as const

test('ids of rows made here begin above those that a take-over keeps, also after one', async () => {
  const firsts = { ticket: '10000001', queue: '10000001', ticket_type: '10000001', field: '10000001' }
  const large = { article: '1000000001', article_attachment: '1000000001', history: '1000000001' }
  await settleIds(opened.db, TABLES)
  for (const [table, first] of Object.entries({ ...firsts, ...large }))
    expect([table, await next(table as 'ticket')]).toEqual([table, first])

  await loadRows(opened.db, 'ticket_type', [{ id: '7', name: 'Incident' }])
  await settleIds(opened.db, TABLES)
  expect([await next('ticket_type'), await next('article')]).toEqual(['10000002', '1000000002'])
  await loadRows(opened.db, 'ticket_type', [{ id: '20000000', name: 'Change' }])
  await settleIds(opened.db, ['ticket_type', 'blob'])
  expect([await next('ticket_type'), await next('ticket')]).toEqual(['20000001', '10000002'])
})

test('the migration that moves ids on takes no sequence back', async () => {
  await sql`select setval(pg_get_serial_sequence('article', 'id'), 2000000000), setval(pg_get_serial_sequence('history', 'id'), 500)`.execute(
    opened.db,
  )
  await beginAbove(opened.db as never)
  expect([await next('article'), await next('history')]).toEqual(['2000000001', '1000000001'])
})
