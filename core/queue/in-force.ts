/** Owns, as pieces of SQL, what counts in a queue without being its own: the calendar in force, the sender of its mail. */
import { sql, type RawBuilder } from 'kysely'
import type { Id } from '../database/schema.ts'
import { upFrom } from '../unit/tree.ts'

/**
 * Stands after `with recursive`: `wanted`, the calendars that may count in a queue. In their order: the queue's, its unit's, those
 * of the units above, the calendar named `default`. `calendarInForce()` is the first of them.
 */
export const calendarsOfQueue = (
  queueId: Id,
): RawBuilder<unknown> => sql`${upFrom(sql`join queue q on q.unit_id = u.id where q.id = ${queueId}`, { more: ['calendar_id'] })},
    ${calendarsFrom(sql`queue where id = ${queueId}`)}`

/** The same where a statement knows the queue already: `own` has its `calendar_id`, the piece `units` its unit and those above. */
export const calendarsFrom = (
  own: RawBuilder<unknown>,
  { as = 'wanted', units = 'up' } = {},
): RawBuilder<unknown> => sql`${sql.raw(as)} as (
      select calendar_id, 0 as depth from ${own}
      union all select calendar_id, depth from ${sql.raw(units)}
      union all select id, 1000 from calendar where name = 'default')`

/** Selects the calendar in force from `calendarsOfQueue`; no row when even the calendar named `default` is gone. */
export const calendarInForce = (from = 'wanted'): RawBuilder<unknown> =>
  sql`select c.definition from ${sql.raw(from)} w join calendar c on c.id = w.calendar_id and c.valid order by w.depth limit 1`

/**
 * Stands after `select`: the address `a` that mail from a queue comes from. `up` holds the queue and those above it with their
 * `depth` and `address_id`. The nearest counts; one that a queue chose itself goes before one that leads to it.
 */
export const SENDER_IN_FORCE: RawBuilder<unknown> = sql`from up
      join system_address a on a.valid and (a.id = up.address_id or (up.address_id is null and a.queue_id = up.id))
    order by up.depth, (a.id = up.address_id) desc nulls last, a.id limit 1`
