/** Owns writing the audit log: events with the act that they tell of, and the two ways in which the log lets anything go. */
import type { Id } from '../database/schema.ts'
import { currentOrigin } from '../kernel/origin.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { deleteEventsBefore, eraseFromEvents, insertEvents, type Lies, type NewEventRow } from './audit.store.ts'

/** Core's kinds of events. A plugin's own begin with its name: 'units/opted-in'. */
export const AUDIT_KINDS = [
  'admin-changed',
  'permission',
  'plugin-activation',
  'setting',
  'login',
  'login-failed',
  'login-blocked',
  'logout',
  'session-ended',
  'password-set',
  'password-link',
  'login-link',
  'limit-reached',
  'access-refused',
  'impersonation',
  'export',
] as const
export type AuditKind = (typeof AUDIT_KINDS)[number] | `${string}/${string}`

export interface NewEvent {
  kind: AuditKind
  /** Of what: 'queue' and its id. A setting's id is its plugin's name, with '/<unit id>' where it is a unit's. */
  object?: { type: string; id: Id | string }
  /** Whose administrators may read it; left out, the object's unit, found as `lies` says. */
  unitId?: Id | null
  /** Where the object's unit stands; left out, a person's is the person's and nothing else has one. */
  lies?: Lies
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

/** Keys that may hold a secret, whatever somebody hands over: their values never reach the log. */
const SECRET = /pass(word|phrase)?$|_hash$|^hash$|secret|token|api_?key|private_?key/i
/** Stands in the log for a value that it must not keep. */
export const SECRET_VALUE = '•••'

/** Notes what happened, in the same transaction as what was done: both are there, or neither. */
export function recordEvent(work: Work, event: NewEvent): void {
  work.gather(insertEvents, [asRow(work, event)])
}

function asRow(work: Work, event: NewEvent): NewEventRow {
  const origin = currentOrigin()
  const personId = event.personId === undefined ? actorId(work) : event.personId
  const lies = event.lies ?? (event.object?.type === 'person' ? 'person' : null)
  return {
    kind: event.kind,
    person: personId,
    behalf: event.onBehalfOf ?? null,
    program: personId === null && work.actor.kind === 'system' ? work.actor.name : null,
    client: event.clientAddress ?? origin?.clientAddress ?? null,
    request: origin?.requestId ?? null,
    object_type: event.object?.type ?? '',
    object_id: event.object?.id ?? '',
    given_unit: event.unitId ?? null,
    lies: event.unitId === undefined ? lies : null,
    before: event.before ? withoutSecrets(event.before) : null,
    after: event.after ? withoutSecrets(event.after) : null,
  }
}

/** The values as the log may keep them. */
export function withoutSecrets(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      SECRET.test(key) && value !== null && typeof value !== 'boolean'
        ? SECRET_VALUE
        : value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
          ? withoutSecrets(value as Record<string, unknown>)
          : value,
    ]),
  )
}

/** Retention: what is older goes, with the files it speaks of. One of the two ways in which the log lets anything go. */
export async function forgetEvents(work: Work, before: Date): Promise<number> {
  await work.db.deleteFrom('audit_blob').where('at', '<', before).execute()
  return deleteEventsBefore(work.db, before)
}

/**
 * Erasure of a person: what was written about them loses its values, what they did its client address; that it happened
 * stays. The other way. Answers how many events that were.
 */
export const erasePersonFromEvents = (work: Work, personId: Id): Promise<number> => eraseFromEvents(work.db, personId)
