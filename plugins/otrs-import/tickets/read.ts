/** Owns reading all rows of a few tickets from the source, but for the bytes of parts and mails, which are streamed as they are written. */
import type { Row, Source } from '../source/source.ts'
import type { Words } from './known.ts'
import { idOf } from './values.ts'

/** Which tickets: those between two ids, both included, or those named. */
export type Which = { from: number; to: number } | { ids: readonly number[] }

export interface TicketRows {
  which: Which
  /** By id. */
  tickets: Row[]
  /** By ticket, each in the order of ids. */
  history: Map<number, Row[]>
  articles: Map<number, Row[]>
  watchers: Map<number, Row[]>
  ticketFlags: Map<number, Row[]>
  time: Map<number, Row[]>
  ticketValues: Map<number, Row[]>
  /** By article. */
  mime: Map<number, Row>
  chat: Map<number, Row[]>
  articleFlags: Map<number, Row[]>
  articleValues: Map<number, Row[]>
  sendErrors: Map<number, Row[]>
  versions: Map<number, Row[]>
  /** By version. */
  versionMime: Map<number, Row>
}

/** More ids than this are asked for in several statements. */
const AT_ONCE = 1000

/** So much of a step is held at once, about. Characters; each row counts as some more. */
const MOST_READ = 8_000_000
const A_ROW = 100

/** Where it is too much, of several tickets: the last ticket of those that are half of them. */
export interface TooMuch {
  upTo: number
}

/** Their rows, but no more of them than memory should hold: then they are asked for again in two halves. A single ticket is read whatever it weighs. */
export async function readTickets(source: Source, words: Words, which: Which, most = MOST_READ): Promise<TicketRows | TooMuch> {
  const tickets: Row[] = []
  for await (const row of ofWhich(source, 'ticket', 'id', which, ['id'])) tickets.push(row)
  const scales = { left: tickets.length > 1 ? most : Infinity }
  try {
    for (const row of tickets) weigh(scales, row)
    return await readRows(source, words, which, tickets, scales)
  } catch (error) {
    if (error !== TOO_MUCH) throw error
    return { upTo: idOf(tickets[(tickets.length >> 1) - 1]!['id'])! }
  }
}

/** The two halves of tickets that were too many. */
export const halvesOf = (which: Which, { upTo }: TooMuch): readonly [Which, Which] =>
  'ids' in which
    ? [{ ids: which.ids.filter((id) => id <= upTo) }, { ids: which.ids.filter((id) => id > upTo) }]
    : [
        { from: which.from, to: upTo },
        { from: upTo + 1, to: which.to },
      ]

interface Scales {
  left: number
}
const TOO_MUCH = Symbol('too much')

function weigh(scales: Scales, row: Row): void {
  for (const value of Object.values(row)) if (typeof value === 'string') scales.left -= value.length
  scales.left -= A_ROW
  if (scales.left < 0) throw TOO_MUCH
}

async function readRows(source: Source, words: Words, which: Which, tickets: Row[], scales: Scales): Promise<TicketRows> {
  const grouped = async (rows: AsyncIterable<Row>, column: string): Promise<Map<number, Row[]>> => {
    const found = new Map<number, Row[]>()
    for await (const row of rows) {
      weigh(scales, row)
      put(found, idOf(row[column]) ?? 0, row)
    }
    return found
  }
  const ofTickets = (table: string, column = 'ticket_id', order = ['id']) => grouped(ofWhich(source, table, column, which, order), column)
  const articles = await ofTickets('article')
  const articleIds = [...articles.values()].flat().flatMap((row) => idOf(row['id']) ?? [])
  const among = (table: string, column: string, ids: readonly number[], order: readonly string[]) =>
    grouped(rowsAmong(source, table, column, ids, order), column)
  const ofArticles = (table: string, column = 'article_id', order = ['id']) => among(table, column, articleIds, order)
  const one = (rows: Map<number, Row[]>): Map<number, Row> => new Map([...rows].map(([id, [row]]) => [id, row!]))
  const ofObject = (object: string) => (row: Row) => words.fields.get(idOf(row['field_id']) ?? 0) === object
  const versions = await ofArticles('article_version', 'source_article_id')
  const versionIds = [...versions.values()].flat().flatMap((row) => idOf(row['id']) ?? [])
  return {
    which,
    tickets,
    articles,
    history: await ofTickets('ticket_history'),
    watchers: await ofTickets('ticket_watcher', 'ticket_id', ['ticket_id', 'user_id']),
    ticketFlags: await ofTickets('ticket_flag', 'ticket_id', ['ticket_id', 'ticket_key', 'create_by']),
    time: await ofTickets('time_accounting'),
    ticketValues: only(await ofTickets('dynamic_field_value', 'object_id'), ofObject('Ticket')),
    mime: one(await ofArticles('article_data_mime')),
    chat: await ofArticles('article_data_otrs_chat'),
    articleFlags: await ofArticles('article_flag', 'article_id', ['article_id', 'article_key', 'create_by']),
    articleValues: only(await ofArticles('dynamic_field_value', 'object_id'), ofObject('Article')),
    sendErrors: await ofArticles('article_data_mime_send_error'),
    versions,
    versionMime: one(await among('article_data_mime_version', 'article_id', versionIds, ['id'])),
  }
}

async function* ofWhich(source: Source, table: string, column: string, which: Which, order: readonly string[]): AsyncGenerator<Row> {
  if ('ids' in which) yield* rowsAmong(source, table, column, which.ids, order)
  else if (source.has(table)) yield* source.rows(table, { between: { column, ...which }, order })
}

/** Rows of the ids named, in the order given, whose groups come in that of the ids. */
export async function* rowsAmong(
  source: Source,
  table: string,
  column: string,
  ids: readonly number[],
  order: readonly string[],
  { atOnce = AT_ONCE, ...more }: { atOnce?: number; atMost?: number } = {},
): AsyncGenerator<Row> {
  if (!source.has(table)) return
  for (let at = 0; at < ids.length; at += atOnce)
    yield* source.rows(table, { among: { column, ids: ids.slice(at, at + atOnce) }, order, ...more })
}

function put(found: Map<number, Row[]>, key: number, row: Row): void {
  const rows = found.get(key)
  if (rows) rows.push(row)
  else found.set(key, [row])
}

function only(rows: Map<number, Row[]>, is: (row: Row) => boolean): Map<number, Row[]> {
  const found = new Map<number, Row[]>()
  for (const [key, list] of rows) {
    const those = list.filter(is)
    if (those.length > 0) found.set(key, those)
  }
  return found
}

/** Every row that was read, with its table and its own key. */
export function* allRows(given: TicketRows): Generator<{ table: string; row: Row }> {
  for (const row of given.tickets) yield { table: 'ticket', row }
  for (const [table, rows] of [
    ['article', given.articles],
    ['ticket_history', given.history],
    ['ticket_watcher', given.watchers],
    ['ticket_flag', given.ticketFlags],
    ['time_accounting', given.time],
    ['dynamic_field_value', given.ticketValues],
    ['dynamic_field_value', given.articleValues],
    ['article_data_otrs_chat', given.chat],
    ['article_flag', given.articleFlags],
    ['article_data_mime_send_error', given.sendErrors],
    ['article_version', given.versions],
  ] as const)
    for (const list of rows.values()) for (const row of list) yield { table, row }
  for (const row of given.mime.values()) yield { table: 'article_data_mime', row }
  for (const row of given.versionMime.values()) yield { table: 'article_data_mime_version', row }
}
