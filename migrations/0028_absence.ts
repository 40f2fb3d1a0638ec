/** Owns the table of absences: when an agent is away, and who stands in. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // One at a time: the present or the next one. It ends by itself.
  `create table person_absence (
     person_id bigint primary key references person on delete cascade,
     from_at timestamptz not null, until_at timestamptz not null check (until_at > from_at),
     substitute_id bigint references person on delete set null, note text not null default '')`,
  `create index person_absence_substitute on person_absence (substitute_id)`,
]
