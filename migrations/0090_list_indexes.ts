/** Owns indexes for lists that read or sorted a whole table: mail in and out by time, a queue's tickets of any state by priority and by change. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'create index inbound_mail_accepted on inbound_mail (accepted_at desc, id desc)',
  'create index outbound_mail_created on outbound_mail (created_at desc, id desc)',
  'create index ticket_queue_priority on ticket (queue_id, priority_id, created_at desc, id desc)',
  'create index ticket_queue_changed on ticket (queue_id, changed_at desc, id desc)',
]
