/** Owns what automation holds of a person, as they are handed it. */
import { sql } from 'kysely'
import type { PersonData } from '../../core/index.ts'

export const personData: PersonData = {
  automation_rule: async (db, { id }) =>
    (
      await sql<object>`select name, changed_at as "changedAt", valid, stopped_at as "stoppedAt" from automation_rule where edited_by = ${id} order by id`.execute(
        db,
      )
    ).rows,
}
