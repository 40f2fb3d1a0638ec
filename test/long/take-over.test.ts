/** A take-over killed again and again, and one of each product, dialect and storage: all stand as one that was never disturbed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MAPPING, openHouse, standing, take } from '../../plugins/otrs-import/run/house.fixture.ts'
import { runImport } from '../../plugins/otrs-import/run/take-over.ts'
import { makeSource, type MadeProduct } from '../../plugins/otrs-import/source/made/made.fixture.ts'
import { seededSource } from '../../plugins/otrs-import/source/made/seeded.fixture.ts'
import { TICKETS_A_STEP } from '../../plugins/otrs-import/tickets/tickets.ts'
import { startMariaDb, type MariaDb } from '../servers/mariadb.ts'

const KILLS = 10
/** As seeded as all else: how long each may work, in milliseconds after it began to write. */
const waits = [...Array(KILLS).keys()].map((n) => (n * 7919) % 1500)

describe('killed ten times', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pomoc-take-over-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('and taken up each time, a run stands as one that was never disturbed', async () => {
    const tickets = TICKETS_A_STEP * 15 + 1
    const [killed, whole] = [await openHouse(), await openHouse()]
    const steps = async () => (await sql<{ n: number }>`select count(*)::int as n from otrs_step`.execute(killed.database.db)).rows[0]!.n
    const child = join(import.meta.dirname, '../../plugins/otrs-import/run/child.fixture.ts')
    const start = () => {
      const process_ = spawn(process.execPath, ['--import', 'tsx', child, killed.database.url, String(tickets), folder], {
        stdio: 'ignore',
      })
      return { process: process_, gone: once(process_, 'exit') }
    }
    try {
      for (const wait of waits) {
        const before = await steps()
        const one = start()
        while ((await steps()) === before && one.process.exitCode === null) await new Promise((resolve) => void setTimeout(resolve, 20))
        await new Promise((resolve) => void setTimeout(resolve, wait))
        one.process.kill('SIGKILL')
        await one.gone
      }
      const last = start()
      expect((await last.gone)[0]).toBe(0)
      await runImport(whole.kernel.host, { source: seededSource({ tickets, slim: true }), mapping: MAPPING })
      expect(await standing(killed.database.db)).toEqual(await standing(whole.database.db))
      // No bytes are left behind that nobody owns.
      const { rows } = await sql<{
        n: number
      }>`select count(*)::int as n from blob b where not exists (select from article_attachment a where a.blob_id = b.id)
        and not exists (select from article_raw r where r.blob_id = b.id)`.execute(killed.database.db)
      expect(rows).toEqual([{ n: 0 }])
    } finally {
      await killed.close()
      await whole.close()
    }
  })
})

const count = (stands: string | undefined) => stands?.split(' ')[0]

describe('of each product, dialect and storage', () => {
  let server: MariaDb
  beforeAll(async () => {
    server = await startMariaDb()
  })
  afterAll(() => server?.stop())

  async function stands(product: MadeProduct, { postgres = false, bare = false, files = false } = {}) {
    const made = await makeSource({ product, server: postgres ? inject('serverUrl') : server.url, files, bare })
    const site = await openHouse()
    try {
      expect((await take(site, made)).state).toBe('done')
      // Sums of rows as they were read differ where the source's own columns do.
      const { otrs_ticket: _sums, ...rows } = await standing(site.database.db)
      return rows
    } finally {
      await site.close()
      await made.remove()
    }
  }

  it('the same comes of the same rows', async () => {
    const newest = await stands('otobo11')
    // Which part is which of an article's goes by how a server sorts names (OTRS behaviour).
    const sorted = { ...newest, article_attachment: expect.stringMatching(`^${count(newest['article_attachment'])} `) as string }
    expect(await stands('otobo11', { postgres: true })).toEqual(sorted)
    expect(await stands('otobo11', { postgres: true, bare: true })).toEqual(sorted)
    const withoutRevisions = { ...newest, article_revision: expect.any(String) as string }
    for (const product of ['otobo10', 'znuny7', 'otrs6'] as const)
      expect([product, await stands(product)]).toEqual([product, withoutRevisions])
  })

  it('of OTRS 5 comes what it has; of files the same bytes', async () => {
    const five = await stands('otrs5')
    const newest = await stands('otobo11')
    // It has no table for the lines of a chat.
    expect([count(five['ticket']), five['history'], five['time_spent']]).toEqual([
      count(newest['ticket']),
      newest['history'],
      newest['time_spent'],
    ])
    const files = await stands('otrs6', { files: true })
    expect([files['article_raw'], files['article']]).toEqual([newest['article_raw'], newest['article']])
    expect(count(files['article_attachment'])).toBe(count(newest['article_attachment']))
  })
})
