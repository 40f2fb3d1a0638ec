/** Owns the question: did an agent write about a ticket they work on? Then it is a note or an answer, never a message of a customer. */
import type { Step } from '../hand.ts'

/**
 * Only of a believed sender with the right in that queue. An answer leaves for the customer in our name: that takes a queue that
 * says so (`agent_mail`), a sender who is proven and a mail that no program wrote. What is the agent's own request stays theirs.
 */
export const agent: Step = {
  name: 'agent',
  decide(hand, verdict) {
    const { judgement } = hand
    const { ticket, sender } = verdict
    if (!ticket || !hand.agent || !judgement.believed || !hand.agent.mayNote) return undefined
    const why = whyNoAnswer()
    verdict.agent = why === undefined ? 'answer' : 'note'
    return why === undefined
      ? { decided: 'agent-answer', rule: 'agent-answers', detail: sender.address }
      : { decided: 'agent-note', rule: why, detail: sender.address }

    function whyNoAnswer() {
      if (verdict.automatic) return 'agent-mail-automatic' as const
      if (ticket!.agentMail !== 'answer') return 'agent-notes' as const
      if (judgement.assurance !== 'confirmed') return 'agent-not-proven' as const
      if (!verdict.visible) return 'answers-internal-mail' as const
      const open = ticket!.stateType !== 'removed' && ticket!.stateType !== 'merged'
      return open && hand.agent!.mayAnswer ? undefined : ('agent-may-not-answer' as const)
    }
  },
}
