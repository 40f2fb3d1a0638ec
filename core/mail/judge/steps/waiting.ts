/** Owns the question: does this mail answer one that came in but is not a ticket yet? Then it comes back in a moment. */
import type { Step } from '../hand.ts'

/** Seconds before each new look; then the mail goes its way without the other one. */
export const WAITS = [1, 2, 4, 8, 15, 30, 60] as const

export const waiting: Step = {
  name: 'waiting',
  decide({ known, waits }, verdict) {
    const id = known.waitingFor[0]
    if (verdict.ticket || id === undefined) return undefined
    if (waits >= WAITS.length) return { decided: 'not-longer', rule: 'waited-long-enough', detail: id }
    verdict.end = 'wait'
    return { decided: 'wait', rule: 'answers-unprocessed-mail', detail: id }
  },
}
