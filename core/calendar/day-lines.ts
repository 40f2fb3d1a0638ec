/** Owns one line for a day, or for days in a row, that a calendar keeps otherwise; as people write it, and back. */
import { LANGUAGE_CODES, LANGUAGES } from '../i18n/languages.ts'
import type { OpenPeriod } from './calendar.ts'
import { DATE_WORDS } from './date-words.ts'
import { PHRASES } from './phrases.ts'
import { DAY, runsOfOnce, runsOfYearly, type OnceDay, type YearlyDay } from './special-days.ts'

/** Why a line cannot be taken: the key of its words, and what they name. */
export class DayLineProblem {
  readonly message: string
  readonly params: Readonly<Record<string, string>>
  constructor(message: string, params: Readonly<Record<string, string>> = {}) {
    this.message = message
    this.params = params
  }
}

interface Day {
  year?: number
  month: number
  day: number
}

/** A row longer than this is a slip in a year. */
const MOST_DAYS = 366

/**
 * "2026-12-28 – 2026-12-31 przerwa", "24.12.2026 7:30–12:00", "24–26 grudnia 2026 Święta": one entry for each day. Refused, as
 * DayLineProblem: what is no day, what may be two days, an end before its beginning, a year that is missing.
 */
export function readOnceLine(line: string): OnceDay[] {
  const { from, to, name, hours } = readLine(line)
  const said = to.year ?? from.year
  if (said === undefined) throw new DayLineProblem('calendar.needs-year', { day: dotted(from) })
  // "28.12 – 3.01.2027" begins in the year before, "28.12.2026 – 3.01" ends in the year after.
  const passes = from.month * 100 + from.day > to.month * 100 + to.day ? 1 : 0
  const first = utc(from, from.year ?? said - passes)
  const last = utc(to, to.year ?? said + passes)
  const count = (last - first) / DAY + 1
  if (count < 1) throw new DayLineProblem('calendar.range-backwards')
  if (count > MOST_DAYS) throw new DayLineProblem('calendar.range-too-long')
  return Array.from({ length: count }, (_, n) => ({ date: new Date(first + n * DAY).toISOString().slice(0, 10), name, ...hours }))
}

/** "24.12 Wigilia", "24 grudnia 7:30–12:00", "24.12 – 1.01 przerwa": one entry for each day of a year. Refused as `readOnceLine` says. */
export function readYearlyLine(line: string): YearlyDay[] {
  const { from, to, name, hours } = readLine(line)
  if (from.year !== undefined || to.year !== undefined) throw new DayLineProblem('calendar.yearly-year')
  const [first, last] = [utc(from, 2024), utc(to, 2024)]
  const until = last < first ? last + 366 * DAY : last
  return Array.from({ length: (until - first) / DAY + 1 }, (_, n) => {
    // 2024 has a 29 February, and so may a row of days; what follows its December is January again.
    const at = new Date(first + n * DAY > LAST_OF_2024 ? first + n * DAY - 366 * DAY : first + n * DAY)
    return { month: at.getUTCMonth() + 1, day: at.getUTCDate(), name, ...hours }
  })
}
const LAST_OF_2024 = Date.UTC(2024, 11, 31)

export const sayOnceLines = (days: readonly OnceDay[]): string[] =>
  runsOfOnce(days).map(({ from, to }) => line(from === to ? from.date : `${from.date} – ${to.date}`, from))

export const sayYearlyLines = (days: readonly YearlyDay[]): string[] =>
  runsOfYearly(days).map(({ from, to }) => line(from === to ? dotted(from) : `${dotted(from)} – ${dotted(to)}`, from))

const line = (when: string, { name, hours }: { name: string; hours?: readonly OpenPeriod[] | undefined }): string =>
  [when, hours && sayPeriods(hours), name].filter(Boolean).join(' ')

/** "7:00–12:00, 13:00–15:00" */
export const sayPeriods = (periods: readonly OpenPeriod[]): string =>
  periods.map(({ from, to }) => `${sayClock(from)}–${sayClock(to)}`).join(', ')
export const sayClock = (time: string): string => time.replace(/^0(\d)/, '$1')

const dotted = ({ day, month, year }: Day): string => `${day}.${String(month).padStart(2, '0')}${year === undefined ? '' : `.${year}`}`

/** A day that no year has is refused. */
function utc(day: Day, year: number): number {
  const at = Date.UTC(year, day.month - 1, day.day)
  if (day.month < 1 || day.month > 12 || new Date(at).getUTCDate() !== day.day || day.day < 1) {
    throw new DayLineProblem('calendar.no-such-day')
  }
  return at
}

const AFTER_FROM = /^(?:od|from)\s+/i
const DASH = /^\s*(?:[-–—/]|\.{2,3}|(?:do|to|until)(?=\s))\s*/i
/** What may stand between a day and its name. */
const BEFORE_NAME = /^[\s:,;.–—-]+/

function readLine(typed: string): { from: Day; to: Day; name: string; hours?: { hours: OpenPeriod[] } } {
  let left = typed.trim().replace(AFTER_FROM, '')
  const short = readShortRange(left)
  const first = short ?? readDay(left)
  if (!first) throw new DayLineProblem('calendar.bad-day', { text: typed.slice(0, 60) })
  const from: Day = short?.from ?? first.day
  let to = first.day
  left = left.slice(first.length)
  const dash = DASH.exec(left)?.[0]
  if (!short && dash !== undefined) {
    const last = readDay(left.slice(dash.length))
    if (last) {
      to = last.day
      left = left.slice(dash.length + last.length)
    } else if (/^\d/.test(left.slice(dash.length))) throw new DayLineProblem('calendar.bad-range')
  }
  left = left.replace(BEFORE_NAME, '')
  const open = readOpening(left)
  if (open) left = left.slice(open.length).replace(BEFORE_NAME, '')
  else if (ISO.test(left) || /^\d{1,2}\.\s?\d{1,2}\./.test(left)) throw new DayLineProblem('calendar.two-days')
  if (/^(?:(?:i|and)\s)?\d{1,2}[:.]\d{2}(?!\d)/.test(left)) throw new DayLineProblem('calendar.bad-hours')
  return { from, to, name: left.trim(), ...(open ? { hours: { hours: open.hours } } : {}) }
}

/** "24–26.12", "24-26 grudnia 2026": the first day has the month and the year of the last. */
function readShortRange(text: string): { from: Day; day: Day; length: number } | undefined {
  const start = /^(\d{1,2})\.?\s?(?:[-–—]|do|to)\s?(?=\d)/i.exec(text)
  const last = start && (readDotted(text.slice(start[0].length)) ?? readNamed(text.slice(start[0].length)))
  return last ? { from: { ...last.day, day: Number(start[1]) }, day: last.day, length: start[0].length + last.length } : undefined
}

type Read = { day: Day; length: number } | undefined

const readDay = (text: string): Read => readIso(text) ?? readDotted(text) ?? readNamed(text) ?? readTwoNumbers(text)

const ISO = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)/

function readIso(text: string): Read {
  const [whole, year, month, day] = ISO.exec(text) ?? []
  return whole === undefined ? undefined : { day: { year: Number(year), month: Number(month), day: Number(day) }, length: whole.length }
}

/** With dots the day comes first, in every country that uses them. */
function readDotted(text: string): Read {
  const [whole, day, month, year] = /^(\d{1,2})\.\s?(\d{1,2})(?!\d)(?:\.\s?(\d{2,4})(?!\d))?\.?/.exec(text) ?? []
  if (whole === undefined) return undefined
  return { day: { ...yearOf(year, `${day}.${month}`), month: Number(month), day: Number(day) }, length: whole.length }
}

/** "4 maja 2027 r.", "4th May", "May 4, 2027". */
function readNamed(text: string): Read {
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th|\.)?\s(\p{L}{3,15})\.?(?:\s(\d{4})(?!\d)(?:\sr\.)?)?/u.exec(text)
  const monthFirst = /^(\p{L}{3,15})\.?\s(\d{1,2})(?:st|nd|rd|th)?(?!\d)(?:,?\s(\d{4})(?!\d))?/u.exec(text)
  for (const [found, day, word] of [
    [dayFirst, dayFirst?.[1], dayFirst?.[2]],
    [monthFirst, monthFirst?.[2], monthFirst?.[1]],
  ] as const) {
    const month = word === undefined ? undefined : months().get(word.toLowerCase())
    if (found && month !== undefined) {
      return { day: { ...yearOf(found[3], ''), month, day: Number(day) }, length: found[0].length }
    }
  }
  return undefined
}

/** "24/12", "03-04-2027": which of the two is the month, nobody knows, unless only one of them can be. */
function readTwoNumbers(text: string): Read {
  const [whole, first, second, year] = /^(\d{1,2})[/ -](\d{1,2})(?!\d)(?:[/ -](\d{4}|\d{2})(?!\d))?/.exec(text) ?? []
  if (whole === undefined) return undefined
  const [a, b] = [Number(first), Number(second)]
  const said = yearOf(year, `${a}.${b}`)
  if (a <= 12 && b <= 12 && a !== b) {
    const other = dotted({ ...said, day: b, month: a })
    throw new DayLineProblem('calendar.ambiguous-day', { text: whole, one: dotted({ ...said, day: a, month: b }), other })
  }
  return { day: a <= 12 && b > 12 ? { ...said, month: a, day: b } : { ...said, month: b, day: a }, length: whole.length }
}

/** A year is said with four digits. */
function yearOf(year: string | undefined, day: string): { year?: number } {
  if (year === undefined) return {}
  if (year.length !== 4) throw new DayLineProblem('calendar.needs-year', { day })
  return { year: Number(year) }
}

let known: ReadonlyMap<string, number> | undefined

/** Names of months in all languages: as they stand in a date, by themselves, and short. */
function months(): ReadonlyMap<string, number> {
  known ??= new Map(
    LANGUAGE_CODES.flatMap((language) =>
      Array.from({ length: 12 }, (_, n) => n).flatMap((n) => {
        const at = new Date(Date.UTC(2024, n, 15))
        const named = (month: 'long' | 'short') =>
          new Intl.DateTimeFormat(LANGUAGES[language].locale, { month, timeZone: 'UTC' }).format(at).toLowerCase().replace('.', '')
        const inDate = DATE_WORDS[language]?.months[n]?.toLowerCase()
        return [named('long'), named('short'), ...(inDate === undefined ? [] : [inDate])].map((word) => [word, n + 1] as const)
      }),
    ),
  )
  return known
}

/** Hours at the beginning of a text. */
function readOpening(text: string): { hours: OpenPeriod[]; length: number } | undefined {
  const hours: OpenPeriod[] = []
  let length = 0
  for (;;) {
    const [whole, from, to] = PERIOD.exec(text.slice(length)) ?? []
    if (whole === undefined) return hours.length === 0 ? undefined : { hours, length }
    hours.push({ from: readClock(from!), to: readClock(to!) })
    length += whole.length
  }
}

const PERIOD = /^(?:[,;]?\s?(?:i|and)?\s?)(\d{1,2}(?:[:.]\d{2})?)\s?(?:–|—|-|do|to)\s?(\d{1,2}(?:[:.]\d{2})?)(?![\d\p{L}:-])/u
const CLOSED = Object.values(PHRASES).flatMap(({ closed }) => closed)

/** "7-15", "7:00–15:00; 16.00 do 18.00": periods as people write them; what cannot be read is handed on. A word for "closed" is none. */
export function readHours(text: string): OpenPeriod[] {
  if (CLOSED.includes(text.trim().toLowerCase())) return []
  return text
    .split(/[,;]|\si\s|\sand\s/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [from = '', to = ''] = part.split(/–|—|-|\bdo\b|\bto\b/)
      return { from: readClock(from), to: readClock(to) }
    })
}

/** "7", "7:00", "07.00" → "07:00"; anything else as it is. */
export function readClock(text: string): string {
  const [, hour, minute = '00'] = /^(\d{1,2})(?:[:.](\d{2}))?$/.exec(text.trim()) ?? []
  return hour === undefined ? text.trim() : `${hour.padStart(2, '0')}:${minute}`
}
