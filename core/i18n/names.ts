/** Owns names that exist twice in the database: in the installation's language, and in English where somebody gave that too. */
import { sql, type RawBuilder } from 'kysely'
import type { Language } from './languages.ts'

/** The language of the columns `name_en`. */
const SECOND: Language = 'en'

/** The name of a unit, topic or category for a reader. */
export const nameIn = (named: { readonly name: string; readonly nameEn: string | null }, language: Language): string =>
  language === SECOND ? (named.nameEn ?? named.name) : named.name

/** The same in SQL where the statement is made for one reader: an expression over the columns of the only table it reads. */
export const nameSelected = (language: Language): RawBuilder<string> =>
  language === SECOND ? sql<string>`coalesce(name_en, name)` : sql<string>`name`

/** The same from the columns of `table`, one statement for every reader. */
export const nameColumn = (table: string, language: Language): RawBuilder<string> => {
  const of = sql.raw(table)
  return sql<string>`case when ${language} = ${sql.lit(SECOND)} then coalesce(${of}.name_en, ${of}.name) else ${of}.name end`
}
