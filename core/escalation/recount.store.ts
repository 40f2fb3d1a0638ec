/** Owns the SQL of counting deadlines again: which tickets go by what was edited, and how far it is. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { promises } from '../queue/promised.ts'
import { downFrom } from '../unit/tree.ts'

/** How far it is; `doneAt` null: not through yet. */
export interface Recounted {
  askedAt: Date
  after: Id
  looked: number
  moved: number
  doneAt: Date | null
}

const COLUMNS = sql`asked_at as "askedAt", after::text as after, looked, moved, done_at as "doneAt"`

/** The last time that deadlines were counted again because of one of these things. */
export async function findRecount(db: Kysely<Database>, ...things: readonly { what: string; id: Id }[]): Promise<Recounted | undefined> {
  const { rows } = await sql<Recounted>`
    select ${COLUMNS} from deadline_recount
    where ${sql.join(
      things.map(({ what, id }) => sql`(what = ${what} and thing_id = ${id})`),
      sql` or `,
    )}
    order by asked_at desc limit 1`.execute(db)
  return rows[0]
}

/** Begins, or goes on with what the same act asked for. The row is locked: two never count for one thing at once. */
export async function beginRecount(
  db: Kysely<Database>,
  { what, id, act, at }: { what: string; id: Id; act: string; at: Date },
): Promise<Recounted> {
  const { rows } = await sql<Recounted>`
    insert into deadline_recount as r (what, thing_id, act_id, asked_at) values (${what}, ${id}, ${act}, ${at})
    on conflict (what, thing_id) do update set act_id = excluded.act_id, asked_at = excluded.asked_at,
      after = case when r.act_id = excluded.act_id then r.after else 0 end,
      looked = case when r.act_id = excluded.act_id then r.looked else 0 end,
      moved = case when r.act_id = excluded.act_id then r.moved else 0 end,
      done_at = case when r.act_id = excluded.act_id then r.done_at end
    returning ${COLUMNS}`.execute(db)
  return rows[0]!
}

export async function sayRecounted(
  db: Kysely<Database>,
  { what, id, after, looked, moved, doneAt }: Omit<Recounted, 'askedAt'> & { what: string; id: Id },
): Promise<Recounted> {
  const { rows } = await sql<Recounted>`
    update deadline_recount set after = ${after}, looked = ${looked}, moved = ${moved}, done_at = ${doneAt}
    where what = ${what} and thing_id = ${id} returning ${COLUMNS}`.execute(db)
  return rows[0]!
}

/** Queues of the units that `start` selects, and of those below them. */
const queuesBelow = (start: RawBuilder<unknown>) =>
  sql`array(with recursive ${downFrom(start)} select q.id from queue q where q.unit_id in (select id from down))`

/** Tickets that may go by it, on `ticket t` of `queue q`. What a calendar of a unit further down covers is looked at for nothing. */
const AFFECTED: Record<string, (id: Id) => RawBuilder<unknown>> = {
  queue: (id) => sql`t.queue_id = ${id}`,
  sla: (id) => sql`t.sla_id = ${id}`,
  setting: () => sql`(t.sla_id is not null or t.state_id in (select id from ticket_state where suspends))`,
  unit: (id) => sql`t.queue_id = any(${queuesBelow(sql`select id from unit where id = ${id}`)})`,
  calendar: (id) => sql`(exists (select from calendar c where c.id = ${id} and c.name = 'default') or q.calendar_id = ${id}
    or t.queue_id = any(${queuesBelow(sql`select id from unit where calendar_id = ${id}`)})
    or t.sla_id in (select id from sla where calendar_id = ${id}))`,
}

/** The next open tickets with deadlines that go by what was edited, locked, by id. Of a thing that the list does not name: every one. */
export async function lockAffected(
  db: Kysely<Database>,
  { what, id, after, limit }: { what: string; id: Id; after: Id; limit: number },
): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    select t.id from ticket t join queue q on q.id = t.queue_id
    where t.id > ${after} and t.state_type in ('new', 'open', 'pending reminder', 'pending auto')
      and (num_nonnulls(t.sla_id, t.due_at, t.suspended) > 0 or ${promises('q')})
      and ${AFFECTED[what]?.(id) ?? sql`true`}
    order by t.id limit ${limit} for no key update of t`.execute(db)
  return rows.map((row) => row.id)
}
