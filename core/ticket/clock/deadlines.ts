/** Owns telling of deadlines: that one is near, that it has passed, that it passed no more; each once (OTRS EscalationCheck). */
import { sql, type Kysely } from 'kysely'
import { addWorkingTime } from '../../calendar/working-time.ts'
import type { Database, DeadlineName, Id } from '../../database/schema.ts'
import { COUNTS, listSources, type Source } from '../../escalation/escalation.store.ts'
import { system } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import type { CoreSettings } from '../../kernel/settings/core-settings.ts'
import type { Work } from '../../kernel/work.ts'
import { DEADLINE_KINDS } from '../../service/deadlines.ts'
import { addHistory, type NamedType } from '../history.ts'
import { OPEN } from '../ticket-filter.ts'
import { worksNow } from './sources.ts'

/** Tickets of one transaction. */
const AT_ONCE = 1000

const MOMENTS = {
  near: { fact: 'ticket.deadline-near', type: 'NotifyBefore' },
  missed: { fact: 'ticket.deadline-missed', type: 'Start' },
  stopped: { fact: 'ticket.deadline-stopped', type: 'Stop' },
} as const
const NAMES = { response: 'Response', update: 'Update', solution: 'Solution' } as const

/**
 * The job. It reads the deadlines that stand on tickets and works none out. Which are near is one moment for each SLA and queue: a deadline
 * lies within the rest of the promised minutes if it is no later than now and that rest. So one statement finds them, however
 * many tickets are open.
 */
export async function tellDeadlines(host: Host, settings: Pick<CoreSettings, 'deadlines.repeat-minutes'>): Promise<void> {
  const now = host.clock()
  await batches(host, (work) => tellStopped(work))
  const until = untilWhen((await listSources(host.db)).filter(promises), now)
  if (until.length > 0) await batches(host, (work) => tellDue(work, until, settings['deadlines.repeat-minutes']))
}

async function batches(host: Host, tell: (work: Work) => Promise<number>): Promise<void> {
  while ((await host.work(system('deadlines'), tell)) === AT_ONCE);
}

const promises = ({ rule }: Source): boolean => DEADLINE_KINDS.some((kind) => rule[kind].minutes !== null)

/** Deadlines up to these moments are to be told of; of a source whose people do not work now there are none. */
interface Until extends Record<DeadlineName, Date | null> {
  kind: Source['kind']
  id: Id
  latest: Date
}

function untilWhen(sources: readonly Source[], now: Date): Until[] {
  return sources
    .filter(({ calendar }) => worksNow(calendar, now))
    .map(({ kind, id, calendar, rule }) => {
      const of = (name: DeadlineName) => {
        const { minutes, notify } = rule[name]
        if (minutes === null) return null
        return notify === null ? now : addWorkingTime(calendar, now, minutes * (1 - notify / 100))
      }
      const until = { response: of('response'), update: of('update'), solution: of('solution') }
      const latest = new Date(Math.max(...Object.values(until).map((date) => date?.getTime() ?? 0)))
      return { kind, id, ...until, latest }
    })
}

interface Found {
  ticket: Id
  unit: Id
  deadline: DeadlineName
  due: Date
  /** The same as the database has it, to the microsecond. */
  stands: string
}

/** What is due of the tickets of these sources, and was not told, or long enough ago. */
async function tellDue(work: Work, until: readonly Until[], repeat: number): Promise<number> {
  const rows = await findDue(work.db, until, work.now, repeat)
  if (rows.length === 0) return 0
  const moment = ({ due }: Found) => (due <= work.now ? 'missed' : 'near')
  await sql`
    insert into deadline_told as old (ticket_id, deadline, due_at, near_at, missed_at)
    select f.ticket, f.deadline, f.stands, case when f.stands > ${work.now} then ${work.now}::timestamptz end,
      case when f.stands <= ${work.now} then ${work.now}::timestamptz end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as f(ticket bigint, deadline text, stands timestamptz)
    on conflict (ticket_id, deadline) do update set due_at = excluded.due_at,
      near_at = case when old.due_at = excluded.due_at then coalesce(excluded.near_at, old.near_at) else excluded.near_at end,
      missed_at = case when old.due_at = excluded.due_at then coalesce(excluded.missed_at, old.missed_at) else excluded.missed_at end`.execute(
    work.db,
  )
  for (const one of rows) tell(work, moment(one), one)
  return rows.length
}

/** How a ticket of a source is found: looked up source by source (`offset 0`), each by its index, never by a walk over all tickets. */
const SOURCES = [
  { kind: 'queue', counts: sql`ticket.queue_id = s.id and ${COUNTS.queue}` },
  { kind: 'sla', counts: sql`ticket.sla_id = s.id and ${COUNTS.sla}` },
]

async function findDue(db: Kysely<Database>, until: readonly Until[], now: Date, repeat: number): Promise<Found[]> {
  const again = sql`(${repeat} > 0 and told.at <= ${now}::timestamptz - make_interval(mins => ${repeat}))`
  const { rows } = await sql<Found>`
    with source as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(until)}::jsonb)
        as s(kind text, id bigint, response timestamptz, update timestamptz, solution timestamptz, latest timestamptz)),
    due as (${sql.join(
      SOURCES.map(
        ({ kind, counts }) => sql`
      select t.*, s.response, s.update, s.solution from source s cross join lateral (
        select id, queue_id, response_due_at, update_due_at, solution_due_at from ticket
        where ${counts} and ticket.due_at <= s.latest and ${OPEN} offset 0) t where s.kind = ${kind}`,
      ),
      sql` union all `,
    )})
    select due.id as ticket, q.unit_id as unit, d.deadline, d.due, d.due::text as stands
    from due join queue q on q.id = due.queue_id
      cross join lateral (values ('response', due.response_due_at, due.response), ('update', due.update_due_at, due.update),
        ('solution', due.solution_due_at, due.solution)) as d(deadline, due, until)
      left join deadline_told t on t.ticket_id = due.id and t.deadline = d.deadline and t.due_at = d.due
      cross join lateral (select case when d.due <= ${now} then t.missed_at else t.near_at end as at) told
    where d.due <= d.until and (told.at is null or ${again})
    limit ${AT_ONCE}`.execute(db)
  return rows
}

/**
 * What was told and stands no more is forgotten. A deadline that had passed and passes no more is told to have stopped, where that came
 * of a state, a queue, an SLA or a message (OTRS behaviour): not where a calendar or the rules were changed.
 */
async function tellStopped(work: Work): Promise<number> {
  const { rows } = await sql<Omit<Found, 'stands'> & { late: boolean }>`
    with gone as (
      delete from deadline_told where (ticket_id, deadline) in (
        select told.ticket_id, told.deadline from deadline_told told join ticket on ticket.id = told.ticket_id
        where told.due_at is distinct from case told.deadline
          when 'response' then ticket.response_due_at when 'update' then ticket.update_due_at else ticket.solution_due_at end
        limit ${AT_ONCE})
      returning ticket_id, deadline, due_at, missed_at)
    select gone.ticket_id as ticket, q.unit_id as unit, gone.deadline, gone.due_at as due,
      gone.missed_at is not null
        and coalesce(case gone.deadline when 'response' then ticket.response_due_at when 'update' then ticket.update_due_at else ticket.solution_due_at end,
          'infinity') > ${work.now}
        and exists (select 1 from history h where h.ticket_id = gone.ticket_id and h.created_at > gone.missed_at
          and (h.type in ('StateUpdate', 'Move', 'SLAUpdate') or h.article_id is not null)) as late
    from gone join ticket on ticket.id = gone.ticket_id join queue q on q.id = ticket.queue_id`.execute(work.db)
  for (const one of rows) if (one.late) tell(work, 'stopped', one)
  return rows.length
}

function tell(work: Work, moment: keyof typeof MOMENTS, { ticket, unit, deadline, due }: Omit<Found, 'stands'>): void {
  const { fact, type } = MOMENTS[moment]
  const name = `Escalation${NAMES[deadline]}Time${type}` satisfies NamedType
  addHistory(work, { ticketId: ticket, type: name, parts: [name, 'triggered'] })
  work.emit(fact, { ticketId: ticket, unitId: unit, data: { deadline, due: due.toISOString() } })
}
