/** Owns the SQL of deadlines: what a ticket's count of, and where they are kept. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { inTicket } from '../article/articles.ts'
import type { Calendar } from '../calendar/calendar.ts'
import type { Database, Id, SenderType, StateType } from '../database/schema.ts'
import { calendarsFrom } from '../queue/in-force.ts'
import { promised } from '../queue/promised.ts'
import { upFrom } from '../unit/tree.ts'
import { type Course, type Rule } from './deadlines.ts'

/** Whose promise it is, and by whose calendar it counts. */
export interface Source {
  kind: 'queue' | 'sla'
  id: Id
  name: string
  rule: Rule
  calendar: Calendar
  /** Whose own the calendar is: the source's, that of its unit or one above it, or the installation's. */
  calendarFrom: 'own' | 'unit' | 'default'
}

/** What is kept with a ticket. */
export interface Kept {
  response_due_at: Date | null
  update_due_at: Date | null
  solution_due_at: Date | null
  due_at: Date | null
  suspended: boolean | null
  first_response_at: Date | null
}

export interface TicketCourse {
  id: Id
  source: Source
  course: Course
  kept: Kept
}

/** OTRS behaviour: a ticket's SLA counts only where services are used at all; off unless somebody switched them on. */
const SERVICES_ON = sql<boolean>`coalesce((select s.value = 'true'::jsonb from setting s where s.owner = 'core' and s.key = 'tickets.services' and s.unit_id = 1), false)`

/** Off as in OTRS: a deadline that had passed stays late while a state suspends it. */
const CANCELS = sql<boolean>`coalesce((select s.value = 'true'::jsonb from setting s where s.owner = 'core' and s.key = 'deadlines.suspend-cancels' and s.unit_id = 1), false)`

const NO_CALENDAR = sql`select c.definition, 'default' as whose from calendar c where c.name = 'default'`

/** Selects `sources` from `wanted (kind, id)`: rule and calendar of each. OTRS behaviour: an SLA without a calendar goes by the installation's, never by its queue's. */
const sources = (wanted: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select w.kind, w.id::text as id, found.name, found.rule, found.calendar, found.whose
  from (${wanted}) w cross join lateral (
    select q.name, ${promised('q')} as rule, c.definition as calendar, c.whose
      from queue q left join lateral (${calendarOf('w.id')}) c on true where w.kind = 'queue' and q.id = w.id
    union all
    select s.name, ${promised('s')}, coalesce(c.definition, d.definition), case when c.id is null then 'default' else 'own' end
      from sla s left join calendar c on c.id = s.calendar_id and c.valid left join lateral (${NO_CALENDAR}) d on true
      where w.kind = 'sla' and s.id = w.id) found`

function calendarOf(queue: string): RawBuilder<unknown> {
  const id = sql.ref(queue)
  return sql`with recursive ${upFrom(sql`join queue oq on oq.unit_id = u.id where oq.id = ${id}`, { more: ['calendar_id'] })},
      ${calendarsFrom(sql`queue where id = ${id}`)}
    select in_force.definition, case w.depth when 0 then 'own' when 1000 then 'default' else 'unit' end as whose
      from wanted w join calendar in_force on in_force.id = w.calendar_id and in_force.valid order by w.depth limit 1`
}

interface SourceRow {
  kind: Source['kind']
  id: Id
  name: string
  rule: Rule
  calendar: Calendar | null
  whose: Source['calendarFrom'] | null
}

interface TicketRow {
  id: Id
  queue: Id
  sla: Id | null
  stateId: Id
  stateType: StateType
  createdAt: string
  receivedAt: string
  byAgent: boolean | null
  firstClosedAt: string | null
  kept: { [column in keyof Kept]: string | null } & { suspended: boolean | null }
  articles: [id: string, at: string, sender: SenderType, visible: boolean][]
  states: [at: string, before: Id | null, after: Id][]
}

/**
 * What the deadlines of these tickets count of, with one statement. A ticket's states are what history tells; the state that it has now
 * is one since `now` where history does not tell of it yet, for that is written at the end of an act.
 */
export async function readCourses(db: Kysely<Database>, ids: readonly Id[], now: Date): Promise<TicketCourse[]> {
  // Nearly always one: said so, PostgreSQL plans it once. Of a list it never believes that it is as short as it is, and planning costs more than reading.
  const wanted = ids.length === 1 ? sql`t.id = ${ids[0]!}` : sql`t.id = any(${[...ids]}::bigint[])`
  const { rows } = await sql<{ what: 'ticket' | 'source' | 'state'; is: unknown }>`
    with wanted_tickets as materialized (
      select t.*, case when ${SERVICES_ON} then t.sla_id end as counts from ticket t where ${wanted})
    select 'ticket' as what, json_build_object(
      'id', t.id::text, 'queue', t.queue_id::text, 'sla', t.counts::text, 'stateId', t.state_id::text, 'stateType', t.state_type,
      'createdAt', t.created_at, 'receivedAt', t.received_at, 'firstClosedAt', t.first_closed_at,
      'byAgent', (select a.sender_type = 'agent' from article a where a.ticket_id = t.id and a.created_at >= t.created_at order by a.id limit 1),
      'kept', json_build_object('response_due_at', t.response_due_at, 'update_due_at', t.update_due_at, 'solution_due_at', t.solution_due_at,
        'due_at', t.due_at, 'suspended', t.suspended, 'first_response_at', t.first_response_at),
      'articles', coalesce((select json_agg(json_build_array(article.id::text, article.created_at, article.sender_type, article.visible))
        from article where article.ticket_id = t.id and article.withdrawn_at is null and ${inTicket}), '[]'),
      'states', coalesce((select json_agg(json_build_array(h.created_at, h.before ->> 'state_id', coalesce(h.after ->> 'state_id', h.state_id::text)) order by h.created_at, h.id)
        from history h where h.ticket_id = t.id
          and (h.after ? 'state_id' or (h.after is null and h.type in ('NewTicket', 'StateUpdate') and h.state_id is not null))), '[]')) as is
    from wanted_tickets t
    union all
    select 'source', row_to_json(s) from (${sources(sql`
      select distinct case when counts is null then 'queue' else 'sla' end as kind, coalesce(counts, queue_id) as id from wanted_tickets`)}) s
    union all
    select 'state', to_json(id::text) from ticket_state where suspends
    union all
    select 'cancels', 'true' where ${CANCELS}`.execute(db)
  const of = <T>(what: string) => rows.filter((row) => row.what === what).map((row) => row.is as T)
  const suspends = new Set(of<Id>('state'))
  const cancels = of('cancels').length > 0
  const known = new Map(of<SourceRow>('source').map((row) => [`${row.kind} ${row.id}`, toSource(row)]))
  return of<TicketRow>('ticket').map((row) => ({
    id: row.id,
    source: known.get(row.sla === null ? `queue ${row.queue}` : `sla ${row.sla}`)!,
    course: { ...toCourse(row, suspends, now), cancels },
    kept: {
      response_due_at: moment(row.kept.response_due_at),
      update_due_at: moment(row.kept.update_due_at),
      solution_due_at: moment(row.kept.solution_due_at),
      due_at: moment(row.kept.due_at),
      suspended: row.kept.suspended,
      first_response_at: moment(row.kept.first_response_at),
    },
  }))
}

function toSource({ kind, id, name, rule, calendar, whose }: SourceRow): Source {
  if (!calendar || !whose) throw new Error('there is no calendar named “default”: restore it in the admin pages')
  return { kind, id, name, rule, calendar, calendarFrom: whose }
}

const moment = (iso: string | null): Date | null => (iso === null ? null : new Date(iso))

/** A mail is worked up a little later than it came; it was received when it came. */
export const arrivedAt = (received: Date, created: Date): Date => (received < created ? received : created)

function toCourse(row: TicketRow, suspends: ReadonlySet<Id>, now: Date): Course {
  const created = new Date(row.createdAt)
  const received = new Date(row.receivedAt)
  return {
    arrivedAt: arrivedAt(received, created),
    byAgent: row.byAgent === true,
    stateType: row.stateType,
    states: statesOf(row, created, now).map(({ at, id }) => ({ at, suspends: suspends.has(id) })),
    articles: row.articles.map(([id, at, sender, visible]) => ({ id, at: new Date(at), sender, visible })),
    firstClosedAt: moment(row.firstClosedAt),
  }
}

function statesOf({ states, stateId }: TicketRow, created: Date, now: Date): { at: Date; id: Id }[] {
  const first = states[0]
  const all = [
    // A row that tells of no state before is that of the ticket's making.
    ...(first && first[1] === null ? [] : [{ at: created, id: first?.[1] ?? stateId }]),
    ...states.map(([at, , after]) => ({ at: new Date(at), id: after })),
  ]
  return all.at(-1)!.id === stateId ? all : [...all, { at: now, id: stateId }]
}

/** The rule and the calendar of a queue or an SLA; undefined where there is none. */
export async function findSource(db: Kysely<Database>, kind: Source['kind'], id: Id): Promise<Source | undefined> {
  const { rows } = await sql<SourceRow>`${sources(sql`select ${kind}::text as kind, ${id}::bigint as id`)}`.execute(db)
  return rows[0] && toSource(rows[0])
}

/** Every queue, and every SLA where they count. Sources with one calendar share it. */
export async function listSources(db: Kysely<Database>): Promise<Source[]> {
  const { rows } = await sql<SourceRow>`${sources(sql`
    select 'queue' as kind, id from queue union all select 'sla', id from sla where ${SERVICES_ON}`)}`.execute(db)
  const calendars = new Map<string, Calendar>()
  return rows.map(toSource).map((source) => {
    const same = JSON.stringify(source.calendar)
    if (!calendars.has(same)) calendars.set(same, source.calendar)
    return { ...source, calendar: calendars.get(same)! }
  })
}

/** Conditions on the table `ticket`: whose promise counts for it. */
export const COUNTS: { readonly [kind in Source['kind']]: RawBuilder<boolean> } = {
  sla: sql<boolean>`(ticket.sla_id is not null and ${SERVICES_ON})`,
  queue: sql<boolean>`(ticket.sla_id is null or not ${SERVICES_ON})`,
}

/** Whose promise counts for each of these, by `<kind> <id>`, with one statement: the SLA's where SLAs count, else the queue's. */
export async function findSources(db: Kysely<Database>, wanted: readonly { queue: Id; sla: Id | null }[]): Promise<Map<string, Source>> {
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<SourceRow>`${sources(sql`
    select distinct case when counts is null then 'queue' else 'sla' end as kind, coalesce(counts, queue) as id
    from (select queue, case when ${SERVICES_ON} then sla end as counts
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as r(queue bigint, sla bigint)) r`)}`.execute(db)
  return new Map(rows.map((row) => [`${row.kind} ${row.id}`, toSource(row)]))
}

/**
 * Writes what differs: part of an act's last statement, or a statement of its own. The ids stand by themselves as well: of rows from JSON alone the
 * planner would walk over all tickets.
 */
export const storeKept = (rows: readonly (Kept & { id: Id })[]): RawBuilder<unknown> => sql`
  update ticket t set response_due_at = r.response_due_at, update_due_at = r.update_due_at, solution_due_at = r.solution_due_at,
    due_at = r.due_at, suspended = r.suspended, first_response_at = r.first_response_at
  from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id bigint, response_due_at timestamptz, update_due_at timestamptz,
    solution_due_at timestamptz, due_at timestamptz, suspended boolean, first_response_at timestamptz)
  where t.id = r.id and t.id = any(${rows.map(({ id }) => id)}::bigint[])`

/** SLAs that can be tried. */
export function slaChoices(db: Kysely<Database>): Promise<{ id: Id; name: string }[]> {
  return db.selectFrom('sla').select(['id', 'name']).where('valid', '=', true).orderBy('name').execute()
}
