/** Owns the question: does this mail go on with a ticket that exists? */
import type { Step } from '../hand.ts'
import type { MailRule } from '../outcome.ts'
import type { FollowUpPlace } from '../../filters/mail-settings.ts'

/**
 * References and In-Reply-To, newest first; then numbers in the subject, and where settings say so in the text, in attachments
 * or anywhere, of which the ticket must exist (OTRS behaviour; OTRS asks the subject first). Whether the sender may write into it
 * is asked later. Who answers an internal mail and is not the customer is not shown to the customer (OTRS:
 * FollowUpArticleVisibilityCheck).
 */
export const followUp: Step = {
  name: 'follow-up',
  decide({ mail, known, report, delivery, places }, verdict) {
    if (delivery.toQueueId) return undefined
    // In-Reply-To is the mail answered itself; of References the last is the newest.
    for (const id of places.references ? [...mail.inReplyTo.toReversed(), ...mail.references.toReversed()] : []) {
      const found = known.references.find(({ messageId }) => messageId === id)
      if (!found) continue
      verdict.ticket = found.ticket
      if (!found.internal || (known.sender && known.sender.id === found.ticket.customerId)) {
        return { decided: found.ticket.number, rule: 'references', detail: id }
      }
      verdict.visible = false
      return { decided: found.ticket.number, rule: 'answers-internal-mail', detail: id }
    }
    if (report) return undefined
    const numbered = known.numbered[0]
    if (!numbered) return undefined
    const place = places.numbers.get(numbered.found) ?? 'subject'
    verdict.ticket = numbered.ticket
    return { decided: numbered.ticket.number, rule: RULES[place], detail: place === 'subject' ? mail.subject : numbered.found }
  },
}

const RULES: Record<FollowUpPlace, MailRule> = {
  subject: 'number-in-subject',
  body: 'number-in-body',
  attachments: 'number-in-attachments',
  raw: 'number-in-raw',
  references: 'references',
}
