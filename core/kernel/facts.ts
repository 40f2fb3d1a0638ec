/** Owns facts: what happened, as rows, each with one job per subscriber, and the notice that wakes open pages. */
import { sql } from 'kysely'
import type { Id } from '../database/schema.ts'
import type { JobRequest } from './jobs.ts'
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

export async function insertFacts(
  work: Work, facts: { name: FactName; fact: NewFact }[], subscribers: (fact: string) => string[], jobs: JobRequest[],
): Promise<void> {
  if (facts.length === 0) return
  const rows = await work.db.insertInto('fact').values(facts.map(({ name, fact }) => ({
    name, ticket_id: fact.ticketId ?? null, unit_id: fact.unitId ?? null, person_id: actorId(work), act_id: work.act,
    data: JSON.stringify(fact.data ?? {}), created_at: work.now,
  }))).returning('id').execute()
  facts.forEach(({ name, fact }, i) => {
    for (const subscriber of subscribers(name)) {
      // One named queue per ticket keeps a subscriber's view of a ticket in order.
      jobs.push({
        task: 'fact/deliver', payload: { fact: rows[i]!.id, subscriber },
        ...(fact.ticketId ? { queue: `fact/${subscriber}/${fact.ticketId}` } : {}),
      })
    }
  })
  const notices = new Set(facts.map(({ name, fact }) => JSON.stringify({ fact: name, ...(fact.ticketId ? { ticket: fact.ticketId } : {}) })))
  await sql`select pg_notify(${CHANNEL}, notice) from unnest(${[...notices]}::text[]) as notice`.execute(work.db)
}
