/** Owns the days that a calendar keeps otherwise than its week: which entry a date has, and which entries are days in a row. */
import type { Calendar, OpenPeriod } from './calendar.ts'

/** A day off; with `hours` a working day of these hours, and the name may be ''. */
export interface SpecialDay {
  readonly name: string
  /** Never empty, in order; left out on a day off. */
  readonly hours?: readonly OpenPeriod[] | undefined
}
export interface YearlyDay extends SpecialDay {
  readonly month: number
  readonly day: number
}
export interface OnceDay extends SpecialDay {
  /** `YYYY-MM-DD` */
  readonly date: string
}

interface Entries {
  readonly once: ReadonlyMap<string, SpecialDay>
  /** By `MM-DD`. */
  readonly yearly: ReadonlyMap<string, SpecialDay>
}
const kept = new WeakMap<Calendar, Entries>()

/** The calendar's own entry for a date: one for that very day before a yearly one. Public holidays are none. */
export function specialDayOn(calendar: Calendar, isoDate: string): SpecialDay | undefined {
  let entries = kept.get(calendar)
  if (!entries) {
    entries = { once: byKey(calendar.onceHolidays, ({ date }) => date), yearly: byKey(calendar.yearlyHolidays, monthAndDay) }
    kept.set(calendar, entries)
  }
  return entries.once.get(isoDate) ?? entries.yearly.get(isoDate.slice(5))
}

/** Of two entries for a day the first counts. */
const byKey = <T>(list: readonly T[], key: (entry: T) => string): Map<string, T> =>
  new Map([...list].reverse().map((entry) => [key(entry), entry]))

const two = (number: number) => String(number).padStart(2, '0')
const monthAndDay = ({ month, day }: { month: number; day: number }): string => `${two(month)}-${two(day)}`

/** Days on which there is at least one special opening, so that a week without hours is not taken for one that never opens. */
export const opensSpecially = (calendar: Calendar): boolean =>
  [...calendar.onceHolidays, ...calendar.yearlyHolidays].some(({ hours }) => hours !== undefined)

export const DAY = 86_400_000
/** 29 February is a day of a year. */
const LEAP_YEAR = 2024

/** Entries for days in a row, of one name and the same hours, as one; the order stays. A yearly run may pass the end of the year. */
export const runsOfOnce = (list: readonly OnceDay[]): { from: OnceDay; to: OnceDay }[] =>
  runs(list, (last, next) => Date.parse(next.date) - Date.parse(last.date) === DAY)

export const runsOfYearly = (list: readonly YearlyDay[]): { from: YearlyDay; to: YearlyDay }[] =>
  runs(list, (last, next) => {
    const after = new Date(Date.UTC(LEAP_YEAR, last.month - 1, last.day) + DAY)
    return next.month === after.getUTCMonth() + 1 && next.day === after.getUTCDate()
  })

function runs<T extends SpecialDay>(list: readonly T[], follows: (last: T, next: T) => boolean): { from: T; to: T }[] {
  const found: { from: T; to: T; count: number }[] = []
  for (const next of list) {
    const run = found.at(-1)
    const same = run && run.count < 366 && run.to.name === next.name && JSON.stringify(run.to.hours) === JSON.stringify(next.hours)
    if (same && follows(run.to, next)) Object.assign(run, { to: next, count: run.count + 1 })
    else found.push({ from: next, to: next, count: 1 })
  }
  return found
}
