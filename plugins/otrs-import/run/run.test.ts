import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../../core/database/migrate.ts'
import { mariaDbIsThere, startMariaDb, type MariaDb } from '../../../test/servers/mariadb.ts'
import { openSite, type Site } from '../../../test/web.ts'
import desk from '../../desk/index.tsx'
import faq from '../../faq/index.tsx'
import portal from '../../portal/index.tsx'
import type { Mapping } from '../mapping/mapping.ts'
import * as first from '../migrations/0001_otrs_import.ts'
import * as master from '../migrations/0003_master.ts'
import * as tickets from '../migrations/0004_tickets.ts'
import { makeSource, type MadeSource } from '../source/made/made.fixture.ts'
import { openSource } from '../source/open.ts'
import { runImport } from './take-over.ts'

const MAPPING: Mapping = { queues: {}, groups: {}, persons: {}, sameLogin: {}, addresses: {}, customerGroups: 'keep', cutOff: {} }

describe.skipIf(!mariaDbIsThere())('a run', () => {
  let server: MariaDb
  let site: Site
  let made: MadeSource
  beforeAll(async () => {
    server = await startMariaDb()
    site = await openSite([desk, portal, faq])
    await migrate(site.database.db, 'otrs-import', { '0001_otrs_import': first, '0003_master': master, '0004_tickets': tickets })
    made = await makeSource({ product: 'otobo11', server: server.url })
  })
  afterAll(async () => {
    await site?.close()
    await made?.remove()
    await server?.stop()
  })
  const rows = async (what: string) => (await sql.raw<Record<string, unknown>>(what).execute(site.database.db)).rows

  it('explore', async () => {
    const source = await openSource({ url: made.url })
    console.time('run')
    console.log(await runImport(site.kernel.host, { source, mapping: MAPPING, said: (p) => console.log(JSON.stringify(p)) }))
    console.timeEnd('run')
    await source.close()
    for (const q of ['select * from ticket order by id', 'select id,ticket_id,channel,sender_type,visible,person_id,from_text,subject,body,html,bcc_text,created_at,incoming_at,changed_at,changed_by from article order by id', 'select * from article_attachment order by id',
      'select article_id, blob_id from article_raw', 'select * from article_send_error', 'select * from article_revision','select * from article_flag','select * from history order by id','select * from ticket_watcher','select * from ticket_seen','select * from time_spent','select * from field_value','select * from link','select * from otrs_ticket','select * from otrs_step','select * from otrs_run','select code, table_name,key,detail from otrs_finding order by id', "select * from setting", 'select * from otrs_link', 'select kind, source_id from otrs_kept order by 1,2'])
      console.log(`${q}\n${(await rows(q)).map((r) => JSON.stringify(Object.values(r))).join('\n')}`)
    expect(1).toBe(1)
  })
})
