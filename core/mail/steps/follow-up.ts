/** Owns the question: does this mail go on with a ticket that exists? */
import type { Step } from '../hand.ts'

/**
 * References and In-Reply-To, newest first; then numbers in the subject, of which the ticket must exist (OTRS behaviour;
 * OTRS asks the subject first). Whether the sender may write into it is asked later.
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
    const numbered = known.numbered[0]
    if (!numbered) return undefined
    verdict.ticket = numbered.ticket
    return { decided: numbered.ticket.number, rule: 'number-in-subject', detail: mail.subject }
  },
}
