/** Owns what a mail is once it has been read: plain values that cross a thread and that every later step judges. */
import libmime from 'libmime'

export interface MailAddress {
  name: string
  /** As written, its domain in Unicode; may be no address at all, for strangers write what they like. */
  address: string
}

export interface ParsedAttachment {
  /** Never empty, never a path. */
  name: string
  contentType: string
  /** Without angle brackets. */
  contentId: string | null
  /** 'inline' only where the HTML shows it. */
  disposition: 'attachment' | 'inline'
  size: number
  content: Buffer
  /** It says in another form what another part says (multipart/alternative). */
  alternative?: true
  /** The mail itself as it came, attached by us because it could not be shown whole: no part of it. */
  raw?: true
}

export interface MailHeader {
  /** Lower case. */
  name: string
  /** Unfolded, encoded words left as they came; cut where it is longer than anything honest. */
  value: string
}

export interface ParsedMail {
  from: MailAddress[]
  sender: MailAddress[]
  replyTo: MailAddress[]
  to: MailAddress[]
  cc: MailAddress[]
  /** Only careless programs send it along. */
  bcc: MailAddress[]
  subject: string
  /** The Date header, when it says a date. Never used as a time of receipt. */
  date: Date | null
  /** With angle brackets. */
  messageId: string | null
  /** With angle brackets, in the order of the header. */
  inReplyTo: string[]
  /** With angle brackets, oldest first (RFC 5322 3.6.4). */
  references: string[]
  headers: MailHeader[]
  /** Never empty when the mail had any readable text; made from the HTML where there was only that. */
  text: string
  /** Safe to show in a frame without scripts: see sanitize.ts. */
  html: string | null
  attachments: ParsedAttachment[]
  /** What the person who reads should know of how the mail was read. */
  notes: MailNote[]
}

/** Words for each are in mail-texts.ts, 'mail.rule.<note>'. */
export const MAIL_NOTES = [
  'signed',
  'encrypted',
  /** S/MIME zipped the mail (RFC 3274). */
  'compressed',
  'invitation',
  'invitation-cancelled',
  'invitation-answered',
  'tnef',
  /** The charset was missing or wrong and was found out from the bytes. */
  'charset-guessed',
  /** Head, boundaries or bytes are broken; what could be read was. */
  'damaged',
  'several-senders',
  'text-cut',
  'subject-cut',
  /** A list of addresses is longer than is kept. */
  'addresses-cut',
  'html-too-long',
  'too-many-parts',
  /** Only the head was read. */
  'headers-only',
  /** The parser gave up: a ticket of the head alone. */
  'unreadable',
] as const

export interface MailNote {
  note: (typeof MAIL_NOTES)[number]
  /** What it is about: 'PGP', the meeting's name and time. */
  detail?: string
}

/** With one of these the raw mail is attached, for the ticket does not show all of it. */
export const INCOMPLETE: ReadonlySet<MailNote['note']> = new Set([
  'damaged',
  'text-cut',
  'subject-cut',
  'addresses-cut',
  'too-many-parts',
  'headers-only',
  'unreadable',
])

/** All values of a header, in their order. */
export function headerValues(mail: Pick<ParsedMail, 'headers'>, name: string): string[] {
  return mail.headers.filter((header) => header.name === name).map((header) => header.value)
}

/** A header's value with its encoded words (RFC 2047) decoded. */
export const decodeHeader = (value: string): string => (value.includes('=?') ? libmime.decodeWords(value) : value)

/** `Anna Nowak <anna@example.edu>, …`, as people read it. */
export const sayAddresses = (addresses: readonly MailAddress[]): string => listed(addresses, (name) => name)

/**
 * The same as it is kept with an article: a name in which a list would be read otherwise stands in quotes (RFC 5322 3.2.4), so that
 * `readAddressList` finds the same addresses again and none that a stranger wrote into a name.
 */
export const keepAddresses = (addresses: readonly MailAddress[]): string =>
  listed(addresses, (name) => (/[,;:<>()"\\@\r\n]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name))

const listed = (addresses: readonly MailAddress[], sayName: (name: string) => string): string =>
  addresses
    .map(({ name, address }) => (name && address && name !== address ? `${sayName(name)} <${address}>` : address || sayName(name)))
    .join(', ')
