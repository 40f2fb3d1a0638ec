/** Owns the question: does this mail go on with a ticket that exists? */
import type { Hand, KnownTicket, Step } from '../hand.ts'
import type { Decision, MailRule } from '../outcome.ts'
import type { FollowUpPlace } from '../../filters/mail-settings.ts'
import { placeOfDelivery } from '../places.ts'

/**
 * References and In-Reply-To, newest first; then numbers in the subject, and where settings say so in the text, in attachments
 * or anywhere, of which the ticket must exist (OTRS behaviour; OTRS asks the subject first). Whether the sender may write into it
 * is asked later. Who answers an internal mail and is not the customer is not shown to the customer (OTRS:
 * FollowUpArticleVisibilityCheck). Where nothing of this is found, two who answer each other and us about a message that we never had are one
 * ticket – only where it is proven who writes, for anybody can name an address. What somebody forwards to another unit asks that unit: a ticket of its own, which names this one.
 */
export const followUp: Step = {
  name: 'follow-up',
  decide(hand, verdict) {
    const found = findTicket(hand)
    if (!found) return undefined
    const { ticket, rule, detail, visible } = found
    const asked = placeOfDelivery(hand)?.unitId
    if (hand.forwarded !== '' && asked !== undefined && asked !== ticket.unitId) {
      verdict.forwardedFrom = ticket
      return { decided: 'new-ticket', rule: 'forwarded-to-another-unit', detail: `${ticket.number} (${hand.forwarded})` }
    }
    verdict.ticket = ticket
    if (!visible) verdict.visible = false
    return { decided: ticket.number, rule, detail }
  },
}

interface Found extends Pick<Decision, 'rule'> {
  ticket: KnownTicket
  visible: boolean
  detail: string
}

/** The ticket that a mail names. Where several stand in one correspondence, as after a mail to two units, the one of the unit written to now. */
export function findTicket(hand: Hand): Found | undefined {
  const { mail, known, report, delivery, places } = hand
  if (delivery.toQueueId) return undefined
  const unitId = placeOfDelivery(hand)?.unitId
  // In-Reply-To is the mail answered itself; of References the last is the newest.
  for (const id of places.references ? [...mail.inReplyTo.toReversed(), ...mail.references.toReversed()] : []) {
    const all = known.references.filter(({ messageId }) => messageId === id)
    const found = all.find(({ ticket }) => ticket.unitId === unitId) ?? all[0]
    if (!found) continue
    const { ticket } = found
    const visible = !found.internal || (known.sender !== null && known.sender.id === ticket.customerId)
    return { ticket, visible, rule: visible ? 'references' : 'answers-internal-mail', detail: id }
  }
  if (report?.certain) return undefined
  // A bare number may be anybody's order or invoice: it counts only for whom it is a ticket's.
  const numbered = known.numbered.find(({ found, senderInvolved }) => senderInvolved || !places.bare.has(found))
  if (!numbered) return places.references ? sharedWith(hand) : undefined
  const place = places.numbers.get(numbered.found) ?? 'subject'
  return {
    ticket: numbered.ticket,
    visible: true,
    rule: RULES[place],
    detail: place === 'subject' ? mail.subject : numbered.found,
  }
}

function sharedWith({ known, judgement, report }: Hand): Found | undefined {
  const [first] = known.sharing
  if (!first?.senderInvolved || !judgement.proven || report) return undefined
  return { ticket: first.ticket, visible: true, rule: 'same-correspondence', detail: first.messageId }
}

const RULES: Record<FollowUpPlace, MailRule> = {
  subject: 'number-in-subject',
  body: 'number-in-body',
  attachments: 'number-in-attachments',
  raw: 'number-in-raw',
  references: 'references',
}
