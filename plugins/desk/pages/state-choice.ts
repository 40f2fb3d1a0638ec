/** Owns reading until when an agent put a ticket off. */
import { calendarOfQueue, defaultCalendar, refused, seeTicket, type Calendar, type Id, type PageContext } from '../../../core/index.ts'
import { demandAgent } from '../../../core/pages.ts'
import { presetDate, PRESETS, readLocal } from '../pending-dates.ts'

/**
 * `until`: one of the presets, by the calendar of the ticket's queue – of many tickets by the default one –, 'customer' (until the
 * customer writes: null), or 'date' with `date` as datetime-local. Error: `ticket.pending-needs-date`.
 */
export async function readPending(c: PageContext, fields: { until?: string; date?: string }, ticketId?: Id): Promise<Date | null> {
  const { clock, config } = c.get('host')
  if (fields.until === 'customer') return null
  const preset = PRESETS.find((name) => name === fields.until)
  const date = preset ? presetDate(preset, clock(), await calendarFor(c, ticketId)) : readLocal(fields.date ?? '', config.zone)
  if (!date) throw refused('ticket.pending-needs-date', {}, 'date')
  return date
}

async function calendarFor(c: PageContext, ticketId: Id | undefined): Promise<Calendar> {
  const { db } = c.get('host')
  if (ticketId === undefined) return defaultCalendar(db)
  return calendarOfQueue(db, (await seeTicket(db, demandAgent(c).access, ticketId, 'ro')).queueId)
}
