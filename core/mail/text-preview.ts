/** Owns the preview of an automatic answer: as it would be sent for a ticket. */
import type { Kysely } from 'kysely'
import type { Database, Language } from '../database/schema.ts'
import { inTicket } from '../article/articles.ts'
import type { Work } from '../kernel/work.ts'
import { calendarOfQueue, senderOfQueue } from '../queue/queues.ts'
import { buildSubject, DEFAULT_SUBJECT_SETTINGS } from '../ticket/subject.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { wordsFor } from './auto-response.ts'
import { sayAddress } from './outbound.ts'
import { expandTags } from './smart-tags.ts'

type Room = Pick<Work, 'config' | 'now' | 'actor'> & { db: Kysely<Database> }

export interface TextPreview { from: string; subject: string; body: string }

/** The variant as the ticket's customer would get it now; the customer's last message stands for the one answered. */
export async function previewText(room: Room, ticket: Ticket, variant: { subject: string; body: string }, language: Language): Promise<TextPreview> {
  const { db, config } = room
  const sender = await senderOfQueue(db, ticket.queueId, { address: config.mailAddress, name: config.mail.fromName })
  const calendar = await calendarOfQueue(db, ticket.queueId)
  const last = await db.selectFrom('article').select(['from_text', 'to_text', 'subject', 'body']).where('ticket_id', '=', ticket.id)
    .where('sender_type', '=', 'customer').where(inTicket).orderBy('id', 'desc').limit(1).executeTakeFirst()
  const answered = {
    from: last?.from_text ?? '', to: last?.to_text ?? '', subject: last?.subject ?? ticket.title, body: last?.body ?? '', messageId: null, references: [],
  }
  const words = await wordsFor(room, { ...variant, language, calendar, ticket: { ...ticket, queue: ticket.queueName, state: ticket.stateName, priority: ticket.priorityName } }, answered, sender)
  return {
    from: sayAddress(sender),
    subject: buildSubject({ number: ticket.number, subject: expandTags(variant.subject, words), kind: 'new', clean: false }, DEFAULT_SUBJECT_SETTINGS),
    body: expandTags(variant.body, words),
  }
}
