/** Owns the question: which queue does a new ticket go to? */
import { placeOfDelivery } from '../places.ts'
import type { Step } from '../hand.ts'

/**
 * By the recipient of the envelope: headers are what a stranger wrote. Of several addresses of one unit the first in To, Cc and
 * envelope decides, whichever of them is processed first. An address that asks the sender's unit goes the way of the units, with its
 * topic, and to its own queue where no unit takes it. An address gone meanwhile, or the ticket's own queue, leads to the default queue.
 */
export const destination: Step = {
  name: 'destination',
  decide(hand, verdict) {
    const { delivery, book, wanted } = hand
    if (verdict.ticket && verdict.follow !== 'new ticket') return undefined
    if (delivery.toQueueId) {
      verdict.queueId = delivery.toQueueId
      return { decided: delivery.toQueueId, rule: 'queue-by-hand' }
    }
    // OTRS behaviour: the header beats every address.
    const { queue } = wanted.fresh.values
    if (queue) {
      verdict.queueId = queue.id
      return { decided: queue.id, rule: 'x-otrs-queue', detail: queue.name }
    }
    const place = placeOfDelivery(hand)
    if (!place) {
      verdict.queueId = book.defaultQueue
      return { decided: book.defaultQueue, rule: 'default-queue', detail: delivery.envelopeTo }
    }
    const { queueId, rule, address, topicId, route } = place
    verdict.queueId = queueId
    if (topicId !== undefined) verdict.topicId = topicId
    return { decided: queueId, rule, detail: address, ...(route ? { route } : {}) }
  },
}
