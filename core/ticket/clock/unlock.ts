/** Owns letting go of locks whose owner does nothing: after the queue's working minutes since anybody did (OTRS UnlockTimeout). */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { workingMinutesBetween } from '../../calendar/working-time.ts'
import type { Calendar } from '../../calendar/calendar.ts'
import type { Database, Id } from '../../database/schema.ts'
import { Refusal } from '../../errors.ts'
import { system } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import { calendarsOfQueues } from '../../queue/queues.ts'
import { change, ticketFor } from '../change/change.ts'

interface Idle {
  id: Id
  queueId: Id
  minutes: number
  since: Date
}

const AT_ONCE = 1000

/**
 * Locked tickets in queues that let go, and since when nothing was done: since the lock, an agent's last message or note, or what the
 * customer first wrote after it. Only those that more minutes have passed for by the clock on the wall.
 */
async function listIdle(db: Kysely<Database>, now: Date, which: RawBuilder<unknown>): Promise<Idle[]> {
  const { rows } = await sql<Idle>`
    select t.id, t.queue_id as "queueId", q.unlock_minutes as minutes, last.at as since
    from ticket t join queue q on q.id = t.queue_id and q.unlock_minutes is not null
      left join lateral (
        select max(a.created_at) as at from article a
        where a.ticket_id = t.id and a.sender_type = 'agent' and a.withdrawn_at is null) agent on true
      left join lateral (
        select min(a.created_at) as at from article a
        where a.ticket_id = t.id and a.sender_type = 'customer' and a.created_at > agent.at) customer on true
      cross join lateral (
        select greatest(agent.at, customer.at, coalesce(t.locked_at,
          (select max(h.created_at) from history h where h.ticket_id = t.id and h.type = 'Lock'), t.created_at)) as at) last
    where t.lock <> 'unlock' and t.state_type in ('new', 'open')
      and last.at <= ${now}::timestamptz - make_interval(mins => q.unlock_minutes) and ${which}
    order by t.id limit ${AT_ONCE}`.execute(db)
  return rows
}

const isOver = ({ queueId, since, minutes }: Idle, calendars: ReadonlyMap<Id, Calendar>, now: Date): boolean => {
  const calendar = calendars.get(queueId)
  return calendar !== undefined && workingMinutesBetween(calendar, since, now) >= minutes
}

/** The job: unlocks what nobody worked on for long enough; the owner stays, and others may take it. */
export async function unlockIdle(host: Host): Promise<void> {
  const now = host.clock()
  const queues = await host.db.selectFrom('queue').select('id').where('unlock_minutes', 'is not', null).execute()
  if (queues.length === 0) return
  const calendars = await calendarsOfQueues(
    host.db,
    queues.map(({ id }) => id),
  )
  let after = '0'
  for (let found = AT_ONCE; found === AT_ONCE; ) {
    const idle = await listIdle(host.db, now, sql`t.id > ${after}`)
    found = idle.length
    after = idle.at(-1)?.id ?? after
    for (const one of idle.filter((each) => isOver(each, calendars, now))) {
      await host
        .work(system('unlock'), async (work) => {
          const ticket = await ticketFor(work, one.id, 'lock')
          // Somebody may have written, or taken it, since it was read.
          const [still] = await listIdle(work.db, work.now, sql`t.id = ${one.id}`)
          if (!still || !isOver(still, calendars, work.now)) return
          const reason = { step: 'lock', decided: 'unlock', rule: 'unlock-timeout', detail: `${still.minutes}` }
          await change(work, ticket, { lock: 'unlock' }, { reasons: { lock: reason } })
        })
        .catch((error: unknown) => {
          if (!(error instanceof Refusal)) throw error
        })
    }
  }
}
