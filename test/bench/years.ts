/** Owns what years of work leave behind beside tickets: mails in and out, the audit log, facts, what was seen and told. */
/**
 * One mail in, one out and one event of the log for each ticket, a third of a fact and a tenth of what else grows with them, made by the server
 * itself. A database that has them is left as it is.
 */
export async function addYears(query: (text: string) => Promise<Record<string, unknown>[]>): Promise<void> {
  const [there] = await query('select (select count(*) from inbound_mail) as mails, (select count(*) from ticket) as tickets')
  if (Number(there!['mails']) >= Number(there!['tickets'])) return
  for (const statement of YEARS) await query(statement)
}

/** One ticket in so many: the same ones each time. */
const some = (of: number) => `t.id % ${of} = 0`

export const YEARS = [
  // Raw mails go after some weeks: what was read long ago has none.
  `insert into blob (sha256, size, created_at) select sha256(('in ' || t.id)::bytea), 5000, t.created_at from ticket t`,
  `insert into inbound_mail (key, blob_id, envelope_from, envelope_to, accepted_at, state, outcome, reason, subject, from_text, message_id_md5, ticket_id, article_id, attempts, processed_at)
   select sha256(('key ' || t.id)::bytea), b.id, coalesce(a.address, ''), 'pomoc@uni.example', t.created_at,
     case when ${some(5000)} then 'held' when ${some(3001)} then 'failed' else 'processed' end,
     case when ${some(5000)} or ${some(3001)} then null else 'new-ticket' end, '[]', t.title, coalesce(a.address, ''), md5('<in ' || t.id || '>'), t.id, first.id, 1, t.created_at
   from ticket t left join blob b on b.sha256 = sha256(('in ' || t.id)::bytea)
     left join person_address a on a.person_id = t.customer_id and a.main
     left join lateral (select id from article where ticket_id = t.id order by id limit 1) first on true`,
  `insert into outbound_mail (kind, ticket_id, from_text, envelope_from, recipients, to_text, subject, body, message_id, state, attempts, not_before, give_up_at, act_id, created_at, sent_at)
   select case when ${some(3)} then 'auto reply' else 'reply' end, t.id, 'pomoc@uni.example', 'pomoc@uni.example', array[coalesce(a.address, 'x@uni.example')],
     coalesce(a.address, 'x@uni.example'), t.title, 'Dziękujemy.', '<out ' || t.id || '@uni.example>',
     case when ${some(4001)} then 'failed' else 'sent' end, 1, t.created_at, t.created_at + interval '3 days', gen_random_uuid(), t.created_at, t.created_at
   from ticket t left join person_address a on a.person_id = t.customer_id and a.main`,
  `insert into audit_event (at, kind, person_id, client_address, request_id, object_type, object_id, unit_id, before, after, act_id)
   select t.created_at, case when ${some(10)} then 'admin-changed' when ${some(7)} then 'login-failed' else 'login' end,
     case when ${some(10)} then (select id from person where login = 'akowalska') else t.customer_id end, '192.0.2.7', md5(t.id::text),
     case when ${some(10)} then 'queue' else 'person' end, case when ${some(10)} then t.queue_id else t.customer_id end, (select unit_id from queue where id = t.queue_id),
     null, '{"by": "password", "browser": "Mozilla/5.0 (X11; Linux x86_64)"}', gen_random_uuid() from ticket t`,
  `insert into fact (name, ticket_id, unit_id, person_id, act_id, data, created_at)
   select 'ticket.created', t.id, (select unit_id from queue where id = t.queue_id), null, gen_random_uuid(), '{}', t.created_at from ticket t where t.id % 10 < 3`,
  `insert into ticket_seen (person_id, ticket_id, seen_at)
   select p.id, t.id, t.changed_at from ticket t join person p on p.login in ('akowalska', 'ewozniak') where t.id % 2 = 0 on conflict do nothing`,
  `insert into ticket_watcher (ticket_id, person_id) select t.id, p.id from ticket t join person p on p.login = 'akowalska' where ${some(500)} on conflict do nothing`,
  `insert into ticket_participant (ticket_id, person_id, "right")
   select t.id, p.id, 'read' from ticket t join person p on p.login = 's214503' where ${some(2000)} and t.customer_id <> p.id on conflict do nothing`,
  `insert into session (token_hash, person_id, csrf, created_at, last_used_at, expires_at, client_address, user_agent)
   select sha256(('session ' || t.id)::bytea), t.customer_id, 'x', t.created_at, t.created_at, t.created_at, '', '' from ticket t where ${some(20)} and t.customer_id is not null`,
  `insert into time_spent (ticket_id, units, person_id, at)
   select t.id, 15, t.owner_id, t.created_at from ticket t where ${some(3)} and t.owner_id is not null`,
  `insert into notification_told (notification_id, ticket_id, person_id, way, outcome, event, subject, act_id, fact_id, at, told_at)
   select (select min(id) from notification), t.id, p.id, 'mail', 'told', 'ticket.created', t.title, gen_random_uuid(), t.id, t.created_at, t.created_at
   from ticket t join person p on p.login = 'akowalska' where ${some(5)}`,
  `insert into notification_bell (person_id, ticket_id, notification_id, event, subject, act_id, at, read_at)
   select p.id, t.id, (select min(id) from notification), 'ticket.created', t.title, gen_random_uuid(), t.created_at, t.created_at
   from ticket t join person p on p.login in ('akowalska', 'ewozniak') where ${some(50)}`,
]
