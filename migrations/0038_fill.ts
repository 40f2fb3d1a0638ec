/** Owns the table of how far new columns of large tables are filled. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table database_fill (
    name text primary key,
    at_key bigint not null,                          -- rows up to this key are filled
    until_key bigint not null,                       -- what was made after it is written whole
    filled bigint not null default 0,                -- how many rows that were
    begun_at timestamptz not null,
    done_at timestamptz,
    last_error text                                  -- of the latest step, where it failed
  )`.execute(db)
}
