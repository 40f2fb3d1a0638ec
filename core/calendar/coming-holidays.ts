/** Owns the preview of a calendar: its next holidays, and what would become of a mail sent at a moment. */
import { DateTime } from 'luxon'
import type { Calendar, OpenPeriod } from './calendar.ts'
import { holidayOn } from './holidays.ts'
import { specialDayOn } from './special-days.ts'
import { isoDate, localClock } from './working-time.ts'

export interface ComingHoliday {
  /** `YYYY-MM-DD` in the calendar's zone. */
  date: string
  /** The last of several days in a row that stand alike in the calendar itself. */
  until?: string
  /** '' for a day that is named by its hours only. */
  name: string
  /** A working day of these hours. */
  hours?: readonly OpenPeriod[]
}

/** Holidays and days of other hours from the day of `from` on, at most `count` of them and thirteen months ahead. */
export function comingHolidays(calendar: Calendar, from: Date, count: number, language: string): ComingHoliday[] {
  const first = localClock(calendar, from).day
  const found: ComingHoliday[] = []
  for (let ahead = 0; ahead < 396 && found.length < count; ahead++) {
    const date = isoDate(first + ahead)
    const own = specialDayOn(calendar, date)
    const name = own?.name ?? holidayOn(calendar, date, language)
    const last = found.at(-1)
    if (name === undefined) continue
    const follows = own && last && isoDate(first + ahead - 1) === (last.until ?? last.date)
    if (follows && last.name === name && JSON.stringify(last.hours) === JSON.stringify(own.hours)) last.until = date
    else found.push({ date, name, ...(own?.hours ? { hours: own.hours } : {}) })
  }
  return found
}

/** The next moment that a calendar's wall clock shows a time on a weekday (1 Monday … 7 Sunday); today counts when still ahead. */
export function nextMoment(calendar: Calendar, from: Date, weekday: number, clock: string): Date {
  const now = DateTime.fromJSDate(from, { zone: calendar.zone })
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  let at = now.plus({ days: (weekday - now.weekday + 7) % 7 }).set({ hour, minute, second: 0, millisecond: 0 })
  if (at <= now) at = at.plus({ days: 7 })
  return at.toJSDate()
}
