/** Owns the column of who brought a plugin's fault about, so that one visitor counts once. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table plugin_strike add column visitor text`.execute(db)
}
