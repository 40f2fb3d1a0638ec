/** Owns the table of accounts that an address of ours had made or met: what was taken from them, so that it can be told. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table person_released (
    person_id bigint primary key references person on delete cascade,
    address text not null,                           -- of ours, no longer the person's
    login text,                                      -- no longer theirs either; null: they keep it, or had none
    released_at timestamptz not null
  )`.execute(db)
}
