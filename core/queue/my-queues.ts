/** Owns "my queues" and "my services": what an agent chose to keep an eye on. It gives no right and takes none. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { holdsRight } from '../permission/policy.ts'
import type { Work } from '../kernel/work.ts'

export interface MyChoice {
  id: Id
  /** Full name, levels divided by '::'. */
  name: string
  chosen: boolean
}

/** Queues in use that this person may read, and those they chose before. */
export async function myQueueChoices(db: Kysely<Database>, personId: Id, readable: readonly Id[]): Promise<MyChoice[]> {
  const { rows } = await sql<MyChoice>`
    select q.id, q.name, pq.queue_id is not null as chosen from queue q left join person_queue pq on pq.queue_id = q.id and pq.person_id = ${personId}
    where pq.queue_id is not null or (q.valid and q.id = any(${[...readable]}::bigint[]))
    order by string_to_array(q.name collate "pl-x-icu", '::')`.execute(db)
  return rows
}

/** Services in use, and those they chose before; none where the installation has no services. */
export async function myServiceChoices(db: Kysely<Database>, personId: Id): Promise<MyChoice[]> {
  const { rows } = await sql<MyChoice>`
    select s.id, s.name, ps.service_id is not null as chosen from service s left join person_service ps on ps.service_id = s.id and ps.person_id = ${personId}
    where ps.service_id is not null or s.valid order by string_to_array(s.name collate "pl-x-icu", '::')`.execute(db)
  return rows
}

/** Who has the queue, or the service, among their own. Whether they may read there is not asked. */
export async function whoChose(db: Kysely<Database>, of: { queueId: Id } | { serviceId: Id }): Promise<Id[]> {
  const rows =
    'queueId' in of
      ? await db.selectFrom('person_queue').select('person_id').where('queue_id', '=', of.queueId).execute()
      : await db.selectFrom('person_service').select('person_id').where('service_id', '=', of.serviceId).execute()
  return rows.map((row) => row.person_id)
}

/** An agent's own choice, whole. Queues they may not read are left out. Error: `not-allowed` for whoever is no agent. */
export async function setMyQueues(work: Work, ids: readonly Id[]): Promise<void> {
  const { actor } = work
  if (actor.kind !== 'person' || !actor.access.agent) throw refused('not-allowed')
  const mine = new Set([...ids].filter((id) => holdsRight(actor.access.queueRights.get(id), 'ro')))
  await work.db.deleteFrom('person_queue').where('person_id', '=', actor.id).execute()
  await sql`insert into person_queue (person_id, queue_id) select ${actor.id}, id from queue where id = any(${[...mine]}::bigint[])`.execute(
    work.db,
  )
}

/** The same of services. */
export async function setMyServices(work: Work, ids: readonly Id[]): Promise<void> {
  const { actor } = work
  if (actor.kind !== 'person' || !actor.access.agent) throw refused('not-allowed')
  await work.db.deleteFrom('person_service').where('person_id', '=', actor.id).execute()
  await sql`insert into person_service (person_id, service_id)
    select ${actor.id}, id from service where id::text = any(${[...new Set(ids)]}::text[])`.execute(work.db)
}
