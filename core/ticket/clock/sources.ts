/** Owns whose calendar and minutes count for a ticket: its SLA's, else its queue's; as far as the clock asks for them. */
import { sql, type Kysely } from 'kysely'
import { workingMinutesBetween } from '../../calendar/working-time.ts'
import type { Calendar } from '../../calendar/calendar.ts'
import type { Database, DeadlineName, Id } from '../../database/schema.ts'
import { calendarsOfQueues } from '../../queue/queues.ts'

/** In working minutes, and the per cent of them from which it is told that the deadline is near. */
export interface Promised {
  minutes: number
  notify: number | null
}

/** An SLA or a queue. */
export interface Source {
  kind: 'sla' | 'queue'
  id: Id
  calendar: Calendar
  promises: Partial<Record<DeadlineName, Promised>>
}

export const DEADLINES: readonly DeadlineName[] = ['response', 'update', 'solution']

interface Row {
  id: Id
  definition: Calendar | null
  response: number | null
  responseNotify: number | null
  update: number | null
  updateNotify: number | null
  solution: number | null
  solutionNotify: number | null
}

const PROMISES = sql`first_response_minutes as response, first_response_notify as "responseNotify", update_minutes as "update",
  update_notify as "updateNotify", solution_minutes as solution, solution_notify as "solutionNotify"`

/** All of them, each with the calendar in force: an SLA's own or the default one, never that of a queue (OTRS behaviour). */
export async function listSources(db: Kysely<Database>): Promise<Source[]> {
  const [queues, slas, calendars] = await Promise.all([
    sql<Row>`select id, null as definition, ${PROMISES} from queue`.execute(db),
    sql<Row>`select sla.id, coalesce(own.definition, standard.definition) as definition, ${PROMISES} from sla
      left join calendar own on own.id = sla.calendar_id and own.valid
      left join calendar standard on standard.name = 'default' and standard.valid`.execute(db),
    calendarsOfQueues(db),
  ])
  const source = (kind: Source['kind'], row: Row, calendar: Calendar | null | undefined): Source[] =>
    calendar
      ? [
          {
            kind,
            id: row.id,
            calendar,
            promises: Object.fromEntries(
              DEADLINES.flatMap((name) => (row[name] === null ? [] : [[name, { minutes: row[name], notify: row[`${name}Notify`] }]])),
            ),
          },
        ]
      : []
  return [
    ...queues.rows.flatMap((row) => source('queue', row, calendars.get(row.id))),
    ...slas.rows.flatMap((row) => source('sla', row, row.definition)),
  ]
}

const TEN_MINUTES = 600_000

/** OTRS behaviour: people are told while they work, that is if the last ten minutes held working time. */
export const worksNow = (calendar: Calendar, now: Date): boolean =>
  workingMinutesBetween(calendar, new Date(now.getTime() - TEN_MINUTES), now) > 0

/** Condition on the table `ticket`: this source counts for it. */
export const countsFor = (kind: Source['kind'], ids: readonly Id[]) =>
  kind === 'sla'
    ? sql<boolean>`ticket.sla_id = any(${[...ids]}::bigint[])`
    : sql<boolean>`(ticket.sla_id is null and ticket.queue_id = any(${[...ids]}::bigint[]))`

/** Condition on the table `ticket`: whoever is responsible for it works at this moment. */
export function workedOnNow(sources: readonly Source[], now: Date) {
  const open = new Map<Calendar, boolean>()
  const works = ({ calendar }: Source) => {
    if (!open.has(calendar)) open.set(calendar, worksNow(calendar, now))
    return open.get(calendar)!
  }
  const ids = (kind: Source['kind']) => sources.filter((one) => one.kind === kind && works(one)).map(({ id }) => id)
  return sql<boolean>`(${countsFor('queue', ids('queue'))} or ${countsFor('sla', ids('sla'))})`
}
