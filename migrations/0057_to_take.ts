/** Owns the indexes by which tickets that are to be taken are found, the most urgent first, and counted. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Of one priority the oldest first: numbers are given in the order in which tickets are made.
  `create index ticket_open_urgent on ticket (queue_id, (priority_id * 1000000000000 - id) desc, id desc)
     where state_type in ('new', 'open', 'pending reminder', 'pending auto')`,
  // The figures in the rail speak of the lock too.
  'drop index ticket_open_counts',
  `create index ticket_open_counts on ticket (queue_id, state_type, owner_id, id) include (lock, responsible_id)
     where state_type in ('new', 'open', 'pending reminder', 'pending auto')`,
]
