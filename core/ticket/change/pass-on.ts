/** Owns the acts that pass on what was written: forward it, redirect the mail as it came, send one of ours again. */
import { isId } from '../../database/id.ts'
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { undoSeconds } from '../../kernel/actor.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { emitArticle, findArticle, rawOf, type Article } from '../../article/articles.ts'
import { refused } from '../../errors.ts'
import { demandForeign, type SenderAddress } from '../../mail/addresses.ts'
import { newMessageId, queueMail, sayAddress, type NewMail } from '../../mail/outbound.ts'
import { isAddress } from '../../person/persons.ts'
import { senderOfQueue } from '../../queue/queues.ts'
import { addArticle, change, ticketFor } from './change.ts'
import { buildSubject, DEFAULT_SUBJECT_SETTINGS } from '../subject.ts'
import type { NewArticle, NewAttachment, Ticket } from '../ticket.ts'
import { deliverySettled } from './undelivered.ts'

export interface Forward {
  /** The article that is passed on. */
  articleId: Id
  to: string[]
  cc?: string[]
  /** Without number and `Fwd:`; default: the ticket's title. */
  subject?: string
  body: string
  /** Ids of the article's own attachments that go along. */
  keep?: Id[]
  attachments?: NewAttachment[]
  /** May the customer see that it was passed on, and the words added? Default: no. */
  visible?: boolean
}

/**
 * Forwards an article with words of one's own, from the queue's address: the answer comes back to the ticket. Right `forward`
 * (OTRS AgentTicketForward). Errors: `article.empty`, `required`, `person.address-invalid`, `person.address-is-ours`.
 */
export async function forwardArticle(work: Work, ticketId: Id, forward: Forward): Promise<{ articleId: Id; mailId: Id }> {
  const { ticket, source } = await articleFor(work, ticketId, forward.articleId, 'forward')
  if (forward.body.trim() === '') throw refused('article.empty', {}, 'body')
  const to = await strangers(work, forward.to, 'to')
  const cc = await strangers(work, forward.cc ?? [], 'cc', true)
  const sender = await senderOf(work, ticket)
  const messageId = newMessageId(work.config, ticket.id)
  const article: NewArticle = {
    channel: 'email',
    senderType: 'agent',
    visible: forward.visible ?? false,
    personId: actorId(work),
    from: sayAddress(sender),
    to: to.join(', '),
    cc: cc.join(', '),
    subject: buildSubject(
      { number: ticket.number, subject: forward.subject?.trim() || ticket.title, kind: 'forward' },
      DEFAULT_SUBJECT_SETTINGS,
    ),
    body: forward.body,
    messageId,
    references: await referencesTo(work, source),
    attachments: forward.attachments ?? [],
  }
  const articleId = await addArticle(work, ticket, article)
  if (forward.keep?.length) await copyAttachments(work, source.id, articleId, forward.keep)
  const mailId = await queueMail(work, {
    kind: 'forward',
    from: sender,
    to,
    cc,
    subject: article.subject,
    ticketId: ticket.id,
    articleId,
    messageId,
    references: article.references!,
    delaySeconds: undoSeconds(work),
  })
  await change(work, ticket, {}, { rows: [{ type: 'Forward', parts: [[...to, ...cc].join(', ')], articleId, ...deliverySettled(ticket) }] })
  emitArticle(work, ticket, articleId, article)
  return { articleId, mailId }
}

/**
 * Sends a mail on as it came, under our envelope and with Resent fields (RFC 5322 3.6.6): to its reader it is the sender's own
 * mail, and the answer goes to them, not to us. Right `bounce` (OTRS AgentTicketBounce). Errors: those of addresses, `article.no-mail`.
 */
export async function redirectArticle(
  work: Work,
  ticketId: Id,
  { articleId, to: wanted }: { articleId: Id; to: string[] },
): Promise<{ mailId: Id }> {
  const { ticket, source } = await articleFor(work, ticketId, articleId, 'bounce')
  const kept = isOthers(source) ? await rawOf(work.db, source) : undefined
  if (!kept) throw refused('article.no-mail')
  const to = await strangers(work, wanted, 'to')
  const mailId = await queueMail(work, {
    kind: 'redirect',
    from: await senderOf(work, ticket),
    to,
    subject: source.subject,
    ticketId: ticket.id,
    blobId: kept.id,
    messageId: newMessageId(work.config, ticket.id),
    delaySeconds: undoSeconds(work),
  })
  await change(work, ticket, {}, { rows: [{ type: 'Bounce', parts: [to.join(', ')], articleId: source.id, ...deliverySettled(ticket) }] })
  return { mailId }
}

/**
 * Sends a mail of ours once more: to whom it went, or to whom it should have gone. The words stay; the Message-ID is a new one,
 * for servers drop what they have seen. Right `compose` (OTRS EmailResend). Errors: those of addresses, `article.not-mailed`.
 */
export async function resendArticle(
  work: Work,
  ticketId: Id,
  { articleId, to: wanted, cc: wantedCc }: { articleId: Id; to: string[]; cc?: string[] },
): Promise<{ mailId: Id }> {
  const { ticket, source } = await articleFor(work, ticketId, articleId, 'compose')
  const last = await work.db
    .selectFrom('outbound_mail')
    .selectAll()
    .where('article_id', '=', source.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  // One that has not left yet needs no second one beside it.
  if (!last || last.state === 'queued' || source.senderType === 'customer') throw refused('article.not-mailed')
  const to = await strangers(work, wanted, 'to')
  const cc = await strangers(work, wantedCc ?? [], 'cc', true)
  const mailId = await queueMail(work, {
    kind: last.kind as NewMail['kind'],
    from: await senderOf(work, ticket),
    envelopeFrom: last.envelope_from,
    to,
    cc,
    subject: last.subject,
    ...(last.body === null ? {} : { body: last.body }),
    ...(last.html === null ? {} : { html: last.html }),
    headers: last.headers,
    ticketId: ticket.id,
    articleId: source.id,
    messageId: newMessageId(work.config, ticket.id),
    inReplyTo: last.in_reply_to,
    references: last.reference_ids,
    delaySeconds: undoSeconds(work),
  })
  await change(
    work,
    ticket,
    {},
    {
      rows: [{ type: 'EmailResend', parts: [[...to, ...cc].join(', ')], articleId: source.id, ...deliverySettled(ticket) }],
    },
  )
  return { mailId }
}

/** Whether the mail behind an article is still kept as it came: only then can it be redirected. */
export async function canRedirect(db: Kysely<Database>, article: Pick<Article, 'id' | 'inboundMailId' | 'senderType'>): Promise<boolean> {
  return isOthers(article) && (await rawOf(db, article)) !== undefined
}

/** A mail of ours is sent again, not redirected. */
const isOthers = ({ senderType, inboundMailId }: Pick<Article, 'senderType' | 'inboundMailId'>): boolean =>
  senderType === 'customer' || inboundMailId !== null

async function articleFor(
  work: Work,
  ticketId: Id,
  articleId: Id,
  right: 'forward' | 'bounce' | 'compose',
): Promise<{ ticket: Ticket; source: Article }> {
  const ticket = await ticketFor(work, ticketId, right)
  const source = await findArticle(work.db, ticket.id, articleId)
  if (!source || source.withdrawnAt) throw refused('not-found')
  return { ticket, source }
}

const senderOf = (work: Work, ticket: Ticket): Promise<SenderAddress> => senderOfQueue(work.db, work.config, ticket.queueId)

/** Addresses to write to, each once. Not ours: such a mail would come back to us as a new one; that is what moving is for. */
async function strangers(work: Work, wanted: readonly string[], field: 'to' | 'cc', optional = false): Promise<string[]> {
  const given = wanted.map((address) => address.trim()).filter(Boolean)
  const list = given.filter((address, n) => given.findIndex((other) => other.toLowerCase() === address.toLowerCase()) === n)
  if (list.length === 0 && !optional) throw refused('required', {}, field)
  if (list.length === 0) return []
  const wrong = list.find((address) => !isAddress(address))
  if (wrong !== undefined) throw refused('person.address-invalid', { address: wrong }, field)
  await demandForeign(work, list, field)
  return list
}

/** The thread that a forwarded mail belongs to: its reader's program shows both together. */
async function referencesTo(work: Work, source: Article): Promise<string> {
  const row = await work.db.selectFrom('article').select(['reference_ids', 'message_id']).where('id', '=', source.id).executeTakeFirst()
  return [row?.reference_ids, row?.message_id].filter(Boolean).join(' ')
}

/** The same bytes under another article: nothing is copied but the rows. */
async function copyAttachments(work: Work, from: Id, to: Id, ids: readonly Id[]): Promise<void> {
  const known = ids.filter(isId)
  await sql`
    insert into article_attachment (article_id, blob_id, name, content_type, content_id, disposition, size, place)
    select ${to}, blob_id, name, content_type, null, 'attachment', size,
      (select coalesce(max(place), 0) from article_attachment where article_id = ${to}) + row_number() over (order by id) from article_attachment
    where article_id = ${from} and role = 'file' and id = any(${known}::bigint[]) order by id`.execute(work.db)
}
