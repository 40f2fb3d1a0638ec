/** Owns the record of administrative changes: one fact each, with what stood before and what stands after. */
import type { Id } from '../database/schema.ts'
import type { Work } from './work.ts'

export type AdminSubject =
  | 'person' | 'person address' | 'person password' | 'person right' | 'person role' | 'group' | 'role' | 'role right' | 'queue' | 'system address'
  | 'calendar' | 'text' | 'queue text' | 'unit' | 'setting' | 'plugin activation' | 'inbound mail' | 'outbound mail'

type Values = Record<string, unknown>

/**
 * Says what an administrator changed, as the fact `admin.changed` with data {what, id, before, after}: only the values that
 * differ, null for a thing that was not there before or is not there after. Nothing is said when nothing differs. Never
 * hand over a secret.
 */
export function recordChange(work: Work, what: AdminSubject, id: Id | string, before: Values | null, after: Values | null): boolean {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    .filter((key) => JSON.stringify(before?.[key] ?? null) !== JSON.stringify(after?.[key] ?? null))
  if (keys.length === 0) return false
  const pick = (values: Values | null) => values && Object.fromEntries(keys.map((key) => [key, values[key] ?? null]))
  work.emit('admin.changed', { data: { what, id, before: pick(before), after: pick(after) } })
  return true
}
