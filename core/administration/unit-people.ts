/** Owns who works in a unit: the people with rights in its groups. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

export interface UnitGroup {
  id: Id
  name: string
  queues: string[] /** False: its rights are given centrally. */
  own: boolean
}

/** Groups that open the unit's queues, and its own that open none yet. */
export async function groupsOfUnit(db: Kysely<Database>, unitId: Id): Promise<UnitGroup[]> {
  const { rows } = await sql<UnitGroup>`
    select g.id, g.name, (g.unit_id = ${unitId}) as own,
      array(select q.name from queue q where q.group_id = g.id and q.unit_id = ${unitId} and q.valid order by q.sort, q.name) as queues
    from permission_group g where g.valid and g.name <> 'admin'
      and (g.unit_id = ${unitId} and ${unitId} <> 1 or exists (select 1 from queue q where q.group_id = g.id and q.unit_id = ${unitId} and q.valid))
    order by g.unit_id <> ${unitId}, g.id`.execute(db)
  return rows
}

export interface Colleague {
  id: Id
  name: string
  address: string | null
  valid: boolean /** By group, given to the person. */
  own: Record<Id, string[]> /** Names of roles that bring rights in one of the groups. */
  roles: string[]
}

/** Everybody who holds a right in one of the groups. */
export async function colleaguesIn(db: Kysely<Database>, groupIds: readonly Id[]): Promise<Colleague[]> {
  if (groupIds.length === 0) return []
  const { rows } = await sql<Colleague>`
    with own as (
      select person_id, group_id, array_agg("right" order by "right") as rights from group_person where group_id = any(${groupIds}::bigint[]) group by 1, 2),
    worn as (
      select distinct rp.person_id, r.name from role_person rp join role r on r.id = rp.role_id and r.valid join group_role gr on gr.role_id = r.id
      where gr.group_id = any(${groupIds}::bigint[]))
    select p.id, p.name, a.address, (p.valid and p.agent) as valid,
      coalesce((select json_object_agg(group_id, rights) from own where person_id = p.id), '{}') as own,
      array(select name from worn where person_id = p.id order by name) as roles
    from person p left join person_address a on a.person_id = p.id and a.main
    where p.id in (select person_id from own union select person_id from worn) order by p.name collate "pl-x-icu"`.execute(db)
  return rows
}
