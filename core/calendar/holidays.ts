/** Owns which days are free: a calendar's own holidays and the public ones of its country. */
import Holidays from 'date-holidays'
import type { Calendar } from './calendar.ts'
import { DAY, specialDayOn } from './special-days.ts'

/**
 * The name of the holiday on a local date, or `undefined` on a day of work. The calendar's own entries come first,
 * for somebody chose their words and perhaps hours; a country's holiday is named in `language` where its name is known in it, else in the
 * country's own.
 *
 * @param isoDate `YYYY-MM-DD` in the calendar's zone.
 */
export function holidayOn(calendar: Calendar, isoDate: string, language?: string): string | undefined {
  const own = specialDayOn(calendar, isoDate)
  if (own) return own.hours ? undefined : own.name
  return calendar.holidayCountry === null ? undefined : publicHoliday(calendar.holidayCountry, isoDate, language)
}

let countries: ReadonlySet<string> | undefined

/** Two-letter codes of the countries whose public holidays are known. */
export function holidayCountries(): ReadonlySet<string> {
  countries ??= new Set(Object.keys(new Holidays().getCountries()))
  return countries
}

function publicHoliday(country: string, isoDate: string, language: string | undefined): string | undefined {
  const year = Number(isoDate.slice(0, 4))
  return (
    publicHolidays(country, year, language).get(isoDate) ??
    // Holidays of several days are listed in the year they begin in.
    (isoDate.slice(5) < '01-15' ? publicHolidays(country, year - 1, language).get(isoDate) : undefined)
  )
}

/** Computing a country's year takes milliseconds and never changes, so each is kept. */
const known = new Map<string, ReadonlyMap<string, string>>()

function publicHolidays(country: string, year: number, language = ''): ReadonlyMap<string, string> {
  const key = `${country} ${year} ${language}`
  let days = known.get(key)
  if (!days) {
    days = computePublicHolidays(country, year, language)
    known.set(key, days)
  }
  return days
}

function computePublicHolidays(country: string, year: number, language: string): ReadonlyMap<string, string> {
  const days = new Map<string, string>()
  const ofCountry = new Holidays(country, { types: ['public'] })
  for (const holiday of ofCountry.getHolidays(year, language === '' ? undefined : language)) {
    // The date text, not `start`: some holidays begin at sunset of the day before, and the day itself is the free one.
    const first = Date.parse(holiday.date.slice(0, 10))
    // Rounded, for a holiday on a clock-change day is 23 or 25 hours long.
    const count = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / DAY))
    for (let day = 0; day < count; day++) {
      const date = new Date(first + day * DAY).toISOString().slice(0, 10)
      if (!days.has(date)) days.set(date, holiday.name)
    }
  }
  return days
}
