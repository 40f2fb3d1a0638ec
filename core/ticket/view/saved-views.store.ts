/** Owns the SQL of saved views: who has which, and who may change it. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import type { Access } from '../../kernel/actor.ts'
import { downFrom, upFrom } from '../../unit/tree.ts'

/** Whose it is: one's own, or of all agents of a unit and those below, or of whoever holds a right in a group. */
export type Holder = { kind: 'own' } | { kind: 'unit' | 'group'; id: Id }

export interface SavedView {
  id: Id
  name: string
  /** Of the list, as it was saved. */
  address: string
  /** Keys of its columns; null: as each reader has them. */
  columns: string[] | null
  holder: Holder
  /** Of the unit or group; '' of one's own. */
  holderName: string
  /** Whose own it is, who made it, and who administers what it is shared with. */
  mayEdit: boolean
}

/** Groups in which the person holds one of these rights, by themselves or from a role; 'rw' includes all. */
const groupsOf = (personId: Id, right?: string) => sql`
  select gp.group_id from group_person gp where gp.person_id = ${personId}${right ? sql` and gp."right" in (${right}, 'rw')` : sql``}
  union select gr.group_id from role_person rp join role r on r.id = rp.role_id and r.valid join group_role gr on gr.role_id = rp.role_id
    where rp.person_id = ${personId}${right ? sql` and gr."right" in (${right}, 'rw')` : sql``}`

/** `mine`: the person's unit and those above; `run`: the units they administer and those below. */
const units = (personId: Id) => sql`
  ${upFrom(sql`join person p on p.unit_id = u.id and p.id = ${personId}`, { as: 'mine' })},
  ${downFrom(sql`select unit_id as id from unit_administrator where person_id = ${personId}`, { as: 'run', once: true })}`

/**
 * Views that the person has: their own, then what they shared, what is shared with them and what they administer, by name. `all`: every
 * shared one, for whoever administers the installation. One statement.
 */
export async function savedViews(
  db: Kysely<Database>,
  { personId, admin }: Access,
  { id, all = false }: { id?: Id; all?: boolean } = {},
): Promise<SavedView[]> {
  const { rows } = await sql<Omit<SavedView, 'holder'> & { unitId: Id | null; groupId: Id | null }>`
    with recursive ${units(personId)}
    select v.id, v.name, v.address, v.columns, v.unit_id as "unitId", v.group_id as "groupId", coalesce(u.name, g.name, '') as "holderName",
      (v.person_id is not null or ${admin} or coalesce(v.made_by = ${personId}, false)
        or coalesce(v.unit_id, g.unit_id) in (select id from run)) as "mayEdit"
    from saved_view v left join unit u on u.id = v.unit_id left join permission_group g on g.id = v.group_id
    where ${id === undefined ? sql`true` : sql`v.id = ${id}`} and (v.person_id = ${personId}
      or (v.person_id is null and (${all && admin} or v.made_by = ${personId}
        or v.unit_id in (select id from mine union select id from run)
        or g.valid and (g.unit_id in (select id from run) or g.id in (${groupsOf(personId)})))))
    order by v.person_id is null, v.name collate "pl-x-icu", v.id`.execute(db)
  return rows.map(({ unitId, groupId, ...view }) => ({
    ...view,
    holder: unitId !== null ? { kind: 'unit', id: unitId } : groupId !== null ? { kind: 'group', id: groupId } : { kind: 'own' },
  }))
}

/** With whom the person may share: units they administer and those below, groups in which they hold rw; central administrators all. */
export async function mayShareWith(
  db: Kysely<Database>,
  { personId, admin }: Access,
): Promise<{ kind: 'unit' | 'group'; id: Id; name: string }[]> {
  const { rows } = await sql<{ kind: 'unit' | 'group'; id: Id; name: string }>`
    with recursive ${units(personId)}
    select * from (
      select 'unit' as kind, u.id, u.name from unit u where u.valid and (${admin} or u.id in (select id from run))
      union all
      select 'group', g.id, g.name from permission_group g
        where g.valid and (${admin} or g.unit_id in (select id from run) or g.id in (${groupsOf(personId, 'rw')}))
    ) s order by kind desc, name collate "pl-x-icu"`.execute(db)
  return rows
}
