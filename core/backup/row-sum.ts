/** Owns the sum of a table's rows: the same rows give the same sum, whatever their order, server or PostgreSQL version. */
import { hash } from 'node:crypto'

const NEWLINE = 10

/**
 * Takes rows as COPY writes them in text format (a row ends with a line feed; line feeds inside are escaped). The sum adds
 * up SHA-256 of each row in eight lanes of 32 bits: addition forgets the order, and unlike xor it notices a doubled row.
 */
export class RowSum {
  rows = 0
  readonly #lanes = new Uint32Array(8)

  /** `bytes` holds whole rows only. */
  add(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.indexOf(NEWLINE, from)
      if (end === -1) throw new Error('a row without an end')
      const digest = hash('sha256', bytes.subarray(from, end), 'buffer')
      for (let lane = 0; lane < 8; lane++) this.#lanes[lane]! += digest.readUInt32LE(lane * 4)
      this.rows++
      from = end + 1
    }
  }

  /** 64 hex digits; of no rows: zeros. */
  get sum(): string {
    return [...this.#lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('')
  }
}

/** Cuts a stream of rows into buffers of about `size` bytes which hold whole rows only; a longer row comes alone. */
export async function* wholeRows(stream: AsyncIterable<Buffer>, size = 2_000_000): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = []
  let held = 0
  for await (const piece of stream) {
    const end = piece.lastIndexOf(NEWLINE) + 1
    if (held + piece.length < size || end === 0) {
      pieces.push(piece)
      held += piece.length
      continue
    }
    yield Buffer.concat([...pieces, piece.subarray(0, end)])
    // A copy: a view would keep the whole piece alive.
    pieces = end < piece.length ? [Buffer.from(piece.subarray(end))] : []
    held = piece.length - end
  }
  if (held > 0) yield Buffer.concat(pieces)
}
