/** Owns which tickets are to be taken: those that a person may take and nobody works on; as a decision and as the SQL of the same. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id, StateType } from '../database/schema.ts'
import type { Access } from '../kernel/actor.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { conditionOf, may } from './policy.ts'

/** Put-off tickets come back by themselves. */
export const TAKEN_FROM: readonly StateType[] = ['new', 'open']

/** The right that taking asks. */
export const TAKES = 'lock'

/**
 * How an owner stands to the queue of a ticket: at work; away; switched off, without the agent hat, or gone altogether; or without any
 * right in the queue any more.
 */
export type OwnerStands = 'at-work' | 'away' | 'gone' | 'unable'

/** Nobody leads it, it is unlocked, or who holds it does not work on it. `owner`: how its owner stands. */
export const isFree = (ticket: Pick<Ticket, 'ownerId' | 'lock'>, owner: OwnerStands): boolean =>
  ticket.ownerId === null || ticket.lock === 'unlock' || owner !== 'at-work'

/** Is this ticket to be taken, for this person? Their own never is, nor what they do not see. */
export function isToTake(ticket: Pick<Ticket, 'ownerId' | 'lock' | 'stateType' | 'ties'>, access: Access, owner: OwnerStands): boolean {
  return (
    TAKEN_FROM.includes(ticket.stateType) &&
    ticket.ownerId !== access.personId &&
    isFree(ticket, owner) &&
    may(access, 'ro', ticket.ties).allowed &&
    may(access, TAKES, ticket.ties).allowed
  )
}

export interface ToTake {
  access: Access
  at: Date
}

/** The same on the table `ticket`, but for its state and for being seen, which lists ask anyway. */
export function toTakeConditions({ access, at }: ToTake): RawBuilder<boolean>[] {
  return [
    // One list of who works where, looked up for each ticket: asked anew for each it would cost a dozen look-ups.
    sql`(ticket.owner_id is null or ticket.lock = 'unlock' or (ticket.owner_id, ticket.queue_id) not in (${atWork(at)}))`,
    sql`ticket.owner_id is distinct from ${access.personId}`,
    conditionOf(access, TAKES),
  ]
}

/** Who works in which queue: agents with any right in it, who are not away. As for rights everywhere, groups and roles count while they are valid. */
const atWork = (at: Date): RawBuilder<unknown> => sql`
  select p.id, q.id from (${HELD}) held
    join permission_group g on g.id = held.group_id and g.valid
    join queue q on q.group_id = held.group_id
    join person p on p.id = held.person_id and p.valid and p.agent
    where not ${isAway(at)}`

const HELD = sql`
  select person_id, group_id from group_person
  union all
  select rp.person_id, gr.group_id from role_person rp
    join role r on r.id = rp.role_id and r.valid
    join group_role gr on gr.role_id = rp.role_id`

const isAway = (at: Date) =>
  sql<boolean>`exists (select 1 from person_absence a where a.person_id = p.id and a.from_at <= ${at} and a.until_at > ${at})`

/** How a ticket's owner stands, and their name; nobody is gone. */
export async function ownerStands(
  db: Kysely<Database>,
  ticket: Pick<Ticket, 'ownerId' | 'queueId'>,
  at: Date,
): Promise<{ stands: OwnerStands; name: string }> {
  if (ticket.ownerId === null) return { stands: 'gone', name: '' }
  const { rows } = await sql<{ name: string; works: boolean; away: boolean; able: boolean }>`
    select p.name, p.valid and p.agent as works, ${isAway(at)} as away,
      exists (select 1 from (${HELD}) held join permission_group g on g.id = held.group_id and g.valid
        join queue q on q.group_id = held.group_id where held.person_id = p.id and q.id = ${ticket.queueId}) as able
    from person p where p.id = ${ticket.ownerId}`.execute(db)
  const owner = rows[0]
  if (!owner) return { stands: 'gone', name: '' }
  return { stands: !owner.works ? 'gone' : owner.away ? 'away' : owner.able ? 'at-work' : 'unable', name: owner.name }
}

/** Open tickets that a person leads, by queue, the fullest first. */
export async function ledByQueue(db: Kysely<Database>, personId: Id): Promise<{ queueId: Id; queueName: string; count: number }[]> {
  const { rows } = await sql<{ queueId: Id; queueName: string; count: number }>`
    select q.id as "queueId", q.name as "queueName", count(*)::integer as count
    from ticket join queue q on q.id = ticket.queue_id
    where ticket.owner_id = ${personId} and ticket.state_type in ('new', 'open', 'pending reminder', 'pending auto')
    group by q.id, q.name order by count desc, q.name`.execute(db)
  return rows
}

/** Who works here no longer and leads open tickets all the same, whoever most first; twenty at most. */
export async function ledByGone(db: Kysely<Database>): Promise<{ id: Id; name: string; count: number }[]> {
  const { rows } = await sql<{ id: Id; name: string; count: number }>`
    select p.id, p.name, led.count from (
      select owner_id, count(*)::integer as count from ticket
      where ticket.state_type in ('new', 'open', 'pending reminder', 'pending auto') and owner_id is not null group by owner_id) led
    join person p on p.id = led.owner_id
    where not (p.valid and p.agent) order by led.count desc, p.name limit 20`.execute(db)
  return rows
}
