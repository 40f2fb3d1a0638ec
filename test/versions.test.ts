/** Holds the way across PostgreSQL's major versions, and from the embedded server to one of the system's: there and back. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFileArchive, createFolderArchive } from '../core/backup/archive.ts'
import { writeBackup, type Manifest } from '../core/backup/backup.ts'
import { openDatabase, type OpenDatabase } from '../core/database/database.ts'
import { ownersOf } from '../core/backup/migrate-all.ts'
import { restoreBackup } from '../core/backup/restore.ts'
import { fill } from '../plugins/demo/index.ts'
import { testDatabase } from './database.ts'
import { withDatabase } from './global.ts'
import { TUESDAY } from './make.ts'
import { debianProgram } from './servers/debian.ts'
import { startPostgres15, type TestServer } from './servers/postgres15.ts'
import { openSite, type Site } from './web.ts'

const found = debianProgram('/usr/lib/postgresql/15/bin/postgres', ['postgresql-15'])

describe.skipIf(!found)('from 18 to 15 and back', () => {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-versions-'))
  let site: Site
  let old: TestServer
  let there: OpenDatabase
  let back: OpenDatabase

  beforeAll(async () => {
    site = await openSite()
    await fill(site.kernel.host, { tickets: 60, now: new Date() })
    old = (await startPostgres15())!
    const client = new Client({ connectionString: old.url })
    await client.connect()
    // As an administrator makes it: a database for a user who is nothing special.
    await client.query(`create role helpdesk login`)
    await client.query(`create database helpdesk owner helpdesk template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`)
    await client.end()
    there = await openDatabase(withDatabase(old.url, 'helpdesk').replace('pomoc@', 'helpdesk@'))
    back = await testDatabase({ empty: true })
  })
  afterAll(async () => {
    await there?.close()
    await back?.close()
    await old?.stop()
    await site?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  const content = ({ tables, jobs }: Manifest) => ({
    tables: Object.fromEntries(tables.map(({ name, rows, sum }) => [name, `${rows} ${sum}`])),
    jobs,
  })

  test("every table of the demo's university is the same by count and sum at each station", async () => {
    // Its listener is a running pomoc's; here it only made the data.
    await site.kernel.host.live.stop()
    const folder = await createFolderArchive(join(dir, 'dump'))
    const first = await writeBackup(site.database.pool, folder)
    await folder.finish()
    expect(first.tables.find(({ name }) => name === 'public.ticket')!.rows).toBeGreaterThanOrEqual(60)

    await restoreBackup(join(dir, 'dump'), there, { owners: ownersOf([]) })
    const file = await createFileArchive(join(dir, 'back.tar.zst'), TUESDAY)
    const second = await writeBackup(there.pool, file)
    await file.finish()
    expect(second.postgresql).toMatch(/^15\./)
    expect(content(second)).toEqual(content(first))

    await restoreBackup(join(dir, 'back.tar.zst'), back, { owners: ownersOf([]) })
    const third = await createFileArchive(join(dir, 'third.tar.zst'), TUESDAY)
    expect(content(await writeBackup(back.pool, third))).toEqual(content(first))
    await third.abandon()
  })
})
