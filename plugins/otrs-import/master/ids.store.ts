/** Owns the map of ids: which of our rows a row of the source became, read once for a run and written as rows come. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../../core/index.ts'
import type { Ids, MappedKind } from '../room.ts'

/** Logins of customers are the same in capitals, as OTRS compares them. */
const keyOf = (kind: MappedKind, source: string | number): string => (kind === 'customer_user' ? String(source).toLowerCase() : String(source))

export async function loadIds(db: Kysely<Database>): Promise<Ids> {
  const kinds = new Map<MappedKind, Map<string, Id>>()
  const of = (kind: MappedKind) => kinds.get(kind) ?? kinds.set(kind, new Map()).get(kind)!
  const { rows } = await sql<{ kind: MappedKind; source: string; id: Id }>`select kind, source_id as source, id::text as id from otrs_id`.execute(db)
  for (const { kind, source, id } of rows) of(kind).set(source, id)
  return {
    of: (kind, source) => (source === null || source === undefined ? undefined : kinds.get(kind)?.get(keyOf(kind, source))),
    all: (kind) => of(kind),
    async put(within, kind, source, id, { login, validId } = {}) {
      const key = keyOf(kind, source)
      await sql`insert into otrs_id (kind, source_id, id, login, valid_id) values (${kind}, ${key}, ${id}, ${login ?? null}, ${validId ?? null})
        on conflict (kind, source_id) do update set id = excluded.id, login = excluded.login, valid_id = excluded.valid_id`.execute(within)
      of(kind).set(key, id)
    },
  }
}
