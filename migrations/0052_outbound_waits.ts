/** Owns what an outgoing mail waits for: so that the first that leaves takes along those which waited for the same. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // 'smarthost': it could not be reached or sent us away; 'sender': it refused our own address; null: anything else, or nothing.
  await sql`alter table outbound_mail add column waits_for text check (waits_for in ('smarthost', 'sender'))`.execute(db)
  await sql`create index outbound_mail_waits on outbound_mail (id) where state = 'queued' and waits_for is not null`.execute(db)
}
