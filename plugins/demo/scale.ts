/** Owns very many tickets: copies of the stories made by the server itself, for measuring. */
import { sql } from 'kysely'
import type { Work } from '../../core/index.ts'

/** Rows a statement: the server's memory stays small, the indexes are kept. */
const BATCH = 50_000

/**
 * Brings the tickets from `have` to `want`. Each copy is a story of another day of the last ten years, its queue, customer,
 * articles and history with it; about one in a hundred is still open, as in a help desk that has been in use for years.
 */
export async function loadManyTickets({ db }: Work, have: number, want: number): Promise<void> {
  for (let from = have + 1; from <= want; from += BATCH) {
    const to = Math.min(from + BATCH - 1, want)
    const range = sql`generate_series(${from}::bigint, ${to}::bigint)`
    // Which story, and how many seconds earlier: hashes, so that neighbours differ and every load is the same.
    const copies = sql`
      select n as id, s.id as story, s.state_type, make_interval(secs => (hashint8extended(n, 2) & 8388607) * (315360000.0 / 8388608)) as back
      from ${range} as n join ticket s on s.id = 1 + (hashint8extended(n, 1) & 1048575) % ${have}::bigint`
    await sql`
      with copy as (${copies}), made as (
        select c.*, s.*, c.id as new_id,
          case when s.state_type = 'closed' or hashint8extended(c.id, 3) & 31 = 0 then s.state_id else 2 end as new_state
        from copy c join ticket s on s.id = c.story)
      insert into ticket (id, number, title, queue_id, state_id, state_type, priority_id, lock, owner_id, customer_id, customer_company, preview,
        pending_until, received_at, created_at, created_by, changed_at, closed_at, last_customer_at, last_agent_at)
      select new_id, '9' || lpad(new_id::text, 15, '0'), title, queue_id, new_state, case new_state when 2 then 'closed' else (select type from ticket_state where id = new_state) end,
        priority_id, case when new_state = 2 then 'unlock' else lock end, owner_id, customer_id, customer_company, preview,
        case when new_state in (6, 20) then pending_until - back end, received_at - back, created_at - back, created_by, changed_at - back,
        case when new_state in (2, 3) then coalesce(closed_at, changed_at) - back end, last_customer_at - back, last_agent_at - back
      from made`.execute(db)
    await sql`
      insert into article (ticket_id, channel, sender_type, visible, person_id, from_text, to_text, subject, body, message_id, act_id, created_at)
      select c.id, a.channel, a.sender_type, a.visible, a.person_id, a.from_text, a.to_text, a.subject, a.body,
        case when a.message_id is not null then '<' || c.id || '.' || substr(a.message_id, 2) end, a.act_id, a.created_at - c.back
      from (${copies}) c join article a on a.ticket_id = c.story and a.sender_type <> 'system' order by c.id, a.id`.execute(db)
    await sql`
      insert into history (ticket_id, type, name, before, after, person_id, act_id, created_at)
      select c.id, h.type, h.name, h.before, h.after, h.person_id, h.act_id, h.created_at - c.back
      from (${copies}) c join history h on h.ticket_id = c.story and h.type in ('NewTicket', 'OwnerUpdate', 'StateUpdate') order by c.id, h.id`.execute(db)
  }
  await sql`select setval(pg_get_serial_sequence('ticket', 'id'), max(id)) from ticket`.execute(db)
  // Bulk loading tells the planner nothing; it would guess until autovacuum comes by.
  await sql`analyze ticket, article, history`.execute(db)
}
