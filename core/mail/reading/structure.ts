/** Owns the frame of a mail that was sent broken: lines, head and boundaries, put right before the mail is read. */
// A plugin's own type check follows imports and sees no declarations beside them.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./libmime.d.ts" />
import { Headers } from '@zone-eu/mailsplit'
import libmime from 'libmime'

export interface Structure {
  /** The bytes as they came, when nothing had to be put right. */
  raw: Buffer
  /** Something essential was missing and had to be guessed. */
  damaged: boolean
  /** There were more parts than anybody sends: the rest was left out. */
  cut: boolean
}

interface Patch {
  at: number
  cut: number
  put: string
}

/** A name and a colon (RFC 5322 2.2); some programs leave a blank before the colon. */
const FIELD = /^[!-9;-~]{1,100}[ \t]*:/
/** A line that says that the head goes on. */
const KNOWN =
  /^(from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|references|in-reply-to|reply-to|received|return-path|x-[a-z-]+|list-[a-z]+)[ \t]*:/i
const HEAD_LIMIT = 1024 * 1024
/** Each costs a search through the whole mail. */
const BOUNDARIES = 200
/** mailsplit gives up at a thousand, with all it had read. */
const PARTS = 900
const LF = 0x0a
/** Where the type stays that a mail without its parts gave itself: what it is about still counts, for one, that a program wrote it. */
export const SAID_TYPE = 'X-Said-Content-Type'

/** Puts the frame right, so that no part of the mail is lost. Costs one look at head and boundaries where nothing is wrong. */
export function mendStructure(given: Buffer, tries = 3): Structure {
  const raw = withLineEnds(given)
  const patches: Patch[] = []
  const head = headOf(raw)
  mendHead(head, patches)
  // With a head that ends elsewhere, look again.
  if (patches.length > 0 && tries > 0) return { ...mendStructure(apply(raw, patches), tries - 1), damaged: true }
  const { damaged, end } = mendBoundaries(raw, head, patches)
  return { raw: apply(end === undefined ? raw : raw.subarray(0, end), patches), damaged, cut: end !== undefined }
}

const CR = 0x0d
/** What servers put above a mail, with line ends of their own. */
const TRACE = /^(received|return-path|delivered-to|x-[a-z-]+|authentication-results|arc-[a-z-]+|dkim-signature)[ \t]*:/i

/**
 * Old Macs end lines with CR alone. Servers on the way, ours too, end theirs with CRLF: so what tells is that each field that
 * is not a server's has one inside with another field behind it. Where one field stands there rightly, a CR adds none to it.
 */
function withLineEnds(raw: Buffer): Buffer {
  if (!raw.subarray(0, HEAD_LIMIT).includes(CR)) return raw
  let mac = false
  for (let at = 0; at < raw.length && at < HEAD_LIMIT; ) {
    const lf = raw.indexOf(LF, at)
    const end = lf === -1 ? raw.length : lf
    const line = raw
      .subarray(at, Math.min(end, at + 4096))
      .toString('latin1')
      .replace(/\r$/, '')
    if (line.includes('\r')) {
      if (!/\r[!-9;-~]{1,100}[ \t]*:/.test(line)) return raw
      mac = true
      // The rest of the mail lies in this line.
      if (/\r\r/.test(line)) break
    } else if (line === '') break
    else if (!/^[ \t]/.test(line) && !TRACE.test(line)) return raw
    at = end + 1
  }
  return mac ? Buffer.from(raw.toString('latin1').replace(/\r\n?/g, '\r\n'), 'latin1') : raw
}

interface Head {
  lines: { at: number; text: string; end: number }[]
  end: number
}

/** The lines before the first empty one. `end`: where the body begins. */
function headOf(raw: Buffer): Head {
  const lines: Head['lines'] = []
  for (let at = 0; at < raw.length && at < HEAD_LIMIT; ) {
    const lf = raw.indexOf(LF, at)
    const end = lf === -1 ? raw.length : lf + 1
    const text = raw
      .subarray(at, Math.min(end, at + 1000))
      .toString('latin1')
      .replace(/\r?\n$/, '')
    if (text === '' && lines.length > 0) return { lines, end }
    // Empty lines before the first field are no end of the head, but before anything else they are: there is none.
    if (text !== '') {
      if (lines.length === 0 && at > 0 && !FIELD.test(text)) return { lines, end: at }
      lines.push({ at, text, end })
    }
    at = end
  }
  return { lines, end: raw.length }
}

/**
 * Empty lines before the head go. A line in the head that is no field: the head goes on after it, then it belongs to the field
 * before it (a program folded without a blank); else it is the text and the empty line before it was left out (as Postfix and
 * Sendmail read such mails).
 */
function mendHead({ lines }: Head, patches: Patch[]): void {
  const first = lines[0]
  if (!first) return
  if (first.at > 0) patches.push({ at: 0, cut: first.at, put: '' })
  const lastKnown = lines.findLastIndex(({ text }) => KNOWN.test(text))
  for (const [i, { at, text }] of lines.entries()) {
    if (/^[ \t]/.test(text) || FIELD.test(text) || (i === 0 && /^>?from /i.test(text))) continue
    if (i > 0 && i < lastKnown) patches.push({ at, cut: 0, put: ' ' })
    else {
      patches.push({ at, cut: 0, put: '\r\n' })
      return
    }
  }
}

/** Delimiters with blanks behind them, parts without an empty line after their head, a boundary that is missing or another one. */
function mendBoundaries(raw: Buffer, head: Head, patches: Patch[]): { damaged: boolean; end: number | undefined } {
  const fields = new Headers(raw.subarray(0, Math.min(head.end, HEAD_LIMIT)))
  const type = fields.getFirst('content-type')
  const said = libmime.parseHeaderValue(type)
  const multipart = /^multipart\//i.test(String(said.value || ''))
  const boundaries = namedBoundaries(raw)
  const own = said.params['boundary'] ?? ''
  let damaged = false
  const field = head.lines.findIndex(({ text }) => /^content-type[ \t]*:/i.test(text))
  if (multipart && field !== -1 && (own === '' || !hasDelimiter(raw, own, head.end))) {
    const found = likelyBoundary(raw, head.end)
    let last = field
    while (/^[ \t]/.test(head.lines[last + 1]?.text ?? '')) last++
    const at = head.lines[field]!.at
    const put =
      found === undefined
        ? `Content-Type: text/plain\r\n${SAID_TYPE}: ${String(said.value).slice(0, 100)}\r\n`
        : `Content-Type: ${String(said.value)}; boundary="${found}"\r\n`
    patches.push({ at, cut: head.lines[last]!.end - at, put })
    if (found !== undefined) boundaries.add(found)
    damaged = true
  }
  const delimiters: number[] = []
  for (const boundary of boundaries) damaged = mendDelimiters(raw, boundary, head.end, patches, delimiters) || damaged
  const end = delimiters.length > PARTS ? delimiters.sort((a, b) => a - b)[PARTS] : undefined
  if (end === undefined) return { damaged, end }
  patches.splice(0, Infinity, ...patches.filter(({ at }) => at < end))
  return { damaged, end }
}

/** Boundaries that any head in the mail names. */
function namedBoundaries(raw: Buffer): Set<string> {
  const found = new Set<string>()
  for (const word of ['boundary', 'Boundary', 'BOUNDARY']) {
    for (let at = raw.indexOf(word); at !== -1 && found.size < BOUNDARIES; at = raw.indexOf(word, at + word.length)) {
      const match = /^boundary[ \t]*=[ \t]*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/i.exec(raw.subarray(at, at + 250).toString('latin1'))
      const name = match?.[1] ?? match?.[2]
      if (name) found.add(name)
    }
  }
  return found
}

function hasDelimiter(raw: Buffer, boundary: string, from: number): boolean {
  for (
    let at = raw.indexOf(`--${boundary}`, Math.max(0, from - 2), 'latin1');
    at !== -1;
    at = raw.indexOf(`--${boundary}`, at + 1, 'latin1')
  ) {
    if (at === 0 || raw[at - 1] === LF) return true
  }
  return false
}

/** A line of dashes and a word, with a part's head under it. */
function likelyBoundary(raw: Buffer, from: number): string | undefined {
  const text = raw.subarray(from, from + 256 * 1024).toString('latin1')
  const match = /^--(?!-*\s*$)([!-~][ -~]{0,199})\r?\n(?=content-(?:type|disposition|transfer-encoding|id|description)[ \t]*:)/im.exec(text)
  return match?.[1]?.trimEnd()
}

function mendDelimiters(raw: Buffer, boundary: string, from: number, patches: Patch[], delimiters: number[]): boolean {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  let damaged = false
  let seen = 0
  for (
    let at = raw.indexOf(delimiter, Math.max(0, from - 2));
    at !== -1 && seen < 20_000;
    at = raw.indexOf(delimiter, at + delimiter.length), seen++
  ) {
    if (at > 0 && raw[at - 1] !== LF) continue
    const lf = raw.indexOf(LF, at)
    const end = lf === -1 ? raw.length : lf + 1
    const behind = raw.subarray(at + delimiter.length, Math.min(end, at + delimiter.length + 100)).toString('latin1')
    // RFC 2046 5.1.1: blanks behind a delimiter are the transport's.
    const padded = /^(--)?[ \t]+\r?\n?$/.exec(behind)
    if (padded) patches.push({ at: at + delimiter.length, cut: end - at - delimiter.length, put: `${padded[1] ?? ''}\r\n` })
    else if (!/^([\r\n]|--[\r\n]|$|--$)/.test(behind)) continue
    delimiters.push(at)
    if (behind.startsWith('--') || lf === -1) continue
    damaged = mendPart(raw, end, patches) || damaged
  }
  return damaged
}

/** A part's head: what is no field in it is its text. */
function mendPart(raw: Buffer, from: number, patches: Patch[]): boolean {
  for (let at = from, lines = 0; at < raw.length && lines < 200; lines++) {
    const lf = raw.indexOf(LF, at)
    const end = lf === -1 ? raw.length : lf + 1
    const text = raw.subarray(at, Math.min(end, at + 300)).toString('latin1')
    if (/^\r?\n?$/.test(text) || text.startsWith('--')) return false
    if (!(FIELD.test(text) || (lines > 0 && /^[ \t]/.test(text)))) {
      patches.push({ at, cut: 0, put: '\r\n' })
      return true
    }
    at = end
  }
  return false
}

function apply(raw: Buffer, patches: Patch[]): Buffer {
  if (patches.length === 0) return raw
  const pieces: Buffer[] = []
  let at = 0
  for (const patch of patches.toSorted((a, b) => a.at - b.at)) {
    if (patch.at < at) continue
    pieces.push(raw.subarray(at, patch.at), Buffer.from(patch.put, 'latin1'))
    at = patch.at + patch.cut
  }
  pieces.push(raw.subarray(at))
  return Buffer.concat(pieces)
}
