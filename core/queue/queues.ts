/** Owns queues: their tree, their sender address, and the calendar in force in each. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { AskTime, Database, FollowUpPossible, Id, Language } from '../database/schema.ts'
import type { Calendar } from '../calendar/calendar.ts'
import { isId } from '../database/id.ts'
import type { Config } from '../machine/config.ts'
import { ownSender, type SenderAddress } from '../mail/addresses.ts'
import { downFrom } from '../unit/tree.ts'
import { calendarInForce, calendarsOfQueue, SENDER_IN_FORCE } from './in-force.ts'
import { promises } from './promised.ts'

export interface Queue {
  id: Id
  /** Full name, levels divided by '::' (OTRS). */
  name: string
  parentId: Id | null
  unitId: Id
  groupId: Id
  followUpPossible: FollowUpPossible
  followUpLock: boolean
  askTime: AskTime
  language: Language | null
  signature: string
  valid: boolean
  /** It promises deadlines. */
  deadlines: boolean
}

const NO_DEFAULT = 'there is no calendar named “default”: restore it in the admin pages'

const columns = [
  'id',
  'name',
  'parent_id as parentId',
  'unit_id as unitId',
  'group_id as groupId',
  'follow_up_possible as followUpPossible',
  'follow_up_lock as followUpLock',
  'ask_time as askTime',
  'language',
  'signature',
  'valid',
] as const

export function findQueue(db: Kysely<Database>, id: Id): Promise<Queue | undefined> {
  if (!isId(id)) return Promise.resolve(undefined)
  return db.selectFrom('queue').select(columns).select(promises('queue').as('deadlines')).where('id', '=', id).executeTakeFirst()
}

export function findQueueByName(db: Kysely<Database>, name: string): Promise<Queue | undefined> {
  return db.selectFrom('queue').select(columns).select(promises('queue').as('deadlines')).where('name', '=', name).executeTakeFirst()
}

/** All valid queues, by name: parents stand before their children. */
export function listQueues(db: Kysely<Database>): Promise<Queue[]> {
  return db
    .selectFrom('queue')
    .select(columns)
    .select(promises('queue').as('deadlines'))
    .where('valid', '=', true)
    .orderBy('name')
    .execute()
}

/** Shown name: the last level only. */
export const shortName = (name: string): string => name.split('::').at(-1) ?? name

/** Calendar in force: the queue's, else its unit's, else the units above, else the calendar named `default`. */
export async function calendarOfQueue(db: Kysely<Database>, queueId: Id): Promise<Calendar> {
  const { rows } = await sql<{ definition: Calendar }>`
    with recursive ${calendarsOfQueue(queueId)} ${calendarInForce()}`.execute(db)
  const row = rows[0]
  if (!row) throw new Error(NO_DEFAULT)
  return row.definition
}

/** The calendar named `default`, for what is no affair of one queue. */
export async function defaultCalendar(db: Kysely<Database>): Promise<Calendar> {
  const row = await db
    .selectFrom('calendar')
    .select('definition')
    .where('name', '=', 'default')
    .where('valid', '=', true)
    .executeTakeFirst()
  if (!row) throw new Error(NO_DEFAULT)
  return row.definition as Calendar
}

/** The calendars in force in several queues, or in all; queues of one calendar share it. A queue is absent when no calendar is left. */
export async function calendarsOfQueues(db: Kysely<Database>, queueIds?: readonly Id[]): Promise<Map<Id, Calendar>> {
  const inForce = (id: RawBuilder<unknown>) => sql`(select c.id from calendar c where c.id = ${id} and c.valid)`
  const { rows } = await sql<{ queue: Id; calendar: Id; definition: Calendar }>`
    with recursive ${downFrom(sql`select u.id, ${inForce(sql`u.calendar_id`)} as calendar_id from unit u where u.parent_id is null`, {
      each: sql`u.id, coalesce(${inForce(sql`u.calendar_id`)}, down.calendar_id)`,
    })}
    select q.id as queue, c.id as calendar, c.definition
    from queue q join down on down.id = q.unit_id
      join calendar c on c.id = coalesce(${inForce(sql`q.calendar_id`)}, down.calendar_id, (select c.id from calendar c where c.name = 'default' and c.valid))
    where ${queueIds ? sql`q.id = any(${[...queueIds]}::bigint[])` : sql`true`}`.execute(db)
  const known = new Map<Id, Calendar>()
  return new Map(
    rows.map(({ queue, calendar, definition }) => {
      if (!known.has(calendar)) known.set(calendar, definition)
      return [queue, known.get(calendar)!]
    }),
  )
}

/** Sender of mail from a queue: its own address, else its parents', else one that leads to it, else the site's own. */
export async function senderOfQueue(
  db: Kysely<Database>,
  config: Pick<Config, 'mailAddress' | 'mail'>,
  queueId: Id,
): Promise<SenderAddress> {
  const { rows } = await sql<SenderAddress>`
    with recursive up as (
      select id, parent_id, address_id, 0 as depth from queue where id = ${queueId}
      union all select q.id, q.parent_id, q.address_id, up.depth + 1 from queue q join up on q.id = up.parent_id)
    select a.address, a.name ${SENDER_IN_FORCE}`.execute(db)
  return rows[0] ?? ownSender(db, config)
}
