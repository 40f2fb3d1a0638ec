/** Owns the question: does a filter, or trusted mail itself, say that this mail is to be dropped? */
import type { Step } from '../hand.ts'
import { saysIgnore } from '../../filters/otrs-headers.ts'

/** OTRS behaviour: dropped before anybody asks which ticket it belongs to. What an administrator delivers by hand is wanted. */
export const ignored: Step = {
  name: 'ignored',
  decide({ headers, delivery }, verdict) {
    if (!saysIgnore(headers.values) || delivery.toQueueId) return undefined
    verdict.end = 'ignored'
    return { decided: 'ignored', rule: 'x-otrs-ignore' }
  },
}
