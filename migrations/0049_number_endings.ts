/** Owns the index by which a ticket is found from the end of its number. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index ticket_number_backwards on ticket (reverse(number) text_pattern_ops)`.execute(db)
}
