/** Owns what a ticket keeps of answers that did not arrive: since when somebody is to look at it. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Null: nothing failed, or somebody has dealt with it since.
  'alter table ticket add column undelivered_at timestamptz',
  'create index ticket_undelivered on ticket (undelivered_at) where undelivered_at is not null',
  // What people wrote lately, did not arrive, and was followed by no other mail of theirs. Mails that failed are few and have an index.
  `update ticket t set undelivered_at = failed.at
     from (
       select ticket_id, max(created_at) as at from outbound_mail
       where state = 'failed' and ticket_id is not null and kind in ('reply', 'forward', 'redirect') and created_at > now() - interval '30 days'
       group by ticket_id) failed
     where t.id = failed.ticket_id and t.state_type not in ('merged', 'removed') and not exists (
       select from outbound_mail later
       where later.ticket_id = t.id and later.kind in ('reply', 'forward', 'redirect') and later.state in ('queued', 'sent') and later.created_at > failed.at)`,
]
