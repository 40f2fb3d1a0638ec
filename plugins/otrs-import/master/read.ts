/** Owns reading values of the source's rows: whatever a driver or a damaged column holds becomes a plain text, number or truth. */
import { load } from './yaml.ts'
import type { Row, Value } from '../source/source.ts'

/** '' where there is nothing; NUL, which no text here may hold, is left out. */
export const str = (value: Value | undefined): string =>
  value === null || value === undefined ? '' : (Buffer.isBuffer(value) ? value.toString('utf8') : String(value)).replaceAll('\0', '')

/** In NFC, as names are compared; without blanks around. */
export const name = (value: Value | undefined): string => str(value).normalize('NFC').trim()

/** A whole number; undefined for anything else. */
export function int(value: Value | undefined): number | undefined {
  const number = typeof value === 'number' ? value : /^\s*-?\d+\s*$/.test(str(value)) ? Number(str(value)) : NaN
  return Number.isSafeInteger(number) ? number : undefined
}

export const yes = (value: Value | undefined): boolean => (int(value) ?? 0) !== 0

/** OTRS's three validities. */
export const validity = (row: Row): { valid: boolean; off_for_now: boolean } => {
  const id = int(row['valid_id']) ?? 1
  return { valid: id === 1, off_for_now: id === 3 }
}

/** Minutes or per cent of a deadline: 0, nothing and what makes no sense are none (OTRS refuses negative amounts when it counts). */
export const amount = (value: Value | undefined, most = 2_147_483_647): number | null => {
  const number = int(value) ?? 0
  return number > 0 && number <= most ? number : null
}

/** The six numbers of a queue or an SLA. */
export const deadlines = (row: Row) => ({
  first_response_minutes: amount(row['first_response_time']),
  first_response_notify: amount(row['first_response_notify'], 99),
  update_minutes: amount(row['update_time']),
  update_notify: amount(row['update_notify'], 99),
  solution_minutes: amount(row['solution_time']),
  solution_notify: amount(row['solution_notify'], 99),
})

/** A text of YAML as OTRS keeps configurations; undefined where it is none. */
export const yamlOf = (value: Value | undefined): unknown => load(str(value))

/** What is in a text by lines or HTML: plain text of it, and whether it was HTML. */
export const isHtml = (contentType: Value | undefined): boolean => /html/i.test(str(contentType))
