/** Owns the tables around a person's data: holds that forbid erasing, and erasures with their outcome. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table person_hold (
     person_id bigint primary key references person on delete cascade,
     reason text not null, since timestamptz not null, set_by bigint references person)`,
  // What was asked and what became of it; never whose data it was beyond the id.
  `create table person_erasure (
     person_id bigint primary key references person on delete cascade,
     asked_at timestamptz not null, asked_by bigint references person,
     done_at timestamptz, counts jsonb, error text)`,
]
