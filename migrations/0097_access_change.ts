/** Owns the trace of changes to rights: by it a process knows that what it remembers of somebody's rights still stands. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/** What rights follow from, and of tables that much else is written into, the columns that count. */
const SOURCES: Record<string, string> = {
  group_person: '',
  role_person: '',
  group_role: '',
  role: ' of valid',
  permission_group: ' of name, valid',
  queue: ' of group_id, unit_id',
  unit: ' of parent_id',
  unit_administrator: '',
  setting: '',
}

const statements = [
  // One row a transaction, seen by others in the moment in which its changes are. The jobs of the night take old ones away.
  `create table access_change (
    id bigint generated always as identity primary key,
    at timestamptz not null default now()
  )`,
  `create function access_changes() returns trigger language plpgsql as $$
   begin
     insert into access_change (at) select now() where not exists (select from access_change where xmin = pg_current_xact_id()::xid);
     return null;
   end $$`,
  ...Object.entries(SOURCES).flatMap(([table, columns]) => [
    `create trigger access_changes after insert or delete or update${columns} on ${table} for each row execute function access_changes()`,
    `create trigger access_changes_whole after truncate on ${table} for each statement execute function access_changes()`,
  ]),
]
