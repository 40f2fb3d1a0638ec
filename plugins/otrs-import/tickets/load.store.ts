/** Owns writing the rows of some tickets in one transaction: what came before of them goes, bytes find their owners, the step is marked. */
import { sql, type Kysely } from 'kysely'
import { copyRows, safeHtml, storeBlobs, storePieces, type Copied, type Database, type Id } from '../../../core/index.ts'
import type { Room } from '../room.ts'
import { mendedOf } from '../source/mended.ts'
import type { Row } from '../source/source.ts'
import {
  ARTICLE_COLUMNS,
  articleOf,
  ERROR_COLUMNS,
  FLAG_COLUMNS,
  flagOf,
  PART_COLUMNS,
  REVISION_COLUMNS,
  revisionOf,
  sendErrorOf,
  type NewArticle,
  type NewPart,
} from './article-rows.ts'
import type { Known } from './known.ts'
import { articlesOf, readParts, type Articles, type PartRead } from './parts.ts'
import { allRows, type TicketRows } from './read.ts'
import { SEEN_COLUMNS, seenOf } from './seen.ts'
import { sumRows, type TicketSum } from './sum.ts'
import {
  HISTORY_COLUMNS,
  historyOf,
  TICKET_COLUMNS,
  ticketOf,
  TIME_COLUMNS,
  timeOf,
  VALUE_COLUMNS,
  valuesOf,
  WATCHER_COLUMNS,
  watcherOf,
  type NewRow,
} from './ticket-rows.ts'
import { idOf, text } from './values.ts'

/** Bytes that are held at once, but for a single part that is larger. */
const HELD = 8 * 1024 * 1024
/** So many small ones at most. */
const MOST = 500
export interface Loading {
  room: Room
  known: Known
  /** Stands on all rows of the run: by it they are told from what people do here. */
  act: string
  now: Date
  /** Nothing of these tickets can be here yet. */
  fresh: boolean
}

export interface Written {
  rows: number
  bytes: number
  tickets: number
}

/** In the caller's transaction; what an earlier run wrote of these tickets goes first. */
export async function writeTickets(db: Kysely<Database>, { room, known, act, now, fresh }: Loading, given: TicketRows): Promise<Written> {
  const refused = await taken(db, given.tickets)
  const isRefused = new Set(refused.map(({ id }) => id))
  for (const { id, code, detail } of refused) known.tell(code, 'ticket', id, detail)
  const tickets = given.tickets.filter((row) => !isRefused.has(text(row['id'])))
  const ids = new Set(tickets.map((row) => idOf(row['id'])!))
  for (const { table, row } of allRows(given))
    for (const { code, column } of mendedOf(row))
      known.tell(code, table, text(row['id'] ?? row['article_id'] ?? row['ticket_id']), { column })
  orphans(known, given, new Set(given.tickets.map((row) => idOf(row['id'])!)))
  const seenHere = fresh ? [] : await clear(db, [...ids], given)

  const sums = sumRows(given, [...ids])
  const articles = new Map<number, NewArticle[]>()
  const ofArticles = articlesOf(given, ids)
  const written: NewRow[] = []
  for (const row of tickets) {
    const id = idOf(row['id'])!
    const createdAt = known.moment(row['create_time']) ?? now
    const own = (given.articles.get(id) ?? []).map((article) => {
      const articleId = idOf(article['id'])!
      const mime = given.mime.get(articleId)
      const chat = given.chat.get(articleId) ?? []
      if (!mime && chat.length === 0) known.tell('no-body', 'article', articleId)
      return articleOf(known, article, { mime, chat, ticket: { createdAt, customerId: customerIn(known, row) }, act })
    })
    articles.set(
      id,
      own.toSorted((a, b) => a.at.getTime() - b.at.getTime() || Number(a.row['id']) - Number(b.row['id'])),
    )
    written.push(ticketOf(known, row, given.history.get(id) ?? [], articles.get(id)!, now))
  }
  const mine = ofArticles.articleIds
  const { parts, raws, html, bytes } = await storeParts(db, { room, known, now }, ofArticles, sums)
  // Of two the last one, as OTRS shows it: 'file-2' comes after 'file-1'.
  const shown = await html
  // What cannot be shown can be opened.
  for (const part of parts) if (part['role'] === 'body-html' && shown.get(String(part['article_id'])) === null) part['role'] = 'file'
  for (const own of articles.values()) for (const { row } of own) row['html'] = shown.get(String(row['id'])) ?? null

  let rows = 0
  const copy = async (table: string, columns: readonly string[], list: Iterable<NewRow>): Promise<void> => {
    rows += await copyRows(db, table, columns, inOrder(columns, list))
  }
  await copyTickets(db, written)
  rows += written.length
  await copy(
    'article',
    ARTICLE_COLUMNS,
    [...articles.values()].flatMap((own) => own.map(({ row }) => row)),
  )
  await copy(
    'article_attachment',
    PART_COLUMNS,
    parts.filter(({ id }) => id !== null),
  )
  await copy(
    'article_attachment',
    PART_COLUMNS.slice(1),
    parts.filter(({ id }) => id === null),
  )
  await copy('article_raw', ['article_id', 'blob_id', 'at'], raws)
  await copy(
    'article_send_error',
    ERROR_COLUMNS,
    of(given.sendErrors, mine).map((row) => sendErrorOf(known, row)),
  )
  await copy('article_revision', REVISION_COLUMNS, revisions(known, given, mine, now))
  await copy(
    'article_flag',
    FLAG_COLUMNS,
    of(given.articleFlags, mine)
      .map((row) => flagOf(known, row))
      .filter((row) => row !== undefined),
  )
  const all = [...ids]
  await copy(
    'history',
    HISTORY_COLUMNS,
    of(given.history, all).map((row) => historyOf(known, row, act, now)),
  )
  await copy(
    'ticket_watcher',
    WATCHER_COLUMNS,
    of(given.watchers, all)
      .map((row) => watcherOf(known, row))
      .filter((row) => row !== undefined),
  )
  await copy(
    'time_spent',
    TIME_COLUMNS,
    of(given.time, all).map((row) => timeOf(known, row, new Set(mine.map(String)), act, now)),
  )
  await copy('field_value', VALUE_COLUMNS, valuesOf(known, of(given.ticketValues, all)))
  await copy('field_value', VALUE_COLUMNS, valuesOf(known, of(given.articleValues, mine)))
  const seen = all.flatMap((id) =>
    seenOf(
      known,
      String(id),
      articles.get(id)!.map(({ at, row }) => ({ id: String(row['id']), at })),
      {
        ticket: given.ticketFlags.get(id) ?? [],
        article: (given.articles.get(id) ?? []).flatMap((article) => given.articleFlags.get(idOf(article['id'])!) ?? []),
      },
    ),
  )
  await copySeen(db, [...seen, ...seenHere])
  await copyRows(
    db,
    'otrs_ticket',
    ['ticket_id', 'run_id', 'rows', 'sum'],
    [...sums].map(([id, sum]) => [id, room.run.id, sum.rows, sum.sum]),
  )
  await keepFlags(db, of(given.ticketFlags, all))
  return { rows, bytes, tickets: written.length }
}

const customerIn = (known: Known, row: Row): Copied => known.customers.get(text(row['customer_user_id']).trim().toLowerCase()) ?? null

const of = (rows: ReadonlyMap<number, Row[]>, ids: readonly number[]): Row[] => ids.flatMap((id) => rows.get(id) ?? [])

function* inOrder(columns: readonly string[], rows: Iterable<NewRow>): Generator<Copied[]> {
  for (const row of rows) yield columns.map((column) => row[column] ?? null)
}

/** Tickets of ours that have the number or the id of one that would come. */
async function taken(
  db: Kysely<Database>,
  rows: readonly Row[],
): Promise<{ id: string; code: 'id-taken' | 'number-taken'; detail: Record<string, string> }[]> {
  const wanted = rows.map((row) => ({ id: text(row['id']), number: text(row['tn']) }))
  const { rows: found } = await sql<{ id: string; number: string; is_id: boolean }>`
    select w.id, w.number, t.id = w.id::bigint as is_id from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(id text, number text)
      join ticket t on t.id = w.id::bigint and not exists (select from otrs_ticket o where o.ticket_id = t.id)
        or t.number = w.number and t.id <> w.id::bigint`.execute(db)
  const doubled = wanted.filter(({ number }, n) => wanted.findIndex((one) => one.number === number) < n)
  return [
    ...found.map(({ id, number, is_id }) => ({ id, code: is_id ? ('id-taken' as const) : ('number-taken' as const), detail: { number } })),
    ...doubled.map(({ id, number }) => ({ id, code: 'number-taken' as const, detail: { number } })),
  ]
}

/** Rows whose ticket the source does not have. */
function orphans(known: Known, given: TicketRows, there: ReadonlySet<number>): void {
  for (const [code, table, rows] of [
    ['orphan-article', 'article', given.articles],
    ['orphan-history', 'ticket_history', given.history],
    ['orphan-time', 'time_accounting', given.time],
    ['orphan-watcher', 'ticket_watcher', given.watchers],
    ['orphan-flag', 'ticket_flag', given.ticketFlags],
    ['orphan-value', 'dynamic_field_value', given.ticketValues],
  ] as const) {
    for (const [id, list] of rows)
      if (!there.has(id)) for (const row of list) known.tell(code, table, text(row['id'] ?? row['ticket_id']), { ticket: String(id) })
  }
}

/**
 * What an earlier run wrote of these tickets goes, and what it wrote of others that the source has given to them since, by a merge; the tickets
 * themselves stay, for others may point to them. Answers who has read them here: that is not undone.
 */
async function clear(db: Kysely<Database>, ids: readonly number[], given: TicketRows): Promise<NewRow[]> {
  const { rows: seen } = await sql<NewRow>`
    delete from ticket_seen where ticket_id = any(${ids}::bigint[]) returning ticket_id::text, person_id::text, seen_at`.execute(db)
  await sql`delete from field_value v using field f where f.id = v.field_id and f.object = 'ticket' and v.object_id = any(${ids}::bigint[])`.execute(
    db,
  )
  for (const [table, rows] of [
    ['time_spent', given.time],
    ['history', given.history],
    ['article', given.articles],
  ] as const) {
    const own = of(rows, ids).map((row) => text(row['id']))
    await sql`delete from ${sql.table(table)} where ticket_id = any(${ids}::bigint[]) or id = any(${own}::bigint[])`.execute(db)
  }
  for (const table of ['ticket_watcher', 'otrs_ticket'])
    await sql`delete from ${sql.table(table)} where ticket_id = any(${ids}::bigint[])`.execute(db)
  return seen
}

async function copyTickets(db: Kysely<Database>, rows: readonly NewRow[]): Promise<void> {
  const columns = sql.join(TICKET_COLUMNS.map((column) => sql.ref(column)))
  await sql`create temporary table if not exists otrs_new_ticket (like ticket including defaults) on commit delete rows`.execute(db)
  await copyRows(db, 'otrs_new_ticket', TICKET_COLUMNS, inOrder(TICKET_COLUMNS, rows))
  await sql`insert into ticket (${columns}) select ${columns} from otrs_new_ticket on conflict (id) do update set
    ${sql.join(TICKET_COLUMNS.slice(1).map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`))}`.execute(db)
  await sql`truncate otrs_new_ticket`.execute(db)
}

/** Whoever has read a ticket here later than in the source has read it. */
async function copySeen(db: Kysely<Database>, rows: readonly NewRow[]): Promise<void> {
  const last = new Map<string, NewRow>()
  for (const row of rows) {
    const key = `${row['ticket_id']} ${row['person_id']}`
    const other = last.get(key)
    if (!other || other['seen_at']! < row['seen_at']!) last.set(key, row)
  }
  await copyRows(db, 'ticket_seen', SEEN_COLUMNS, inOrder(SEEN_COLUMNS, last.values()))
}

/** Flags of tickets other than 'Seen' have no place here: they are kept whole. */
async function keepFlags(db: Kysely<Database>, rows: readonly Row[]): Promise<void> {
  const others = rows.filter((row) => text(row['ticket_key']) !== 'Seen')
  if (others.length === 0) return
  const kept = others.map((row) => ({
    source_id: `${text(row['ticket_id'])}:${text(row['ticket_key'])}:${text(row['create_by'])}`,
    name: text(row['ticket_key']),
    content: row,
  }))
  await sql`insert into otrs_kept (kind, source_id, name, content)
    select 'ticket_flag', source_id, name, content from jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) as k(source_id text, name text, content jsonb)
    on conflict (kind, source_id) do update set content = excluded.content`.execute(db)
}

function revisions(known: Known, given: TicketRows, articleIds: readonly number[], now: Date): NewRow[] {
  return articleIds.flatMap((id) =>
    (given.versions.get(id) ?? []).map((version, n) => revisionOf(known, version, given.versionMime.get(idOf(version['id'])!), n + 1, now)),
  )
}

interface Stored {
  parts: NewRow[]
  raws: NewRow[]
  /** By article; null: it cannot be shown. */
  html: Promise<Map<string, string | null>>
  bytes: number
}

/** Streams the bytes of all parts and raw mails into blobs, some megabytes at a time; HTML is made safe meanwhile. */
async function storeParts(
  db: Kysely<Database>,
  { room, known, now }: Pick<Loading, 'room' | 'known' | 'now'>,
  { ticketOf: ticketOfArticle, ...articles }: Articles & { ticketOf: ReadonlyMap<number, number> },
  sums: ReadonlyMap<number, TicketSum>,
): Promise<Stored> {
  const parts: NewRow[] = []
  const raws: NewRow[] = []
  // One after the other: a second thread would cost more memory than it saves time.
  let html: Stored['html'] = Promise.resolve(new Map())
  let bytes = 0
  let held: (PartRead & { content: Buffer })[] = []
  let size = 0
  const put = ({ articleId, part, row }: PartRead, blob: { id: Id; sha256: Buffer; size: number }): void => {
    bytes += blob.size
    sums.get(ticketOfArticle.get(articleId)!)!.addBytes(articleId, part?.name ?? null, row, blob.sha256)
    if (part) parts.push(partRow(part, blob.id, blob.size))
    else raws.push({ article_id: String(articleId), blob_id: blob.id, at: now })
  }
  const flush = async (): Promise<void> => {
    const batch = held
    held = []
    size = 0
    const texts = batch.filter(({ part }) => part?.role === 'body-html')
    if (texts.length > 0) {
      html = html.then(async (shown) => {
        const made = await safeHtml(texts.map(({ content, part }) => ({ content, contentType: part!.contentType })))
        for (const [n, { articleId }] of texts.entries()) shown.set(String(articleId), made[n]!)
        return shown
      })
    }
    const stored = await storeBlobs(
      db,
      batch.map(({ content }) => content),
      now,
    )
    for (const [n, one] of batch.entries()) put(one, { ...stored[n]!, size: one.content.length })
  }
  for await (const one of readParts(room.source, known, articles)) {
    const { content } = one
    if (!Buffer.isBuffer(content)) {
      const { articleId, part } = one
      // So long a text is shown nowhere.
      if (part?.role === 'body-html') html = html.then((shown) => shown.set(String(articleId), null))
      put(one, await storePieces(db, () => content.pieces(), now))
      continue
    }
    if (held.length > 0 && (size + content.length > HELD || held.length >= MOST)) await flush()
    held.push({ ...one, content })
    size += content.length
  }
  if (held.length > 0) await flush()
  return { parts, raws, html, bytes }
}

const partRow = (part: NewPart, blobId: Id, size: number): NewRow => ({
  id: part.id,
  article_id: part.articleId,
  blob_id: blobId,
  name: part.name,
  content_type: part.contentType,
  content_id: part.contentId,
  disposition: part.disposition,
  size,
  place: part.place,
  role: part.role,
  alternative: part.alternative,
})

/** The mark of a step, in the transaction of its rows. */
export async function markStep(
  db: Kysely<Database>,
  runId: Id,
  part: string,
  range: { from: number; to: number },
  { rows, bytes }: Pick<Written, 'rows' | 'bytes'>,
  now: Date,
): Promise<void> {
  await sql`insert into otrs_step (run_id, part, from_key, to_key, rows, bytes, ended_at)
    values (${runId}, ${part}, ${range.from}, ${range.to}, ${rows}, ${bytes}, ${now})`.execute(db)
}

/** How far the steps of a part came: the highest key, and what they wrote. */
export async function stepsOf(
  db: Kysely<Database>,
  runId: Id,
  part: string,
): Promise<{ to: number; rows: number; bytes: number } | undefined> {
  const { rows } = await sql<{ to: string | null; rows: string; bytes: string }>`
    select max(to_key) as to, coalesce(sum(rows), 0) as rows, coalesce(sum(bytes), 0) as bytes from otrs_step where run_id = ${runId} and part = ${part}`.execute(
    db,
  )
  const { to, rows: n, bytes } = rows[0]!
  return to === null ? undefined : { to: Number(to), rows: Number(n), bytes: Number(bytes) }
}

/** Settings of a transaction that writes much: it may take long, and what a crash of the server loses is written again. */
export async function forBulk(db: Kysely<Database>): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(db)
  await sql`set local synchronous_commit = off`.execute(db)
}
