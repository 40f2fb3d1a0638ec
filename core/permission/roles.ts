/** Owns roles: named bundles of rights in groups, given to persons. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import { validityColumns, type Valid } from '../audit/validity.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdminLeft } from './administrators.ts'
import { demandAdmin } from './policy.ts'
import { demandFresh } from './fresh.ts'

export interface Role {
  id: Id
  name: string
  comment: string
  valid: boolean
  offForNow: boolean
  /** Who wears it needs a second factor to do anything. */
  secondFactor: boolean
  persons: number
  groups: number
}

function roleQuery(db: Kysely<Database>) {
  return db
    .selectFrom('role')
    .select([
      'role.id',
      'role.name',
      'role.comment',
      'role.valid',
      'role.off_for_now as offForNow',
      'role.second_factor as secondFactor',
      sql<number>`(select count(*)::int from role_person where role_id = role.id)`.as('persons'),
      sql<number>`(select count(distinct group_id)::int from group_role where role_id = role.id)`.as('groups'),
    ])
}

/** Every role, by name. */
export function listRoles(db: Kysely<Database>): Promise<Role[]> {
  return roleQuery(db).orderBy(sql`role.name collate "pl-x-icu"`).execute()
}

export function findRole(db: Kysely<Database>, id: Id): Promise<Role | undefined> {
  return isId(id) ? roleQuery(db).where('role.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

export interface RoleForm extends Valid {
  name: string
  comment: string
  secondFactor?: boolean
}

/** Makes a role. Errors: `role.name-taken`. */
export async function createRole(work: Work, form: RoleForm): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, form, null)
  const { id } = await work.db.insertInto('role').values(values).returning('id').executeTakeFirstOrThrow()
  recordChange(work, roleSubject, id, null, values)
  return id
}

/** Renames it, switches it on or off: a role that is off gives nobody anything. Errors: `role.name-taken`, `admin.last`. */
export async function editRole(work: Work, id: Id, form: RoleForm): Promise<void> {
  demandAdmin(work.actor)
  const before = await findRole(work.db, id)
  if (!before) throw refused('not-found')
  const values = await checked(work, { offForNow: before.offForNow, ...form }, id)
  if (before.valid !== values.valid || before.secondFactor !== values.second_factor) demandFresh(work)
  await work.db.updateTable('role').set(values).where('id', '=', id).execute()
  if (before.valid && !values.valid) await demandAdminLeft(work)
  recordChange(
    work,
    roleSubject,
    id,
    { name: before.name, comment: before.comment, valid: before.valid, off_for_now: before.offForNow, second_factor: before.secondFactor },
    values,
  )
}

type RoleValues = Awaited<ReturnType<typeof checked>>

export const roleSubject: CoreSubject<RoleValues, RoleForm> = {
  type: 'role',
  right: 'installation',
  lies: null,
  words: 'subject.role',
  named: 'role',
  seen: pageAt('/admin/roles'),
  fields: {
    name: { words: 'field.name' },
    comment: { words: 'field.comment' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
    second_factor: { words: 'field.second_factor', as: 'yes-no' },
  },
  way: {
    read: (db, id) =>
      db
        .selectFrom('role')
        .select(['name', 'comment', 'valid', 'off_for_now', 'second_factor'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst(),
    form: ({ name, comment, valid, off_for_now, second_factor }) => ({
      name,
      comment,
      valid,
      offForNow: off_for_now,
      secondFactor: second_factor,
    }),
    put: editRole,
  },
}

async function checked(work: Work, form: RoleForm, id: Id | null) {
  const name = demandName(form.name, 'name')
  const same = await work.db.selectFrom('role').select('id').where(sql`lower(name)`, '=', name.toLowerCase()).executeTakeFirst()
  if (same && same.id !== id) throw refused('role.name-taken', {}, 'name')
  return { name, comment: demandShort(form.comment, 'comment', 500), ...validityColumns(form), second_factor: form.secondFactor ?? false }
}
