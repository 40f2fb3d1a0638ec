/** Owns booking the time that somebody spent on a ticket: how it is typed, when it must be said, what history tells of it. */
import type { Kysely } from 'kysely'
import type { AskTime, Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { sayNumber, type Language } from '../i18n/languages.ts'
import { coreTexts } from '../i18n/core-texts.ts'
import { coreSettings, type CoreSettings } from '../kernel/settings/core-settings.ts'
import { readSettings } from '../kernel/settings/settings.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { addHistory } from '../ticket/history.ts'
import { insertTime } from './time.store.ts'

export { ownTime, ownTimeSum, timeOfTicket, timeOfTickets, type OwnTime, type TimeOfPerson } from './time.store.ts'

/** What a unit is called: the setting `time.unit`. The number is kept as it was typed. */
export type TimeUnit = CoreSettings['time.unit']

/** What a form says of it: units; null, it asked and nothing was typed; undefined, it did not ask, as programs and mails do not. */
export type SaidTime = number | null | undefined

/** Most that is booked at once: a year of minutes is a slip of the pen. */
const MOST = 100_000

/** As somebody types it: '15', '0,5', '1.25'; '' is null. Two places after the point count. Error: `time.units` at `time`. */
export function readUnits(typed: string): number | null {
  const text = typed.trim().replace(',', '.')
  if (text === '') return null
  const units = /^\d{1,6}(\.\d{1,2})?$/.test(text) ? Number(text) : 0
  if (units <= 0 || units > MOST) throw refused('time.units', {}, 'time')
  return units
}

/**
 * Books what was said, where anything was. Error: `time.needed` at `time`, where the queue demands it and the form that asked
 * was left empty.
 */
export async function bookSaid(
  work: Work,
  ticket: { id: Id; unitId: Id; askTime: string },
  said: SaidTime,
  articleId: Id | null = null,
): Promise<void> {
  demandSaid(ticket, said)
  if (said) await bookTime(work, ticket, said, articleId)
}

/** The same question before anything is written. */
export function demandSaid({ askTime }: { askTime: string }, said: SaidTime): void {
  if (said === null && (askTime as AskTime) === 'required') throw refused('time.needed', {}, 'time')
}

/** Books units for whoever acts. OTRS's row: what was booked, and the ticket's sum. */
export async function bookTime(work: Work, ticket: { id: Id; unitId: Id }, units: number, articleId: Id | null = null): Promise<void> {
  const total = await insertTime(work.db, {
    ticketId: ticket.id,
    articleId,
    units,
    personId: actorId(work),
    at: work.now,
    act: work.act,
  })
  addHistory(work, { ticketId: ticket.id, type: 'TimeAccounting', parts: [units, total], ...(articleId ? { articleId } : {}) })
  work.emit('ticket.time-spent', { ticketId: ticket.id, unitId: ticket.unitId, data: { units } })
}

/** The unit of the installation. */
export const timeUnit = async (db: Kysely<Database>): Promise<TimeUnit> => (await readSettings(db, 'core', coreSettings))['time.unit']

/** '15 min', '1,5 h', '3 jednostki'. */
export function sayUnits(units: number, unit: TimeUnit, language: Language): string {
  const t = coreTexts.in(language)
  return unit === 'units' ? t('time.units', { count: units }) : `${sayNumber(language, units)} ${t(`time.${unit}`)}`
}
