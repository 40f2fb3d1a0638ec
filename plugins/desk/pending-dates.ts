/** Owns the dates offered for putting a ticket off, and reading the one that was chosen. */
import { DateTime } from 'luxon'

export const PRESETS = ['tomorrow', 'week'] as const
export type Preset = (typeof PRESETS)[number]

/** Tomorrow, or the same day next week, at 7:00 in the site's zone. */
export function presetDate(preset: Preset, now: Date, zone: string): Date {
  const day = DateTime.fromJSDate(now, { zone }).plus(preset === 'tomorrow' ? { days: 1 } : { weeks: 1 })
  return day.set({ hour: 7, minute: 0, second: 0, millisecond: 0 }).toJSDate()
}

/** Of a field of type datetime-local ("2026-11-24T07:00"); undefined when it is no date. */
export function readLocal(text: string, zone: string): Date | undefined {
  const date = DateTime.fromISO(text, { zone })
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && date.isValid ? date.toJSDate() : undefined
}

/** For a field of type datetime-local. */
export const writeLocal = (date: Date, zone: string): string => DateTime.fromJSDate(date, { zone }).toFormat("yyyy-MM-dd'T'HH:mm")
