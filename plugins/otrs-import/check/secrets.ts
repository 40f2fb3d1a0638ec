/** Owns which settings are secret: none is printed, kept or proposed; what needs one is named, to be entered anew. Pure. */
import type { Setting } from '../source/source.ts'

const SECRET = /(pw|pass|passwd|password|passphrase|secret|token|api.?key|private.?key|credential|authorization|auth.?key)\d*$/i

/** Whether the name, or one of the keys within the value, is that of something secret. */
export function holdsSecret(name: string, value: Setting): boolean {
  if (value === null || value === '') return false
  // 'PGP::Key::Password' holds passwords by key, and 'A###Password' is one part of a setting.
  if (name.split(/::|###/).some((part) => SECRET.test(part))) return typeof value !== 'object' || Object.keys(value).length > 0
  if (Array.isArray(value)) return value.some((one) => holdsSecret('', one))
  return typeof value === 'object' && Object.entries(value).some(([key, one]) => holdsSecret(key, one))
}

/** Names of settings that hold one, in order. */
export const secretSettings = (settings: Readonly<Record<string, Setting>>): string[] =>
  Object.entries(settings)
    .filter(([name, value]) => holdsSecret(name, value))
    .map(([name]) => name)
    .toSorted()
