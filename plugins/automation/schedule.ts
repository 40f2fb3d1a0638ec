/** Owns when a rule is due by time: OTRS's days, hours and minutes, or every so many minutes; pure. */
import { DateTime } from 'luxon'

/** In the site's zone. Days 0 (Sunday) to 6, as OTRS counts them. All three must have a value: without one it is never due. */
export interface Schedule {
  days: readonly number[]
  hours: readonly number[]
  minutes: readonly number[]
}

/** A day longer than a week back no schedule needs to look: each week has all of its days. */
const DAYS_BACK = 8

/** The latest moment, to the minute, at which it was due until now; undefined: never. */
export function lastDue({ days, hours, minutes }: Schedule, now: Date, zone: string): Date | undefined {
  if (days.length === 0 || hours.length === 0 || minutes.length === 0) return undefined
  const at = DateTime.fromJSDate(now, { zone })
  for (let back = 0; back < DAYS_BACK; back++) {
    const day = at.startOf('day').minus({ days: back })
    if (!days.includes(day.weekday % 7)) continue
    const moments = hours.flatMap((hour) => minutes.map((minute) => day.set({ hour, minute })))
    // An hour that a change of the clock leaves out is the next one.
    const due = moments.filter((moment) => moment <= at).toSorted((a, b) => b.toMillis() - a.toMillis())[0]
    if (due) return due.toJSDate()
  }
  return undefined
}

/** OTRS: no two runs within a minute. */
const LEAST_MS = 60_000

/**
 * Is it due now? What was missed while nothing ran is caught up once. `since`: when it was switched on, before which nothing counts;
 * `looked`: its last run.
 */
export function isDue(
  { schedule, every }: { schedule?: Schedule | undefined; every?: number | undefined },
  { now, zone, since, looked }: { now: Date; zone: string; since: Date; looked: Date | null },
): boolean {
  const after = looked && looked > since ? looked : since
  if (looked && now.getTime() - looked.getTime() < LEAST_MS) return false
  if (every !== undefined && now.getTime() - after.getTime() >= every * 60_000) return true
  const due = schedule && lastDue(schedule, now, zone)
  // A run begins within the minute that it is due at.
  return due !== undefined && due > after
}
