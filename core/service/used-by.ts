/** Owns how many tickets are of a type, have a service, an SLA: told before any of them is switched off. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

export type About = 'type_id' | 'service_id' | 'sla_id'

/** Open tickets of the row `x`. Open types are written as constants: only then the indexes of open tickets fit. */
export const openBy = (about: About): RawBuilder<number> => sql<number>`(select count(*)::integer from ticket t
  where t.${sql.ref(about)} = x.id and t.state_type in ('new', 'open', 'pending reminder', 'pending auto'))`

/** All its tickets. */
export async function ticketsBy(db: Kysely<Database>, about: About, id: Id): Promise<number> {
  const { count } = await db
    .selectFrom('ticket')
    .select((eb) => eb.fn.countAll().as('count'))
    .where(about, '=', id)
    .executeTakeFirstOrThrow()
  return Number(count)
}
