/** Owns the SQL of postmaster filters. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import type { MatchRow, PostmasterFilter, SetRow } from './filter-run.ts'

export interface StoredFilter extends PostmasterFilter {
  comment: string
  valid: boolean
}

/** In running order; `id`: that one alone. */
export async function listFilters(db: Kysely<Database>, id?: Id): Promise<StoredFilter[]> {
  const rowsOf = (kind: 'Match' | 'Set') => sql`coalesce((
    select json_agg(json_build_object('key', r.key, 'value', r.value, 'negated', r.negated) order by r.place)
    from postmaster_filter_row r where r.filter_id = f.id and r.kind = ${kind}), '[]')`
  let query = db
    .selectFrom('postmaster_filter as f')
    .select([
      'f.id',
      'f.name',
      'f.comment',
      'f.stop',
      'f.valid',
      rowsOf('Match').$castTo<MatchRow[]>().as('match'),
      rowsOf('Set').$castTo<(SetRow & { negated?: boolean })[]>().as('set'),
    ])
  if (id !== undefined) query = query.where('f.id', '=', id)
  const rows = await query.orderBy(sql`f.name collate "C"`).execute()
  return rows.map((row) => ({ ...row, set: row.set.map(({ key, value }) => ({ key, value })) }))
}

export async function writeFilterRows(work: Work, id: Id, filter: Pick<PostmasterFilter, 'match' | 'set'>): Promise<void> {
  await work.db.deleteFrom('postmaster_filter_row').where('filter_id', '=', id).execute()
  const rows = [
    ...filter.match.map((row, place) => ({ filter_id: id, kind: 'Match' as const, place, ...row })),
    ...filter.set.map((row, place) => ({ filter_id: id, kind: 'Set' as const, place, negated: false, ...row })),
  ]
  if (rows.length > 0) await work.db.insertInto('postmaster_filter_row').values(rows).execute()
}
