/** Owns the map of ids: which of our rows a row of the source became, read once for a run and written as rows come. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../../core/index.ts'
import type { Ids, MappedId, MappedKind } from '../room.ts'

/** Logins of customers are the same in capitals, as OTRS compares them. */
const keyOf = (kind: MappedKind, source: string | number): string =>
  kind === 'customer_user' ? String(source).toLowerCase() : String(source)

export async function loadIds(db: Kysely<Database>): Promise<Ids> {
  const kinds = new Map<MappedKind, Map<string, Id>>()
  const of = (kind: MappedKind) => kinds.get(kind) ?? kinds.set(kind, new Map()).get(kind)!
  const { rows } = await sql<{
    kind: MappedKind
    source: string
    id: Id
  }>`select kind, source_id as source, id::text as id from otrs_id`.execute(db)
  for (const { kind, source, id } of rows) of(kind).set(source, id)
  return {
    of: (kind, source) => (source === null || source === undefined ? undefined : kinds.get(kind)?.get(keyOf(kind, source))),
    all: (kind) => of(kind),
    put: (within, kind, source, id, more = {}) => putAll(within, kind, [{ source, id, ...more }]),
    lend: (kind, source, id) => void of(kind).set(keyOf(kind, source), id),
    putAll,
  }
  async function putAll(within: Kysely<Database>, kind: MappedKind, wanted: readonly MappedId[]): Promise<void> {
    // The last word of each counts: one statement cannot change a row twice.
    const fresh = new Map(
      wanted.filter(({ source, id }) => of(kind).get(keyOf(kind, source)) !== id).map((one) => [keyOf(kind, one.source), one]),
    )
    if (fresh.size === 0) return
    const rows = [...fresh].map(([source_id, { id, login, validId }]) => ({
      source_id,
      id,
      login: login ?? null,
      valid_id: validId ?? null,
    }))
    await sql`insert into otrs_id (kind, source_id, id, login, valid_id)
      select ${kind}, source_id, id, login, valid_id
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(source_id text, id bigint, login text, valid_id smallint)
      on conflict (kind, source_id) do update set id = excluded.id, login = excluded.login, valid_id = excluded.valid_id`.execute(within)
    for (const [source, { id }] of fresh) of(kind).set(source, id)
  }
}
