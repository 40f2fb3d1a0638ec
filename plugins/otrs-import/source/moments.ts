/** Owns the reading of moments that were written in a zone without saying so. */
import { DateTime } from 'luxon'

const HOUR = 3_600_000

/** Answers a reader of '2026-11-16 09:12:30' in that zone; an hour that was there twice is the first of them. */
export function momentsIn(zone: string): (text: string) => Date | undefined {
  // A million rows lie in a few thousand hours: what an hour is, is asked once.
  const hours = new Map<string, number>()
  const startOf = (hour: string): number => {
    const known = hours.get(hour)
    if (known !== undefined) return known
    const read = DateTime.fromISO(`${hour.replace(' ', 'T')}:00:00`, { zone })
    const before = read.minus({ milliseconds: HOUR })
    const at = (before.hour === read.hour ? before : read).toMillis()
    if (hours.size > 200_000) hours.clear()
    hours.set(hour, at)
    return at
  }
  return (text) => {
    const match = /^(\d{4}-\d\d-\d\d \d\d):(\d\d):(\d\d)/.exec(text)
    if (!match) return undefined
    const at = startOf(match[1]!) + Number(match[2]) * 60_000 + Number(match[3]) * 1000
    return Number.isNaN(at) ? undefined : new Date(at)
  }
}

export const isZone = (zone: string): boolean => DateTime.local({ zone }).isValid
