/** Owns the indexes that a million tickets turned out to need. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // The figures in the rail, on every page of the desk: answered from the index alone.
  `create index ticket_open_counts on ticket (queue_id, state_type, owner_id, id)
     where state_type in ('new', 'open', 'pending reminder', 'pending auto')`,
  // Agents are few among the people of a university.
  'create index person_agent on person (name, id) where agent',
  // The beginning of a number, whatever the database's collation.
  'create index ticket_number_prefix on ticket (number text_pattern_ops)',
  'create index person_address_trgm on person_address using gin (address gin_trgm_ops)',
]
