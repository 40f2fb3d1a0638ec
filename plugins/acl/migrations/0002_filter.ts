/** Owns the condition that ACLs share with lists and other rules. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table acl add column filter jsonb not null default '{}'`.execute(db)
}
