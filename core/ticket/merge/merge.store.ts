/** Owns the SQL of merging: which rows go from one ticket to another, which come back, and what is kept of that. */
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database, Id, MergeBefore, MovedKind } from '../../database/schema.ts'
import { chainFrom } from '../change/merged.ts'

/** Takes the row locks of all of them, in one order, so that two merges at once wait for each other instead of crossing. */
export async function lockAll(trx: Transaction<Database>, ids: readonly Id[]): Promise<void> {
  await sql`select id from ticket where id = any(${[...ids]}::bigint[]) order by id for update`.execute(trx)
}

/** How many merges lie below a ticket, one into the other. */
export async function depthBelow(db: Kysely<Database>, ticketId: Id): Promise<number> {
  const { rows } = await sql<{ depth: number }>`
    with recursive part as (
      select ${ticketId}::bigint as id, 0 as depth
      union all select t.id, part.depth + 1 from part join ticket t on t.merged_into_id = part.id and t.state_type = 'merged' where part.depth < 20)
    select max(depth)::int as depth from part`.execute(db)
  return rows[0]!.depth
}

/** Who is on the asking side: the customer and who was let in, each with what they may do there. */
export async function customersOf(db: Kysely<Database>, ticketId: Id): Promise<Map<Id, 'read' | 'reply'>> {
  const { rows } = await sql<{ id: Id; right: 'read' | 'reply' }>`
    select person_id::text as id, "right" from ticket_participant where ticket_id = ${ticketId}
    union all select customer_id::text, 'reply' from ticket where id = ${ticketId} and customer_id is not null`.execute(db)
  return new Map(rows.map(({ id, right }) => [id, right]))
}

/** Agents who are tied to a ticket by themselves, not by its queue; `watchers` alone, or whoever leads it too. */
export async function tiedAgents(db: Kysely<Database>, ticketId: Id, { watchersOnly = false } = {}): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    select person_id::text as id from ticket_watcher where ticket_id = ${ticketId}
    ${watchersOnly ? sql`` : sql`union select unnest(array[owner_id, responsible_id])::text from ticket where id = ${ticketId}`} order by 1`.execute(
    db,
  )
  return rows.map(({ id }) => id).filter((id) => id !== null)
}

/** Agents who read a queue and not the other one, by their groups and roles. */
export async function readersOfOneAlone(db: Kysely<Database>, queueId: Id, otherId: Id): Promise<Id[]> {
  const readers = (id: Id) => sql`
    select held.person_id from queue q join permission_group g on g.id = q.group_id and g.valid
      join (
        select group_id, person_id, "right" from group_person
        union all select gr.group_id, rp.person_id, gr."right" from group_role gr join role r on r.id = gr.role_id and r.valid
          join role_person rp on rp.role_id = r.id) held on held.group_id = g.id and held."right" in ('ro', 'rw')
      join person p on p.id = held.person_id and p.valid and p.agent
    where q.id = ${id}`
  const { rows } = await sql<{ id: Id }>`
    select person_id::text as id from (${readers(queueId)} except ${readers(otherId)}) alone order by person_id`.execute(db)
  return rows.map(({ id }) => id)
}

/** Articles with their history; where each was written is kept, so that they find back. */
export async function moveArticles(db: Kysely<Database>, from: Id, to: Id, shared: boolean): Promise<void> {
  await sql`
    with moved as (update article set ticket_id = ${to} where ticket_id = ${from} returning id),
      kept as (insert into article_thread (article_id, ticket_id, shared) select id, ${from}, ${shared} from moved on conflict do nothing)
    update history set ticket_id = ${to} where ticket_id = ${from} and article_id in (select id from moved)`.execute(db)
}

/** All that was written in these tickets, which lies in `from`, to `to`; what was written in `to` itself needs no word of that any more. */
export async function bringArticlesBack(db: Kysely<Database>, from: Id, to: Id, writtenIn: readonly Id[]): Promise<void> {
  await sql`
    with moved as (
      update article set ticket_id = ${to} where ticket_id = ${from}
        and id in (select article_id from article_thread where ticket_id = any(${[...writtenIn]}::bigint[])) returning id),
      home as (delete from article_thread where ticket_id = ${to} and article_id in (select id from moved)),
      spent as (update time_spent set ticket_id = ${to} where ticket_id = ${from} and article_id in (select id from moved))
    update history set ticket_id = ${to} where ticket_id = ${from} and article_id in (select id from moved)`.execute(db)
}

/** Says anew of what was written in these tickets whether the customers of the ticket that it lies in read it: as all merges on the way say. */
export async function settleShared(db: Kysely<Database>, writtenIn: readonly Id[]): Promise<void> {
  for (const ticketId of writtenIn)
    await sql`
      with recursive ${chainFrom(ticketId)}, said as (
        select coalesce(bool_and(coalesce(m.shared, false)), true) as shared
        from hop left join merge m on m.ticket_id = hop.id and m.undone_at is null where hop.state_type = 'merged')
      update article_thread set shared = said.shared from said where ticket_id = ${ticketId} and article_thread.shared <> said.shared`.execute(
      db,
    )
}

export async function moveTime(db: Kysely<Database>, from: Id, to: Id): Promise<Id[]> {
  const rows = await db.updateTable('time_spent').set({ ticket_id: to }).where('ticket_id', '=', from).returning('id').execute()
  return rows.map(({ id }) => id)
}

export async function bringTimeBack(db: Kysely<Database>, from: Id, to: Id, ids: readonly Id[]): Promise<void> {
  await sql`update time_spent set ticket_id = ${to} where ticket_id = ${from} and id = any(${[...ids]}::bigint[])`.execute(db)
}

/** These watch the other ticket too; answers those who did not do so before. */
export async function copyWatchers(db: Kysely<Database>, from: Id, to: Id, persons: readonly Id[]): Promise<Id[]> {
  const { rows } = await sql<{ person_id: Id }>`
    insert into ticket_watcher (ticket_id, person_id, since, added_by)
    select ${to}, person_id, since, added_by from ticket_watcher where ticket_id = ${from} and person_id = any(${[...persons]}::bigint[])
    on conflict do nothing returning person_id`.execute(db)
  return rows.map(({ person_id }) => person_id)
}

/** The opposite of copying watchers or letting people in. */
export async function takeOut(db: Kysely<Database>, kind: 'watcher' | 'participant', ticketId: Id, persons: readonly Id[]): Promise<void> {
  if (persons.length === 0) return
  await db
    .deleteFrom(kind === 'watcher' ? 'ticket_watcher' : 'ticket_participant')
    .where('ticket_id', '=', ticketId)
    .where('person_id', 'in', [...persons])
    .execute()
}

/** OTRS: what came by the merge is new to everybody, but for whoever merged. */
export async function forgetSeen(db: Kysely<Database>, ticketId: Id, butFor: Id | null): Promise<void> {
  await db.deleteFrom('ticket_seen').where('ticket_id', '=', ticketId).where('person_id', 'is distinct from', butFor).execute()
}

export interface KeptMerge {
  ticketId: Id
  intoId: Id
  shared: boolean
  before: MergeBefore
  at: Date
  by: Id | null
  act: string
  noteId: Id
  moved: { [K in MovedKind]: readonly Id[] }
}

export async function keepMerge(db: Kysely<Database>, merge: KeptMerge): Promise<void> {
  const { id } = await db
    .insertInto('merge')
    .values({
      ticket_id: merge.ticketId,
      into_id: merge.intoId,
      shared: merge.shared,
      before: JSON.stringify(merge.before),
      at: merge.at,
      by_id: merge.by,
      act_id: merge.act,
      note_id: merge.noteId,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const rows = Object.entries(merge.moved).flatMap(([kind, ids]) =>
    ids.map((row) => ({ merge_id: id, kind: kind as MovedKind, row_id: row })),
  )
  if (rows.length > 0) await db.insertInto('merge_moved').values(rows).execute()
}

export interface MergeInForce {
  id: Id
  intoId: Id
  noteId: Id | null
  before: MergeBefore
}

/** The merges by which a ticket became part of the one that it is part of now, its own first. */
export async function mergesOnTheWay(db: Kysely<Database>, ticketId: Id): Promise<MergeInForce[]> {
  const { rows } = await sql<MergeInForce>`
    with recursive ${chainFrom(ticketId)}
    select m.id, m.into_id as "intoId", m.note_id as "noteId", m.before from hop join merge m on m.ticket_id = hop.id and m.undone_at is null
    where hop.state_type = 'merged' order by hop.hops`.execute(db)
  return rows
}

/** What a merge moved, by kind. */
export async function movedBy(db: Kysely<Database>, mergeId: Id): Promise<{ [K in MovedKind]: Id[] }> {
  const rows = await db.selectFrom('merge_moved').select(['kind', 'row_id']).where('merge_id', '=', mergeId).orderBy('row_id').execute()
  const moved: { [K in MovedKind]: Id[] } = { time: [], link: [], watcher: [], participant: [], parent: [], field: [] }
  for (const { kind, row_id } of rows) moved[kind].push(row_id)
  return moved
}

/** Forgets of a later merge what an earlier one had brought and has taken back. Answers which of them it had. */
export async function forgetMoved(db: Kysely<Database>, mergeId: Id, kind: MovedKind, ids: readonly Id[]): Promise<Id[]> {
  if (ids.length === 0) return []
  const rows = await db
    .deleteFrom('merge_moved')
    .where('merge_id', '=', mergeId)
    .where('kind', '=', kind)
    .where('row_id', 'in', [...ids])
    .returning('row_id')
    .execute()
  return rows.map(({ row_id }) => row_id)
}

export async function endMerge(db: Kysely<Database>, { id, noteId }: MergeInForce, now: Date, by: Id | null): Promise<void> {
  await db.updateTable('merge').set({ undone_at: now, undone_by: by }).where('id', '=', id).execute()
  if (noteId) await db.updateTable('article').set({ withdrawn_at: now }).where('id', '=', noteId).execute()
}

export async function deleteLinks(db: Kysely<Database>, ids: readonly Id[]): Promise<void> {
  if (ids.length > 0)
    await db
      .deleteFrom('link')
      .where('id', 'in', [...ids])
      .execute()
}

export interface Moves {
  articles: number
  time: number
  links: number
  watchers: number
}

/** How much of a ticket a merge would move. */
export async function whatMoves(db: Kysely<Database>, ticketId: Id): Promise<Moves> {
  const { rows } = await sql<Moves>`
    select (select count(*)::int from article where ticket_id = ${ticketId} and withdrawn_at is null) as articles,
      (select count(*)::int from time_spent where ticket_id = ${ticketId}) as time,
      (select count(*)::int from link where from_kind = 'ticket' and from_id = ${ticketId}::text or to_kind = 'ticket' and to_id = ${ticketId}::text) as links,
      (select count(*)::int from ticket_watcher where ticket_id = ${ticketId}) as watchers`.execute(db)
  return rows[0]!
}

/** The tickets that were merged into this one, the first first. */
export async function mergedInto(
  db: Kysely<Database>,
  ticketId: Id,
): Promise<{ id: Id; number: string; title: string; at: Date | null; known: boolean }[]> {
  const { rows } = await sql<{ id: Id; number: string; title: string; at: Date | null; known: boolean }>`
    select t.id, t.number, t.title, m.at, m.id is not null as known from ticket t
      left join merge m on m.ticket_id = t.id and m.undone_at is null
    where t.merged_into_id = ${ticketId} and t.state_type = 'merged' order by m.at, t.id`.execute(db)
  return rows
}

export async function namesOf(db: Kysely<Database>, persons: readonly Id[]): Promise<string[]> {
  if (persons.length === 0) return []
  const rows = await db
    .selectFrom('person')
    .select('name')
    .where('id', 'in', [...persons])
    .orderBy('name')
    .execute()
  return rows.map(({ name }) => name)
}
