/** Owns reading raw mail (MIME) into values: limits, safe HTML, text for every mail, names for every attachment. */
import type { Attachment, EmailAddress } from 'mailparser'
import { INCOMPLETE, type MailAddress, type MailHeader, type MailNote, type ParsedAttachment, type ParsedMail } from './parsed-mail.ts'
import { ADDRESS_COUNT } from './addresses.ts'
import { bodyOf, TEXT_LIMIT, type Body } from './body.ts'
import { decodeText } from './charset.ts'
import { attachmentName } from './file-names.ts'
import { labelsOf, textOfMeeting } from './labels.ts'
import { withoutEndDot } from '../look-alike.ts'
import { oneLine } from './lines.ts'
import { addressesIn, readParts, type Part, type ReadParts } from './reader.ts'
import { isBlock, openBlock, type BlockKind } from './signed-block.ts'
import { mendStructure } from './structure.ts'
import { decodeEncoded, isUuencoded } from './uuencode.ts'
import { shownContentIds } from './sanitize.ts'

export { HTML_LIMIT, TEXT_LIMIT } from './body.ts'
const SUBJECT_LIMIT = 1000
const HEADER_LIMIT = 4000
const HEADER_COUNT = 300
const REFERENCE_COUNT = 100
const ATTACHMENT_COUNT = 500
/** As many S/MIME blocks of one mail are opened, and as many one in another: an honest mail is signed once, or thrice (RFC 2634 1.1). */
const BLOCKS = 3
const BLOCKS_DEEP = 3
/** A larger text with a name is a file, whatever else there is. Bytes. */
const LONE_WORDS = 1024 * 1024
/** RFC 5322 2.1.1: a line holds at most 998 characters, so does an id. */
const ID_LIMIT = 998

export interface ReadOptions {
  /** The zone that times of invitations are shown in; unset, they are shown as they were written. */
  zone?: string
}

/** Reads a mail. Throws for what the parser cannot make sense of; then `readHeaders` still gives a mail to show. */
export async function readMail(given: Buffer, { zone }: ReadOptions = {}): Promise<ParsedMail> {
  const { parts, attachments, body, roots, blocks, damaged, cut } = await readLayer(given)
  const headers = readHeaderLines(parts.headerLines)
  const notes: MailNote[] = []
  const { html, longHtml } = body
  let text = body.text || textOfMeeting(attachments, zone)
  notes.push(...labelsOf(roots, blocks, text, attachments, zone))
  if (longHtml !== null) {
    notes.push({ note: 'html-too-long' })
    attachments.push(file('mail.html', 'text/html', Buffer.from(longHtml)))
  }
  // HTML that is attached says what its text leaves out.
  if (text.length > TEXT_LIMIT || (body.cut && longHtml === null)) {
    notes.push({ note: 'text-cut' })
    text = text.slice(0, TEXT_LIMIT).toWellFormed()
  }
  let subject = oneLine(String(parts.headers.get('subject') ?? ''))
  if (subject.length > SUBJECT_LIMIT) {
    notes.push({ note: 'subject-cut' })
    subject = oneLine(subject.slice(0, SUBJECT_LIMIT))
  }
  const from = addresses(addressesIn(parts.headers, 'from'))
  if (from.length > 1)
    notes.push({
      note: 'several-senders',
      detail: from
        .map(({ address }) => address)
        .join(', ')
        .slice(0, 300),
    })
  const lists = { replyTo: 'reply-to', to: 'to', cc: 'cc', bcc: 'bcc', sender: 'sender' } as const
  if (['from', ...Object.values(lists)].some((name) => addressesIn(parts.headers, name).length > ADDRESS_COUNT))
    notes.push({ note: 'addresses-cut' })
  if (parts.guessed) notes.push({ note: 'charset-guessed' })
  if (cut || parts.stopped) notes.push({ note: 'too-many-parts', ...(parts.stopped ? { detail: parts.stopped } : {}) })
  if (damaged) notes.push({ note: 'damaged' })
  if (notes.some(({ note }) => INCOMPLETE.has(note))) attachments.push({ ...file('message.eml', 'message/rfc822', given), raw: true })

  const shown = html ? shownContentIds(html) : new Set<string>()
  for (const part of attachments) {
    // Of two parts with one id the first is what the text shows; the other stays a file.
    if (part.contentId && shown.delete(part.contentId.toLowerCase())) part.disposition = 'inline'
  }
  return {
    from,
    replyTo: addresses(addressesIn(parts.headers, lists.replyTo)),
    to: addresses(addressesIn(parts.headers, lists.to)),
    cc: addresses(addressesIn(parts.headers, lists.cc)),
    bcc: addresses(addressesIn(parts.headers, lists.bcc)),
    sender: addresses(addressesIn(parts.headers, lists.sender)),
    subject,
    headers,
    text,
    html,
    attachments,
    notes,
    ...idsAndDate(headers),
  }
}

/** What one mail holds, and the mails in it that were signed as one block. */
interface Layer {
  /** Of the outermost. */
  parts: ReadParts
  attachments: ParsedAttachment[]
  body: Body
  /** The trees of all. */
  roots: (Part | undefined)[]
  blocks: BlockKind[]
  damaged: boolean
  cut: boolean
}

async function readLayer(given: Buffer, depth = 0): Promise<Layer> {
  const { raw, damaged, cut } = mendStructure(given)
  const parts = await readParts(raw)
  const read = parts.attachments.slice(0, ATTACHMENT_COUNT)
  const alternatives = new Set(headsInAlternatives(parts.root))
  let attachments = read.map((part, index) => ({
    ...attachment(part, index + 1),
    ...(part.headers && alternatives.has(part.headers) ? { alternative: true as const } : {}),
  }))
  const pictures = tiePictures(read, attachments)
  let body = bodyOf(parts.root, pictures)
  const alone = body.text === '' && body.html === null ? loneWords(read) : undefined
  if (alone) {
    body = bodyOf(undefined, pictures, alone)
    attachments = attachments.filter((_file, i) => read[i] !== alone.part)
  }
  const layer: Layer = {
    parts,
    attachments,
    body,
    roots: [parts.root],
    blocks: [],
    damaged: damaged || parts.damaged || parts.outside || holdsNothing(parts.root),
    cut: cut || parts.attachments.length > ATTACHMENT_COUNT || body.writtenLeft,
  }
  for (const { name, content } of body.encoded) attachments.push(file(name, 'application/octet-stream', content))
  for (const { name, contentType, content, contentId } of body.written) attachments.push({ ...file(name, contentType, content), contentId })
  for (const sealed of attachments.filter(isBlock).slice(0, BLOCKS)) {
    const { kind, content } = await openBlock(sealed.content)
    if (kind) layer.blocks.push(kind)
    if (!content || depth === BLOCKS_DEEP) continue
    // What is signed is a mail's body with a head of its own; where it is nothing of the kind the block stays as it is.
    const inner = await readLayer(content, depth + 1).catch(() => undefined)
    if (inner) join(layer, inner)
  }
  return layer
}

/** The inner mail's words after the outer's, its files after the outer's. */
function join(outer: Layer, inner: Layer): void {
  outer.attachments.push(...inner.attachments.slice(0, Math.max(0, ATTACHMENT_COUNT - outer.attachments.length)))
  outer.body = {
    ...outer.body,
    text: [outer.body.text, inner.body.text].filter(Boolean).join('\n\n'),
    html: [outer.body.html, inner.body.html].filter(Boolean).join('<br>\n') || null,
    longHtml: outer.body.longHtml ?? inner.body.longHtml,
    cut: outer.body.cut || inner.body.cut,
  }
  outer.roots.push(...inner.roots)
  outer.blocks.push(...inner.blocks)
  outer.damaged ||= inner.damaged
  outer.cut ||= inner.cut
}

/** A text with a name in a mail that has no other words: it was said to be shown, or nothing was said of it (RFC 2183 2.8 and 2.1). */
function loneWords(parts: readonly Attachment[]): { part: Attachment; contentType: string; text: string } | undefined {
  const part = parts.find(({ contentType, headers }) => {
    const disposition = headers?.get('content-disposition') as { value?: string } | undefined
    return /^text\/(plain|html)$/.test(contentType) && !/^(?!inline$)./i.test(disposition?.value ?? '')
  })
  if (!part || part.content.length > LONE_WORDS) return undefined
  const type = part.headers?.get('content-type') as { params?: Record<string, string> } | undefined
  return { part, contentType: part.contentType, text: decodeText(part.content, type?.params?.['charset']).text }
}

/** Only the head of a mail whose body could not be read: enough for a ticket to which the raw mail is attached. */
export async function readHeaders(raw: Buffer): Promise<ParsedMail> {
  const end = raw.indexOf('\r\n\r\n')
  const head = raw.subarray(0, Math.min(end === -1 ? raw.length : end, 256 * 1024))
  // Without its content type the head reads as a plain mail without text.
  const plain = Buffer.from(
    `${head.toString('latin1').replace(/^content-[a-z-]+:[^\r\n]*(\r?\n[ \t][^\r\n]*)*\r?\n?/gim, '')}\r\n\r\n`,
    'latin1',
  )
  const mail = await readMail(plain)
  return { ...mail, text: '', html: null, attachments: [], notes: [{ note: 'headers-only' }] }
}

function addresses(list: EmailAddress[]): MailAddress[] {
  return list
    .slice(0, ADDRESS_COUNT)
    .map(({ name, address }) => ({
      name: oneLine(name ?? '')
        .slice(0, 300)
        .toWellFormed(),
      address: withoutEndDot(oneLine(address ?? ''))
        .slice(0, 320)
        .toWellFormed(),
    }))
    .filter(({ name, address }) => name !== '' || address !== '')
}

function readHeaderLines(lines: { key: string; line: string }[]): MailHeader[] {
  return lines.slice(0, HEADER_COUNT).map(({ key, line }) => ({
    name: key.toLowerCase().slice(0, 100),
    // mailsplit keeps a byte a character; what was not UTF-8 has become it (see words.ts).
    value: oneLine(Buffer.from(line.slice(line.indexOf(':') + 1), 'latin1').toString('utf8')).slice(
      0,
      key === 'references' ? 60_000 : HEADER_LIMIT,
    ),
  }))
}

/** Ids from the raw lines: parsers split on blanks, while some programs write `<a><b>` (OTRS takes all `<…>`, so do we). */
function idsAndDate(headers: MailHeader[]): Pick<ParsedMail, 'messageId' | 'inReplyTo' | 'references' | 'date'> {
  const value = (name: string) => headers.find((header) => header.name === name)?.value ?? ''
  const ids = (name: string) => [...value(name).matchAll(/<[^<>\s]{1,996}>/g)].map((match) => match[0])
  const own = value('message-id')
  const bracketed = /<[^<>]{1,996}>/.exec(own)?.[0]
  const date = new Date(value('date'))
  const references = [...new Set(ids('references'))]
  return {
    messageId: bracketed ?? (own.replace(/[<>\s]/g, '') === '' ? null : `<${own.replace(/[<>\s]/g, '').slice(0, ID_LIMIT - 2)}>`),
    inReplyTo: ids('in-reply-to').slice(-REFERENCE_COUNT),
    // The first names the thread, the last ones the mails answered.
    references: references.length > REFERENCE_COUNT ? [references[0]!, ...references.slice(1 - REFERENCE_COUNT)] : references,
    date: Number.isNaN(date.getTime()) ? null : date,
  }
}

/** Heads of the parts that say one thing in several forms: an invitation beside its text. */
const headsInAlternatives = (part: Part | undefined): object[] =>
  (part?.children ?? []).flatMap((child) => [
    ...(part!.contentType === 'multipart/alternative' ? [child.headers] : []),
    ...headsInAlternatives(child),
  ])

/** A multipart without a part: its boundary is not there, and with it everything the parser took for a part. */
function holdsNothing(part: Part | undefined): boolean {
  if (!part) return false
  return (String(part.contentType).startsWith('multipart/') && part.children.length === 0) || part.children.some(holdsNothing)
}

const file = (name: string, contentType: string, content: Buffer): ParsedAttachment => ({
  name,
  contentType,
  contentId: null,
  disposition: 'attachment',
  size: content.length,
  content,
})

function attachment(part: Attachment, index: number): ParsedAttachment {
  const contentType = /^[\w.+-]+\/[\w.+-]+$/.test(part.contentType ?? '') ? part.contentType.toLowerCase() : 'application/octet-stream'
  const name = attachmentName(part, contentType, index)
  const encoding = part.headers?.get('content-transfer-encoding')
  const decoded = typeof encoding === 'string' && isUuencoded(encoding) ? decodeEncoded(part.content.toString('latin1')) : undefined
  return {
    ...file(name, contentType, decoded?.content ?? part.content),
    contentId: part.cid ? oneLine(part.cid).slice(0, ID_LIMIT) || null : null,
  }
}

/** Pictures that the HTML names by place or by file name instead of Content-ID: where they are meant, and an id for each. */
function tiePictures(parts: readonly Attachment[], attachments: readonly ParsedAttachment[]): Map<string, string> {
  const places = new Map<string, string>()
  const ids = new Set(attachments.map(({ contentId }) => contentId?.toLowerCase()))
  for (const [i, picture] of attachments.entries()) {
    if (!picture.contentType.startsWith('image/')) continue
    const location = parts[i]!.headers?.get('content-location')
    const names = [typeof location === 'string' ? oneLine(location) : '', ids.has(picture.name.toLowerCase()) ? '' : `cid:${picture.name}`]
    for (const name of names.filter(Boolean)) {
      picture.contentId ??= `part-${i + 1}`
      if (!places.has(name.toLowerCase())) places.set(name.toLowerCase(), picture.contentId)
    }
  }
  return places
}
