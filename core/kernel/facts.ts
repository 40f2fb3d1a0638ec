/** Owns facts: what happened, as rows, each with one job per subscriber, and the notice that wakes open pages. */
import { sql, type RawBuilder } from 'kysely'
import type { Id } from '../database/schema.ts'
import { addingJobs, countingJobs, demandAdded, type JobRequest } from './jobs.ts'
import { actorId, type Work } from './work.ts'

/** Every fact core tells, past tense. Plugins add theirs by augmenting `FactNames`. */
export interface FactNames {
  'ticket.created': true
  'ticket.state-changed': true
  'ticket.moved': true
  'ticket.owner-changed': true
  'ticket.lock-changed': true
  'ticket.priority-changed': true
  'ticket.title-changed': true
  'ticket.customer-changed': true
  'ticket.watched': true
  'ticket.act-undone': true
  'article.created': true
  'article.delivery-changed': true
  'mail.received': true
  'mail.processed': true
  'admin.changed': true
}
export type FactName = keyof FactNames & string

export interface NewFact {
  ticketId?: Id
  /** The ticket's unit at this moment: who is told is decided by it. */
  unitId?: Id
  data?: Record<string, unknown>
}

export interface Fact {
  id: Id
  name: FactName
  ticketId: Id | null
  unitId: Id | null
  personId: Id | null
  act: string
  data: Record<string, unknown>
  createdAt: Date
}

/** Name of the channel on which committed changes are told to every process: payload {fact, ticket?, …}. */
export const CHANNEL = 'pomoc'

/** Tells every process at commit that something its caches hold has changed. For what is no fact of its own. */
export async function notify(work: Pick<Work, 'db'>, fact: string): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, ${JSON.stringify({ fact })})`.execute(work.db)
}

/**
 * The last statement before commit: stores what an act told and the rows it gathered, adds the jobs it asked for and one job
 * per fact and subscriber, wakes workers and open pages.
 */
export async function tellAndAsk(work: Work, { facts, subscribers, jobs, rest }: {
  facts: readonly { name: FactName; fact: NewFact }[]
  subscribers: (fact: string) => string[]
  jobs: readonly JobRequest[]
  rest: readonly RawBuilder<unknown>[]
}): Promise<void> {
  const parts: RawBuilder<unknown>[] = rest.map((write, n) => sql`${sql.raw(`rest_${n}`)} as (${write})`)
  const counts: RawBuilder<unknown>[] = []
  if (facts.length > 0) {
    const rows = facts.map(({ name, fact }, n) => ({
      n: n + 1, name, ticket: fact.ticketId ?? null, unit: fact.unitId ?? null, data: fact.data ?? {}, subscribers: subscribers(name),
    }))
    parts.push(sql`
      given as (
        select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as g(n integer, name text, ticket bigint, unit bigint, data jsonb, subscribers jsonb))`, sql`
      told as (
        insert into fact (name, ticket_id, unit_id, person_id, act_id, data, created_at)
        select name, ticket, unit, ${actorId(work)}::bigint, ${work.act}::uuid, data, ${work.now}::timestamptz from given order by n returning id)`)
    if (rows.some((row) => row.subscribers.length > 0)) {
      // One named queue per ticket keeps a subscriber's view of a ticket in order.
      parts.push(sql`
        delivered as (
          select (graphile_worker.add_job('fact/deliver', json_build_object('fact', t.id::text, 'subscriber', s.name),
            queue_name => 'fact/' || s.name || '/' || given.ticket)).id
          from (select id, row_number() over (order by id) as n from told) t join given using (n),
            jsonb_array_elements_text(given.subscribers) as s(name))`)
      counts.push(sql`(select count(id) from delivered)`)
    }
    const notices = new Set(facts.map(({ name, fact }) => JSON.stringify({ fact: name, ...(fact.ticketId ? { ticket: fact.ticketId } : {}) })))
    parts.push(sql`noticed as (select pg_notify(${CHANNEL}, notice) as sent from unnest(${[...notices]}::text[]) as notice)`)
    counts.push(sql`(select count(sent) from noticed)`)
  }
  if (jobs.length > 0) parts.push(addingJobs(jobs))
  if (parts.length === 0) return
  // Functions run only where somebody asks for what they return.
  parts.push(sql`counted as (select ${sql.join([sql`1 as one`, ...counts])})`)
  const { rows: answer } = await sql<{ added: string | number }>`
    with ${sql.join(parts)} ${jobs.length > 0 ? sql`${countingJobs}, counted` : sql`select 0 as added from counted`}`.execute(work.db)
  demandAdded(answer[0]!.added, jobs.length)
}
