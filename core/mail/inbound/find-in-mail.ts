/** Owns looking for ticket numbers in a mail, place by place. */
import { findBareNumbers, findNumbers, type TicketNumberSettings } from '../../ticket/number.ts'
import type { ParsedMail } from '../reading/parsed-mail.ts'
import type { FollowUpPlace } from '../filters/mail-settings.ts'

/** More numbers than that are no answer but a list. */
const MOST = 10
/** Of one attachment, or of the raw mail. Bytes. */
const SEARCHED = 1024 * 1024

/**
 * Numbers in the order of OTRS's places, each with the first place it stands in; `bare`: those of the subject that stand there without
 * the hook, looked at last.
 */
export function numbersInMail(
  mail: ParsedMail,
  raw: Buffer,
  places: ReadonlySet<FollowUpPlace>,
  settings: TicketNumberSettings,
): { numbers: Map<string, FollowUpPlace>; bare: Set<string> } {
  const found = new Map<string, FollowUpPlace>()
  const look = (place: FollowUpPlace, texts: () => Iterable<string>) => {
    if (!places.has(place)) return
    for (const text of texts()) {
      for (const number of findNumbers(text, settings)) if (found.size < MOST && !found.has(number)) found.set(number, place)
    }
  }
  look('subject', () => [mail.subject])
  look('body', () => [mail.text])
  // Numbers are ASCII: whatever the charset, latin1 shows them.
  look('attachments', function* () {
    for (const { content, contentType } of mail.attachments) {
      if (/^(text|message)\/|xml|json|rfc822/.test(contentType)) yield content.subarray(0, SEARCHED).toString('latin1')
    }
  })
  look('raw', () => [raw.subarray(0, SEARCHED).toString('latin1')])
  const bare = new Set<string>()
  if (places.has('subject')) {
    for (const number of findBareNumbers(mail.subject, settings)) {
      if (found.has(number) || found.size >= MOST) continue
      found.set(number, 'subject')
      bare.add(number)
    }
  }
  return { numbers: found, bare }
}
