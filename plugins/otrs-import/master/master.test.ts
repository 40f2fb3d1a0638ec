import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { migrate } from '../../../core/database/migrate.ts'
import { mariaDbIsThere, startMariaDb, type MariaDb } from '../../../test/servers/mariadb.ts'
import { openSite, type Site } from '../../../test/web.ts'
import desk from '../../desk/index.tsx'
import faq from '../../faq/index.tsx'
import portal from '../../portal/index.tsx'
import type { Mapping } from '../mapping/mapping.ts'
import * as first from '../migrations/0001_otrs_import.ts'
import * as rows from '../migrations/0003_master.ts'
import type { Finding, Room } from '../room.ts'
import { openSource } from '../source/open.ts'
import { makeSource, type MadeProduct, type MadeSource } from '../source/made/made.fixture.ts'
import { loadIds } from './ids.store.ts'
import { takeMaster } from './take.ts'

const MAPPING: Mapping = { queues: {}, groups: {}, persons: {}, sameLogin: {}, addresses: {}, customerGroups: 'keep', cutOff: {} }

describe.skipIf(!mariaDbIsThere())('everything that is no ticket', () => {
  let server: MariaDb
  const left: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    server = await startMariaDb()
  })
  afterAll(async () => {
    for (const leave of left.toReversed()) await leave()
    await server?.stop()
  })

  async function house(): Promise<Site> {
    const site = await openSite([desk, portal, faq])
    left.push(() => site.close())
    await migrate(site.database.db, 'otrs-import', { '0001_otrs_import': first, '0003_master': rows })
    return site
  }
  async function source(product: MadeProduct, at = server.url): Promise<MadeSource> {
    const made = await makeSource({ product, server: at })
    left.push(() => made.remove())
    return made
  }
  async function take(site: Site, made: MadeSource, mapping: Partial<Mapping> = {}): Promise<Finding[]> {
    const found: Finding[] = []
    const opened = await openSource({ url: made.url })
    try {
      const room: Room = {
        host: site.kernel.host,
        source: opened,
        mapping: { ...MAPPING, ...mapping },
        run: { id: '1', incremental: false },
        ids: await loadIds(site.database.db),
        tell: async (_db, ...findings) => void found.push(...findings),
        progress: () => {},
        goOn: async () => {},
      }
      await takeMaster(room)
    } finally {
      await opened.close()
    }
    return found
  }

  it('explore', async () => {
    const site = await house()
    const made = await source('otobo11')
    console.time('take')
    const found = await take(site, made)
    console.timeEnd('take')
    console.log(found.map((f) => `${f.code} ${f.table} ${f.key} ${JSON.stringify(f.detail ?? {})}`).join('\n'))
    for (const q of [
      'select id,login,name,agent,language,valid,off_for_now,details,source from person order by id',
      'select * from person_address order by id',
      'select id,name,parent_id,unit_id,group_id,calendar_id,address_id,follow_up_possible p,salutation_id,signature_id,unlock_minutes,first_response_minutes,valid from queue order by id',
      'select * from otrs_id order by 1,2',
      'select kind, source_id, name, content, original from otrs_kept order by 1,2',
      'select * from saved_view', 'select * from field_value', 'select * from link', 'select id,name,type,sort,after_pending,valid from ticket_state order by id',
      'select * from queue_auto_response order by 1,2','select * from faq_item','select id,item_id,title,content_type,solution from faq_revision','select * from faq_file','select * from faq_vote','select * from faq_view', 'select * from person_absence', 'select person_id, confirmed_at from second_factor','select * from otrs_password','select * from service','select * from sla', 'select name, definition from calendar', 'select * from salutation', 'select * from answer_template', 'select * from postmaster_filter_row',
    ]) {
      const { rows } = await sql.raw<Record<string, unknown>>(q).execute(site.database.db)
      console.log(q + '\n' + rows.map((r) => JSON.stringify(Object.values(r))).join('\n'))
    }
    console.time('again')
    const again = await take(site, made)
    console.timeEnd('again')
    console.log(again.map((f) => `${f.code} ${f.table} ${f.key} ${JSON.stringify(f.detail ?? {})}`).join('\n'))
    void expect
    void inject
  })
})
