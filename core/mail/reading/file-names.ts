/** Owns the names of attachments: what the mail calls them, made safe, and names for those without one. */
import type { Attachment } from 'mailparser'
import { oneLine } from './lines.ts'
import { headerAsUtf8, Words } from './words.ts'

type Structured = { params?: Record<string, string> } | undefined

/** OTRS behaviour: nameless parts are `file-N`, nested mails `<subject>.eml`. A name is never a path and never reads backwards. */
export function attachmentName(part: Attachment, contentType: string, index: number): string {
  const given = safeName(mendName(saidName(part)))
  if (given !== '') return shortened(given)
  if (/^message\/(rfc822|global)$/.test(contentType)) {
    const subject = safeName(subjectOf(part.content).slice(0, 150))
    return subject === '' ? `Untitled-${index}.eml` : `${subject}.eml`
  }
  if (contentType === 'text/calendar') return 'invite.ics'
  return `file-${index}${ending(contentType)}`
}

/** `.png`, or nothing for a type that has no usual one. */
export const ending = (contentType: string): string => (ENDINGS[contentType] ? `.${ENDINGS[contentType]}` : '')

/** From the part's own head: there errors in words are mended, in mailsplit's name they are not. */
function saidName(part: Attachment): string {
  const param = (header: string, name: string) => (part.headers?.get(header) as Structured)?.params?.[name]
  return (
    param('content-disposition', 'filename') || param('content-type', 'name') || param('content-disposition', 'name') || part.filename || ''
  )
}

/** `za%C5%82.pdf`: web programs write names as addresses; so do those who forget the charset of RFC 2231. */
function mendName(name: string): string {
  if (!/%[89A-F][0-9A-F]/i.test(name)) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** Without signs that are paths, commands or that turn the reading direction ("exe.fdp" is not a PDF). */
const safeName = (name: string): string =>
  oneLine(name)
    .replaceAll('\ufeff', '')
    .replace(/[\\/:*?"<>|]+/g, '_')
    .replace(/^[.\s]+/, '')
    .replace(/(?<![.\s])[.\s]+$/, '')

/** The subject of a mail inside a mail, its words decoded. */
function subjectOf(content: Buffer): string {
  const head =
    content
      .subarray(0, 64 * 1024)
      .toString('latin1')
      .split(/\r?\n\r?\n/)[0] ?? ''
  const line = /^subject:(.*)$/im.exec(head.replace(/\r?\n[ \t]+/g, ' '))?.[1] ?? ''
  return new Words().decodeWords(Buffer.from(headerAsUtf8(line.slice(0, 2000), undefined).line, 'latin1').toString('utf8'))
}

const ENDINGS: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/tiff': 'tif',
  'image/svg+xml': 'svg',
  'image/bmp': 'bmp',
  'image/heic': 'heic',
  'image/avif': 'avif',
  'application/pdf': 'pdf',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'application/zip': 'zip',
  'message/delivery-status': 'txt',
  'message/disposition-notification': 'txt',
  'text/rfc822-headers': 'txt',
  'application/ics': 'ics',
  'application/pgp-signature': 'asc',
  'application/pgp-encrypted': 'asc',
  'application/pgp-keys': 'asc',
  'application/pkcs7-signature': 'p7s',
  'application/x-pkcs7-signature': 'p7s',
  'application/pkcs7-mime': 'p7m',
  'application/x-pkcs7-mime': 'p7m',
  'application/ms-tnef': 'dat',
}

/** At most 200 characters, the ending kept. */
function shortened(name: string): string {
  if (name.length <= 200) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : ''
  return name.slice(0, 200 - ending.length) + ending
}
