/** Owns what a reader is told about a mail beyond its words: signed, encrypted, an invitation, an Outlook container. */
import type { MailNote, ParsedAttachment } from './parsed-mail.ts'
import { decodeText } from './charset.ts'
import { oneLine } from './lines.ts'
import type { Part } from './reader.ts'

/** Signatures are kept and named, not checked: whom to trust for them is the reader's own affair. */
export function labelsOf(root: Part | undefined, text: string, attachments: readonly ParsedAttachment[]): MailNote[] {
  const types = new Set(typesIn(root))
  const pkcs7 = [...types].filter((type) => /^application\/(x-)?pkcs7-mime/.test(type))
  const signed =
    types.has('multipart/signed') ||
    pkcs7.some((type) => type.includes('signed-data')) ||
    /^-----BEGIN PGP SIGNED MESSAGE-----\s*$/m.test(text)
  const encrypted =
    types.has('multipart/encrypted') ||
    pkcs7.some((type) => !/signed-data|certs-only/.test(type)) ||
    /^-----BEGIN PGP MESSAGE-----\s*$/m.test(text)
  const notes: MailNote[] = []
  if (signed) notes.push({ note: 'signed', detail: types.has('application/pgp-signature') || /BEGIN PGP/.test(text) ? 'PGP' : 'S/MIME' })
  if (encrypted)
    notes.push({ note: 'encrypted', detail: types.has('application/pgp-encrypted') || /BEGIN PGP/.test(text) ? 'PGP' : 'S/MIME' })
  const calendar = attachments.find(({ contentType }) => contentType === 'text/calendar' || contentType === 'application/ics')
  const meeting = calendar && readMeeting(calendar.content)
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
export function readMeeting(content: Buffer): Meeting | undefined {
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
  const date = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$/.exec(begins.value)
  const zone = date?.[6] ? 'UTC' : (/tzid="?([^";:]+)/i.exec(begins.params)?.[1] ?? '')
  return {
    method: field('method', lines).value.toUpperCase(),
    summary: oneLine(text('summary')).slice(0, 200),
    when: date
      ? `${date[1]}-${date[2]}-${date[3]}${date[4] ? ` ${date[4]}:${date[5]}${zone ? ` (${oneLine(zone).slice(0, 60)})` : ''}` : ''}`
      : '',
    where: oneLine(text('location')).slice(0, 200),
    about: text('description').slice(0, 20_000),
  }
}

const sayMeeting = ({ summary, when, where }: Meeting): string => [summary, when, where].filter(Boolean).join(', ')

/** The text of a mail that is nothing but an invitation. */
export function textOfMeeting(attachments: readonly ParsedAttachment[]): string {
  const calendar = attachments.find(({ contentType }) => contentType === 'text/calendar')
  const meeting = calendar && readMeeting(calendar.content)
  return meeting
    ? [[meeting.summary, meeting.when, meeting.where].filter(Boolean).join('\n'), meeting.about].filter(Boolean).join('\n\n')
    : ''
}
