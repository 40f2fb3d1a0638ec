/** Owns what is mended of a row while it is read: moments that are none, and text that was written in another charset than it says. */
import type { Row, Value } from './source.ts'

export interface Mended {
  code: 'zero-date' | 'bad-encoding'
  column: string
}

const NONE: readonly Mended[] = []
const byRow = new WeakMap<Row, Mended[]>()

/** What was mended of this row; whoever takes it over tells it (`room.tell`) with the row's key. */
export const mendedOf = (row: Row): readonly Mended[] => byRow.get(row) ?? NONE

export function noteMended(row: Row, mended: Mended): void {
  const known = byRow.get(row)
  if (known) known.push(mended)
  else byRow.set(row, [mended])
}

/** '0000-00-00', and dates with a month or day 0, which MySQL takes where it is not told to be strict. */
export const isZeroDate = (text: string): boolean => /^(0000|\d{4}-00|\d{4}-\d\d-00)/.test(text)

/** Of Windows-1252, which MySQL calls latin1: the characters of 0x80–0x9f; undefined ones stand for themselves. */
const C1 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'
const BYTES = new Map([...C1].map((character, n) => [character, 0x80 + n]))
const strict = new TextDecoder('utf-8', { fatal: true })

/**
 * UTF-8 that was taken for latin1 and encoded once more: 'Å¼Ã³Å‚w' is 'żółw'. Undefined where the text is none: all of it has to be
 * such, so that a text which only quotes one stays.
 */
export function twiceEncoded(text: string): string | undefined {
  // The quick way out: without a lead byte of UTF-8, taken for a letter, there is nothing to mend.
  if (!/[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u2122\u20ac]/.test(text)) return undefined
  const bytes = Buffer.allocUnsafe(text.length)
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n)
    const byte = code < 0x100 ? code : BYTES.get(text[n]!)
    if (byte === undefined) return undefined
    bytes[n] = byte
  }
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** Bytes of a text whose charset nobody holds to: UTF-8, else Latin-2 as Windows writes it (windows-1250). */
export function decodeText(bytes: Uint8Array): { text: string; mended: boolean } {
  try {
    return { text: strict.decode(bytes), mended: false }
  } catch {
    return { text: new TextDecoder('windows-1250').decode(bytes), mended: true }
  }
}

/** Base64 as PostgreSQL sources hold bytes, broken into lines; undefined where it is none, as in very old rows. */
export function fromBase64(text: string): Buffer | undefined {
  if (text.includes(' ')) return undefined
  const packed = text.replace(/[\r\n]+/g, '')
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed) ? Buffer.from(packed, 'base64') : undefined
}

export const isText = (value: Value): value is string => typeof value === 'string'
