/** Owns the openings that people put work off to: of the next working day, of the one after, of Monday, after the coming days off. */
import { DateTime } from 'luxon'
import type { Calendar } from './calendar.ts'
import { isoDate, localClock, nextDaysOpening, nextOpening, openPeriodsOn } from './working-time.ts'

/** How far ahead days off are looked for. */
const DAYS_AHEAD = 14

const localMidnight = (calendar: Calendar, day: number): Date => DateTime.fromISO(isoDate(day), { zone: calendar.zone }).toJSDate()

/** The opening of the n-th working day after the local day of `at`; undefined where the calendar does not open. */
export function openingAfterDays(calendar: Calendar, at: Date, days: number): Date | undefined {
  let opening: Date | undefined = at
  for (let n = 0; n < days && opening; n++) opening = nextDaysOpening(calendar, opening)
  return opening
}

/** The first opening on or after the next Monday. */
export function openingOfMonday(calendar: Calendar, at: Date): Date | undefined {
  const { day } = localClock(calendar, at)
  // Day 0 was a Thursday: 4 of a week are left until Monday.
  return nextOpening(calendar, localMidnight(calendar, day + (7 - ((day + 3) % 7))))
}

/** The first opening on or after the same day of the next week. */
export const openingInAWeek = (calendar: Calendar, at: Date): Date | undefined =>
  nextOpening(calendar, localMidnight(calendar, localClock(calendar, at).day + 7))

/** The first opening after the coming days off that are no weekend; undefined where the next two weeks have none. */
export function openingAfterHolidays(calendar: Calendar, at: Date): Date | undefined {
  const today = localClock(calendar, at).day
  for (let day = today + 1; day <= today + DAYS_AHEAD; day++) {
    if (openPeriodsOn(calendar, day).length > 0 || !opensUsually(calendar, day)) continue
    return nextOpening(calendar, localMidnight(calendar, day))
  }
  return undefined
}

/** Is it open on this day of the week at all? */
const opensUsually = (calendar: Calendar, day: number): boolean =>
  openPeriodsOn({ ...calendar, holidayCountry: null, onceHolidays: [], yearlyHolidays: [] }, day).length > 0
