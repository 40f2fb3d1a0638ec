/** Owns permission groups: a queue belongs to one, and rights are held in it. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import { validityColumns, type Valid } from '../audit/validity.ts'
import type { Work } from '../kernel/work.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import { ADMIN_GROUP } from './administrators.ts'
import { demandAdmin } from './policy.ts'

export interface Group {
  id: Id
  name: string
  comment: string
  unitId: Id
  unitName: string
  valid: boolean
  offForNow: boolean
  /** Names of queues that belong to it. */
  queues: string[]
  /** How many persons and roles hold a right in it. */
  persons: number
  roles: number
}

function groupQuery(db: Kysely<Database>) {
  return db
    .selectFrom('permission_group as g')
    .innerJoin('unit', 'unit.id', 'g.unit_id')
    .select([
      'g.id',
      'g.name',
      'g.comment',
      'g.unit_id as unitId',
      'unit.name as unitName',
      'g.valid',
      'g.off_for_now as offForNow',
      sql<string[]>`array(select q.name from queue q where q.group_id = g.id and q.valid order by q.name)`.as('queues'),
      sql<number>`(select count(distinct person_id)::int from group_person where group_id = g.id)`.as('persons'),
      sql<number>`(select count(distinct role_id)::int from group_role where group_id = g.id)`.as('roles'),
    ])
}

/** Every group, by name. */
export function listGroups(db: Kysely<Database>): Promise<Group[]> {
  return groupQuery(db).orderBy(sql`g.name collate "pl-x-icu"`).execute()
}

export function findGroup(db: Kysely<Database>, id: Id): Promise<Group | undefined> {
  return isId(id) ? groupQuery(db).where('g.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

export interface GroupForm extends Valid {
  name: string
  comment: string
  unitId?: Id
}

/** Makes a group. Errors: `group.name-taken`. */
export async function createGroup(work: Work, form: GroupForm): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, form, null)
  const { id } = await work.db.insertInto('permission_group').values(values).returning('id').executeTakeFirstOrThrow()
  recordChange(work, groupSubject, id, null, values)
  return id
}

/** Renames it, switches it on or off. The group `admin` stays; one with queues in use cannot be switched off. */
export async function editGroup(work: Work, id: Id, form: GroupForm): Promise<void> {
  demandAdmin(work.actor)
  const before = await findGroup(work.db, id)
  if (!before) throw refused('not-found')
  const values = await checked(work, { unitId: before.unitId, offForNow: before.offForNow, ...form }, id)
  if (before.name === ADMIN_GROUP && (values.name !== ADMIN_GROUP || !values.valid)) throw refused('group.admin-stays', {}, 'name')
  if (before.valid && !values.valid && before.queues.length > 0)
    throw refused('group.in-use', { queues: before.queues.join(', ') }, 'valid')
  await work.db.updateTable('permission_group').set(values).where('id', '=', id).execute()
  recordChange(
    work,
    groupSubject,
    id,
    { name: before.name, comment: before.comment, unit_id: before.unitId, valid: before.valid, off_for_now: before.offForNow },
    values,
  )
}

type GroupValues = Awaited<ReturnType<typeof checked>>

export const groupSubject: CoreSubject<GroupValues, GroupForm> = {
  type: 'group',
  right: 'installation',
  lies: 'group',
  words: 'subject.group',
  named: 'group',
  seen: pageAt('/admin/groups'),
  fields: {
    name: { words: 'field.name' },
    comment: { words: 'field.comment' },
    unit_id: { words: 'field.unit', as: 'unit' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
  },
  way: {
    read: (db, id) =>
      db
        .selectFrom('permission_group')
        .select(['name', 'comment', 'unit_id', 'valid', 'off_for_now'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst(),
    form: ({ name, comment, unit_id, valid, off_for_now }) => ({ name, comment, unitId: unit_id, valid, offForNow: off_for_now }),
    put: editGroup,
  },
}

async function checked(work: Work, form: GroupForm, id: Id | null) {
  const name = demandName(form.name, 'name')
  const same = await work.db.selectFrom('permission_group').select('id').where(sql`lower(name)`, '=', name.toLowerCase()).executeTakeFirst()
  if (same && same.id !== id) throw refused('group.name-taken', {}, 'name')
  return { name, comment: demandShort(form.comment, 'comment', 500), unit_id: form.unitId ?? ROOT_UNIT, ...validityColumns(form) }
}
