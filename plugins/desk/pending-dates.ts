/** Owns the dates offered for putting a ticket off, by the calendar of those who work on it, and reading the one that was chosen. */
import { DateTime } from 'luxon'
import { openingAfterDays, openingAfterHolidays, openingInAWeek, openingOfMonday, type Calendar } from '../../core/index.ts'

const OPENINGS = {
  tomorrow: (calendar: Calendar, now: Date) => openingAfterDays(calendar, now, 1),
  'two-days': (calendar: Calendar, now: Date) => openingAfterDays(calendar, now, 2),
  monday: openingOfMonday,
  week: openingInAWeek,
  holidays: openingAfterHolidays,
} as const
export type Preset = keyof typeof OPENINGS
export const PRESETS = Object.keys(OPENINGS) as Preset[]

/** When it is open then. A calendar that never opens: 7:00 by its clock, tomorrow or as many days on as the name says. */
export function presetDate(preset: Preset, now: Date, calendar: Calendar): Date {
  const days = preset === 'tomorrow' ? 1 : preset === 'two-days' ? 2 : 7
  const fallback = () =>
    DateTime.fromJSDate(now, { zone: calendar.zone }).plus({ days }).set({ hour: 7, minute: 0, second: 0, millisecond: 0 }).toJSDate()
  return OPENINGS[preset](calendar, now) ?? fallback()
}

/** Those worth offering, the nearest first, each date once: the first that leads there names it. After days off only where some are coming. */
export function presetsFor(calendar: Calendar, now: Date): { preset: Preset; date: Date }[] {
  const known = new Set<number>()
  return PRESETS.filter((preset) => preset !== 'holidays' || OPENINGS.holidays(calendar, now))
    .map((preset) => ({ preset, date: presetDate(preset, now, calendar) }))
    .filter(({ date }) => known.size < known.add(date.getTime()).size)
    .toSorted((a, b) => a.date.getTime() - b.date.getTime())
}

/** Of a field of type datetime-local ("2026-11-24T07:00"); undefined when it is no date. */
export function readLocal(text: string, zone: string): Date | undefined {
  const date = DateTime.fromISO(text, { zone })
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && date.isValid ? date.toJSDate() : undefined
}

/** For a field of type datetime-local. */
export const writeLocal = (date: Date, zone: string): string => DateTime.fromJSDate(date, { zone }).toFormat("yyyy-MM-dd'T'HH:mm")
