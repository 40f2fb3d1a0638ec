import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { up as beginAbove } from '../../migrations/0079_native_ids.ts'
import type { OpenDatabase } from './database.ts'
import { CHUNK, readWholeBlob, storeBlob, storeBlobs, storePieces } from './blob.ts'
import { copyRows } from './copy.ts'
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

test('rows and bytes are copied in the transaction that asks for it, whatever stands in them', async () => {
  const { db } = opened
  const odd = 'tab\t back\\slash\r\nline \\N \\. nul\u0000 half\ud800 ż'
  const many = function* () {
    for (let n = 0; n < 5000; n++) yield [`T${n}`, n === 7 ? odd : 'x'.repeat(40), n % 2 === 0, null]
  }
  await db
    .transaction()
    .execute(async (trx) => {
      await sql`create temporary table copied (name text, words text, even boolean, at timestamptz) on commit drop`.execute(trx)
      expect(await copyRows(trx, 'copied', ['name', 'words', 'even', 'at'], many())).toBe(5000)
      await copyRows(trx, 'copied', ['name', 'at'], [['moment', new Date('2026-11-16T09:12:30.250Z')]])
      const { rows } = await sql<{
        words: string
        at: Date
      }>`select words, at from copied where name in ('T7', 'moment') order by 1`.execute(trx)
      expect([rows[0]!.words, rows[1]!.at.toISOString()]).toEqual([
        'tab\t back\\slash\r\nline \\N \\. nul half\ufffd ż',
        '2026-11-16T09:12:30.250Z',
      ])
      const big = Buffer.alloc(CHUNK * 2 + 5, 'ab')
      const stored = await storeBlobs(trx, [Buffer.from('a'), big, Buffer.from('a'), Buffer.alloc(0)], new Date())
      expect(stored[0]).toEqual(stored[2])
      expect(await storeBlob(trx, big, new Date())).toEqual({ id: stored[1]!.id, size: big.length })
      expect((await readWholeBlob(trx, stored[1]!.id)).equals(big)).toBe(true)
      expect((await storeBlobs(trx, [big, Buffer.from('b')], new Date()))[0]).toEqual(stored[1])
      // In pieces of whatever length it is the same, here already or not.
      const inPieces = (content: Buffer, length: number) =>
        async function* () {
          for (let at = 0; at < content.length; at += length) yield content.subarray(at, at + length)
        }
      expect(await storePieces(trx, inPieces(big, 1000), new Date())).toEqual({ ...stored[1], size: big.length })
      const other = Buffer.concat([big, big, Buffer.from('x')])
      const { id } = await storePieces(trx, inPieces(other, CHUNK + 7), new Date())
      expect((await readWholeBlob(trx, id)).equals(other)).toBe(true)
      let read = 0
      const changing = () => inPieces(Buffer.from(`c${(read += 1)}`), 1)()
      await expect(storePieces(trx, changing, new Date())).rejects.toThrow('changed while it was read')
      throw new Error('not to stay')
    })
    .catch((error: Error) => expect(error.message).toBe('not to stay'))
  expect(await db.selectFrom('blob').select('id').execute()).toEqual([])
  // What the server refuses is told, and the connection goes on.
  await expect(copyRows(db, 'ticket_type', ['id', 'name'], [['not a number', 'x']])).rejects.toMatchObject({ code: '22P02' })
  const source = async function* () {
    yield ['50', 'y']
    throw new Error('the source broke')
  }
  await expect(copyRows(db, 'ticket_type', ['id', 'name'], source())).rejects.toThrow('the source broke')
  expect(await copyRows(db, 'ticket_type', ['id', 'name'], [['51', 'z']])).toBe(1)
  expect((await db.selectFrom('ticket_type').select('id').where('id', 'in', ['50', '51']).execute()).map(({ id }) => id)).toEqual(['51'])
})
