/** The comparison of a real source with what was taken over of it: nothing unexplained; and what was spoilt here, or written there, is seen. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mariaDbIsThere, startMariaDb, type MariaDb } from '../../../test/servers/mariadb.ts'
import { openSite, type Site } from '../../../test/web.ts'
import desk from '../../desk/index.tsx'
import faq from '../../faq/index.tsx'
import portal from '../../portal/index.tsx'
import otrsImport from '../index.tsx'
import { NO_MAPPING } from '../mapping/mapping-file.ts'
import { runImport } from '../run/take-over.ts'
import { makeSource, type MadeSource } from '../source/made/made.fixture.ts'
import { openSource } from '../source/open.ts'
import { differencesOf, type Line } from './compare.ts'
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
  async function compare(): Promise<{ unexplained: Difference[]; all: Difference[]; parts: Map<string, { theirs: number; ours: number }> }> {
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
    expect([...parts].filter(([, { theirs }]) => theirs === 0)).toEqual([])
  })
})
