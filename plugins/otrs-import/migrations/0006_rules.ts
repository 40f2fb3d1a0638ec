/** Owns what kept rules have become: of which plugin, which of its own, and what of them is lost. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // Null until a plugin has read it; id null: it could say nothing of it.
  await sql`alter table otrs_kept add became jsonb`.execute(db)
}
