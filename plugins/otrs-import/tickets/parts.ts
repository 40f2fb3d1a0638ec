/** Owns reading the bytes of articles, parts and raw mails, from the file system or the database, one after the other. */
import { summed } from '../../../core/index.ts'
import { longOf, MOST_HELD, type Long } from '../source/long.ts'
import type { FileBytes, Row, Source } from '../source/source.ts'
import { chatFile, filePartOf, partOf, type NewPart } from './article-rows.ts'
import type { Known } from './known.ts'
import { rowsAmong, type TicketRows } from './read.ts'
import type { TicketSum } from './sum.ts'
import { idOf, text } from './values.ts'

export interface PartRead {
  articleId: number
  /** Large ones are read in pieces. */
  content: Buffer | Long
  /** Absent: it is the raw mail. */
  part?: NewPart
  /** Null: it lay in the file system. */
  row: Row | null
}

export interface Articles {
  articleIds: readonly number[]
  /** Where each lies in the file system. */
  paths: ReadonlyMap<number, string>
  chat: ReadonlyMap<number, Row[]>
}

/** Parts of so many articles are asked for with one statement. */
const BYTES = { atOnce: 200, atMost: MOST_HELD }

/** OTRS behaviour: what lies in the file system counts, else the database. Parts of an article come in the order in which OTRS counts them. */
export async function* readParts(
  source: Source,
  known: Pick<Known, 'tell'>,
  { articleIds, paths, chat }: Articles,
): AsyncGenerator<PartRead> {
  const inFiles = new Set<number>()
  const hasRaw = new Set<number>()
  if (source.files) {
    for (const articleId of articleIds) {
      const path = paths.get(articleId)
      if (path === undefined) continue
      const files = await source.files.parts(path, articleId)
      if (files.length > 0) inFiles.add(articleId)
      for (const [n, file] of files.entries())
        yield { articleId, content: await heldOf(file), part: filePartOf(file, String(articleId), n + 1), row: null }
      const raw = await source.files.raw(path, articleId)
      if (!raw) continue
      hasRaw.add(articleId)
      yield { articleId, content: await heldOf(raw), row: null }
    }
  }
  const inOrder = articleIds.toSorted((a, b) => a - b)
  let [of, place] = [0, 0]
  const rest = inOrder.filter((id) => !inFiles.has(id))
  for await (const row of rowsAmong(source, 'article_data_mime_attachment', 'article_id', rest, ['article_id', 'filename', 'id'], BYTES)) {
    const articleId = idOf(row['article_id'])!
    place = articleId === of ? place + 1 : 1
    of = articleId
    yield { articleId, content: longOf(row) ?? bytesOf(row['content']), part: partOf(known, row, place), row }
  }
  const withoutRaw = inOrder.filter((id) => !hasRaw.has(id))
  for await (const row of rowsAmong(source, 'article_data_mime_plain', 'article_id', withoutRaw, ['article_id', 'id'], BYTES)) {
    const articleId = idOf(row['article_id'])!
    if (hasRaw.has(articleId)) known.tell('second-raw', 'article_data_mime_plain', text(row['id']))
    else yield { articleId, content: longOf(row) ?? bytesOf(row['body']), row }
    hasRaw.add(articleId)
  }
  for (const articleId of inOrder) {
    const lines = chat.get(articleId) ?? []
    if (lines.length > 0) yield { articleId, content: chatFile(lines), part: chatPart(articleId), row: null }
  }
}

const heldOf = (file: FileBytes): Promise<Buffer> | Long => (file.size > MOST_HELD ? file : file.read())
const bytesOf = (value: Row[string] | undefined): Buffer => (Buffer.isBuffer(value) ? value : Buffer.from(text(value)))

/** The lines of a chat as they were kept, beside what is shown of them. */
const chatPart = (articleId: number): NewPart => ({
  id: null,
  articleId: String(articleId),
  name: 'chat.json',
  contentType: 'application/json; charset=utf-8',
  contentId: null,
  disposition: 'attachment',
  place: 1,
  role: 'file',
  alternative: false,
})

/** Where the articles of these tickets lie, and whose they are. */
export function articlesOf(given: TicketRows, ticketIds: Iterable<number>): Articles & { ticketOf: Map<number, number> } {
  const ticketOf = new Map<number, number>()
  const paths = new Map<number, string>()
  for (const ticketId of ticketIds)
    for (const row of given.articles.get(ticketId) ?? []) {
      const id = idOf(row['id'])!
      ticketOf.set(id, ticketId)
      const path = text(given.mime.get(id)?.['content_path'])
      if (path !== '') paths.set(id, path)
    }
  return { ticketOf, articleIds: [...ticketOf.keys()], paths, chat: given.chat }
}

/** Adds all bytes of these tickets to their sums, without writing anything. */
export async function sumBytes(source: Source, given: TicketRows, sums: ReadonlyMap<number, TicketSum>): Promise<void> {
  const { ticketOf, ...articles } = articlesOf(given, sums.keys())
  for await (const { articleId, content, part, row } of readParts(source, { tell: () => {} }, articles))
    sums
      .get(ticketOf.get(articleId)!)!
      .addBytes(articleId, part?.name ?? null, row, (await summed(Buffer.isBuffer(content) ? [content] : content.pieces())).sha256)
}
