/** Owns where ids of priorities begin: lists sort tickets by a product of it, which an id from 10,000,001 on would not fit into. */
import { sql, type Kysely } from 'kysely'

const FIRST = 1_000_001

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table ticket_priority alter column id set start with ${FIRST}`).execute(db)
  await sql.raw(`select setval(pg_get_serial_sequence('ticket_priority', 'id'), ${FIRST}, false)`).execute(db)
}
