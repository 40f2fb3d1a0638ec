/** Owns what rules of choice hold of a person, as they are handed it: who changed one stands in the log, whom one names in itself. */
import { sql } from 'kysely'
import type { PersonData } from '../../core/index.ts'

export const personData: PersonData = {
  acl: async (db, { login, addresses }) => {
    const names = [login, ...addresses].flatMap((name) => name ?? [])
    return (
      await sql<object>`select name, changed_at as "changedAt" from acl
        where exists (select from jsonb_path_query(jsonb_build_array(match, change), '$.** ? (@.type() == "string")') v where v #>> '{}' = any(${names}::text[])) order by id`.execute(
        db,
      )
    ).rows
  },
}
