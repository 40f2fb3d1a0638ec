/** Owns reading the audit log: what administrators changed and what concerns security, with the names that things have now. */
import { sql, type Kysely } from 'kysely'
import { eventQuery, narrowEvents, type EventRow } from '../audit/audit.store.ts'
import { cutPage, keyPage, type KeyPage, type PageWish, type SortColumn } from '../database/key-page.ts'
import type { Database, Id, Language } from '../database/schema.ts'
import { COMPLETE_LANGUAGES } from '../i18n/languages.ts'
import { isId } from '../kernel/input.ts'
import { objectName, type SubjectOwner } from './subjects.ts'

export interface AuditEvent {
  id: Id
  at: Date
  kind: string
  person: { id: Id; name: string | null } | null
  onBehalfOf: { id: Id; name: string | null } | null
  /** Which part of the program did it, where no person did: 'tidy', 'command'. */
  program: string | null
  clientAddress: string | null
  requestId: string | null
  object: { type: string; id: string; name: string | null } | null
  unit: { id: Id; name: string | null } | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  act: string
}

/** Whoever does not say in which language it is read. */
const FIRST: Language = COMPLETE_LANGUAGES[0]!

export const AUDIT_SORTS = ['at', 'person', 'kind', 'object'] as const
export type AuditSort = (typeof AUDIT_SORTS)[number]
const COLUMNS: Record<AuditSort, SortColumn> = {
  at: { column: 'e.at', type: 'timestamptz' },
  person: { column: `lower(coalesce(p.name, e.program, ''))`, type: 'text' },
  kind: { column: 'e.kind', type: 'text' },
  object: { column: `(e.object_type || ' ' || e.object_id)`, type: 'text' },
}

export interface AuditFilter {
  /** Words of who did it, of what was there before or after; an object's id, a client's address, a request's id. */
  search?: string
  personId?: Id
  kind?: string
  /** Any of these. */
  kinds?: readonly string[]
  objectType?: string
  objectId?: string
  unitId?: Id
  from?: Date
  to?: Date
}

/**
 * Events, newest first unless asked otherwise. `units`: only what happened in these (a local administrator's); 'all' for
 * the central administrator. Whoever calls this has checked which of them the reader may see.
 */
export async function listEvents(
  db: Kysely<Database>,
  units: readonly Id[] | 'all',
  wish: PageWish & {
    filter?: AuditFilter
    sort?: AuditSort
    language?: Language /** Plugins, whose things have names too. */
    owners?: readonly SubjectOwner[]
  } = {},
): Promise<KeyPage<AuditEvent & { sortKey: string }>> {
  const page = keyPage(COLUMNS[wish.sort ?? 'at'], 'e.id', { direction: 'desc', ...wish })
  let query = narrowEvents(
    eventQuery(db, wish.language ?? FIRST, objectName(wish.language ?? FIRST, wish.owners)),
    units,
    wish.filter ?? {},
  ).select(page.key.as('sortKey'))
  if (page.condition) query = query.where(page.condition)
  if (units !== 'all' && (wish.sort ?? 'at') === 'at') {
    // Each unit's are walked by time, as far as a page needs: together they would all be read and sorted.
    let ofUnit = narrowEvents(db.selectFrom('audit_event as e').select('e.id'), 'all', wish.filter ?? {}).where(
      sql<boolean>`e.unit_id = one.unit`,
    )
    if (page.condition) ofUnit = ofUnit.where(page.condition)
    const found = ofUnit
      .orderBy(page.column, page.direction)
      .orderBy('e.id', page.direction)
      .limit(page.limit + 1)
    query = query.where(
      sql<boolean>`e.id = any(array(select found.id from unnest(${units}::bigint[]) as one(unit) cross join lateral (${found}) as found))`,
    )
  }
  const rows = await query
    .orderBy(page.column, page.direction)
    .orderBy('e.id', page.direction)
    .limit(page.limit + 1)
    .execute()
  return cutPage(
    rows.map((row) => ({ ...asEvent(row), sortKey: row.sortKey })),
    page.limit,
  )
}

/** One event; undefined where there is none in these units. */
export async function findEvent(
  db: Kysely<Database>,
  units: readonly Id[] | 'all',
  id: Id,
  language: Language = FIRST,
  owners: readonly SubjectOwner[] = [],
): Promise<AuditEvent | undefined> {
  const row =
    isId(id) &&
    (await narrowEvents(eventQuery(db, language, objectName(language, owners)), units, {})
      .where('e.id', '=', id)
      .executeTakeFirst())
  return row ? asEvent(row) : undefined
}

const named = (id: Id | null, name: string | null) => (id === null ? null : { id, name })

function asEvent(row: EventRow): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind,
    person: named(row.person_id, row.person_name),
    onBehalfOf: named(row.on_behalf_of, row.behalf_name),
    program: row.program,
    clientAddress: row.client_address,
    requestId: row.request_id,
    object: row.object_type === '' ? null : { type: row.object_type, id: row.object_id, name: row.object_name },
    unit: named(row.unit_id, row.unit_name),
    before: row.before,
    after: row.after,
    act: row.act_id,
  }
}
