/** Owns what fills columns that core's migrations added to tables with many rows: see core/database/fill.ts. */
import { sql } from 'kysely'
import type { Fill, Fills } from '../core/database/fill.ts'
import { mergedInto } from './0077_merge.ts'

/**
 * Of tickets from before they were kept: when an agent first answered – an article that the customer may see, neither taken back nor held –, and
 * when it was first closed, as history tells. A closing that was taken back with a word of undo is none.
 */
const firstTimes: Fill = {
  table: 'ticket',
  // Each has some two dozen rows of history.
  rows: 2000,
  step: (db, { after, upTo }) =>
    sql`
    with answered as (
      select ticket_id, min(created_at) as at from article
      where ticket_id > ${after}::bigint and ticket_id <= ${upTo}::bigint and sender_type = 'agent' and visible and withdrawn_at is null
        and (held_at is null or held_decision = 'accepted')
      group by ticket_id),
    closings as (select array_agg(name) as names from ticket_state where type = 'closed'),
    closed as (
      select h.ticket_id, min(h.created_at) as at from history h, closings
      where h.ticket_id > ${after}::bigint and h.ticket_id <= ${upTo}::bigint
        and (h.type = 'StateUpdate' and case when h.after ? 'state_type' then h.after ->> 'state_type' = 'closed' else split_part(h.name, '%%', 3) = any(closings.names) end
          or h.type = 'NewTicket' and split_part(h.name, '%%', 5) = any(closings.names))
        and not exists (select from history u where u.ticket_id = h.ticket_id and u.id > h.id and u.type = 'Misc' and starts_with(u.name, '%%undo%%')
          and strpos(u.name, 'StateUpdate') > 0 and u.person_id = h.person_id and u.created_at <= h.created_at + interval '65 seconds')
      group by h.ticket_id)
    update ticket t set first_response_at = coalesce(t.first_response_at, answered.at),
      first_closed_at = coalesce(t.first_closed_at, closed.at, t.closed_at)
    from ticket one left join answered on answered.ticket_id = one.id left join closed on closed.ticket_id = one.id
    where t.id = one.id and one.id > ${after}::bigint and one.id <= ${upTo}::bigint
      and (t.first_response_at is null and answered.at is not null or t.first_closed_at is null and coalesce(closed.at, t.closed_at) is not null)`.execute(
      db,
    ),
}

/** By the name of the migration that added the column; README of the plugins tells how. */
export const coreFills: Fills = {
  '0070_first_times': firstTimes,
  '0077_merge': mergedInto,
}
