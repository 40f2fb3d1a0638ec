/** Owns entries under the bell that are about no ticket: a rule that stopped. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // `about`: what it is as the log names it, with its id, its unit (null: the installation's), and why; its name is looked up when it is shown.
  `alter table notification_bell alter column ticket_id drop not null, add column about text, add column about_id bigint,
     add column unit_id bigint references unit on delete cascade, add column why text not null default '', add column detail text not null default '',
     add check ((ticket_id is null) = (about is not null and about_id is not null))`,
  'create index notification_bell_unit on notification_bell (unit_id) where unit_id is not null',
  // However often it is told, it stands there once.
  'create unique index notification_bell_about on notification_bell (about, about_id, person_id, act_id) where about is not null',
]
