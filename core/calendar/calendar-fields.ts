/** Owns how a calendar stands in a form: hours as one line a day, days that are otherwise as one line each; both directions. */
import { calendarSchema, WEEKDAYS, type Calendar } from './calendar.ts'
import {
  DayLineProblem,
  readClock,
  readHours,
  readOnceLine,
  readYearlyLine,
  sayClock,
  sayOnceLines,
  sayPeriods,
  sayYearlyLines,
} from './day-lines.ts'

type Fields = Readonly<Record<string, string>>

/** "7:00–12:00, 13:00–15:00" for each day; `day-lines.ts` says how the days that are otherwise are written. */
export function fieldsOfCalendar(calendar: Calendar): Record<string, string> {
  return {
    name: calendar.name,
    zone: calendar.zone,
    cutOff: calendar.cutOff === null ? '' : sayClock(calendar.cutOff),
    holidayCountry: calendar.holidayCountry ?? '',
    ...Object.fromEntries(WEEKDAYS.map((day) => [`hours.${day}`, sayPeriods(calendar.hours[day])])),
    yearlyHolidays: sayYearlyLines(calendar.yearlyHolidays).join('\n'),
    onceHolidays: sayOnceLines(calendar.onceHolidays).join('\n'),
  }
}

/** What is wrong with a field, or with one line of it (counted from 1): the key of its words and what they name. */
export interface CalendarProblem {
  field: string
  line?: number
  message: string
  params: Readonly<Record<string, string>>
}

/**
 * What was typed as a calendar, or everything that is wrong with it. `kept`: values that this form does not ask for. Of days that are
 * otherwise, what a line says of several days is one entry for each.
 */
export function readCalendar(fields: Fields, kept: Partial<Calendar> = {}): { calendar: Calendar } | { problems: CalendarProblem[] } {
  const typed = (name: string) => (fields[name] ?? '').trim()
  const problems: CalendarProblem[] = []
  /** Entries of a field, and the line of each. */
  const read = <T>(field: string, readLine: (line: string) => T[]): { days: T[]; lines: number[] } => {
    const found: { days: T[]; lines: number[] } = { days: [], lines: [] }
    for (const [at, text] of typed(field).split('\n').entries()) {
      if (text.trim() === '') continue
      try {
        const days = readLine(text)
        found.days.push(...days)
        found.lines.push(...days.map(() => at + 1))
      } catch (error) {
        if (!(error instanceof DayLineProblem)) throw error
        problems.push({ field, line: at + 1, message: error.message, params: error.params })
      }
    }
    return found
  }
  const [yearly, once] = [read('yearlyHolidays', readYearlyLine), read('onceHolidays', readOnceLine)]
  const hours = Object.fromEntries(WEEKDAYS.map((day) => [day, readHours(typed(`hours.${day}`))]))
  const parsed = calendarSchema.safeParse({
    name: typed('name'),
    zone: typed('zone'),
    hours,
    cutOff: typed('cutOff') === '' ? null : readClock(typed('cutOff')),
    holidayCountry: typed('holidayCountry') || null,
    yearlyHolidays: yearly.days,
    onceHolidays: once.days,
    ...kept,
  })
  const opens = WEEKDAYS.some((day) => hours[day]!.length > 0)
  if (!opens) problems.push({ field: `hours.${WEEKDAYS[0]}`, message: 'calendar.never-opens', params: {} })
  for (const { path, message } of parsed.error?.issues ?? []) {
    const [first = '', second] = path.map(String)
    const lines = first === 'yearlyHolidays' ? yearly.lines : first === 'onceHolidays' ? once.lines : undefined
    if (first === 'hours') {
      const said = message === 'calendar.bad-time' ? 'calendar.bad-hours' : message
      if (opens) problems.push({ field: `hours.${second}`, message: said, params: {} })
    } else if (lines && second !== undefined) problems.push({ field: first, line: lines[Number(second)] ?? 1, message, params: {} })
    else problems.push({ field: first, message, params: {} })
  }
  return parsed.success && problems.length === 0 ? { calendar: parsed.data } : { problems }
}
