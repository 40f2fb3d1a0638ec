/** Owns topics: what people ask about, in their words; the university's and each unit's own. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id, Language } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { nameIn } from '../i18n/names.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { plainWord } from '../search/fold.ts'
import { demandWithin, readLimits } from './limits.ts'
import { ROOT_UNIT } from './tree.ts'

export interface Topic {
  id: Id
  /** Unique, for addresses and filters. */
  slug: string
  name: string
  nameEn: string | null
  /** Offered to the people of this unit and of those below it; the root unit's to everybody. */
  unitId: Id
  sort: number
  valid: boolean
}

const columns = ['id', 'slug', 'name', 'name_en as nameEn', 'unit_id as unitId', 'sort', 'valid'] as const

/** Every topic, the university's first, in the order in which they are offered. */
export function listTopics(db: Kysely<Database>): Promise<Topic[]> {
  return db
    .selectFrom('topic')
    .select(columns)
    .orderBy(sql`unit_id <> 1`)
    .orderBy('unit_id')
    .orderBy('sort')
    .orderBy(sql`name collate "pl-x-icu"`)
    .execute()
}

export const topicName = (topic: Pick<Topic, 'name' | 'nameEn'>, language: Language): string => nameIn(topic, language)

/** Topics in use that the people of a unit may choose: the unit's own and those of the units above it. */
export function topicsOffered(topics: readonly Topic[], units: ReadonlyMap<Id, { parentId: Id | null }>, unitId: Id | null): Topic[] {
  const above = new Set<Id>([ROOT_UNIT])
  for (let at = unitId; at !== null && !above.has(at); at = units.get(at)?.parentId ?? null) above.add(at)
  return topics.filter((topic) => topic.valid && above.has(topic.unitId))
}

export interface TopicForm {
  name: string
  nameEn: string
  sort: number
  valid: boolean
}

/** Makes a topic of a unit. Local administrators make their own where the limits allow it. */
export async function createTopic(work: Work, unitId: Id, form: TopicForm): Promise<Id> {
  await demandUnitAdmin(work, unitId)
  if (!isCentral(work.actor)) demandWithin((await readLimits(work.db, unitId)).ownTopics, 'name')
  const values = checked(form)
  await sql`select pg_advisory_xact_lock(hashtextextended('topics', 7006))`.execute(work.db)
  const taken = new Set((await listTopics(work.db)).map((topic) => topic.slug))
  const base = slugOf(values.name)
  let slug = base
  for (let n = 2; taken.has(slug); n++) slug = `${base}-${n}`
  const { id } = await work.db
    .insertInto('topic')
    .values({ ...values, slug, unit_id: unitId })
    .returning('id')
    .executeTakeFirstOrThrow()
  recordChange(work, topicSubject, id, null, values, { unitId, told: { slug } })
  return id
}

/** Renames it, puts it elsewhere in the order, switches it off: tickets keep it, nobody is offered it. */
export async function editTopic(work: Work, id: Id, form: TopicForm): Promise<void> {
  const before =
    isId(id) &&
    (await work.db
      .selectFrom('topic')
      .select(['unit_id', 'name', 'name_en', 'sort', 'valid'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst())
  if (!before) throw refused(isCentral(work.actor) ? 'not-found' : 'not-allowed')
  const { unit_id, ...stood } = before
  await demandUnitAdmin(work, unit_id)
  const values = checked(form)
  await work.db.updateTable('topic').set(values).where('id', '=', id).execute()
  recordChange(work, topicSubject, id, stood, values, { unitId: unit_id })
}

const checked = (form: TopicForm) => ({
  name: demandName(form.name, 'name', 100),
  name_en: demandShort(form.nameEn, 'nameEn', 100) || null,
  sort: Number.isSafeInteger(form.sort) ? Math.max(-10_000, Math.min(form.sort, 10_000)) : 0,
  valid: form.valid,
})

export const topicSubject: CoreSubject<ReturnType<typeof checked>, TopicForm> = {
  type: 'topic',
  right: 'unit',
  lies: 'said',
  words: 'subject.topic',
  named: 'topic',
  seen: pageAt('/admin/topics'),
  fields: {
    name: { words: 'field.name' },
    name_en: { words: 'field.name_en' },
    sort: { words: 'field.place' },
    valid: { words: 'field.valid', as: 'yes-no' },
  },
  told: { slug: { words: 'field.slug' } },
  way: {
    read: (db, id) =>
      db.selectFrom('topic').select(['name', 'name_en', 'sort', 'valid']).where('id', '=', id).forUpdate().executeTakeFirst(),
    form: ({ name, name_en, sort, valid }) => ({ name, nameEn: name_en ?? '', sort, valid }),
    put: editTopic,
  },
}

/** "Sieć i Wi-Fi" → 'siec-i-wi-fi'. */
function slugOf(name: string): string {
  const plain = plainWord(name).replace(/[^a-z0-9]+/g, '-')
  return plain.replace(/^-+|(?<!-)-+$/g, '').slice(0, 60) || 'topic'
}
