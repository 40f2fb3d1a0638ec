/** Owns the SQL of time that people spent on tickets. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { Access } from '../kernel/actor.ts'
import { conditionOf } from '../permission/policy.ts'

export interface NewTime {
  ticketId: Id
  articleId: Id | null
  units: number
  personId: Id | null
  at: Date
  act: string
}

/** Adds it; answers the ticket's sum with it. */
export async function insertTime(db: Kysely<Database>, { ticketId, articleId, units, personId, at, act }: NewTime): Promise<number> {
  const { rows } = await sql<{ total: string }>`
    with added as (
      insert into time_spent (ticket_id, article_id, units, person_id, at, act_id)
      values (${ticketId}, ${articleId}, ${units}, ${personId}, ${at}, ${act}::uuid) returning units)
    select (select units from added) + coalesce(sum(units), 0) as total from time_spent where ticket_id = ${ticketId}`.execute(db)
  return Number(rows[0]!.total)
}

/** Takes away what an act booked. */
export async function deleteTimeOf(db: Kysely<Database>, ticketId: Id, act: string): Promise<void> {
  await db.deleteFrom('time_spent').where('ticket_id', '=', ticketId).where('act_id', '=', act).execute()
}

export interface TimeOfPerson {
  /** Null: it came from elsewhere, and nobody here did it. */
  name: string | null
  units: number
}

export interface TimeOfTicket {
  /** Who spent how much on it, whoever most first. */
  persons: TimeOfPerson[]
  /** What was booked with each of its messages. */
  articles: ReadonlyMap<Id, number>
}

/** In one statement. */
export async function timeOfTicket(db: Kysely<Database>, ticketId: Id): Promise<TimeOfTicket> {
  const { rows } = await sql<{ articleId: Id | null; name: string | null; units: string }>`
    select t.article_id as "articleId", p.name, sum(t.units) as units from time_spent t left join person p on p.id = t.person_id
    where t.ticket_id = ${ticketId}
    group by grouping sets ((p.id, p.name), (t.article_id))
    having grouping(t.article_id) = 1 or t.article_id is not null
    order by sum(t.units) desc, p.name`.execute(db)
  return {
    persons: rows.filter(({ articleId }) => articleId === null).map(({ name, units }) => ({ name, units: Number(units) })),
    articles: new Map(rows.flatMap(({ articleId, units }) => (articleId === null ? [] : [[articleId, Number(units)] as const]))),
  }
}

/** Sums of several tickets at once; one without time is absent. */
export async function timeOfTickets(db: Kysely<Database>, ticketIds: readonly Id[]): Promise<Map<Id, number>> {
  if (ticketIds.length === 0) return new Map()
  const { rows } = await sql<{ id: Id; units: string }>`
    select ticket_id as id, sum(units) as units from time_spent where ticket_id = any(${[...ticketIds]}::bigint[]) group by ticket_id`.execute(
    db,
  )
  return new Map(rows.map(({ id, units }) => [id, Number(units)]))
}

export interface OwnTime {
  id: Id
  at: Date
  units: number
  articleId: Id | null
  /** Null: the ticket is one that this person sees no more. */
  ticket: { id: Id; number: string; title: string; queue: string } | null
}

/** What somebody booked from one moment up to, not including, another; the newest first, so many at most. */
export async function ownTime(db: Kysely<Database>, access: Access, from: Date, to: Date, most: number): Promise<OwnTime[]> {
  const { rows } = await sql<Omit<OwnTime, 'units'> & { units: string }>`
    select s.id, s.at, s.units, s.article_id as "articleId",
      (select json_build_object('id', ticket.id::text, 'number', ticket.number, 'title', ticket.title, 'queue', q.name)
        from ticket join queue q on q.id = ticket.queue_id where ticket.id = s.ticket_id and ${conditionOf(access, 'ro')}) as ticket
    from time_spent s where s.person_id = ${access.personId} and s.at >= ${from} and s.at < ${to}
    order by s.at desc, s.id desc limit ${most}`.execute(db)
  return rows.map((row) => ({ ...row, units: Number(row.units) }))
}

/** The sum of the same, whatever its length. */
export async function ownTimeSum(db: Kysely<Database>, personId: Id, from: Date, to: Date): Promise<number> {
  const { rows } = await sql<{ units: string }>`
    select coalesce(sum(units), 0) as units from time_spent where person_id = ${personId} and at >= ${from} and at < ${to}`.execute(db)
  return Number(rows[0]!.units)
}
