/** Owns reading delivery reports (RFC 3464): which mail they speak of and what became of it. */
import type { DeliveryReport } from '../judge/hand.ts'
import { headerValues, type ParsedMail } from '../reading/parsed-mail.ts'

const DAEMON = /^(mailer-daemon|postmaster|mail-daemon)@/i

/**
 * The report in a mail, or null when it is none. Recognised by multipart/report, by a message/delivery-status part, and, for
 * servers that write plain text, by a null return path together with a daemon's name.
 */
export function readReport(mail: ParsedMail, envelopeFrom: string): DeliveryReport | null {
  const type = headerValues(mail, 'content-type')[0] ?? ''
  const status = mail.attachments.find(
    ({ contentType }) => contentType === 'message/delivery-status' || contentType === 'message/global-delivery-status',
  )
  const isReport = /^multipart\/report\b/i.test(type) && !/report-type="?(disposition-notification|feedback-report)/i.test(type)
  const fromDaemon = envelopeFrom === '' && mail.from.some(({ address }) => DAEMON.test(address))
  if (!status && !isReport && !fromDaemon) return null

  const original = mail.attachments.find(({ contentType }) =>
    /^(message\/(rfc822|global|rfc822-headers|global-headers)|text\/rfc822-headers)$/.test(contentType),
  )
  const fields = status ? readFields(status.content) : new Map<string, string[]>()
  const originals = [
    ...(original ? idsIn(head(original.content)) : []),
    // Plain-text reports quote the head of the mail; others at least refer to it.
    ...(original ? [] : idsIn(mail.text.slice(0, 100_000))),
    ...mail.inReplyTo,
    ...mail.references.toReversed(),
  ]
  const code =
    fields.get('status')?.[0]?.match(/[245]\.\d{1,3}\.\d{1,3}/)?.[0] ??
    mail.text.slice(0, 20_000).match(/\b[45]\.\d{1,3}\.\d{1,3}\b/)?.[0] ??
    ''
  const action = fields.get('action')?.[0]?.trim().toLowerCase()
  return {
    originals: [...new Set(originals)].slice(0, 50),
    action: action === 'failed' || action === 'delayed' ? action : action ? 'other' : code.startsWith('4') ? 'delayed' : 'failed',
    status: code,
    diagnostic: (fields.get('diagnostic-code')?.[0] ?? '').slice(0, 500),
    recipients: (fields.get('final-recipient') ?? fields.get('original-recipient') ?? headerValues(mail, 'x-failed-recipients'))
      .map((value) =>
        value
          .replace(/^[^;]*;\s*/, '')
          .trim()
          .slice(0, 320),
      )
      .slice(0, 20),
  }
}

const head = (content: Buffer): string =>
  content
    .subarray(0, 64 * 1024)
    .toString('latin1')
    .split(/\r?\n\r?\n/)[0] ?? ''

const idsIn = (text: string): string[] =>
  [...text.matchAll(/^[> \t]*(?:resent-)?message-id:\s{0,20}(<[^<>\s]{1,996}>)/gim)].map((match) => match[1]!)

/** Fields of all groups, names in lower case, folded lines joined. */
function readFields(content: Buffer): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  const text = content
    .subarray(0, 64 * 1024)
    .toString('utf8')
    .replace(/\r?\n[ \t]+/g, ' ')
  for (const line of text.split(/\r?\n/)) {
    const match = /^([A-Za-z-]{1,60}):(.*)$/s.exec(line)
    if (match) fields.set(match[1]!.toLowerCase(), [...(fields.get(match[1]!.toLowerCase()) ?? []), match[2]!.trim()])
  }
  return fields
}
