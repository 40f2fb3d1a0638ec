/** Owns the question: does this mail go on with a ticket that exists? */
import type { Step } from '../hand.ts'

/**
 * References and In-Reply-To, newest first; then numbers in the subject, of which the ticket must exist (OTRS behaviour;
 * OTRS asks the subject first). Who only knows a number, with no part in the ticket, is not shown to the customer.
 */
export const followUp: Step = {
  name: 'follow-up',
  decide({ mail, known, report }, verdict) {
    // In-Reply-To is the mail answered itself; of References the last is the newest.
    for (const id of [...mail.inReplyTo.toReversed(), ...mail.references.toReversed()]) {
      const ticket = known.references.find(({ messageId }) => messageId === id)?.ticket
      if (!ticket) continue
      verdict.ticket = ticket
      return { decided: ticket.number, rule: 'references', detail: id }
    }
    if (report) return undefined
    for (const { ticket, senderInvolved } of known.numbered) {
      verdict.ticket = ticket
      if (senderInvolved) return { decided: ticket.number, rule: 'number-in-subject', detail: mail.subject }
      verdict.visible = false
      return { decided: ticket.number, rule: 'number-in-subject-by-stranger', detail: verdict.sender.address }
    }
    return undefined
  },
}
