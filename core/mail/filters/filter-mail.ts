/** Owns a mail as postmaster filters see it: every header decoded, the body, and X-OTRS-* headers of trusted mail. */
import addressparser from 'nodemailer/lib/addressparser/index.js'
import type { FilterMail } from './filter-run.ts'
import { otrsName, readOtrsHeaders } from './otrs-headers.ts'
import { decodeHeader, sayAddresses, type MailAddress, type ParsedMail } from '../reading/parsed-mail.ts'

/**
 * OTRS reads a list of headers (PostmasterX-Header) and takes those that a mail lacks for empty, so that "does not contain"
 * holds for them. Any other header that is absent is unknown, and nothing holds for it.
 */
export const READ_HEADERS = [
  'From',
  'To',
  'Cc',
  'Reply-To',
  'ReplyTo',
  'Subject',
  'Message-ID',
  'Resent-To',
  'Resent-From',
  'Precedence',
  'Mailing-List',
  'List-Id',
  'List-Archive',
  'Errors-To',
  'References',
  'In-Reply-To',
  'Auto-Submitted',
  'X-Loop',
  'X-No-Loop',
  'X-Spam',
  'X-Spam-Flag',
  'X-Spam-Level',
  'X-Spam-Score',
  'X-Spam-Status',
  'X-Priority',
  'Importance',
  'X-Mailer',
  'User-Agent',
  'Organization',
  'X-Original-To',
  'Delivered-To',
  'Envelope-To',
  'X-Envelope-To',
  'Return-Path',
] as const

/** Offered in a filter's form: the ones above, and what else a mail has. */
export const MATCH_KEYS: readonly string[] = [
  ...READ_HEADERS.filter((name) => name !== 'ReplyTo'),
  'Body',
  'X-Sender',
  'Content-Type',
  'Sender',
]

/** Longer texts are not searched to their end. Characters. */
const BODY_LIMIT = 200_000

/**
 * The mail as filters see it. `trusted`: its own X-OTRS-* headers count. The envelope stands in Return-Path and X-Envelope-To:
 * no mailbox wrote them, for we are the last server.
 */
export function asFilterMail(mail: ParsedMail, envelope: { from: string; to: string }, trusted: boolean): FilterMail {
  const fields: Record<string, string> = {}
  for (const name of READ_HEADERS) fields[name.toLowerCase()] = ''
  const many = new Map<string, string[]>()
  for (const { name, value } of mail.headers)
    if (otrsName(name) === undefined) many.set(name, [...(many.get(name) ?? []), decodeHeader(value)])
  for (const [name, values] of many) fields[name] = values.join(', ')
  const lists: Record<string, MailAddress[]> = {
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    'reply-to': mail.replyTo,
    replyto: mail.replyTo,
    sender: mail.sender,
  }
  for (const [name, list] of Object.entries(lists)) if (list.length > 0) fields[name] = sayAddresses(list)
  fields['subject'] = mail.subject
  fields['body'] = mail.text.slice(0, BODY_LIMIT)
  fields['x-sender'] ||= mail.from.at(-1)?.address ?? ''
  fields['return-path'] = envelope.from
  fields['x-envelope-to'] ||= envelope.to
  fields['envelope-to'] ||= envelope.to
  if (trusted) for (const [name, value] of readOtrsHeaders(mail)) fields[`x-otrs-${name}`] = value
  const addresses: Record<string, string[]> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'body' || !value.includes('@')) continue
    const list = lists[name] ?? addressparser(value, { flatten: true })
    addresses[name] = list.map(({ address }) => address ?? '').filter((address) => address.includes('@'))
  }
  return { fields, addresses }
}
