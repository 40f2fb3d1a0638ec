/** Owns the SQL that finds whom somebody means who began to type their login or name. */
import { sql, type Kysely } from 'kysely'
import { plainWord, type Database, type Id } from '../../../core/index.ts'

/** Of these persons those with a login whose login, first or last name begins so; by name. */
export async function mentionable(
  db: Kysely<Database>,
  ids: readonly Id[],
  typed: string,
  limit: number,
): Promise<{ id: Id; login: string; name: string }[]> {
  const beginning = plainWord(typed.slice(0, 100))
  const { rows } = await sql<{ id: Id; login: string; name: string }>`
    select id, login, name from person where id = any(${[...ids]}::bigint[]) and login is not null order by name collate "pl-x-icu", id`.execute(
    db,
  )
  return rows
    .filter(({ login, name }) => [login, ...name.split(/\s+/)].some((word) => plainWord(word).startsWith(beginning)))
    .slice(0, limit)
}
