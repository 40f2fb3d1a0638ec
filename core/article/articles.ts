/** Owns articles: adding one with its attachments, and reading those a person may see. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { storable } from '../database/storable.ts'
import type { Assurance, Channel, Database, HeldDecision, Id, OutboundState, SenderType } from '../database/schema.ts'
import { readBlob, storeBlob, storingBlob } from '../database/blob.ts'
import { isId } from '../database/id.ts'
import type { MailNote } from '../mail/reading/parsed-mail.ts'
import type { Access } from '../kernel/actor.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { conditionOf } from '../permission/policy.ts'
import type { NewArticle, Ticket } from '../ticket/ticket.ts'

export interface Attachment {
  id: Id
  articleId: Id
  name: string
  contentType: string
  contentId: string | null
  disposition: 'attachment' | 'inline'
  size: number
  /** OTRS FileID: counted from 1 within the article, its texts included. Null of those from before it was kept. */
  place: number | null
}

/** What an article said before it was edited; `n` counts from 1. */
export interface Revision {
  n: number
  at: Date
  by: string | null
  visible: boolean
  subject: string
  body: string
}

export interface Article {
  id: Id
  ticketId: Id
  channel: Channel
  senderType: SenderType
  visible: boolean
  personId: Id | null
  personName: string | null
  from: string
  to: string
  cc: string
  /** '' for customers. */
  bcc: string
  subject: string
  body: string
  hasHtml: boolean
  messageId: string | null
  inboundMailId: Id | null
  actId: string
  createdAt: Date
  withdrawnAt: Date | null
  /** How far it is proven who wrote, and by which rule ('mail.rule.<rule>'); null: nobody looked. */
  assurance: { level: Assurance; rule: string; detail: string } | null
  /** It came from somebody without a part in the ticket, and stands apart until it is accepted. */
  held: { at: Date; rule: string; decision: HeldDecision | null } | null
  /** The ticket that it was written in, where that was merged into this one; `shared`: the customers here read it too. */
  writtenIn: { id: Id; number: string; shared: boolean } | null
  /** Delivery of the mail made from it; null when none was. */
  delivery: { state: OutboundState; error: string | null; sentAt: Date | null } | null
  /** What mail servers said when it did not arrive, the oldest first; nothing for customers. */
  sendErrors: { at: Date | null; text: string }[]
  /** What it said before it was edited, the oldest first; nothing for customers. */
  revisions: Revision[]
  /** Whether the mail is kept as it came or left. */
  hasRaw: boolean
  /** What was noted when its mail was read: signed, damaged … */
  notes: MailNote[]
  attachments: Attachment[]
}

/** First words of a body for lists: one line, quoted lines left out, 200 characters at most. */
export function firstWords(body: string): string {
  const lines = body
    .slice(0, 4000)
    .split('\n')
    .filter((line) => !line.startsWith('>'))
  return storable(lines.join(' ').replace(/\s+/g, ' ').trim()).slice(0, 200)
}

/** As a condition: it is part of the ticket, not a message that is held or was rejected. */
export const inTicket = sql<boolean>`(article.held_at is null or article.held_decision = 'accepted')`

/**
 * As a condition: those whom its ticket is shown to read it too. What came by a merge (ticket/merge/) stays with the customers of the
 * ticket in which it was written, unless all of the main ticket's see that one anyway.
 */
export const forAllHere = sql<boolean>`not exists (select from article_thread th where th.article_id = article.id and not th.shared)`

/** Agents read all of a ticket that they may read; customers what is visible, of other tickets that were merged into it only their own. */
export type Reading = { visibleOnly: false } | { visibleOnly: true; reader: Access }

/** Which articles a reading of a ticket finds: for customers also those that were written here and lie in another ticket since a merge. */
export function readIn(ticketId: Id, reading: Reading) {
  if (!reading.visibleOnly) return sql<boolean>`article.ticket_id = ${ticketId}`
  // As an array they are found first: with `in (…)` the planner may walk all articles in their order.
  return sql<boolean>`article.id = any(array(
      select id from article here where here.ticket_id = ${ticketId} union all select article_id from article_thread where ticket_id = ${ticketId}))
    and article.visible and article.withdrawn_at is null and ${inTicket}
    and (${forAllHere} or exists (select from article_thread th join ticket on ticket.id = th.ticket_id
      where th.article_id = article.id and ${conditionOf(reading.reader, 'see')}))`
}

/** Stores an article in an existing ticket. Callers are the acts in ticket/tickets.ts: they keep the ticket's own columns true. */
export async function insertArticle(work: Work, ticketId: Id, article: NewArticle): Promise<Id> {
  const { id } = await work.db
    .insertInto('article')
    .values(rowOf(work, ticketId, article))
    .returning('id')
    .executeTakeFirstOrThrow()
  await keepBeside(work, id, article)
  return id
}

/** The same of a ticket's first article, as a statement that its ticket is made with: `made` (id), of one row or none. Then comes `keepBeside`. */
export function insertingFirst(work: Work, article: NewArticle, made: RawBuilder<unknown>): RawBuilder<unknown> {
  const { ticket_id: _ticket, ...row } = rowOf(work, '0', article)
  const columns = sql.join(['ticket_id', ...Object.keys(row)].map((column) => sql.ref(column)))
  return sql`insert into article (${columns}) select ${made}.id, ${sql.join(Object.values(row))} from ${made} returning id`
}

/** What an article is stored with in tables of its own: where it was written, its files. */
export async function keepBeside(work: Work, id: Id, article: NewArticle): Promise<void> {
  if (article.thread)
    await work.db
      .insertInto('article_thread')
      .values({ article_id: id, ticket_id: article.thread.ticketId, shared: article.thread.shared })
      .execute()
  const files = (article.attachments ?? []).map((file) => ({ ...file, name: fileName(file.name) }))
  const places = placesOf(files, textsOf(article))
  for (const [n, file] of files.entries()) {
    await storeBlob(
      work.db,
      file.content,
      work.now,
      (blob) => sql`
      insert into article_attachment (article_id, blob_id, name, content_type, content_id, disposition, size, place, alternative)
      select ${id}, ${blob}.id, ${file.name}, ${storable(file.contentType).slice(0, 200)},
        ${file.contentId ? storable(file.contentId).slice(0, 250) : null}, ${file.disposition ?? 'attachment'}, ${file.content.length},
        ${places[n]}, ${file.alternative ?? false} from ${blob}`,
    )
  }
}

function rowOf(work: Work, ticketId: Id, article: NewArticle) {
  const { held } = article
  const assurance = article.assurance ?? (article.personId && article.personId === actorId(work) ? LOGGED_IN : undefined)
  return {
    ticket_id: ticketId,
    channel: article.channel,
    sender_type: article.senderType,
    visible: article.visible && !held,
    person_id: article.personId ?? null,
    from_text: storable(article.from ?? ''),
    to_text: storable(article.to ?? ''),
    cc_text: storable(article.cc ?? ''),
    ...(article.bcc ? { bcc_text: storable(article.bcc) } : {}),
    reply_to: storable(article.replyTo ?? ''),
    subject: storable(article.subject),
    body: storable(article.body),
    html: article.html ? storable(article.html) : null,
    message_id: article.messageId ? storable(article.messageId) : null,
    in_reply_to: storable(article.inReplyTo ?? ''),
    reference_ids: storable(article.references ?? ''),
    inbound_mail_id: article.inboundMailId ?? null,
    act_id: work.act,
    created_at: work.now,
    withdrawn_at: null,
    ...(assurance
      ? { assurance: assurance.level, assurance_rule: assurance.rule, assurance_detail: storable(assurance.detail).slice(0, 1000) }
      : {}),
    ...(held ? { held_at: work.now, held_rule: held.rule, held_decision: held.decision } : {}),
  }
}

/** The same for an article without files whose id was drawn ahead: stored with the act's last statement, so that nothing in the act finds it before. */
export const gatherArticle = (work: Work, id: Id, ticketId: Id, article: NewArticle): void =>
  work.gather(storeArticles, [{ id, ...rowOf(work, ticketId, article) }])

const storeArticles = (work: Work, rows: (ReturnType<typeof rowOf> & { id: Id })[]) => sql`${work.db.insertInto('article').values(rows)}`

/** Names of an article's texts are theirs alone (OTRS behaviour): a file of that name is written otherwise. */
const fileName = (name: string): string => (storable(name).slice(0, 250) || 'file').replace(/^file-(?=[12]$)/, 'File-')

/**
 * As which parts OTRS would keep the texts: a mail's plain one is 'file-1', its HTML 'file-2', of what is written here the HTML alone. They are
 * columns of the article and no parts, but are counted among these.
 */
function textsOf({ inboundMailId, html, attachments = [] }: NewArticle): string[] {
  if (inboundMailId === undefined) return html ? ['file-2'] : []
  return html ? ['file-1', 'file-2'] : attachments.length > 0 ? ['file-1'] : []
}

/** The place of each file among files and texts: by name without regard to case, those of one name as they came. */
function placesOf(files: readonly { name: string }[], texts: readonly string[]): number[] {
  const names = [...files.map(({ name }) => name), ...texts].map((name, n) => ({ name: name.toLowerCase(), n }))
  const order = names.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.n - b.n))
  return files.map((_, n) => order.findIndex((one) => one.n === n) + 1)
}

const LOGGED_IN = { level: 'login', rule: 'logged-in', detail: '' } as const

/** Tells subscribers and open pages; separate, so that an act says it once everything about the ticket is true. */
export function emitArticle(work: Work, ticket: Pick<Ticket, 'id' | 'unitId'>, articleId: Id, article: NewArticle): void {
  work.emit('article.created', {
    ticketId: ticket.id,
    unitId: ticket.unitId,
    data: { article: articleId, channel: article.channel, senderType: article.senderType, visible: article.visible },
  })
}

/** All articles of a ticket, oldest first, also those that a merge brought; `visibleOnly` is what a customer may see (withdrawn and held ones never). */
export async function listArticles(db: Kysely<Database>, ticketId: Id, reading: Reading): Promise<Article[]> {
  const rows = await articleQuery(db, reading)
    .where(readIn(ticketId, reading))
    .orderBy('article.created_at')
    .orderBy('article.id')
    .execute()
  const attachments =
    rows.length === 0
      ? []
      : await db
          .selectFrom('article_attachment')
          .selectAll()
          .where(
            'article_id',
            'in',
            rows.map((row) => row.id),
          )
          .where('role', '=', 'file')
          .orderBy('id')
          .execute()
  return rows.map((row) => ({ ...toArticle(row), attachments: attachments.filter((a) => a.article_id === row.id).map(toAttachment) }))
}

export async function findArticle(
  db: Kysely<Database>,
  ticketId: Id,
  articleId: Id,
  reading: Reading = { visibleOnly: false },
): Promise<(Article & { html: string | null }) | undefined> {
  if (!isId(articleId)) return undefined
  const row = await articleQuery(db, { visibleOnly: false })
    .select('article.html')
    .where(readIn(ticketId, reading))
    .where('article.id', '=', articleId)
    .executeTakeFirst()
  if (!row) return undefined
  const attachments = await db
    .selectFrom('article_attachment')
    .selectAll()
    .where('article_id', '=', row.id)
    .where('role', '=', 'file')
    .orderBy('id')
    .execute()
  return { ...toArticle(row), html: row.html, attachments: attachments.map(toAttachment) }
}

/** Where an article is read: the ticket that it lies in, then the one in which it was written; the right to each is to be checked next. */
export async function ticketsOfArticle(db: Kysely<Database>, articleId: Id): Promise<Id[]> {
  if (!isId(articleId)) return []
  const row = await db
    .selectFrom('article')
    .leftJoin('article_thread', 'article_thread.article_id', 'article.id')
    .select(['article.ticket_id', 'article_thread.ticket_id as written_in'])
    .where('article.id', '=', articleId)
    .executeTakeFirst()
  return row ? [...new Set([row.ticket_id, row.written_in ?? row.ticket_id])] : []
}

/** One attachment, through its ticket and article: the caller has checked the right to the ticket. */
export async function findAttachment(
  db: Kysely<Database>,
  ticketId: Id,
  attachmentId: Id,
  reading: Reading,
): Promise<(Attachment & { content(): AsyncGenerator<Buffer> }) | undefined> {
  if (!isId(attachmentId)) return undefined
  const row = await db
    .selectFrom('article_attachment')
    .innerJoin('article', 'article.id', 'article_attachment.article_id')
    .selectAll('article_attachment')
    .where(readIn(ticketId, reading))
    .where('article_attachment.id', '=', attachmentId)
    .executeTakeFirst()
  return row && { ...toAttachment(row), content: () => readBlob(db, row.blob_id) }
}

/** The blob of an article's mail as it came or left, if it is kept: the caller has checked the right to the ticket. */
export async function rawOf(
  db: Kysely<Database>,
  article: Pick<Article, 'id' | 'inboundMailId'>,
): Promise<{ id: Id; size: number } | undefined> {
  const { rows } = await sql<{ id: Id; size: string }>`
    select id, size from blob where id = coalesce((select blob_id from article_raw where article_id = ${article.id}),
      (select blob_id from inbound_mail where id = ${article.inboundMailId}::bigint))`.execute(db)
  return rows[0] && { id: rows[0].id, size: Number(rows[0].size) }
}

/** Keeps the bytes in which an article left as a mail; what is kept already stays. */
export async function keepRaw(work: Work, articleId: Id, raw: Buffer): Promise<void> {
  await storeBlob(work.db, raw, work.now, ownRaw(work, articleId))
}

/** The same as tables for the `with` of a statement that does more; undefined for what is too long for one. */
export const keepingRaw = (work: Work, articleId: Id, raw: Buffer): RawBuilder<unknown> | undefined =>
  storingBlob(raw, work.now, ownRaw(work, articleId))

const ownRaw = (work: Work, articleId: Id) => (blob: RawBuilder<unknown>) =>
  sql`insert into article_raw (article_id, blob_id, at) select ${articleId}, id, ${work.now}::timestamptz from ${blob} on conflict do nothing`

/** Keeps what a mail server said when an article's mail did not arrive, for agents. */
export async function noteSendError(work: Work, articleId: Id, error: { messageId: string | null; text: string }): Promise<void> {
  await work.db
    .insertInto('article_send_error')
    .values({ article_id: articleId, at: work.now, message_id: error.messageId, text: storable(error.text).slice(0, 2000) })
    .execute()
}

/** As JSON: moments are text. */
type SaidError = { at: string | null; text: string }
type SaidRevision = Omit<Revision, 'at'> & { at: string }
const SEND_ERRORS = sql<SaidError[] | null>`(
  select jsonb_agg(jsonb_build_object('at', e.at, 'text', e.text) order by e.id) from article_send_error e where e.article_id = article.id)`
const REVISIONS = sql<SaidRevision[] | null>`(
  select jsonb_agg(jsonb_build_object('n', r.n, 'at', r.at, 'by', p.name, 'visible', r.visible, 'subject', r.subject, 'body', r.body) order by r.n)
  from article_revision r left join person p on p.id = r.by_id where r.article_id = article.id)`

function articleQuery(db: Kysely<Database>, { visibleOnly }: { visibleOnly: boolean }) {
  return db
    .selectFrom('article')
    .leftJoin('person', 'person.id', 'article.person_id')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('outbound_mail')
          .select(['state as delivery_state', 'last_error', 'sent_at'])
          .whereRef('outbound_mail.article_id', '=', 'article.id')
          .orderBy('outbound_mail.id', 'desc')
          .limit(1)
          .as('mail'),
      (join) => join.onTrue(),
    )
    .select([
      'article.id',
      'article.ticket_id',
      'article.channel',
      'article.sender_type',
      'article.visible',
      'article.person_id',
      'person.name as person_name',
      'article.from_text',
      'article.to_text',
      'article.cc_text',
      visibleOnly ? sql<string>`''`.as('bcc_text') : 'article.bcc_text',
      'article.subject',
      'article.body',
      sql<boolean>`article.html is not null`.as('has_html'),
      'article.message_id',
      'article.inbound_mail_id',
      'article.act_id',
      // Reasons are kept with the mail: what was noted of its form and its recipients stands among them.
      sql<MailNote[] | null>`(
        select jsonb_agg(jsonb_build_object('note', r ->> 'rule', 'detail', r ->> 'detail') order by place)
        from inbound_mail i, jsonb_array_elements(case jsonb_typeof(i.reason) when 'array' then i.reason else '[]' end) with ordinality as n(r, place)
        where i.id = article.inbound_mail_id and r ->> 'step' in ('reading', 'recipients'))`.as('notes'),
      (visibleOnly ? sql<SaidError[] | null>`null` : SEND_ERRORS).as('send_errors'),
      (visibleOnly ? sql<SaidRevision[] | null>`null` : REVISIONS).as('revisions'),
      sql<boolean>`(exists (select from article_raw r where r.article_id = article.id)
        or exists (select from inbound_mail i where i.id = article.inbound_mail_id and i.blob_id is not null))`.as('has_raw'),
      sql<Article['writtenIn']>`(
        select jsonb_build_object('id', t.id::text, 'number', t.number, 'shared', th.shared) from article_thread th join ticket t on t.id = th.ticket_id
        where th.article_id = article.id)`.as('written_in'),
      'article.created_at',
      'article.withdrawn_at',
      'article.assurance',
      'article.assurance_rule',
      'article.assurance_detail',
      'article.held_at',
      'article.held_rule',
      'article.held_decision',
      'mail.delivery_state',
      'mail.last_error',
      'mail.sent_at',
    ])
}

function toArticle(row: Awaited<ReturnType<ReturnType<typeof articleQuery>['executeTakeFirstOrThrow']>>): Article {
  return {
    id: row.id,
    ticketId: row.ticket_id,
    channel: row.channel,
    senderType: row.sender_type,
    visible: row.visible,
    personId: row.person_id,
    personName: row.person_name,
    from: row.from_text,
    to: row.to_text,
    cc: row.cc_text,
    bcc: row.bcc_text,
    subject: row.subject,
    body: row.body,
    hasHtml: row.has_html,
    messageId: row.message_id,
    inboundMailId: row.inbound_mail_id,
    actId: row.act_id,
    createdAt: row.created_at,
    withdrawnAt: row.withdrawn_at,
    assurance: row.assurance ? { level: row.assurance, rule: row.assurance_rule, detail: row.assurance_detail } : null,
    held: row.held_at ? { at: row.held_at, rule: row.held_rule, decision: row.held_decision } : null,
    delivery: row.delivery_state ? { state: row.delivery_state, error: row.last_error, sentAt: row.sent_at } : null,
    sendErrors: (row.send_errors ?? []).map(({ at, text }) => ({ at: at === null ? null : new Date(at), text })),
    revisions: (row.revisions ?? []).map((one) => ({ ...one, at: new Date(one.at) })),
    hasRaw: row.has_raw,
    writtenIn: row.written_in,
    notes: row.notes ?? [],
    attachments: [],
  }
}

function toAttachment(row: {
  id: Id
  article_id: Id
  name: string
  content_type: string
  content_id: string | null
  disposition: 'attachment' | 'inline'
  size: string | number
  place: number | null
}): Attachment {
  return {
    id: row.id,
    articleId: row.article_id,
    name: row.name,
    contentType: row.content_type,
    contentId: row.content_id,
    disposition: row.disposition,
    size: Number(row.size),
    place: row.place,
  }
}
