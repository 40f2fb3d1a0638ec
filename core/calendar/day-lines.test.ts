import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_CALENDAR, calendarSchema } from './calendar.ts'
import { fieldsOfCalendar, readCalendar } from './calendar-fields.ts'
import { DayLineProblem, readOnceLine, readYearlyLine, sayOnceLines, sayYearlyLines } from './day-lines.ts'
import type { OnceDay, YearlyDay } from './special-days.ts'

/** "2026-12-28…2026-12-31 przerwa", "2026-12-24 07:30-12:00 ", or why not. */
function once(line: string): string {
  try {
    const days = readOnceLine(line)
    const { name, hours } = days[0]!
    const dates = days.length > 1 ? `${days[0]!.date}…${days.at(-1)!.date}` : days[0]!.date
    return `${dates}${hours ? ` ${hours.map(({ from, to }) => `${from}-${to}`).join()}` : ''} ${name}`.trim()
  } catch (error) {
    return (error as DayLineProblem).message
  }
}
function yearly(line: string): string {
  try {
    const days = readYearlyLine(line)
    const [first, last] = [days[0]!, days.at(-1)!].map(({ day, month }) => `${day}.${month}`)
    return `${days.length > 1 ? `${first}…${last} (${days.length})` : first}${days[0]!.hours ? ' open' : ''} ${days[0]!.name}`.trim()
  } catch (error) {
    return (error as DayLineProblem).message
  }
}

describe('a line for a day that comes once', () => {
  it.each([
    ['2026-12-28 – 2026-12-31 przerwa świąteczna', '2026-12-28…2026-12-31 przerwa świąteczna'],
    ['2026-12-28 - 2026-12-31: przerwa', '2026-12-28…2026-12-31 przerwa'],
    ['od 28.12.2026 do 31.12.2026 przerwa', '2026-12-28…2026-12-31 przerwa'],
    ['28.12–3.01.2027 ferie', '2026-12-28…2027-01-03 ferie'],
    ['28.12.2026 – 3.01 ferie', '2026-12-28…2027-01-03 ferie'],
    ['24–26.12.2026 Święta', '2026-12-24…2026-12-26 Święta'],
    ['24-26 grudnia 2026 r. Święta', '2026-12-24…2026-12-26 Święta'],
    ['24 grudnia 2026 7:30–12:00', '2026-12-24 07:30-12:00'],
    ['24.12.2026 8-12, 13.00 do 15.00 dyżur', '2026-12-24 08:00-12:00,13:00-15:00 dyżur'],
    ['28.12.2026 – 31.12.2026, 9:00–12:00 dyżur', '2026-12-28…2026-12-31 09:00-12:00 dyżur'],
    ['2027-05-04 Dzień Rektorski', '2027-05-04 Dzień Rektorski'],
    ['4.05.2027 – Dzień Rektorski', '2027-05-04 Dzień Rektorski'],
    ['May 4, 2027 Rector’s Day', '2027-05-04 Rector’s Day'],
    ['4th May 2027 Rector’s Day', '2027-05-04 Rector’s Day'],
    ['2027-05-04 100-lecie uczelni', '2027-05-04 100-lecie uczelni'],
    ['2027-05-03 3 maja', '2027-05-03 3 maja'],
    ['25/12/2026 x', '2026-12-25 x'],
    ['03/04/2027 x', 'calendar.ambiguous-day'],
    ['3-4-2027 x', 'calendar.ambiguous-day'],
    ['24.12 Wigilia', 'calendar.needs-year'],
    ['24.12.26 Wigilia', 'calendar.needs-year'],
    ['Kiedyś', 'calendar.bad-day'],
    ['2027-02-30 Nie ma', 'calendar.no-such-day'],
    ['31 kwietnia 2027 Nie ma', 'calendar.no-such-day'],
    ['2026-12-31 – 2026-12-28 x', 'calendar.range-backwards'],
    ['2026-12-28 – 2036-12-31 x', 'calendar.range-too-long'],
    ['2026-12-28 – 31 x', 'calendar.bad-range'],
    ['2026-12-28 2026-12-31 przerwa', 'calendar.two-days'],
    ['28.12.2026, 29.12.2026 przerwa', 'calendar.two-days'],
    ['2026-12-24 12:00 koniec', 'calendar.bad-hours'],
    ['2026-12-24 7:30–12:00 i 13:00', 'calendar.bad-hours'],
  ])('%s', (line, expected) => expect(once(line)).toBe(expected))
})

describe('a line for a day of every year', () => {
  it.each([
    ['24.12 Wigilia', '24.12 Wigilia'],
    ['2.05. Flaga', '2.5 Flaga'],
    ['24 grudnia 7:30–12:00', '24.12 open'],
    ['24 gru 7-12', '24.12 open'],
    ['27.12 – 1.01 przerwa', '27.12…1.1 (6) przerwa'],
    ['27.02 – 2.03 x', '27.2…2.3 (5) x'],
    ['1.01 – 31.12 zawsze', '1.1…31.12 (366) zawsze'],
    ['24/12 Wigilia', '24.12 Wigilia'],
    ['4/4 x', '4.4 x'],
    ['03/04 x', 'calendar.ambiguous-day'],
    ['03-04 x', 'calendar.ambiguous-day'],
    ['24.12.2026 Wigilia', 'calendar.yearly-year'],
    ['30.02 x', 'calendar.no-such-day'],
    ['Wigilia', 'calendar.bad-day'],
  ])('%s', (line, expected) => expect(yearly(line)).toBe(expected))
})

describe('what is stored is what the form shows, and the other way round', () => {
  const time = fc.integer({ min: 0, max: 1440 / 15 })
  const clock = (quarter: number) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`
  const hours = fc
    .uniqueArray(time, { minLength: 2, maxLength: 5 })
    .map((edges) => edges.sort((a, b) => a - b))
    .map((edges) =>
      Array.from({ length: Math.floor(edges.length / 2) }, (_, n) => ({ from: clock(edges[2 * n]!), to: clock(edges[2 * n + 1]!) })),
    )
  const name = fc.constantFrom('Wigilia', 'przerwa świąteczna', 'Dzień „R”, do odwołania', 'i po świętach', '100-lecie', 'od 8 do 9 – x')
  const special = fc.oneof(
    name.map((said) => ({ name: said })),
    fc.record({ name: fc.oneof(fc.constant(''), name), hours }),
  )
  const DAY = 86_400_000
  /** Several rows of days, which may touch; no day twice. */
  const onceDays = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 1200 }), fc.integer({ min: 1, max: 20 }), special), { maxLength: 8 })
    .map((rows) =>
      rows.flatMap(([start, count, what]) =>
        Array.from({ length: count }, (_, n) => ({
          date: new Date(Date.UTC(2026, 0, 1) + (start + n) * DAY).toISOString().slice(0, 10),
          ...what,
        })),
      ),
    )
    .map((days): OnceDay[] => [...new Map(days.map((day) => [day.date, day])).values()])
  const yearlyDays = onceDays.map((days): YearlyDay[] => {
    const list = days.map(({ date, ...what }) => ({ month: Number(date.slice(5, 7)), day: Number(date.slice(8)), ...what }))
    return [...new Map(list.map((day) => [`${day.month}-${day.day}`, day])).values()]
  })

  it('line by line', () => {
    fc.assert(
      fc.property(onceDays, (days) => void expect(sayOnceLines(days).flatMap(readOnceLine)).toEqual(days)),
      { numRuns: 150 },
    )
    fc.assert(
      fc.property(yearlyDays, (days) => void expect(sayYearlyLines(days).flatMap(readYearlyLine)).toEqual(days)),
      { numRuns: 150 },
    )
  })

  it('for a whole calendar', () => {
    fc.assert(
      fc.property(onceDays, yearlyDays, (onceHolidays, yearlyHolidays) => {
        const calendar = calendarSchema.parse({ ...DEFAULT_CALENDAR, cutOff: null, onceHolidays, yearlyHolidays })
        expect(readCalendar(fieldsOfCalendar(calendar))).toEqual({ calendar })
      }),
      { numRuns: 50 },
    )
  })

  it('and no text ends otherwise than as days or as a problem', () => {
    const part = fc.constantFrom(
      '24',
      '.',
      '12',
      '2026',
      '-',
      '–',
      ' ',
      '/',
      ':',
      ',',
      '7:30',
      '12:00',
      'grudnia',
      'May',
      'do',
      'i',
      'x',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
        for (const read of [readOnceLine, readYearlyLine]) {
          try {
            expect(read(parts.join('')).length).toBeGreaterThan(0)
          } catch (error) {
            expect(error).toBeInstanceOf(DayLineProblem)
          }
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('a problem names its line, also behind a row of days', () => {
    const fields = fieldsOfCalendar({ ...DEFAULT_CALENDAR, cutOff: null })
    const of = (onceHolidays: string, more = {}) => {
      const read = readCalendar({ ...fields, onceHolidays, ...more })
      return 'problems' in read
        ? [...new Set(read.problems.map(({ field, line, message }) => `${field} ${line ?? ''} ${message}`))]
        : 'taken'
    }
    expect(of('28.12.2026 – 31.12.2026 przerwa\n\n2027-02-30 Nie ma\n3.05.2027')).toEqual([
      'onceHolidays 3 calendar.no-such-day',
      'onceHolidays 4 calendar.holiday-needs-name',
    ])
    expect(of('24–31.12.2026 przerwa\n28.12.2026 8–12 dyżur')).toEqual(['onceHolidays 2 calendar.day-twice'])
    expect(of('24.12.2026 16:00–18:00', { cutOff: '15:00' })).toEqual(['onceHolidays 1 calendar.opens-after-cut-off'])
    expect(of('24.12.2026 12–8')).toEqual(['onceHolidays 1 calendar.period-ends-before-it-starts'])
    expect(of('', { 'hours.mon': 'zamknięte', 'hours.tue': 'closed' })).toBe('taken')
    expect(of('', { 'hours.mon': '9-25', 'hours.tue': 'rano' })).toEqual(['hours.mon  calendar.bad-hours', 'hours.tue  calendar.bad-hours'])
    const never = Object.fromEntries(Object.keys(fields).map((key) => [key, key.startsWith('hours.') ? '' : fields[key]!]))
    expect(of('', { ...never, cutOff: '15:00' })).toEqual(['hours.mon  calendar.never-opens'])
  })
})
