/** Owns that a merge remembers which fields it filled in the main ticket: taking the other one out empties them again. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table merge_moved drop constraint merge_moved_kind_check',
  `alter table merge_moved add constraint merge_moved_kind_check check (kind in ('time', 'link', 'watcher', 'participant', 'parent', 'field')) not valid`,
]
