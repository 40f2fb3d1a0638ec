/** Owns how many tickets are of a type, have a service, an SLA: told before any of them is switched off. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

export type About = 'type_id' | 'service_id' | 'sla_id'

/**
 * Open tickets by such an id, `id` and `count`: one walk over those that are open. By the index on what a ticket has each row would walk past those of
 * many years. Open types are written as constants: only then the indexes of open tickets fit.
 */
export const OPEN_NOW = (about: About | 'state_id' | 'priority_id') =>
  sql<{ id: Id; count: number }>`(select t.${sql.ref(about)} as id, count(*)::integer as count from ticket t
    where t.state_type in ('new', 'open', 'pending reminder', 'pending auto') group by 1)`

/** All its tickets. */
export async function ticketsBy(db: Kysely<Database>, about: About, id: Id): Promise<number> {
  const { count } = await db
    .selectFrom('ticket')
    .select((eb) => eb.fn.countAll().as('count'))
    .where(about, '=', id)
    .executeTakeFirstOrThrow()
  return Number(count)
}
