/** Owns making, changing and removing fields, and saying which forms ask for them; by central administrators, and for a unit's own by those who run it. */
import { sql } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, FieldUse, Id } from '../database/schema.ts'
import type { Kysely } from 'kysely'
import { refused } from '../errors.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { down, ROOT_UNIT } from '../unit/tree.ts'
import { readConfig, writeConfig, type FieldConfig } from './config.ts'
import { fieldTexts } from './field-texts.ts'
import { findField, isNative, isScreen, type Field, type FieldRule } from './fields.ts'
import { patternOf } from './pattern.ts'
import { typeOf } from './types.ts'

export interface FieldForm {
  name: string
  label: string
  labelEn: string
  sort: number
  valid: boolean
  config: FieldConfig
  rules: readonly FieldRule[]
}

const MOST_VALUES = 2000
const MOST_RULES = 500

/** Makes a field for tickets. Errors: `field.name-invalid`, `field.name-taken`, `input` (type), and those of the form. */
export async function createField(work: Work, unitId: Id, type: string, form: FieldForm): Promise<Id> {
  await demandUnitAdmin(work, unitId)
  if (typeOf(type).control === null) throw refused('input', { what: 'type' }, 'type')
  const row = await checked(work, { type, config: {} }, form)
  await demandFree(work, row.name, null)
  const { id } = await work.db
    .insertInto('field')
    .values({ ...row, object: 'ticket', type, config: JSON.stringify(row.config), unit_id: unitId })
    .returning('id')
    .executeTakeFirstOrThrow()
  const rules = await putRules(work, id, unitId, form.rules)
  recordChange(work, fieldSubject, id, null, { ...row, rules }, { unitId, told: { type } })
  return id
}

/** Changes a field; its type stays. Of one that other programs fill the Config stays too. */
export async function editField(work: Work, id: Id, form: FieldForm): Promise<void> {
  const field = await fieldFor(work, id)
  const row = await checked(work, field, form)
  await demandFree(work, row.name, id)
  await work.db
    .updateTable('field')
    .set({ ...row, config: JSON.stringify(row.config), ...(row.valid ? { off_for_now: false } : {}) })
    .where('id', '=', id)
    .execute()
  const rules = await putRules(work, id, field.unitId, form.rules)
  recordChange(work, fieldSubject, id, valuesOfField(field), { ...row, rules }, { unitId: field.unitId })
}

/** Removes a field with all its values; whoever calls it has said how many those are. Error: `field.internal-stays`. */
export async function removeField(work: Work, id: Id): Promise<void> {
  const field = await fieldFor(work, id)
  if (field.internal) throw refused('field.internal-stays')
  await work.db.deleteFrom('field').where('id', '=', id).execute()
  recordChange(work, fieldSubject, id, valuesOfField(field), null, { unitId: field.unitId })
}

/** The field as it is changed here. */
export const formOfField = (field: Field): FieldForm => ({
  name: field.name,
  label: field.label,
  labelEn: field.labelEn ?? '',
  sort: field.sort,
  valid: field.valid,
  config: readConfig(field.config),
  rules: plainRules(field.rules),
})

/** The field, locked, if whoever acts administers its unit. */
async function fieldFor(work: Work, id: Id): Promise<Field> {
  const locked = isId(id) && (await work.db.selectFrom('field').select('unit_id').where('id', '=', id).forUpdate().executeTakeFirst())
  if (!locked) throw refused(isCentral(work.actor) ? 'not-found' : 'not-allowed')
  await demandUnitAdmin(work, locked.unit_id)
  return (await findField(work.db, id))!
}

/** In the order in which the database answers them, so that the log compares like with like. */
const plainRules = (rules: readonly FieldRule[]): FieldRule[] =>
  rules.map(({ screen, queueId, topicId, use }) => ({ screen, queueId, topicId, use })).toSorted((a, b) => key(a).localeCompare(key(b)))
const key = ({ screen, queueId, topicId }: Pick<FieldRule, 'screen' | 'queueId' | 'topicId'>): string =>
  `${screen} ${queueId ?? ''} ${topicId ?? ''}`

async function demandFree(work: Work, name: string, id: Id | null): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('fields', 7006))`.execute(work.db)
  // Headers and tags know no case.
  const taken = await work.db
    .selectFrom('field')
    .select('id')
    .where(sql`lower(name)`, '=', name.toLowerCase())
    .where('id', 'is distinct from', id)
    .executeTakeFirst()
  if (taken) throw refused('field.name-taken', {}, 'name')
}

async function checked(_work: Work, field: Pick<Field, 'type' | 'config'>, form: FieldForm) {
  const name = demandName(form.name, 'name', 200)
  if (!/^[A-Za-z0-9]+$/.test(name)) throw refused('field.name-invalid', {}, 'name')
  return {
    name,
    label: demandName(form.label, 'label', 200),
    label_en: demandShort(form.labelEn, 'labelEn', 200) || null,
    sort: Number.isSafeInteger(form.sort) ? Math.max(-10_000, Math.min(form.sort, 10_000)) : 0,
    valid: form.valid,
    config: isNative(field) ? writeConfig(field.config, checkedConfig(field.type, form.config)) : field.config,
  }
}

function checkedConfig(type: string, config: FieldConfig): FieldConfig {
  const parts = new Set<string>(typeOf(type).config)
  const values = parts.has('values') ? config.values.slice(0, MOST_VALUES) : []
  if (parts.has('values') && values.length === 0) throw refused('field.needs-values', {}, 'values')
  const keys = new Set<string>()
  for (const { key: one } of values) {
    if (keys.has(one)) throw refused('field.value-twice', { key: one.slice(0, 100) }, 'values')
    keys.add(one)
  }
  const unknown = parts.has('values') ? config.initial.find((one) => !keys.has(one)) : undefined
  if (unknown !== undefined) throw refused('field.initial-unknown', { key: unknown.slice(0, 100) }, 'initial')
  const wrong = config.patterns.find(({ pattern }) => !patternOf(pattern))
  if (wrong) throw refused('field.pattern-invalid', { what: wrong.pattern.slice(0, 100) }, 'patterns')
  return {
    ...config,
    values,
    initial: type === 'Dropdown' ? config.initial.slice(0, 1) : config.initial,
    patterns: parts.has('patterns') ? config.patterns : [],
    years: parts.has('years') ? config.years : null,
    only: parts.has('only') ? config.only : null,
  }
}

/** Puts these rules in place of what stood. A unit speaks of its own queues and those below, and of nothing else. */
async function putRules(work: Work, fieldId: Id, unitId: Id, wanted: readonly FieldRule[]): Promise<FieldRule[]> {
  const rules = plainRules([...new Map(wanted.slice(0, MOST_RULES).map((rule) => [key(rule), rule])).values()])
  if (rules.some(({ screen, use }) => !isScreen(screen) || !USES.includes(use))) throw refused('input', { what: 'screen' })
  const queues = await queuesWithin(work.db, unitId)
  if (rules.some(({ queueId }) => queueId !== null && !queues.has(queueId))) throw refused('choice-gone', {}, 'rules')
  const topics = new Set((await work.db.selectFrom('topic').select('id').execute()).map(({ id }) => id))
  if (rules.some(({ topicId }) => topicId !== null && !topics.has(topicId))) throw refused('choice-gone', {}, 'rules')
  await work.db.deleteFrom('field_use').where('field_id', '=', fieldId).execute()
  if (rules.length > 0)
    await work.db
      .insertInto('field_use')
      .values(rules.map(({ screen, queueId, topicId, use }) => ({ field_id: fieldId, screen, queue_id: queueId, topic_id: topicId, use })))
      .execute()
  return rules
}
const USES: readonly FieldUse[] = ['required', 'optional', 'off']

/** Queues of the unit and of those below it. */
async function queuesWithin(db: Kysely<Database>, unitId: Id): Promise<Set<Id>> {
  const { rows } = await sql<{ id: Id }>`
    with recursive ${down(unitId)} select id::text from queue where unit_id in (select id from down) or ${unitId === ROOT_UNIT}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

const valuesOfField = (field: Field) => ({
  name: field.name,
  label: field.label,
  label_en: field.labelEn,
  sort: field.sort,
  valid: field.valid,
  config: isNative(field) ? writeConfig(field.config, readConfig(field.config)) : field.config,
  rules: plainRules(field.rules),
})

export const fieldSubject: CoreSubject<ReturnType<typeof valuesOfField>, FieldForm> = {
  type: 'field',
  right: 'unit',
  lies: 'said',
  words: 'subject.field',
  named: 'field',
  seen: pageAt('/admin/fields'),
  fields: {
    name: { words: 'field.short-name' },
    label: { words: 'field.label' },
    label_en: { words: 'field.label_en' },
    sort: { words: 'field.place' },
    valid: { words: 'field.valid', as: 'yes-no' },
    config: { words: 'field.config', as: { say: (value) => sayConfig(value) } },
    rules: { words: 'field.rules', as: { say: (value, { language }) => sayRules(value, language) } },
  },
  told: { type: { words: 'field.type' } },
  way: {
    read: async (db, id) => {
      const field = await findField(db, id)
      return field && valuesOfField(field)
    },
    form: ({ name, label, label_en, sort, valid, config, rules }) => ({
      name,
      label,
      labelEn: label_en ?? '',
      sort,
      valid,
      config: readConfig(config),
      rules: rules.map(({ screen, queueId, topicId, use }) => ({ screen, queueId, topicId, use })),
    }),
    put: editField,
    remove: removeField,
  },
}

/** What of a Config differs from saying nothing, short. */
function sayConfig(value: unknown): string {
  const { values, initial, patterns, none, tree, years, only } = readConfig((value ?? {}) as Record<string, unknown>)
  return [
    values.map(({ key: one, label }) => (one === label ? one : `${one} = ${label}`)).join('; '),
    initial.length > 0 ? `→ ${initial.join('; ')}` : '',
    patterns.map(({ pattern }) => pattern).join('; '),
    [none && 'PossibleNone', tree && 'TreeView', only && `DateRestriction ${only}`].filter(Boolean).join(', '),
    years ? `−${years.past} … +${years.future}` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ')
    .slice(0, 1000)
}

function sayRules(value: unknown, language: Parameters<typeof fieldTexts.in>[0]): string {
  const t = fieldTexts.in(language)
  return (Array.isArray(value) ? (value as FieldRule[]) : [])
    .map(({ screen, use, queueId, topicId }) =>
      [t(`screen.${screen}`), queueId && `${t('rule.queue')} ${queueId}`, topicId && `${t('rule.topic')} ${topicId}`, t(`use.${use}`)]
        .filter(Boolean)
        .join(' · '),
    )
    .join('; ')
}
