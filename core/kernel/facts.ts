/** Owns facts: what happened, as rows, each with one job per subscriber, and the notice that wakes open pages. */
import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely'
import { THEN_COMMIT } from '../database/framed.ts'
import { storableJson } from '../database/json.ts'
import type { Channel, Database, DeadlineName, FactTable, HeldDecision, Id, Lock, SenderType, StateType } from '../database/schema.ts'
import type { MailOutcome } from '../mail/judge/outcome.ts'
import { actorId } from './actor.ts'
import { addingJobs, countingJobs, type JobRequest } from './jobs/jobs.ts'
import type { Alongside, Work } from './work.ts'

/**
 * Every fact, past tense, with what its `data` holds. What was told stays in its table for 90 days: a key is added as an optional
 * one, and none is renamed. Moments are ISO strings. A fact called 'ticket.…' or 'article.…' is about a ticket, always.
 * Plugins add theirs: `declare module 'pomoc' { interface Facts { 'care.found': { words: string[] } } }`.
 */
export interface Facts extends CoreFacts {}
export interface CoreFacts {
  'ticket.created': { queue: Id; channel: Channel }
  'ticket.state-changed': { from: StateType; to: StateType }
  /** Told in the unit that takes and, where it is another, in the one that gives. `from` and `to` are queues. */
  'ticket.moved': { from: Id; to: Id }
  'ticket.owner-changed': { from: Id | null; to: Id | null }
  'ticket.responsible-changed': { from: Id | null; to: Id | null }
  /** The date alone; where it comes or goes with a state, that is told too. */
  'ticket.pending-changed': { from: string | null; to: string | null }
  'ticket.lock-changed': { lock: Lock }
  'ticket.priority-changed': { from: Id; to: Id }
  'ticket.type-changed': { from: Id; to: Id }
  'ticket.service-changed': { from: Id | null; to: Id | null }
  'ticket.sla-changed': { from: Id | null; to: Id | null }
  /** What it is called now stands on the ticket: facts about tickets hold nothing that people wrote. */
  'ticket.title-changed': NoData
  'ticket.customer-changed': NoData
  'ticket.archive-changed': { archived: boolean }
  /** Somebody booked time; `units` are what the installation says they are. */
  'ticket.time-spent': { units: number }
  /** The date came until which the ticket was put off. Told once for each date, within working time. */
  'ticket.reminder-due': { until: string }
  /** A deadline is near, or has passed; told once for each moment, again only where the setting says so. */
  'ticket.deadline-near': { deadline: DeadlineName; due: string }
  'ticket.deadline-missed': { deadline: DeadlineName; due: string }
  /** It had passed, and by what was done to the ticket it is none any more, or another one ahead. */
  'ticket.deadline-stopped': { deadline: DeadlineName; due: string }
  /** By the fields' ids. */
  'ticket.fields-changed': { fields: Id[] }
  /** Codes of companies, '' where there is none. */
  'ticket.company-changed': { from: string | null; to: string | null }
  'ticket.watched': { watching: boolean }
  /** `right` null: no participant any more. */
  'ticket.participants-changed': { person: Id; right: 'read' | 'reply' | null; before?: 'read' | 'reply' | null }
  'ticket.act-undone': { act: string }
  /** Told of both: `merged` is part of `into` from now on. */
  'ticket.merged': { merged: Id; into: Id }
  /** Told of both: `merged` stands by itself again. */
  'ticket.unmerged': { merged: Id; into: Id }
  /** The other end, by kind and id; `type` is 'normal' or 'parent-child'. Between two tickets both are told. */
  'ticket.linked': { kind: string; id: string; type: string }
  'ticket.unlinked': { kind: string; id: string; type: string }
  'article.created': { article: Id; channel: Channel; senderType: SenderType; visible: boolean }
  /** Its act was undone: nobody sees it as part of the ticket any more. */
  'article.withdrawn': { article: Id }
  /** `article` null: the mail was none of an article, as an automatic answer. */
  'article.delivery-changed': { article: Id | null; state: 'sent' | 'failed' }
  /** `decision` null: it waits for one. */
  'article.held': { article: Id; decision: HeldDecision | null }
  /** `decision` null: the decision was undone, it waits again. */
  'article.held-decided': { article: Id; decision: HeldDecision | null }
  'article.sender-confirmed': { articles: Id[] }
  'mail.processed': { mail: Id; outcome: MailOutcome }
  /** Only values that differ; null: the thing was not there before, or is not there after. */
  'admin.changed': { what: string; id: Id | string; before: Record<string, unknown> | null; after: Record<string, unknown> | null }
  /** Something that deadlines count of was edited, and they were counted again: of `looked` open tickets `moved` have another one now. */
  'deadlines.recounted': { what: string; id: Id | string; looked: number; moved: number }
  /**
   * Something administered that works by itself does nothing any more until somebody takes it up again; `what` names it as in `admin.changed`. `why` stands in the
   * texts of whoever brings it as 'stopped.<why>', and is handed `detail`. `unit` null: the installation's; `person` stands behind it.
   */
  'admin.stopped': { what: string; id: Id; unit: Id | null; why: string; detail: string; person: Id | null }
  'plugin.suspended': { plugin: string }
  'plugin.resumed': { plugin: string }
}
export type NoData = Record<string, never>
export type FactName = keyof Facts & string
type OfTicket = `ticket.${string}` | `article.${string}`

/** A fact as an act says it. Of several names: one of these facts. */
export type NewFact<N extends FactName = FactName> = {
  [K in N]: (K extends OfTicket ? { ticketId: Id } : { ticketId?: Id }) &
    ({} extends Facts[K]
      ? { data?: Facts[K] }
      : { data: Facts[K] }) /** The ticket's unit at this moment: who is told is decided by it. */ & { unitId?: Id }
}[N]

/** A fact as subscribers are told it. Of several names: one of these facts, known by its `name`. */
export type Fact<N extends FactName = FactName> = {
  [K in N]: {
    id: Id
    name: K
    ticketId: K extends OfTicket ? Id : Id | null
    unitId: Id | null
    personId: Id | null
    /** The plugin that did the act; null: core itself. */
    plugin: string | null
    act: string
    data: Facts[K]
    createdAt: Date
  }
}[N]

/** Name of the channel on which committed changes are told to every process: payload {fact, ticket?, …}. */
export const CHANNEL = 'pomoc'

/**
 * Tells every process at commit that something its caches hold has changed. For what is no fact of its own. Of a `person`: their open pages
 * hear it too, and parts that refresh themselves on 'person' do so.
 */
export async function notify(work: Pick<Work, 'db'>, fact: string, about: { person?: Id } = {}): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, ${JSON.stringify({ fact, ...about })})`.execute(work.db)
}

/** Whom or what a ticket was tied to before: by fact, from what it carries and who did it. */
const LEFT: { [N in FactName]?: (data: Facts[N], actor: Id | null) => Id | null } = {
  'ticket.moved': ({ from }) => from,
  'ticket.owner-changed': ({ from }) => from,
  'ticket.responsible-changed': ({ from }) => from,
  'ticket.participants-changed': ({ person }) => person,
  'ticket.watched': (_data, actor) => actor,
}

function noticeOf({ name, fact }: SaidFact, actor: Id | null): string {
  const left = LEFT[name]?.((fact.data ?? {}) as never, actor)
  return JSON.stringify({ fact: name, ...(fact.ticketId ? { ticket: fact.ticketId } : {}), ...(left ? { left } : {}) })
}

/** A fact on its way: said by core, or in an act of a plugin; and the subscribers that are told. */
export interface SaidFact {
  name: FactName
  fact: { ticketId?: Id; unitId?: Id; data?: object }
  plugin: string | null
  told?: readonly string[]
}

/**
 * The last statement, and with it the commit: stores what an act told and the rows it gathered, adds the jobs it asked for and one job
 * per fact and subscriber, wakes workers and open pages.
 */
export async function tellAndAsk(
  work: Work,
  {
    said,
    jobs,
    rest,
    alongside = [],
  }: {
    said: readonly SaidFact[]
    jobs: readonly JobRequest[]
    rest: readonly RawBuilder<unknown>[]
    alongside?: readonly Alongside[]
  },
): Promise<void> {
  const parts: RawBuilder<unknown>[] = [
    ...rest.map((write, n) => sql`${sql.raw(`rest_${n}`)} as (${write})`),
    ...alongside.map(({ tables }) => tables),
  ]
  const counts: RawBuilder<unknown>[] = alongside.map(({ asked }) => asked)
  if (said.length > 0) {
    const rows = said.map(({ name, fact, plugin, told }, n) => ({
      n: n + 1,
      name,
      ticket: fact.ticketId ?? null,
      unit: fact.unitId ?? null,
      data: fact.data ?? {},
      plugin,
      subscribers: told ?? [],
    }))
    // A fact about a ticket happened in the ticket's unit, unless it says another.
    parts.push(
      sql`
      given as (
        select * from jsonb_to_recordset(${storableJson(rows)}::jsonb)
          as g(n integer, name text, ticket bigint, unit bigint, data jsonb, plugin text, subscribers jsonb))`,
      sql`
      told as (
        insert into fact (name, ticket_id, unit_id, person_id, act_id, data, created_at, plugin)
        select name, ticket, coalesce(unit, (select q.unit_id from ticket t join queue q on q.id = t.queue_id where t.id = given.ticket)),
          ${actorId(work)}::bigint, ${work.act}::uuid, data, ${work.now}::timestamptz, plugin from given order by n returning id)`,
    )
    if (rows.some((row) => row.subscribers.length > 0)) {
      // One named queue per ticket keeps a subscriber's view of a ticket in order.
      parts.push(sql`
        delivered as (
          select id from graphile_worker.add_jobs(array(
            select row('fact/deliver', json_build_object('fact', t.id::text, 'subscriber', s.name), 'fact/' || s.name || '/' || given.ticket,
              null, null, null, null, null)::graphile_worker.job_spec
            from (select id, row_number() over (order by id) as n from told) t join given using (n),
              jsonb_array_elements_text(given.subscribers) as s(name))))`)
      counts.push(sql`(select count(id) from delivered)`)
    }
    const notices = new Set(said.map((one) => noticeOf(one, actorId(work))))
    parts.push(sql`noticed as (select pg_notify(${CHANNEL}, notice) as sent from unnest(${[...notices]}::text[]) as notice)`)
    counts.push(sql`(select count(sent) from noticed)`)
  }
  if (jobs.length > 0) parts.push(addingJobs(jobs))
  if (parts.length === 0) return
  // Functions run only where somebody asks for what they return; not materialized, the planner would leave unread columns out.
  parts.push(sql`counted as materialized (select ${sql.join([sql`1 as one`, ...counts])})`)
  // Nothing looks at the answer: when it comes all of it stands already.
  await sql`
    with ${sql.join(parts)} ${jobs.length > 0 ? sql`${countingJobs}, counted` : sql`select 0 as added, counted.* from counted`} ${sql.raw(THEN_COMMIT)}`.execute(
    work.db,
  )
}

/** In which unit facts about these tickets happen. */
export async function unitsOfTickets(db: Kysely<Database>, ticketIds: readonly Id[]): Promise<ReadonlyMap<Id, Id>> {
  if (ticketIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('ticket')
    .innerJoin('queue', 'queue.id', 'ticket.queue_id')
    .select(['ticket.id', 'queue.unit_id'])
    .where('ticket.id', 'in', ticketIds)
    .execute()
  return new Map(rows.map((row) => [row.id, row.unit_id]))
}

/** What one act did to a ticket, in the order it was told, and whether the act was taken back since. Facts older than they are kept for are not found. */
export async function factsOfAct(
  db: Kysely<Database>,
  ticketId: Id,
  act: string,
): Promise<{ facts: { name: FactName; data: Record<string, unknown> }[]; undone: boolean }> {
  const { rows } = await sql<{ name: FactName; data: Record<string, unknown>; own: boolean }>`
    select name, data, act_id = ${act}::uuid as own from fact
    where ticket_id = ${ticketId} and (act_id = ${act}::uuid or name = 'ticket.act-undone' and data ->> 'act' = ${act}) order by id`.execute(
    db,
  )
  return { facts: rows.filter(({ own }) => own).map(({ name, data }) => ({ name, data })), undone: rows.some(({ own }) => !own) }
}

/** What happened to tickets, by name and in order, from a moment until before another; `after`: behind this one. At most `limit`. */
export async function factsBetween<N extends FactName>(
  db: Kysely<Database>,
  { names, from, until, after = '0', limit }: { names: readonly N[]; from: Date; until: Date; after?: Id; limit: number },
): Promise<Fact<N>[]> {
  const rows = await db
    .selectFrom('fact')
    .selectAll()
    .where('created_at', '>=', from)
    .where('created_at', '<', until)
    .where('id', '>', after)
    .where('ticket_id', 'is not', null)
    .where('name', 'in', names.length > 0 ? names : [''])
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => factOf(row) as Fact<N>)
}

/** The job that tells one subscriber of one fact. One named queue per ticket keeps a subscriber's view of a ticket in order. */
export function delivery(fact: Id, subscriber: string, ticketId: Id | null): JobRequest {
  return { task: 'fact/deliver', payload: { fact, subscriber }, ...(ticketId ? { queue: `fact/${subscriber}/${ticketId}` } : {}) }
}

export async function findFact(db: Kysely<Database>, id: Id): Promise<Fact | undefined> {
  const row = await db.selectFrom('fact').selectAll().where('id', '=', id).executeTakeFirst()
  return row && factOf(row)
}

const factOf = (row: Selectable<FactTable>): Fact =>
  ({
    id: row.id,
    name: row.name,
    ticketId: row.ticket_id,
    unitId: row.unit_id,
    personId: row.person_id,
    plugin: row.plugin,
    act: row.act_id,
    data: row.data,
    createdAt: row.created_at,
  }) as Fact
