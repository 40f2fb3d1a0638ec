/** Owns the check of short values that people type or addresses carry: names, ids. */
import { refused } from '../errors.ts'
import { isLanguage, type Language } from '../i18n/languages.ts'

export { isId } from '../database/id.ts'

/** A language that pomoc knows, or none; `choice-gone` at its field. */
export function demandLanguage(value: string | null, field = 'language'): Language | null {
  if (value === null || isLanguage(value)) return value
  throw refused('choice-gone', {}, field)
}

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
