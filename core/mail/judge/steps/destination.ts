/** Owns the question: which queue does a new ticket go to? */
import { route } from '../../../unit/route.ts'
import { canonicalAddress, destinationOf } from '../../addresses.ts'
import type { Step } from '../hand.ts'

/**
 * By the recipient of the envelope: headers are what a stranger wrote. Of several addresses of ours the first decides,
 * whichever of them is processed first. An address that asks the sender's unit goes the way of the units, with its topic, and
 * to its own queue where no unit takes it. An address gone meanwhile, or the ticket's own queue, leads to the default queue.
 */
export const destination: Step = {
  name: 'destination',
  decide({ delivery, known, book, wanted, routing }, verdict) {
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
    for (const address of known.recipients.length > 0 ? known.recipients : [delivery.envelopeTo]) {
      const found = destinationOf(book, address)
      if (!found) continue
      const asks = book.byUnit.get(canonicalAddress(address))
      if (asks && routing) {
        if (asks.topicId !== null) verdict.topicId = asks.topicId
        const { queueId, rule, why } = route(routing.table, routing.unitId, asks.topicId)
        verdict.queueId = queueId ?? found.queueId
        return { decided: verdict.queueId, rule, detail: address, route: why }
      }
      verdict.queueId = found.queueId
      return { decided: found.queueId, rule: `recipient-${found.rule}`, detail: address }
    }
    verdict.queueId = book.defaultQueue
    return { decided: book.defaultQueue, rule: 'default-queue', detail: delivery.envelopeTo }
  },
}
