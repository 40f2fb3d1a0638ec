/** Owns the acts on the knowledge base: write, change, approve, withdraw, files, votes, categories. */
import { sql } from 'kysely'
import { actorId, demandName, demandShort, fold, isId, refused, storeBlob, type Id, type Language, type Work } from '../../core/index.ts'
import { AUDIENCES, faq, type Audience } from './tables.ts'
import { plainText, type ContentType } from './text-html.ts'

export interface ItemForm {
  categoryId: Id
  language: Language
  audience: Audience
  title: string
  keywords: string
  contentType: ContentType
  symptom: string
  problem: string
  solution: string
  comment: string
}

export interface NewFile { name: string; contentType: string; content: Buffer }

const MOST = 200_000

/**
 * Writes an item. Readers see it when `approve` says so, else once somebody approves it. Errors: `required`, `too-long`,
 * `choice-gone` (the category is not one of this unit).
 */
export async function createItem(work: Work, unitId: Id, form: ItemForm, approve: boolean): Promise<Id> {
  await demandCategory(work, unitId, form.categoryId)
  const { id } = await faq(work.db).insertInto('faq_item').values({
    category_id: form.categoryId, language: demandLanguage(form.language), audience: demandAudience(form.audience), published_id: null, latest_id: null,
    created_at: work.now, created_by: actorId(work),
  }).returning('id').executeTakeFirstOrThrow()
  await addRevision(work, id, form, approve)
  return id
}

/** Another text, category or audience. What waits for approval leaves the text in force as it is. Errors: as `createItem`. */
export async function changeItem(work: Work, unitId: Id, itemId: Id, form: ItemForm, approve: boolean): Promise<void> {
  await demandCategory(work, unitId, form.categoryId)
  await lockItem(work, itemId)
  await faq(work.db).updateTable('faq_item')
    .set({ category_id: form.categoryId, language: demandLanguage(form.language), audience: demandAudience(form.audience) }).where('id', '=', itemId).execute()
  await addRevision(work, itemId, form, approve)
}

async function addRevision(work: Work, itemId: Id, form: ItemForm, approve: boolean): Promise<void> {
  const title = demandName(form.title, 'title')
  const keywords = demandShort(form.keywords, 'keywords', 500)
  const texts = {
    symptom: demandText(form.symptom, 'symptom'), problem: demandText(form.problem, 'problem'), solution: demandText(form.solution, 'solution'),
    comment: demandText(form.comment, 'comment'),
  }
  if (texts.solution.trim() === '') throw refused('required', {}, 'solution')
  const by = actorId(work)
  const plain = [texts.solution, texts.problem, texts.symptom].map((text) => plainText(text, form.contentType)).filter(Boolean).join(' ').replace(/\s+/g, ' ')
  const { id } = await faq(work.db).insertInto('faq_revision').values({
    item_id: itemId, title, keywords, content_type: form.contentType, ...texts,
    search_title: fold(title), search_keywords: fold(keywords), search_text: fold(plain), search_plain: plain.slice(0, 1000),
    created_at: work.now, created_by: by, approved_at: approve ? work.now : null, approved_by: approve ? by : null,
  }).returning('id').executeTakeFirstOrThrow()
  await faq(work.db).updateTable('faq_item').set({ latest_id: id, ...(approve ? { published_id: id } : {}) }).where('id', '=', itemId).execute()
}

/** Readers see the newest text from now on. `revisionId` is the one that was read: a newer one is not approved unseen (`choice-gone`). */
export async function approveItem(work: Work, itemId: Id, revisionId: Id): Promise<void> {
  const item = await lockItem(work, itemId)
  if (item.latest_id !== revisionId) throw refused('choice-gone')
  await faq(work.db).updateTable('faq_item').set({ published_id: revisionId }).where('id', '=', itemId).execute()
  await faq(work.db).updateTable('faq_revision').set({ approved_at: work.now, approved_by: actorId(work) }).where('id', '=', revisionId).where('approved_at', 'is', null).execute()
}

/** Takes an item away from readers, or gives it back. */
export async function setItemValid(work: Work, itemId: Id, valid: boolean): Promise<void> {
  await lockItem(work, itemId)
  await faq(work.db).updateTable('faq_item').set({ valid }).where('id', '=', itemId).execute()
}

export async function addFiles(work: Work, itemId: Id, files: readonly NewFile[]): Promise<void> {
  for (const file of files) {
    const { id, size } = await storeBlob(work.db, file.content, work.now)
    await faq(work.db).insertInto('faq_file').values({
      item_id: itemId, blob_id: id, name: file.name, content_type: file.contentType, size, created_at: work.now, created_by: actorId(work), removed_at: null,
    }).execute()
  }
}

/** The files that stay; the others are taken away and may be brought back. */
export async function keepFiles(work: Work, itemId: Id, keep: readonly Id[]): Promise<void> {
  await faq(work.db).updateTable('faq_file').set({ removed_at: null }).where('item_id', '=', itemId).where('id', 'in', ['0', ...keep.filter(isId)]).execute()
  await faq(work.db).updateTable('faq_file').set({ removed_at: work.now }).where('item_id', '=', itemId).where('removed_at', 'is', null)
    .where('id', 'not in', ['0', ...keep.filter(isId)]).execute()
}

/** One vote a person: another one takes its place. `rate` 0–100, as OTRS keeps it. */
export async function vote(work: Work, itemId: Id, personId: Id, rate: number): Promise<void> {
  await faq(work.db).insertInto('faq_vote').values({ item_id: itemId, person_id: personId, rate, created_at: work.now })
    .onConflict((conflict) => conflict.columns(['item_id', 'person_id']).doUpdateSet({ rate, created_at: work.now })).execute()
}

export interface CategoryForm { name: string; nameEn: string; parentId: Id | null; position: number; valid: boolean }

/** Errors: `required`, `too-long`, `choice-gone` (the parent is not one of this unit, or lies below it). */
export async function saveCategory(work: Work, unitId: Id, id: Id | null, form: CategoryForm): Promise<Id> {
  await sql`select pg_advisory_xact_lock(hashtextextended('faq categories', ${unitId}))`.execute(work.db)
  if (form.parentId !== null) {
    await demandCategory(work, unitId, form.parentId, 'parentId')
    for (let up: Id | null = form.parentId; up !== null;) {
      if (up === id) throw refused('choice-gone', {}, 'parentId')
      up = (await faq(work.db).selectFrom('faq_category').select('parent_id').where('id', '=', up).executeTakeFirst())?.parent_id ?? null
    }
  }
  const values = {
    name: demandName(form.name, 'name'), name_en: demandShort(form.nameEn, 'nameEn', 200) || null, parent_id: form.parentId, position: form.position, valid: form.valid,
  }
  if (id === null) return (await faq(work.db).insertInto('faq_category').values({ unit_id: unitId, ...values }).returning('id').executeTakeFirstOrThrow()).id
  const { numUpdatedRows } = await faq(work.db).updateTable('faq_category').set(values).where('id', '=', id).where('unit_id', '=', unitId).executeTakeFirst()
  if (numUpdatedRows === 0n) throw refused('not-found')
  return id
}

async function demandCategory(work: Work, unitId: Id, id: Id, field = 'categoryId'): Promise<void> {
  const found = isId(id) && await faq(work.db).selectFrom('faq_category').select('id').where('id', '=', id).where('unit_id', '=', unitId).executeTakeFirst()
  if (!found) throw refused(id === '' ? 'required' : 'choice-gone', {}, field)
}

async function lockItem(work: Work, id: Id) {
  const item = await faq(work.db).selectFrom('faq_item').select(['id', 'latest_id']).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!item) throw refused('not-found')
  return item
}

function demandText(text: string, field: string): string {
  if (text.length > MOST) throw refused('too-long', { limit: MOST }, field)
  return text.replaceAll('\0', '')
}

function demandAudience(audience: string): Audience {
  if (!AUDIENCES.includes(audience as Audience)) throw refused('choice-gone', {}, 'audience')
  return audience as Audience
}

function demandLanguage(language: string): Language {
  if (language !== 'pl' && language !== 'en') throw refused('choice-gone', {}, 'language')
  return language
}
