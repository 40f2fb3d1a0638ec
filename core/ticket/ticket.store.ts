/** Owns the SQL of single tickets. */
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Calendar } from '../calendar/calendar.ts'
import type { Rule } from '../escalation/deadlines.ts'
import { isId } from '../database/id.ts'
import type { Database, Id } from '../database/schema.ts'
import { calendarInForce, calendarsOfQueue } from '../queue/in-force.ts'
import { promised, promises } from '../queue/promised.ts'
import type { Work } from '../kernel/work.ts'
import { insertingFirst } from '../article/articles.ts'
import { ENTRIES, type TicketRowColumns } from './attributes.ts'
import type { TicketTies } from '../permission/policy.ts'
import type { NewArticle, Ticket } from './ticket.ts'

const NOBODY = '0'

/** The ticket, and how it is tied to `personId` (watcher, participant). */
export async function findTicket(db: Kysely<Database>, id: Id, personId: Id | null): Promise<Ticket | undefined> {
  if (!isId(id)) return undefined
  const row = await ticketQuery(db, personId).where('ticket.id', '=', id).executeTakeFirst()
  return row && toTicket(row)
}

export async function findTicketByNumber(db: Kysely<Database>, number: string, personId: Id | null): Promise<Ticket | undefined> {
  const row = await ticketQuery(db, personId).where('ticket.number', '=', number).executeTakeFirst()
  return row && toTicket(row)
}

/** What ties people to these tickets, whoever they are: `watchers` and `participants` are persons. */
export async function tiesOf(db: Kysely<Database>, ids: readonly Id[]): Promise<ReadonlyMap<Id, TiesOfAll>> {
  const { rows } = await sql<TiesOfAll & { id: Id }>`
    select t.id, t.queue_id as "queueId", t.owner_id as "ownerId", t.responsible_id as "responsibleId", t.customer_id as "customerId",
      t.customer_company as company,
      array(select person_id::text from ticket_watcher w where w.ticket_id = t.id) as watchers,
      array(select person_id::text from ticket_participant p where p.ticket_id = t.id) as participants
    from ticket t where t.id = any(${ids.filter(isId)}::bigint[])`.execute(db)
  return new Map(rows.map(({ id, ...ties }) => [id, ties]))
}

export interface TiesOfAll extends Omit<TicketTies, 'watching' | 'participation'> {
  watchers: Id[]
  participants: Id[]
}

/** Where deadlines are neither promised nor kept, nothing that happens to a ticket is counted. */
const HAS_DEADLINES = sql<boolean>`(num_nonnulls(ticket.sla_id, ticket.due_at, ticket.suspended) > 0 or ${promises('queue')})`

/** Takes the row lock first, so that what is read stays true until commit. */
export async function lockTicket(trx: Transaction<Database>, id: Id, personId: Id | null): Promise<Ticket | undefined> {
  if (!isId(id)) return undefined
  const row = await ticketQuery(trx, personId).where('ticket.id', '=', id).forUpdate('ticket').executeTakeFirst()
  return row && toTicket(row)
}

/** Base of every reading of whole tickets; lists add their conditions. */
export function ticketQuery(db: Kysely<Database>, personId: Id | null) {
  const me = personId ?? NOBODY
  return db
    .selectFrom('ticket')
    .innerJoin('queue', 'queue.id', 'ticket.queue_id')
    .innerJoin('unit', 'unit.id', 'queue.unit_id')
    .innerJoin('ticket_state as state', 'state.id', 'ticket.state_id')
    .innerJoin('ticket_priority as priority', 'priority.id', 'ticket.priority_id')
    .leftJoin('person as owner', 'owner.id', 'ticket.owner_id')
    .leftJoin('person as customer', 'customer.id', 'ticket.customer_id')
    .leftJoin('person_address as address', (join) =>
      join.onRef('address.person_id', '=', 'ticket.customer_id').on('address.main', '=', true),
    )
    .leftJoin('unit as customer_unit', 'customer_unit.id', 'customer.unit_id')
    .select(SELECTED as ['ticket.id'])
    .select(LOOKED_UP)
    .select([
      sql<boolean>`exists (select 1 from ticket_watcher w where w.ticket_id = ticket.id and w.person_id = ${me})`.as('watching'),
      sql<'read' | 'reply' | null>`(select p."right" from ticket_participant p where p.ticket_id = ticket.id and p.person_id = ${me})`.as(
        'participation',
      ),
      HAS_DEADLINES.as('has_deadlines'),
    ])
    .$castTo<TicketRow>()
}

/** As it is read: the columns that the policy speaks of, and those of all attributes. */
export interface TicketRow {
  id: Id
  number: string
  queue_id: Id
  owner_id: Id | null
  responsible_id: Id | null
  customer_id: Id | null
  customer_company: string | null
  watching: boolean
  participation: 'read' | 'reply' | null
  has_deadlines: boolean
}

/** All attributes that are read with a ticket, as columns and as fields; made once, for a list reads many rows. */
const READ = ENTRIES.filter((entry) => entry.read !== false).flatMap(({ column, field, shown = {} }) => [
  { select: `ticket.${column}`, column, field },
  ...Object.entries(shown).map(([name, select]) => ({ select, column: select.split(/ as |\./).at(-1)!, field: name })),
])
const lookedUp = ({ select }: { select: string }) => select.startsWith('(')
const SELECTED: readonly string[] = ['ticket.id', 'ticket.number', ...READ.filter((one) => !lookedUp(one)).map(({ select }) => select)]
const LOOKED_UP = READ.filter(lookedUp).map(({ select, column }) => sql.raw(select.slice(0, select.lastIndexOf(' as '))).as(column))
const BLANK = Object.fromEntries(READ.map(({ field }) => [field, null]))

export function toTicket(row: TicketRow): Ticket {
  const columns = row as unknown as Record<string, unknown>
  const ticket: Record<string, unknown> = {
    ...BLANK,
    id: row.id,
    number: row.number,
    hasDeadlines: row.has_deadlines,
    ties: {
      queueId: row.queue_id,
      ownerId: row.owner_id,
      responsibleId: row.responsible_id,
      customerId: row.customer_id,
      company: row.customer_company,
      watching: row.watching,
      participation: row.participation,
    },
  }
  for (const { column, field } of READ) ticket[field] = columns[column]
  return ticket as unknown as Ticket
}

export interface StateRow {
  id: Id
  name: string
  type: Ticket['stateType']
  dateOptional: boolean
  afterPending: string | null
}

const stateColumns = ['id', 'name', 'type', 'date_optional as dateOptional', 'after_pending as afterPending'] as const

/** States in the order in which they are offered. Merged is never offered: only merging leads there. */
export function listStates(db: Kysely<Database>): Promise<StateRow[]> {
  return db
    .selectFrom('ticket_state')
    .select(stateColumns)
    .where('valid', '=', true)
    .where('type', '<>', 'merged')
    .orderBy('sort')
    .execute()
}

export function findState(db: Kysely<Database>, by: { id: Id } | { name: string }): Promise<StateRow | undefined> {
  const query = db.selectFrom('ticket_state').select(stateColumns).where('valid', '=', true)
  return ('id' in by ? query.where('id', '=', by.id) : query.where('name', '=', by.name)).executeTakeFirst()
}

export function listPriorities(db: Kysely<Database>): Promise<{ id: Id; name: string }[]> {
  return db.selectFrom('ticket_priority').select(['id', 'name']).where('valid', '=', true).orderBy('id').execute()
}

export interface TicketPlace {
  queue: { id: Id; name: string; unitId: Id; valid: boolean; askTime: string; promises: Rule | null }
  /** Null when no state has this name; `suspends`: deadlines stand still in it. */
  state: (StateRow & { suspends: boolean }) | null
  calendar: Calendar | null
}

/** Where a new ticket goes: its queue, its state, the calendar in force there (queue/in-force.ts). All of it is administered. Undefined when the queue is absent. */
export async function findPlace(db: Kysely<Database>, queueId: Id, stateName: string): Promise<TicketPlace | undefined> {
  if (!isId(queueId)) return undefined
  const { rows } = await sql<TicketPlace>`
    with recursive ${calendarsOfQueue(queueId)}
    select json_build_object('id', q.id::text, 'name', q.name, 'unitId', q.unit_id::text, 'valid', q.valid, 'askTime', q.ask_time, 'promises', case when ${promises('q')} then ${promised('q')} end) as queue,
      (select json_build_object('id', s.id::text, 'name', s.name, 'type', s.type, 'dateOptional', s.date_optional, 'afterPending', s.after_pending, 'suspends', s.suspends)
        from ticket_state s where s.name = ${stateName} and s.valid) as state,
      (${calendarInForce()}) as calendar
    from queue q where q.id = ${queueId}`.execute(db)
  return rows[0]
}

/** What is asked and written beside a new ticket: of the table `made`, which holds it; `joined` and `columns` speak of it as `t`. */
export interface Beside<R> {
  tables: readonly RawBuilder<unknown>[]
  columns: RawBuilder<unknown>
  joined: RawBuilder<unknown>
  read(row: object): R
}
/** The name of that table. */
export const MADE = sql`made`

/** Makes a ticket and its first article at once. Undefined: there is one of this number. */
export async function insertTicket<R>(
  work: Work,
  row: TicketRowColumns & { number: string },
  article: NewArticle,
  beside?: Beside<R>,
): Promise<{ id: Id; number: string; articleId: Id; beside: R | undefined } | undefined> {
  const { rows } = await sql<{ id: Id; number: string; articleId: Id }>`
    with made as (
      insert into ticket (${sql.join(Object.keys(row).map((column) => sql.ref(column)))}) values (${sql.join(Object.values(row))})
      on conflict (number) do nothing returning ${beside ? sql`*` : sql`id, number`}),
    first as (${insertingFirst(work, article, MADE)})${beside && beside.tables.length > 0 ? sql`, ${sql.join(beside.tables)}` : sql``}
    select t.id, t.number, first.id as "articleId"${beside ? sql`, ${beside.columns}` : sql``}
    from made t ${beside?.joined ?? sql``} cross join first`.execute(work.db)
  const [made] = rows
  return made && { id: made.id, number: made.number, articleId: made.articleId, beside: beside?.read(made) }
}
