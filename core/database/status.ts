/** Owns what an administrator wants to know of the running installation at a glance. */
import { sql, type Kysely } from 'kysely'
import type { Database } from './schema.ts'

export interface Status {
  database: { version: string; bytes: number }
  /** Jobs waiting now, waiting for their next try after a fault, running, and given up. */
  jobs: { waiting: number; retrying: number; running: number; givenUp: number; oldestWaitingAt: Date | null }
  inbound: { accepted: number; failed: number; held: number; lastAt: Date | null }
  /** `lastError`: what the mail server said, or why it could not be reached, the last time a waiting mail was tried. */
  outbound: { queued: number; retrying: number; failed: number; lastSentAt: Date | null; lastError: string | null }
  tickets: { open: number; all: number }
  people: { agents: number; all: number }
}

/** Counts come from partial indexes; the number of all tickets and persons is PostgreSQL's estimate when it is large. */
export async function readStatus(db: Kysely<Database>): Promise<Status> {
  const { rows } = await sql<{
    version: string
    bytes: string
    waiting: string
    retrying: string
    running: string
    given_up: string
    oldest: Date | null
    accepted: string
    failed: string
    held: string
    last_in: Date | null
    queued: string
    out_retrying: string
    out_failed: string
    last_out: Date | null
    last_error: string | null
    open: string
    tickets: string
    agents: string
    people: string
  }>`
    with jobs as (select run_at, attempts, max_attempts, locked_at from graphile_worker.jobs)
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes,
      (select count(*) from jobs where locked_at is null and attempts = 0 and run_at <= now()) as waiting,
      (select count(*) from jobs where locked_at is null and attempts between 1 and max_attempts - 1) as retrying,
      (select count(*) from jobs where locked_at is not null) as running,
      (select count(*) from jobs where attempts >= max_attempts and locked_at is null) as given_up,
      (select min(run_at) from jobs where locked_at is null and attempts < max_attempts and run_at <= now()) as oldest,
      (select count(*) from inbound_mail where state = 'accepted') as accepted,
      (select count(*) from inbound_mail where state = 'failed') as failed,
      (select count(*) from inbound_mail where state = 'held') as held,
      (select accepted_at from inbound_mail order by id desc limit 1) as last_in,
      (select count(*) from outbound_mail where state = 'queued') as queued,
      (select count(*) from outbound_mail where state = 'queued' and attempts > 0) as out_retrying,
      (select count(*) from outbound_mail where state = 'failed' and created_at > now() - interval '30 days') as out_failed,
      (select max(sent_at) from (select sent_at from outbound_mail order by id desc limit 500) o) as last_out,
      (select last_error from outbound_mail where state = 'queued' and last_error is not null order by id desc limit 1) as last_error,
      (select count(*) from ticket where state_type in ('new', 'open', 'pending reminder', 'pending auto')) as open,
      (select greatest(reltuples, 0)::bigint from pg_class where oid = 'ticket'::regclass) as tickets,
      (select count(*) from person where agent and valid) as agents,
      (select greatest(reltuples, 0)::bigint from pg_class where oid = 'person'::regclass) as people`.execute(db)
  const row = rows[0]!
  const [tickets, people] = await Promise.all(
    (['ticket', 'person'] as const).map(async (table, i) => {
      const estimate = Number(i === 0 ? row.tickets : row.people)
      if (estimate > 100_000) return estimate
      const { count } = await db.selectFrom(table).select(sql<string>`count(*)`.as('count')).executeTakeFirstOrThrow()
      return Number(count)
    }),
  )
  return {
    database: { version: row.version.split(' ')[0]!, bytes: Number(row.bytes) },
    jobs: {
      waiting: Number(row.waiting),
      retrying: Number(row.retrying),
      running: Number(row.running),
      givenUp: Number(row.given_up),
      oldestWaitingAt: row.oldest,
    },
    inbound: { accepted: Number(row.accepted), failed: Number(row.failed), held: Number(row.held), lastAt: row.last_in },
    outbound: {
      queued: Number(row.queued),
      retrying: Number(row.out_retrying),
      failed: Number(row.out_failed),
      lastSentAt: row.last_out,
      lastError: row.last_error,
    },
    tickets: { open: Number(row.open), all: tickets! },
    people: { agents: Number(row.agents), all: people! },
  }
}
