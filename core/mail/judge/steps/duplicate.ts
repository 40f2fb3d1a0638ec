/** Owns the question: is this the same mail, sent to two addresses of ours? Then one ticket is enough. */
import type { Step } from '../hand.ts'

/** By bytes, never by Message-ID alone: other bytes under the same id are another mail. */
export const duplicate: Step = {
  name: 'duplicate',
  decide({ known }, verdict) {
    if (!known.twin) return undefined
    verdict.end = 'duplicate'
    return { decided: 'duplicate', rule: 'same-bytes-other-recipient', detail: known.recipients.join(', ') }
  },
}
