import * as fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { type Calendar, calendarSchema, DEFAULT_CALENDAR, WEEKDAYS, type WeekHours } from './calendar.ts'
import { addWorkingTime, holidayOn, isWorkingTime, nextOpening, workingMinutesBetween } from './working-time.ts'

const WARSAW = 'Europe/Warsaw'
const NEW_YORK = 'America/New_York'

function at(local: string, zone = WARSAW): Date {
  return DateTime.fromISO(local, { zone }).toJSDate()
}

function local(date: Date | undefined, zone = WARSAW): string | undefined {
  return date && DateTime.fromJSDate(date, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss")
}

function everyDay(...periods: [string, string][]): WeekHours {
  const list = periods.map(([from, to]) => ({ from, to }))
  return { mon: list, tue: list, wed: list, thu: list, fri: list, sat: list, sun: list }
}

const HUNDRED_YEARS = 36_525 * 86_400_000
const NEVER: Calendar = { ...DEFAULT_CALENDAR, hours: everyDay(), cutOff: null }
const NIGHTLY: Calendar = { ...DEFAULT_CALENDAR, hours: everyDay(['02:00', '03:00']), cutOff: null, holidayCountry: null }

describe('addWorkingTime', () => {
  const add = (start: string, minutes: number) => local(addWorkingTime(DEFAULT_CALENDAR, at(start), minutes))

  it('counts within one day to the second', () => {
    expect(add('2026-11-20T08:10:30', 90)).toBe('2026-11-20T09:40:30')
  })

  it("ends at the end of the last period when a day's rest is added exactly (OTRS behaviour)", () => {
    expect(add('2026-11-20T13:00', 120)).toBe('2026-11-20T15:00:00')
    expect(add('2026-11-20T07:00', 480)).toBe('2026-11-20T15:00:00')
    expect(add('2026-11-20T13:00', 121)).toBe('2026-11-23T07:01:00')
  })

  it('starts with the next opening when begun outside hours', () => {
    expect(add('2026-11-20T15:01', 60)).toBe('2026-11-23T08:00:00')
    expect(add('2026-11-21T12:00', 60)).toBe('2026-11-23T08:00:00')
  })

  it('leaves out breaks', () => {
    const calendar = { ...DEFAULT_CALENDAR, hours: everyDay(['07:00', '11:30'], ['12:15', '15:00']) }
    expect(local(addWorkingTime(calendar, at('2026-11-20T11:00'), 31))).toBe('2026-11-20T12:16:00')
    expect(local(addWorkingTime(calendar, at('2026-11-20T11:00'), 30))).toBe('2026-11-20T11:30:00')
  })

  it('leaves out holidays, movable ones too', () => {
    // Wednesday before Corpus Christi 2026; then Easter Monday; 11 November.
    expect(add('2026-06-03T14:30', 60)).toBe('2026-06-05T07:30:00')
    expect(add('2026-04-03T14:30', 60)).toBe('2026-04-07T07:30:00')
    expect(add('2026-11-10T14:30', 60)).toBe('2026-11-12T07:30:00')
  })

  it('runs through midnight without a seam', () => {
    const calendar = { ...DEFAULT_CALENDAR, hours: everyDay(['00:00', '24:00']), holidayCountry: null, cutOff: null }
    expect(local(addWorkingTime(calendar, at('2026-11-20T23:30'), 90))).toBe('2026-11-21T01:00:00')
    expect(local(addWorkingTime(calendar, at('2026-11-20T23:30'), 30))).toBe('2026-11-21T00:00:00')
  })

  it('changes nothing when there are no hours, or no minutes', () => {
    const start = at('2026-11-20T08:10')
    expect(addWorkingTime(NEVER, start, 60)).toEqual(start)
    expect(addWorkingTime(DEFAULT_CALENDAR, start, 0)).toEqual(start)
  })

  it('refuses amounts that are negative or no number', () => {
    for (const minutes of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => addWorkingTime(DEFAULT_CALENDAR, at('2026-11-20T08:10'), minutes)).toThrow(RangeError)
    }
  })

  it('comes to an end where every open day is a holiday, or the sum is out of reach', () => {
    const start = at('2026-11-20T08:10')
    const alwaysFree: Calendar = {
      ...DEFAULT_CALENDAR,
      yearlyHolidays: Array.from({ length: 12 * 31 }, (_, n) => ({ month: 1 + (n % 12), day: 1 + Math.floor(n / 12), name: 'free' })),
    }
    expect(addWorkingTime(alwaysFree, start, 60)).toEqual(start)
    expect(nextOpening(alwaysFree, start)).toBeUndefined()
    expect(addWorkingTime(DEFAULT_CALENDAR, start, Number.MAX_SAFE_INTEGER).getTime() - start.getTime()).toBe(36_525 * 86_400_000)
    expect(workingMinutesBetween(DEFAULT_CALENDAR, start, new Date(8.64e15))).toBeGreaterThan(100 * 240 * 480)
  })
})

describe('when clocks change', () => {
  it('an hour that comes twice counts twice', () => {
    expect(workingMinutesBetween(NIGHTLY, at('2026-10-25T00:00'), at('2026-10-26T00:00'))).toBe(120)
    const later = { ...NIGHTLY, zone: NEW_YORK, hours: everyDay(['01:00', '02:00']) }
    expect(workingMinutesBetween(later, at('2026-11-01T00:00', NEW_YORK), at('2026-11-02T00:00', NEW_YORK))).toBe(120)
  })

  it('half an hour that comes twice is two periods', () => {
    const calendar = { ...NIGHTLY, hours: everyDay(['02:00', '02:30']) }
    const twoOClock = at('2026-10-25T00:00').getTime() + 2 * 3_600_000
    expect(addWorkingTime(calendar, new Date(twoOClock), 30).getTime() - twoOClock).toBe(30 * 60_000)
    expect(addWorkingTime(calendar, new Date(twoOClock), 31).getTime() - twoOClock).toBe(61 * 60_000)
    expect(isWorkingTime(calendar, new Date(twoOClock + 45 * 60_000))).toBe(false)
    expect(isWorkingTime(calendar, new Date(twoOClock + 75 * 60_000))).toBe(true)
  })

  it('an hour that is missing counts not at all', () => {
    expect(workingMinutesBetween(NIGHTLY, at('2026-03-29T00:00'), at('2026-03-30T00:00'))).toBe(0)
    expect(local(nextOpening(NIGHTLY, at('2026-03-29T00:00')))).toBe('2026-03-30T02:00:00')
  })

  it('a zone may skip a whole day', () => {
    const samoa = { ...NIGHTLY, zone: 'Pacific/Apia', hours: everyDay(['07:00', '15:00']) }
    const start = at('2011-12-29T00:00', samoa.zone)
    expect(workingMinutesBetween(samoa, start, at('2012-01-01T00:00', samoa.zone))).toBe(2 * 480)
  })
})

describe('a day of other hours', () => {
  const eve = { ...DEFAULT_CALENDAR, onceHolidays: [{ date: '2026-12-24', name: '', hours: [{ from: '07:30', to: '12:00' }] }] }

  it('is working time in those hours only, a public holiday or not', () => {
    expect(local(addWorkingTime(eve, at('2026-12-23T14:30'), 60))).toBe('2026-12-24T08:00:00')
    expect(local(addWorkingTime(eve, at('2026-12-24T11:30'), 60))).toBe('2026-12-28T07:30:00')
    expect(workingMinutesBetween(eve, at('2026-12-24T00:00'), at('2026-12-25T00:00'))).toBe(270)
    expect(holidayOn(eve, '2026-12-24')).toBeUndefined()
  })

  it('opens a calendar whose week has no hours', () => {
    expect(local(nextOpening({ ...eve, hours: NEVER.hours, cutOff: null }, at('2026-11-20T08:00')))).toBe('2026-12-24T07:30:00')
  })
})

describe('holidayOn', () => {
  it('knows the Polish public holidays, the movable ones and Christmas Eve from 2025 on', () => {
    const days = ['2026-04-06', '2026-06-04', '2026-11-11', '2026-12-24', '2024-12-24', '2026-04-03', '2026-11-12']
    expect(days.map((day) => holidayOn(DEFAULT_CALENDAR, day) !== undefined)).toEqual([true, true, true, true, false, false, false])
  })

  it('names them in the language asked for', () => {
    expect(holidayOn(DEFAULT_CALENDAR, '2026-06-04', 'pl')).toBe('Dzień Bożego Ciała')
    expect(holidayOn(DEFAULT_CALENDAR, '2026-06-04', 'en')).toBe('Corpus Christi')
    expect(holidayOn(DEFAULT_CALENDAR, '2026-06-04', 'xx')).toBe('Dzień Bożego Ciała')
  })

  it("prefers the calendar's own entries, once before yearly", () => {
    const calendar: Calendar = {
      ...DEFAULT_CALENDAR,
      yearlyHolidays: [
        { month: 5, day: 15, name: 'Święto uczelni' },
        { month: 11, day: 11, name: 'Nasz 11 listopada' },
      ],
      onceHolidays: [{ date: '2026-05-15', name: 'Dzień rektorski' }],
    }
    expect(holidayOn(calendar, '2026-05-15')).toBe('Dzień rektorski')
    expect(holidayOn(calendar, '2027-05-15')).toBe('Święto uczelni')
    expect(holidayOn(calendar, '2027-11-11', 'pl')).toBe('Nasz 11 listopada')
  })

  it('counts a holiday that runs into the next year', () => {
    const days = { ...DEFAULT_CALENDAR, holidayCountry: 'RU' }
    expect(['2026-01-01', '2026-01-07'].map((day) => holidayOn(days, day) !== undefined)).toEqual([true, true])
  })
})

/** The same rules minute by minute, with no arithmetic on local time at all. */
class NaiveClock {
  private readonly format: Intl.DateTimeFormat
  constructor(private readonly calendar: Calendar) {
    this.format = new Intl.DateTimeFormat('en-GB', {
      timeZone: calendar.zone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
  }

  works(at: number): boolean {
    const shown = /^(\w+), (\d+)\/(\d+)\/(\d+), (\d+:\d+)$/.exec(this.format.format(at))
    if (!shown) throw new Error(`Unread: ${this.format.format(at)}`)
    const [, weekday = '', day, month, year, clock = ''] = shown
    const own =
      this.calendar.onceHolidays.find((one) => one.date === `${year}-${month}-${day}`) ??
      this.calendar.yearlyHolidays.find((one) => one.month === Number(month) && one.day === Number(day))
    if (own) return (own.hours ?? []).some((period) => period.from <= clock && clock < period.to)
    if (this.calendar.holidayCountry && POLISH.includes(`${year}-${month}-${day}`)) return false
    const periods = this.calendar.hours[weekday.toLowerCase() as (typeof WEEKDAYS)[number]]
    return periods.some((period) => period.from <= clock && clock < period.to)
  }
}

/** Of the weeks below, from the law of 1951, not from the library under test. */
const POLISH = [
  '2024-03-31',
  '2024-04-01',
  '2024-11-01',
  '2024-11-11',
  '2025-11-01',
  '2025-11-11',
  '2026-04-05',
  '2026-04-06',
  '2026-11-01',
  '2026-11-11',
]

const MINUTE = 60_000

/** Starts near clock changes (Warsaw, New York) and near holidays, some of them on one weekend. */
const starts = fc
  .tuple(
    fc.constantFrom(
      '2024-03-29',
      '2024-11-01',
      '2025-10-24',
      '2025-10-31',
      '2026-03-06',
      '2026-03-27',
      '2026-04-03',
      '2026-10-23',
      '2026-10-30',
      '2026-11-09',
    ),
    fc.integer({ min: 0, max: 3 * 24 * 60 }),
  )
  .map(([day, minutes]) => Date.parse(`${day}T00:00Z`) + minutes * MINUTE)

const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

const dayPeriods = fc.uniqueArray(fc.integer({ min: 0, max: 1440 }), { maxLength: 4 }).map((edges) => {
  const sorted = edges.sort((a, b) => a - b)
  return Array.from({ length: Math.floor(sorted.length / 2) }, (_, n) => ({ from: clock(sorted[2 * n]!), to: clock(sorted[2 * n + 1]!) }))
})

const calendars: fc.Arbitrary<Calendar> = fc.record({
  name: fc.constant('any'),
  zone: fc.constantFrom(WARSAW, NEW_YORK),
  hours: fc.oneof(
    fc.constant(DEFAULT_CALENDAR.hours),
    fc.constant(everyDay(['00:00', '24:00'])),
    fc.constant(everyDay(['01:30', '02:45'])),
    fc.record({
      mon: dayPeriods,
      tue: dayPeriods,
      wed: dayPeriods,
      thu: dayPeriods,
      fri: dayPeriods,
      sat: dayPeriods,
      sun: dayPeriods,
    }),
  ),
  cutOff: fc.constant(null),
  holidayCountry: fc.constantFrom(null, 'PL'),
  yearlyHolidays: fc.constantFrom(
    [],
    [
      { month: 10, day: 26, name: 'after the change' },
      { month: 3, day: 28, name: 'before it' },
    ],
    [
      { month: 11, day: 11, name: 'open on a public holiday', hours: [{ from: '09:00', to: '10:30' }] },
      { month: 3, day: 29, name: '', hours: [{ from: '01:30', to: '03:30' }] },
    ],
  ),
  onceHolidays: fc.constantFrom(
    [],
    [
      { date: '2026-10-25', name: 'on the change' },
      { date: '2026-03-30', name: 'after it' },
    ],
    [
      { date: '2026-10-25', name: 'short', hours: [{ from: '02:15', to: '02:45' }] },
      { date: '2026-11-11', name: 'free again' },
    ],
  ),
})

describe('working time agrees with a count of single minutes', () => {
  it('builds calendars that the schema accepts', () => {
    fc.assert(
      fc.property(calendars, (calendar) => calendarSchema.safeParse(calendar).success),
      { numRuns: 50 },
    )
  })

  it('in sums between two moments', () => {
    fc.assert(
      fc.property(calendars, starts, fc.integer({ min: 0, max: 4 * 1440 }), (calendar, from, length) => {
        const naive = new NaiveClock(calendar)
        let count = 0
        for (let minute = 0; minute < length; minute++) if (naive.works(from + minute * MINUTE)) count++
        expect(workingMinutesBetween(calendar, new Date(from), new Date(from + length * MINUTE))).toBe(count)
      }),
      { numRuns: 100 },
    )
  })

  it('in the moment at which a number of minutes has passed', () => {
    fc.assert(
      fc.property(calendars, starts, fc.integer({ min: 1, max: 1500 }), (calendar, from, minutes) => {
        const naive = new NaiveClock(calendar)
        const end = addWorkingTime(calendar, new Date(from), minutes).getTime()
        if (end - from > 6 * 1440 * MINUTE || end === from) return
        // The last minute before the end worked, and it was the one that completed the sum.
        expect(naive.works(end - MINUTE)).toBe(true)
        let count = 0
        for (let now = from; now < end; now += MINUTE) if (naive.works(now)) count++
        expect(count).toBe(minutes)
      }),
      { numRuns: 100 },
    )
  })

  it('in whether a moment is working time, and when the next one comes', () => {
    fc.assert(
      fc.property(calendars, starts, (calendar, from) => {
        const naive = new NaiveClock(calendar)
        expect(isWorkingTime(calendar, new Date(from))).toBe(naive.works(from))
        const horizon = from + 3 * 1440 * MINUTE
        let first = from
        while (first < horizon && !naive.works(first)) first += MINUTE
        const opening = nextOpening(calendar, new Date(from))?.getTime()
        if (first < horizon) expect(opening).toBe(first)
        else expect(opening ?? horizon).toBeGreaterThanOrEqual(horizon)
      }),
      { numRuns: 150 },
    )
  })

  it('with seconds: what is added lies between', () => {
    fc.assert(
      fc.property(
        calendars,
        starts,
        fc.integer({ min: 0, max: 59_999 }),
        fc.integer({ min: 1, max: 20_000 }),
        (calendar, minute, milliseconds, minutes) => {
          const from = new Date(minute + milliseconds)
          const end = addWorkingTime(calendar, from, minutes)
          const between = workingMinutesBetween(calendar, from, end)
          if (end.getTime() === from.getTime() + HUNDRED_YEARS) expect(between).toBeLessThanOrEqual(minutes)
          else if (end > from) expect(between).toBeCloseTo(minutes, 6)
        },
      ),
      {
        numRuns: 200,
        // Open for two minutes a week: a hundred years do not hold what is asked for.
        examples: [
          [{ ...NEVER, hours: { ...NEVER.hours, mon: [{ from: '08:00', to: '08:02' }] } }, at('2026-11-20T07:00').getTime(), 0, 20_000],
        ],
      },
    )
  })
})
