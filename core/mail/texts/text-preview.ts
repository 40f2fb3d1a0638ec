/** Owns texts filled in for a ticket: the preview of an automatic answer, and what stands in an agent's answer. */
import { sql, type Kysely } from 'kysely'
import { receive } from '../../calendar/receipt.ts'
import type { Database, Id, Language } from '../../database/schema.ts'
import { forAllHere, inTicket } from '../../article/articles.ts'
import { coreTexts } from '../../i18n/core-texts.ts'
import { languageFor } from '../../i18n/languages.ts'
import type { Work } from '../../kernel/work.ts'
import { calendarOfQueue, findQueue, senderOfQueue } from '../../queue/queues.ts'
import { UNCLASSIFIED } from '../../service/fitting.ts'
import type { Person } from '../../person/persons.ts'
import { agentTicketUrl } from '../../ticket/url.ts'
import { buildSubject, DEFAULT_SUBJECT_SETTINGS } from '../../ticket/subject.ts'
import type { Ticket } from '../../ticket/ticket.ts'
import { textOfHtml } from '../reading/body.ts'
import { sanitizeMailHtml } from '../reading/sanitize.ts'
import { lastAgentArticle, personWords, recipientOf, wordsFor } from './auto-response.ts'
import { readAddressList } from '../address-list.ts'
import { sayAddress } from '../outbound.ts'
import { AGENT_ARTICLE, expandTags, expandTagsInHtml } from './smart-tags.ts'

/** Whose texts are filled in: the actor is who `CURRENT` and `AGENT` tags speak of. */
export type TextRoom = Pick<Work, 'config' | 'now' | 'actor'> & { db: Kysely<Database> }

export interface TextPreview {
  from: string
  subject: string
  body: string
}

/**
 * The variant as the ticket's customer would get it now; the customer's last message stands for the one answered. Without a ticket: one
 * that might come now into the given queue, from nobody real.
 */
export async function previewText(
  room: TextRoom,
  of: Ticket | { sampleIn: Id },
  variant: { subject: string; body: string },
  language: Language,
): Promise<TextPreview> {
  const { words, sender, number } =
    'sampleIn' in of
      ? { ...(await wordsOfSample(room, of.sampleIn, variant, language)), number: SAMPLE_NUMBER }
      : { ...(await wordsOfTicket(room, of, variant, language)), number: of.number }
  return {
    from: sayAddress(sender),
    subject: buildSubject({ number, subject: expandTags(variant.subject, words), kind: 'new', clean: false }, DEFAULT_SUBJECT_SETTINGS),
    body: expandTags(variant.body, words),
  }
}

const SAMPLE_NUMBER = '2026000000000001'
/** No row has it. */
const NO_ID = '0'

interface Sample {
  number: string
  title: string
  from: string
  body: string
}

function sampleIn(language: Language): Sample {
  const t = coreTexts.in(language)
  return { number: SAMPLE_NUMBER, title: t('sample.subject'), from: `${t('sample.name')} <anna@example.org>`, body: t('sample.body') }
}

async function wordsOfSample(
  room: TextRoom,
  queueId: Id,
  variant: { subject: string; body: string },
  language: Language,
  sample = sampleIn(language),
) {
  const { db, config, now } = room
  const [sender, calendar, queue] = [
    await senderOfQueue(db, config, queueId),
    await calendarOfQueue(db, queueId),
    await findQueue(db, queueId),
  ]
  const ticket = {
    id: NO_ID,
    number: sample.number,
    title: sample.title,
    queue: queue?.name ?? '',
    queueId,
    unitId: queue?.unitId ?? NO_ID,
    state: 'new',
    stateType: 'new',
    stateId: NO_ID,
    priority: '3 normal',
    priorityId: NO_ID,
    typeId: UNCLASSIFIED,
    typeName: 'Unclassified',
    serviceId: null,
    serviceName: null,
    slaId: null,
    slaName: null,
    lock: 'unlock',
    pendingUntil: null,
    createdAt: now,
    changedAt: now,
    receivedAt: receive(calendar, now).receivedAt,
    customerId: null,
    ownerId: null,
    responsibleId: null,
  }
  const answered = {
    from: sample.from,
    replyTo: '',
    to: sender.address,
    subject: ticket.title,
    body: sample.body,
    messageId: null,
    references: [],
  }
  return { words: await wordsFor(room, { ...variant, language, calendar, ticket }, answered, sender), sender }
}

/** A text of an agent's answer with its tags filled in; in the language of the customer, else of the queue, else the first offered. */
export async function fillIn(room: TextRoom, ticket: Ticket, text: string): Promise<string> {
  if (!/<(OTRS|OTOBO|POMOC)_/i.test(text)) return text
  const row = await room.db
    .selectFrom('queue as q')
    .leftJoin('person as p', (join) => join.on('p.id', '=', ticket.customerId))
    .select((eb) => eb.fn.coalesce('p.language', 'q.language').as('language'))
    .where('q.id', '=', ticket.queueId)
    .executeTakeFirst()
  const { words } = await wordsOfTicket(room, ticket, { subject: '', body: text }, languageFor(room.config, row?.language))
  return expandTags(text, words)
}

/** The same for a ticket that is being written, in the queue it is meant for: what it does not have yet is left out. */
export async function fillInNew(room: TextRoom, queueId: Id, title: string, text: string): Promise<string> {
  if (!/<(OTRS|OTOBO|POMOC)_/i.test(text)) return text
  const language = languageFor(room.config, (await findQueue(room.db, queueId))?.language)
  const { words } = await wordsOfSample(room, queueId, { subject: '', body: text }, language, { number: '', title, from: '', body: '' })
  return expandTags(text, words)
}

/** A text as it is sent. `html`: where it is HTML, cleaned; then `body` are its words. */
export interface FilledText {
  subject: string
  body: string
  html?: string
}

/**
 * A text for those who are told of a ticket, in one language: what it says of the ticket is looked up once, then filled in for each reader – agents, or (`outside`) those on
 * the asking side, who get no note and nothing of another ticket that was merged into it. The actor of the room is who `CURRENT` tags speak of.
 * `comment`: what the act said that they are told of; it stands for the customer's words (OTRS behaviour).
 */
export async function textForTold(
  room: TextRoom,
  ticket: Ticket,
  { subject, body, contentType }: { subject: string; body: string; contentType: 'text/plain' | 'text/html' },
  language: Language,
  { outside, comment }: { outside: boolean; comment?: string },
): Promise<(reader: Person | null) => FilledText> {
  const asWritten = contentType === 'text/html' ? body.replace(/&lt;(OTRS|OTOBO|POMOC)_/gi, '<$1_').replaceAll('&gt;', '>') : body
  const { words } = await wordsOfTicket(room, ticket, { subject, body: asWritten }, language, { forAll: outside })
  if (!outside) {
    words.ticketUrl = agentTicketUrl(room.config, ticket.id)
    if (AGENT_ARTICLE.test(subject + body)) words.agentArticle = await lastAgentArticle(room.db, ticket.id, { notes: true })
  }
  if (comment !== undefined) {
    words.comment = comment
    if (words.customerArticle) words.customerArticle = { ...words.customerArticle, body: comment }
  }
  return (reader) => {
    words.reader = reader && personWords(reader)
    const filled = { subject: expandTags(subject, words).replace(/\s+/g, ' ').trim() }
    if (contentType === 'text/plain') return { ...filled, body: expandTags(body, words) }
    const html = sanitizeMailHtml(expandTagsInHtml(body, words))
    return { ...filled, html, body: textOfHtml(html).text }
  }
}

async function wordsOfTicket(
  room: TextRoom,
  ticket: Ticket,
  variant: { subject: string; body: string },
  language: Language,
  { forAll = false }: { forAll?: boolean } = {},
) {
  const { db, config } = room
  const sender = await senderOfQueue(db, config, ticket.queueId)
  const calendar = await calendarOfQueue(db, ticket.queueId)
  const last = await db
    .selectFrom('article')
    .select(['from_text', 'reply_to', 'to_text', 'subject', 'body'])
    .where('ticket_id', '=', ticket.id)
    .where('sender_type', '=', 'customer')
    .where('visible', '=', true)
    .where(inTicket)
    .where(forAll ? forAllHere : sql<boolean>`true`)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const answered = {
    from: last?.from_text ?? '',
    replyTo: last?.reply_to ?? '',
    to: last?.to_text ?? '',
    subject: last?.subject ?? ticket.title,
    body: last?.body ?? '',
    messageId: null,
    references: [],
  }
  const words = await wordsFor(
    room,
    {
      ...variant,
      language,
      calendar,
      ticket: {
        ...ticket,
        customerCompany: ticket.customerCompany ?? '',
        queue: ticket.queueName,
        state: ticket.stateName,
        priority: ticket.priorityName,
      },
    },
    answered,
    sender,
    recipientOf(answered, readAddressList(answered.replyTo)[0]?.address ?? ''),
  )
  return { words, sender }
}
