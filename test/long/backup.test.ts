/** Backups of a size that does not fit into what the program may hold: while others write, on two versions, with times printed. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setInterval as every } from 'node:timers'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFileArchive } from '../../core/backup/archive.ts'
import { writeBackup, type Manifest } from '../../core/backup/backup.ts'
import { storeBlob } from '../../core/database/blob.ts'
import { openDatabase } from '../../core/database/database.ts'
import { ownersOf } from '../../core/backup/migrate-all.ts'
import { checkBackup, restoreBackup } from '../../core/backup/restore.ts'
import { fill } from '../../plugins/demo/index.ts'
import { testDatabase } from '../database.ts'
import { withDatabase } from '../global.ts'
import { maker, TUESDAY } from '../make.ts'
import { startPostgres15 } from '../servers/postgres15.ts'
import { openSite, type Site } from '../web.ts'

/** Megabytes of attachments. */
const SIZE = Number(process.env['POMOC_LONG_BACKUP_MB'] ?? 400)
const PIECE = 4_000_000

const dir = mkdtempSync(join(tmpdir(), 'pomoc-long-backup-'))
let site: Site
let made: Manifest
const file = join(dir, 'backup.tar.zst')
const content = ({ tables, jobs }: Manifest) => ({
  tables: Object.fromEntries(tables.map(({ name, rows, sum }) => [name, `${rows} ${sum}`])),
  jobs,
})

/** Runs it; prints how long it took, how fast, and how much more memory this process held at most. */
async function measured<T>(what: string, run: () => Promise<T>): Promise<{ result: T; grown: number }> {
  global.gc?.()
  const before = process.memoryUsage().rss
  let most = before
  const timer = every(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 20)
  const begun = performance.now()
  const result = await run()
  clearInterval(timer)
  const seconds = (performance.now() - begun) / 1000
  const grown = (most - before) / 1e6
  process.stdout.write(
    `${what}: ${seconds.toFixed(1)} s, ${(SIZE / seconds).toFixed(1)} MB of attachments/s, ${grown.toFixed(0)} MB more memory at most\n`,
  )
  return { result, grown }
}

beforeAll(async () => {
  site = await openSite()
  await fill(site.kernel.host, { tickets: 2000, now: new Date() })
  const { articleId } = await site.make.ticket()
  for (let bytes = 0; bytes < SIZE * 1e6; bytes += PIECE) {
    const { id } = await storeBlob(site.database.db, randomBytes(PIECE), TUESDAY)
    await site.database.db
      .insertInto('article_attachment')
      .values({ article_id: articleId, blob_id: id, name: 'a', content_type: 'application/octet-stream', content_id: null, size: PIECE })
      .execute()
  }
})
afterAll(async () => {
  await site.close()
  rmSync(dir, { recursive: true, force: true })
})

test('a backup while two write holds only pieces in memory', async () => {
  const stop = new AbortController()
  let written = 0
  const writing = Promise.all(
    [1, 2].map(async (n) => {
      const writer = await maker(site.database.db)
      while (!stop.signal.aborted) {
        await writer.ticket({ customerId: '1', subject: `Pisarz ${n}.${written++}` })
      }
    }),
  )
  const archive = await createFileArchive(file, TUESDAY)
  const { result, grown } = await measured('backup', async () => {
    const manifest = await writeBackup(site.database.pool, archive)
    await archive.finish()
    return manifest
  })
  stop.abort()
  await writing
  process.stdout.write(`tickets written meanwhile: ${written}\n`)
  made = result
  expect(written).toBeGreaterThan(0)
  expect(grown).toBeLessThan(SIZE / 2)
})

test('reading it through finds it whole', async () => {
  const { result, grown } = await measured('check', () => checkBackup(file))
  expect(result).toEqual(made)
  expect(grown).toBeLessThan(SIZE / 2)
})

test('restored into PostgreSQL 15 it is the same, and the way back is too', async () => {
  const old = await startPostgres15()
  if (!old) return
  const client = new Client({ connectionString: old.url })
  await client.connect()
  await client.query(`create database helpdesk template template0 encoding 'UTF8'`)
  await client.end()
  const there = await openDatabase(withDatabase(old.url, 'helpdesk'))
  const back = await testDatabase({ empty: true })
  const { result, grown } = await measured('restore with its comparison', () => restoreBackup(file, there, { owners: ownersOf([]) }))
  expect(result.damagedBlobs).toEqual([])
  expect(grown).toBeLessThan(SIZE / 2)
  const second = join(dir, 'back.tar.zst')
  const archive = await createFileArchive(second, TUESDAY)
  expect(content(await writeBackup(there.pool, archive))).toEqual(content(made))
  await archive.finish()
  await restoreBackup(second, back, { owners: ownersOf([]) })
  const third = await createFileArchive(join(dir, 'third.tar.zst'), TUESDAY)
  expect(content(await writeBackup(back.pool, third))).toEqual(content(made))
  await third.abandon()
  await there.close()
  await back.close()
  await old.stop()
})

test('a restore whose connections are cut again and again goes on each time, and ends whole', async () => {
  const target = await testDatabase({ empty: true })
  const other = new Client({ connectionString: site.database.url })
  await other.connect()
  const name = (await target.pool.query<{ name: string }>('select current_database() as name')).rows[0]!.name
  let cuts = 0
  let done = false
  while (!done) {
    // Further on each time: among the tables, the blobs, the indexes and what is compared at the end.
    const at = 0.05 + 0.15 * cuts
    let cut = false
    const progress = (share: number) => {
      if (cut || share < at || share === 1) return
      cut = true
      void other.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    }
    done = await restoreBackup(file, target, { owners: ownersOf([]), progress }).then(
      () => true,
      (error: unknown) => {
        if (!cut) throw error
        return false
      },
    )
    if (cut) cuts++
  }
  process.stdout.write(`connections were cut ${cuts} times\n`)
  expect(cuts).toBeGreaterThan(2)
  const again = await createFileArchive(join(dir, 'cut.tar.zst'), TUESDAY)
  expect(content(await writeBackup(target.pool, again))).toEqual(content(made))
  await again.abandon()
  await other.end()
  await target.close()
})
