/** Owns what passing mail on needs: the client behind a relay, and mails that leave as they came in. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // What a relay of ours told by XCLIENT or XFORWARD; '' when none did: then the peer is the client.
  `alter table inbound_mail
    add column client_address text not null default '',
    add column client_name text not null default '',
    add column client_helo text not null default ''`,
  // The mail as it came, sent on under our envelope (RFC 5322 3.6.6); null: the mail is made from article and texts.
  'alter table outbound_mail add column blob_id bigint references blob',
  'create index outbound_mail_blob on outbound_mail (blob_id) where blob_id is not null',
]
