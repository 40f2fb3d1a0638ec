/** Owns what the made-up university was notified of: the standard set is on, one agent reads a digest, deadlines were missed, a unit has its own. */
import { sql } from 'kysely'
import { findPersonByAddress, findQueueByName, findUnitBySlug, ROOT_UNIT, setActivation, type Id, type Work } from '../../core/index.ts'
import { AGENTS } from './people.ts'
import { DAY } from './when.ts'

const agentId = async (work: Work, lastName: string): Promise<Id> =>
  (await findPersonByAddress(work.db, AGENTS.find((agent) => agent.lastName === lastName)!.address))!.id

/** Whose desk shows "my queues", and which they are. */
const WATCHED: Readonly<Record<string, readonly string[]>> = {
  Zieliński: ['Dział Informatyzacji::Poczta', 'Dział Informatyzacji::Konta'],
  Wójcik: ['Dział Informatyzacji::Sieć i eduroam'],
  Jankowska: ['Biblioteka'],
}

/** Where the plugin `notifications` is in use: it has its tables then. */
export async function writeNotifications(work: Work): Promise<void> {
  const { rows } = await sql<{ there: boolean }>`select to_regclass('notification_bell') is not null as there`.execute(work.db)
  if (!rows[0]!.there) return
  await setActivation(work, 'notifications', ROOT_UNIT, true)
  await sql`update notification set valid = true, since = ${work.now}`.execute(work.db)
  for (const [lastName, queues] of Object.entries(WATCHED))
    for (const name of queues)
      await sql`insert into person_queue (person_id, queue_id)
        values (${await agentId(work, lastName)}, ${(await findQueueByName(work.db, name))!.id}) on conflict do nothing`.execute(work.db)
  await digestReader(work, await agentId(work, 'Zieliński'))
  await ownOfUnit(work)
  await whatHappened(work)
  await whoWasTold(work)
}

/** Everything once a day, at eight. */
async function digestReader(work: Work, person: Id): Promise<void> {
  await sql`insert into notification_choice (person_id, notification_id, queue_id, mail, page) values (${person}, null, null, 'digest', true)`.execute(
    work.db,
  )
  await sql`insert into notification_person (person_id, digest_hour) values (${person}, 8)`.execute(work.db)
}

/** What the library's administrator made for her own unit. */
async function ownOfUnit(work: Work): Promise<void> {
  const unit = (await findUnitBySlug(work.db, 'biblioteka'))!.id
  const editor = await agentId(work, 'Jankowska')
  const rule = {
    events: ['NotificationNewTicket'],
    filter: {},
    recipients: ['AgentMyQueues'],
    ways: ['mail', 'page'],
    choice: 'free',
    byDefault: ['page'],
    hours: 'within',
  }
  const { rows } = await sql<{ id: Id }>`
    insert into notification (unit_id, name, comment, valid, rule, since, edited_by, created_at, changed_at)
    values (${unit}, 'Nowe pytanie do biblioteki', 'Dla dyżurujących w godzinach otwarcia.', true, ${JSON.stringify(rule)}::jsonb, ${work.now}, ${editor},
      ${work.now}, ${work.now}) returning id`.execute(work.db)
  await sql`insert into notification_text (notification_id, language, subject, body) values
    (${rows[0]!.id}, 'pl', 'Pytanie do biblioteki: <OTRS_TICKET_Title>', ${'Dzień dobry,\n\nktoś pyta: <OTRS_CUSTOMER_BODY[5]>\n\n<POMOC_TICKET_URL>'}),
    (${rows[0]!.id}, 'en', 'A question for the library: <OTRS_TICKET_Title>', ${'Hello,\n\nsomebody asks: <OTRS_CUSTOMER_BODY[5]>\n\n<POMOC_TICKET_URL>'})`.execute(
    work.db,
  )
}

/** The last days as facts, so that there is something to try notifications on. */
async function whatHappened(work: Work): Promise<void> {
  const since = new Date(work.now.getTime() - 6 * DAY)
  await sql`
    insert into fact (name, ticket_id, unit_id, person_id, act_id, data, created_at)
    select f.name, f.ticket_id, q.unit_id, f.person_id, f.act_id, f.data, f.at from (
      select 'ticket.created' as name, t.id as ticket_id, a.person_id, a.act_id,
        jsonb_build_object('queue', t.queue_id::text, 'channel', a.channel) as data, t.created_at as at
      from ticket t join lateral (select * from article where ticket_id = t.id order by id limit 1) a on true where t.created_at > ${since}
      union all
      select 'article.created', a.ticket_id, a.person_id, a.act_id,
        jsonb_build_object('article', a.id::text, 'channel', a.channel, 'senderType', a.sender_type, 'visible', a.visible), a.created_at
      from article a where a.created_at > ${since}
      union all
      select 'ticket.deadline-missed', t.id, null, gen_random_uuid(), jsonb_build_object('deadline', 'solution', 'due', t.due_at), t.due_at
      from ticket t where t.due_at between ${since} and ${work.now} and t.state_type in ('new', 'open')) f
    join ticket t on t.id = f.ticket_id join queue q on q.id = t.queue_id order by f.at`.execute(work.db)
}

/** Owners were told of what customers wrote and of deadlines missed: in the page, and by mail or, for who reads one, in a digest that waits. */
async function whoWasTold(work: Work): Promise<void> {
  await sql`
    with happened as (
      select f.id as fact_id, f.act_id, f.ticket_id, f.person_id as actor_id, f.created_at as at, t.title, t.owner_id, a.id as article_id,
        case when f.name = 'ticket.deadline-missed' then 'NotificationEscalation' else 'NotificationFollowUp' end as event
      from fact f join ticket t on t.id = f.ticket_id left join article a on a.id = (f.data ->> 'article')::bigint
      where t.owner_id is not null and (f.name = 'ticket.deadline-missed'
        or f.name = 'article.created' and a.sender_type = 'customer' and a.held_at is null
          and a.id <> (select min(id) from article first where first.ticket_id = t.id))),
    said as (
      select h.*, n.id as notification_id, h.title as subject from happened h join lateral (
        select id from notification n where n.unit_id is null and n.rule -> 'events' ? h.event order by id desc limit 1) n on true),
    told as (
      insert into notification_told (notification_id, ticket_id, person_id, way, outcome, event, subject, act_id, fact_id, at, told_at)
      select s.notification_id, s.ticket_id, s.owner_id, w.way, 'told', s.event, s.subject, s.act_id, s.fact_id, s.at, case when w.way <> 'digest' then s.at end
      from said s left join notification_choice c on c.person_id = s.owner_id
        cross join lateral (values ('page'), (case when c.mail = 'digest' then 'digest' else 'mail' end)) w(way)
      on conflict do nothing)
    insert into notification_bell (person_id, ticket_id, notification_id, event, subject, article_id, actor_id, act_id, at, read_at)
    select owner_id, ticket_id, notification_id, event, subject, article_id, actor_id, act_id, at,
      case when at < ${new Date(work.now.getTime() - DAY)} then at + interval '2 hours' end from said order by at`.execute(work.db)
}
