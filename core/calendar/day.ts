/** Owns which day it is in a zone: asked for each ticket and each answer, so that a day is remembered until it ends. */
import { DateTime } from 'luxon'

/** From its first instant to the first of the next, milliseconds. */
interface KnownDay {
  from: number
  to: number
  day: string
}
const known = new Map<string, KnownDay>()
/** Zones are the installation's and those of its calendars. */
const MOST_ZONES = 100

/** As 2026-11-29. */
export function dayIn(zone: string, at: Date): string {
  const time = at.getTime()
  const last = known.get(zone)
  if (last && last.from <= time && time < last.to) return last.day
  const moment = DateTime.fromJSDate(at, { zone })
  const start = moment.startOf('day')
  const day = moment.toISODate()!
  if (known.size >= MOST_ZONES) known.clear()
  known.set(zone, { from: start.toMillis(), to: start.plus({ days: 1 }).startOf('day').toMillis(), day })
  return day
}
