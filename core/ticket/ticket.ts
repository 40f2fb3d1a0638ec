/** Owns the words of a ticket: what a ticket is to those who read it. */
import type { Assurance, Channel, Id, SenderType, StateType } from '../database/schema.ts'
import type { TicketTies } from '../permission/policy.ts'
import type { TicketFields } from './attributes.ts'

/** A ticket with the names people know its parts by, and its ties to the one who asked for it. */
export interface Ticket extends TicketFields {
  id: Id
  number: string
  ties: TicketTies
  /** Deadlines are promised for it, or kept with it: what happens to it may move them. */
  hasDeadlines: boolean
}

/** An article as it is written: by mail, on the web, as a note. */
export interface NewArticle {
  channel: Channel
  senderType: SenderType
  /** May the customer see it? */
  visible: boolean
  personId?: Id | null
  from?: string
  to?: string
  cc?: string
  /** Hidden copies, as far as they are known: for agents only. */
  bcc?: string
  replyTo?: string
  subject: string
  body: string
  html?: string | null
  messageId?: string | null
  inReplyTo?: string
  references?: string
  inboundMailId?: Id
  /** How far it is proven who wrote; absent: nobody looked. What an actor writes who is logged in is 'login' by itself. */
  assurance?: { level: Assurance | null; rule: string; detail: string }
  /** Written in a ticket that was merged into this one (change/merged.ts): `shared` as the merge says it. */
  thread?: { ticketId: Id; shared: boolean }
  /** It stands apart from the ticket. */
  held?: { rule: string; decision: null | 'rejected' }
  attachments?: NewAttachment[]
}

export interface NewAttachment {
  name: string
  contentType: string
  content: Buffer
  contentId?: string | null
  disposition?: 'attachment' | 'inline'
  /** It says in another form what another part says (multipart/alternative). */
  alternative?: boolean
}

export const OPEN_TYPES: readonly StateType[] = ['new', 'open', 'pending reminder', 'pending auto']
export const isOpen = (type: StateType): boolean => OPEN_TYPES.includes(type)
