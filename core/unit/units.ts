/** Owns the tree of units: list, make, rename, move, calendar, on and off. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { ACTIVATION_CHANGED } from '../kernel/activation.ts'
import { notify } from '../kernel/facts.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'
import { demandOwnOrAbove, demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { downFrom, ROOT_UNIT, SLUG, upWhere } from './tree.ts'

export interface Unit {
  id: Id
  parentId: Id | null
  slug: string
  name: string
  nameEn: string | null
  /** Its own calendar; null: its parent's. */
  calendarId: Id | null
  valid: boolean
  /** Null: its people are answered by the units above. */
  optedInAt: Date | null
  /** 0 for the root. */
  depth: number
  queues: number
}

/** With how many people belong to it. */
export interface CountedUnit extends Unit {
  persons: number
}

/** The tree, parents before their children, siblings by name. */
export const listUnits = (db: Kysely<Database>): Promise<Unit[]> => treeOf<Unit>(db, sql``)

/** The same, counted: that goes over all people. */
export const countUnits = (db: Kysely<Database>): Promise<CountedUnit[]> => treeOf<CountedUnit>(db, sql`, ${people('tree')}`)

async function treeOf<U>(db: Kysely<Database>, more: RawBuilder<unknown>): Promise<U[]> {
  const { rows } = await sql<U>`
    with recursive ${downFrom(sql`select u.*, 0 as depth, array[u.name collate "pl-x-icu"] as path from unit u where u.parent_id is null`, {
      as: 'tree',
      each: sql`u.*, tree.depth + 1, tree.path || (u.name collate "pl-x-icu")`,
    })}
    select ${columns}, depth, ${queues('tree')}${more} from tree order by path, id`.execute(db)
  return rows
}

export async function findUnit(db: Kysely<Database>, id: Id): Promise<CountedUnit | undefined> {
  return isId(id) ? findOne(db, sql`id = ${id}`) : undefined
}

/** By the short name that stands in addresses; switched-off units are none. */
export async function findUnitBySlug(db: Kysely<Database>, slug: string): Promise<CountedUnit | undefined> {
  return SLUG.test(slug) ? findOne(db, sql`slug = ${slug} and valid`) : undefined
}

async function findOne(db: Kysely<Database>, wanted: RawBuilder<unknown>): Promise<CountedUnit | undefined> {
  const { rows } = await sql<CountedUnit>`
    with recursive ${upWhere(wanted)}
    select ${columns}, (select max(depth) from up) as depth, ${queues('unit')}, ${people('unit')} from unit where ${wanted}`.execute(db)
  return rows[0]
}

const columns = sql.raw(
  'id, parent_id as "parentId", slug, name, name_en as "nameEn", calendar_id as "calendarId", valid, opted_in_at as "optedInAt"',
)

/** What lies in a unit: queues and persons in use. */
const queues = (unit: 'unit' | 'tree'): RawBuilder<unknown> =>
  sql.raw(`(select count(*)::int from queue q where q.unit_id = ${unit}.id and q.valid) as queues`)
const people = (unit: 'unit' | 'tree'): RawBuilder<unknown> =>
  sql.raw(`(select count(*)::int from person p where p.unit_id = ${unit}.id and p.valid) as persons`)

export interface UnitForm {
  parentId: Id | null
  /** Stands in addresses: /u/<slug>/. */
  slug: string
  name: string
  nameEn: string
  calendarId: Id | null
  valid: boolean
}

/** Makes a unit below another. Errors: `unit.slug-invalid`, `unit.slug-taken`, `unit.parent-off`. */
export async function createUnit(work: Work, form: UnitForm): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, { ...form, parentId: form.parentId ?? ROOT_UNIT }, null)
  const { id } = await work.db
    .insertInto('unit')
    .values({ ...values, created_at: work.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  recordChange(work, unitSubject, id, null, values, { unitId: id })
  await notify(work, ACTIVATION_CHANGED)
  return id
}

/** Renames, moves, switches on or off. Errors: as `createUnit`, and `unit.root-stays`, `unit.below-itself`, `unit.in-use`. */
export async function editUnit(work: Work, id: Id, form: UnitForm): Promise<void> {
  demandAdmin(work.actor)
  const values = await checked(work, form, id)
  const before = await work.db
    .selectFrom('unit')
    .select(['parent_id', 'slug', 'name', 'name_en', 'calendar_id', 'valid'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!before) throw refused('not-found')
  await work.db.updateTable('unit').set(values).where('id', '=', id).execute()
  recordChange(work, unitSubject, id, before, values, { unitId: id })
  // What is on in a unit comes from those above it.
  if (before.parent_id !== values.parent_id) await notify(work, ACTIVATION_CHANGED)
}

/** The unit's own calendar; null: that of the unit above. Also a local administrator's act. */
export async function setUnitCalendar(work: Work, id: Id, calendarId: Id | null): Promise<void> {
  await demandUnitAdmin(work, id)
  const before = isId(id) && (await work.db.selectFrom('unit').select('calendar_id').where('id', '=', id).forUpdate().executeTakeFirst())
  if (!before) throw refused('not-found')
  if (calendarId !== null && !isCentral(work.actor)) await demandOwnOrAbove(work, 'calendar', calendarId, id, 'calendarId')
  await work.db.updateTable('unit').set({ calendar_id: calendarId }).where('id', '=', id).execute()
  recordChange(work, unitCalendarSubject, id, before, { calendar_id: calendarId }, { unitId: id })
}

type UnitValues = Awaited<ReturnType<typeof checked>>

export const unitSubject: CoreSubject<UnitValues, UnitForm> = {
  type: 'unit',
  right: 'installation',
  lies: 'unit',
  words: 'subject.unit',
  named: 'unit',
  seen: pageAt('/admin/units'),
  deadlines: ['parent_id', 'calendar_id'],
  fields: {
    parent_id: { words: 'field.parent-unit', as: 'unit' },
    slug: { words: 'field.slug' },
    name: { words: 'field.name' },
    name_en: { words: 'field.name_en' },
    calendar_id: { words: 'field.calendar', as: 'calendar' },
    valid: { words: 'field.valid', as: 'yes-no' },
  },
  way: {
    read: (db, id) =>
      db
        .selectFrom('unit')
        .select(['parent_id', 'slug', 'name', 'name_en', 'calendar_id', 'valid'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst(),
    form: ({ parent_id, slug, name, name_en, calendar_id, valid }) => ({
      parentId: parent_id,
      slug,
      name,
      nameEn: name_en ?? '',
      calendarId: calendar_id,
      valid,
    }),
    put: editUnit,
  },
}

/** The one value of a unit that its own administrators change too. */
export const unitCalendarSubject: CoreSubject<{ calendar_id: Id | null }, { calendarId: Id | null }> = {
  type: 'unit',
  fits: ({ before, after }) => before !== null && after !== null && Object.keys({ ...before, ...after }).join() === 'calendar_id',
  right: 'unit',
  lies: 'unit',
  words: 'subject.unit',
  named: 'unit',
  seen: pageAt('/admin/units'),
  deadlines: ['calendar_id'],
  fields: { calendar_id: { words: 'field.calendar', as: 'calendar' } },
  way: {
    read: (db, id) => db.selectFrom('unit').select('calendar_id').where('id', '=', id).forUpdate().executeTakeFirst(),
    form: ({ calendar_id }) => ({ calendarId: calendar_id }),
    put: (work, id, { calendarId }) => setUnitCalendar(work, id, calendarId),
  },
}

/** A unit and every unit below it, of a list in which parents stand before their children. */
export function unitsBelow(units: readonly Pick<Unit, 'id' | 'parentId'>[], id: Id): Set<Id> {
  const inside = new Set([id])
  for (const unit of units) if (unit.parentId !== null && inside.has(unit.parentId)) inside.add(unit.id)
  return inside
}

async function checked(work: Work, form: UnitForm, id: Id | null) {
  await sql`select pg_advisory_xact_lock(hashtextextended('unit tree', 7004))`.execute(work.db)
  const units = await listUnits(work.db)
  const self = units.find((unit) => unit.id === id)
  if (id !== null && !self) throw refused('not-found')
  const slug = form.slug.trim()
  if (!SLUG.test(slug)) throw refused('unit.slug-invalid', {}, 'slug')
  if (units.some((unit) => unit.slug === slug && unit.id !== id)) throw refused('unit.slug-taken', {}, 'slug')
  const parent = units.find((unit) => unit.id === form.parentId)
  if (id === ROOT_UNIT) {
    if (form.parentId !== null || !form.valid) throw refused('unit.root-stays', {}, form.valid ? 'parentId' : 'valid')
  } else {
    if (!parent) throw refused('required', {}, 'parentId')
    for (let up: Unit | undefined = parent; up && id !== null; up = units.find((unit) => unit.id === up?.parentId)) {
      if (up.id === id) throw refused('unit.below-itself', {}, 'parentId')
    }
    if (form.valid && !parent.valid) throw refused('unit.parent-off', {}, 'parentId')
  }
  if (self?.valid && !form.valid && (self.queues > 0 || units.some((unit) => unit.parentId === id && unit.valid))) {
    throw refused('unit.in-use', {}, 'valid')
  }
  if (form.calendarId !== null) {
    const calendar =
      isId(form.calendarId) &&
      (await work.db.selectFrom('calendar').select('id').where('id', '=', form.calendarId).where('valid', '=', true).executeTakeFirst())
    if (!calendar && form.calendarId !== self?.calendarId) throw refused('choice-gone', {}, 'calendarId')
  }
  return {
    parent_id: id === ROOT_UNIT ? null : form.parentId,
    slug,
    name: demandName(form.name, 'name'),
    name_en: demandShort(form.nameEn, 'nameEn', 200) || null,
    calendar_id: form.calendarId,
    valid: form.valid,
  }
}
