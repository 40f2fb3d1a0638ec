/** Owns what a reader is told about a mail beyond its words: signed, encrypted, an invitation, an Outlook container. */
import { DateTime } from 'luxon'
import type { MailNote, ParsedAttachment } from './parsed-mail.ts'
import { decodeText } from './charset.ts'
import { oneLine } from './lines.ts'
import type { Part } from './reader.ts'
import type { BlockKind } from './signed-block.ts'

/**
 * Signatures are kept and named, not checked: whom to trust for them is the reader's own affair. `roots`: the mail's tree and those of
 * what was opened in it; `blocks`: what its S/MIME blocks were found to be, whatever their heads say.
 */
export function labelsOf(
  roots: readonly (Part | undefined)[],
  blocks: readonly BlockKind[],
  text: string,
  attachments: readonly ParsedAttachment[],
  zone?: string,
): MailNote[] {
  const types = new Set(roots.flatMap(typesIn))
  // What could not be made out is what it says it is.
  const pkcs7 = blocks.length > 0 ? [] : [...types].filter((type) => /^application\/(x-)?pkcs7-mime/.test(type))
  const signed =
    types.has('multipart/signed') ||
    blocks.includes('signed') ||
    pkcs7.some((type) => type.includes('signed-data')) ||
    /^-----BEGIN PGP SIGNED MESSAGE-----\s*$/m.test(text)
  const encrypted =
    types.has('multipart/encrypted') ||
    blocks.includes('encrypted') ||
    pkcs7.some((type) => !/signed-data|certs-only|compressed-data/.test(type)) ||
    /^-----BEGIN PGP MESSAGE-----\s*$/m.test(text)
  const notes: MailNote[] = []
  if (signed) notes.push({ note: 'signed', detail: types.has('application/pgp-signature') || /BEGIN PGP/.test(text) ? 'PGP' : 'S/MIME' })
  if (encrypted)
    notes.push({ note: 'encrypted', detail: types.has('application/pgp-encrypted') || /BEGIN PGP/.test(text) ? 'PGP' : 'S/MIME' })
  if (blocks.includes('compressed') || pkcs7.some((type) => type.includes('compressed-data')))
    notes.push({ note: 'compressed', detail: 'S/MIME' })
  const calendar = attachments.find(({ contentType }) => contentType === 'text/calendar' || contentType === 'application/ics')
  const meeting = calendar && readMeeting(calendar.content, zone)
  if (meeting)
    notes.push({
      note: meeting.method === 'CANCEL' ? 'invitation-cancelled' : meeting.method === 'REPLY' ? 'invitation-answered' : 'invitation',
      detail: sayMeeting(meeting),
    })
  if (attachments.some(({ contentType, name }) => contentType === 'application/ms-tnef' || /^winmail\.dat$/i.test(name)))
    notes.push({ note: 'tnef' })
  return notes
}

/** All content types; that of PKCS #7 with what it holds. */
function typesIn(part: Part | undefined): string[] {
  if (!part) return []
  const header = part.headers.get('content-type') as { params?: Record<string, string> } | undefined
  const holds = header?.params?.['smime-type'] ?? ''
  return [`${String(part.contentType)}${holds ? `;${holds.toLowerCase()}` : ''}`, ...part.children.flatMap(typesIn)]
}

interface Meeting {
  method: string
  summary: string
  when: string
  where: string
  about: string
}

/** The first event of a calendar (RFC 5545): what a label needs. Everything else is in the file. */
export function readMeeting(content: Buffer, zone?: string): Meeting | undefined {
  const lines = decodeText(content.subarray(0, 256 * 1024), 'utf-8')
    .text.replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
  const start = lines.findIndex((line) => /^begin:v(event|todo|freebusy)\s*$/i.test(line))
  if (start === -1) return undefined
  const stop = lines.findIndex((line, i) => i > start && /^end:v(event|todo|freebusy)\s*$/i.test(line))
  const event = lines.slice(start, stop === -1 ? undefined : stop)
  const field = (name: string, from = event) => {
    const match = from.map((line) => new RegExp(`^${name}(;(?:"[^"]*"|[^":])*)?:(.*)$`, 'i').exec(line)).find(Boolean)
    return { value: (match?.[2] ?? '').trim(), params: match?.[1] ?? '' }
  }
  const text = (name: string) =>
    field(name)
      .value.replace(/\\n/gi, '\n')
      .replace(/\\([,;\\])/g, '$1')
      .trim()
  const begins = field('dtstart')
  return {
    method: field('method', lines).value.toUpperCase(),
    summary: oneLine(text('summary')).slice(0, 200),
    when: sayWhen(begins.value, /tzid="?([^";:]+)/i.exec(begins.params)?.[1], zone),
    where: oneLine(text('location')).slice(0, 200),
    about: text('description').slice(0, 20_000),
  }
}

/**
 * `2026-12-01 10:00` in the zone of every time shown. A time whose zone is unknown here (RFC 5545 lets a calendar bring its own; Outlook
 * does) stays as it was written, with the zone's name; one without a zone is the reader's own.
 */
function sayWhen(value: string, tzid: string | undefined, zone: string | undefined): string {
  const date = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$/.exec(value)
  if (!date) return ''
  const [, year, month, day, hour, minute, utc] = date
  if (!hour) return `${year}-${month}-${day}`
  const said = utc ? 'UTC' : oneLine(tzid ?? '').slice(0, 60)
  const written = `${year}-${month}-${day} ${hour}:${minute}`
  const moment = DateTime.fromISO(`${year}-${month}-${day}T${hour}:${minute}`, { zone: said || 'UTC' })
  if (said && zone && moment.isValid) return moment.setZone(zone).toFormat('yyyy-MM-dd HH:mm')
  return said ? `${written} (${said})` : written
}

const sayMeeting = ({ summary, when, where }: Meeting): string => [summary, when, where].filter(Boolean).join(', ')

/** The text of a mail that is nothing but an invitation. */
export function textOfMeeting(attachments: readonly ParsedAttachment[], zone?: string): string {
  const calendar = attachments.find(({ contentType }) => contentType === 'text/calendar')
  const meeting = calendar && readMeeting(calendar.content, zone)
  return meeting
    ? [[meeting.summary, meeting.when, meeting.where].filter(Boolean).join('\n'), meeting.about].filter(Boolean).join('\n\n')
    : ''
}
