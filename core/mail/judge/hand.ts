/** Owns what the steps judge a mail by: the mail, its envelope and what the database knows of it; and what they decide. */
import type { Drawn } from '../../ticket/counter.ts'
import type { AgentMail, FollowUpPossible, FollowUpStrangers, Id, Language, StateType } from '../../database/schema.ts'
import type { TicketNumberSettings } from '../../ticket/number.ts'
import type { RoutingTable } from '../../unit/route.ts'
import type { AddressBook } from '../addresses.ts'
import type { Judgement } from './assurance/assurance.ts'
import type { Author } from './assurance/author.ts'
import type { Decision, MailRule, StepName } from './outcome.ts'
import type { ParsedMail } from '../reading/parsed-mail.ts'
import type { Relay } from './assurance/relays.ts'
import type { Report } from './report.ts'
import type { OtrsHeaders } from '../filters/otrs-headers.ts'
import type { FollowUpPlace } from '../filters/mail-settings.ts'
import type { Wanted } from '../filters/wanted.ts'

export interface Delivery {
  id: Id
  blobId: Id
  envelopeFrom: string
  envelopeTo: string
  acceptedAt: Date
  /** Who handed the mail to us, and what it called itself (HELO). */
  peerAddress: string
  peerName: string
  /** Who had handed it to our relay, when the relay told (XCLIENT, XFORWARD). */
  clientAddress?: string | null
  clientName?: string | null
  /** An administrator said: a new ticket in this queue. */
  toQueueId?: Id | null
  /** Tried only: other deliveries of the same mail do not count. */
  alone?: true
  clientHelo?: string | null
}

/** A ticket that a mail may belong to. */
export interface KnownTicket {
  id: Id
  number: string
  title: string
  stateType: StateType
  queueId: Id
  unitId: Id
  followUpPossible: FollowUpPossible
  followUpStrangers: FollowUpStrangers
  /** What becomes of an agent's own mail to it. */
  agentMail: AgentMail
  customerId: Id | null
  /** The ticket that the mail names, where that was merged into this one. */
  writtenTo?: Id
}

/** Another delivery of the same mail. */
export interface Sibling {
  envelopeTo: string
  processed: boolean
  outcome: string | null
  ticketId: Id | null
  articleId: Id | null
  /** Else: the same Message-ID, sender and content in other bytes. */
  sameBytes: boolean
  /** Its sender was believed, or nobody looked. */
  believed: boolean
}

export interface Known {
  /** The same mail for other recipients, or come by another way within `SAME_MAIL_MINUTES`. */
  siblings: Sibling[]
  /** How many of them were processed; and, where there are more than are looked at, the id from which on. */
  seen: { done: number; from: Id }
  /** All recipients of the same bytes, in the order of the envelope. */
  recipients: string[]
  /** The Message-ID is one that we made. */
  ownMessage: boolean
  /** Articles and outgoing mails behind the ids that the mail refers to. */
  references: {
    messageId: string
    ticket: KnownTicket
    senderInvolved: boolean
    /** An agent let the sender in by a mail that nothing proved. */
    senderLetIn: boolean
    /** It is a mail of ours that went to the sender's very address. */
    sentToSender: boolean
    /** Not shown to the customer. */
    internal: boolean
    /** We wrote it. */
    ours: boolean
  }[]
  /** Ids that the mail refers to and that came in but are not processed yet. */
  waitingFor: string[]
  /** Tickets whose number stands in the mail, and whether the sender has a part in each (inbound.store.ts says what that is). */
  numbered: { found: string; ticket: KnownTicket; senderInvolved: boolean; senderLetIn: boolean }[]
  /** Open tickets by whom this mail is written to as well, who answered a message that it refers to and wrote that to its sender too; newest first. */
  sharing: { messageId: string; ticket: KnownTicket; senderInvolved: boolean; senderLetIn: boolean }[]
  /** Our mails that a delivery report may speak of. */
  reported: { id: Id; kind: string; messageId: string; ticketId: Id | null; articleId: Id | null; recipients: string[]; merged: boolean }[]
  /** Who owns the sender's address. */
  sender: { id: Id; agent: boolean; valid: boolean; language: Language | null; unitId: Id | null } | null
  /** The envelope's sender is another address of the same person. */
  sentBySame: boolean
  /** Drawn for its new ticket, where it will hardly be anything else. */
  drawn?: Drawn | null
}

/** Everything a step may look at. Steps are functions of it: no step asks the database or the clock. */
export interface Hand {
  delivery: Delivery
  mail: ParsedMail
  known: Known
  book: AddressBook
  /** Who the mail says wrote it. */
  author: Author
  /** How far that is proven. */
  judgement: Judgement
  /** Our own mail server that handed the mail on; undefined: it came from elsewhere. */
  relay?: Relay | undefined
  /** What our own automatic mails say in X-Loop. */
  loopMark: string
  numbers: TicketNumberSettings
  /** Where each number that was looked up stands first; of references, whether they are looked at. */
  places: { numbers: ReadonlyMap<string, FollowUpPlace>; references: boolean /** Found without hook. */; bare: ReadonlySet<string> }
  /** What filters and trusted mail say, and why. */
  headers: { values: OtrsHeaders; reasons: readonly Decision[] }
  /** What these headers ask for, as far as it can be had: for a new ticket and for a follow-up. */
  wanted: { fresh: Wanted; followUp: Wanted }
  report: Report | null
  /** The sign that somebody forwards a correspondence; '' when nothing shows it, or they wrote to where we had written from. */
  forwarded: string
  /** The sender is an agent and the ticket's work is theirs: what they may do there. */
  agent?: { id: Id; mayNote: boolean; mayAnswer: boolean } | undefined
  /** How often this mail has waited for another one. */
  waits: number
  /** The units' table and the sender's unit, where an address of this mail asks them. */
  routing?: { table: RoutingTable; unitId: Id | null } | undefined
}

/** The ticket that a report belongs to; `mail`: the mail of ours that it names. */
export interface Reported {
  ticketId: Id
  mail?: Known['reported'][number]
  /** Only a number says so. */
  byNumber: boolean
}

/** What the steps have decided so far; each adds its part. */
export interface Verdict {
  /** The order ends here. */
  end?: 'duplicate' | 'loop' | 'ignored' | 'bounce' | 'receipt' | 'wait'
  /** Why nobody must be answered automatically; absent: an answer may go. */
  automatic?: MailRule
  /** An answering machine wrote: what it says opens no ticket again. */
  keepState: boolean
  /** Who wrote: '' when the mail names nobody. */
  sender: { address: string; name: string }
  ticket?: KnownTicket
  /** May the customer see it in the ticket? */
  visible: boolean
  follow?: 'possible' | 'reject' | 'new ticket'
  /** It goes to the ticket but not into it: an agent decides, or it is kept as rejected. */
  apart?: { decision: null | 'rejected'; rule: MailRule }
  reported?: Reported
  /** The delivery that this one repeats. */
  twin?: Sibling
  /** The ticket from which the mail was forwarded to a unit that gets its own. */
  forwardedFrom?: KnownTicket
  /** An agent wrote: what it becomes. */
  agent?: 'note' | 'answer'
  queueId: Id
  /** What the address of the mail says it is about. */
  topicId?: Id
}

export interface Step {
  name: StepName
  /** Undefined: the question does not arise for this mail. */
  decide(hand: Hand, verdict: Verdict): Decision | Decision[] | undefined
}
