/** Owns services: their tree, whose they are and for whom, and what an administrator does with them. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import { validityColumns } from '../audit/validity.ts'
import type { Work } from '../kernel/work.ts'
import { demandOwnOrAbove, demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { unitsAbove } from '../unit/tree.ts'
import { OPEN_NOW } from './used-by.ts'

/** OTRS: service.name is varchar(200). */
const NAME_LENGTH = 200

export interface AdminService {
  id: Id
  /** Full name, levels divided by '::'. */
  name: string
  parentId: Id | null
  unitId: Id
  unitName: string
  /** Else only for whom `persons` names. */
  forEverybody: boolean
  persons: number
  /** SLAs in use that it has. */
  slas: { id: Id; name: string }[]
  comment: string
  valid: boolean
  offForNow: boolean
  open: number
}

const serviceQuery = (db: Kysely<Database>) =>
  db
    .selectFrom('service as x')
    .innerJoin('unit as u', 'u.id', 'x.unit_id')
    .leftJoin(OPEN_NOW('service_id').as('o'), 'o.id', 'x.id')
    .select([
      'x.id',
      'x.name',
      'x.parent_id as parentId',
      'x.unit_id as unitId',
      'u.name as unitName',
      'x.for_everybody as forEverybody',
      sql<number>`(select count(*)::integer from service_person p where p.service_id = x.id)`.as('persons'),
      sql<AdminService['slas']>`coalesce((select json_agg(json_build_object('id', l.id::text, 'name', l.name) order by l.name)
        from service_sla sl join sla l on l.id = sl.sla_id and l.valid where sl.service_id = x.id), '[]')`.as('slas'),
      'x.comment',
      'x.valid',
      'x.off_for_now as offForNow',
      sql<number>`coalesce(o.count, 0)`.as('open'),
    ])

/** Every service, switched off ones too, parents before their children. */
export function listServices(db: Kysely<Database>): Promise<AdminService[]> {
  return serviceQuery(db).orderBy(sql`string_to_array(x.name collate "pl-x-icu", '::')`).execute()
}

/** Those that a unit's own may lie under: of the unit and of the units above it. */
export async function servicesOffered(db: Kysely<Database>, unitId: Id): Promise<AdminService[]> {
  const above = await unitsAbove(db, unitId)
  return (await listServices(db)).filter((service) => above.has(service.unitId))
}

export function findService(db: Kysely<Database>, id: Id): Promise<AdminService | undefined> {
  return isId(id) ? serviceQuery(db).where('x.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

/** Whom a service is for, by name. */
export function personsOfService(
  db: Kysely<Database>,
  id: Id,
): Promise<{ id: Id; name: string; login: string | null; address: string | null }[]> {
  return db
    .selectFrom('service_person as s')
    .innerJoin('person as p', 'p.id', 's.person_id')
    .leftJoin('person_address as a', (join) => join.onRef('a.person_id', '=', 'p.id').on('a.main', '=', true))
    .select(['p.id', 'p.name', 'p.login', 'a.address'])
    .where('s.service_id', '=', id)
    .orderBy(sql`p.name collate "pl-x-icu"`)
    .orderBy('p.id')
    .execute()
}

export interface ServiceForm {
  /** The last level only. */
  name: string
  parentId: Id | null
  unitId: Id
  forEverybody: boolean
  /** For whom it is, where it is not for everybody. Absent: as it was. */
  personIds?: readonly Id[]
  comment: string
  valid: boolean
  /** Absent: as it was. */
  offForNow?: boolean
}

/**
 * Makes a service. Local administrators make it in a unit of theirs, below one of that unit or of those above it. Errors: `service.name-…`,
 * `service.parent-off`, `choice-gone` at the field that names nothing.
 */
export async function createService(work: Work, form: ServiceForm): Promise<Id> {
  await demandUnitAdmin(work, form.unitId)
  const services = await lockTree(work)
  const { persons, ...values } = await checked(work, form, null, services)
  const { id } = await work.db.insertInto('service').values(values).returning('id').executeTakeFirstOrThrow()
  await setPersons(work, id, persons)
  recordChange(work, serviceSubject, id, null, { ...values, persons }, { unitId: values.unit_id })
  return id
}

/**
 * Changes a service; a new name or place renames those below it. Switched off, tickets keep it and nobody is offered it. Errors: as
 * `createService`, `service.has-children`, `service.below-itself`.
 */
export async function editService(work: Work, id: Id, form: ServiceForm): Promise<void> {
  const services = await lockTree(work)
  const row = services.find((service) => service.id === id)
  if (!row) throw refused(isCentral(work.actor) ? 'not-found' : 'not-allowed')
  for (const unitId of new Set([row.unit_id, form.unitId])) await demandUnitAdmin(work, unitId)
  const before = { ...row, persons: await personIdsOf(work.db, id) }
  const { persons, ...values } = await checked(work, form, before, services)
  const below = subtree(services, id).filter((service) => service.id !== id)
  if (before.valid && !values.valid && services.some((service) => service.parent_id === id && service.valid))
    throw refused('service.has-children', {}, 'valid')
  const renamed =
    values.name === before.name ? [] : below.map((one) => ({ id: one.id, name: values.name + one.name.slice(before.name.length) }))
  for (const one of renamed) {
    if (one.name.length > NAME_LENGTH) throw refused('service.name-too-long', { limit: NAME_LENGTH }, 'name')
    if (services.some((service) => service.name === one.name && !below.includes(service) && service.id !== id))
      throw refused('service.name-taken', {}, 'name')
  }
  await work.db.updateTable('service').set(values).where('id', '=', id).execute()
  for (const one of renamed) await work.db.updateTable('service').set({ name: one.name }).where('id', '=', one.id).execute()
  if (persons.join() !== before.persons.join()) await setPersons(work, id, persons)
  const { id: _, ...stood } = before
  recordChange(work, serviceSubject, id, stood, { ...values, persons }, { unitId: values.unit_id })
}

type ServiceRow = Awaited<ReturnType<typeof lockTree>>[number]

/** One change of the tree at a time; the rows are few. */
async function lockTree(work: Work) {
  await sql`select pg_advisory_xact_lock(hashtextextended('service tree', 7012))`.execute(work.db)
  return work.db.selectFrom('service').selectAll().execute()
}

function subtree(services: readonly ServiceRow[], id: Id): ServiceRow[] {
  const own = services.filter((service) => service.id === id)
  return [...own, ...services.filter((service) => service.parent_id === id).flatMap((child) => subtree(services, child.id))]
}

async function checked(
  work: Work,
  form: ServiceForm,
  before: (ServiceRow & { persons: readonly Id[] }) | null,
  services: readonly ServiceRow[],
) {
  if (form.unitId !== before?.unit_id) {
    const unit =
      isId(form.unitId) &&
      (await work.db.selectFrom('unit').select('id').where('id', '=', form.unitId).where('valid', '=', true).executeTakeFirst())
    if (!unit) throw refused('choice-gone', {}, 'unitId')
  }
  if (form.parentId !== null && form.parentId !== before?.parent_id && !isCentral(work.actor))
    await demandOwnOrAbove(work, 'service', form.parentId, form.unitId, 'parentId')
  return {
    name: fullName(services, form, before?.id ?? null),
    parent_id: form.parentId,
    unit_id: form.unitId,
    for_everybody: form.forEverybody,
    persons: await demandPersons(work, form.personIds ?? before?.persons ?? [], before?.persons ?? []),
    comment: demandShort(form.comment, 'comment', 500),
    ...validityColumns(form, before?.off_for_now),
  }
}

function fullName(services: readonly ServiceRow[], form: ServiceForm, id: Id | null): string {
  const short = demandName(form.name, 'name', NAME_LENGTH)
  if (short.includes('::') || short.startsWith(':') || short.endsWith(':')) throw refused('service.name-invalid', {}, 'name')
  const parent = form.parentId === null ? undefined : services.find((service) => service.id === form.parentId)
  if (form.parentId !== null && !parent) throw refused('choice-gone', {}, 'parentId')
  if (id !== null && parent && subtree(services, id).includes(parent)) throw refused('service.below-itself', {}, 'parentId')
  if (parent && form.valid && !parent.valid) throw refused('service.parent-off', {}, 'parentId')
  const name = parent ? `${parent.name}::${short}` : short
  if (name.length > NAME_LENGTH) throw refused('service.name-too-long', { limit: NAME_LENGTH }, 'name')
  if (services.some((service) => service.name.toLowerCase() === name.toLowerCase() && service.id !== id))
    throw refused('service.name-taken', {}, 'name')
  return name
}

/** In the order of their ids, each once; those who are here no longer only where they stood. */
async function demandPersons(work: Work, ids: readonly Id[], stood: readonly Id[]): Promise<Id[]> {
  const wanted = [...new Set(ids)]
  const fresh = wanted.filter((id) => !stood.includes(id))
  if (fresh.length > 0) {
    const found = fresh.every(isId)
      ? await work.db.selectFrom('person').select('id').where('id', 'in', fresh).where('valid', '=', true).execute()
      : []
    if (found.length !== fresh.length) throw refused('choice-gone', {}, 'people')
  }
  return wanted.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
}

async function personIdsOf(db: Kysely<Database>, id: Id): Promise<Id[]> {
  const rows = await db.selectFrom('service_person').select('person_id').where('service_id', '=', id).orderBy('person_id').execute()
  return rows.map((row) => row.person_id)
}

async function setPersons(work: Work, id: Id, persons: readonly Id[]): Promise<void> {
  await work.db.deleteFrom('service_person').where('service_id', '=', id).execute()
  if (persons.length > 0)
    await sql`insert into service_person (service_id, person_id) select ${id}, unnest(${persons}::bigint[])`.execute(work.db)
}

/** A full name's last level: what the form holds; the levels above it are other services' names. */
const lastLevel = (name: unknown): string => String(name).split('::').at(-1)!

export const serviceSubject: CoreSubject<Awaited<ReturnType<typeof checked>>, ServiceForm> = {
  type: 'service',
  right: 'unit',
  lies: 'said',
  words: 'subject.service',
  named: 'service',
  seen: pageAt('/admin/services'),
  fields: {
    name: { words: 'field.name' },
    parent_id: { words: 'field.parent-service', as: 'service' },
    unit_id: { words: 'field.unit', as: 'unit' },
    for_everybody: { words: 'field.for_everybody', as: 'yes-no' },
    persons: { words: 'field.persons', as: 'person' },
    comment: { words: 'field.comment' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
  },
  way: {
    async read(db, id) {
      const row = await db
        .selectFrom('service')
        .select(['name', 'parent_id', 'unit_id', 'for_everybody', 'comment', 'valid', 'off_for_now'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst()
      return row && { ...row, name: lastLevel(row.name), persons: await personIdsOf(db, id) }
    },
    today: async (_db, _id, values) => ('name' in values ? { ...values, name: lastLevel(values['name']) } : values),
    form: ({ name, parent_id, unit_id, for_everybody, persons, comment, valid, off_for_now }) => ({
      name,
      parentId: parent_id,
      unitId: unit_id,
      forEverybody: for_everybody,
      personIds: persons,
      comment,
      valid,
      offForNow: off_for_now,
    }),
    put: editService,
  },
}

/** What lies directly below a service, and where it may lie itself: not below itself. */
export function servicesAround(
  services: readonly AdminService[],
  service?: AdminService,
): { below: AdminService[]; parents: AdminService[] } {
  const under = service ? services.filter((one) => one.name.startsWith(`${service.name}::`)) : []
  return {
    below: under.filter((one) => one.parentId === service!.id),
    parents: services.filter((one) => one.id !== service?.id && !under.includes(one)),
  }
}

/**
 * The persons whom somebody names by login or address, one a line, for whom a service shall be; those of `serviceId` who have neither stay.
 * Error: `person.unknown` at 'people'.
 */
export async function personIdsNamed(db: Kysely<Database>, typed: string, serviceId?: Id): Promise<Id[]> {
  const names = [
    ...new Set(
      typed
        .split(/[\n,;]/)
        .map((name) => name.trim().toLowerCase())
        .filter(Boolean),
    ),
  ]
  const found =
    names.length === 0
      ? []
      : (
          await sql<{ name: string; id: Id }>`
            select n.name, (select p.id from person p left join person_address a on a.person_id = p.id
              where p.valid and (p.login = n.name or a.address = n.name) order by p.login = n.name desc nulls last limit 1) as id
            from unnest(${names}::text[]) as n(name)`.execute(db)
        ).rows
  const unknown = found.find(({ id }) => id === null)
  if (unknown) throw refused('person.unknown', { who: unknown.name.slice(0, 300) }, 'people')
  const nameless = serviceId ? (await personsOfService(db, serviceId)).filter(({ login, address }) => !login && !address) : []
  return [...found, ...nameless].map(({ id }) => id)
}
