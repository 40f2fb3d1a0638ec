/** Owns the question: did a program write this mail? Then it becomes a ticket like any other, but no automatic answer goes out (RFC 3834). */
import type { Decision } from '../outcome.ts'
import type { Hand, Step } from '../hand.ts'
import { signsOf } from '../signs.ts'

/**
 * Every sign counts, in whatever order they stand: what one of them calls an answer opens no ticket again, and neither does any
 * program's mail that answers a mail of ours. What a monitor reports anew still does.
 */
export const automatic: Step = {
  name: 'automatic',
  decide(hand, verdict) {
    const signs = signsOf(hand)
    const [first] = signs
    if (!first) return undefined
    verdict.automatic = first.rule
    const decisions: Decision[] = signs.map(({ rule, detail }) => ({ decided: 'no-automatic-answer', rule, detail }))
    const answered = signs.some(({ means }) => means === 'machine') ? answeredMail(hand) : undefined
    verdict.keepState = signs.some(({ means }) => means === 'reply') || answered !== undefined
    if (answered !== undefined) decisions.push({ decided: 'opens-nothing', rule: 'program-answers-us', detail: answered })
    return decisions
  },
}

/** The id of a mail of ours that this one refers to. */
function answeredMail({ mail, known }: Hand): string | undefined {
  const ids = new Set([...mail.inReplyTo, ...mail.references])
  return known.references.find(({ messageId, ours }) => ours && ids.has(messageId))?.messageId
}
