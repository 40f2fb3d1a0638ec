/** Owns days typed into filters: where they begin and end in the site's zone. */
import { DateTime } from 'luxon'

export const startOfDay = (isoDate: string, zone: string): Date => DateTime.fromISO(isoDate, { zone }).startOf('day').toJSDate()
export const dayAfter = (isoDate: string, zone: string): Date =>
  DateTime.fromISO(isoDate, { zone }).plus({ days: 1 }).startOf('day').toJSDate()
