/** Owns the table of how long a process kept everybody waiting. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table process_stall (             -- the longest of a minute, where it was long
    at timestamptz not null,
    roles text not null,                             -- what the process serves: 'web,smtp,jobs'
    ms integer not null
  )`.execute(db)
  await sql`create index process_stall_at on process_stall (at)`.execute(db)
}
