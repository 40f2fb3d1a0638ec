/** Owns the acts on the knowledge base: write, change, approve, withdraw, files, votes, categories. Each is told; all but votes stand in the audit log. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import {
  actorId,
  demandName,
  demandShort,
  demandUnitAdmin,
  fold,
  isId,
  isLanguage,
  recordChange,
  refused,
  storeBlob,
  type Administered,
  type Database,
  type Id,
  type Language,
  type Subject,
  type Work,
} from '../../core/index.ts'
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

export interface NewFile {
  name: string
  contentType: string
  content: Buffer
}

const MOST = 200_000

/**
 * Writes an item. Readers see it when `approve` says so, else once somebody approves it. Errors: `required`, `too-long`,
 * `choice-gone` (the category is not one of this unit).
 */
export async function createItem(work: Work, unitId: Id, form: ItemForm, approve: boolean): Promise<Id> {
  await demandCategory(work, unitId, form.categoryId)
  const { id } = await faq(work.db)
    .insertInto('faq_item')
    .values({
      category_id: form.categoryId,
      language: demandLanguage(form.language),
      audience: demandAudience(form.audience),
      published_id: null,
      latest_id: null,
      created_at: work.now,
      created_by: actorId(work),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const text = await addRevision(work, id, form, approve)
  recordChange(
    work,
    entrySubject,
    id,
    null,
    {
      category_id: form.categoryId,
      language: form.language,
      audience: form.audience,
      valid: true,
      text,
      published: approve ? text : null,
    },
    { unitId },
  )
  work.emit('faq.entry-written', { unitId, data: { entry: id, visible: approve } })
  return id
}

/** Another text, category or audience. What waits for approval leaves the text in force as it is. Errors: as `createItem`. */
export async function changeItem(work: Work, unitId: Id, itemId: Id, form: ItemForm, approve: boolean): Promise<void> {
  await demandCategory(work, unitId, form.categoryId)
  const before = await lockItem(work, itemId)
  await faq(work.db)
    .updateTable('faq_item')
    .set({ category_id: form.categoryId, language: demandLanguage(form.language), audience: demandAudience(form.audience) })
    .where('id', '=', itemId)
    .execute()
  const text = await addRevision(work, itemId, form, approve)
  recordChange(
    work,
    entrySubject,
    itemId,
    before.values,
    {
      ...before.values,
      category_id: form.categoryId,
      language: form.language,
      audience: form.audience,
      text,
      ...(approve ? { published: text } : {}),
    },
    { unitId: before.unitId },
  )
  work.emit('faq.entry-changed', { unitId: before.unitId, data: { entry: itemId, visible: approve } })
}

async function addRevision(work: Work, itemId: Id, form: ItemForm, approve: boolean): Promise<Id> {
  const title = demandName(form.title, 'title')
  const keywords = demandShort(form.keywords, 'keywords', 500)
  const texts = {
    symptom: demandText(form.symptom, 'symptom'),
    problem: demandText(form.problem, 'problem'),
    solution: demandText(form.solution, 'solution'),
    comment: demandText(form.comment, 'comment'),
  }
  if (texts.solution.trim() === '') throw refused('required', {}, 'solution')
  const by = actorId(work)
  const plain = [texts.solution, texts.problem, texts.symptom]
    .map((text) => plainText(text, form.contentType))
    .filter(Boolean)
    .join(' ')
    .replace(/\s+/g, ' ')
  const { id } = await faq(work.db)
    .insertInto('faq_revision')
    .values({
      item_id: itemId,
      title,
      keywords,
      content_type: form.contentType,
      ...texts,
      search_title: fold(title),
      search_keywords: fold(keywords),
      search_text: fold(plain),
      search_plain: plain.slice(0, 1000),
      created_at: work.now,
      created_by: by,
      approved_at: approve ? work.now : null,
      approved_by: approve ? by : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await faq(work.db)
    .updateTable('faq_item')
    .set({ latest_id: id, ...(approve ? { published_id: id } : {}) })
    .where('id', '=', itemId)
    .execute()
  return id
}

/** Readers see the newest text from now on. `revisionId` is the one that was read: a newer one is not approved unseen (`choice-gone`). */
export async function approveItem(work: Work, itemId: Id, revisionId: Id): Promise<void> {
  const { values, unitId } = await lockItem(work, itemId)
  if (values.text !== revisionId) throw refused('choice-gone')
  await faq(work.db).updateTable('faq_item').set({ published_id: revisionId }).where('id', '=', itemId).execute()
  await faq(work.db)
    .updateTable('faq_revision')
    .set({ approved_at: work.now, approved_by: actorId(work) })
    .where('id', '=', revisionId)
    .where('approved_at', 'is', null)
    .execute()
  if (recordChange(work, entrySubject, itemId, values, { ...values, published: revisionId }, { unitId }))
    work.emit('faq.entry-approved', { unitId, data: { entry: itemId } })
}

/** Takes an item away from readers, or gives it back. */
export async function setItemValid(work: Work, itemId: Id, valid: boolean): Promise<void> {
  const { values, unitId } = await lockItem(work, itemId)
  await faq(work.db).updateTable('faq_item').set({ valid }).where('id', '=', itemId).execute()
  if (!recordChange(work, entrySubject, itemId, values, { ...values, valid }, { unitId })) return
  work.emit(valid ? 'faq.entry-restored' : 'faq.entry-withdrawn', { unitId, data: { entry: itemId } })
}

/** In whose knowledge base a row of the item is. */
const UNIT = sql<Id>`(select c.unit_id from faq_item i join faq_category c on c.id = i.category_id where i.id = item_id)`.as('unit_id')

export async function addFiles(work: Work, itemId: Id, files: readonly NewFile[]): Promise<void> {
  const rows: { id: Id; unit_id: Id }[] = []
  for (const file of files) {
    const { id, size } = await storeBlob(work.db, file.content, work.now)
    rows.push(
      await faq(work.db)
        .insertInto('faq_file')
        .values({
          item_id: itemId,
          blob_id: id,
          name: file.name,
          content_type: file.contentType,
          size,
          created_at: work.now,
          created_by: actorId(work),
          removed_at: null,
        })
        .returning(['id', UNIT])
        .executeTakeFirstOrThrow(),
    )
  }
  tellFiles(work, itemId, rows, [])
}

/** The files that stay; the others are taken away and may be brought back. */
export async function keepFiles(work: Work, itemId: Id, keep: readonly Id[]): Promise<void> {
  const kept = ['0', ...keep.filter(isId)]
  const come = await faq(work.db)
    .updateTable('faq_file')
    .set({ removed_at: null })
    .where('item_id', '=', itemId)
    .where('removed_at', 'is not', null)
    .where('id', 'in', kept)
    .returning(['id', UNIT])
    .execute()
  const gone = await faq(work.db)
    .updateTable('faq_file')
    .set({ removed_at: work.now })
    .where('item_id', '=', itemId)
    .where('removed_at', 'is', null)
    .where('id', 'not in', kept)
    .returning(['id', UNIT])
    .execute()
  tellFiles(work, itemId, come, gone)
}

function tellFiles(work: Work, itemId: Id, come: readonly { id: Id; unit_id: Id }[], gone: readonly { id: Id; unit_id: Id }[]): void {
  const unitId = [...come, ...gone][0]?.unit_id
  if (unitId === undefined) return
  const stood = (is: boolean) =>
    Object.fromEntries([...come.map(({ id }) => [`file ${id}`, !is]), ...gone.map(({ id }) => [`file ${id}`, is])])
  recordChange(work, filesSubject, itemId, stood(true), stood(false), { unitId })
  work.emit('faq.files-changed', { unitId, data: { entry: itemId, come: come.map(({ id }) => id), gone: gone.map(({ id }) => id) } })
}

/**
 * One vote a person: another one takes its place. `rate` 0–100, as OTRS keeps it. It is told, so that whoever wants may count; it is
 * no change of the knowledge base but a reader's opinion, and what a reader thinks is not for the administrators' log.
 */
export async function vote(work: Work, itemId: Id, personId: Id, rate: number): Promise<void> {
  const { unit_id } = await faq(work.db)
    .insertInto('faq_vote')
    .values({ item_id: itemId, person_id: personId, rate, created_at: work.now })
    .onConflict((conflict) =>
      conflict.columns(['item_id', 'person_id']).where('person_id', 'is not', null).doUpdateSet({ rate, created_at: work.now }),
    )
    .returning(
      sql<Id>`(select c.unit_id from faq_item i join faq_category c on c.id = i.category_id where i.id = faq_vote.item_id)`.as('unit_id'),
    )
    .executeTakeFirstOrThrow()
  work.emit('faq.voted', { unitId: unit_id, data: { entry: itemId, rate } })
}

export interface CategoryForm {
  name: string
  nameEn: string
  parentId: Id | null
  position: number
  valid: boolean
  /** Whose agents read its internal entries; none: all who read internal ones there. Left out: as it stands. */
  groupIds?: readonly Id[]
}

/** Errors: `required`, `too-long`, `choice-gone` (a group is not there; the parent is not one of this unit, or lies below it). */
export async function saveCategory(work: Work, unitId: Id, id: Id | null, form: CategoryForm): Promise<Id> {
  await sql`select pg_advisory_xact_lock(hashtextextended('faq categories', ${unitId}))`.execute(work.db)
  if (form.parentId !== null) {
    await demandCategory(work, unitId, form.parentId, 'parentId')
    for (let up: Id | null = form.parentId; up !== null; ) {
      if (up === id) throw refused('choice-gone', {}, 'parentId')
      up = (await faq(work.db).selectFrom('faq_category').select('parent_id').where('id', '=', up).executeTakeFirst())?.parent_id ?? null
    }
  }
  const values = {
    name: demandName(form.name, 'name'),
    name_en: demandShort(form.nameEn, 'nameEn', 200) || null,
    parent_id: form.parentId,
    position: form.position,
    valid: form.valid,
  }
  if (id === null) {
    const made = (
      await faq(work.db)
        .insertInto('faq_category')
        .values({ unit_id: unitId, ...values })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id
    const groups = await setGroups(work, made, [], form.groupIds)
    recordChange(work, categorySubject, made, null, { ...values, groups }, { unitId })
    work.emit('faq.category-changed', { unitId, data: { category: made, made: true } })
    return made
  }
  // Joined with itself it answers with what stood before.
  const before = await faq(work.db)
    .updateTable('faq_category')
    .from('faq_category as old')
    .set(values)
    .whereRef('old.id', '=', 'faq_category.id')
    .where('faq_category.id', '=', id)
    .where('faq_category.unit_id', '=', unitId)
    .returning(['old.name', 'old.name_en', 'old.parent_id', 'old.position', 'old.valid', GROUPS])
    .executeTakeFirst()
  if (!before) throw refused('not-found')
  const groups = await setGroups(work, id, before.groups, form.groupIds)
  if (recordChange(work, categorySubject, id, before, { ...values, groups }, { unitId }))
    work.emit('faq.category-changed', { unitId, data: { category: id, made: false } })
  return id
}

/** Of the category `faq_category`, as the log has them. */
const GROUPS = sql<
  Id[]
>`array(select g.group_id::text from faq_category_group g where g.category_id = faq_category.id order by g.group_id)`.as('groups')

/** Answers those that it is for now. */
async function setGroups(work: Work, id: Id, stood: readonly Id[], shall: readonly Id[] | undefined): Promise<Id[]> {
  const wanted = [...new Set(shall ?? stood)].toSorted((a, b) => Number(a) - Number(b))
  if (wanted.join() === stood.join()) return wanted
  const there = await work.db
    .selectFrom('permission_group')
    .select('id')
    .where('id', 'in', ['0', ...wanted.filter(isId)])
    .execute()
  if (there.length < wanted.length) throw refused('choice-gone', {}, 'groupIds')
  await faq(work.db).deleteFrom('faq_category_group').where('category_id', '=', id).execute()
  if (wanted.length > 0)
    await faq(work.db)
      .insertInto('faq_category_group')
      .values(wanted.map((group_id) => ({ category_id: id, group_id })))
      .execute()
  return wanted
}

interface CategoryValues {
  name: string
  name_en: string | null
  parent_id: Id | null
  position: number
  valid: boolean
  groups: Id[]
}

async function demandCategory(work: Work, unitId: Id, id: Id, field = 'categoryId'): Promise<void> {
  const found =
    isId(id) &&
    (await faq(work.db).selectFrom('faq_category').select('id').where('id', '=', id).where('unit_id', '=', unitId).executeTakeFirst())
  if (!found) throw refused(id === '' ? 'required' : 'choice-gone', {}, field)
}

/** What the log keeps of an item: its texts stand in revisions, which are never changed. */
interface ItemValues {
  category_id: Id
  language: Language
  audience: Audience
  valid: boolean
  text: Id | null
  published: Id | null
}

const itemQuery = (db: Kysely<Database>, id: Id) =>
  faq(db)
    .selectFrom('faq_item as i')
    .innerJoin('faq_category as c', 'c.id', 'i.category_id')
    .select(['i.category_id', 'i.language', 'i.audience', 'i.valid', 'i.latest_id as text', 'i.published_id as published', 'c.unit_id'])
    .where('i.id', '=', id)
    .forUpdate('i')

async function lockItem(work: Work, id: Id): Promise<{ values: ItemValues; unitId: Id }> {
  const item = await itemQuery(work.db, id).executeTakeFirst()
  if (!item) throw refused('not-found')
  const { unit_id, ...values } = item
  return { values, unitId: unit_id }
}

/** What `putItem` writes: all that an item is, its texts by their revisions. */
export interface ItemState {
  categoryId: Id
  language: Language
  audience: Audience
  valid: boolean
  textId: Id | null
  publishedId: Id | null
}

/**
 * Puts an item back as it was: category, audience, validity, and the texts that were newest and in force then. An act of the unit's
 * administrators. Errors: `not-allowed`, `not-found`, `choice-gone`.
 */
export async function putItem(work: Work, itemId: Id, state: ItemState): Promise<void> {
  const { values: before, unitId } = await lockItem(work, itemId)
  await demandUnitAdmin(work, unitId)
  await demandCategory(work, unitId, state.categoryId)
  const texts = [...new Set([state.textId, state.publishedId].filter((id) => id !== null))]
  const own =
    texts.length === 0
      ? []
      : await faq(work.db).selectFrom('faq_revision').select('id').where('item_id', '=', itemId).where('id', 'in', texts).execute()
  if (own.length < texts.length) throw refused('choice-gone')
  const after: ItemValues = {
    category_id: state.categoryId,
    language: demandLanguage(state.language),
    audience: demandAudience(state.audience),
    valid: state.valid,
    text: state.textId,
    published: state.publishedId,
  }
  const { text, published, ...rest } = after
  await faq(work.db)
    .updateTable('faq_item')
    .set({ ...rest, latest_id: text, published_id: published })
    .where('id', '=', itemId)
    .execute()
  if (!recordChange(work, entrySubject, itemId, before, after, { unitId })) return
  work.emit('faq.entry-changed', { unitId, data: { entry: itemId, visible: published === text } })
}

export const entrySubject: Subject<ItemValues, ItemState> = {
  type: 'faq/entry',
  right: 'unit',
  lies: 'said',
  words: 'subject.entry',
  named: {
    named: (id) =>
      sql`(select r.title from faq_item i join faq_revision r on r.id = coalesce(i.published_id, i.latest_id) where i.id = ${id})`,
  },
  fields: {
    category_id: { words: 'edit.category', as: { named: (id) => sql`(select name from faq_category where id = ${id})` } },
    language: { words: 'edit.language', as: 'language' },
    audience: { words: 'edit.audience', as: { choice: 'audience.' } },
    valid: { words: 'field.shown', as: 'yes-no' },
    text: { words: 'field.newest-text', as: { named: version } },
    published: { words: 'field.text-in-force', as: { named: version } },
  },
  way: {
    async read(db, id) {
      const item = await itemQuery(db, id).executeTakeFirst()
      if (!item) return undefined
      const { unit_id: _unit, ...values } = item
      return values
    },
    form: ({ category_id, language, audience, valid, text, published }) => ({
      categoryId: category_id,
      language,
      audience,
      valid,
      textId: text,
      publishedId: published,
    }),
    put: putItem,
  },
}

/** "Jak zmienić hasło (2)": the title of a text, and the how-manieth of its item it is. */
function version(id: RawBuilder<unknown>): RawBuilder<string | null> {
  return sql`(select r.title || ' (' || (select count(*) from faq_revision o where o.item_id = r.item_id and o.id <= r.id) || ')' from faq_revision r where r.id = ${id})`
}

export const filesSubject: Subject<Record<string, boolean>, { files: Map<Id, boolean> }> = {
  type: 'faq/files',
  right: 'unit',
  lies: 'said',
  words: 'subject.files',
  named: entrySubject.named!,
  fields: {},
  each: [{ prefix: 'file', of: { named: (id) => sql`(select name from faq_file where id = ${id})` }, words: 'each.file', as: 'yes-no' }],
  way: {
    async read(db, id, of) {
      const there = await keptFiles(db, id)
      return Object.fromEntries(Object.keys(of).map((key) => [key, there.includes(key.slice('file '.length))]))
    },
    form: (values) => ({ files: new Map(Object.entries(values).map(([key, kept]) => [key.slice('file '.length), kept])) }),
    async put(work, id, { files }) {
      await demandUnitAdmin(work, (await lockItem(work, id)).unitId)
      const now = (await keptFiles(work.db, id)).filter((file) => files.get(file) !== false)
      await keepFiles(work, id, [...now, ...[...files].filter(([, kept]) => kept).map(([file]) => file)])
    },
  },
}

const keptFiles = async (db: Kysely<Database>, itemId: Id): Promise<Id[]> =>
  (await faq(db).selectFrom('faq_file').select('id').where('item_id', '=', itemId).where('removed_at', 'is', null).execute()).map(
    (row) => row.id,
  )

export const categorySubject: Subject<CategoryValues, CategoryForm> = {
  type: 'faq/category',
  right: 'unit',
  lies: 'said',
  words: 'subject.category',
  named: { named: (id) => sql`(select name from faq_category where id = ${id})` },
  fields: {
    name: { words: 'categories.name' },
    name_en: { words: 'categories.name-en' },
    parent_id: { words: 'categories.parent', as: { named: (id) => sql`(select name from faq_category where id = ${id})` } },
    position: { words: 'categories.position' },
    valid: { words: 'categories.valid', as: 'yes-no' },
    groups: { words: 'categories.groups', as: 'group' },
  },
  way: {
    read: (db, id) =>
      faq(db)
        .selectFrom('faq_category')
        .select(['name', 'name_en', 'parent_id', 'position', 'valid', GROUPS])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst(),
    form: ({ name, name_en, parent_id, position, valid, groups }) => ({
      name,
      nameEn: name_en ?? '',
      parentId: parent_id,
      position,
      valid,
      groupIds: groups ?? [],
    }),
    async put(work, id, form) {
      const category = await faq(work.db).selectFrom('faq_category').select('unit_id').where('id', '=', id).executeTakeFirst()
      if (!category) throw refused('not-found')
      await demandUnitAdmin(work, category.unit_id)
      await saveCategory(work, category.unit_id, id, form)
    },
  },
}

export const administered: Administered = { 'faq/entry': entrySubject, 'faq/files': filesSubject, 'faq/category': categorySubject }

function demandText(text: string, field: string): string {
  if (text.length > MOST) throw refused('too-long', { limit: MOST }, field)
  return text.replaceAll('\0', '')
}

function demandAudience(audience: string): Audience {
  if (!AUDIENCES.includes(audience as Audience)) throw refused('choice-gone', {}, 'audience')
  return audience as Audience
}

function demandLanguage(language: unknown): Language {
  if (!isLanguage(language)) throw refused('choice-gone', {}, 'language')
  return language
}
