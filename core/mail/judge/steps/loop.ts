/** Owns the question: is this a mail of our own that came back? Then it tells nothing new and must not be answered. */
import { headerValues } from '../../reading/parsed-mail.ts'
import type { Step } from '../hand.ts'

export const loop: Step = {
  name: 'loop',
  decide({ known, mail, loopMark }, verdict) {
    if (known.ownMessage) {
      verdict.end = 'loop'
      return { decided: 'loop', rule: 'own-message-id', detail: mail.messageId ?? '' }
    }
    // Our automatic mails carry our mark; anybody else's X-Loop only keeps us from answering (see automatic).
    if (headerValues(mail, 'x-loop').some((value) => value.toLowerCase() === loopMark.toLowerCase())) {
      verdict.end = 'loop'
      return { decided: 'loop', rule: 'own-x-loop', detail: loopMark }
    }
    return undefined
  },
}
