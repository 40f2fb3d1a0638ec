/** Owns the audit log: what administrators changed and what concerns security, added to and never changed. */
import type { Kysely } from 'kysely'
import { cutPage, keyPage, type KeyPage, type PageWish, type SortColumn } from '../database/key-page.ts'
import type { Database, Id, Language } from '../database/schema.ts'
import { isId } from '../kernel/input.ts'
import { currentOrigin } from '../kernel/origin.ts'
import type { Work } from '../kernel/work.ts'
import { actorId } from '../kernel/work.ts'
import {
  deleteEventsBefore, eraseFromEvents, eventQuery, insertEvents, narrowEvents, type EventRow, type NewEventRow,
} from './audit.store.ts'

/** Core's kinds of events. A plugin's own begin with its name: 'units/opted-in'. */
export const AUDIT_KINDS = [
  'admin-changed', 'permission', 'plugin-activation', 'setting', 'login', 'login-failed', 'login-blocked', 'logout', 'session-ended',
  'password-set', 'password-link', 'login-link', 'impersonation', 'export',
] as const
export type AuditKind = (typeof AUDIT_KINDS)[number] | `${string}/${string}`

export interface NewEvent {
  kind: AuditKind
  /** Of what: 'queue' and its id. A setting's id is its plugin's name, with '/<unit id>' where it is a unit's. */
  object?: { type: string; id: Id | string }
  /** Whose administrators may read it; left out, the object's unit where it has one. */
  unitId?: Id | null
  /** Only what differs; null: it was not there before, is not there after. Both together suffice to go back. Never a secret. */
  before?: Record<string, unknown> | null
  after?: Record<string, unknown> | null
  /** Who did it, where that is not the actor: whoever logs in. */
  personId?: Id | null
  /** As whom. */
  onBehalfOf?: Id
  /** Where no request tells it. */
  clientAddress?: string
}

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

/** Keys that may hold a secret, whatever somebody hands over: their values never reach the log. */
const SECRET = /pass(word|phrase)?$|_hash$|^hash$|secret|token|api_?key|private_?key/i

/** Notes what happened, in the same transaction as what was done: both are there, or neither. */
export function recordEvent(work: Work, event: NewEvent): void {
  work.gather(insertEvents, [asRow(work, event)])
}

function asRow(work: Work, event: NewEvent): NewEventRow {
  const origin = currentOrigin()
  const personId = event.personId === undefined ? actorId(work) : event.personId
  return {
    kind: event.kind, person: personId, behalf: event.onBehalfOf ?? null,
    program: personId === null && work.actor.kind === 'system' ? work.actor.name : null,
    client: event.clientAddress ?? origin?.clientAddress ?? null, request: origin?.requestId ?? null,
    object_type: event.object?.type ?? '', object_id: event.object?.id ?? '', given_unit: event.unitId ?? null, own_unit: event.unitId === undefined,
    before: event.before ? withoutSecrets(event.before) : null, after: event.after ? withoutSecrets(event.after) : null,
  }
}

function withoutSecrets(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key,
    SECRET.test(key) && value !== null && typeof value !== 'boolean' ? '•••'
      : value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date) ? withoutSecrets(value as Record<string, unknown>) : value]))
}

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
  db: Kysely<Database>, units: readonly Id[] | 'all', wish: PageWish & { filter?: AuditFilter; sort?: AuditSort; language?: Language } = {},
): Promise<KeyPage<AuditEvent & { sortKey: string }>> {
  const page = keyPage(COLUMNS[wish.sort ?? 'at'], 'e.id', { direction: 'desc', ...wish })
  let query = narrowEvents(eventQuery(db, wish.language ?? 'pl'), units, wish.filter ?? {}).select(page.key.as('sortKey'))
  if (page.condition) query = query.where(page.condition)
  const rows = await query.orderBy(page.column, page.direction).orderBy('e.id', page.direction).limit(page.limit + 1).execute()
  return cutPage(rows.map((row) => ({ ...asEvent(row), sortKey: row.sortKey })), page.limit)
}

/** One event; undefined where there is none in these units. */
export async function findEvent(db: Kysely<Database>, units: readonly Id[] | 'all', id: Id, language: Language = 'pl'): Promise<AuditEvent | undefined> {
  const row = isId(id) && await narrowEvents(eventQuery(db, language), units, {}).where('e.id', '=', id).executeTakeFirst()
  return row ? asEvent(row) : undefined
}

const named = (id: Id | null, name: string | null) => (id === null ? null : { id, name })

function asEvent(row: EventRow): AuditEvent {
  return {
    id: row.id, at: row.at, kind: row.kind, person: named(row.person_id, row.person_name), onBehalfOf: named(row.on_behalf_of, row.behalf_name),
    program: row.program, clientAddress: row.client_address, requestId: row.request_id,
    object: row.object_type === '' ? null : { type: row.object_type, id: row.object_id, name: row.object_name },
    unit: named(row.unit_id, row.unit_name), before: row.before, after: row.after, act: row.act_id,
  }
}

/** Retention: what is older goes. One of the two ways in which the log lets anything go. */
export const forgetEvents = (work: Work, before: Date): Promise<number> => deleteEventsBefore(work.db, before)

/**
 * Erasure of a person: what was written about them loses its values, what they did its client address; that it happened
 * stays. The other way. Answers how many events that were.
 */
export const erasePersonFromEvents = (work: Work, personId: Id): Promise<number> => eraseFromEvents(work.db, personId)
