/** Owns reading words in headers: encoded words (RFC 2047) and parameters (RFC 2231) as libmime does, and those with errors in them. */
// A plugin's own type check follows imports and sees no declarations beside them.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./libmime.d.ts" />
import { isUtf8 } from 'node:buffer'
import libmime from 'libmime'
import { decodeText } from './charset.ts'

/**
 * libmime with the errors of real programs mended: a missing end, blanks inside, question marks and 8-bit letters in Q,
 * characters cut between a B and a Q word, charsets that are wrong or that nobody knows.
 */
export class Words extends libmime.Libmime {
  /** Whether a word's charset had to be found out, or did not make sense. */
  guessed = false

  override decodeWord(charset: string, encoding: string, text: string): string {
    const name = charset.split('*')[0]!
    if (/[^\0-\u007f]/.test(text)) {
      // Letters that stand there as they are belong to no charset any more: only what is encoded between them does.
      return text
        .split(/([^\0-\u007f]+)/)
        .map((run, i) => (i % 2 === 1 || run === '' ? run : this.decodeWord(charset, encoding, run)))
        .join('')
    }
    const bytes = Buffer.from(super.decodeWord('binary', encoding, text), 'latin1')
    const { text: decoded, guessed } = decodeText(bytes, name)
    this.guessed ||= guessed
    return decoded
  }

  override decodeWords(text: string): string {
    return text.includes('=') ? super.decodeWords(mendWords(text)) : text
  }
}

// "=?", "= ?", "=? utf-8 ?Q?": a blank slipped in where lines were folded by a program that knew no encoded words.
const OPENING = /=[ \t]?\?[ \t]*([\w:.*+-]{2,40})[ \t]*\?[ \t]*([bq])[ \t]*\?/gi

/** Encoded words as RFC 2047 wants them, made of those that are nearly so. What is no encoded word stays as it is. */
export function mendWords(text: string): string {
  const openings = [...text.matchAll(OPENING)]
  if (openings.length === 0) return text
  let out = ''
  let at = 0
  let last: { charset: string; encoding: string } | undefined
  for (const [i, opening] of openings.entries()) {
    const start = opening.index
    if (start < at) continue
    const between = text.slice(at, start)
    const from = start + opening[0].length
    const limit = openings[i + 1]?.index ?? text.length
    const charset = opening[1]!.replace(/:\d{4}$/, '').replace(/[.+:]/g, '-')
    const { content, end } = contentOf(text, from, limit, opening[2]!.toUpperCase())
    let encoding = opening[2]!.toUpperCase()
    let written = encoding === 'Q' ? content.replace(/\?/g, '=3F') : content.replace(/[\s?]+/g, '')
    // libmime joins words of one kind, so that characters cut between them are whole; a B beside a Q becomes Q for that.
    if (last && between.trim() === '' && last.charset === charset.toLowerCase() && last.encoding !== encoding) {
      if (last.encoding === 'Q' && encoding === 'B') {
        written = bytesAsQ(Buffer.from(written, 'base64'))
        encoding = 'Q'
      } else out = lastWordAsQ(out)
    }
    out += `${last && between.trim() === '' ? ' ' : between}=?${charset}?${encoding}?${written}?=`
    last = { charset: charset.toLowerCase(), encoding }
    at = end
  }
  return out + text.slice(at)
}

/** What stands in an encoded word, and where the text goes on after it. */
function contentOf(text: string, from: number, limit: number, encoding: string): { content: string; end: number } {
  for (let at = from; ; ) {
    const mark = text.indexOf('?', at)
    if (mark === -1 || mark >= limit) break
    const rest = text.slice(mark + 1, mark + 5)
    // The end, unless it is a question mark with an encoded letter after it.
    if (/^[ \t]?=/.test(rest) && !(encoding === 'Q' && /^=[0-9a-f]{2}/i.test(rest))) {
      return { content: text.slice(from, mark), end: mark + 1 + rest.indexOf('=') + 1 }
    }
    at = mark + 1
  }
  // No end: up to the next word, an address or the end of the line.
  const whole = text.slice(from, limit)
  const stop = whole.search(/<[^<>]*>|[",;]/)
  const content = (stop === -1 ? whole : whole.slice(0, stop)).trimEnd()
  return { content: content.replace(/(?<!\?)\?+$/, ''), end: from + content.length }
}

const bytesAsQ = (bytes: Buffer): string => [...bytes].map((byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')

const lastWordAsQ = (text: string): string =>
  text.slice(0, -2000) +
  text
    .slice(-2000)
    .replace(
      /=\?([^?]+)\?B\?([^?]*)\?=$/,
      (_whole, charset: string, content: string) => `=?${charset}?Q?${bytesAsQ(Buffer.from(content, 'base64'))}?=`,
    )

/**
 * Bytes above 127 in a header (RFC 6532 allows UTF-8; anything else is an error that old programs make) as UTF-8. `line` and
 * answer hold a byte a character. `hint`: the charset of the text, which such programs use for headers too.
 */
export function headerAsUtf8(line: string, hint: string | undefined): { line: string; guessed: boolean } {
  if (!/[\u0080-\u00ff]/.test(line)) return { line, guessed: false }
  const bytes = Buffer.from(line, 'latin1')
  if (isUtf8(bytes)) return { line, guessed: false }
  const { text } = decodeText(bytes, hint && !/^utf-?8$/i.test(hint) ? hint : undefined)
  return { line: Buffer.from(text).toString('latin1'), guessed: true }
}
