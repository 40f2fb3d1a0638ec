/** Owns what makes deliveries with other bytes one mail: its Message-ID, sender and content. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // SHA-256; null: no Message-ID, or taken in by an earlier version. Looked up among the mails of one Message-ID only.
  await sql`alter table inbound_mail add column content_key bytea`.execute(db)
}
