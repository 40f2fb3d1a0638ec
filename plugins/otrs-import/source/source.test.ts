import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { mariaDbIsThere, startMariaDb, type MariaDb } from '../../../test/servers/mariadb.ts'
import { lively, SECRETS } from './made/lively.fixture.ts'
import { makeSource, type MadeProduct, type MadeRows } from './made/made.fixture.ts'
import { longOf, MOST_HELD } from './long.ts'
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
    how: {
      postgres?: boolean
      bare?: boolean
      files?: boolean
      charset?: 'utf8mb3' | 'latin1'
      rows?: MadeRows
      address?: Partial<SourceAddress>
    } = {},
  ) {
    const database = await makeSource(
      {
        product,
        server: how.postgres ? inject('serverUrl') : server.url,
        files: how.files ?? false,
        bare: how.bare ?? false,
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

  it('reads several tables at once, ends early, and none beside what was asked for', async () => {
    const { source } = await made('otobo11')
    for (let n = 0; n < 2 * READERS; n++) {
      for await (const row of source.rows('ticket_history')) {
        expect(row['id']).toBe(1)
        break
      }
    }
    const seen: unknown[] = []
    for await (const ticket of source.rows('ticket', { among: { column: 'id', ids: [1, 2] } }))
      for await (const article of source.rows('article', { among: { column: 'ticket_id', ids: [Number(ticket['id'])] } }))
        for await (const history of source.rows('ticket_history', {
          among: { column: 'article_id', ids: [Number(article['id'])] },
          columns: ['id'],
        }))
          seen.push(history['id'])
    expect(seen).toEqual([2, 5, 7, 12])
    expect((await Promise.all(Array.from({ length: 3 * READERS }, () => all(source, 'ticket')))).map((rows) => rows.length)).toEqual(
      Array.from({ length: 3 * READERS }, () => 12),
    )
  })

  it.each([false, true])('sees one moment, whatever is written meanwhile (PostgreSQL: %s)', async (postgres) => {
    const { database, source } = await made('otobo11', { postgres })
    expect(await source.count('ticket')).toBe(12)
    await database.run('update ticket set title = NULL')
    await database.run('delete from article')
    for (let n = 0; n < 2 * READERS; n++)
      expect((await all(source, 'ticket', { columns: ['title'] }))[0]).toEqual({ title: 'Drukarka nie drukuje' })
    expect(await source.count('article')).toBe(16)
    // And what is read writes nothing.
    const again = await openSource({ url: database.url })
    left.push(() => again.close())
    expect([await again.count('article'), (await all(again, 'ticket'))[0]!['title']]).toEqual([0, null])
  })

  it('knows its settings and its zone', async () => {
    const { source } = await made('otobo11')
    expect([
      source.zone,
      source.setting('SystemID'),
      source.setting('TimeZone::Calendar1Name'),
      source.setting('Ticket::SubjectSize'),
    ]).toEqual(['UTC', '10', 'Dyżury sieci', '100'])
    expect(source.setting('Ticket::Frontend::Odd')).toBeUndefined()
    expect(source.moment('2024-01-15 08:12:30')?.toISOString()).toBe('2024-01-15T08:12:30.000Z')
    expect(source.settings()).toMatchObject({ FQDN: 'pomoc.uni.example', CustomerGroupSupport: '1' })
    const five = await made('otrs5', { address: { zone: 'Europe/Warsaw' } })
    expect([five.source.zone, five.source.moment('2024-01-15 08:12:30')?.toISOString()]).toEqual([
      'Europe/Warsaw',
      '2024-01-15T07:12:30.000Z',
    ])
    expect(five.source.setting('SystemID')).toBe('10')
  })

  it('reads articles from files: names, types, what stands beside them, in the order of bytes', async () => {
    const { source, database } = await made('otrs6', { files: true })
    expect([await source.count('article_data_mime_attachment'), await source.count('article_data_mime_plain')]).toEqual([0, 0])
    const files = source.files!
    const parts = await files.parts('2024/01/15', 5)
    expect(
      parts.map(({ name, contentType, disposition, contentAlternative, size }) => [
        name,
        contentType,
        disposition,
        contentAlternative,
        size,
      ]),
    ).toEqual([
      ['Zdjęcie ekranu – żółć.PNG', 'image/png; name="Zdjęcie"', 'attachment', null, 70],
      ['ekran.png', 'image/png', null, null, 70],
      ['file-1', 'text/plain; charset="utf-8"', null, '1', 15],
      ['file-2', 'text/html; charset="utf-8"', 'inline', '1', 22],
      ['pusty.txt', 'text/plain', null, null, 0],
    ])
    expect((await parts[3]!.read()).toString()).toBe('<p>W załączeniu.</p>')
    expect((await files.parts('2024/01/15', 3)).find(({ name }) => name === 'logo.png')).toMatchObject({ contentId: '<logo1>' })
    expect((await (await files.raw('2024/01/15', 1))!.read()).toString()).toContain('Message-ID: <1@uni.example>')
    expect([await files.parts('2024/01/15', 999), await files.raw('2024/01/15', 999)]).toEqual([[], undefined])
    // A row may name any path: none leads out of the folder.
    expect([await files.parts('../../../../etc', 1), await files.raw('../..', 1)]).toEqual([[], undefined])
    // As the oldest versions wrote it, decomposed as some file systems name it, and a folder of an older version of the article.
    const folder = join(database.articleDir!, '2024/01/15/77')
    mkdirSync(join(folder, '3'), { recursive: true })
    writeFileSync(join(folder, 'stary.txt'.normalize('NFD')), 'text/plain\ntreść')
    writeFileSync(join(folder, 'ż.txt'.normalize('NFD')), 'x')
    writeFileSync(join(folder, 'ż.txt.content_type'.normalize('NFD')), 'text/plain\n')
    writeFileSync(join(folder, 'lonely.content_id'), 'a file that is called so')
    writeFileSync(join(folder, 'lonely.content_id.content_type'), 'text/x')
    // A link is no part, and no raw mail.
    symlinkSync('/etc/passwd', join(folder, 'people.txt'))
    symlinkSync('/etc/passwd', join(folder, 'plain.txt'))
    expect(await files.raw('2024/01/15', 77)).toBeUndefined()
    const old = await files.parts('2024/01/15', 77)
    expect(old.map(({ name, contentType, size }) => [name, contentType, size])).toEqual([
      ['lonely.content_id', 'text/x', 24],
      ['stary.txt', 'text/plain', 7],
      ['ż.txt', 'text/plain', 1],
    ])
    expect((await old[1]!.read()).toString()).toBe('treść')
    const pieces: Buffer[] = []
    for await (const piece of old[1]!.pieces()) pieces.push(piece)
    expect(Buffer.concat(pieces).toString()).toBe('treść')
  })

  it('leaves bytes where they are that are too many to be held, and reads them in pieces', async () => {
    const long = Buffer.alloc(MOST_HELD + 1000, 'kawałek ')
    for (const postgres of [false, true]) {
      const { source } = await made('otobo11', {
        postgres,
        rows: {
          article_data_mime_attachment: [
            { id: 1, article_id: 1, filename: 'film.mp4', content: long },
            { id: 2, article_id: 1, filename: 'notatka.txt', content: Buffer.from('krótka') },
          ],
        },
      })
      const rows = await all(source, 'article_data_mime_attachment', { atMost: MOST_HELD })
      expect(rows.map((row) => row['content'])).toEqual([null, Buffer.from('krótka')])
      expect(Object.keys(rows[0]!)).toEqual(Object.keys(rows[1]!))
      expect('long content' in rows[0]!).toBe(false)
      expect(longOf(rows[1]!)).toBeUndefined()
      const pieces: Buffer[] = []
      for await (const piece of longOf(rows[0]!)!.pieces()) pieces.push(piece)
      expect(pieces.length).toBe(2)
      expect(Buffer.concat(pieces).equals(long)).toBe(true)
    }
  })

  it('mends what was written in another charset, and moments that are none', async () => {
    const { source, database } = await made('otrs6', { charset: 'latin1', rows: {} })
    // As an old program wrote it, bytes of UTF-8 into columns that call themselves latin1; and a letter that is one there.
    await database.add({
      queue: [
        { id: 1, name: 'żółć' },
        { id: 2, name: 'x' },
      ],
    })
    await database.run("update queue set name = unhex('42fc726f') where id = 2")
    await database.run("update queue set create_time = '0000-00-00 00:00:00', change_time = '2024-00-10 00:00:00' where id = 1")
    const again = await openSource({ url: database.url })
    left.push(() => again.close())
    const rows = await all(again, 'queue', { columns: ['name', 'create_time', 'change_time'] })
    expect(rows).toEqual([
      { name: 'żółć', create_time: null, change_time: null },
      { name: 'Büro', create_time: '2024-01-10 08:00:00', change_time: '2024-01-10 08:00:00' },
    ])
    expect(rows.map(mendedOf)).toEqual([
      [
        { code: 'bad-encoding', column: 'name' },
        { code: 'zero-date', column: 'create_time' },
        { code: 'zero-date', column: 'change_time' },
      ],
      [],
    ])
    expect(await source.count('queue')).toBe(0)
    const old = await made('otrs6', { charset: 'utf8mb3' })
    expect((await all(old.source, 'queue', { columns: ['name'] }))[5]).toEqual({ name: 'Informatyka::Sieć i WiFi' })
    const postgres = await made('otobo11', { postgres: true, rows: {} })
    await postgres.database.run(
      "insert into article_data_mime_plain values (1, 1, 'From: a@b.example\n\nAs it was, not in base64', now(), 1, now(), 1), (2, 2, 'żółw!', now(), 1, now(), 1)",
    )
    const plain = await openSource({ url: postgres.database.url })
    left.push(() => plain.close())
    const bodies = await all(plain, 'article_data_mime_plain')
    expect(bodies.map((row) => [String(row['body']), mendedOf(row)])).toEqual([
      ['From: a@b.example\n\nAs it was, not in base64', []],
      ['żółw!', [{ code: 'bad-encoding', column: 'body' }]],
    ])
  })

  it('reads bytes of any charset from a PostgreSQL that knows none', async () => {
    const { database, source } = await made('otrs6', { postgres: true, bare: true, rows: {} })
    expect(await all(source, 'queue')).toEqual([])
    await database.add({
      queue: [
        { id: 1, name: 'Żółw' },
        { id: 2, name: 'x' },
      ],
      standard_attachment: [{ id: 1, name: 'a', filename: 'a.bin', content: Buffer.from([0, 1, 0xff]) }],
      sysconfig_default: [{ id: 1, name: 'OTRSTimeZone', effective_value: '--- UTC', is_valid: 1 }],
      sysconfig_modified: [{ id: 1, sysconfig_default_id: 1, name: 'OTRSTimeZone', effective_value: '--- Europe/Warsaw', is_valid: 1 }],
    })
    // 'żółw' as Windows writes it; a mail that stands as it came.
    await database.run(`update queue set name = E'\\xbf\\xf3\\xb3w' where id = 2`)
    await database.run(
      `insert into article_data_mime_plain values (1, 1, E'Subject: \\xbf\\xf3\\xb3w\n', '2024-01-10', 1, '2024-01-10', 1)`,
    )
    const again = await openSource({ url: database.url })
    left.push(() => again.close())
    const queues = await all(again, 'queue', { columns: ['name'] })
    expect(queues.map((row) => [row['name'], mendedOf(row)])).toEqual([
      ['Żółw', []],
      ['żółw', [{ code: 'bad-encoding', column: 'name' }]],
    ])
    expect((await all(again, 'standard_attachment'))[0]!['content']).toEqual(Buffer.from([0, 1, 0xff]))
    const [mail] = await all(again, 'article_data_mime_plain', { atMost: 1000 })
    expect(mail!['body']).toEqual(Buffer.from('Subject: \xbf\xf3\xb3w\n', 'latin1'))
    const [asked] = await all(again, 'article_data_mime_plain', { atMost: 5 })
    for await (const piece of longOf(asked!)!.pieces()) expect(piece).toEqual(mail!['body'])
    expect(again.zone).toBe('Europe/Warsaw')
  })

  it('is the same in every database and charset, row by row', async () => {
    const mysql = await made('otobo11')
    const postgres = await made('otobo11', { postgres: true })
    const latin1 = await made('otobo11', { charset: 'latin1' })
    const sorted = async (source: Source, table: string) => (await all(source, table)).map((row) => JSON.stringify(row)).toSorted()
    const tables = Object.keys(lively())
    expect(tables.length).toBeGreaterThan(80)
    for (const table of tables) {
      const rows = await sorted(mysql.source, table)
      expect([table, rows.length]).toEqual([table, lively()[table]!.length])
      expect([table, await sorted(postgres.source, table)]).toEqual([table, rows])
      expect([table, await sorted(latin1.source, table)]).toEqual([table, rows])
    }
  })

  it('says what to do where it cannot be read, and never with a password', async () => {
    const { database } = await made('otrs6', { rows: {} })
    const problem = async (url: string) =>
      openSource({ url }).then(
        () => 'none',
        (error: Error) => error.message,
      )
    expect(await problem('')).toMatch(/^Say where the database of the source is, as mysql:/)
    expect(await problem('mysql://otrs:haslo-bazy-55@/')).toMatch(/^Say where/)
    expect(await problem('mysql://otrs:haslo-bazy-55@127.0.0.1:1/otrs')).toBe(
      "Nobody answers as the source's database at 127.0.0.1:1 (ECONNREFUSED): check host, port and firewall.",
    )
    expect(await problem('postgresql://otrs:haslo-bazy-55@127.0.0.1:1/otrs')).toBe(
      "Nobody answers as the source's database at 127.0.0.1:1 (ECONNREFUSED): check host, port and firewall.",
    )
    expect(await problem(database.url.replace(/pomoc_made\w+/, 'mysql_none'))).toBe(
      'The server of the source has no database of that name.',
    )
    expect(await problem('mysql://otrs:100%@127.0.0.1/otrs')).toContain('write it as %25')
    await database.run('drop table ticket')
    expect(await problem(database.url)).toMatch(/there are no tables of an OTRS, Znuny or OTOBO/)
    expect(SECRETS).toContain('haslo-bazy-55')
  })
})
