/** Owns what the clock remembers of tickets: which date it reminded of, which deadlines it told of; and the act that time was booked in. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // The date of which a reminder was told; another date is reminded of anew.
  'alter table ticket add column reminded_for timestamptz',
  // What was told of a deadline. Another deadline begins anew.
  `create table deadline_told (
    ticket_id bigint not null references ticket on delete cascade,
    deadline text not null check (deadline in ('response', 'update', 'solution')),
    due_at timestamptz not null,
    near_at timestamptz,
    missed_at timestamptz,
    primary key (ticket_id, deadline)
  )`,
  // Null: it came from elsewhere. Taking the act back takes its time back.
  'alter table time_spent add column act_id uuid',
]
