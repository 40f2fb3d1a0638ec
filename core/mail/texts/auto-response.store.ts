/** Owns the SQL of automatic answers: the text in force in a queue, the ticket that it speaks of, and the count against loops. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Calendar } from '../../calendar/calendar.ts'
import type { AutoResponseType, Database, Id, Language } from '../../database/schema.ts'
import { COMPLETE_LANGUAGES } from '../../i18n/languages.ts'
import { countingLimits, type Asked, type Counted, type CountedRow } from '../../kernel/limits/limits.ts'
import { calendarInForce, calendarsFrom, SENDER_IN_FORCE } from '../../queue/in-force.ts'
import { upFrom } from '../../unit/tree.ts'
import { ENTRIES, type AttributeName } from '../../ticket/attributes.ts'

/** What a queue's answers of a kind are made of: administered, and the same for all its tickets. */
export interface Wording {
  subject: string
  body: string
  language: Language
  sender: { address: string; name: string } | null
  calendar: Calendar
}

export interface Response extends Wording {
  ticket: {
    id: Id
    number: string
    title: string
    queue: string
    unitId: Id
    state: string
    stateType: string
    priority: string
    lock: string
    queueId: Id
    stateId: Id
    priorityId: Id
    typeId: Id
    typeName: string
    serviceId: Id | null
    serviceName: string | null
    slaId: Id | null
    slaName: string | null
    customerCompany?: string
    pendingUntil: Date | null
    createdAt: Date
    changedAt: Date
    receivedAt: Date
    customerId: Id | null
    ownerId: Id | null
    responsibleId: Id | null
  }
  /** Drawn for the answer's article and its mail, so that both are stored with the act's last statement. */
  ids: { article: Id; mail: Id }
  /** Automatic answers to the address on this day, this one included; null where it was not counted. */
  count: number | null
  /** By the hour, in the order they were asked; null where nothing was counted, or the day was over its limit. */
  hourly: Counted[] | null
}

/** How an answer that is about to be sent is counted. */
export interface Counting {
  /** Against loops, by address and day (`YYYY-MM-DD`); absent: not. `most`: over it, nothing is counted by the hour. */
  daily?: { address: string; day: string; most: number }
  hourly: readonly Asked[]
  now: Date
  /** States in which nothing is sent, so that nothing is counted by the hour. */
  unless: readonly string[]
}

const NAMED: ReadonlySet<AttributeName> = new Set<AttributeName>(['title', 'company', 'pending'])
/** Attributes that texts know by their column alone, beside those named below. */
const FURTHER = sql.raw(
  ENTRIES.filter(({ kind, tags, name }) => (kind === 'text' || kind === 'date') && tags && !NAMED.has(name))
    .map(({ column, field }) => `, t.${column} as "${field}"`)
    .join(''),
)

/**
 * The text of a kind in force in a queue: the queue's own, else its parents' (OTRS: queue by queue; ours inherits),
 * else the standard one. None: the queue, or one above it, wants none. The language is the first of the reader's, the queue's
 * and `languages` that the text exists in. Sender and calendar (queue/in-force.ts) come along.
 */
export async function findWording(
  db: Kysely<Database>,
  queueId: Id,
  type: AutoResponseType,
  language: Language | null,
  languages: readonly Language[] = COMPLETE_LANGUAGES,
): Promise<Wording | undefined> {
  const { rows } = await sql<Wording>`
    with recursive up as (
      select q.id, q.parent_id, q.language, q.unit_id, q.calendar_id, q.address_id, 0 as depth from queue q where q.id = ${queueId}
      union all
      select q.id, q.parent_id, q.language, q.unit_id, q.calendar_id, q.address_id, up.depth + 1 from queue q join up on q.id = up.parent_id),
    ${upFrom(sql`join up on up.unit_id = u.id and up.depth = 0`, { as: 'units', more: ['calendar_id'] })},
    nearest as (
      select c.auto_response_id as id, up.depth from up join queue_auto_response c on c.queue_id = up.id and c.type = ${type}
      union all select id, 1000 from auto_response where type = ${type} and standard
      order by depth limit 1),
    wanted as (
      select ${language}::text as language, 0 as rank
      union all (select language, 1 from up where language is not null order by depth limit 1)
      union all values ${sql.join(languages.map((one, n) => sql`(${sql.lit(one)}, ${sql.lit(n + 2)})`))}),
    ${calendarsFrom(sql`up where depth = 0`, { as: 'calendars', units: 'units' })}
    select t.subject, t.body, t.language,
      (select json_build_object('address', a.address, 'name', a.name) ${SENDER_IN_FORCE}) as sender,
      (${calendarInForce('calendars')}) as calendar
    from nearest join auto_response r on r.id = nearest.id and r.valid
      join auto_response_text t on t.auto_response_id = r.id join wanted on wanted.language = t.language
    order by wanted.rank limit 1`.execute(db)
  return rows[0]
}

/** The ticket that a text speaks of, with what is drawn and counted for the answer. */
export type Found = Pick<Response, 'ticket' | 'ids' | 'count' | 'hourly'>
type FoundRow = Pick<Response, 'ids' | 'count'> & Response['ticket'] & { hourly: CountedRow[] | null }

/**
 * The same for a statement that has the ticket already: `tables` stand in its `with`, `columns` in its select, `joined` behind the ticket `t`. `of`: a table of
 * that one ticket, or of none, where there is no ticket and nothing to count.
 */
export function answering(counting: Counting | undefined, of: RawBuilder<unknown>) {
  const daily = counting?.daily
  const hourly =
    counting &&
    countingLimits(
      counting.hourly,
      counting.now,
      sql`exists (select from ${of} as t where t.state_type <> all(${[...counting.unless]}::text[]))
        ${daily ? sql`and (select count from counted) <= ${daily.most}` : sql``}`,
    )
  const tables = [
    ...(daily
      ? [
          sql`counted as (
      insert into loop_protection as l (address, day, count) select ${daily.address}, ${daily.day}::date, 1 from ${of} as t
      on conflict (address, day) do update set count = l.count + 1 returning count)`,
        ]
      : []),
    ...(hourly ? [hourly.tables] : []),
  ]
  const columns = sql`
      json_build_object('article', nextval(pg_get_serial_sequence('article', 'id'))::text, 'mail', nextval(pg_get_serial_sequence('outbound_mail', 'id'))::text) as ids,
      ${daily ? sql`(select count from counted)` : sql`null::integer`} as count,
      ${hourly ? sql`(select json_agg(to_json(one)) from (${hourly.rows}) one)` : sql`null::json`} as hourly,
      t.id, t.number, t.title, t.queue_id as "queueId", t.state_id as "stateId", t.priority_id as "priorityId",
      t.type_id as "typeId", (select name from ticket_type where id = t.type_id) as "typeName",
      t.service_id as "serviceId", (select name from service where id = t.service_id) as "serviceName",
      t.sla_id as "slaId", (select name from sla where id = t.sla_id) as "slaName",
      coalesce(t.customer_company, '') as "customerCompany", t.pending_until as "pendingUntil", q.name as queue, q.unit_id as "unitId", s.name as state, t.state_type as "stateType", p.name as priority, t.lock,
      t.created_at as "createdAt", t.changed_at as "changedAt", t.received_at as "receivedAt", t.customer_id as "customerId",
      t.owner_id as "ownerId", t.responsible_id as "responsibleId"${FURTHER}`
  const joined = sql`join queue q on q.id = t.queue_id join ticket_state s on s.id = t.state_id join ticket_priority p on p.id = t.priority_id`
  const read = ({ ids, count, hourly: rowsCounted, ...ticket }: FoundRow): Found => ({
    ids,
    count,
    hourly: rowsCounted && hourly!.read(rowsCounted),
    ticket,
  })
  return { tables, columns, joined, read }
}

/** Of a ticket that stands: in one round trip. */
export async function findAnswered(db: Kysely<Database>, ticketId: Id, counting?: Counting): Promise<Found | undefined> {
  const { tables, columns, joined, read } = answering(counting, sql`about`)
  const { rows } = await sql<FoundRow>`
    with about as (select * from ticket where id = ${ticketId})${tables.length > 0 ? sql`, ${sql.join(tables)}` : sql``}
    select ${columns} from about t ${joined}`.execute(db)
  return rows[0] && read(rows[0])
}
