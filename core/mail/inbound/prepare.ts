/** Owns gathering what a mail is judged by: what it says, what the database knows of all that it names, what may be asked of its ticket. */
import type { Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import { counterKey, numberSettings } from '../../ticket/counter.ts'
import { listUnitRules, placeBy } from '../../unit/placing.ts'
import { readRouting } from '../../unit/routing.ts'
import { canonicalAddress, destinationOf } from '../addresses.ts'
import { judgeSender } from '../judge/assurance/assurance.ts'
import { loopMark } from '../texts/auto-response.ts'
import { wroteFrom } from './elsewhere.ts'
import { forwardSign } from '../judge/forwarded.ts'
import { placeOfDelivery } from '../judge/places.ts'
import { findTicket } from '../judge/steps/follow-up.ts'
import { loadAccess } from '../../permission/access.store.ts'
import { may, type Right } from '../../permission/policy.ts'
import { findTicket as readTicket } from '../../ticket/ticket.store.ts'
import { numbersInMail } from './find-in-mail.ts'
import { readReport } from '../judge/report.ts'
import type { Hand } from '../judge/hand.ts'
import { whatIsKnown, type InboundRow } from './inbound.store.ts'
import { mailOfReturnPath } from '../return-path.ts'
import { type ParsedMail } from '../reading/parsed-mail.ts'
import { relayOf } from '../judge/assurance/relays.ts'
import { lookUpWanted } from '../filters/wanted.ts'
import type { LookedAt } from './inbound.ts'

export async function prepare(
  work: Work,
  row: InboundRow,
  { mail: given, content, evidence, book, rules, headers }: LookedAt,
  waits: number,
): Promise<Hand | undefined> {
  const numbers = numberSettings(work.config)
  // What comes to the return path of a mail of ours is about that mail, whatever it says inside.
  const about = await mailOfReturnPath(work.db, row.envelopeTo)
  const mail: ParsedMail = about ? { ...given, references: [about, ...given.references] } : given
  const report = readReport(mail, row.envelopeFrom)
  const places = { ...numbersInMail(mail, row.raw, rules.places, numbers), references: rules.places.has('references') }
  const refersToNothing = mail.references.length + mail.inReplyTo.length + places.numbers.size === 0 && !report
  const known = await whatIsKnown(work.db, {
    delivery: row,
    messageId: mail.messageId,
    references: [...mail.references, ...mail.inReplyTo],
    originals: report?.originals ?? [],
    numbers: [...places.numbers.keys()],
    copies: [...new Set([...mail.to, ...mail.cc].map(({ address }) => canonicalAddress(address)))].filter(
      (address) => address !== evidence.author.address && !destinationOf(book, address),
    ),
    sender: evidence.author.address,
    sentBy: evidence.sentBy,
    content,
    counterKey: refersToNothing && !row.alone ? counterKey(work.config, work.now) : undefined,
  })
  if (!known) return undefined
  const wanted = { fresh: await lookUpWanted(work, headers.values, false), followUp: await lookUpWanted(work, headers.values, true) }
  const hand: Hand = {
    delivery: row,
    mail,
    known,
    book,
    author: evidence.author,
    judgement: judgeSender(evidence, { sender: known.sender?.valid ?? false, samePerson: known.sentBySame }),
    relay: relayOf(work.config, row.peerAddress),
    loopMark: loopMark(work.config),
    numbers,
    report,
    forwarded: '',
    waits,
    places,
    headers,
    wanted,
  }
  const addresses = [...known.recipients, ...known.siblings.map(({ envelopeTo }) => envelopeTo)]
  if (addresses.some((address) => book.byUnit.has(canonicalAddress(address)))) {
    // Whoever is not believed to be the sender belongs to no unit.
    const unitId = hand.judgement.believed ? (known.sender?.unitId ?? (await unitByAddress(work, evidence.author.address))) : null
    hand.routing = { table: await readRouting(work.db), unitId }
  }
  return { ...hand, ...(await aboutItsTicket(work, hand)) }
}

/** What is asked only where a mail seems to go on with a ticket. */
async function aboutItsTicket(work: Work, hand: Hand): Promise<Pick<Hand, 'forwarded' | 'agent'>> {
  const { mail, known } = hand
  const ticket = findTicket(hand)?.ticket
  const none = { forwarded: '', agent: undefined }
  if (!ticket) return none
  const place = placeOfDelivery(hand)
  const sign = place && place.unitId !== ticket.unitId ? forwardSign(mail) : undefined
  const forwarded = sign !== undefined && !(await wroteFrom(work.db, ticket.id, place!.address)) ? sign : ''
  const { sender } = known
  if (!sender?.agent || !sender.valid || sender.id === ticket.customerId) return { ...none, forwarded }
  const [access, full] = await Promise.all([loadAccess(work.db, sender.id, true), readTicket(work.db, ticket.id, sender.id)])
  const allowed = (right: Right) => full !== undefined && may(access, right, full.ties).allowed
  return { forwarded, agent: { id: sender.id, mayNote: allowed('note'), mayAnswer: allowed('compose') } }
}

/** Somebody who writes for the first time belongs where a rule on their mail's domain says. */
async function unitByAddress(work: Work, address: string): Promise<Id | null> {
  if (address === '') return null
  return placeBy(await listUnitRules(work.db), { addresses: [address], dn: null, attributes: {}, groups: [] })?.unitId ?? null
}
