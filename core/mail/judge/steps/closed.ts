/** Owns the question: may a mail still be added to this ticket? */
import type { Step } from '../hand.ts'

/** OTRS behaviour: the queue's option counts only for tickets of the types closed and removed. A removed ticket never opens again. */
export const closed: Step = {
  name: 'closed',
  decide(_hand, verdict) {
    const { ticket } = verdict
    // An agent's note or answer is no follow-up.
    if (!ticket || verdict.agent) return undefined
    const over = ticket.stateType === 'closed' || ticket.stateType === 'removed'
    if (!over || (ticket.followUpPossible === 'possible' && ticket.stateType === 'closed')) {
      verdict.follow = 'possible'
      return over ? { decided: 'reopens', rule: 'queue-follow-up-possible' } : undefined
    }
    if (ticket.followUpPossible === 'reject') {
      verdict.follow = 'reject'
      return { decided: 'rejected-closed', rule: 'queue-rejects-follow-ups' }
    }
    verdict.follow = 'new ticket'
    return { decided: 'follow-up-new-ticket', rule: ticket.stateType === 'removed' ? 'ticket-removed' : 'queue-wants-new-ticket' }
  },
}
