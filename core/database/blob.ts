/** Owns the bytes of raw mails and attachments: content-addressed, in chunks, read through whoever owns the row. */
import { createHash, hash } from 'node:crypto'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { copyBinary, int4, int8 } from './copy.ts'
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
    with ${storing(sha256, content.length, chunks[0] ?? Buffer.alloc(0), now)}
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

/** The blob itself: a row (id, fresh), whether it is new or stands there. */
export const makingBlob = (sha256: Buffer, size: number, now: Date) => sql`
      insert into blob (sha256, size, created_at) values (${sha256}, ${size}, ${now})
      on conflict (sha256) do update set size = excluded.size returning id, (xmax = 0) as fresh`

/** The tables `made` and `first`, for the `with` of a statement; null: its bytes are stored already. */
export const storing = (sha256: Buffer, size: number, first: Buffer | null, now: Date) => sql`made as (${makingBlob(sha256, size, now)}),
    first as (
      insert into blob_chunk (blob_id, seq, data)
      select id, 0, ${first}::bytea from made where fresh and ${first === null ? 0 : first.length}::bigint > 0)`

/** The same as tables for the `with` of a statement that does more; undefined for contents that take several statements. */
export function storingBlob(
  content: Buffer,
  now: Date,
  owning: (blob: RawBuilder<unknown>) => RawBuilder<unknown>,
): RawBuilder<unknown> | undefined {
  if (content.length > CHUNK) return undefined
  return sql`${storing(hash('sha256', content, 'buffer'), content.length, content, now)}, owner as (${owning(sql`made`)})`
}

/**
 * The same for many at once, in a few statements however many there are: the ids, in the order of the contents. In the transaction that will own them.
 */
export async function storeBlobs(db: Kysely<Database>, contents: readonly Buffer[], now: Date): Promise<{ id: Id; sha256: Buffer }[]> {
  const sums = contents.map((content) => hash('sha256', content, 'buffer'))
  const wanted = new Map(contents.map((content, n) => [sums[n]!.toString('hex'), { sha256: sums[n]!, content }]))
  const found = new Map<string, Id>()
  // One that stood there may be taken away by night in between: then it is made after all.
  while (found.size < wanted.size) {
    const missing = [...wanted].filter(([key]) => !found.has(key)).map(([, one]) => one)
    const { rows: made } = await sql<{ id: Id; sha256: Buffer }>`
      insert into blob (sha256, size, created_at)
      select sha256, size, ${now} from unnest(${missing.map(({ sha256 }) => sha256)}::bytea[], ${missing.map(({ content }) => content.length)}::bigint[]) as given(sha256, size)
      order by sha256 on conflict (sha256) do nothing returning id::text, sha256`.execute(db)
    await copyBinary(db, 'blob_chunk', ['blob_id', 'seq', 'data'], chunksOf(made, wanted))
    for (const { id, sha256 } of made) found.set(sha256.toString('hex'), id)
    const others = missing.filter(({ sha256 }) => !found.has(sha256.toString('hex')))
    if (others.length === 0) break
    const { rows: there } = await sql<{ id: Id; sha256: Buffer }>`
      select id::text, sha256 from blob where sha256 = any(${others.map(({ sha256 }) => sha256)}::bytea[]) order by sha256 for key share`.execute(
      db,
    )
    for (const { id, sha256 } of there) found.set(sha256.toString('hex'), id)
  }
  return sums.map((sha256) => ({ id: found.get(sha256.toString('hex'))!, sha256 }))
}

/**
 * The same for one that is too large to be held: it is read twice, first for its sum – the same bytes may be here already –, then to be stored. In the
 * transaction that will own it. Throws where the two readings differ.
 */
export async function storePieces(
  db: Kysely<Database>,
  pieces: () => AsyncIterable<Buffer>,
  now: Date,
): Promise<{ id: Id; sha256: Buffer; size: number }> {
  const { sha256, size } = await summed(pieces())
  for (;;) {
    const { rows: made } = await sql<{ id: Id }>`
      insert into blob (sha256, size, created_at) values (${sha256}, ${size}, ${now}) on conflict (sha256) do nothing returning id::text`.execute(
      db,
    )
    if (made[0]) {
      const { id } = made[0]
      await copyBinary(db, 'blob_chunk', ['blob_id', 'seq', 'data'], chunksIn(id, pieces(), sha256))
      return { id, sha256, size }
    }
    const { rows: there } = await sql<{ id: Id }>`select id::text from blob where sha256 = ${sha256} for key share`.execute(db)
    if (there[0]) return { id: there[0].id, sha256, size }
  }
}

/** The sum of bytes in pieces, and how many they are. */
export async function summed(pieces: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<{ sha256: Buffer; size: number }> {
  const sum = createHash('sha256')
  let size = 0
  for await (const piece of pieces) {
    sum.update(piece)
    size += piece.length
  }
  return { sha256: sum.digest(), size }
}

async function* chunksIn(id: Id, pieces: AsyncIterable<Buffer>, expected: Buffer): AsyncGenerator<Buffer[]> {
  const sum = createHash('sha256')
  let [seq, rest] = [0, Buffer.alloc(0)]
  for await (const piece of pieces) {
    sum.update(piece)
    rest = Buffer.concat([rest, piece])
    for (; rest.length >= CHUNK; rest = rest.subarray(CHUNK)) yield [int8(id), int4(seq++), rest.subarray(0, CHUNK)]
  }
  if (rest.length > 0) yield [int8(id), int4(seq), rest]
  if (!sum.digest().equals(expected)) throw new Error('what was to be stored changed while it was read')
}

function* chunksOf(made: readonly { id: Id; sha256: Buffer }[], wanted: ReadonlyMap<string, { content: Buffer }>): Generator<Buffer[]> {
  for (const { id, sha256 } of made) {
    const { content } = wanted.get(sha256.toString('hex'))!
    for (let seq = 0; seq * CHUNK < content.length; seq++) yield [int8(id), int4(seq), content.subarray(seq * CHUNK, (seq + 1) * CHUNK)]
  }
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
