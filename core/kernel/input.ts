/** Owns the check of short values that people type or addresses carry: names, ids. */
import { refused } from '../errors.ts'

export { isId } from '../database/id.ts'

/** A needed one-line text: spaces joined, NUL taken out; `required` or `too-long` at its field. */
export function demandName(value: string, field: string, limit = 200): string {
  const name = oneLine(value)
  if (name === '') throw refused('required', {}, field)
  if (name.length > limit) throw refused('too-long', { limit }, field)
  return name
}

/** A text that may be empty. */
export function demandShort(value: string, field: string, limit: number): string {
  const text = value.replaceAll('\u0000', '').trim()
  if (text.length > limit) throw refused('too-long', { limit }, field)
  return text
}

const oneLine = (value: string): string => value.replaceAll('\u0000', '').replace(/\s+/g, ' ').trim()
