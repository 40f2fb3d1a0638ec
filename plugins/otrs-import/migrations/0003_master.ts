/** Owns how a take-over that is run again tells what changed in the source from what was changed here. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Each row of ours that a row of the source became. `sums`: by column what the source said last and what stood here afterwards, as short
  // sums: which of both has changed is seen, and nothing can be read from it. `source_id` and `key` are numbers and codes, never a name.
  `create table otrs_row (
     kind text not null, source_id text not null, key jsonb not null, sums jsonb not null default '{}',
     primary key (kind, source_id))`,
]
