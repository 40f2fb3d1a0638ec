/** Owns the question: is this the same mail, sent to two addresses of one unit or come by two ways? Then one ticket is enough. */
import { placeOf, placeOfDelivery, type Place } from '../places.ts'
import type { Hand, KnownTicket, Sibling, Step } from '../hand.ts'
import { findTicket } from './follow-up.ts'

/**
 * The same mail are the same bytes, or – a forwarder or another mail server added fields – the same Message-ID, sender and content within
 * `SAME_MAIL_MINUTES`; never the Message-ID alone. Each unit that was asked gets its own ticket; where the mail goes on
 * with a ticket there already is, one copy is enough, unless each unit has a ticket of its own in that correspondence.
 */
export const duplicate: Step = {
  name: 'duplicate',
  decide(hand, verdict) {
    const done = hand.known.siblings.filter(({ processed }) => processed)
    if (done.length === 0) return undefined
    const [own, ticket] = [placeOfDelivery(hand), findTicket(hand)?.ticket]
    const twin = done.find((sibling) => isTwin(hand, sibling, own, ticket))
    if (!twin) return undefined
    verdict.end = 'duplicate'
    verdict.twin = twin
    return {
      decided: 'duplicate',
      rule: twin.sameBytes ? 'same-bytes-other-recipient' : 'same-mail-other-way',
      detail: hand.known.recipients.join(', '),
    }
  },
}

function isTwin(hand: Hand, sibling: Sibling, own: Place | undefined, mine: KnownTicket | undefined): boolean {
  if (hand.delivery.toQueueId) return sibling.sameBytes
  // Other bytes that nobody proved must not stand in the way of the sender's own.
  if (!sibling.sameBytes && !sibling.believed && hand.judgement.believed) return false
  const theirs = placeOf(hand, sibling.envelopeTo)
  // Whoever leads the mail into one queue leads all copies there; of an address that is gone nobody knows whose it was.
  if (hand.wanted.fresh.values.queue || !own || !theirs || own.unitId === theirs.unitId) return true
  if (sibling.outcome === 'new-ticket' || sibling.outcome === 'duplicate') return false
  return !mine || mine.id === sibling.ticketId || mine.unitId !== own.unitId
}
