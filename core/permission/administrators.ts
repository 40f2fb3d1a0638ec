/** Owns the rule that an installation always has an administrator. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import type { Work } from '../kernel/work.ts'

/** Group whose `rw` makes an administrator (OTRS behaviour). */
export const ADMIN_GROUP = 'admin'

/** SQL: has the person in the row `p` the right to administer, by themselves or by a role? It counts with the agent's hat. */
export const administers: RawBuilder<boolean> = sql<boolean>`(
  exists (select from group_person gp join permission_group g on g.id = gp.group_id
    where gp.person_id = p.id and gp."right" = 'rw' and g.name = ${ADMIN_GROUP} and g.valid)
  or exists (select from role_person rp join role r on r.id = rp.role_id and r.valid
    join group_role gr on gr.role_id = r.id join permission_group g on g.id = gr.group_id
    where rp.person_id = p.id and gr."right" = 'rw' and g.name = ${ADMIN_GROUP} and g.valid))`

/** Who administers: agents whose accounts are in use, by name. */
export async function listAdministrators(db: Kysely<Database>): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    select p.id from person p where p.valid and p.agent and ${administers} order by p.name collate "pl-x-icu", p.id`.execute(db)
  return rows.map(({ id }) => id)
}

/**
 * Refuses the act (`admin.last`) when nobody would be left who administers: call it after the change, in its transaction.
 * The lock makes the second of two removals at once wait and count what the first one left.
 */
export async function demandAdminLeft(work: Work): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('administrators', 7003))`.execute(work.db)
  const { rows } = await sql<{ left: boolean }>`
    select exists (select from person p where p.valid and p.agent and ${administers}) as left`.execute(work.db)
  if (!rows[0]?.left) throw refused('admin.last')
}
