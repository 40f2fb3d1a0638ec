/** Owns one of the two units that routes are asked for: what it owns, who works in it, its knowledge base. */
import type { Id } from '../../core/database/schema.ts'
import { mainQueueOf } from '../../core/administration/opting.ts'
import { addFiles, createItem, saveCategory, type ItemForm } from '../../plugins/faq/faq.ts'
import { faq as withFaq } from '../../plugins/faq/tables.ts'
import { givePassword, type Site } from '../web.ts'
import type { Side } from './pages.ts'
import { makeUnit } from './units.ts'

const form = (side: Pick<Side, 'category'>, more: Partial<ItemForm> = {}): ItemForm => ({
  categoryId: side.category,
  language: 'pl',
  audience: 'public',
  title: 'Wpis',
  keywords: '',
  contentType: 'markdown',
  symptom: '',
  problem: '',
  solution: 'Odpowiedź.',
  comment: '',
  ...more,
})

/** A unit below the faculty with one of everything, all but a ticket. */
export async function makeSide(site: Site, of: 'A' | 'B', faculty: Id): Promise<Side> {
  const { make } = site
  const owned = await makeUnit(site, faculty)
  const { groupId: group } = (await mainQueueOf(make.db, owned.unit))!
  const category = await make.asSystem((work) =>
    saveCategory(work, owned.unit, null, { name: 'Konto', nameEn: '', parentId: null, position: 1, valid: true }),
  )
  const item = await make.asSystem((work) => createItem(work, owned.unit, form({ category }), true))
  const internal = await make.asSystem((work) =>
    createItem(work, owned.unit, form({ category }, { audience: 'internal', title: 'Tylko dla agentów' }), true),
  )
  const file = (
    await make.asSystem(async (work) => {
      await addFiles(work, internal, [{ name: 'plan.txt', contentType: 'text/plain', content: Buffer.from('plan') }])
      return withFaq(work.db).selectFrom('faq_file').select('id').where('item_id', '=', internal).executeTakeFirstOrThrow()
    })
  ).id
  const revision = (await withFaq(make.db).selectFrom('faq_item').select('latest_id').where('id', '=', item).executeTakeFirstOrThrow())
    .latest_id!
  await givePassword(site, owned.person)
  return {
    ...owned,
    of,
    group,
    category,
    item,
    internal,
    file,
    revision,
    agent: await make.agent({ [group]: ['rw'] }),
    customer: owned.person,
  } as Side
}
