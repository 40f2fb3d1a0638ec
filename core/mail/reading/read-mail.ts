/** Owns reading raw mail (MIME) into values: limits, safe HTML, text for every mail, names for every attachment. */
import type { AddressObject, Attachment, EmailAddress } from 'mailparser'
import { INCOMPLETE, type MailAddress, type MailHeader, type MailNote, type ParsedAttachment, type ParsedMail } from './parsed-mail.ts'
import { bodyOf } from './body.ts'
import { attachmentName } from './file-names.ts'
import { labelsOf, textOfMeeting } from './labels.ts'
import { withoutEndDot } from '../look-alike.ts'
import { oneLine } from './lines.ts'
import { addressesIn, readParts, type Part } from './reader.ts'
import { mendStructure } from './structure.ts'
import { shownContentIds } from './sanitize.ts'

export { HTML_LIMIT } from './body.ts'
/** Longer texts are cut: the whole stays in the raw mail. Characters. */
export const TEXT_LIMIT = 500_000
const SUBJECT_LIMIT = 1000
const HEADER_LIMIT = 4000
const HEADER_COUNT = 300
const ADDRESS_COUNT = 200
const REFERENCE_COUNT = 100
const ATTACHMENT_COUNT = 500
/** RFC 5322 2.1.1: a line holds at most 998 characters, so does an id. */
const ID_LIMIT = 998

/** Reads a mail. Throws for what the parser cannot make sense of; then `readHeaders` still gives a mail to show. */
export async function readMail(given: Buffer): Promise<ParsedMail> {
  const { raw, damaged, cut } = mendStructure(given)
  const parts = await readParts(raw)
  const headers = readHeaderLines(parts.headerLines)
  const notes: MailNote[] = []
  const attachments = parts.attachments.slice(0, ATTACHMENT_COUNT).map((part, index) => attachment(part, index + 1))
  const { text: whole, html, longHtml, encoded } = bodyOf(parts.root, tiePictures(parts.attachments, attachments))
  for (const { name, content } of encoded) attachments.push(file(name, 'application/octet-stream', content))
  let text = whole || textOfMeeting(attachments)
  notes.push(...labelsOf(parts.root, text, attachments))
  if (longHtml !== null) {
    notes.push({ note: 'html-too-long' })
    attachments.push(file('mail.html', 'text/html', Buffer.from(longHtml)))
  }
  if (text.length > TEXT_LIMIT) {
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
  if (parts.guessed) notes.push({ note: 'charset-guessed' })
  if (cut || parts.stopped || parts.attachments.length > ATTACHMENT_COUNT)
    notes.push({ note: 'too-many-parts', ...(parts.stopped ? { detail: parts.stopped } : {}) })
  if (damaged || parts.damaged || parts.outside || holdsNothing(parts.root)) notes.push({ note: 'damaged' })
  if (notes.some(({ note }) => INCOMPLETE.has(note))) attachments.push({ ...file('message.eml', 'message/rfc822', given), raw: true })

  const shown = html ? shownContentIds(html) : new Set<string>()
  for (const part of attachments) {
    // Of two parts with one id the first is what the text shows; the other stays a file.
    if (part.contentId && shown.delete(part.contentId.toLowerCase())) part.disposition = 'inline'
  }
  return {
    from,
    replyTo: addresses(addressesIn(parts.headers, 'reply-to')),
    to: addresses(addressesIn(parts.headers, 'to')),
    cc: addresses(addressesIn(parts.headers, 'cc')),
    sender: addresses(addressesIn(parts.headers, 'sender')),
    subject,
    headers,
    text,
    html,
    attachments,
    notes,
    ...idsAndDate(headers),
  }
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

function addresses(headers: AddressObject[]): MailAddress[] {
  const flat = (list: EmailAddress[]): EmailAddress[] => list.flatMap((entry) => (entry.group ? flat(entry.group) : [entry]))
  return headers
    .flatMap((object) => flat(object.value))
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
  return {
    name: attachmentName(part, contentType, index),
    contentType,
    contentId: part.cid ? oneLine(part.cid).slice(0, ID_LIMIT) || null : null,
    disposition: 'attachment',
    size: part.content.length,
    content: part.content,
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
