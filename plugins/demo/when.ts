/** Owns the times of the stories: when people write, and when agents get to it. */
import { DateTime } from 'luxon'
import { addWorkingTime, DEFAULT_CALENDAR, nextOpening, receive } from '../../core/index.ts'
import type { Random } from './random.ts'

const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
const SPAN_DAYS = 91

/** When `count` tickets arrive in the three months before `now`, in order; the last two weeks are the busiest. */
export function arrivals(random: Random, count: number, now: Date): Date[] {
  const made = Array.from({ length: count }, (_, i) => {
    // A few came today or yesterday: there is something to take.
    if (i < count * 0.04) return arrival(random, now, () => random.next() * 1.3)
    return random.chance(0.55)
      ? arrival(random, now, () => random.next() * SPAN_DAYS)
      : arrival(random, now, () => 15 * random.next() ** 1.25)
  })
  return made.sort((a, b) => a.getTime() - b.getTime())
}

function arrival(random: Random, now: Date, daysAgo: () => number): Date {
  for (let tries = 0; ; tries++) {
    const day = DateTime.fromJSDate(now, { zone: DEFAULT_CALENDAR.zone })
      .minus({ days: Math.floor(daysAgo() + tries / 40) })
      .startOf('day')
    const free = receive(DEFAULT_CALENDAR, day.plus({ hours: 12 }).toJSDate()).reason === 'free-day'
    // On free days about one mail comes for seven on others.
    if (free && random.chance(0.86)) continue
    const at = day.plus({ minutes: minuteOfDay(random, free), seconds: random.whole(0, 59) }).toJSDate()
    if (at.getTime() < now.getTime() - 2 * MINUTE) return at
  }
}

/** Two humps within the hours, a tail in the evening, now and then the night. */
function minuteOfDay(random: Random, free: boolean): number {
  const hump = (middle: number, width: number) => middle + (random.next() + random.next() + random.next() - 1.5) * width
  const kind = random.next()
  if (!free && kind < 0.84) return Math.floor(random.chance(0.6) ? hump(9.7 * 60, 130) : hump(12.8 * 60, 110))
  if (kind < 0.97) return Math.floor(hump(18.5 * 60, 240))
  return Math.floor(random.chance(0.5) ? 22 * 60 + random.next() * 110 : 5 * 60 + random.next() * 100)
}

/** When an agent gets to it: so many working minutes later, and a few seconds. */
export function agentMoment(random: Random, after: Date, minutes: number): Date {
  return new Date(addWorkingTime(DEFAULT_CALENDAR, after, minutes).getTime() + random.whole(1, 59) * 1000)
}

/** When a customer writes back: within hours or a day or two, not in the middle of the night. */
export function customerMoment(random: Random, after: Date): Date {
  const at = new Date(after.getTime() + (random.chance(0.6) ? random.whole(6, 240) * MINUTE : random.whole(5, 50) * HOUR))
  const local = DateTime.fromJSDate(at, { zone: DEFAULT_CALENDAR.zone })
  return local.hour < 6 || local.hour >= 23 ? local.plus({ hours: 8 }).toJSDate() : at
}

/** So many days on, at the next opening. */
export function pendingMoment(after: Date, days: number): Date {
  const at = new Date(after.getTime() + days * DAY)
  return nextOpening(DEFAULT_CALENDAR, at) ?? at
}

/** Day of a ticket number. */
export const numberDay = (at: Date, zone: string): string => DateTime.fromJSDate(at, { zone }).toFormat('yyyyLLdd')

export const dateLine = (at: Date): string => DateTime.fromJSDate(at, { zone: DEFAULT_CALENDAR.zone }).toFormat("d.MM.yyyy 'o' H:mm")
