/** Owns the outbox: putting a mail into it within an act, taking it back, and sending. */
import { randomUUID } from 'node:crypto'
import { sql, type Insertable } from 'kysely'
import type { Id, OutboundMailTable } from '../database/schema.ts'
import type { Work } from '../kernel/work.ts'
import { refused } from '../errors.ts'
import { sayBytes } from '../machine/bytes.ts'
import type { Config } from '../machine/config.ts'

export interface NewMail {
  /** Drawn ahead: it is stored with the act's last statement, so that nothing in the act finds it before. */
  id?: Id
  kind:
    | 'reply'
    | 'forward'
    | 'redirect'
    | 'auto reply'
    | 'auto reject'
    | 'auto follow up'
    | 'auto reply/new ticket'
    | 'closed'
    | 'login link'
    | 'notification'
  from: { address: string; name: string }
  /** '' is the null return path, for everything automatic (RFC 3834 3.3). Default: the sender's address. */
  envelopeFrom?: string
  to: string[]
  cc?: string[]
  subject: string
  /** Left out when `articleId` is given: the article's text and attachments are sent. */
  body?: string
  html?: string
  ticketId?: Id
  articleId?: Id
  /** A mail that leaves as it came in: its bytes, under Resent fields of ours. */
  blobId?: Id
  messageId?: string
  inReplyTo?: string
  references?: string
  headers?: Record<string, string>
  /** Seconds in which the act can still be undone. */
  delaySeconds?: number
}

/** A mail is tried for this long. */
export const GIVE_UP_AFTER_MS = 3 * 24 * 3600 * 1000

export function mailHostname(config: Config): string {
  return config.mail.hostname ?? config.mailAddress.slice(config.mailAddress.lastIndexOf('@') + 1)
}

/** Message-ID of ours: the ticket stands in it, so that In-Reply-To alone finds it. */
export function newMessageId(config: Config, ticketId?: Id): string {
  return `<${ticketId ? `ticket.${ticketId}.` : ''}${randomUUID()}@${mailHostname(config)}>`
}

/** Addresses as they stand in a header line. */
export function sayAddress({ address, name }: { address: string; name: string }): string {
  const clean = name.replace(/[\r\n]+/g, ' ').trim()
  return clean
    ? `${/[^\p{L}\p{N} _'.-]/u.test(clean) || clean.includes('.') ? `"${clean.replace(/(["\\])/g, '\\$1')}"` : clean} <${address}>`
    : address
}

/** The largest mail that leaves, in bytes. */
const largestMail = (config: Config): number => (config.mail.maxSizeKb ?? config.smtp.maxSizeKb) * 1024

/** What files make of a mail, in bytes: base64 in lines (RFC 2045 6.8), their heads, and the letter itself with some room. */
export const mailSize = (files: readonly number[], letter = 0): number =>
  Math.ceil(files.reduce((sum, size) => sum + (size * 4 * 78) / (3 * 76) + 400, 0) + letter * 2 + 4096)

/** As many bytes of files go into one mail. */
export const filesLimit = (config: Config): number =>
  config.mail.maxSizeKb === undefined ? config.smtp.maxSizeKb * 1024 : Math.floor(((largestMail(config) - 16 * 1024) * 3 * 76) / (4 * 78))

/** Kinds that take their article's files along. */
export const WITH_FILES: ReadonlySet<string> = new Set<NewMail['kind']>(['reply', 'forward'])

/** Files that the smarthost would not take are refused while whoever attached them still sits there. */
async function demandSize(work: Work, mail: NewMail): Promise<void> {
  if (mail.articleId === undefined || !WITH_FILES.has(mail.kind) || work.config.mail.maxSizeKb === undefined) return
  const files = await work.db
    .selectFrom('article_attachment')
    .select('size')
    .where('article_id', '=', mail.articleId)
    .where('role', '=', 'file')
    .execute()
  const bytes = files.map(({ size }) => Number(size))
  if (bytes.length > 0 && mailSize(bytes) > largestMail(work.config))
    throw refused('too-large', { limit: sayBytes(filesLimit(work.config)) }, 'files')
}

/** Puts a mail into the outbox; it leaves after commit. Returns its id. Errors: `too-large`. */
export async function queueMail(work: Work, mail: NewMail): Promise<Id> {
  await demandSize(work, mail)
  const delay = mail.delaySeconds ?? 0
  const row = {
    kind: mail.kind,
    ticket_id: mail.ticketId ?? null,
    article_id: mail.articleId ?? null,
    from_text: sayAddress(mail.from),
    envelope_from: mail.envelopeFrom ?? mail.from.address,
    recipients: [...mail.to, ...(mail.cc ?? [])],
    to_text: mail.to.join(', '),
    cc_text: (mail.cc ?? []).join(', '),
    subject: mail.subject.replace(/[\r\n]+/g, ' '),
    body: mail.body ?? null,
    html: mail.html ?? null,
    message_id: mail.messageId ?? newMessageId(work.config, mail.ticketId),
    in_reply_to: mail.inReplyTo ?? '',
    reference_ids: mail.references ?? '',
    headers: JSON.stringify(mail.headers ?? {}),
    not_before: new Date(work.now.getTime() + delay * 1000),
    give_up_at: new Date(work.now.getTime() + GIVE_UP_AFTER_MS),
    last_error: null,
    act_id: work.act,
    created_at: work.now,
    sent_at: null,
    blob_id: mail.blobId ?? null,
  }
  if (mail.id !== undefined) work.gather(storeMails, [{ id: mail.id, ...row }])
  const { id } =
    mail.id === undefined
      ? await work.db.insertInto('outbound_mail').values(row).returning('id').executeTakeFirstOrThrow()
      : { id: mail.id }
  work.enqueue('mail/send', { id }, { key: `mail/send/${id}`, fresh: true, delaySeconds: delay })
  return id
}

const storeMails = (work: Work, rows: (Insertable<OutboundMailTable> & { id: Id })[]) =>
  sql`${work.db.insertInto('outbound_mail').values(rows)}`

/** Takes back the mails of an act on this ticket that have not left yet. Returns how many had left already. */
export async function cancelMails(work: Work, ticketId: Id, act: string): Promise<{ cancelled: number; left: number }> {
  const rows = await work.db
    .selectFrom('outbound_mail')
    .select(['id', 'state', 'attempts'])
    .where('act_id', '=', act)
    // An act on many tickets is one: each is taken back by itself.
    .where('ticket_id', '=', ticketId)
    .forUpdate()
    .execute()
  const waiting = rows.filter((row) => row.state === 'queued' && row.attempts === 0)
  if (waiting.length > 0) {
    await work.db
      .updateTable('outbound_mail')
      .set({ state: 'cancelled' })
      .where(
        'id',
        'in',
        waiting.map((row) => row.id),
      )
      .execute()
  }
  return { cancelled: waiting.length, left: rows.length - waiting.length }
}

/** Takes back those of these mails that nobody has tried to send yet. */
export async function withdrawMails(work: Work, ids: readonly Id[]): Promise<void> {
  if (ids.length === 0) return
  await work.db
    .updateTable('outbound_mail')
    .set({ state: 'cancelled' })
    .where('id', 'in', ids)
    .where('state', '=', 'queued')
    .where('attempts', '=', 0)
    .execute()
}

/** Whom the mails of this act go to, each address once. */
export async function writtenTo(work: Work): Promise<string[]> {
  const rows = await work.db.selectFrom('outbound_mail').select('recipients').where('act_id', '=', work.act).execute()
  return [...new Set(rows.flatMap(({ recipients }) => recipients))]
}

/** Tells open pages and subscribers that a mail of a ticket has gone out, or will not. */
export const deliveryChanged = (
  work: Work,
  { ticketId, unitId, articleId }: { ticketId: Id; unitId: Id; articleId: Id | null },
  state: 'sent' | 'failed',
): void => work.emit('article.delivery-changed', { ticketId, unitId, data: { article: articleId, state } })
