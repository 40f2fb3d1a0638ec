/** Owns lists of mail for administration, in and out, and what an administrator may do with one. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { recordChange } from '../../audit/change.ts'
import { pageAt, type CoreSubject } from '../../audit/subject.ts'
import { readBlob } from '../../database/blob.ts'
import { cutPage, keyPage, type KeyPage, type PageWish, type SortColumn } from '../../database/key-page.ts'
import type { Database, Id, InboundState, MailReason, OutboundState } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { sayText } from '../../i18n/texts.ts'
import { isId } from '../../kernel/input.ts'
import { typedWords } from '../../search/typed.ts'
import type { Work } from '../../kernel/work.ts'
import { demandAdmin } from '../../permission/policy.ts'
import { mailTexts } from '../mail-texts.ts'
import { SECRET_LINK } from '../../person/token.ts'
import { GIVE_UP_AFTER_MS } from '../outbound.ts'

// ── in ──────────────────────────────────────────────────────────────────────────────────────────
export interface InboundMail {
  id: Id
  state: InboundState
  outcome: string | null
  envelopeFrom: string
  envelopeTo: string
  from: string
  subject: string
  acceptedAt: Date
  processedAt: Date | null
  ticketId: Id | null
  ticketNumber: string | null
  attempts: number
  size: number
}

export interface InboundDetail extends InboundMail {
  reasons: MailReason[]
  articleId: Id | null
  peerAddress: string
  peerName: string
  encrypted: boolean
  sha256: string
}

export interface MailFilter<State extends string> {
  /** Words of sender, recipient or subject; or a ticket's number. */
  search?: string
  state?: State
  /** Any of these. */
  states?: readonly State[]
  outcome?: string
  kind?: string
  /** Mail whose ticket lies in the unit's queues, or that came to an address leading there. */
  unitId?: Id
  from?: Date
  to?: Date
}

// Looked up one by one, for the rows of a page: joined, a large window would be looked up by reading whole tables.
const SIZE = 'coalesce((select b.size from blob b where b.id = m.blob_id), 0)'
const ticketNumber = sql<string | null>`(select t.number from ticket t where t.id = m.ticket_id)`.as('ticketNumber')

export const INBOUND_SORTS = ['accepted', 'sender', 'recipient', 'subject', 'size'] as const
export type InboundSort = (typeof INBOUND_SORTS)[number]
const INBOUND_COLUMNS: Record<InboundSort, SortColumn> = {
  accepted: { column: 'm.accepted_at', type: 'timestamptz' },
  sender: { column: `lower(m.envelope_from)`, type: 'text' },
  recipient: { column: `lower(m.envelope_to)`, type: 'text' },
  subject: { column: `m.subject collate "pl-x-icu"`, type: 'text' },
  size: { column: SIZE, type: 'bigint' },
}

/** Words and a unit's mails are looked for, and orders other than by time made, among so many of the newest mails that the other conditions leave: no index knows these. */
export const NEWEST_MAILS = 20_000
/** Does the list go over the newest mails only? */
export const amongNewest = ({ filter = {}, sort }: { filter?: MailFilter<string>; sort?: string }): boolean =>
  Boolean(filter.search) || filter.unitId !== undefined || (sort !== undefined && sort !== 'accepted' && sort !== 'created')

/** The table, or its newest rows that fit. */
function mailsOf<T extends 'inbound_mail' | 'outbound_mail'>(
  table: T,
  at: string,
  conditions: readonly RawBuilder<unknown>[],
  newest: boolean,
) {
  const where = sql.join([sql`true`, ...conditions], sql` and `)
  return sql<Database[T]>`(select * from ${sql.table(table)} where ${where}${
    newest ? sql` order by ${sql.ref(at)} desc, id desc limit ${NEWEST_MAILS}` : sql``
  })`.as('m')
}
const between = (at: string, { from, to }: MailFilter<string>): RawBuilder<unknown>[] => [
  ...(from ? [sql`${sql.ref(at)} >= ${from}`] : []),
  ...(to ? [sql`${sql.ref(at)} < ${to}`] : []),
]

function inboundQuery(db: Kysely<Database>, mails: ReturnType<typeof mailsOf<'inbound_mail'>> = mailsOf('inbound_mail', '', [], false)) {
  return db
    .selectFrom(mails)
    .select([
      'm.id',
      'm.state',
      'm.outcome',
      'm.envelope_from as envelopeFrom',
      'm.envelope_to as envelopeTo',
      'm.from_text as from',
      'm.subject',
      'm.accepted_at as acceptedAt',
      'm.processed_at as processedAt',
      'm.ticket_id as ticketId',
      ticketNumber,
      'm.attempts',
      sql<number>`${sql.raw(SIZE)}::float8`.as('size'),
    ])
}

export async function listInbound(
  db: Kysely<Database>,
  wish: PageWish & { filter?: MailFilter<InboundState>; sort?: InboundSort } = {},
): Promise<KeyPage<InboundMail & { sortKey: string }>> {
  const { filter = {} } = wish
  const page = keyPage(INBOUND_COLUMNS[wish.sort ?? 'accepted'], 'm.id', { direction: 'desc', ...wish })
  const conditions = [
    ...(filter.state ? [sql`state = ${filter.state}`] : []),
    ...(filter.states ? [sql`state in (${sql.join(filter.states)})`] : []),
    ...(filter.outcome ? [sql`outcome = ${filter.outcome}`] : []),
    ...between('accepted_at', filter),
  ]
  let query = inboundQuery(db, mailsOf('inbound_mail', 'accepted_at', conditions, amongNewest(wish))).select(page.key.as('sortKey'))
  if (page.condition) query = query.where(page.condition)
  if (filter.unitId) {
    query =
      query.where(sql<boolean>`(exists (select from ticket t join queue q on q.id = t.queue_id where t.id = m.ticket_id and q.unit_id = ${filter.unitId}) or m.ticket_id is null and lower(m.envelope_to) in (
      select a.address from system_address a join queue q on q.id = a.queue_id where q.unit_id = ${filter.unitId}))`)
  }
  for (const { pattern, digits } of typedWords(filter.search ?? '')) {
    query = query.where(sql<boolean>`(m.subject ~* ${pattern} or m.from_text ~* ${pattern} or m.envelope_from ~* ${pattern}
      or m.envelope_to ~* ${pattern} or exists (select from ticket t where t.id = m.ticket_id and t.number = ${digits}))`)
  }
  const rows = await query
    .orderBy(page.column, page.direction)
    .orderBy('m.id', page.direction)
    .limit(page.limit + 1)
    .execute()
  return cutPage(rows, page.limit)
}

export async function findInbound(db: Kysely<Database>, id: Id): Promise<InboundDetail | undefined> {
  if (!isId(id)) return undefined
  const row = await inboundQuery(db)
    .select([
      'm.reason',
      'm.article_id as articleId',
      'm.peer_address as peerAddress',
      'm.peer_name as peerName',
      'm.encrypted',
      sql<string>`coalesce((select encode(b.sha256, 'hex') from blob b where b.id = m.blob_id), '')`.as('sha256'),
    ])
    .where('m.id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const { reason, ...rest } = row
  return { ...rest, reasons: reason ?? [] }
}

/** The bytes as they came, piece by piece. */
export async function readInboundRaw(db: Kysely<Database>, id: Id): Promise<AsyncGenerator<Buffer> | undefined> {
  const row = isId(id) && (await db.selectFrom('inbound_mail').select('blob_id').where('id', '=', id).executeTakeFirst())
  return row && row.blob_id !== null ? readBlob(db, row.blob_id) : undefined
}

/** Lets a mail that failed or is held be read once more. Errors: `mail.not-failed`. */
export async function retryInbound(work: Work, id: Id): Promise<void> {
  demandAdmin(work.actor)
  const row = isId(id) && (await work.db.selectFrom('inbound_mail').select('state').where('id', '=', id).forUpdate().executeTakeFirst())
  if (!row) throw refused('not-found')
  if (row.state !== 'failed' && row.state !== 'held') throw refused('mail.not-failed')
  await work.db.updateTable('inbound_mail').set({ state: 'accepted', outcome: null, attempts: 0 }).where('id', '=', id).execute()
  work.enqueue('mail/process', { id }, { key: `mail/process/${id}` })
  recordChange(work, inboundSubject, id, { state: row.state }, { state: 'accepted' })
}

// ── out ─────────────────────────────────────────────────────────────────────────────────────────
export interface OutboundMail {
  id: Id
  kind: string
  state: OutboundState
  from: string
  to: string
  subject: string
  ticketId: Id | null
  ticketNumber: string | null
  attempts: number
  lastError: string | null
  createdAt: Date
  notBefore: Date
  giveUpAt: Date
  sentAt: Date | null
}

export interface OutboundDetail extends OutboundMail {
  envelopeFrom: string
  recipients: string[]
  cc: string
  messageId: string
  inReplyTo: string
  references: string
  headers: Record<string, string>
  articleId: Id | null
  /** As sent: the mail's own text, else its article's. */
  body: string
  attachments: { name: string; size: number }[]
}

export const OUTBOUND_SORTS = ['created', 'recipient', 'subject', 'state'] as const
export type OutboundSort = (typeof OUTBOUND_SORTS)[number]
const OUTBOUND_COLUMNS: Record<OutboundSort, SortColumn> = {
  created: { column: 'm.created_at', type: 'timestamptz' },
  recipient: { column: `lower(m.to_text)`, type: 'text' },
  subject: { column: `m.subject collate "pl-x-icu"`, type: 'text' },
  state: { column: 'm.state', type: 'text' },
}

function outboundQuery(db: Kysely<Database>, mails: ReturnType<typeof mailsOf<'outbound_mail'>> = mailsOf('outbound_mail', '', [], false)) {
  return db
    .selectFrom(mails)
    .select([
      'm.id',
      'm.kind',
      'm.state',
      'm.from_text as from',
      'm.to_text as to',
      'm.subject',
      'm.ticket_id as ticketId',
      ticketNumber,
      'm.attempts',
      'm.last_error as lastError',
      'm.created_at as createdAt',
      'm.not_before as notBefore',
      'm.give_up_at as giveUpAt',
      'm.sent_at as sentAt',
    ])
}

export async function listOutbound(
  db: Kysely<Database>,
  wish: PageWish & { filter?: MailFilter<OutboundState>; sort?: OutboundSort } = {},
): Promise<KeyPage<OutboundMail & { sortKey: string }>> {
  const { filter = {} } = wish
  const page = keyPage(OUTBOUND_COLUMNS[wish.sort ?? 'created'], 'm.id', { direction: 'desc', ...wish })
  const conditions = [
    ...(filter.state ? [sql`state = ${filter.state}`] : []),
    ...(filter.kind ? [sql`kind = ${filter.kind}`] : []),
    ...between('created_at', filter),
  ]
  let query = outboundQuery(db, mailsOf('outbound_mail', 'created_at', conditions, amongNewest(wish))).select(page.key.as('sortKey'))
  if (page.condition) query = query.where(page.condition)
  for (const { pattern, digits } of typedWords(filter.search ?? '')) {
    query =
      query.where(sql<boolean>`(m.subject ~* ${pattern} or m.from_text ~* ${pattern} or m.to_text ~* ${pattern} or m.cc_text ~* ${pattern}
      or exists (select from ticket t where t.id = m.ticket_id and t.number = ${digits}))`)
  }
  const rows = await query
    .orderBy(page.column, page.direction)
    .orderBy('m.id', page.direction)
    .limit(page.limit + 1)
    .execute()
  return cutPage(rows, page.limit)
}

export async function findOutbound(db: Kysely<Database>, id: Id): Promise<OutboundDetail | undefined> {
  if (!isId(id)) return undefined
  const row = await outboundQuery(db)
    .leftJoin('article as a', 'a.id', 'm.article_id')
    .select([
      'm.envelope_from as envelopeFrom',
      'm.recipients',
      'm.cc_text as cc',
      'm.message_id as messageId',
      'm.in_reply_to as inReplyTo',
      'm.reference_ids as references',
      'm.headers',
      'm.article_id as articleId',
      // A link that lets somebody in is for its reader alone, not for administrators, whatever kind of mail brings it.
      sql<string>`regexp_replace(coalesce(m.body, a.body, ''), ${SECRET_LINK}, '\\1…', 'g')`.as('body'),
    ])
    .where('m.id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const attachments =
    row.articleId === null
      ? []
      : await db
          .selectFrom('article_attachment')
          .select(['name', sql<number>`size::float8`.as('size')])
          .where('article_id', '=', row.articleId)
          .where('role', '=', 'file')
          .orderBy('id')
          .execute()
  return { ...row, attachments }
}

/** Tries a mail at once that waits for its next try, or that was given up; it is tried for three days again. Errors: `mail.not-waiting`. */
export async function sendOutboundNow(work: Work, id: Id): Promise<void> {
  const before = await lockOutbound(work, id)
  if (before.state !== 'queued' && before.state !== 'failed') throw refused('mail.not-waiting')
  const giveUp = new Date(work.now.getTime() + GIVE_UP_AFTER_MS)
  await work.db
    .updateTable('outbound_mail')
    .set({ state: 'queued', not_before: work.now, ...(before.state === 'failed' ? { give_up_at: giveUp } : {}) })
    .where('id', '=', id)
    .execute()
  work.enqueue('mail/send', { id }, { key: `mail/send/${id}` })
  recordChange(work, outboundSubject, id, { state: before.state }, { state: 'queued' }, { told: { sendNow: true } })
}

/** Takes a mail out of the outbox before it leaves; not one that is on its way this moment. Errors: `mail.not-waiting`. */
export async function cancelOutbound(work: Work, id: Id): Promise<void> {
  const before = await lockOutbound(work, id)
  // Who sends locks its job first and then changes the row that is locked here: either it is seen, or it finds the mail cancelled.
  const { rows } = await sql<{ sending: boolean }>`
    select exists (select from graphile_worker.jobs where key = ${`mail/send/${id}`} and locked_at is not null) as sending`.execute(work.db)
  if (before.state !== 'queued' || rows[0]?.sending) throw refused('mail.not-waiting')
  await work.db.updateTable('outbound_mail').set({ state: 'cancelled' }).where('id', '=', id).execute()
  recordChange(work, outboundSubject, id, { state: before.state }, { state: 'cancelled' })
}

async function lockOutbound(work: Work, id: Id) {
  demandAdmin(work.actor)
  const row = isId(id) && (await work.db.selectFrom('outbound_mail').select('state').where('id', '=', id).forUpdate().executeTakeFirst())
  if (!row) throw refused('not-found')
  return row
}

/** A mail that was read again has made its ticket meanwhile, or found its end. */
export const inboundSubject: CoreSubject<{ state: InboundState; queue: Id | null; outcome: string | null }> = {
  type: 'inbound mail',
  right: 'installation',
  lies: null,
  words: 'subject.inbound-mail',
  named: 'inbound mail',
  seen: pageAt('/admin/mail/in'),
  fields: {
    state: { words: 'field.state', as: { choice: 'inbound.' } },
    queue: { words: 'field.queue', as: 'queue' },
    outcome: {
      words: 'field.outcome',
      as: {
        say: (value, { language, t }) =>
          typeof value === 'string' ? (sayText(mailTexts, language, `mail.outcome.${value}`) ?? value) : t('value.none'),
      },
    },
  },
  told: { reason: { words: 'field.reason' } },
  way: { noWayBack: 'no-way.mail' },
}

/** What has left does not come back; what was cancelled is written anew. */
export const outboundSubject: CoreSubject<{ state: OutboundState }> = {
  type: 'outbound mail',
  right: 'installation',
  lies: null,
  words: 'subject.outbound-mail',
  named: 'outbound mail',
  seen: pageAt('/admin/mail/out'),
  fields: { state: { words: 'field.state', as: { choice: 'outbound.' } } },
  told: { sendNow: { words: 'field.send-now', as: 'yes-no' } },
  way: { noWayBack: 'no-way.mail' },
}
