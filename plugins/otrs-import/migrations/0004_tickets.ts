/** Owns what the loading of tickets remembers: by which act each run's rows are known, how far it had read, which links it made. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Stands on every row of history and every article of the run: what has another is work of people here.
  `alter table otrs_run
     add column act_id uuid not null default gen_random_uuid(),
     add column marks jsonb not null default '{}'`,
  // A step that is done again tells nothing twice.
  `create unique index otrs_finding_once on otrs_finding (run_id, code, table_name, md5(key), md5(detail::text))`,
  // Links have no act of their own.
  `create table otrs_link (link_id bigint primary key references link on delete cascade)`,
]
