/**
 * Owns working time: real elapsed time inside a calendar's local clock hours.
 *
 * OTRS behaviour in all of it: when clocks change, an hour that comes twice counts twice and one that is missing counts
 * not at all; a calendar with no hours leaves times as they are. Unlike OTRS, hours are to the minute.
 */
import { IANAZone } from 'luxon'
import { alike, type Calendar, minuteOfDay, type OpenPeriod, WEEKDAYS } from './calendar.ts'
import { holidayOn } from './holidays.ts'
import { DAY, opensSpecially, specialDayOn } from './special-days.ts'

export { holidayOn } from './holidays.ts'

const MINUTE = 60_000

/** Sums of working time are looked for, and counted, within a hundred years: enough for any deadline, and it ends. */
const SUM_HORIZON = 36_525 * DAY
/** A calendar that does not open within five years does not open. */
const OPENING_HORIZON = 1826 * DAY

/**
 * The moment at which `minutes` of working time have passed since `start`. Adding exactly what is left of a day ends at
 * the END of its last period (15:00), not at the next opening (OTRS behaviour). 0 minutes, or a calendar that never
 * opens: `start` itself. What a hundred years do not hold ends with them.
 *
 * @throws RangeError when minutes are negative or not a finite number.
 */
export function addWorkingTime(calendar: Calendar, start: Date, minutes: number): Date {
  if (!Number.isFinite(minutes) || minutes < 0) {
    throw new RangeError(`Working time must be zero or more minutes, not ${minutes}`)
  }
  if (minutes === 0) return start
  const from = start.getTime()
  const horizon = from + SUM_HORIZON
  // A sum of fractions is a whole millisecond all the same.
  let left = Math.round(minutes * MINUTE)
  let worked = false
  for (const { begin, end, periods, sum } of blocksBetween(calendar, from, horizon)) {
    if (begin >= from && end <= horizon && sum < left) {
      worked ||= sum > 0
      left -= sum
      continue
    }
    for (const period of cut(periods, from, horizon)) {
      worked = true
      const length = period.end - period.start
      if (left <= length) return new Date(period.start + left)
      left -= length
    }
  }
  return worked ? new Date(horizon) : start
}

/**
 * Working time between two moments in minutes, with a fraction when they are not whole; 0 when `to` is not after
 * `from`.
 */
export function workingMinutesBetween(calendar: Calendar, from: Date, to: Date): number {
  const since = from.getTime()
  const until = Math.min(to.getTime(), since + SUM_HORIZON)
  let all = 0
  for (const { begin, end, periods, sum } of blocksBetween(calendar, since, until)) {
    if (begin >= since && end <= until) all += sum
    else for (const period of cut(periods, since, until)) all += period.end - period.start
  }
  return all / MINUTE
}

export function isWorkingTime(calendar: Calendar, at: Date): boolean {
  const { day, minute } = localClock(calendar, at)
  return openPeriodsOn(calendar, day).some((period) => period.from <= minute && minute < period.to)
}

/**
 * The first moment at or after `at` that is working time: `at` itself within hours. `undefined` when there is none in
 * five years.
 */
export function nextOpening(calendar: Calendar, at: Date): Date | undefined {
  for (const period of workingPeriods(calendar, at.getTime(), at.getTime() + OPENING_HORIZON)) return new Date(period.start)
  return undefined
}

/** The opening of the first working day after the local day of `at`. */
export function nextDaysOpening(calendar: Calendar, at: Date): Date | undefined {
  const today = localClock(calendar, at).day
  for (const period of workingPeriods(calendar, at.getTime(), at.getTime() + OPENING_HORIZON)) {
    if (period.day > today) return new Date(period.start)
  }
  return undefined
}

/** A local day, counted from 1970-01-01 as 0. */
export type DayNumber = number

/** What calendar and clock on the wall show: the local day, and the whole minutes since its midnight on the clock. */
export function localClock(calendar: Calendar, at: Date): { day: DayNumber; minute: number } {
  const local = at.getTime() + offsetAt(parsed(calendar).zone, at.getTime())
  const day = Math.floor(local / DAY)
  return { day, minute: Math.floor((local - day * DAY) / MINUTE) }
}

/** `YYYY-MM-DD` of a local day. */
export function isoDate(day: DayNumber): string {
  return new Date(day * DAY).toISOString().slice(0, 10)
}

/** The open periods of a local day by the clock, in minutes after midnight, in order: its own hours, or none on a holiday, or those of the week. */
export function openPeriodsOn(calendar: Calendar, day: DayNumber): readonly ClockPeriod[] {
  const own = specialDayOn(calendar, isoDate(day))
  if (own) return own.hours ? onClock(own.hours) : []
  // Day 0 was a Thursday.
  const periods = parsed(calendar).week[(((day + 3) % 7) + 7) % 7] ?? []
  return periods.length === 0 || holidayOn(calendar, isoDate(day)) !== undefined ? [] : periods
}

interface ClockPeriod {
  readonly from: number
  readonly to: number
}

/** A stretch of working time between two instants (milliseconds), on one local day. */
interface WorkingPeriod {
  readonly start: number
  readonly end: number
  readonly day: DayNumber
}

/** So much time, from 1970 on, whose working periods are worked out together and kept with their sum: whoever counts over months adds up sums. */
const BLOCK = 8 * DAY
/** Forty years. */
const MOST_BLOCKS = 1830

interface Block {
  readonly begin: number
  readonly end: number
  readonly periods: readonly WorkingPeriod[]
  /** Milliseconds. */
  readonly sum: number
}
const kept = new WeakMap<Calendar, Map<number, Block>>()

/** The blocks that touch the time between two instants, in order; none of a calendar that never opens. */
function* blocksBetween(given: Calendar, from: number, until: number): Generator<Block> {
  const calendar = alike(given)
  if (parsed(calendar).week.every((periods) => periods.length === 0) && !opensSpecially(calendar)) return
  let blocks = kept.get(calendar)
  if (!blocks) kept.set(calendar, (blocks = new Map()))
  for (let index = Math.floor(from / BLOCK); index * BLOCK < until; index++) {
    let block = blocks.get(index)
    if (!block) {
      if (blocks.size >= MOST_BLOCKS) blocks.clear()
      const begin = index * BLOCK
      const periods = [...workOut(calendar, begin, begin + BLOCK)]
      const sum = periods.reduce((all, { start, end }) => all + end - start, 0)
      blocks.set(index, (block = { begin, end: begin + BLOCK, periods, sum }))
    }
    yield block
  }
}

/** The working periods between two instants in order, cut to fit. */
function* workingPeriods(calendar: Calendar, from: number, until: number): Generator<WorkingPeriod> {
  for (const { periods } of blocksBetween(calendar, from, until)) yield* cut(periods, from, until)
}

function* cut(periods: readonly WorkingPeriod[], from: number, until: number): Generator<WorkingPeriod> {
  for (const { start, end, day } of periods) {
    const opens = Math.max(start, from)
    const closes = Math.min(end, until)
    if (opens < closes) yield { start: opens, end: closes, day }
  }
}

/**
 * The working periods between two instants, worked out.
 *
 * Each step is one stretch of a local day with an unchanging offset, where local time is plain arithmetic: usually the
 * whole day, two stretches when clocks change. So no clock reading is ever turned back into an instant, which would be
 * ambiguous.
 */
function* workOut(calendar: Calendar, from: number, until: number): Generator<WorkingPeriod> {
  const { zone } = parsed(calendar)
  let at = from
  let offset = offsetAt(zone, at)
  while (at < until) {
    const day = Math.floor((at + offset) / DAY)
    let end = (day + 1) * DAY - offset
    let offsetAfter = offsetAt(zone, end)
    if (offsetAfter !== offset) {
      end = offsetChange(zone, at, end)
      offsetAfter = offsetAt(zone, end)
    }
    for (const period of openPeriodsOn(calendar, day)) {
      const opens = Math.max(at, day * DAY + period.from * MINUTE - offset)
      const closes = Math.min(end, until, day * DAY + period.to * MINUTE - offset)
      if (opens < closes) yield { start: opens, end: closes, day }
    }
    at = end
    offset = offsetAfter
  }
}

/** The first millisecond after `before` with another offset, knowing that `after` has one. */
function offsetChange(zone: IANAZone, before: number, after: number): number {
  const offset = offsetAt(zone, before)
  let low = before
  let high = after
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(zone, middle) === offset) low = middle
    else high = middle
  }
  return high
}

const QUARTER = 15 * MINUTE
/** Enough for some fifty years of midnights. */
const MOST_OFFSETS = 20_000
const offsets = new Map<string, Map<number, number>>()

/** Local minus universal time, in milliseconds. Intl is asked once a quarter of an hour, on which alone zones change theirs: who counts long times asks for the same midnights again. */
function offsetAt(zone: IANAZone, at: number): number {
  let known = offsets.get(zone.name)
  if (!known) offsets.set(zone.name, (known = new Map()))
  const quarter = Math.floor(at / QUARTER)
  let offset = known.get(quarter)
  if (offset === undefined) {
    if (known.size >= MOST_OFFSETS) known.clear()
    known.set(quarter, (offset = Math.round(zone.offset(quarter * QUARTER) * MINUTE)))
  }
  return offset
}

interface ParsedCalendar {
  readonly zone: IANAZone
  /** Monday first. */
  readonly week: readonly (readonly ClockPeriod[])[]
}

const parsedCalendars = new WeakMap<Calendar, ParsedCalendar>()

function parsed(given: Calendar): ParsedCalendar {
  const calendar = alike(given)
  let result = parsedCalendars.get(calendar)
  if (!result) {
    result = { zone: IANAZone.create(calendar.zone), week: WEEKDAYS.map((day) => onClock(calendar.hours[day])) }
    parsedCalendars.set(calendar, result)
  }
  return result
}

const onClock = (periods: readonly OpenPeriod[]): ClockPeriod[] =>
  periods.map(({ from, to }) => ({ from: minuteOfDay(from), to: minuteOfDay(to) })).sort((a, b) => a.from - b.from)
