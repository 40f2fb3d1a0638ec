/** Owns the table of files that the audit log speaks of: they stay for as long as a change of them may be taken back. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'create table audit_blob (blob_id bigint not null references blob, at timestamptz not null)',
  'create index audit_blob_blob on audit_blob (blob_id)',
  'create index audit_blob_at on audit_blob (at)',
]
