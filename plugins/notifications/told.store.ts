/** Owns the SQL of who is told: which notifications an event wakes, what persons chose, and what stands of whom was told. */
import { sql, type Kysely } from 'kysely'
import { unitsUp, type Database, type Id } from '../../core/index.ts'
import type { Notification } from './notifications.ts'
import { listNotifications } from './notifications.ts'
import { tell, type ChoiceTable } from './tables.ts'

/** Those that are on for a unit's tickets, know one of these events and were switched on before `at`, as they were made. `fields`: any event of a field too. */
export async function woken(
  db: Kysely<Database>,
  {
    unitId,
    events,
    fields,
    at,
    factId,
    ticketId,
  }: { unitId: Id; events: readonly string[]; fields: boolean; at: Date; factId: Id; ticketId: Id },
): Promise<Notification[]> {
  const { rows } = await sql<{ id: Id }>`
    with recursive ${unitsUp(unitId)}
    select n.id from notification n
    where n.valid and n.stopped is null and n.since <= ${at} and (n.unit_id is null or n.unit_id in (select id from up))
      and (n.rule -> 'events' ?| ${[...events]}::text[]
        ${fields ? sql`or exists (select from jsonb_array_elements_text(n.rule -> 'events') e where e like 'TicketDynamicFieldUpdate\\_%')` : sql``})
      and not exists (select from notification_told t where t.ticket_id = ${ticketId} and t.notification_id = n.id and t.fact_id = ${factId})
    order by n.id`.execute(db)
  if (rows.length === 0) return []
  const wanted = new Set(rows.map(({ id }) => id))
  return (await listNotifications(db)).filter(({ id }) => wanted.has(id)).toSorted((a, b) => Number(a.id) - Number(b.id))
}

export function choicesOf(db: Kysely<Database>, persons: readonly Id[]): Promise<ChoiceTable[]> {
  return persons.length === 0
    ? Promise.resolve([])
    : tell(db).selectFrom('notification_choice').selectAll().where('person_id', 'in', persons).execute()
}

/** How many mails persons had since a moment. */
export async function mailsSince(db: Kysely<Database>, persons: readonly Id[], since: Date): Promise<Map<Id, number>> {
  if (persons.length === 0) return new Map()
  const { rows } = await sql<{ id: Id; count: number }>`
    select person_id as id, count(*)::integer as count from notification_told
    where person_id = any(${[...persons]}::bigint[]) and at > ${since} and way = 'mail' and outcome = 'told' group by 1`.execute(db)
  return new Map(rows.map(({ id, count }) => [id, count]))
}

/** Whom the page told by a notification of a ticket since a moment. */
export async function toldInPageSince(db: Kysely<Database>, notificationId: Id, ticketId: Id, since: Date): Promise<Id[]> {
  const rows = await tell(db)
    .selectFrom('notification_told')
    .select('person_id')
    .where('ticket_id', '=', ticketId)
    .where('notification_id', '=', notificationId)
    .where('way', '=', 'page')
    .where('outcome', '=', 'told')
    .where('at', '>=', since)
    .execute()
  return rows.flatMap(({ person_id }) => person_id ?? [])
}
