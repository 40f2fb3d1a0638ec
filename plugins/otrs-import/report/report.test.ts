/** The comparison of a real source with what was taken over of it: nothing unexplained; and what was spoilt here, or written there, is seen. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setTitle } from '../../../core/index.ts'
import { mariaDbIsThere, startMariaDb, type MariaDb } from '../../../test/servers/mariadb.ts'
import { openSite, type Site } from '../../../test/web.ts'
import desk from '../../desk/index.tsx'
import faq from '../../faq/index.tsx'
import portal from '../../portal/index.tsx'
import { report as reportCommand } from '../commands/report.ts'
import otrsImport from '../index.tsx'
import { NO_MAPPING } from '../mapping/mapping-file.ts'
import { runImport } from '../run/take-over.ts'
import { makeSource, type MadeSource } from '../source/made/made.fixture.ts'
import { openSource } from '../source/open.ts'
import { FILLED, isBookkeeping } from '../coverage.ts'
import { differencesOf, type Line } from './compare.ts'
import { readSides } from './known.ts'
import { masterParts } from './master-parts.ts'
import { ticketParts } from './ticket-parts.ts'
import { compareSides, pick } from './report.ts'
import { listDifferences, type Difference } from './report.store.ts'

describe.skipIf(!mariaDbIsThere())('the comparison', () => {
  let server: MariaDb
  let site: Site
  let made: MadeSource
  beforeAll(async () => {
    server = await startMariaDb()
    site = await openSite([desk, portal, faq, otrsImport])
    made = await makeSource({ product: 'otobo11', server: server.url })
    await onSource((source) => runImport(site.kernel.host, { source, mapping: NO_MAPPING }))
  })
  afterAll(async () => {
    await site?.close()
    await made?.remove()
    await server?.stop()
  })

  async function onSource<T>(run: (source: Awaited<ReturnType<typeof openSource>>) => Promise<T>): Promise<T> {
    const source = await openSource({ url: made.url })
    return run(source).finally(() => source.close())
  }
  async function compare(): Promise<{
    unexplained: Difference[]
    all: Difference[]
    parts: Map<string, { theirs: number; ours: number }>
  }> {
    const { id, parts, unexplained } = await onSource((source) => compareSides(site.kernel.host, source, { runId: '1', seed: 1 }))
    const all = await listDifferences(site.database.db, id, { limit: 10_000 })
    const open = all.filter(({ because }) => because === null)
    expect(open.length).toBeLessThanOrEqual(unexplained)
    return {
      unexplained: open.map(({ part, key, field, theirs, ours, because }) => ({ part, key, field, theirs, ours, because })),
      all,
      parts: new Map(parts.map(({ name, theirs, ours }) => [name, { theirs: theirs.rows, ours: ours.rows }])),
    }
  }

  it('finds nothing unexplained after a run', async () => {
    const { unexplained, parts } = await compare()
    expect(unexplained).toEqual([])
    // Each part has something to compare: it would be equal without.
    expect([...parts].flatMap(([name, { theirs }]) => (theirs === 0 ? [name] : []))).toEqual([])
  })
  it('every table of ours stands in the list of what fills it, and each part that is named there reads it', async () => {
    const { rows } = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public' order by tablename`.execute(site.database.db)
    const tables = rows.map(({ name }) => name).filter((name) => !isBookkeeping(name))
    // A new table: say in coverage.ts which part of the comparison reads it, or why nothing of another system comes into it.
    expect(tables.filter((name) => !(name in FILLED))).toEqual([])
    expect(Object.keys(FILLED).filter((name) => !tables.includes(name) && name !== 'ldap_auth_run')).toEqual([])
    const sides = await onSource((source) => readSides(source, site.database.db))
    const parts = [...masterParts(sides), ...ticketParts(sides)]
    const named = Object.entries(FILLED).flatMap(([table, filled]) =>
      'parts' in filled ? filled.parts.map((part) => `${part} ${table}`) : [],
    )
    expect(named.toSorted()).toEqual(parts.flatMap(({ name, ours }) => ours.map((table) => `${name} ${table}`)).toSorted())
  })
  it('sees each kind of damage, by its row and field, and nothing else', async () => {
    const { db } = site.database
    const bit = `update blob_chunk set data = set_byte(data, 0, get_byte(data, 0) # 1) where blob_id = (select blob_id from article_raw where article_id = 1)`
    const { rows } = await sql<{ id: string }>`select min(id)::text as id from history where ticket_id = 1`.execute(db)
    const [first] = rows
    const damages: [spoil: string, mend: string, expected: string[]][] = [
      [
        `update ticket set title = title || '!' where id = 1`,
        `update ticket set title = rtrim(title, '!') where id = 1`,
        ['ticket 1 title'],
      ],
      [
        `update article set body = body || '!' where id = 3`,
        `update article set body = rtrim(body, '!') where id = 3`,
        ['article_data_mime 3 body'],
      ],
      // The same bytes stand as a part of another message, too.
      [bit, bit, ['article_data_mime_plain 1 sha256', 'article_data_mime_attachment 8 sha256']],
      [`update queue set name = 'Inna' where id = 7`, `update queue set name = 'Rektorat' where id = 7`, ['queue 7 name']],
      [
        `update history set ticket_id = 2 where id = ${first!.id}`,
        `update history set ticket_id = 1 where id = ${first!.id}`,
        [`ticket_history ${first!.id} ticket`],
      ],
    ]
    for (const [spoil, mend, expected] of damages) {
      await sql.raw(spoil).execute(db)
      expect((await compare()).unexplained.map(({ part, key, field }) => `${part} ${key} ${field}`)).toEqual(expected)
      await sql.raw(mend).execute(db)
    }
  })
  it('what was written there after the run is seen until it is taken over', async () => {
    await made.run(`update ticket set title = 'Nowy tytuł', change_time = '2030-01-01 10:00:00' where id = 2`)
    await made.run(
      `insert into ticket_watcher (ticket_id, user_id, create_time, create_by, change_time, change_by) values (2, 4, '2030-01-01 10:00:00', 2, '2030-01-01 10:00:00', 2)`,
    )
    const { unexplained } = await compare()
    expect(unexplained.map(({ part, key, field }) => `${part} ${key} ${field}`)).toEqual([
      'ticket 2 title',
      'ticket 2 changed',
      'ticket_watcher 2:4 ',
    ])
    await onSource((source) => runImport(site.kernel.host, { source, mapping: NO_MAPPING }))
    expect((await compare()).unexplained).toEqual([])
  })
  it('a ticket that people work on here differs, and that explains it', async () => {
    await site.make.asSystem((work) => setTitle(work, '1', 'Zmieniony tutaj'))
    const { unexplained, all } = await compare()
    expect(unexplained).toEqual([])
    expect(all.find(({ part, key, field }) => part === 'ticket' && key === '1' && field === 'title')).toMatchObject({ because: 'touched' })
  })
  it('the command says it in lines, writes a file, and fails where anything is unexplained', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pomoc-report-'))
    const say: string[] = []
    const run = () =>
      reportCommand.run(['--from', made.url, '--file', join(folder, `${say.length}.json`)], site.kernel.host, (line) => void say.push(line))
    try {
      await run()
      expect(say.join('\n')).toMatch(/ticket_history +\d+ +\d+ +equal/)
      await sql`update article set subject = 'inny' where id = 1`.execute(site.database.db)
      await expect(run()).rejects.toThrow('Not everything is explained')
      expect(say.join('\n')).toContain('article_data_mime 1 subject')
      const file = JSON.parse(await readFile(join(folder, (await readdir(folder)).toSorted().at(-1)!), 'utf8')) as { unexplained: number }
      expect(file.unexplained).toBe(1)
      expect(say.join('\n')).not.toContain(made.url)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('lines laid side by side', () => {
  const line = (key: string, values: Line['values']): Line => ({ key, values })
  it('differ by field, by a row of one side, and by one that stands twice', () => {
    const found = differencesOf(
      'x',
      [line('1', { a: '1', b: null }), line('2', {}), line('3', { a: 'x' })],
      [line('1', { a: '2', b: null }), line('3', { a: 'x' }), line('3', { a: 'x' })],
    )
    expect(found.map(({ key, field, theirs, ours }) => [key, field, theirs, ours])).toEqual([
      ['1', 'a', '1', '2'],
      ['2', '', '{}', null],
      ['3', '', null, '{"a":"x"}'],
    ])
  })
  it('a seed chooses the same tickets each time, another one others, each of them as likely', () => {
    const chosen = (seed: number, from = 5000) => {
      const some = pick(seed, 100)
      for (let n = 1; n <= from; n++) some.see(n)
      return some.chosen()
    }
    expect(chosen(7)).toEqual(chosen(7))
    expect(chosen(7)).not.toEqual(chosen(8))
    expect(chosen(7, 60)).toHaveLength(60)
    const halves = Array.from({ length: 40 }, (_, seed) => chosen(seed).filter((n) => n > 2500).length).reduce((a, b) => a + b)
    expect(Math.abs(halves - 2000)).toBeLessThan(250)
  })
})
