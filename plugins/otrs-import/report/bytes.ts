/** Owns the sums of bytes on both sides. */
import { createHash } from 'node:crypto'
import { readBlob, summed } from '../../../core/index.ts'
import { longOf, type Long } from '../source/long.ts'
import type { Row } from '../source/source.ts'
import { text, type Sides } from './known.ts'

export function bytesOf(value: Row[string] | undefined): Record<string, string | null> {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(text(value))
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: String(bytes.length) }
}

/** Of what is too large to be held: in pieces. */
export const bytesOfLong = async (long: Long): Promise<Record<string, string | null>> => said(await summed(long.pieces()))

/** Of a column that may have been left out of its row. */
export async function bytesIn(row: Row, column: string): Promise<Record<string, string | null>> {
  const long = longOf(row)
  return long ? bytesOfLong(long) : bytesOf(row[column])
}

/** Of the bytes as they stand, and not of what is said of them. */
export async function hashOf(db: Sides['db'], blobId: string): Promise<Record<string, string | null>> {
  return said(await summed(readBlob(db, blobId)))
}

const said = ({ sha256, size }: { sha256: Buffer; size: number }) => ({ sha256: sha256.toString('hex'), size: String(size) })
