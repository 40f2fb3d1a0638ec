/** Owns turning bytes into characters: the charset a mail names, and what it is when the name is missing, unknown or wrong. */
// A plugin's own type check follows imports and sees no declarations beside them.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./libmime.d.ts" />
import { analyse } from 'chardet'
import iconv from 'iconv-lite'
import libmime from 'libmime'

export interface Decoded {
  text: string
  /** The mail's own word for its charset was missing or wrong, and only what the words look like told it. UTF-8 is never a guess. */
  guessed: boolean
  /** Some bytes mean nothing in any charset it could be in: U+FFFD stands in their place. */
  damaged: boolean
}

/** What bytes without a name are tried in; windows-1252 includes ISO-8859-1. In the order of what people here write. */
const CANDIDATES = ['windows-1250', 'ISO-8859-2', 'windows-1252', 'windows-1251', 'KOI8-R'] as const

const EASTERN = ['windows-1250', 'ISO-8859-2']
const SISTERS: Record<string, readonly string[]> = {
  'windows-1250': EASTERN,
  'ISO-8859-2': EASTERN,
  'windows-1252': ['windows-1252'],
  'ISO-8859-1': ['windows-1252'],
}

/** More says nothing new about a charset. Bytes. */
const SAMPLE = 64 * 1024

const strict = new TextDecoder('utf-8', { fatal: true })
const lenient = new TextDecoder('utf-8')

/**
 * Characters of `bytes`. The name counts where it is one and where what comes out can be text; the rest is looked at:
 * UTF-8 when the bytes are that, else what a detector and the letters themselves speak for. Never throws.
 */
export function decodeText(bytes: Buffer, declared?: string | null): Decoded {
  const name = charsetOf(declared)
  const bom = bytes.length >= 2 ? byMark(bytes) : undefined
  if (bom) return { text: iconv.decode(bytes, bom), guessed: false, damaged: false }
  if (name !== undefined && SEVEN_BIT.test(name)) return { text: decodeSevenBit(bytes, name), guessed: false, damaged: false }
  if (isAscii(bytes))
    return bytes.includes('\u001b$')
      ? { text: decodeSevenBit(bytes, 'iso-2022-jp'), guessed: true, damaged: false }
      : name !== undefined && WIDE.test(name)
        ? plain(bytes, name)
        : { text: bytes.toString('latin1'), guessed: false, damaged: false }
  const utf8 = asUtf8(bytes)
  if (name === undefined || name === 'UTF-8') {
    if (utf8 !== undefined) return { text: utf8, guessed: false, damaged: false }
    // A character or two broken in what is UTF-8 otherwise: cut in the middle, spoilt on the way.
    if (mostlyUtf8(bytes)) return { text: lenient.decode(bytes), guessed: false, damaged: true }
    return { text: iconv.decode(bytes, guess(bytes)), guessed: true, damaged: false }
  }
  if (MULTI_BYTE.test(name)) return plain(bytes, name)
  // One byte a character: every byte means something, so a wrong name shows only in what the words look like.
  if (utf8 !== undefined) return { text: utf8, guessed: false, damaged: false }
  const better = mislabelled(bytes, name)
  return better ? { text: iconv.decode(bytes, better), guessed: true, damaged: false } : plain(bytes, name)
}

/** Decoded as named, although some bytes may be wrong in it. */
function plain(bytes: Buffer, name: string): Decoded {
  const text = iconv.decode(bytes, name)
  return { text, guessed: false, damaged: text.includes('\ufffd') }
}

const SEVEN_BIT = /^(iso-?2022-|jis|utf-?7|unicode-1-1-utf-7|hz-)/i
const WIDE = /^(utf-?(16|32)|ucs)/i
const MULTI_BYTE =
  /^(utf-?(16|32)|ucs|big5|gb|cp9[345]|shift|sjis|ms932|windows-(31j|932|936|949|950)|euc|x-euc|cp51932|ks_|korean|johab|uhc|iso-ir-149)/i

/** A mail's name for a charset as iconv knows it; undefined where it says nothing about bytes above 127. */
function charsetOf(declared: string | null | undefined): string | undefined {
  const said = (declared ?? '')
    .trim()
    .toLowerCase()
    .replace(/^["']+|(?<!["'])["']+$/g, '')
    .replace(/:\d{4}$/, '')
    .replace(/\*.*$/s, '')
  if (
    said === '' ||
    (/^(us-?ascii|ascii|ansi_x3|iso646|7bit|8bit|binary|default|none|unknown|x-unknown|unknown-8bit|x-user-defined|_autodetect|iso-8859-?)/.test(
      said,
    ) &&
      !/^iso-8859-?\d/.test(said))
  ) {
    return undefined
  }
  if (/^(utf-?8|unicode-1-1-utf-8|utf8mb4|cp65001)/.test(said)) return 'UTF-8'
  if (SEVEN_BIT.test(said)) return said
  const normal = libmime.normalizeCharset(
    said
      .replace(/^(x-|cs)(?=(cp|windows|iso|big5|gb|sjis|mac))/, '')
      .replace(/^8859[-_]/, 'iso-8859-')
      .replace(/^(x-)?mac-?ce$|^macce$/, 'maccenteuro'),
  )
  return iconv.encodingExists(normal) ? normal : undefined
}

function byMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf && asUtf8(bytes) !== undefined) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe && bytes.length % 2 === 0) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0 ? 'utf-16be' : undefined
}

function decodeSevenBit(bytes: Buffer, name: string): string {
  if (/utf-?7/i.test(name)) return iconv.decode(bytes, 'utf-7')
  // libmime's way for Japanese, which iconv-lite leaves out; Korean and Chinese in seven bits have died out and stay as they are.
  return libmime.decodeWord(name, 'B', bytes.toString('base64'))
}

const isAscii = (bytes: Buffer): boolean => {
  for (const byte of bytes) if (byte > 127) return false
  return true
}

function asUtf8(bytes: Buffer): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** Two whole characters of several bytes for each broken one. */
function mostlyUtf8(bytes: Buffer): boolean {
  const text = lenient.decode(bytes.subarray(0, SAMPLE))
  let whole = 0
  let broken = 0
  for (const character of text) {
    if (character === '\ufffd') broken++
    else if (character > '\u007f') whole++
  }
  return whole >= 2 * broken
}

/** ISO-8859-2 with bytes that mean nothing in it is windows-1250; "¹³¿" inside words is Polish under a western name. */
function mislabelled(bytes: Buffer, name: string): string | undefined {
  const sample = bytes.subarray(0, SAMPLE)
  const said = iconv.decode(sample, name)
  if (/^iso-8859-2$/i.test(name) && CONTROLS.test(said)) return 'windows-1250'
  if (!/^(iso-8859-(1|15)|windows-1252)$/i.test(name) || !BROKEN_WORD.test(said)) return undefined
  const best = guess(sample)
  return best === 'windows-1252' ? undefined : best
}

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0080-\u009f]/
const BROKEN_WORD = /\p{L}[¹³¿¶±¼¦¬¡¯£]|[¹³¿¶±¼¦]\p{Ll}/u

/**
 * Detector and letters together: the detector knows languages from a few sentences on, and of a subject of three words only
 * the letters themselves tell. Where both leave a tie, the order of the candidates decides.
 */
function guess(bytes: Buffer): string {
  const sample = bytes.subarray(0, SAMPLE)
  // The detector tells languages; between a windows charset and its ISO sister it looks at control characters alone.
  const confidence = new Map<string, number>()
  for (const match of analyse(sample)) {
    for (const name of SISTERS[match.name] ?? [match.name]) confidence.set(name, Math.max(confidence.get(name) ?? 0, match.confidence))
  }
  let best: { name: string; score: number } | undefined
  for (const name of CANDIDATES) {
    const score = looks(iconv.decode(sample, name)) + (confidence.get(name) ?? 0) / 100
    if (!best || score > best.score + 1e-9) best = { name, score }
  }
  return best!.name
}

const POLISH = /[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]/
/** How much a text looks like words, per character that is not ASCII: 1 for Polish letters in words, less for western and rare ones, below 0 for rubbish. */
function looks(text: string): number {
  let sum = 0
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (character <= '\u007f') continue
    count++
    const before = text[i - 1] ?? ' '
    const after = text[i + 1] ?? ' '
    if (CONTROLS.test(character) || character === '\ufffd') sum -= 3
    else if (/\p{Script=Cyrillic}/u.test(character))
      sum += /[a-z]/i.test(before + after) ? -2 : /\p{Lu}/u.test(character) && /\p{Ll}/u.test(before) ? -1 : 0.9
    else if (/\p{L}/u.test(character))
      sum += /\p{Lu}/u.test(character) && /\p{Ll}/u.test(before) ? -1 : POLISH.test(character) ? 1 : character <= '\u00ff' ? 0.5 : 0.1
    else if (/[„”“‚’‘–—…«»•§°\u00a0]/.test(character)) sum += 0.5
    else if (/\p{L}/u.test(before) && /\p{L}/u.test(after)) sum -= 2
    else if (/\p{L}/u.test(before + after)) sum -= 1
  }
  return count === 0 ? 0 : sum / count
}
