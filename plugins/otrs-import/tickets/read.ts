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

export async function readTickets(source: Source, words: Words, which: Which): Promise<TicketRows> {
  const ofTickets = (table: string, column = 'ticket_id', order = ['id']): Promise<Map<number, Row[]>> =>
    'ids' in which
      ? amongIds(source, table, column, which.ids, order)
      : grouped(source, table, { between: { column, from: which.from, to: which.to }, order }, column)
  const tickets = [...(await ofTickets('ticket', 'id')).values()].flat()
  const articles = await ofTickets('article')
  const articleIds = [...articles.values()].flat().flatMap((row) => idOf(row['id']) ?? [])
  const ofArticles = (table: string, column = 'article_id', order = ['id']) => amongIds(source, table, column, articleIds, order)
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
    versionMime: one(await amongIds(source, 'article_data_mime_version', 'article_id', versionIds, ['id'])),
  }
}

/** Rows of the ids named, in the order given, whose groups come in that of the ids. */
export async function* rowsAmong(
  source: Source,
  table: string,
  column: string,
  ids: readonly number[],
  order: readonly string[],
  atOnce = AT_ONCE,
): AsyncGenerator<Row> {
  if (!source.has(table)) return
  for (let at = 0; at < ids.length; at += atOnce) yield* source.rows(table, { among: { column, ids: ids.slice(at, at + atOnce) }, order })
}

async function amongIds(
  source: Source,
  table: string,
  column: string,
  ids: readonly number[],
  order: readonly string[],
): Promise<Map<number, Row[]>> {
  const found = new Map<number, Row[]>()
  for await (const row of rowsAmong(source, table, column, ids, order)) put(found, idOf(row[column]) ?? 0, row)
  return found
}

async function grouped(source: Source, table: string, wanted: Parameters<Source['rows']>[1], column: string): Promise<Map<number, Row[]>> {
  const found = new Map<number, Row[]>()
  if (!source.has(table)) return found
  for await (const row of source.rows(table, wanted)) put(found, idOf(row[column]) ?? 0, row)
  return found
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
