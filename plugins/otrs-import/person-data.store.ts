/** Owns what a take-over remembers of a person, as they are handed it. */
import { sql } from 'kysely'
import type { PersonData } from '../../core/index.ts'

export const personData: PersonData = {
  otrs_id: async (db, { id }) =>
    (
      await sql<object>`select kind, source_id as "idThere", login from otrs_id where kind in ('user', 'customer_user') and id = ${id} order by 1, 2`.execute(
        db,
      )
    ).rows,
  // That one is kept, and not what it is.
  otrs_password: async (db, { id }) =>
    (await sql<object>`select kind, login from otrs_password where person_id = ${id} order by kind`.execute(db)).rows,
  otrs_go_live: async (db, { id }) =>
    (await sql<object>`select item, at from otrs_go_live where by_id = ${id} order by at, item`.execute(db)).rows,
  // Searches and the like are kept under the login of whose they were.
  otrs_kept: async (db, { login }) =>
    (
      await sql<object>`select kind, name, content from otrs_kept
        where exists (select from jsonb_path_query(content, '$.**.login') v where lower(v #>> '{}') = ${login}) order by kind, source_id`.execute(
        db,
      )
    ).rows,
}
