/** Owns the question: how far is it proven who wrote? Answered by what was looked up before (assurance/), put on record here. */
import type { Step } from '../hand.ts'

export const assurance: Step = {
  name: 'assurance',
  decide({ judgement }, verdict) {
    // An answer to a forged mail would go to somebody who never wrote.
    if (!judgement.believed) verdict.automatic ??= 'sender-not-proven'
    return {
      decided: judgement.assurance ?? 'not-checked',
      rule: judgement.rule,
      ...(judgement.detail ? { detail: judgement.detail } : {}),
    }
  },
}
