/** Owns the question: may the sender write into this ticket? Who has no part in it, or is not proven, is kept apart. */
import type { Step } from '../hand.ts'

/**
 * Stricter than OTRS, where whoever knows a number writes into its ticket. The queue's `follow_up_strangers` decides on those
 * without a part in the ticket; who claims to be somebody and is not is held in every queue.
 */
export const participant: Step = {
  name: 'participant',
  decide({ known, judgement }, verdict) {
    const { ticket } = verdict
    if (!ticket || verdict.agent || verdict.follow === 'new ticket') return undefined
    const address = verdict.sender.address || '–'
    if (!judgement.believed) {
      verdict.apart = { decision: null, rule: 'sender-not-proven' }
      return { decided: 'follow-up-held', rule: 'sender-not-proven', detail: address }
    }
    if ([...known.references, ...known.numbered].some((one) => one.ticket.id === ticket.id && one.senderInvolved)) {
      return { decided: 'may', rule: 'has-part-in-ticket', detail: address }
    }
    if (ticket.followUpStrangers === 'accept') return { decided: 'may', rule: 'queue-accepts-strangers', detail: address }
    const refused = ticket.followUpStrangers === 'reject'
    verdict.apart = { decision: refused ? 'rejected' : null, rule: 'no-part-in-ticket' }
    return refused
      ? { decided: 'follow-up-refused', rule: 'queue-rejects-strangers', detail: address }
      : { decided: 'follow-up-held', rule: 'no-part-in-ticket', detail: address }
  },
}
