/** Owns the texts of automatic answers: by kind and language, which is the standard, which queue uses which. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../../audit/change.ts'
import { pageAt, type CoreSubject, type SubjectField } from '../../audit/subject.ts'
import type { Saying } from '../../administration/words.ts'
import type { AutoResponseType, Database, Id, Language } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { languageFor, LANGUAGE_CODES } from '../../i18n/languages.ts'
import { demandName, isId } from '../../kernel/input.ts'
import type { Work } from '../../kernel/work.ts'
import { demandAdmin } from '../../permission/policy.ts'
import { demandOwnOrAbove, demandUnitAdmin, isCentral } from '../../permission/unit-administrators.ts'
import { ROOT_UNIT } from '../../unit/tree.ts'
import { demandKnownTags } from './smart-tags.ts'

/** In the order an administrator meets them. */
export const TEXT_TYPES = [
  'auto reply',
  'auto follow up',
  'auto reject',
  'auto reply/new ticket',
  'closed',
  'waiting',
  'auto remove',
] as const satisfies readonly AutoResponseType[]

export const isTextType = (value: string | undefined): value is AutoResponseType => (TEXT_TYPES as readonly string[]).includes(value ?? '')

export interface TextVariant {
  subject: string
  body: string
}

export interface AutoText {
  id: Id
  name: string
  type: AutoResponseType
  /** Answers for queues that name none. */
  standard: boolean
  valid: boolean
  /** Whose it is; the root unit's is everybody's. */
  unitId: Id
  variants: Partial<Record<Language, TextVariant>>
  /** Queues that name it themselves. */
  queues: string[]
}

/** Every text, by kind, the standard one first. */
export async function listTexts(db: Kysely<Database>): Promise<AutoText[]> {
  const rows = await db
    .selectFrom('auto_response as r')
    .select([
      'r.id',
      'r.name',
      'r.type',
      'r.standard',
      'r.valid',
      'r.unit_id as unitId',
      sql<string[]>`array(select q.name from queue_auto_response u join queue q on q.id = u.queue_id
      where u.auto_response_id = r.id and q.valid order by q.name)`.as('queues'),
    ])
    .orderBy('r.standard', 'desc')
    .orderBy(sql`r.name collate "pl-x-icu"`)
    .execute()
  const variants = await db.selectFrom('auto_response_text').selectAll().execute()
  const order = (type: AutoResponseType) => TEXT_TYPES.indexOf(type)
  return rows
    .map((row) => ({
      ...row,
      variants: Object.fromEntries(
        variants.filter((v) => v.auto_response_id === row.id).map((v) => [v.language, { subject: v.subject, body: v.body }]),
      ),
    }))
    .sort((a, b) => order(a.type) - order(b.type))
}

export async function findText(db: Kysely<Database>, id: Id): Promise<AutoText | undefined> {
  return isId(id) ? (await listTexts(db)).find((text) => text.id === id) : undefined
}

export interface TextForm {
  name: string
  type: AutoResponseType
  valid: boolean
  /** A language with neither subject nor body is left out. */
  variants: Partial<Record<Language, TextVariant>>
}

/** What a form holds of a text in its languages, in fields such as 'pl.subject' and 'en.body'. */
export const textVariants = (fields: Readonly<Record<string, string>>): TextForm['variants'] =>
  Object.fromEntries(
    LANGUAGE_CODES.flatMap((language) => {
      const [subject, body] = [fields[`${language}.subject`], fields[`${language}.body`]]
      return subject === undefined && body === undefined ? [] : [[language, { subject: subject ?? '', body: body ?? '' }]]
    }),
  )

/** Makes a text. Errors: `text.name-taken`, `text.needs-language`, `required`, `text.unknown-tag` at 'pl.subject', 'en.body' … */
export async function createText(work: Work, form: TextForm, unitId: Id = ROOT_UNIT): Promise<Id> {
  await demandUnitAdmin(work, unitId)
  const { values, variants } = await checked(work, form, null)
  const { id } = await work.db
    .insertInto('auto_response')
    .values({ ...values, type: form.type, unit_id: unitId })
    .returning('id')
    .executeTakeFirstOrThrow()
  await writeVariants(work, id, variants)
  recordChange(work, textSubject, id, null, { ...values, ...variants }, { unitId, told: { type: form.type } })
  return id
}

/** Changes a text; its kind stays. One in use cannot be switched off (`text.in-use`). */
export async function editText(work: Work, id: Id, form: Omit<TextForm, 'type'>): Promise<void> {
  const before = await findText(work.db, id)
  if (!before) throw refused(isCentral(work.actor) ? 'not-found' : 'not-allowed')
  await demandUnitAdmin(work, before.unitId)
  const { values, variants } = await checked(work, form, id)
  if (before.valid && !values.valid && before.queues.length > 0) throw refused('text.in-use', { where: before.queues.join(', ') }, 'valid')
  await work.db
    .updateTable('auto_response')
    .set(values.valid ? values : { ...values, standard: false })
    .where('id', '=', id)
    .execute()
  await work.db.deleteFrom('auto_response_text').where('auto_response_id', '=', id).execute()
  await writeVariants(work, id, variants)
  recordChange(
    work,
    textSubject,
    id,
    { name: before.name, valid: before.valid, standard: before.standard, ...before.variants },
    { ...values, standard: before.standard && values.valid, ...variants },
    { unitId: before.unitId },
  )
}

/** Says which text answers for queues that name none; null: nothing is sent there. */
export async function setStandardText(work: Work, type: AutoResponseType, id: Id | null): Promise<void> {
  demandAdmin(work.actor)
  const before = await work.db
    .selectFrom('auto_response')
    .select('id')
    .where('type', '=', type)
    .where('standard', '=', true)
    .forUpdate()
    .executeTakeFirst()
  if (id !== null) await demandText(work, id, type)
  await work.db.updateTable('auto_response').set({ standard: false }).where('type', '=', type).where('standard', '=', true).execute()
  if (id !== null) await work.db.updateTable('auto_response').set({ standard: true }).where('id', '=', id).execute()
  recordChange(work, standardTextSubject, type, { standard: before?.id ?? null }, { standard: id })
}

/** What a queue says itself of a kind: a text, none at all, or ('inherit') what its parents say, else the standard text. */
export type QueueTextChoice = Id | 'none' | 'inherit'

export async function textsOfQueue(db: Kysely<Database>, queueId: Id): Promise<Map<AutoResponseType, QueueTextChoice>> {
  const rows = await db.selectFrom('queue_auto_response').select(['type', 'auto_response_id']).where('queue_id', '=', queueId).execute()
  return new Map(rows.map((row) => [row.type, row.auto_response_id ?? 'none']))
}

export interface QueueTexts {
  queueId: Id
  queueName: string
  /** What the queue says itself. */
  own: Map<AutoResponseType, QueueTextChoice>
  /** What counts, and from where: the queue's full name, or 'standard'. */
  inForce: Map<AutoResponseType, { textId: Id | null; from: string }>
}

/** Who sends what: each queue in use with what it says itself and what counts in it. As auto-response.store.ts decides. */
export async function listQueueTexts(db: Kysely<Database>): Promise<QueueTexts[]> {
  const queues = await db
    .selectFrom('queue')
    .select(['id', 'name', 'parent_id', 'valid'])
    .orderBy(sql`string_to_array(name collate "pl-x-icu", '::')`)
    .execute()
  const chosen = await db.selectFrom('queue_auto_response').selectAll().execute()
  const standards = await db.selectFrom('auto_response').select(['id', 'type']).where('standard', '=', true).execute()
  const inForce = (queue: (typeof queues)[number], type: AutoResponseType): { textId: Id | null; from: string } => {
    for (let up: typeof queue | undefined = queue; up; up = queues.find((other) => other.id === up?.parent_id)) {
      const own = chosen.find((row) => row.queue_id === up?.id && row.type === type)
      if (own) return { textId: own.auto_response_id, from: up.name }
    }
    return { textId: standards.find((text) => text.type === type)?.id ?? null, from: 'standard' }
  }
  return queues
    .filter((queue) => queue.valid)
    .map((queue) => ({
      queueId: queue.id,
      queueName: queue.name,
      own: new Map(
        TEXT_TYPES.map((type) => {
          const row = chosen.find((one) => one.queue_id === queue.id && one.type === type)
          return [type, row ? (row.auto_response_id ?? 'none') : 'inherit'] as const
        }),
      ),
      inForce: new Map(TEXT_TYPES.map((type) => [type, inForce(queue, type)] as const)),
    }))
}

/** What a queue says of each kind. */
export async function queueTextChoices(db: Kysely<Database>, queueId: Id): Promise<Record<AutoResponseType, QueueTextChoice>> {
  const said = await textsOfQueue(db, queueId)
  return Object.fromEntries(TEXT_TYPES.map((type) => [type, said.get(type) ?? 'inherit'])) as Record<AutoResponseType, QueueTextChoice>
}

export async function setQueueText(work: Work, queueId: Id, type: AutoResponseType, choice: QueueTextChoice): Promise<void> {
  const queue =
    isId(queueId) && (await work.db.selectFrom('queue').select('unit_id').where('id', '=', queueId).forUpdate().executeTakeFirst())
  if (!queue) throw refused(isCentral(work.actor) ? 'not-found' : 'not-allowed')
  await demandUnitAdmin(work, queue.unit_id)
  const before = (await textsOfQueue(work.db, queueId)).get(type) ?? 'inherit'
  if (before === choice) return
  await work.db.deleteFrom('queue_auto_response').where('queue_id', '=', queueId).where('type', '=', type).execute()
  if (choice !== 'inherit') {
    if (choice !== 'none') await demandText(work, choice, type)
    if (choice !== 'none' && !isCentral(work.actor)) await demandOwnOrAbove(work, 'auto_response', choice, queue.unit_id, type)
    await work.db
      .insertInto('queue_auto_response')
      .values({ queue_id: queueId, type, auto_response_id: choice === 'none' ? null : choice })
      .execute()
  }
  recordChange(work, queueTextSubject, queueId, { [type]: before }, { [type]: choice }, { unitId: queue.unit_id })
}

async function demandText(work: Work, id: Id, type: AutoResponseType): Promise<void> {
  const text =
    isId(id) && (await work.db.selectFrom('auto_response').select(['type', 'valid']).where('id', '=', id).forShare().executeTakeFirst())
  if (!text || !text.valid) throw refused('choice-gone', {}, type)
  if (text.type !== type) throw refused('text.other-type')
}

async function checked(work: Work, form: Omit<TextForm, 'type'>, id: Id | null) {
  const name = demandName(form.name, 'name')
  const same = await work.db.selectFrom('auto_response').select('id').where(sql`lower(name)`, '=', name.toLowerCase()).executeTakeFirst()
  if (same && same.id !== id) throw refused('text.name-taken', {}, 'name')
  const variants: Partial<Record<Language, TextVariant>> = {}
  for (const language of LANGUAGE_CODES) {
    const typed = form.variants[language] ?? { subject: '', body: '' }
    const subject = typed.subject.replaceAll('\u0000', '').replace(/\s+/g, ' ').trim()
    const body = typed.body.replaceAll('\u0000', '').trim()
    if (subject === '' && body === '') continue
    if (subject === '') throw refused('required', {}, `${language}.subject`)
    if (body === '') throw refused('required', {}, `${language}.body`)
    if (subject.length > 250) throw refused('too-long', { limit: 250 }, `${language}.subject`)
    if (body.length > 20_000) throw refused('too-long', { limit: 20_000 }, `${language}.body`)
    for (const [part, text] of [
      ['subject', subject],
      ['body', body],
    ] as const) {
      demandKnownTags(text, `${language}.${part}`)
    }
    variants[language] = { subject, body: `${body}\n` }
  }
  if (Object.keys(variants).length === 0) throw refused('text.needs-language', {}, `${languageFor(work.config)}.subject`)
  return { values: { name, valid: form.valid }, variants }
}

async function writeVariants(work: Work, id: Id, variants: Partial<Record<Language, TextVariant>>): Promise<void> {
  await work.db
    .insertInto('auto_response_text')
    .values(
      (Object.entries(variants) as [Language, TextVariant][]).map(([language, variant]) => ({
        auto_response_id: id,
        language,
        ...variant,
      })),
    )
    .execute()
}

type TextValues = { name: string; valid: boolean; standard: boolean } & Partial<Record<Language, TextVariant | null>>

/** A text in each language, by the word `field.<language>`: a language without it does not compile. */
const VARIANT_FIELDS = Object.fromEntries(
  LANGUAGE_CODES.map((language) => [language, { words: `field.${language}`, as: { say: sayVariant } }]),
) as Record<Language, SubjectField<`field.${Language}`>>

export const textSubject: CoreSubject<TextValues, Omit<TextForm, 'type'> & { standard: boolean }> = {
  type: 'text',
  right: 'unit',
  lies: 'said',
  words: 'subject.text',
  named: 'text',
  seen: pageAt('/admin/texts'),
  fields: {
    name: { words: 'field.name' },
    valid: { words: 'field.valid', as: 'yes-no' },
    standard: { words: 'field.standard', as: 'yes-no' },
    ...VARIANT_FIELDS,
  },
  told: { type: { words: 'field.kind', as: { choice: 'text-type.' } } },
  way: {
    async read(db, id) {
      const text = await findText(db, id)
      return text && { name: text.name, valid: text.valid, standard: text.standard, ...text.variants }
    },
    form: ({ name, valid, standard, ...words }) => ({
      name,
      valid,
      standard,
      variants: Object.fromEntries(LANGUAGE_CODES.map((language) => [language, words[language] ?? NO_WORDS])),
    }),
    async put(work, id, { standard, ...form }) {
      await editText(work, id, form)
      // What is off is no standard text; what is on again takes its place again.
      const now = await findText(work.db, id)
      if (now?.valid && now.standard !== standard) await setStandardText(work, now.type, standard ? id : null)
    },
  },
}
const NO_WORDS: TextVariant = { subject: '', body: '' }

function sayVariant(value: unknown, { t }: Saying): string {
  const { subject, body } = (value ?? NO_WORDS) as TextVariant
  return subject === '' && body === '' ? t('value.none') : `${subject}\n${body.trim()}`
}

/** Which text is the standard one of its kind: the kind stands for the id. */
export const standardTextSubject: CoreSubject<{ standard: Id | null }, { standard: Id | null }> = {
  type: 'text',
  fits: ({ object }) => object !== null && isTextType(object.id),
  byName: true,
  right: 'installation',
  lies: null,
  words: 'subject.standard-text',
  named: { say: (id, { t }) => (isTextType(id) ? t(`text-type.${id}`) : id) },
  seen: () => '/admin/texts',
  fields: { standard: { words: 'field.text', as: 'text' } },
  way: {
    read: async (db, id) => ({
      standard:
        (
          await db
            .selectFrom('auto_response')
            .select('id')
            .where('type', '=', id as AutoResponseType)
            .where('standard', '=', true)
            .executeTakeFirst()
        )?.id ?? null,
    }),
    form: ({ standard }) => ({ standard }),
    put: (work, id, { standard }) => setStandardText(work, id as AutoResponseType, standard),
  },
}

type Choices = Record<AutoResponseType, QueueTextChoice>

export const queueTextSubject: CoreSubject<Choices, { choices: Choices }> = {
  type: 'queue text',
  right: 'unit',
  lies: 'queue',
  words: 'subject.queue-text',
  named: 'queue',
  seen: pageAt('/admin/queues'),
  fields: {
    'auto reply': { words: 'text-type.auto reply', as: 'text' },
    'auto follow up': { words: 'text-type.auto follow up', as: 'text' },
    'auto reject': { words: 'text-type.auto reject', as: 'text' },
    'auto reply/new ticket': { words: 'text-type.auto reply/new ticket', as: 'text' },
    closed: { words: 'text-type.closed', as: 'text' },
    waiting: { words: 'text-type.waiting', as: 'text' },
    'auto remove': { words: 'text-type.auto remove', as: 'text' },
  },
  sayValue: (_key, value, _id, { t }) => (value === 'inherit' ? t('value.as-above') : value === 'none' ? t('value.no-text') : undefined),
  way: {
    read: queueTextChoices,
    form: (choices) => ({ choices }),
    async put(work, id, { choices }) {
      for (const type of TEXT_TYPES) await setQueueText(work, id, type, choices[type])
    },
  },
}
