/** Owns bytes that are too many to be held: left out of the row they stand in, they are read in pieces. */
import type { Row } from './source.ts'

export interface Long {
  /** From the first byte to the last, some megabytes at a time; each call reads them anew. */
  pieces(): AsyncIterable<Buffer>
}

/** More bytes than this are not held: they are left out of rows that were asked for so (`Wanted.atMost`), and of files. */
export const MOST_HELD = 8 * 1024 * 1024

const byRow = new WeakMap<Row, Long>()

/** The bytes that were left out of this row; undefined: it has all of its own. */
export const longOf = (row: Row): Long | undefined => byRow.get(row)

export const noteLong = (row: Row, long: Long): void => void byRow.set(row, long)

/**
 * Base64 in pieces of any length, broken into lines or not, as bytes; what is none, as a mail of an old row that stands as it is, by the bytes of
 * its text. Reads twice: whether it is base64 is known at its end.
 */
export async function* packedPieces(read: () => AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const isPacked = await isBase64(read())
  let rest = ''
  for await (const piece of read()) {
    if (!isPacked) {
      yield piece
      continue
    }
    const text = rest + withoutLines(piece)
    const whole = text.length - (text.length % 4)
    rest = text.slice(whole)
    if (whole > 0) yield Buffer.from(text.slice(0, whole), 'base64')
  }
}

const withoutLines = (piece: Buffer): string => piece.toString('latin1').replace(/[\r\n]/g, '')

async function isBase64(pieces: AsyncIterable<Buffer>): Promise<boolean> {
  let [length, padding] = [0, 0]
  for await (const piece of pieces) {
    const text = withoutLines(piece)
    let end = text.length
    while (end > 0 && text[end - 1] === '=') end--
    if ((padding > 0 && end > 0) || /[^A-Za-z0-9+/]/.test(text.slice(0, end))) return false
    padding += text.length - end
    length += text.length
  }
  return length % 4 === 0 && padding <= 2
}
