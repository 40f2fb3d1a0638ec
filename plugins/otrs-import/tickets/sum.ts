/** Owns the sum of a ticket's rows as they were read: by it a later run knows whether the source has changed it. */
import { hash } from 'node:crypto'
import type { Row } from '../source/source.ts'
import type { TicketRows } from './read.ts'
import { idOf } from './values.ts'

/** Adds up a hash of each row, so that their order does not matter and one that stands twice counts twice. */
export class TicketSum {
  rows = 0
  readonly #lanes = new Uint32Array(4)

  add(table: string, row: unknown): void {
    const digest = hash('sha256', `${table} ${JSON.stringify(row)}`, 'buffer')
    for (let lane = 0; lane < 4; lane++) this.#lanes[lane]! += digest.readUInt32LE(lane * 4)
    this.rows++
  }

  /** A part, or with `name` null a raw mail; `row`: where it lay in the database, all of it but the bytes counts. */
  addBytes(articleId: number, name: string | null, row: Row | null, sha256: Buffer): void {
    this.add('bytes', [articleId, name, row && { ...row, content: null, body: null }, sha256.toString('hex')])
  }

  /** 32 hex digits. */
  get sum(): string {
    return [...this.#lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('')
  }
}

/** All rows of these tickets but the bytes. */
export function sumRows(given: TicketRows, ids: readonly number[]): Map<number, TicketSum> {
  const sums = new Map(ids.map((id) => [id, new TicketSum()]))
  for (const row of given.tickets) sums.get(idOf(row['id'])!)?.add('ticket', row)
  const ofTickets = {
    article: given.articles,
    ticket_history: given.history,
    ticket_watcher: given.watchers,
    ticket_flag: given.ticketFlags,
    time_accounting: given.time,
    dynamic_field_value: given.ticketValues,
  }
  const ofArticles = {
    chat: given.chat,
    article_flag: given.articleFlags,
    article_value: given.articleValues,
    send_error: given.sendErrors,
    article_version: given.versions,
  }
  for (const [id, sum] of sums) {
    for (const [table, rows] of Object.entries(ofTickets)) for (const row of rows.get(id) ?? []) sum.add(table, row)
    for (const article of given.articles.get(id) ?? []) {
      const articleId = idOf(article['id'])!
      const mime = given.mime.get(articleId)
      if (mime) sum.add('mime', mime)
      for (const [table, rows] of Object.entries(ofArticles)) for (const row of rows.get(articleId) ?? []) sum.add(table, row)
    }
  }
  return sums
}
