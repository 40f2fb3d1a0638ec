/** Owns reading the values of a source's rows: numbers, texts, moments given in seconds. */
import type { Value } from '../source/source.ts'

export const text = (value: Value | undefined): string =>
  value === null || value === undefined ? '' : Buffer.isBuffer(value) ? value.toString('utf8') : String(value)

/** Null where there is none. */
export const textOrNull = (value: Value | undefined): string | null => (value === null || value === undefined ? null : text(value))

/** A whole number; 0 and nothing are null, as OTRS writes both for “none”. */
export function idOf(value: Value | undefined): number | null {
  const number = Number(value ?? 0)
  return Number.isSafeInteger(number) && number > 0 ? number : null
}

/** Seconds since 1970; 0 is none (OTRS behaviour). */
export function epoch(value: Value | undefined): Date | null {
  const seconds = Number(value ?? 0)
  return Number.isFinite(seconds) && seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000) : null
}

export const earliest = (...moments: readonly (Date | null | undefined)[]): Date | null =>
  moments.reduce<Date | null>((first, at) => (at && (!first || at < first) ? at : first), null)
export const latest = (...moments: readonly (Date | null | undefined)[]): Date | null =>
  moments.reduce<Date | null>((last, at) => (at && (!last || at > last) ? at : last), null)
