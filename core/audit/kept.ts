/** Owns files that the audit log speaks of after nothing else names them, so that a change can be taken back whole. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { storableJson } from '../database/json.ts'
import { readWholeBlob } from '../database/blob.ts'
import type { Database, Id } from '../database/schema.ts'
import type { Work } from '../kernel/work.ts'

/** Keeps the bytes for as long as the log keeps its events: written with the last statement of the act. */
export function keepBlobs(work: Work, ids: readonly Id[]): void {
  if (ids.length > 0) work.gather(insertKept, ids)
}

function insertKept(work: Work, ids: Id[]): RawBuilder<unknown> {
  return sql`insert into audit_blob (blob_id, at) select b.id::bigint, ${work.now}::timestamptz from jsonb_array_elements_text(${storableJson([...new Set(ids)])}::jsonb) as b(id)`
}

/** The bytes; undefined where they are gone, by erasure or because the log let them go. */
export async function readKept(db: Kysely<Database>, id: Id): Promise<Buffer | undefined> {
  const there = await db.selectFrom('blob').select('id').where('id', '=', id).executeTakeFirst()
  return there && (await readWholeBlob(db, id))
}
