/** Owns the receipt clock: when the house takes up what has just arrived. */
import { type Calendar, minuteOfDay } from './calendar.ts'
import { holidayOn, isoDate, localClock, nextDaysOpening, nextOpening, openPeriodsOn } from './working-time.ts'

/**
 * Why a receipt is when it is: `in-hours` now; `before-opening` at today's opening; `after-cut-off` and `free-day` at
 * the next working day's opening; `no-hours` now, for the calendar never opens.
 */
export type ReceiptReason = 'in-hours' | 'before-opening' | 'after-cut-off' | 'free-day' | 'no-hours'

export interface Receipt {
  readonly receivedAt: Date
  readonly reason: ReceiptReason
  /** With `free-day`: the holiday's name, when it was one. */
  readonly holiday?: string
}

/**
 * When something that arrived at `at` counts as received. From opening up to and including the cut-off minute it is
 * now: with a cut-off of 15:00 that holds at 15:00:59 and ends at 15:01:00, also when 15:00 is closing time. A break in
 * the day before the cut-off is still now (deadlines run on only after it anyway). A day that closes before the cut-off
 * ends with its closing minute, as does every day of a calendar without cut-off.
 *
 * @param language Of the holiday's name.
 */
export function receive(calendar: Calendar, at: Date, language?: string): Receipt {
  const { day, minute } = localClock(calendar, at)
  const periods = openPeriodsOn(calendar, day)
  const first = periods[0]
  const last = periods.at(-1)
  if (!first || !last) {
    const holiday = holidayOn(calendar, isoDate(day), language)
    return later('free-day', nextDaysOpening(calendar, at), at, holiday)
  }
  if (minute < first.from) return later('before-opening', nextOpening(calendar, at), at)
  if (minute <= cutOffMinute(calendar, last.to)) return { receivedAt: at, reason: 'in-hours' }
  return later('after-cut-off', nextDaysOpening(calendar, at), at)
}

/** The last minute of a day that still counts as now, given the minute at which the day closes. */
export function cutOffMinute(calendar: Calendar, closing: number): number {
  return calendar.cutOff === null ? closing : Math.min(minuteOfDay(calendar.cutOff), closing)
}

function later(reason: ReceiptReason, opening: Date | undefined, at: Date, holiday?: string): Receipt {
  if (!opening) return { receivedAt: at, reason: 'no-hours' }
  return { receivedAt: opening, reason, ...(holiday === undefined ? {} : { holiday }) }
}
