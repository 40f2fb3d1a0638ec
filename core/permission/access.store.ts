/** Owns the SQL that gathers a person's rights from groups and roles. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { readPreferences, type Access, type PersonActor } from '../kernel/actor.ts'

/** The actor with all rights, or undefined when the person is absent or switched off. Two queries. */
export async function loadActor(db: Kysely<Database>, personId: Id): Promise<PersonActor | undefined> {
  const person = await db
    .selectFrom('person')
    .select(['id', 'name', 'login', 'language', 'unit_id', 'agent', 'preferences'])
    .where('id', '=', personId)
    .where('valid', '=', true)
    .executeTakeFirst()
  if (!person) return undefined
  return {
    kind: 'person',
    id: person.id,
    name: person.name,
    login: person.login,
    language: person.language,
    unitId: person.unit_id,
    access: await loadAccess(db, person.id, person.agent),
    preferences: readPreferences(person.preferences),
  }
}

export async function loadAccess(db: Kysely<Database>, personId: Id, agent: boolean): Promise<Access> {
  const none = { personId, agent, admin: false, queueRights: new Map(), units: [] }
  if (!agent) return none
  const { rows } = await sql<{ queue_id: Id | null; admin: boolean; rights: string[]; unit_id: Id | null }>`
    with held as (
      select group_id, "right" from group_person where person_id = ${personId}
      union
      select gr.group_id, gr."right" from role_person rp
        join role r on r.id = rp.role_id and r.valid
        join group_role gr on gr.role_id = rp.role_id
      where rp.person_id = ${personId})
    select q.id as queue_id, (g.name = 'admin') as admin, array_agg(held."right") as rights, null::bigint as unit_id
    from held join permission_group g on g.id = held.group_id and g.valid
      left join queue q on q.group_id = g.id
    group by q.id, g.name
    union all select null, false, '{}', unit_id from unit_administrator where person_id = ${personId}`.execute(db)
  return {
    personId,
    agent,
    admin: rows.some((row) => row.admin && row.rights.includes('rw')),
    queueRights: new Map(rows.filter((row) => row.queue_id !== null).map((row) => [row.queue_id!, new Set(row.rights)])),
    units: rows.flatMap((row) => row.unit_id ?? []),
  }
}
