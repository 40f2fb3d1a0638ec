/** Owns the question: may the sender write into this ticket? Who has no part in it, or is not proven, is kept apart. */
import type { Hand, Step } from '../hand.ts'
import type { MailRule } from '../outcome.ts'

/**
 * Stricter than OTRS, where whoever knows a number writes into its ticket. Who is proven writes where they have a part. Who is not must
 * answer a mail that we sent to that very address: its Message-ID is random, so whoever names it has read it; the number alone proves
 * nothing, unless an agent has let this address in. The queue's `follow_up_strangers` decides on those without a part; who claims to be somebody and is refuted is held in every queue.
 */
export const participant: Step = {
  name: 'participant',
  decide({ known, judgement }, verdict) {
    const { ticket } = verdict
    if (!ticket || verdict.agent || verdict.follow === 'new ticket') return undefined
    const address = verdict.sender.address || '–'
    const held = (rule: MailRule) => {
      verdict.apart = { decision: null, rule }
      return { decided: 'follow-up-held', rule, detail: address }
    }
    if (!judgement.believed) return held('sender-not-proven')
    const here = [...known.references, ...known.numbered, ...known.sharing].filter((one) => one.ticket.id === ticket.id)
    const involved = here.some(({ senderInvolved }) => senderInvolved)
    if (judgement.proven && involved) return { decided: 'may', rule: 'has-part-in-ticket', detail: address }
    const answered = known.references.find((one) => one.ticket.id === ticket.id && one.sentToSender)
    if (answered) return { decided: 'may', rule: 'answers-mail-to-sender', detail: `${address} ${answered.messageId}` }
    if (here.some(({ senderLetIn }) => senderLetIn)) return { decided: 'may', rule: 'let-in-by-agent', detail: address }
    if (ticket.followUpStrangers === 'accept') return { decided: 'may', rule: 'queue-accepts-strangers', detail: address }
    // Perhaps the person who has a part: not to be refused as a stranger.
    if (involved) return held(unprovenRule(judgement))
    if (ticket.followUpStrangers !== 'reject') return held('no-part-in-ticket')
    verdict.apart = { decision: 'rejected', rule: 'no-part-in-ticket' }
    return { decided: 'follow-up-refused', rule: 'queue-rejects-strangers', detail: address }
  },
}

/** Where nobody looked, the message that is held says what to set. */
const unprovenRule = ({ assurance }: Hand['judgement']): MailRule => (assurance === null ? 'part-not-checked' : 'part-not-proven')
