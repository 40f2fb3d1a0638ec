/** Owns the SQL of automatic answers: the text in force for a queue with all that goes into it, and the count against loops. */
import { sql, type Kysely } from 'kysely'
import type { Calendar } from '../calendar/calendar.ts'
import type { AutoResponseType, Database, Id, Language } from '../database/schema.ts'

export interface ResponseText {
  subject: string
  body: string
  language: Language
  sender: { address: string; name: string } | null
  calendar: Calendar
}

/**
 * The text of a kind in force for a queue: its own, else its parents' (OTRS: queue by queue; ours inherits), else the
 * standard one. None: the queue, or one above it, wants none. The language is the first of `languages` and the queue's that
 * the text exists in. Sender and calendar come along, as queue/queues.ts finds them, to save round trips for each mail.
 */
export async function findResponseText(
  db: Kysely<Database>, queueId: Id, type: AutoResponseType, language: Language | null,
): Promise<ResponseText | undefined> {
  const { rows } = await sql<ResponseText>`
    with recursive up as (
      select id, parent_id, language, unit_id, calendar_id, address_id, 0 as depth from queue where id = ${queueId}
      union all
      select q.id, q.parent_id, q.language, q.unit_id, q.calendar_id, q.address_id, up.depth + 1 from queue q join up on q.id = up.parent_id),
    units as (
      select u.id, u.parent_id, u.calendar_id, 1 as depth from unit u join up on up.unit_id = u.id and up.depth = 0
      union all select u.id, u.parent_id, u.calendar_id, units.depth + 1 from unit u join units on u.id = units.parent_id),
    chosen as (
      select id from (
        select c.auto_response_id as id, up.depth from up join queue_auto_response c on c.queue_id = up.id and c.type = ${type}
        union all select id, 1000 from auto_response where type = ${type} and standard
        order by depth limit 1) nearest
      where id is not null),
    wanted as (
      select ${language}::text as language, 0 as rank
      union all (select language, 1 from up where language is not null order by depth limit 1)
      union all values ('pl', 2), ('en', 3)),
    calendars as (
      select calendar_id, 0 as depth from up where depth = 0
      union all select calendar_id, depth from units
      union all select id, 1000 from calendar where name = 'default')
    select t.subject, t.body, t.language,
      (select json_build_object('address', a.address, 'name', a.name) from up
        join system_address a on a.valid and (a.id = up.address_id or (up.address_id is null and a.queue_id = up.id))
        order by up.depth, (a.id = up.address_id) desc nulls last, a.id limit 1) as sender,
      (select c.definition from calendars w join calendar c on c.id = w.calendar_id and c.valid order by w.depth limit 1) as calendar
    from chosen
      join auto_response r on r.id = chosen.id and r.valid
      join auto_response_text t on t.auto_response_id = r.id
      join wanted on wanted.language = t.language
    order by wanted.rank limit 1`.execute(db)
  return rows[0]
}

/** Counts one automatic answer to an address on a day (`YYYY-MM-DD`) and returns how many that makes. */
export async function countResponse(db: Kysely<Database>, address: string, day: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    insert into loop_protection (address, day, count) values (${address}, ${day}, 1)
    on conflict (address, day) do update set count = loop_protection.count + 1 returning count`.execute(db)
  return rows[0]!.count
}
