/** Owns reading which state and date an agent chose. */
import { findState, refused, type ChosenState, type Id, type PageContext } from '../../../core/index.ts'
import { presetDate, PRESETS, readLocal } from '../pending-dates.ts'

/** Id of a seeded state; a site that switched it off cannot be helped here. */
export async function findStateId(c: PageContext, name: string): Promise<Id> {
  const state = await findState(c.get('host').db, { name })
  if (!state) throw refused('ticket.state-unknown', {}, 'state')
  return state.id
}

/** `until`: 'tomorrow', 'week', 'customer' (waiting for the customer, no date), or 'date' with `date` as datetime-local. */
export async function readPending(c: PageContext, fields: { until: string; date?: string }): Promise<ChosenState> {
  const { clock, config } = c.get('host')
  if (fields.until === 'customer') return { stateId: await findStateId(c, 'waiting for customer'), pendingUntil: null }
  const preset = PRESETS.find((name) => name === fields.until)
  const date = preset ? presetDate(preset, clock(), config.zone) : readLocal(fields.date ?? '', config.zone)
  if (!date) throw refused('ticket.pending-needs-date', {}, 'date')
  return { stateId: await findStateId(c, 'pending reminder'), pendingUntil: date }
}
