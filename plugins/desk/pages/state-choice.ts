/** Owns reading until when an agent put a ticket off. */
import { refused, type PageContext } from '../../../core/index.ts'
import { presetDate, PRESETS, readLocal } from '../pending-dates.ts'

/** `until`: 'tomorrow', 'week', 'customer' (until the customer writes: null), or 'date' with `date` as datetime-local. Error: `ticket.pending-needs-date`. */
export function readPending(c: PageContext, fields: { until?: string; date?: string }): Date | null {
  const { clock, config } = c.get('host')
  if (fields.until === 'customer') return null
  const preset = PRESETS.find((name) => name === fields.until)
  const date = preset ? presetDate(preset, clock(), config.zone) : readLocal(fields.date ?? '', config.zone)
  if (!date) throw refused('ticket.pending-needs-date', {}, 'date')
  return date
}
