/** Owns the table of files that wait with a form until its sender has logged in again, and when a session's person last said who they are. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table session add column proved_at timestamptz', // null: when it was opened
  `create table held_file (
    id bigint generated always as identity primary key,
    key_hash bytea not null,                         -- of the key that the waiting form carries
    person_id bigint not null references person on delete cascade,
    field text not null,                             -- of the form
    name text not null,
    content_type text not null,
    content bytea not null,
    held_at timestamptz not null
  )`,
  // Compressing what mostly is compressed already takes time for nothing.
  'alter table held_file alter column content set storage external',
  'create index held_file_person on held_file (person_id, held_at)',
]
