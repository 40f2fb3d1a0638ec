/** Owns what a calendar is: opening hours, cut-off and holidays of one place, and the check that they make sense. */
import { IANAZone } from 'luxon'
import { z } from 'zod'
import { holidayCountries } from './holidays.ts'
import type { OnceDay, YearlyDay } from './special-days.ts'

/** The days of a week in the order a week has them here: Monday first. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** Open from `from` up to but not including `to`, both `HH:MM` on the wall clock; `to` may be `24:00`. */
export interface OpenPeriod {
  readonly from: string
  readonly to: string
}

export type WeekHours = { readonly [day in Weekday]: readonly OpenPeriod[] }

/** Read-only throughout: what working time works out of one is kept. */
export interface Calendar {
  readonly name: string
  /** IANA name, e.g. `Europe/Warsaw`; every clock time below is read in it. */
  readonly zone: string
  readonly hours: WeekHours
  /** `HH:MM`: what arrives after this minute is taken up at the next working day's opening. `null`: at closing time. */
  readonly cutOff: string | null
  /** ISO 3166 country whose public holidays are free, movable ones included; `null`: none. */
  readonly holidayCountry: string | null
  /** Days off and days of other hours. They go before what the country has free; one for a single date before a yearly one. */
  readonly yearlyHolidays: readonly YearlyDay[]
  readonly onceHolidays: readonly OnceDay[]
}

/** So many calendars are remembered by what they say. */
const MOST_ALIKE = 200
const bySaying = new Map<string, Calendar>()
const known = new WeakMap<Calendar, Calendar>()

/** One and the same object for calendars that say the same: each statement reads them anew, and what is worked out of one holds for the next. */
export function alike(calendar: Calendar): Calendar {
  let first = known.get(calendar)
  if (!first) {
    const says = JSON.stringify(calendar)
    first = bySaying.get(says) ?? calendar
    if (bySaying.size >= MOST_ALIKE) bySaying.clear()
    bySaying.set(says, first)
    known.set(calendar, first)
  }
  return first
}

/** Minutes after midnight of `HH:MM`; `24:00` is 1440. */
export function minuteOfDay(clock: string): number {
  const [hours = '', minutes = ''] = clock.split(':')
  return Number(hours) * 60 + Number(minutes)
}

/** A time that no clock shows is said once, not again as an order that does not hold. */
const badTime = { message: 'calendar.bad-time', abort: true }
const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, badTime)
const clockOrMidnight = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, badTime)

const period = z
  .object({ from: clock, to: clockOrMidnight })
  .refine(({ from, to }) => from < to, { message: 'calendar.period-ends-before-it-starts', abort: true })

/** Sorted by time of day when valid. Periods may touch (7–12, 12–15) but not overlap. */
const periods = z
  .array(period)
  .max(24)
  .transform((list) => [...list].sort((a, b) => (a.from < b.from ? -1 : 1)))
  .refine((list) => list.every((next, index) => index === 0 || list[index - 1]!.to <= next.from), 'calendar.periods-overlap')

/** What a day off is called must be said; a day of other hours says enough by them. */
const special = { name: z.string().trim().max(200), hours: periods.refine((list) => list.length > 0, 'calendar.bad-hours').optional() }
const named = ({ name, hours }: { name: string; hours?: readonly OpenPeriod[] | undefined }) => name !== '' || hours !== undefined
const needsName = { message: 'calendar.holiday-needs-name', path: ['name'] }

const yearlyHoliday = z
  .object({ month: z.int().min(1).max(12), day: z.int().min(1).max(31), ...special })
  .refine(named, needsName)
  // 2024 is a leap year: 29 February is a holiday in leap years only.
  .refine(({ month, day }) => day <= new Date(Date.UTC(2024, month, 0)).getUTCDate(), {
    message: 'calendar.no-such-day',
    path: ['day'],
  })

/** Checks a calendar from a form, a file or the API. Messages of issues are message keys (`calendar.…`). */
export const calendarSchema = z
  .object({
    name: z.string().trim().min(1, 'calendar.needs-name').max(200),
    zone: z.string().refine((zone) => IANAZone.isValidZone(zone), 'calendar.unknown-zone'),
    hours: z.object({ mon: periods, tue: periods, wed: periods, thu: periods, fri: periods, sat: periods, sun: periods }),
    cutOff: clock.nullable(),
    holidayCountry: z
      .string()
      .refine((country) => holidayCountries().has(country), 'calendar.unknown-country')
      .nullable(),
    yearlyHolidays: z.array(yearlyHoliday).max(400),
    onceHolidays: z.array(z.object({ date: z.iso.date('calendar.no-such-day'), ...special }).refine(named, needsName)).max(2000),
  })
  .check((context) => {
    const { cutOff, hours, yearlyHolidays, onceHolidays } = context.value
    const wrong = (message: string, ...path: (string | number)[]) =>
      context.issues.push({ code: 'custom', message, path, input: context.value })
    if (cutOff !== null && !cutOffFits(cutOff, hours)) {
      if (WEEKDAYS.some((day) => hours[day].length > 0)) wrong('calendar.cut-off-outside-hours', 'cutOff')
      else wrong('calendar.never-opens', 'hours', WEEKDAYS[0])
    }
    const days = [
      ...yearlyHolidays.map((day, at) => ({ key: `${day.month}-${day.day}`, hours: day.hours, path: ['yearlyHolidays', at] as const })),
      ...onceHolidays.map((day, at) => ({ key: day.date, hours: day.hours, path: ['onceHolidays', at] as const })),
    ]
    const seen = new Set<string>()
    for (const { key, hours: open, path } of days) {
      if (seen.has(key)) wrong('calendar.day-twice', ...path)
      seen.add(key)
      if (cutOff !== null && open?.[0] && open[0].from > cutOff) wrong('calendar.opens-after-cut-off', ...path)
    }
  })

/**
 * A cut-off fits when it is no earlier than any working day's opening and at least one day is still open then or closes
 * at that minute. A day that closes earlier simply ends at its closing.
 */
function cutOffFits(cutOff: string, hours: WeekHours): boolean {
  const days = WEEKDAYS.map((day) => hours[day]).filter((list) => list.length > 0)
  return days.every((list) => list[0]!.from <= cutOff) && days.some((list) => list.at(-1)!.to >= cutOff)
}

const sevenToThree: readonly OpenPeriod[] = [{ from: '07:00', to: '15:00' }]

/** Where neither queue nor unit says otherwise. */
export const DEFAULT_CALENDAR: Calendar = {
  name: 'default',
  zone: 'Europe/Warsaw',
  hours: {
    mon: sevenToThree,
    tue: sevenToThree,
    wed: sevenToThree,
    thu: sevenToThree,
    fri: sevenToThree,
    sat: [],
    sun: [],
  },
  cutOff: '15:00',
  holidayCountry: 'PL',
  yearlyHolidays: [],
  onceHolidays: [],
}
