/** Owns which moments of a ticket a condition may speak of: those that are its attributes, and what its history alone knows. */
import { ENTRIES, type AttributeName } from '../attributes.ts'

/** Any row of history (OTRS TicketChange); any time it was closed, or made closed; the newest of these, of open tickets too. */
export const HISTORY_TIMES = ['anyChange', 'anyClosing', 'lastClosing'] as const
export type HistoryTime = (typeof HISTORY_TIMES)[number]
export type TimeName = AttributeName | HistoryTime

/** In the order in which forms offer them. */
export const TIME_NAMES: readonly TimeName[] = [
  ...ENTRIES.filter(({ kind, name }) => (kind === 'date' || kind === 'moment') && name !== 'undelivered').map(({ name }) => name),
  ...HISTORY_TIMES,
]
