/** Owns the signs of a forwarded mail: somebody asks another unit about what stands in a correspondence. */
import type { ParsedMail } from '../reading/parsed-mail.ts'

/** What mail programs put before the subject, in the languages that write to us. */
const MARK = /^\[?\s{0,3}(fwd?|pd|wg|tr|rv|enc)(\[\d{1,3}\])?\s{0,3}:/i
const RESENT = /^resent-(from|to|date|message-id)$/

/** What shows it: the subject's first mark, the Resent field's name (RFC 5322 3.6.6), or the enclosed mail's name; undefined: nothing does. */
export function forwardSign(mail: Pick<ParsedMail, 'subject' | 'headers' | 'attachments'>): string | undefined {
  return (
    MARK.exec(mail.subject.slice(0, 30))?.[0] ??
    mail.headers.find(({ name }) => RESENT.test(name))?.name ??
    mail.attachments.find(({ contentType, raw }) => contentType === 'message/rfc822' && !raw)?.name
  )
}
