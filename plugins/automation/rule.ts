/** Owns rules: what one is, and the acts of those who administer them – make, change, take up again after a stop. */
import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import {
  actorId,
  asRuleFilter,
  demandAdmin,
  demandName,
  demandShort,
  demandUnitAdmin,
  isAct,
  isId,
  narrows,
  readSettings,
  recordChange,
  refused,
  saidWith,
  type ActName,
  type Administered,
  type Database,
  type Id,
  type RuleFilter,
  type Subject,
  type Work,
} from '../../core/index.ts'
import { ruleChoices } from '../../core/pages.ts'
import { namedIn, sayActs, sayFilter, sayWakes } from './say.ts'
import { settings } from './settings.ts'
import { automation } from './tables.ts'
import { WAKING } from './wakes.ts'

const numbers = (most: number) => z.array(z.number().int().min(0).max(most)).max(most + 1)
export const wakesSchema = z.object({
  /** Any of these facts about a ticket, which then is looked at. */
  facts: z.array(z.enum(WAKING)).max(WAKING.length),
  /** By time, over all tickets that it means. */
  schedule: z.object({ days: numbers(6), hours: numbers(23), minutes: numbers(59) }).optional(),
  /** Every so many minutes. */
  every: z.number().int().min(1).max(44_640).optional(),
})
export type Wakes = z.infer<typeof wakesSchema>

/**
 * One act of the list with what is handed to it. A moment is `{ in: minutes }`, from the run on; texts of a note may have tags. `fields`
 * of the ticket stand in `given`, as with every act.
 */
export const ruleActSchema = z.object({
  act: z.string().refine((name) => isAct(name) && (RULE_ACTS as readonly string[]).includes(name)),
  given: z.record(
    z.string().max(60),
    z.union([
      z.string().max(10_000),
      z.boolean(),
      z.number(),
      z.null(),
      z.object({ in: z.number().int().min(0).max(5_256_000) }),
      z.record(z.string().max(200), z.array(z.string().max(3800)).max(200)),
    ]),
  ),
})
export interface RuleAct {
  act: ActName
  given: Readonly<Record<string, unknown>>
}

/** What rules may do, in the order in which OTRS does it: so a note's tags know the new queue and the old state. */
export const RULE_ACTS: readonly ActName[] = [
  'move',
  'note',
  'state',
  'pending-date',
  'customer',
  'company',
  'title',
  'classify',
  'priority',
  'owner',
  'release',
  'responsible',
  'lock',
  'fields',
  'archive',
]
const MOST_ACTS = 20

/** Of one run, unless central administration says more. */
export const USUAL_MOST = 10_000
export const USUAL_HOURLY = 1000
const GREATEST = 1_000_000

/** Why a rule does nothing though it is in use, until somebody takes it up again. */
export const STOP_REASONS = ['too-many', 'hourly', 'loops', 'rights', 'unfit', 'fault'] as const
export type StopReason = (typeof STOP_REASONS)[number]

export interface RuleForm {
  name: string
  comment: string
  valid: boolean
  wakes: Wakes
  filter: RuleFilter
  acts: readonly RuleAct[]
  /** Tickets that one run may mean: more, and it is stopped. */
  most: number
  /** Tickets that it may change within an hour, woken by facts: more, and it is stopped. */
  hourly: number
}

export interface Rule extends RuleForm {
  id: Id
  /** Null: the installation's. */
  unitId: Id | null
  unitName: string | null
  /** Facts from before wake nothing. */
  validSince: Date | null
  lookedAt: Date | null
  stoppedAt: Date | null
  stoppedWhy: StopReason | null
  stoppedDetail: string
  editedBy: Id | null
  editorName: string | null
  changedAt: Date
}

type Row = {
  name: string
  comment: string
  valid: boolean
  wakes: Wakes
  filter: RuleFilter
  acts: readonly RuleAct[]
  most: number
  hourly: number
}

/**
 * Makes a rule of a unit, or (null) of the installation, or changes one; who does so stands behind it from then on. `again`: makes one that was taken away, under its number. Errors, at their fields:
 * `required`, `too-long`, `part.name-taken`, `rule.no-condition`, `rule.too-many`, `rule.rules`, `input`; `not-allowed`, `not-found`.
 */
export async function saveRule(work: Work, unitId: Id | null, id: Id | null, form: RuleForm, again?: Id): Promise<Id> {
  await demandItsAdmin(work, unitId)
  const row = await checked(work, unitId, id, form)
  const stored = { ...row, wakes: JSON.stringify(row.wakes), filter: JSON.stringify(row.filter), acts: JSON.stringify(row.acts) }
  const audited = unitId === null ? {} : { unitId }
  if (id === null) {
    const made = await automation(work.db)
      .insertInto('automation_rule')
      .values({
        ...(again === undefined ? {} : { id: again }),
        ...stored,
        unit_id: unitId,
        valid_since: row.valid ? work.now : null,
        edited_by: actorId(work),
        created_at: work.now,
        changed_at: work.now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    recordChange(work, ruleSubject, made.id, null, { unit: unitId, ...row }, audited)
    return made.id
  }
  const before = await lockRule(work, id)
  if (before.unit_id !== unitId) throw refused('not-found')
  await automation(work.db)
    .updateTable('automation_rule')
    .set({
      ...stored,
      // What happened while it was off wakes nothing.
      valid_since: !row.valid ? null : before.valid && before.stopped_at === null ? before.valid_since : work.now,
      stopped_at: null,
      stopped_why: null,
      stopped_detail: '',
      edited_by: actorId(work),
      changed_at: work.now,
    })
    .where('id', '=', id)
    .execute()
  recordChange(work, ruleSubject, id, valuesOf(before), row, audited)
  return id
}

/** Switches a rule on or off; on also takes one up again that was stopped, with the rights of whoever does so. Errors: as `saveRule`. */
export async function switchRule(work: Work, id: Id, valid: boolean): Promise<void> {
  const before = await lockRule(work, id)
  await saveRule(work, before.unit_id, id, { ...valuesOf(before), valid })
}

/** Takes it away, with what it did and to which tickets; their history stays. */
export async function removeRule(work: Work, id: Id): Promise<void> {
  const before = await lockRule(work, id)
  const unitId = before.unit_id
  await demandItsAdmin(work, unitId)
  await automation(work.db).deleteFrom('automation_rule').where('id', '=', id).execute()
  recordChange(work, ruleSubject, id, { unit: unitId, ...valuesOf(before) }, null, unitId === null ? {} : { unitId })
}

const demandItsAdmin = (work: Work, unitId: Id | null): Promise<void> | void =>
  unitId === null ? demandAdmin(work.actor) : demandUnitAdmin(work, unitId)

async function lockRule(work: Work, id: Id) {
  const row = isId(id)
    ? await automation(work.db).selectFrom('automation_rule').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    : undefined
  if (!row) throw refused('not-found')
  return row
}

const valuesOf = ({ name, comment, valid, wakes, filter, acts, most, hourly }: Row): Row => ({
  name,
  comment,
  valid,
  wakes,
  filter,
  acts,
  most,
  hourly,
})

async function checked(work: Work, unitId: Id | null, id: Id | null, form: RuleForm): Promise<Row> {
  const name = demandName(form.name, 'name')
  const wakes = wakesSchema.safeParse(form.wakes)
  if (!wakes.success) throw refused('input', { what: wakes.error.issues[0]?.path.map(String).join('.') ?? '' }, 'schedule')
  const filter = asRuleFilter(form.filter)
  const byTime = wakes.data.schedule !== undefined || wakes.data.every !== undefined
  // A fact speaks of one ticket, which is a condition; by time or by hand a rule without one would do it to all there are.
  if (form.valid && (byTime || wakes.data.facts.length === 0) && !narrows(filter)) throw refused('rule.no-condition', {}, 'filter')
  const acts = form.acts.map((one) => {
    const read = ruleActSchema.safeParse(one)
    if (!read.success) throw refused('input', { what: one.act }, `act.${one.act}`)
    return read.data as RuleAct
  })
  if (acts.length === 0) throw refused('required', {}, 'acts')
  if (acts.length > MOST_ACTS) throw refused('input', { what: 'acts' }, 'acts')
  await demandFree(work, unitId, id, name)
  const most = demandNumber(form.most, 'most')
  const hourly = demandNumber(form.hourly, 'hourly')
  if (unitId !== null) await demandWithinLimits(work, unitId, id, { valid: form.valid, most })
  return { name, comment: demandShort(form.comment, 'comment', 500), valid: form.valid, wakes: wakes.data, filter, acts, most, hourly }
}

function demandNumber(value: number, field: string): number {
  if (!Number.isSafeInteger(value) || value < 1 || value > GREATEST) throw refused('input', { what: field }, field)
  return value
}

async function demandFree(work: Work, unitId: Id | null, id: Id | null, name: string): Promise<void> {
  const { rows } = await sql`select 1 from automation_rule where coalesce(unit_id, 0) = ${unitId ?? '0'} and lower(name) = lower(${name})
    and id is distinct from ${id}`.execute(work.db)
  if (rows.length > 0) throw refused('part.name-taken', {}, 'name')
}

/** What central administration lets a unit do: the installation's settings count, whatever the unit says. */
async function demandWithinLimits(work: Work, unitId: Id, id: Id | null, { valid, most }: { valid: boolean; most: number }): Promise<void> {
  const { unitRules, unitMost } = await readSettings(work.db, 'automation', settings)
  if (most > unitMost) throw refused('rule.too-many', { limit: unitMost }, 'most')
  if (!valid) return
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from automation_rule
    where unit_id = ${unitId} and valid and id is distinct from ${id}`.execute(work.db)
  if (rows[0]!.count >= unitRules) throw refused('rule.rules', { limit: unitRules }, 'valid')
}

/** As the log keeps it. */
type Said = Row & { unit: Id | null }

export const ruleSubject: Subject<Said, RuleForm & { unitId: Id | null }> = {
  type: 'automation/rule',
  right: 'unit',
  lies: 'said',
  words: 'subject.rule',
  named: { named: (id) => sql`(select name from automation_rule where id = ${id})` },
  seen: (id) => `/admin/automation/${id}`,
  fields: {
    unit: { words: 'field.unit', as: 'unit' },
    name: { words: 'field.name' },
    comment: { words: 'field.comment' },
    valid: { words: 'field.valid', as: 'yes-no' },
    wakes: { words: 'field.wakes', as: { say: (value, { language }) => sayWakes(value as Wakes, language) } },
    filter: {
      words: 'field.filter',
      as: saidWith(ruleChoices, (value, { language }, choices) => sayFilter(value as RuleFilter, choices, language)),
    },
    acts: {
      words: 'field.acts',
      as: saidWith(ruleChoices, (value, { language }, choices) =>
        sayActs(value as RuleAct[], language, namedIn(choices, language)).join('; '),
      ),
    },
    most: { words: 'field.most' },
    hourly: { words: 'field.hourly' },
  },
  way: {
    async read(db, id) {
      const row = isId(id) ? await rowOf(db, id) : undefined
      return row && { unit: row.unit_id, ...valuesOf(row) }
    },
    form: ({ unit, ...values }) => ({ unitId: unit, ...values }),
    async put(work, id, { unitId: _stays, ...form }) {
      const row = await rowOf(work.db, id)
      if (!row) throw refused('not-found')
      await saveRule(work, row.unit_id, id, form)
    },
    make: (work, id, { unitId, ...form }) => saveRule(work, unitId, null, form, id),
    remove: removeRule,
  },
}

const rowOf = (db: Kysely<Database>, id: Id) =>
  automation(db).selectFrom('automation_rule').selectAll().where('id', '=', id).executeTakeFirst()

export const administered: Administered = { 'automation/rule': ruleSubject }
