/** Owns what tests of runs share: a house with the plugin's tables, a run over any source, and what stands afterwards as sums that two houses can be compared by. */
import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../../../core/index.ts'
import { openSite, type Site } from '../../../test/web.ts'
import desk from '../../desk/index.tsx'
import faq from '../../faq/index.tsx'
import portal from '../../portal/index.tsx'
import type { Mapping } from '../mapping/mapping.ts'
import otrsImport from '../index.tsx'
import type { MadeSource } from '../source/made/made.fixture.ts'
import { openSource } from '../source/open.ts'
import { runImport } from './take-over.ts'

export const MAPPING: Mapping = {
  queues: {},
  groups: {},
  persons: {},
  sameLogin: {},
  addresses: {},
  states: {},
  customerGroups: 'keep',
  cutOff: {},
}

export const openHouse = (): Promise<Site> => openSite([desk, portal, faq, otrsImport])

export async function take(site: Site, made: MadeSource, more: { removeGone?: boolean } = {}) {
  const source = await openSource({ url: made.url, articleDir: made.articleDir })
  try {
    return await runImport(site.kernel.host, { source, mapping: MAPPING, ...more })
  } finally {
    await source.close()
  }
}

/** Columns that name a person, and those that say only when or by which run a row came. */
const PERSONS = ['owner_id', 'responsible_id', 'customer_id', 'created_by', 'person_id', 'by_id', 'added_by', 'changed_by']
const TABLES: Record<string, { of?: string; leave?: string[] }> = {
  ticket: {},
  article: { leave: ['act_id'] },
  article_attachment: { leave: ['id', 'blob_id'] },
  article_raw: { leave: ['blob_id', 'at'] },
  article_send_error: { leave: ['id'] },
  article_revision: {},
  article_flag: {},
  history: { leave: ['act_id', 'owner_id'] },
  ticket_watcher: {},
  ticket_seen: {},
  time_spent: { leave: ['act_id'] },
  field_value: { of: "exists (select from field f where f.id = t.field_id and f.object in ('ticket', 'article'))" },
  link: { leave: ['id'] },
  otrs_ticket: { leave: ['run_id'] },
}

/** Of each table how many rows there are and a sum of them, whatever numbers persons and bytes have here. */
export async function standing(db: Kysely<Database>): Promise<Record<string, string>> {
  const { rows: people } = await sql<{ id: string; called: string }>`
    select id::text, coalesce(login, (select address from person_address a where a.person_id = p.id and main), name) as called from person p`.execute(
    db,
  )
  const called = new Map(people.map((one) => [one.id, one.called]))
  const { rows: blobs } = await sql<{ id: string; sum: string }>`select id::text, encode(sha256, 'hex') as sum from blob`.execute(db)
  const sums = new Map(blobs.map((one) => [one.id, one.sum]))
  const stands: Record<string, string> = {}
  for (const [table, { of = 'true', leave = [] }] of Object.entries(TABLES)) {
    const { rows } = await sql<{
      row: Record<string, unknown>
    }>`select to_jsonb(t) as row from ${sql.table(table)} t where ${sql.raw(of)}`.execute(db)
    const lines = rows.map(({ row }) => {
      const said = { ...row }
      for (const column of PERSONS) if (said[column]) said[column] = called.get(String(said[column]))
      if (said['blob_id']) said['bytes'] = sums.get(String(said['blob_id']))
      for (const column of leave) delete said[column]
      return JSON.stringify(said, Object.keys(said).toSorted())
    })
    stands[table] = `${lines.length} ${createHash('sha256').update(lines.toSorted().join('\n')).digest('hex').slice(0, 16)}`
  }
  return stands
}
