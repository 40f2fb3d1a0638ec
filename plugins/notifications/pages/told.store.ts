/** Owns the SQL of who was told and who was not, and why: of a ticket, of a notification, in a unit or everywhere. */
import { sql, type Kysely } from 'kysely'
import { isId, unitsDown, type Database, type EventName, type Id } from '../../../core/index.ts'
import type { Outcome } from '../outcomes.ts'
import type { Way } from '../tables.ts'

export interface ToldRow {
  id: Id
  notificationId: Id
  notificationName: string
  /** Null: the installation's. */
  unitId: Id | null
  ticketId: Id
  number: string
  personId: Id | null
  /** The person, else the address. */
  who: string
  /** Null: it got as far as no way. */
  way: Way | null
  outcome: Outcome
  detail: string
  event: EventName
  subject: string
  at: Date
  /** Null: waits for the digest. */
  toldAt: Date | null
}

export interface ToldWish {
  /** Tickets in queues of this unit and those below it alone. */
  within?: Id | undefined
  ticketId?: Id | undefined
  notificationId?: Id | undefined
  told?: 'yes' | 'no' | undefined
  way?: Way | undefined
  /** The number of a ticket, or part of a name or an address. */
  search?: string | undefined
  before?: Id | undefined
  limit: number
}

/** The newest first; one more than `limit` where there are more. */
export async function listTold(db: Kysely<Database>, wish: ToldWish): Promise<ToldRow[]> {
  const search = wish.search?.trim() ?? ''
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql<ToldRow>`
    with recursive ${unitsDown(wish.within ?? '0')}
    select o.id, o.notification_id as "notificationId", n.name as "notificationName", n.unit_id as "unitId", o.ticket_id as "ticketId", t.number,
      o.person_id as "personId", coalesce(p.name, o.address, '') as who, o.way, o.outcome, o.detail, o.event, o.subject, o.at,
      o.told_at as "toldAt"
    from notification_told o join notification n on n.id = o.notification_id join ticket t on t.id = o.ticket_id
      left join person p on p.id = o.person_id
    where true
      ${wish.within === undefined ? sql`` : sql`and t.queue_id in (select q.id from queue q join down on down.id = q.unit_id)`}
      ${wish.ticketId === undefined ? sql`` : sql`and o.ticket_id = ${wish.ticketId}`}
      ${wish.notificationId === undefined ? sql`` : sql`and o.notification_id = ${wish.notificationId}`}
      ${wish.told === undefined ? sql`` : wish.told === 'yes' ? sql`and o.outcome = 'told'` : sql`and o.outcome <> 'told'`}
      ${wish.way === undefined ? sql`` : sql`and o.way = ${wish.way}`}
      ${search === '' ? sql`` : sql`and (t.number = ${search} or p.name ilike ${like} or o.address ilike ${like} or n.name ilike ${like})`}
      ${isId(wish.before ?? '') ? sql`and o.id < ${wish.before}` : sql``}
    order by o.id desc limit ${wish.limit + 1}`.execute(db)
  return rows
}

/** How many were told of a ticket, and when the last was. */
export async function toldOf(db: Kysely<Database>, ticketId: Id): Promise<{ count: number; last: Date | null }> {
  const { rows } = await sql<{ count: number; last: Date | null }>`
    select count(distinct coalesce(person_id::text, address))::integer as count, max(at) as last
    from notification_told where ticket_id = ${ticketId} and outcome = 'told'`.execute(db)
  return rows[0]!
}
