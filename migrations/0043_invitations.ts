/** Owns the table of invitations to tickets: whom a customer named by address, whether anybody is known there or not. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table ticket_invitation (
    id bigint generated always as identity primary key,
    ticket_id bigint not null references ticket on delete cascade,
    address text not null,                           -- as it was named, in its normal form
    "right" text not null check ("right" in ('read', 'reply')),
    person_id bigint references person on delete cascade,            -- whose address that was; null: nobody's
    invited_at timestamptz not null,
    ended_at timestamptz,                            -- taken out again; the row stays, so that nobody is written to twice
    unique (ticket_id, address)
  )`,
  'create index ticket_invitation_person on ticket_invitation (person_id)',
]
