/** Owns very many tickets: copies of the stories made by the server itself, for measuring. */
import { sql } from 'kysely'
import { settleIds, type Work } from '../../core/index.ts'
import { FIRST_IDS } from './house.ts'

/** Rows a statement: the server's memory stays small, the indexes are kept. */
const BATCH = 50_000
/** As in a university: each of its people has written some fifty times in ten years. */
const TICKETS_A_PERSON = 50
/** Tickets are counted from 1 here, their ids begin above this. */
const BELOW = FIRST_IDS.ticket - 1

/**
 * Brings the tickets from `have` to `want`. Each copy is a story of another day of the last ten years and of another person,
 * its articles and the main part of its history with it; about one in a hundred is still open, as in a help desk that has
 * been in use for years.
 */
export async function loadManyTickets({ db, now }: Work, have: number, want: number): Promise<void> {
  const persons = Math.ceil((want - have) / TICKETS_A_PERSON)
  const {
    rows: [last],
  } = await sql<{ id: string }>`select max(id) as id from person`.execute(db)
  const first = Number(last!.id) + 1
  await sql`
    with name as (select row_number() over (order by id) - 1 as n, count(*) over () as many, first_name, last_name, unit_id from person where unit_id is not null)
    insert into person (id, login, first_name, last_name, name, source, unit_id, created_at)
    select ${first}::bigint + i, 'u' || i, a.first_name, b.last_name, a.first_name || ' ' || b.last_name, 'local', a.unit_id, ${now}
    from generate_series(0, ${persons}::bigint - 1) as i
      join name a on a.n = i % a.many join name b on b.n = (i / a.many + i) % a.many`.execute(db)
  await sql`
    insert into person_address (person_id, address, main) select id, login || '@uni.example', true from person where id >= ${first}::bigint`.execute(
    db,
  )
  for (let from = have + 1; from <= want; from += BATCH) {
    const to = Math.min(from + BATCH - 1, want)
    // Which story, whose, and how many seconds earlier: hashes, so that neighbours differ and every load is the same.
    const copies = sql`
      select ${BELOW}::bigint + n as id, s.id as story, make_interval(secs => (hashint8extended(n, 2) & 8388607) * (315360000.0 / 8388608)) as back,
        ${first}::bigint + (hashint8extended(n, 4) & 1073741823) % ${persons}::bigint as customer,
        s.state_type <> 'closed' and (s.state_type = 'merged' or hashint8extended(n, 3) & 31 > 0) as done
      from generate_series(${from}::bigint, ${to}::bigint) as n join ticket s on s.id = ${BELOW + 1}::bigint + (hashint8extended(n, 1) & 1048575) % ${have}::bigint`
    await sql`
      insert into ticket (id, number, title, queue_id, state_id, state_type, priority_id, lock, owner_id, customer_id, customer_company, preview,
        pending_until, received_at, created_at, created_by, changed_at, closed_at, last_customer_at, last_agent_at,
        type_id, service_id, sla_id, first_response_at, first_closed_at, response_due_at, update_due_at, solution_due_at, due_at, suspended)
      select c.id, to_char(s.created_at - back, 'YYYYMMDD') || '10' || lpad(c.id::text, 8, '0'), s.title, s.queue_id, case when done then 2 else s.state_id end, case when done then 'closed' else s.state_type end,
        s.priority_id, case when done then 'unlock' else s.lock end, s.owner_id, c.customer, '', s.preview, case when not done then s.pending_until - back end,
        s.received_at - back, s.created_at - back, s.created_by, s.changed_at - back,
        case when done then s.changed_at - back else s.closed_at - back end, s.last_customer_at - back, s.last_agent_at - back,
        s.type_id, s.service_id, s.sla_id, s.first_response_at - back, coalesce(s.first_closed_at, case when done then s.changed_at end) - back,
        case when not done then s.response_due_at - back end, case when not done then s.update_due_at - back end,
        case when not done then s.solution_due_at - back end, case when not done then s.due_at - back end, case when not done then s.suspended end
      from (${copies}) c join ticket s on s.id = c.story`.execute(db)
    await sql`
      insert into article (ticket_id, channel, sender_type, visible, person_id, from_text, to_text, subject, body, message_id, act_id, created_at)
      select c.id, a.channel, a.sender_type, a.visible, case when a.sender_type = 'customer' then c.customer else a.person_id end, a.from_text, a.to_text,
        a.subject, a.body, case when a.message_id is not null then '<' || c.id || '.' || substr(a.message_id, 2) end, a.act_id, a.created_at - c.back
      from (${copies}) c join article a on a.ticket_id = c.story and a.sender_type <> 'system' order by c.id, a.id`.execute(db)
    await sql`
      insert into history (ticket_id, type, name, before, after, person_id, act_id, created_at)
      select c.id, h.type, h.name, h.before, h.after, h.person_id, h.act_id, h.created_at - c.back
      from (${copies}) c join history h on h.ticket_id = c.story and h.type in ('NewTicket', 'OwnerUpdate', 'StateUpdate') order by c.id, h.id`.execute(
      db,
    )
  }
  await settleIds(db, ['ticket', 'person'])
  // Bulk loading tells the planner nothing; it would guess until autovacuum comes by.
  await sql`analyze ticket, article, history, person, person_address`.execute(db)
}
