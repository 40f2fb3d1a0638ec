/** Owns to which unit a person belongs: by rules over what is known of them, by their own word, by an administrator's. */
import type { Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id, UnitSaidBy } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'

export type RuleKind = 'attribute' | 'dn' | 'group' | 'mail-domain'
export const RULE_KINDS: readonly RuleKind[] = ['attribute', 'dn', 'group', 'mail-domain']
export interface UnitRule {
  id: Id
  sort: number
  kind: RuleKind /** Of the attribute. */
  name: string
  value: string
  unitId: Id
  valid: boolean
}

/** What rules look at: what the directory gave, and the person's addresses. */
export interface PersonFacts {
  addresses: readonly string[]
  dn: string | null
  attributes: Readonly<Record<string, readonly string[]>>
  groups: readonly string[]
}

const fold = (text: string) => text.trim().toLowerCase()
const foldDn = (dn: string) => fold(dn).replace(/(?:(?<!\s)\s+)?([,=])\s*/g, '$1')

/** The first rule in order that fits. Letters' case never counts; a DN fits the subtree it names; a mail domain its subdomains too. */
export function placeBy(rules: readonly UnitRule[], facts: PersonFacts): UnitRule | undefined {
  const attributes = new Map(Object.entries(facts.attributes).map(([name, values]) => [fold(name), values.map(fold)]))
  return rules
    .filter((rule) => rule.valid)
    .find((rule) => {
      switch (rule.kind) {
        case 'attribute':
          return attributes.get(fold(rule.name))?.includes(fold(rule.value)) ?? false
        case 'dn':
          return facts.dn !== null && (foldDn(facts.dn) === foldDn(rule.value) || foldDn(facts.dn).endsWith(`,${foldDn(rule.value)}`))
        case 'group':
          return facts.groups.some((group) => fold(group) === fold(rule.value) || foldDn(group) === foldDn(rule.value))
        case 'mail-domain':
          return facts.addresses.some((address) => {
            const domain = fold(address).replace(/^.*@/s, '')
            const wanted = fold(rule.value).replace(/^@/, '')
            return domain === wanted || domain.endsWith(`.${wanted}`)
          })
      }
    })
}

export function listUnitRules(db: Kysely<Database>): Promise<UnitRule[]> {
  return db
    .selectFrom('unit_rule')
    .select(['id', 'sort', 'kind', 'name', 'value', 'unit_id as unitId', 'valid'])
    .orderBy('sort')
    .orderBy('id')
    .execute()
}

/** What is known of a person: their addresses, and what their directory gave last. */
export async function factsOf(db: Kysely<Database>, personId: Id): Promise<PersonFacts> {
  const addresses = (await db.selectFrom('person_address').select('address').where('person_id', '=', personId).execute()).map(
    (row) => row.address,
  )
  const known = await db
    .selectFrom('person_directory')
    .select(['dn', 'attributes', 'groups'])
    .where('person_id', '=', personId)
    .orderBy('seen_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  const values = (value: unknown): string[] =>
    Array.isArray(value) ? value.map(String) : value === null || value === undefined ? [] : [String(value)]
  return {
    addresses,
    dn: known?.dn ?? null,
    groups: known?.groups ?? [],
    attributes: Object.fromEntries(Object.entries(known?.attributes ?? {}).map(([name, value]) => [name, values(value)])),
  }
}

export interface PersonUnit {
  unitId: Id | null
  by: UnitSaidBy | null
  rule: UnitRule | null
}

/** A person's unit and who said so: what the person's own page tells. */
export async function unitOfPerson(db: Kysely<Database>, personId: Id): Promise<PersonUnit> {
  const row = await db.selectFrom('person').select(['unit_id', 'unit_by', 'unit_rule_id']).where('id', '=', personId).executeTakeFirst()
  const rule = row?.unit_rule_id ? ((await listUnitRules(db)).find((one) => one.id === row.unit_rule_id) ?? null) : null
  return { unitId: row?.unit_id ?? null, by: row?.unit_by ?? null, rule }
}

/**
 * Lets the rules place a person: at the first login, after each sync, at the first mail. What the person or an administrator
 * said stays; a unit known from before stays unless a rule placed it.
 */
export async function placePerson(work: Work, personId: Id): Promise<Id | null> {
  const person = await work.db
    .selectFrom('person')
    .select(['unit_id', 'unit_by', 'unit_rule_id'])
    .where('id', '=', personId)
    .forUpdate()
    .executeTakeFirst()
  if (!person) return null
  if (person.unit_by === 'self' || person.unit_by === 'administrator' || (person.unit_by === null && person.unit_id !== null))
    return person.unit_id
  const rules = await listUnitRules(work.db)
  const rule = rules.length === 0 ? undefined : placeBy(rules, await factsOf(work.db, personId))
  if (!rule || (rule.unitId === person.unit_id && rule.id === person.unit_rule_id)) return person.unit_id
  await work.db
    .updateTable('person')
    .set({ unit_id: rule.unitId, unit_by: 'rule', unit_rule_id: rule.id })
    .where('id', '=', personId)
    .execute()
  return rule.unitId
}

/** Those whom a directory has just made or changed; without rules there is nothing to ask. */
export async function placePersons(work: Work, ids: readonly Id[]): Promise<void> {
  if (ids.length === 0 || !(await listUnitRules(work.db)).some((rule) => rule.valid)) return
  for (const id of ids) await placePerson(work, id)
}

/** Everybody whom no person placed: after the rules changed. Answers how many moved. */
export async function placeEverybody(work: Work): Promise<number> {
  demandAdmin(work.actor)
  const rows = await work.db
    .selectFrom('person')
    .select(['id', 'unit_id'])
    .where('valid', '=', true)
    .where((eb) => eb.or([eb('unit_by', '=', 'rule'), eb.and([eb('unit_by', 'is', null), eb('unit_id', 'is', null)])]))
    .orderBy('id')
    .execute()
  let moved = 0
  for (const row of rows) if ((await placePerson(work, row.id)) !== row.unit_id) moved++
  return moved
}

/** A person says themselves where they belong. It decides who answers them and nothing else: no right comes from it. */
export async function choosePersonUnit(work: Work, unitId: Id): Promise<void> {
  const personId = actorId(work)
  if (personId === null) throw refused('not-allowed')
  const unit =
    isId(unitId) && (await work.db.selectFrom('unit').select('id').where('id', '=', unitId).where('valid', '=', true).executeTakeFirst())
  if (!unit) throw refused('choice-gone', {}, 'unit')
  const before = await work.db
    .selectFrom('person')
    .select(['unit_id', 'unit_by'])
    .where('id', '=', personId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (before.unit_id === unitId) return
  const after = { unit_id: unitId, unit_by: 'self' as const }
  await work.db
    .updateTable('person')
    .set({ ...after, unit_rule_id: null })
    .where('id', '=', personId)
    .execute()
  recordChange(work, personUnitSubject, personId, before, after, { unitId })
}

/**
 * Puts a person back where they were before somebody said otherwise, and who had said so then. What a rule had said, the rules say
 * again at the next occasion. Errors: `not-found`, `choice-gone`.
 */
export async function putPersonUnit(work: Work, personId: Id, { unitId, by }: { unitId: Id | null; by: UnitSaidBy | null }): Promise<void> {
  demandAdmin(work.actor)
  const before = await work.db.selectFrom('person').select(['unit_id', 'unit_by']).where('id', '=', personId).forUpdate().executeTakeFirst()
  if (!before) throw refused('not-found')
  const unit =
    unitId === null || (await work.db.selectFrom('unit').select('id').where('id', '=', unitId).where('valid', '=', true).executeTakeFirst())
  if (!unit) throw refused('choice-gone', {}, 'unit')
  const after = { unit_id: unitId, unit_by: by }
  await work.db
    .updateTable('person')
    .set({ ...after, unit_rule_id: null })
    .where('id', '=', personId)
    .execute()
  recordChange(work, personUnitSubject, personId, before, after, unitId === null ? {} : { unitId })
}

export const personUnitSubject: CoreSubject<
  { unit_id: Id | null; unit_by: UnitSaidBy | null },
  { unitId: Id | null; by: UnitSaidBy | null }
> = {
  type: 'person unit',
  right: 'installation',
  lies: 'person',
  words: 'subject.person-unit',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: { unit_id: { words: 'field.unit', as: 'unit' }, unit_by: { words: 'field.unit_by', as: { choice: 'unit-by.' } } },
  way: {
    read: (db, id) => db.selectFrom('person').select(['unit_id', 'unit_by']).where('id', '=', id).forUpdate().executeTakeFirst(),
    form: ({ unit_id, unit_by }) => ({ unitId: unit_id, by: unit_by }),
    put: putPersonUnit,
  },
}

export interface UnitRuleForm {
  sort: number
  kind: RuleKind
  name: string
  value: string
  unitId: Id
  valid: boolean
}

export async function saveUnitRule(work: Work, id: Id | null, form: UnitRuleForm): Promise<Id> {
  demandAdmin(work.actor)
  if (!RULE_KINDS.includes(form.kind)) throw refused('choice-gone', {}, 'kind')
  const unit =
    isId(form.unitId) &&
    (await work.db.selectFrom('unit').select('id').where('id', '=', form.unitId).where('valid', '=', true).executeTakeFirst())
  if (!unit) throw refused('choice-gone', {}, 'unitId')
  const values = {
    sort: Number.isSafeInteger(form.sort) ? Math.max(-10_000, Math.min(form.sort, 10_000)) : 0,
    kind: form.kind,
    unit_id: form.unitId,
    valid: form.valid,
    name: form.kind === 'attribute' ? demandName(form.name, 'name', 100) : demandShort(form.name, 'name', 100),
    value: demandName(form.value, 'value', 500),
  }
  if (id === null) {
    const made = await work.db.insertInto('unit_rule').values(values).returning('id').executeTakeFirstOrThrow()
    recordChange(work, unitRuleSubject, made.id, null, values)
    return made.id
  }
  const before =
    isId(id) &&
    (await work.db
      .selectFrom('unit_rule')
      .select(['sort', 'kind', 'name', 'value', 'unit_id', 'valid'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst())
  if (!before) throw refused('not-found')
  await work.db.updateTable('unit_rule').set(values).where('id', '=', id).execute()
  recordChange(work, unitRuleSubject, id, before, values)
  return id
}

export const unitRuleSubject: CoreSubject<
  { sort: number; kind: RuleKind; name: string; value: string; unit_id: Id; valid: boolean },
  UnitRuleForm
> = {
  type: 'unit rule',
  right: 'installation',
  lies: null,
  words: 'subject.unit-rule',
  named: 'unit rule',
  seen: pageAt('/admin/routing/rules'),
  fields: {
    sort: { words: 'field.place' },
    kind: { words: 'field.kind', as: { choice: 'rule-kind.' } },
    name: { words: 'field.attribute' },
    value: { words: 'field.value' },
    unit_id: { words: 'field.unit', as: 'unit' },
    valid: { words: 'field.valid', as: 'yes-no' },
  },
  way: {
    read: (db, id) =>
      db
        .selectFrom('unit_rule')
        .select(['sort', 'kind', 'name', 'value', 'unit_id', 'valid'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst(),
    form: ({ sort, kind, name, value, unit_id, valid }) => ({ sort, kind, name, value, unitId: unit_id, valid }),
    put: saveUnitRule,
  },
}
