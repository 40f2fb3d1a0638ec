/** Owns the SQL that says through which group and role people hold rights in a queue. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

/** A right held in the group of a queue, by oneself or through a role. */
export interface Way {
  personId: Id
  group: string
  role: string | null
  right: string /** The role, or the group itself, is switched on. */
  on: boolean
}

/** Every way to a right in a queue: of one person, or of all agents. Roles that are switched off are told too. */
export async function waysInQueue(db: Kysely<Database>, queueId: Id, personId?: Id): Promise<Way[]> {
  const who = personId === undefined ? sql`true` : sql`held.person_id = ${personId}`
  const { rows } = await sql<Way>`
    select held.person_id as "personId", g.name as "group", held.role, held."right", held."on" and g.valid as "on"
    from queue q join permission_group g on g.id = q.group_id
      join lateral (
        select gp.person_id, null::text as role, gp."right", true as "on" from group_person gp where gp.group_id = g.id
        union all
        select rp.person_id, r.name, gr."right", r.valid from group_role gr join role r on r.id = gr.role_id join role_person rp on rp.role_id = r.id
        where gr.group_id = g.id) held on true
    where q.id = ${queueId} and ${who}
    order by held.role nulls first, held."right"`.execute(db)
  return rows
}

export function groupOfQueue(db: Kysely<Database>, queueId: Id): Promise<{ name: string; valid: boolean }> {
  return db
    .selectFrom('queue')
    .innerJoin('permission_group as g', 'g.id', 'queue.group_id')
    .select(['g.name', 'g.valid'])
    .where('queue.id', '=', queueId)
    .executeTakeFirstOrThrow()
}

/** Persons by id, valid or not, by name. */
export function personsOf(db: Kysely<Database>, ids: readonly Id[]): Promise<{ id: Id; name: string; agent: boolean; valid: boolean }[]> {
  return db
    .selectFrom('person')
    .select(['id', 'name', 'agent', 'valid'])
    .where(sql<boolean>`id = any(${[...ids]}::bigint[])`)
    .orderBy(sql`name collate "pl-x-icu"`)
    .execute()
}
