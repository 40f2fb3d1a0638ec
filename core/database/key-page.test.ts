import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import type { OpenDatabase } from './database.ts'
import { cutPage, keyPage, type SortColumn } from './key-page.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const COLUMNS: SortColumn[] = [
  { column: 'ticket.created_at', type: 'timestamptz' },
  { column: 'ticket.title', type: 'text' },
  { column: 'ticket.id', type: 'bigint' },
]
const key = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')
const ask = (column: SortColumn, after: string) => {
  const page = keyPage(column, 'ticket.id', { after })
  return sql`select ${page.key} from ticket where ${page.condition ?? sql`true`} limit 1`.execute(database.db)
}

it.each([
  'x',
  '',
  'a\u0000b',
  '\ud800',
  '-',
  '9'.repeat(18),
  '9'.repeat(19),
  '-infinity',
  'infinity',
  'now',
  '2026-13-45 00:00:00+00',
  '2026-02-29 00:00:00+00',
  '2026-11-17 24:00:00+00',
  '2026-11-17 09:15:60+00',
  '2026-11-17 09:15:00+16',
  '2026-11-17 09:15:00-15:59',
  '2026-11-17 09:15:00+15:60',
  '2026-11-17 09:15:00.1234567+01',
  '0000-01-01 00:00:00+00',
  '0001-01-01 00:00:00+15:59',
  '9999-12-31 23:59:59.999999-15:59',
  'a'.repeat(9000),
])('a key of %j is one that the database reads, or none', async (value) => {
  for (const column of COLUMNS)
    for (const after of [key(value, '1'), key('1', value), key(value, value), value])
      await expect(ask(column, after)).resolves.toBeDefined()
})

it('what a page itself gave away leads on', () => {
  for (const [column, sortKey] of [
    [COLUMNS[0]!, '2026-11-17 10:15:00.123456+01'],
    [COLUMNS[0]!, '2026-11-17 10:15:00+05:30'],
    [COLUMNS[1]!, 'Żółć – „temat”'],
    [COLUMNS[2]!, '-5'],
  ] as const) {
    const { after } = cutPage(
      [
        { id: '1', sortKey },
        { id: '2', sortKey },
      ],
      1,
    )
    expect(keyPage(column, 'ticket.id', { after: after! }).condition, sortKey).toBeDefined()
  }
})
