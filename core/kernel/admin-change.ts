/** Owns the record of administrative changes: one event of the audit log and one fact each, with what stood before and after. */
import { recordEvent, type AuditKind } from '../audit/audit.ts'
import type { Id } from '../database/schema.ts'
import type { Work } from './work.ts'

export type AdminSubject =
  | 'person' | 'person address' | 'person password' | 'second factor' | 'person right' | 'person absence' | 'person role' | 'group' | 'role' | 'role right' | 'queue' | 'system address'
  | 'calendar' | 'text' | 'queue text' | 'unit' | 'setting' | 'plugin activation' | 'inbound mail' | 'outbound mail'
  | 'postmaster filter' | 'salutation' | 'signature' | 'answer template'
  | 'topic' | 'route' | 'unit administrator' | 'unit rule' | 'unit opted in' | 'unit looks' | 'person unit'

type Values = Record<string, unknown>

/** What is looked for under a kind of its own in the audit log. */
const KINDS: Partial<Record<AdminSubject, AuditKind>> = {
  'person right': 'permission', 'person role': 'permission', 'role right': 'permission', 'plugin activation': 'plugin-activation', setting: 'setting',
  'person password': 'password-set',
}

/**
 * Says what an administrator changed, in the audit log and as the fact `admin.changed` with data {what, id, before, after}: only
 * the values that differ, null for a thing that was not there before or is not there after. Nothing is said when nothing
 * differs. Never hand over a secret. The log knows the object's unit; hand over `unitId` where it lies in another.
 */
export function recordChange(
  work: Work, what: AdminSubject, id: Id | string, before: Values | null, after: Values | null, { unitId, kind }: { unitId?: Id; kind?: AuditKind } = {},
): boolean {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    .filter((key) => JSON.stringify(before?.[key] ?? null) !== JSON.stringify(after?.[key] ?? null))
  if (keys.length === 0) return false
  const pick = (values: Values | null) => values && Object.fromEntries(keys.map((key) => [key, values[key] ?? null]))
  const where = unitId === undefined ? {} : { unitId }
  recordEvent(work, { kind: kind ?? KINDS[what] ?? 'admin-changed', object: { type: what, id }, before: pick(before), after: pick(after), ...where })
  work.emit('admin.changed', { ...where, data: { what, id, before: pick(before), after: pick(after) } })
  return true
}
