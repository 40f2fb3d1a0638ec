/** Owns finding what belongs to an article that the source does not have: it cannot come, and it is told. */
import type { FindingCode } from '../findings.ts'
import type { Source } from '../source/source.ts'
import type { Known } from './known.ts'
import { idOf, text } from './values.ts'

const TABLES: readonly (readonly [table: string, code: FindingCode])[] = [
  ['article_data_mime', 'orphan-article'],
  ['article_data_mime_attachment', 'orphan-attachment'],
  ['article_data_mime_plain', 'orphan-raw'],
  ['article_data_mime_send_error', 'orphan-send-error'],
  ['article_flag', 'orphan-flag'],
  ['article_data_otrs_chat', 'orphan-article'],
]

/** Reads but the ids of each table; the ids of all articles are held, eight bytes each. `told` is called after each that was told, for they may be many. */
export async function tellOrphans(source: Source, known: Known, told: () => Promise<void>): Promise<void> {
  const articles = await idsOf(source)
  const tell = (...finding: Parameters<Known['tell']>): Promise<void> => {
    known.tell(...finding)
    return told()
  }
  for (const [table, code] of TABLES) {
    if (!source.has(table)) continue
    const key = source.has(table, 'id') ? 'id' : 'article_id'
    for await (const row of source.rows(table, { columns: [...new Set([key, 'article_id'])] }))
      if (!has(articles, idOf(row['article_id']) ?? 0)) await tell(code, table, text(row[key]), { article: text(row['article_id']) })
  }
  if (!source.has('dynamic_field_value')) return
  for await (const row of source.rows('dynamic_field_value', {
    columns: ['id', 'field_id'],
    notAmong: { column: 'field_id', ids: [...known.words.fields.keys()] },
  }))
    await tell('unknown-field', 'dynamic_field_value', text(row['id']), { field: text(row['field_id']) })
  const ofArticles = [...known.words.fields].filter(([, object]) => object === 'Article').map(([id]) => id)
  if (ofArticles.length === 0) return
  for await (const row of source.rows('dynamic_field_value', {
    columns: ['id', 'field_id', 'object_id'],
    among: { column: 'field_id', ids: ofArticles },
  }))
    if (!has(articles, idOf(row['object_id']) ?? 0))
      await tell('orphan-value', 'dynamic_field_value', text(row['id']), { article: text(row['object_id']) })
}

/** Of all articles, sorted. */
async function idsOf(source: Source): Promise<Float64Array> {
  let ids = new Float64Array(65_536)
  let count = 0
  for await (const row of source.rows('article', { columns: ['id'], order: ['id'] })) {
    if (count === ids.length) {
      const more = new Float64Array(2 * count)
      more.set(ids)
      ids = more
    }
    ids[count++] = Number(row['id'])
  }
  return ids.subarray(0, count)
}

function has(sorted: Float64Array, id: number): boolean {
  let [low, high] = [0, sorted.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    if (sorted[middle] === id) return true
    if (sorted[middle]! < id) low = middle + 1
    else high = middle - 1
  }
  return false
}
