/** Owns the end of languages in the database: which there are stands in core/i18n/languages.ts, and is asked where something is chosen. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `alter table person drop constraint person_language_check`,
  `alter table queue drop constraint queue_language_check`,
  `alter table auto_response_text drop constraint auto_response_text_language_check`,
]
