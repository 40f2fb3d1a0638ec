/** Owns what becomes of mail that agents write to their tickets. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table queue add column agent_mail text not null default 'note' check (agent_mail in ('note', 'answer'))`.execute(db)
}
