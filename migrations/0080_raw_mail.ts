/** Owns since when a mail is kept as it left: it goes after its time. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table article_raw add column at timestamptz not null default now()`.execute(db)
  await sql`create index article_raw_at on article_raw (at)`.execute(db)
}
