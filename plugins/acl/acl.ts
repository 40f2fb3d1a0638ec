/** Owns the acts on ACLs: making, editing, removing one, and taking several over from a file; each stands in the audit log and goes back. */
import { sql, type Kysely } from 'kysely'
import {
  asRuleFilter,
  demandAdmin,
  demandName,
  demandShort,
  demandUnitAdmin,
  isId,
  recordChange,
  refused,
  saidWith,
  type Administered,
  type Database,
  type Id,
  type RuleFilter,
  type Subject,
  type Work,
} from '../../core/index.ts'
import { ruleChoices, sayRuleFilter } from '../../core/pages.ts'
import { acl } from './acl.store.ts'
import { badPattern, type Change, type Match } from './rule.ts'
import { sayParts } from './say.ts'

export interface AclForm {
  name: string
  comment: string
  description: string
  match: Match
  change: Change
  /** Left out: any ticket. */
  filter?: RuleFilter
  stop: boolean
  valid: boolean
}

interface AclValues {
  name: string
  comment: string
  description: string
  match: Match
  change: Change
  filter: RuleFilter
  stop: boolean
  valid: boolean
}

/** OTRS's column. */
const NAME = 191

/** The installation's are central administration's, a unit's also its administrators'. */
async function demandOver(work: Work, unitId: Id | null): Promise<void> {
  if (unitId === null) demandAdmin(work.actor)
  else await demandUnitAdmin(work, unitId)
}

/** Makes one for the whole installation, or for a unit: then it is asked about tickets of the unit and below, after those above it. Errors: as `editAcl`. */
export async function createAcl(work: Work, unitId: Id | null, form: AclForm): Promise<Id> {
  await demandOver(work, unitId)
  const values = await checked(work, unitId, null, form)
  const { id } = await acl(work.db)
    .insertInto('acl')
    .values({ ...values, unit_id: unitId, changed_at: work.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  recordChange(work, aclSubject, id, null, values, where(unitId))
  return id
}

/** Errors: `required`, `too-long`, `field.name-taken`, `field.pattern-invalid` at `match` or `change`, `input` at `filter`, `not-allowed`, `not-found`. */
export async function editAcl(work: Work, id: Id, form: AclForm): Promise<void> {
  const before = await lock(work, id)
  await demandOver(work, before.unitId)
  const values = await checked(work, before.unitId, id, form)
  await acl(work.db)
    .updateTable('acl')
    .set({ ...values, changed_at: work.now })
    .where('id', '=', id)
    .execute()
  recordChange(work, aclSubject, id, before.values, values, where(before.unitId))
}

/** Errors: `not-allowed`, `not-found`. */
export async function removeAcl(work: Work, id: Id): Promise<void> {
  const { values, unitId } = await lock(work, id)
  await demandOver(work, unitId)
  await acl(work.db).deleteFrom('acl').where('id', '=', id).execute()
  recordChange(work, aclSubject, id, values, null, where(unitId))
}

const where = (unitId: Id | null) => (unitId === null ? {} : { unitId })

async function checked(work: Work, unitId: Id | null, id: Id | null, form: AclForm): Promise<AclValues> {
  const name = demandName(form.name, 'name', NAME)
  const bad = badPattern(form)
  if (bad) throw refused('field.pattern-invalid', { pattern: bad.value.slice(0, 100) }, bad.at.startsWith('Possible') ? 'change' : 'match')
  const other = await acl(work.db)
    .selectFrom('acl')
    .select('id')
    .where(sql`lower(name)`, '=', name.toLowerCase())
    .where('unit_id', 'is not distinct from', unitId)
    .executeTakeFirst()
  if (other && other.id !== id) throw refused('field.name-taken', { name }, 'name')
  return {
    name,
    comment: demandShort(form.comment, 'comment', 250),
    description: demandShort(form.description, 'description', 10_000),
    match: form.match,
    change: form.change,
    filter: asRuleFilter(form.filter ?? {}),
    stop: form.stop,
    valid: form.valid,
  }
}

const query = (db: Kysely<Database>, id: Id) =>
  acl(db)
    .selectFrom('acl')
    .select(['name', 'comment', 'description', 'match', 'change', 'filter', 'stop', 'valid', 'unit_id'])
    .where('id', '=', id)
    .forUpdate()

async function lock(work: Work, id: Id): Promise<{ values: AclValues; unitId: Id | null }> {
  const row = isId(id) ? await query(work.db, id).executeTakeFirst() : undefined
  if (!row) throw refused('not-found')
  const { unit_id, ...values } = row
  return { values, unitId: unit_id }
}

export const aclSubject: Subject<AclValues, AclForm> = {
  type: 'acl/rule',
  right: 'unit',
  lies: 'said',
  words: 'subject.rule',
  named: { named: (id) => sql`(select name from acl where id = ${id})` },
  seen: (id) => `/admin/acl/${id}`,
  fields: {
    name: { words: 'rule.name' },
    comment: { words: 'rule.comment' },
    description: { words: 'rule.description' },
    match: { words: 'rule.match', as: { say: sayParts } },
    change: { words: 'rule.change', as: { say: sayParts } },
    filter: {
      words: 'rule.filter',
      as: saidWith(ruleChoices, (value, { language }, choices) => sayRuleFilter(value as RuleFilter, choices, language).join('; ')),
    },
    stop: { words: 'rule.stop', as: 'yes-no' },
    valid: { words: 'rule.valid', as: 'yes-no' },
  },
  way: {
    async read(db, id) {
      const row = isId(id) ? await query(db, id).executeTakeFirst() : undefined
      if (!row) return undefined
      const { unit_id: _unit, ...values } = row
      return values
    },
    form: (values) => ({ ...values }),
    put: (work, id, form) => editAcl(work, id, form),
    remove: (work, id) => removeAcl(work, id),
  },
}

export const administered: Administered = { 'acl/rule': aclSubject }
