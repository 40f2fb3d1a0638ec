/** Owns what a unit's administrators see of its work: figures by queue, its looks in force. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { Brand } from './brand.ts'
import { up } from './tree.ts'

export interface QueueFigures {
  id: Id
  name: string
  valid: boolean
  open: number
  unowned: number
  received: number
  closed: number
  /** Minutes from receipt to the first answer, the middle one of those received in the time; null: none was answered. */
  firstAnswer: number | null
}

/** Queues of a unit in their order: open now; received and closed since `since`. */
export async function unitFigures(db: Kysely<Database>, unitId: Id, since: Date): Promise<QueueFigures[]> {
  const { rows } = await sql<QueueFigures>`
    select q.id, q.name, q.valid,
      (select count(*)::int from ticket t where t.queue_id = q.id and t.state_type in ('new', 'open', 'pending reminder', 'pending auto')) as open,
      (select count(*)::int from ticket t where t.queue_id = q.id and t.state_type in ('new', 'open', 'pending reminder', 'pending auto') and t.owner_id is null) as unowned,
      (select count(*)::int from ticket t where t.queue_id = q.id and t.created_at >= ${since}) as received,
      (select count(*)::int from ticket t where t.queue_id = q.id and t.closed_at >= ${since}) as closed,
      (select percentile_cont(0.5) within group (order by greatest(0, extract(epoch from a.first - t.received_at) / 60)) from ticket t
        join lateral (select min(created_at) as first from article where ticket_id = t.id and sender_type = 'agent' and visible) a on a.first is not null
        where t.queue_id = q.id and t.created_at >= ${since}) as "firstAnswer"
    from queue q where q.unit_id = ${unitId} order by not q.valid, q.sort, string_to_array(q.name collate "pl-x-icu", '::')`.execute(db)
  return rows
}

/** The looks that count in a unit: its own, else of the nearest unit above that has any. */
export async function brandInForce(db: Kysely<Database>, unitId: Id): Promise<(Brand & { unitId: Id; slug: string }) | undefined> {
  const { rows } = await sql<Brand & { unitId: Id; slug: string }>`
    with recursive ${up(unitId, { more: ['slug'] })}
    select b.name, b.colour, b.logo_blob_id as "logoBlobId", b.logo_type as "logoType", up.id as "unitId", up.slug
    from up join unit_brand b on b.unit_id = up.id where b.name <> '' or b.colour is not null or b.logo_blob_id is not null
    order by up.depth limit 1`.execute(db)
  return rows[0]
}
