/** Owns SLAs: within which working time a ticket is answered and solved, by which calendar, for which services. */
import { sql, type Kysely, type Selectable } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id, SlaTable } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import { validityColumns } from '../audit/validity.ts'
import type { Work } from '../kernel/work.ts'
import { demandOwnOrAbove, demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { deadlineFields } from './deadline-words.ts'
import { DEADLINES, DEADLINE_MINUTES, deadlineColumns, deadlinesOf, type Deadlines } from './deadlines.ts'
import { OPEN_NOW } from './used-by.ts'

/** OTRS: sla.name is varchar(200). */
const NAME_LENGTH = 200

export interface AdminSla {
  id: Id
  name: string
  unitId: Id
  unitName: string
  /** Null: the calendar named `default`, never the queue's (OTRS behaviour). */
  calendarId: Id | null
  calendarName: string | null
  deadlines: Deadlines
  /** That have it, by full name. */
  services: { id: Id; name: string }[]
  comment: string
  valid: boolean
  offForNow: boolean
  open: number
}

type SlaRow = Omit<AdminSla, 'deadlines'> & Parameters<typeof deadlinesOf>[0]

const COLUMNS = DEADLINES.flatMap(({ minutes, notify }) => [minutes, notify])

const slaQuery = (db: Kysely<Database>) =>
  db
    .selectFrom('sla as x')
    .innerJoin('unit as u', 'u.id', 'x.unit_id')
    .leftJoin(OPEN_NOW('sla_id').as('o'), 'o.id', 'x.id')
    .leftJoin('calendar as c', 'c.id', 'x.calendar_id')
    .select([
      'x.id',
      'x.name',
      'x.unit_id as unitId',
      'u.name as unitName',
      'x.calendar_id as calendarId',
      'c.name as calendarName',
      sql<AdminSla['services']>`coalesce((select json_agg(json_build_object('id', s.id::text, 'name', s.name) order by s.name)
        from service_sla sl join service s on s.id = sl.service_id where sl.sla_id = x.id), '[]')`.as('services'),
      'x.comment',
      'x.valid',
      'x.off_for_now as offForNow',
      sql<number>`coalesce(o.count, 0)`.as('open'),
    ])
    .select(COLUMNS.map((column) => `x.${column}` as const))

const toSla = (row: SlaRow): AdminSla => ({
  ...(Object.fromEntries(Object.entries(row).filter(([key]) => !(COLUMNS as readonly string[]).includes(key))) as Omit<
    AdminSla,
    'deadlines'
  >),
  deadlines: deadlinesOf(row),
})

/** Every SLA, switched off ones too, by name. */
export async function listSlas(db: Kysely<Database>): Promise<AdminSla[]> {
  return (await slaQuery(db).orderBy(sql`x.name collate "pl-x-icu"`).execute()).map(toSla)
}

export async function findSla(db: Kysely<Database>, id: Id): Promise<AdminSla | undefined> {
  const row = isId(id) ? await slaQuery(db).where('x.id', '=', id).executeTakeFirst() : undefined
  return row && toSla(row)
}

export interface SlaForm {
  name: string
  unitId: Id
  calendarId: Id | null
  deadlines: Deadlines
  serviceIds: readonly Id[]
  comment: string
  valid: boolean
  /** Absent: as it was. */
  offForNow?: boolean
}

/**
 * Makes an SLA. Local administrators make it in a unit of theirs, by a calendar of it or of those above, for services that they
 * administer. Errors: `sla.name-taken`, `deadline.…` at the field of a time, `choice-gone`.
 */
export async function createSla(work: Work, form: SlaForm): Promise<Id> {
  await demandUnitAdmin(work, form.unitId)
  const { services, ...values } = await checked(work, form, null)
  const { id } = await work.db.insertInto('sla').values(values).returning('id').executeTakeFirstOrThrow()
  await setServices(work, id, services)
  recordChange(work, slaSubject, id, null, { ...values, services }, { unitId: values.unit_id })
  return id
}

/** Changes an SLA. Switched off, tickets keep it and nobody is offered it. Errors: as `createSla`. */
export async function editSla(work: Work, id: Id, form: SlaForm): Promise<void> {
  const before = isId(id) ? await readSla(work.db, id) : undefined
  if (!before) throw refused(isCentral(work.actor) ? 'not-found' : 'not-allowed')
  for (const unitId of new Set([before.unit_id, form.unitId])) await demandUnitAdmin(work, unitId)
  const { services, ...values } = await checked(work, form, { id, ...before })
  await work.db.updateTable('sla').set(values).where('id', '=', id).execute()
  if (services.join() !== before.services.join()) await setServices(work, id, services)
  recordChange(work, slaSubject, id, before, { ...values, services }, { unitId: values.unit_id })
}

type SlaValues = Pick<Selectable<SlaTable>, Exclude<keyof SlaTable, 'id'>> & { services: Id[] }

async function checked(work: Work, form: SlaForm, before: (SlaValues & { id: Id }) | null): Promise<SlaValues> {
  const name = demandName(form.name, 'name', NAME_LENGTH)
  await sql`select pg_advisory_xact_lock(hashtextextended('slas', 7013))`.execute(work.db)
  const same = await work.db.selectFrom('sla').select('id').where(sql`lower(name)`, '=', name.toLowerCase()).executeTakeFirst()
  if (same && same.id !== before?.id) throw refused('sla.name-taken', {}, 'name')
  const inUse = async (table: 'unit' | 'calendar', id: Id) =>
    isId(id) && (await work.db.selectFrom(table).select('id').where('id', '=', id).where('valid', '=', true).executeTakeFirst())
  if (form.unitId !== before?.unit_id && !(await inUse('unit', form.unitId))) throw refused('choice-gone', {}, 'unitId')
  if (form.calendarId !== null && form.calendarId !== before?.calendar_id) {
    if (!(await inUse('calendar', form.calendarId))) throw refused('choice-gone', {}, 'calendarId')
    if (!isCentral(work.actor)) await demandOwnOrAbove(work, 'calendar', form.calendarId, form.unitId, 'calendarId')
  }
  return {
    name,
    unit_id: form.unitId,
    calendar_id: form.calendarId,
    ...deadlineColumns(form.deadlines),
    services: await demandServices(work, form.serviceIds, before?.services ?? []),
    comment: demandShort(form.comment, 'comment', 500),
    ...validityColumns(form, before?.off_for_now),
  }
}

/** In the order of their ids. Whoever gives a service the SLA or takes it away administers that service. */
async function demandServices(work: Work, ids: readonly Id[], stood: readonly Id[]): Promise<Id[]> {
  const wanted = [...new Set(ids)]
  const touched = [...wanted.filter((id) => !stood.includes(id)), ...stood.filter((id) => !wanted.includes(id))]
  if (touched.length > 0) {
    const rows = touched.every(isId)
      ? await work.db.selectFrom('service').select(['id', 'unit_id', 'valid']).where('id', 'in', touched).execute()
      : []
    for (const id of touched) {
      const row = rows.find((one) => one.id === id)
      if (!row || (!row.valid && wanted.includes(id))) throw refused('choice-gone', {}, 'services')
    }
    for (const unitId of new Set(rows.map((row) => row.unit_id))) await demandUnitAdmin(work, unitId)
  }
  return wanted.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
}

async function setServices(work: Work, id: Id, services: readonly Id[]): Promise<void> {
  await work.db.deleteFrom('service_sla').where('sla_id', '=', id).execute()
  if (services.length > 0)
    await sql`insert into service_sla (service_id, sla_id) select unnest(${services}::bigint[]), ${id}`.execute(work.db)
}

async function readSla(db: Kysely<Database>, id: Id): Promise<SlaValues | undefined> {
  const row = await db
    .selectFrom('sla')
    .select(['name', 'unit_id', 'calendar_id', ...COLUMNS, 'comment', 'valid', 'off_for_now'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  const services = await db.selectFrom('service_sla').select('service_id').where('sla_id', '=', id).orderBy('service_id').execute()
  return { ...row, services: services.map(({ service_id }) => service_id) }
}

export const slaSubject: CoreSubject<SlaValues, SlaForm> = {
  type: 'sla',
  right: 'unit',
  lies: 'said',
  words: 'subject.sla',
  named: 'sla',
  seen: pageAt('/admin/slas'),
  deadlines: ['calendar_id', ...DEADLINE_MINUTES],
  fields: {
    name: { words: 'field.name' },
    unit_id: { words: 'field.unit', as: 'unit' },
    calendar_id: { words: 'field.calendar', as: 'calendar' },
    ...deadlineFields,
    services: { words: 'field.services', as: 'service' },
    comment: { words: 'field.comment' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
  },
  way: {
    read: readSla,
    form: (values) => ({
      name: values.name,
      unitId: values.unit_id,
      calendarId: values.calendar_id,
      deadlines: deadlinesOf(values),
      serviceIds: values.services,
      comment: values.comment,
      valid: values.valid,
      offForNow: values.off_for_now,
    }),
    put: editSla,
  },
}
