/** Owns what a mail is once it has been read: plain values that cross a thread and that every later step judges. */

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
  /** What had to be left out, for the person who reads: 'text-cut', 'html-too-long', 'headers-only' … */
  notes: string[]
}

/** All values of a header, in their order. */
export function headerValues(mail: Pick<ParsedMail, 'headers'>, name: string): string[] {
  return mail.headers.filter((header) => header.name === name).map((header) => header.value)
}

/** `Anna Nowak <anna@example.edu>, …`, as people read it. */
export function sayAddresses(addresses: readonly MailAddress[]): string {
  return addresses.map(({ name, address }) => (name && name !== address ? `${name} <${address}>` : address)).join(', ')
}
