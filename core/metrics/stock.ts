/** Owns the questions behind the figures of the database: what waits, and what has flowed since the last question. */
import { sql, type Kysely } from 'kysely'
import type { Database } from '../database/schema.ts'

export interface Stock {
  tickets: Record<string, number>
  inbound: Record<string, number>
  outbox: Record<string, number>
  /** Seconds; 0 when nothing waits. */
  outboxAge: number
  jobs: Record<string, number>
  jobsAge: number
}

/** Answered from indexes on what is open or waits, so that millions of closed tickets and sent mails do not slow it. */
export async function readStock(db: Kysely<Database>, now: Date): Promise<Stock> {
  return db
    .transaction()
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`set local statement_timeout = 5000`.execute(trx)
      const { rows } = await sql<{ stock: Stock }>`
      select json_build_object(
        'tickets', (select coalesce(json_object_agg(s.name, t.count), '{}') from (
          select state_id, count(*) from ticket where state_type in ('new', 'open', 'pending reminder', 'pending auto') group by 1) t join ticket_state s on s.id = t.state_id),
        'inbound', (select json_build_object('accepted', count(*) filter (where state = 'accepted'), 'failed', count(*) filter (where state = 'failed'),
          'held', count(*) filter (where state = 'held')) from inbound_mail where state <> 'processed'),
        'outbox', (select json_build_object('queued', count(*) filter (where state = 'queued'), 'failed', count(*) filter (where state = 'failed'))
          from outbound_mail where state in ('queued', 'failed')),
        'outboxAge', (select coalesce(greatest(extract(epoch from ${now}::timestamptz - min(created_at)), 0), 0) from outbound_mail where state = 'queued'),
        'jobs', (select json_build_object(
            'due', count(*) filter (where locked_at is null and attempts < max_attempts and run_at <= now()),
            'later', count(*) filter (where locked_at is null and attempts < max_attempts and run_at > now()),
            'running', count(*) filter (where locked_at is not null),
            'given_up', count(*) filter (where locked_at is null and attempts >= max_attempts)) from graphile_worker._private_jobs),
        'jobsAge', (select coalesce(greatest(extract(epoch from now() - min(run_at)), 0), 0) from graphile_worker._private_jobs
          where locked_at is null and attempts < max_attempts)) as stock`.execute(trx)
      return rows[0]!.stock
    })
}

/** Transactions are committed by then. What takes longer is not counted. */
const SETTLED_MS = 30_000

export interface Flow {
  acceptedMails: number
  outcomes: Record<string, number>
}

/** Answers, each time, what has come and what was processed since the last time, half a minute ago at the latest. */
export function makeMailFlow(db: Kysely<Database>, start: Date): (now: Date) => Promise<Flow> {
  let told = start
  let lastId: string | undefined
  return async (now) => {
    const until = new Date(Math.max(told.getTime(), now.getTime() - SETTLED_MS))
    if (lastId === undefined) {
      const { rows } = await sql<{
        id: string
      }>`select coalesce(max(id), 0)::text as id from inbound_mail where id > (select max(id) - 10000 from inbound_mail) and accepted_at < ${start}`.execute(
        db,
      )
      lastId = rows[0]!.id
    }
    const came = await sql<{ count: number; id: string | null }>`
      select count(*)::int as count, max(id)::text as id from inbound_mail where id > ${lastId} and accepted_at < ${until}`.execute(db)
    const ended = await sql<{ outcome: string; count: number }>`
      select data->>'outcome' as outcome, count(*)::int as count from fact
      where name = 'mail.processed' and created_at >= ${told} and created_at < ${until} group by 1`.execute(db)
    told = until
    lastId = came.rows[0]!.id ?? lastId
    return {
      acceptedMails: came.rows[0]!.count,
      outcomes: Object.fromEntries(ended.rows.map(({ outcome, count }) => [outcome ?? 'unknown', count])),
    }
  }
}
