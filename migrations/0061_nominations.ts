/** Owns who was asked to work in a unit by its administrator and has not answered yet, and which hats go with the last right. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // The hats of today stay whatever happens to rights: false.
  'alter table person add column hat_by_unit boolean not null default false', // it came with a right that a unit gave
  `create table unit_nomination (
    id bigint generated always as identity primary key,
    unit_id bigint not null references unit,
    person_id bigint not null references person on delete cascade,
    nominated_by bigint not null references person,  -- what they may not give when it is accepted is not given
    administrator boolean not null,
    rights jsonb not null,                           -- {group: [right]}
    nominated_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    ended text check (ended in ('accepted', 'declined', 'withdrawn', 'expired')),
    check ((ended_at is null) = (ended is null))
  )`,
  'create unique index unit_nomination_open on unit_nomination (unit_id, person_id) where ended_at is null',
  'create index unit_nomination_person on unit_nomination (person_id)',
]
