/** Owns reading raw mail (MIME) into values: limits, safe HTML, text for every mail, names for every attachment. */
import { convert } from 'html-to-text'
import { simpleParser, type AddressObject, type Attachment, type EmailAddress, type SimpleParserOptions } from 'mailparser'
import type { MailAddress, MailHeader, ParsedAttachment, ParsedMail } from './parsed-mail.ts'
import { sanitizeMailHtml, shownContentIds } from './sanitize.ts'

/** Longer texts are cut: the whole stays in the raw mail. Characters. */
export const TEXT_LIMIT = 500_000
/** Longer HTML is not shown but attached. Characters. */
export const HTML_LIMIT = 1_000_000
/** As much HTML is made into text: the rest is in the HTML. Characters. */
const TEXT_FROM_HTML = 300_000
const SUBJECT_LIMIT = 1000
const HEADER_LIMIT = 4000
const HEADER_COUNT = 300
const ADDRESS_COUNT = 200
const REFERENCE_COUNT = 100
const ATTACHMENT_COUNT = 500
/** RFC 5322 2.1.1: a line holds at most 998 characters, so does an id. */
const ID_LIMIT = 998

// Embedded messages and delivery reports stay parts of their own: a forwarded mail is an attachment, not text of the sender.
const options: SimpleParserOptions & { ignoreEmbedded: boolean } = {
  keepDeliveryStatus: true, ignoreEmbedded: true, keepCidLinks: true, skipTextLinks: true, skipHtmlToText: true,
}

/** Reads a mail. Throws for what the parser cannot make sense of; then `readHeaders` still gives a mail to show. */
export async function readMail(raw: Buffer): Promise<ParsedMail> {
  const mail = await simpleParser(raw, options as SimpleParserOptions)
  const headers = readHeaderLines(mail.headerLines)
  const notes: string[] = []
  const attachments = mail.attachments.slice(0, ATTACHMENT_COUNT).map((part, index) => attachment(part, index + 1))

  let html: string | null = null
  const given = mail.html ? withoutNul(mail.html) : ''
  if (given.length > HTML_LIMIT) {
    notes.push('html-too-long')
    const content = Buffer.from(given)
    attachments.push({ name: 'mail.html', contentType: 'text/html', contentId: null, disposition: 'attachment', size: content.length, content })
  } else if (given.trim() !== '') {
    html = sanitizeMailHtml(given) || null
  }
  let text = withoutNul(mail.text ?? '').replace(/\r\n?/g, '\n')
  if (text.trim() === '' && html) text = textOfHtml(html)
  else if (text.trim() === '' && given) text = textOfHtml(sanitizeMailHtml(given.slice(0, TEXT_FROM_HTML)))
  text = text.replace(/[ \t]+\n/g, '\n').replace(/^\n+/, '').trimEnd()
  if (text.length > TEXT_LIMIT) {
    notes.push('text-cut')
    text = text.slice(0, TEXT_LIMIT)
  }
  const shown = html ? shownContentIds(html) : new Set<string>()
  for (const part of attachments) {
    if (part.contentId && shown.has(part.contentId)) part.disposition = 'inline'
  }
  return {
    from: addresses(mail.from), replyTo: addresses(mail.replyTo), to: addresses(mail.to), cc: addresses(mail.cc),
    sender: addresses(mail.headers.get('sender') as AddressObject | undefined),
    subject: line(mail.subject ?? '').slice(0, SUBJECT_LIMIT), headers, text, html, attachments, notes,
    ...idsAndDate(headers),
  }
}

/** Only the head of a mail whose body could not be read: enough for a ticket to which the raw mail is attached. */
export async function readHeaders(raw: Buffer): Promise<ParsedMail> {
  const end = raw.indexOf('\r\n\r\n')
  const head = raw.subarray(0, Math.min(end === -1 ? raw.length : end, 256 * 1024))
  // Without its content type the head reads as a plain mail without text.
  const plain = Buffer.from(`${head.toString('latin1').replace(/^content-[a-z-]+:[^\r\n]*(\r?\n[ \t][^\r\n]*)*\r?\n?/gim, '')}\r\n\r\n`, 'latin1')
  const mail = await readMail(plain)
  return { ...mail, text: '', html: null, attachments: [], notes: ['headers-only'] }
}

/** `\0` cannot be stored as text. */
const withoutNul = (text: string): string => text.replaceAll('\0', '')
/** One line without control characters. */
// oxlint-disable-next-line no-control-regex
const line = (text: string): string => text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').replace(/ {2,}/g, ' ').trim()

function addresses(header: AddressObject | AddressObject[] | undefined): MailAddress[] {
  const flat = (list: EmailAddress[]): EmailAddress[] => list.flatMap((entry) => (entry.group ? flat(entry.group) : [entry]))
  const entries = [header ?? []].flat().flatMap((object) => flat(object.value))
  return entries.slice(0, ADDRESS_COUNT)
    .map(({ name, address }) => ({ name: line(name ?? '').slice(0, 300), address: line(address ?? '').slice(0, 320) }))
    .filter(({ name, address }) => name !== '' || address !== '')
}

function readHeaderLines(lines: Iterable<{ key: string; line: string }>): MailHeader[] {
  return [...lines].slice(0, HEADER_COUNT).map(({ key, line: whole }) => ({
    name: key.toLowerCase().slice(0, 100), value: line(whole.slice(whole.indexOf(':') + 1)).slice(0, key === 'references' ? 60_000 : HEADER_LIMIT),
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
    messageId: bracketed ?? (own === '' ? null : `<${own.replace(/[<>\s]/g, '').slice(0, ID_LIMIT - 2)}>`),
    inReplyTo: ids('in-reply-to').slice(-REFERENCE_COUNT),
    // The first names the thread, the last ones the mails answered.
    references: references.length > REFERENCE_COUNT ? [references[0]!, ...references.slice(1 - REFERENCE_COUNT)] : references,
    date: Number.isNaN(date.getTime()) ? null : date,
  }
}

function textOfHtml(html: string): string {
  return convert(html.slice(0, TEXT_FROM_HTML), {
    wordwrap: false,
    limits: { maxInputLength: TEXT_FROM_HTML, maxDepth: 80 },
    // Most tables in mails only arrange: a row is a line, cells stand apart.
    formatters: { cell: (element, walk, builder) => { walk(element.children, builder); builder.addLiteral(' ') } },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
      { selector: 'td', format: 'cell' }, { selector: 'th', format: 'cell' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
      { selector: 'h1', options: { uppercase: false } }, { selector: 'h2', options: { uppercase: false } },
      { selector: 'h3', options: { uppercase: false } }, { selector: 'table', options: { uppercaseHeaderCells: false } },
    ],
  })
}

function attachment(part: Attachment, index: number): ParsedAttachment {
  const contentType = /^[\w.+-]+\/[\w.+-]+$/.test(part.contentType ?? '') ? part.contentType.toLowerCase() : 'application/octet-stream'
  return {
    name: attachmentName(part, contentType, index), contentType,
    contentId: part.cid ? line(part.cid).slice(0, ID_LIMIT) || null : null,
    disposition: 'attachment', size: part.content.length, content: part.content,
  }
}

/** OTRS behaviour: nameless parts are `file-N`, nested mails `<subject>.eml`. A name is never a path. */
function attachmentName(part: Attachment, contentType: string, index: number): string {
  const given = line(part.filename ?? '').replace(/[\\/:*?"<>|]+/g, '_').replace(/^\.+/, '').trim()
  if (given !== '') return shortened(given)
  if (contentType === 'message/rfc822') {
    const subject = /^subject:[ \t]*([^\r\n]{1,150})/im.exec(part.content.subarray(0, 64 * 1024).toString('utf8'))?.[1] ?? ''
    const plain = /=\?/.test(subject) ? '' : line(subject).replace(/[\\/:*?"<>|]+/g, '_').trim()
    return plain === '' ? `Untitled-${index}.eml` : `${plain}.eml`
  }
  const ending = ENDINGS[contentType]
  return `file-${index}${ending ? `.${ending}` : ''}`
}

const ENDINGS: Record<string, string> = {
  'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif', 'application/pdf': 'pdf', 'text/calendar': 'ics', 'text/html': 'html',
  'text/plain': 'txt', 'message/delivery-status': 'txt', 'text/rfc822-headers': 'txt',
}

/** At most 200 characters, the ending kept. */
function shortened(name: string): string {
  if (name.length <= 200) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : ''
  return name.slice(0, 200 - ending.length) + ending
}
