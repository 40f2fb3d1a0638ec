/** Owns COPY: many rows into a table as one stream, in the transaction of the handle it is given. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CompiledQuery, type Kysely } from 'kysely'
import { escapeIdentifier } from 'pg'
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams'
import type { Database } from './schema.ts'
import { storable } from './storable.ts'

/** A value of a row, for a column of any type that reads its text; NUL in a text goes, as no column takes it. */
export type Copied = string | number | bigint | boolean | Date | Buffer | null

/** What is handed to a connection in the place of a parameter: see prepared.ts. */
export class CopySource {
  readonly bytes: Iterable<Buffer> | AsyncIterable<Buffer>
  constructor(bytes: Iterable<Buffer> | AsyncIterable<Buffer>) {
    this.bytes = bytes
  }
}

/** Rows are sent in pieces of about this size. Characters. */
const PIECE = 64 * 1024

/**
 * Writes rows, each with a value for every column in their order; answers how many. Nothing is held but a piece of 64 kB: the rows may be a stream of
 * any length. No guards, no facts.
 */
export function copyRows(
  db: Kysely<Database>,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly Copied[]> | AsyncIterable<readonly Copied[]>,
): Promise<number> {
  return copy(db, `copy ${escapeIdentifier(table)} (${columns.map(escapeIdentifier).join(', ')}) from stdin`, asText(rows))
}

/** The same in PostgreSQL's binary form, for bytes: each value as its bytes (integers by `int4`, `int8`). */
export function copyBinary(
  db: Kysely<Database>,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly Buffer[]> | AsyncIterable<readonly Buffer[]>,
): Promise<number> {
  return copy(
    db,
    `copy ${escapeIdentifier(table)} (${columns.map(escapeIdentifier).join(', ')}) from stdin (format binary)`,
    asBinary(rows, columns.length),
  )
}

async function copy(db: Kysely<Database>, statement: string, bytes: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<number> {
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(statement, [new CopySource(bytes)]))
  return Number(numAffectedRows ?? 0)
}

/** Runs it on the connection: what `PreparingClient` does with a statement whose parameter is a `CopySource`. */
export async function runCopy(
  client: { query(stream: CopyStreamQuery): unknown },
  statement: string,
  { bytes }: CopySource,
): Promise<{ command: string; rowCount: number; rows: [] }> {
  const stream = copyFrom(statement)
  client.query(stream)
  await pipeline(Readable.from(bytes, { objectMode: true }), stream)
  return { command: 'INSERT', rowCount: stream.rowCount, rows: [] }
}

async function* asText(rows: Iterable<readonly Copied[]> | AsyncIterable<readonly Copied[]>): AsyncGenerator<Buffer> {
  let piece = ''
  for await (const row of rows) {
    let line = ''
    for (let n = 0; n < row.length; n++) line += (n === 0 ? '' : '\t') + field(row[n]!)
    piece += `${line}\n`
    if (piece.length < PIECE) continue
    yield Buffer.from(piece)
    piece = ''
  }
  if (piece !== '') yield Buffer.from(piece)
}

const SPECIAL = /[\\\n\r\t]/
const SPECIALS = /[\\\n\r\t]/g
const ESCAPED: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function field(value: Copied): string {
  if (value === null) return '\\N'
  if (typeof value === 'string') {
    const text = storable(value)
    return SPECIAL.test(text) ? text.replace(SPECIALS, (sign) => ESCAPED[sign]!) : text
  }
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (value instanceof Date) return value.toISOString()
  return Buffer.isBuffer(value) ? `\\\\x${value.toString('hex')}` : String(value)
}

/** PostgreSQL's own signature, no flags, no extension; each row its number of fields, each field its length; at the end −1. */
async function* asBinary(rows: Iterable<readonly Buffer[]> | AsyncIterable<readonly Buffer[]>, columns: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]
  let size = 0
  for await (const row of rows) {
    held.push(int2(columns))
    for (const value of row) {
      held.push(int4(value.length), value)
      size += value.length + 8
    }
    if (size < PIECE) continue
    yield Buffer.concat(held)
    held = []
    size = 0
  }
  yield Buffer.concat([...held, int2(-1)])
}

function int2(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2)
  bytes.writeInt16BE(value)
  return bytes
}
export function int4(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value)
  return bytes
}
export function int8(value: string | bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
