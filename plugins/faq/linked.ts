/** Owns entries as things that tickets are linked with: which one an address means, and what a reader sees of those linked. */
import { sql } from 'kysely'
import { isId, type Id, type LinkKind, type LinkReader } from '../../core/index.ts'
import { listItems } from './faq.store.ts'
import { itemUrl } from './pages/parts.tsx'
import { standingIn } from './rights.ts'
import type { FaqHost, settings } from './settings.ts'

/** The address of an entry, whole or from its first slash. */
const ADDRESS = /\/u\/[^\s/]{1,100}\/faq\/(\d{1,18})(?=$|[\s/?#])/

/** As the reader may read them, each by the rules of its own unit. */
async function show(
  host: FaqHost,
  ids: readonly string[],
  { actor, language }: LinkReader,
): Promise<Map<string, { title: string; url: string }>> {
  const wanted = ids.filter(isId)
  const on = await host.units()
  const { rows } = await sql<{ id: Id; unit: Id }>`
    select i.id, c.unit_id as unit from faq_item i join faq_category c on c.id = i.category_id
    where i.id = any(${wanted}::bigint[]) and c.unit_id = any(${on}::bigint[])`.execute(host.db)
  const shown = new Map<string, { title: string; url: string }>()
  for (const unit of new Set(rows.map((row) => row.unit))) {
    const items = await listItems(host.db, {
      units: [unit],
      reading: await standingIn(host.db, actor, unit, false),
      ids: rows.filter((row) => row.unit === unit).map(({ id }) => id),
      limit: wanted.length,
      language,
    })
    for (const item of items) shown.set(item.id, { title: item.title, url: itemUrl(item) })
  }
  return shown
}

export const faqLinks: LinkKind<typeof settings> = {
  label: 'link.entries',
  async meant(typed, reader, { host }) {
    const id = ADDRESS.exec(typed)?.[1]
    return id !== undefined && (await show(host, [id], reader)).has(id) ? id : undefined
  },
  show: (ids, reader, { host }) => show(host, ids, reader),
}
