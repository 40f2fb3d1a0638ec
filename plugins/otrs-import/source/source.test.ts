import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { mariaDbIsThere, startMariaDb, type MariaDb } from '../../../test/servers/mariadb.ts'
import { SECRETS } from './made/lively.fixture.ts'
import { makeSource, type MadeProduct, type MadeRows, type MadeSource } from './made/made.fixture.ts'
import { mendedOf } from './mended.ts'
import { openSource } from './open.ts'
import { READERS, type Row, type Source, type SourceAddress, type Wanted } from './source.ts'

async function all(source: Source, table: string, wanted?: Wanted): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of source.rows(table, wanted)) rows.push(row)
  return rows
}

describe.skipIf(!mariaDbIsThere())('a source', () => {
  let server: MariaDb
  const left: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    server = await startMariaDb()
  })
  afterAll(async () => {
    for (const leave of left.toReversed()) await leave()
    await server?.stop()
  })

  async function made(
    product: MadeProduct,
    how: { postgres?: boolean; files?: boolean; charset?: 'utf8mb3' | 'latin1'; rows?: MadeRows; address?: Partial<SourceAddress> } = {},
  ) {
    const database = await makeSource(
      {
        product,
        server: how.postgres ? inject('serverUrl') : server.url,
        files: how.files ?? false,
        ...(how.charset && { charset: how.charset }),
      },
      how.rows,
    )
    left.push(() => database.remove())
    const source = await openSource({ url: database.url, articleDir: database.articleDir, ...how.address })
    left.push(() => source.close())
    return { database, source }
  }

  it.each<[MadeProduct, boolean, string, number]>([
    ['otrs5', false, 'otrs', 5],
    ['otrs6', false, 'otrs', 6],
    ['znuny7', false, 'znuny', 7],
    ['otobo10', false, 'otobo', 10],
    ['otobo11', false, 'otobo', 11],
    ['otobo11', true, 'otobo', 11],
    ['otrs6', true, 'otrs', 6],
  ])('%s (PostgreSQL: %s) is known, and reads the same', async (product, postgres, name, major) => {
    const { source } = await made(product, { postgres })
    expect(source.product).toEqual({ name, major, version: String(major) })
    expect([source.dialect, source.oneMoment]).toEqual([postgres ? 'postgres' : 'mysql', true])
    expect((await all(source, 'groups')).map((row) => row['name'])).toEqual([
      'users',
      'admin',
      'stats',
      'sieć',
      'faq-redakcja',
      'dawna grupa',
    ])
    expect(
      await all(source, 'article', {
        among: { column: 'ticket_id', ids: [1] },
        columns: ['id', 'ticket_id', 'communication_channel_id', 'is_visible_for_customer', 'create_time'],
      }),
    ).toEqual([
      { id: 1, ticket_id: 1, communication_channel_id: 1, is_visible_for_customer: 1, create_time: '2024-01-15 08:12:30' },
      { id: 2, ticket_id: 1, communication_channel_id: 1, is_visible_for_customer: 1, create_time: '2024-01-15 08:12:31' },
      { id: 3, ticket_id: 1, communication_channel_id: 1, is_visible_for_customer: 1, create_time: '2024-01-15 09:00:00' },
      { id: 4, ticket_id: 1, communication_channel_id: 3, is_visible_for_customer: 0, create_time: '2024-01-15 10:00:00' },
      { id: 5, ticket_id: 1, communication_channel_id: 1, is_visible_for_customer: 1, create_time: '2024-01-15 11:00:00' },
    ])
    const [mime] = await all(source, 'article_data_mime', { between: { column: 'article_id', from: 3, to: 3 } })
    expect(mime).toMatchObject({
      article_id: 3,
      a_body: 'Proszę o zdjęcie ekranu.',
      a_message_id: '<3@uni.example>',
      content_path: '2024/01/15',
    })
    const parts = await all(source, 'article_data_mime_attachment', { among: { column: 'article_id', ids: [3] }, order: ['filename'] })
    expect(parts.map((part) => [part['filename'], String(part['content']).slice(0, 13), Buffer.isBuffer(part['content'])])).toEqual([
      ['file-2', '<p>Proszę o <', true],
      ['logo.png', '�PNG\r\n\u001a\n\u0000\u0000\u0000\rI', true],
    ])
    const [raw] = await all(source, 'article_data_mime_plain', { among: { column: 'article_id', ids: [6] } })
    expect((raw!['body'] as Buffer).toString('latin1')).toContain('ISO: \xb1\xe6\xea')
    expect((await all(source, 'time_accounting')).map((row) => row['time_unit'])).toEqual(['15.00', '0.50'])
    expect((await all(source, 'dynamic_field', { among: { column: 'id', ids: [7] } }))[0]!['config']).toBe('---\nDefaultValue: 0\n')
    expect((await all(source, 'dynamic_field_value', { columns: ['id', 'index_value'] })).length).toBe(16)
    expect((await all(source, 'communication_channel')).map((row) => row['name'])).toEqual(['Email', 'Phone', 'Internal', 'Chat'])
    expect([
      source.has('article_data_mime'),
      source.has('ticket', 'nothing'),
      source.has('nothing'),
      await source.count('nothing'),
    ]).toEqual([true, false, false, 0])
    expect([await source.count('ticket'), await source.range('article', 'id'), await source.range('nothing', 'id')]).toEqual([
      12,
      { from: 1, to: 16 },
      undefined,
    ])
    expect(
      (await all(source, 'ticket', { since: { column: 'change_time', moment: '2024-01-20 10:00:00' }, columns: ['id'] })).map(
        (row) => row['id'],
      ),
    ).toEqual([11])
  })
})
