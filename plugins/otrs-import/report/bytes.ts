/** Owns the sums of bytes on both sides. */
import { createHash } from 'node:crypto'
import { readBlob } from '../../../core/index.ts'
import type { Row } from '../source/source.ts'
import { text, type Sides } from './known.ts'

export function bytesOf(value: Row[string] | undefined): Record<string, string | null> {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(text(value))
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: String(bytes.length) }
}

/** Of the bytes as they stand, and not of what is said of them. */
export async function hashOf(db: Sides['db'], blobId: string): Promise<Record<string, string | null>> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of readBlob(db, blobId)) {
    hash.update(chunk)
    size += chunk.length
  }
  return { sha256: hash.digest('hex'), size: String(size) }
}
