/** Owns the SQL of reading what an import remarked and what it keeps, page by page. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../core/index.ts'

export interface FoundRemark {
  id: Id
  code: string
  table: string
  key: string
  detail: Readonly<Record<string, unknown>>
  at: Date
}

export interface RemarkWish {
  /** All of these are wanted; undefined: every one. */
  codes?: readonly string[] | undefined
  /** Each word stands in the table's name, the key or the details. */
  search?: string | undefined
  newest?: boolean
  after?: Id | undefined
  limit: number
}

/** In the order in which they were made. */
export async function listRemarks(db: Kysely<Database>, runId: Id, wish: RemarkWish): Promise<FoundRemark[]> {
  const like = (wish.search ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
  const { rows } = await sql<FoundRemark>`
    select id, code, table_name as table, key, detail, at from otrs_finding
    where run_id = ${runId} and (${wish.codes === undefined} or code = any(${[...(wish.codes ?? [])]}::text[]))
      and (${wish.after === undefined} or id ${wish.newest ? sql`<` : sql`>`} ${wish.after ?? '0'}::bigint)
      ${sql.join(
        like.map((one) => sql`and concat_ws(' ', table_name, key, detail::text) ilike ${one}`),
        sql` `,
      )}
    order by id ${wish.newest ? sql`desc` : sql``} limit ${wish.limit}`.execute(db)
  return rows
}

/** How often each code was given in a run. */
export async function countRemarks(db: Kysely<Database>, runId: Id): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ code: string; count: number }>`
    select code, count(*)::int as count from otrs_finding where run_id = ${runId} group by code order by code`.execute(db)
  return new Map(rows.map(({ code, count }) => [code, count]))
}

export interface KeptThing {
  kind: string
  sourceId: string
  name: string
}

export async function listKept(db: Kysely<Database>): Promise<KeptThing[]> {
  return (await sql<KeptThing>`select kind, source_id as "sourceId", name from otrs_kept order by kind, name, source_id`.execute(db)).rows
}

export async function findKept(
  db: Kysely<Database>,
  kind: string,
  sourceId: string,
): Promise<(KeptThing & { content: unknown; original: string | null }) | undefined> {
  const { rows } = await sql<KeptThing & { content: unknown; original: string | null }>`
    select kind, source_id as "sourceId", name, content, original from otrs_kept where kind = ${kind} and source_id = ${sourceId}`.execute(
    db,
  )
  return rows[0]
}
