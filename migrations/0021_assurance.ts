/** Owns what is kept of a message's sender: how far proven and by which rule; and messages held apart from their ticket. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `alter table article
    add column assurance text check (assurance in ('login', 'confirmed', 'address', 'unverified', 'failed')), -- null: nobody looked
    add column assurance_rule text not null default '',
    add column assurance_detail text not null default '',
    add column held_at timestamptz,                  -- it came from somebody without a part in the ticket
    add column held_rule text not null default '',
    add column held_decision text check (held_decision in ('accepted', 'rejected')),  -- null: nobody has decided
    add check (held_at is not null or held_decision is null),
    add check (held_at is null or held_decision = 'accepted' or not visible)`,
  'create index article_waiting on article (ticket_id) where held_at is not null and held_decision is null',
  `alter table queue add column follow_up_strangers text not null default 'hold' check (follow_up_strangers in ('accept', 'hold', 'reject'))`,
]
