/** Owns the bytes of raw mails and attachments: content-addressed, in chunks, read through whoever owns the row. */
import { createHash } from 'node:crypto'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from './schema.ts'

export const CHUNK = 256 * 1024

/**
 * Stores bytes once: the same content gives the same id. One round trip for small contents, with `owning` also for the row
 * that owns them: an insert that selects from the blob's `id`.
 * Never call it with a handle outside the transaction that will own the blob: an unowned blob is removed by a job.
 */
export async function storeBlob(
  db: Kysely<Database>,
  content: Buffer,
  now: Date,
  owning?: (blob: RawBuilder<unknown>) => RawBuilder<unknown>,
): Promise<{ id: Id; size: number }> {
  const sha256 = createHash('sha256').update(content).digest()
  const chunks: Buffer[] = []
  for (let at = 0; at < content.length; at += CHUNK) chunks.push(content.subarray(at, at + CHUNK))
  // Each chunk is one statement of at most 256 kB: a 30 MB file never stands in one protocol message.
  const { rows } = await sql<{ id: Id; fresh: boolean }>`
    with made as (
      insert into blob (sha256, size, created_at) values (${sha256}, ${content.length}, ${now})
      on conflict (sha256) do update set size = excluded.size returning id, (xmax = 0) as fresh),
    first as (
      insert into blob_chunk (blob_id, seq, data)
      select id, 0, ${chunks[0] ?? Buffer.alloc(0)}::bytea from made where fresh and ${content.length}::bigint > 0)
    ${owning ? sql`, owner as (${owning(sql`made`)})` : sql``}
    select id, fresh from made`.execute(db)
  const { id, fresh } = rows[0]!
  if (fresh) {
    for (let seq = 1; seq < chunks.length; seq++) {
      await db.insertInto('blob_chunk').values({ blob_id: id, seq, data: chunks[seq]! }).execute()
    }
  }
  return { id, size: content.length }
}

/** The bytes, chunk by chunk; nothing larger than 256 kB is held at once. */
export async function* readBlob(db: Kysely<Database>, id: Id): AsyncGenerator<Buffer> {
  for (let seq = 0; ; seq++) {
    const row = await db.selectFrom('blob_chunk').select('data').where('blob_id', '=', id).where('seq', '=', seq).executeTakeFirst()
    if (!row) return
    yield row.data
  }
}

export async function readWholeBlob(db: Kysely<Database>, id: Id): Promise<Buffer> {
  const rows = await db.selectFrom('blob_chunk').select('data').where('blob_id', '=', id).orderBy('seq').execute()
  return Buffer.concat(rows.map((row) => row.data))
}
