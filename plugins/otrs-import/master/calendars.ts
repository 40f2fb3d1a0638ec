/** Owns what becomes of OTRS's working hours and days off: one calendar of ours for each that is in use. Facts: whole hours, no movable holidays. */
import { IANAZone } from 'luxon'
import { calendarSchema, type Calendar } from '../../../core/index.ts'

/** A calendar of OTRS by its number; '' is the default one. */
export type CalendarNumber = string

export interface FoundCalendar {
  definition: Calendar
  /** Days off that no calendar here can have: impossible dates. */
  refused: string[]
}

const DAYS = { Mon: 'mon', Tue: 'tue', Wed: 'wed', Thu: 'thu', Fri: 'fri', Sat: 'sat', Sun: 'sun' } as const
type Entries = [string, unknown][]
const entries = (value: unknown): Entries => (value !== null && typeof value === 'object' ? Object.entries(value) : [])
const two = (value: string | number): string => String(value).padStart(2, '0')
const said = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** '1' of 'TimeZone::Calendar1Name' where that is set: a number without a name, and 0, are the default calendar (OTRS behaviour). */
export function calendarNumber(written: string, setting: (name: string) => unknown): CalendarNumber {
  const number = written.trim()
  return number !== '' && number !== '0' && said(setting(`TimeZone::Calendar${number}Name`)) !== '' ? number : ''
}

/** `zone`: that of the source, for a calendar that names none of its own. `cutOff`: of the mapping file, else none, as in OTRS. */
export function calendarOf(
  number: CalendarNumber,
  setting: (name: string) => unknown,
  { zone, cutOff }: { zone: string; cutOff: string | undefined },
): FoundCalendar {
  const of = (key: string) => setting(number === '' ? key : `${key}::Calendar${number}`)
  const own = number === '' ? '' : said(setting(`TimeZone::Calendar${number}`))
  const refused: string[] = []
  const yearly = new Map<string, { month: number; day: number; name: string }>()
  for (const [month, days] of entries(of('TimeVacationDays'))) {
    for (const [day, words] of entries(days)) {
      // Without a word it is no day off (OTRS behaviour).
      if (said(words).trim() === '') continue
      const date = { month: Number(month), day: Number(day), name: said(words).trim().slice(0, 200) }
      // 2024 has a 29 February.
      if (isDate(2024, date.month, date.day)) yearly.set(`${date.month}-${date.day}`, date)
      else refused.push(`${month}-${day} ${said(words)}`)
    }
  }
  const once = new Map<string, { date: string; name: string }>()
  for (const [year, months] of entries(of('TimeVacationDaysOneTime'))) {
    for (const [month, days] of entries(months)) {
      for (const [day, words] of entries(days)) {
        if (said(words).trim() === '') continue
        const date = `${year.padStart(4, '0')}-${two(month)}-${two(day)}`
        if (isDate(Number(year), Number(month), Number(day))) once.set(date, { date, name: said(words).trim().slice(0, 200) })
        else refused.push(`${year}-${month}-${day} ${said(words)}`)
      }
    }
  }
  const hours = entries(of('TimeWorkingHours'))
  const definition = {
    name:
      number === ''
        ? 'OTRS'
        : said(setting(`TimeZone::Calendar${number}Name`))
            .trim()
            .slice(0, 200),
    zone: IANAZone.isValidZone(own) ? own : zone,
    hours: Object.fromEntries(
      Object.entries(DAYS).map(([theirs, ours]) => [ours, periods(hours.find(([day]) => day === theirs)?.[1])]),
    ) as unknown as Calendar['hours'],
    cutOff: cutOff ?? null,
    // Easter and what moves with it stand among OTRS's days for a single year: taken from the country they would count twice.
    holidayCountry: null,
    yearlyHolidays: [...yearly.values()],
    onceHolidays: [...once.values()],
  }
  // A cut-off that does not fit these hours is none.
  const checked = calendarSchema.safeParse(definition)
  return { definition: checked.success ? checked.data : { ...definition, cutOff: null }, refused }
}

/** [8, 9, 10, 14]: open from 8:00 to 11:00 and from 14:00 to 15:00. Hour 23 ends at 24:00. */
function periods(value: unknown): { from: string; to: string }[] {
  const hours = [...new Set((Array.isArray(value) ? value : []).map((hour) => Number(said(hour) || NaN)))]
    .filter((hour) => Number.isInteger(hour) && hour >= 0 && hour <= 23)
    .toSorted((a, b) => a - b)
  const found: { from: number; to: number }[] = []
  for (const hour of hours) {
    const last = found.at(-1)
    if (last?.to === hour) last.to = hour + 1
    else found.push({ from: hour, to: hour + 1 })
  }
  return found.map(({ from, to }) => ({ from: `${two(from)}:00`, to: `${two(to)}:00` }))
}

function isDate(year: number, month: number, day: number): boolean {
  if (![year, month, day].every(Number.isInteger) || month < 1 || month > 12 || year < 1 || year > 9999) return false
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
