/** Every damage of a source, in each product and database: a run ends, and says its line of each, and of nothing else. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { migrate } from '../../core/database/migrate.ts'
import desk from '../../plugins/desk/index.tsx'
import faq from '../../plugins/faq/index.tsx'
import { NO_MAPPING } from '../../plugins/otrs-import/mapping/mapping-file.ts'
import * as first from '../../plugins/otrs-import/migrations/0001_otrs_import.ts'
import * as master from '../../plugins/otrs-import/migrations/0003_master.ts'
import * as tickets from '../../plugins/otrs-import/migrations/0004_tickets.ts'
import { runImport } from '../../plugins/otrs-import/run/take-over.ts'
import { DAMAGES, type Damage } from '../../plugins/otrs-import/source/made/damages.fixture.ts'
import { makeSource, type MadeProduct } from '../../plugins/otrs-import/source/made/made.fixture.ts'
import { openSource } from '../../plugins/otrs-import/source/open.ts'
import portal from '../../plugins/portal/index.tsx'
import { mariaDbIsThere, startMariaDb, type MariaDb } from '../servers/mariadb.ts'
import { openSite } from '../web.ts'

describe.skipIf(!mariaDbIsThere())('damages of a source', () => {
  let server: MariaDb
  beforeAll(async () => {
    server = await startMariaDb()
  })
  afterAll(async () => {
    await server?.stop()
  })

  /** Lines of a whole take-over of one of everything, with these damages. */
  async function linesOf(product: MadeProduct, where: Where, damages: readonly Damage[]): Promise<string[]> {
    const site = await openSite([desk, portal, faq])
    const made = await makeSource({ product, server: where === 'postgres' ? inject('serverUrl') : server.url, files: where === 'files' })
    try {
      await migrate(site.database.db, 'otrs-import', { '0001_otrs_import': first, '0003_master': master, '0004_tickets': tickets })
      for (const damage of damages) {
        if (damage.rows) await made.add(damage.rows)
        await damage.spoil?.(made)
      }
      const source = await openSource({ url: made.url, articleDir: made.articleDir, zone: 'Europe/Warsaw' })
      try {
        expect(await runImport(site.kernel.host, { source, mapping: NO_MAPPING })).toMatchObject({ state: 'done' })
      } finally {
        await source.close()
      }
      // What several rows have in common is one line, with their keys.
      const { rows } = await sql<{ line: string }>`
        select code || ' ' || table_name || ' ' || one as line from otrs_finding
          cross join unnest(coalesce(case when detail->>'keys' is not null then string_to_array(detail->>'keys', ' ') end, array[key])) as one`.execute(
        site.database.db,
      )
      return [...new Set(rows.map(({ line }) => line))].toSorted()
    } finally {
      await made.remove()
      await site.close()
    }
  }

  type Where = 'mysql' | 'postgres' | 'files'
  it.each<[MadeProduct, Where]>([
    ['otrs5', 'mysql'],
    ['otrs6', 'mysql'],
    ['otrs6', 'files'],
    ['znuny7', 'mysql'],
    ['otobo11', 'mysql'],
    ['otobo11', 'postgres'],
  ])('%s, %s: each has its line, and nothing else has one', async (product, where) => {
    const damages = DAMAGES.filter(({ not = [] }) => !not.includes(product) && !not.includes(where))
    expect(damages.length).toBeGreaterThan(20)
    const whole = await linesOf(product, where, [])
    const damaged = await linesOf(product, where, damages)
    const expected = [...whole, ...damages.flatMap(({ finds }) => finds.map((line) => line.join(' ')))]
    expect(damaged).toEqual(expected.toSorted())
  })
})
