/** Owns where a mail for an address of ours goes, which of several addresses decides, and which deliveries are one mail for one unit. Pure. */
import type { Id, RouteWhy } from '../../database/schema.ts'
import { route } from '../../unit/route.ts'
import { canonicalAddress, destinationOf } from '../addresses.ts'
import { withoutTag } from '../return-path.ts'
import type { Hand } from './hand.ts'
import type { MailRule } from './outcome.ts'

export interface Place {
  address: string
  queueId: Id
  unitId: Id | undefined
  rule: MailRule
  /** An address that asks the sender's unit: what it is about, and which way the question went. */
  topicId?: Id
  route?: RouteWhy
}

type Asks = Pick<Hand, 'book' | 'routing'>

/** Where mail for an address goes now; undefined: it is no longer ours. */
export function placeOf({ book, routing }: Asks, address: string): Place | undefined {
  const found = destinationOf(book, address)
  if (!found) return undefined
  const asks = book.byUnit.get(canonicalAddress(address))
  if (!asks || !routing) {
    return { address, queueId: found.queueId, unitId: book.units.get(found.queueId), rule: `recipient-${found.rule}` }
  }
  const routed = route(routing.table, routing.unitId, asks.topicId)
  const queueId = routed.queueId ?? found.queueId
  return {
    address,
    queueId,
    unitId: book.units.get(queueId),
    rule: routed.rule,
    route: routed.why,
    ...(asks.topicId === null ? {} : { topicId: asks.topicId }),
  }
}

/**
 * All of the envelope's addresses of ours, in the order in which the sender named them: To, Cc, then whoever is named nowhere. Mail servers
 * sort the envelope as they like; the head only sorts what the envelope brought, so that no trust is given to it.
 */
export function placesInOrder(hand: Asks & Pick<Hand, 'mail' | 'known' | 'delivery'>): Place[] {
  const ranks = new Map([...hand.mail.to, ...hand.mail.cc].map(({ address }, n) => [plain(address), n] as const).toReversed())
  const recipients = hand.known.recipients.length > 0 ? hand.known.recipients : [hand.delivery.envelopeTo]
  return recipients
    .map((address) => ({ address, rank: ranks.get(plain(address)) ?? ranks.size + hand.mail.to.length + hand.mail.cc.length }))
    .toSorted((a, b) => a.rank - b.rank)
    .flatMap(({ address }) => placeOf(hand, address) ?? [])
}

/** The place that decides for this delivery: the first of its own unit's; where its address is gone, the first of all. */
export function placeOfDelivery(hand: Asks & Pick<Hand, 'mail' | 'known' | 'delivery'>): Place | undefined {
  const all = placesInOrder(hand)
  const own = placeOf(hand, hand.delivery.envelopeTo)
  return own ? (all.find(({ unitId }) => unitId === own.unitId) ?? own) : all[0]
}

/** Neither the address it was delivered to nor another of ours stands in To or Cc: a hidden copy, a list, or somebody's forwarding. */
export function isHiddenCopy({ mail, book, delivery }: Pick<Hand, 'mail' | 'book' | 'delivery'>): boolean {
  const asked = plain(delivery.envelopeTo)
  return ![...mail.to, ...mail.cc].some(({ address }) => plain(address) === asked || destinationOf(book, address))
}

const plain = (address: string): string => withoutTag(canonicalAddress(address))
