/** Owns who works at this moment, as far as the clock asks: those whose calendar counts for a ticket, its SLA's, else its queue's. */
import { sql } from 'kysely'
import type { Calendar } from '../../calendar/calendar.ts'
import { workingMinutesBetween } from '../../calendar/working-time.ts'
import { COUNTS, type Source } from '../../escalation/escalation.store.ts'

const TEN_MINUTES = 600_000

/** OTRS behaviour: people are told while they work, that is if the last ten minutes held working time. */
export const worksNow = (calendar: Calendar, now: Date): boolean =>
  workingMinutesBetween(calendar, new Date(now.getTime() - TEN_MINUTES), now) > 0

/** Condition on the table `ticket`: whoever is responsible for it works at this moment. */
export function workedOnNow(sources: readonly Source[], now: Date) {
  const open = new Map<Calendar, boolean>()
  const works = ({ calendar }: Source) => {
    if (!open.has(calendar)) open.set(calendar, worksNow(calendar, now))
    return open.get(calendar)!
  }
  const ids = (kind: Source['kind']) => sources.filter((one) => one.kind === kind && works(one)).map(({ id }) => id)
  return sql<boolean>`((${COUNTS.queue} and ticket.queue_id = any(${ids('queue')}::bigint[])) or (${COUNTS.sla} and ticket.sla_id = any(${ids('sla')}::bigint[])))`
}
