/** Owns the SQL of reports: keeping one, and reading it for pages. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../../core/index.ts'

/** One part of a comparison. `groups`: name of the division → group → how many here and there, where they differ. */
export interface PartReport {
  name: string
  theirs: { rows: number; sum: string }
  ours: { rows: number; sum: string }
  explained: number
  unexplained: number
  groups: Readonly<Record<string, readonly { group: string; theirs: number; ours: number }[]>>
}

export interface Difference {
  part: string
  key: string
  field: string
  theirs: string | null
  ours: string | null
  /** A code of a finding, or a word of the report's own; null: nothing explains it. */
  because: string | null
}

export interface Report {
  id: Id
  runId: Id
  at: Date
  parts: readonly PartReport[]
  unexplained: number
}

export async function insertReport(db: Kysely<Database>, runId: Id, at: Date): Promise<Id> {
  const { rows } = await sql<{ id: Id }>`
    insert into otrs_report (run_id, at, parts, unexplained) values (${runId}, ${at}, '[]', 0) returning id`.execute(db)
  return rows[0]!.id
}

export async function insertDifferences(
  db: Kysely<Database>,
  reportId: Id,
  from: number,
  differences: readonly Difference[],
): Promise<void> {
  if (differences.length === 0) return
  await sql`
    insert into otrs_difference (report_id, n, part, key, field, theirs, ours, because)
    select ${reportId}, n, part, key, field, theirs, ours, because
    from jsonb_to_recordset(${JSON.stringify(differences.map((one, i) => ({ n: from + i, ...one })))}::jsonb)
      as d(n int, part text, key text, field text, theirs text, ours text, because text)`.execute(db)
}

export async function finishReport(db: Kysely<Database>, id: Id, parts: readonly PartReport[], unexplained: number): Promise<void> {
  await sql`update otrs_report set parts = ${JSON.stringify(parts)}::jsonb, unexplained = ${unexplained} where id = ${id}`.execute(db)
}

/** The newest of all. */
export async function lastReport(db: Kysely<Database>): Promise<Report | undefined> {
  const { rows } = await sql<Report>`
    select id, run_id as "runId", at, parts, unexplained from otrs_report order by id desc limit 1`.execute(db)
  return rows[0]
}

/** In the order in which they were found; `after` the last one's number. */
export async function listDifferences(
  db: Kysely<Database>,
  reportId: Id,
  wish: { explained?: boolean | undefined; part?: string | undefined; search?: string; after?: number; limit: number },
): Promise<(Difference & { n: number })[]> {
  const like = (wish.search ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
  const { rows } = await sql<Difference & { n: number }>`
    select n, part, key, field, theirs, ours, because from otrs_difference
    where report_id = ${reportId} and n > ${wish.after ?? -1} and (${wish.part ?? null}::text is null or part = ${wish.part ?? null})
      and (${wish.explained ?? null}::boolean is null or (because is not null) = ${wish.explained ?? null})
      ${sql.join(
        like.map((one) => sql`and concat_ws(' ', part, key, field, theirs, ours) ilike ${one}`),
        sql` `,
      )}
    order by n limit ${wish.limit}`.execute(db)
  return rows
}
