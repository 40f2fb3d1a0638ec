/** Owns the SQL of links: which things are tied to which, as rows. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'

/** A thing that can be linked, whatever its kind: a ticket, an entry of the knowledge base, a plugin's own. */
export interface Thing {
  kind: string
  id: string
}

/** 'parent-child' is told from the parent; what came from elsewhere may be of another type, and is shown as a normal one. */
export type LinkType = 'normal' | 'parent-child'

/** A link as seen from one of its ends. */
export interface LinkSeen {
  id: Id
  /** The other end. */
  other: Thing
  /** What the other end is to this one. */
  as: 'parent' | 'child' | 'normal'
}

/** All links of a thing, parents first, then children, each in the order in which they were made. */
export async function linksOf(db: Kysely<Database>, { kind, id }: Thing): Promise<LinkSeen[]> {
  const { rows } = await sql<{ id: Id; other_kind: string; other_id: string; as: LinkSeen['as'] }>`
    select id, to_kind as other_kind, to_id as other_id, case type when 'parent-child' then 'child' else 'normal' end as "as"
    from link where from_kind = ${kind} and from_id = ${id}
    union all
    select id, from_kind, from_id, case type when 'parent-child' then 'parent' else 'normal' end
    from link where to_kind = ${kind} and to_id = ${id}
    order by "as" desc, id`.execute(db)
  return rows.map((row) => ({ id: row.id, other: { kind: row.other_kind, id: row.other_id }, as: row.as }))
}

/** Ids of the tickets that a ticket is the parent of. */
export const childrenOf = (db: Kysely<Database>, ticketId: Id): Promise<Id[]> => children(db, [ticketId], sql`true`)

/** Of several tickets those that are still open, without these tickets themselves. */
export const openChildren = (db: Kysely<Database>, ...ticketIds: readonly Id[]): Promise<Id[]> =>
  children(db, ticketIds, sql`t.state_type not in ('closed', 'removed', 'merged') and t.id <> all(${[...ticketIds]}::bigint[])`)

async function children(db: Kysely<Database>, ticketIds: readonly Id[], which: RawBuilder<unknown>): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    select t.id from (select distinct to_id::bigint as id from link
      where from_kind = 'ticket' and from_id = any(${[...ticketIds]}::text[]) and to_kind = 'ticket' and type = 'parent-child') child
      join ticket t on t.id = child.id and ${which} order by t.id`.execute(db)
  return rows.map(({ id }) => id)
}

/** Would this make a ticket its own forebear? */
export async function isAbove(db: Kysely<Database>, child: Id, parent: Id): Promise<boolean> {
  const { rows } = await sql<{ above: boolean }>`
    with recursive up as (
      select ${parent}::text as id
      union select l.from_id from up join link l on l.to_kind = 'ticket' and l.to_id = up.id and l.from_kind = 'ticket' and l.type = 'parent-child')
    select exists (select from up where id = ${child}) as above`.execute(db)
  return rows[0]!.above
}

export interface NewLink {
  from: Thing
  to: Thing
  type: LinkType
  at: Date
  by: Id | null
}

/** Answers the id; undefined when there is such a link already, in either direction where it is a normal one. */
export async function insertLink(db: Kysely<Database>, { from, to, type, at, by }: NewLink): Promise<Id | undefined> {
  const { rows } = await sql<{ id: Id }>`
    insert into link (from_kind, from_id, to_kind, to_id, type, at, by_id)
    select ${from.kind}, ${from.id}, ${to.kind}, ${to.id}, ${type}, ${at}::timestamptz, ${by}::bigint
    where ${type} <> 'normal' or not exists (select from link
      where from_kind = ${to.kind} and from_id = ${to.id} and to_kind = ${from.kind} and to_id = ${from.id} and type = ${type})
    on conflict do nothing returning id`.execute(db)
  return rows[0]?.id
}

/** Takes a link of this thing away; answers what it was. */
export async function deleteLink(db: Kysely<Database>, thing: Thing, id: Id): Promise<{ other: Thing; type: string } | undefined> {
  const row = await db
    .deleteFrom('link')
    .where('id', '=', id)
    .where((eb) =>
      eb.or([
        eb.and([eb('from_kind', '=', thing.kind), eb('from_id', '=', thing.id)]),
        eb.and([eb('to_kind', '=', thing.kind), eb('to_id', '=', thing.id)]),
      ]),
    )
    .returningAll()
    .executeTakeFirst()
  if (!row) return undefined
  const isFrom = row.from_kind === thing.kind && row.from_id === thing.id
  return { type: row.type, other: isFrom ? { kind: row.to_kind, id: row.to_id } : { kind: row.from_kind, id: row.from_id } }
}

/**
 * Hands a ticket's links to another one: all, or those of these ids. What would tie the other to itself or say twice what stands there
 * already stays. Answers the ids of those that went.
 */
export async function handLinks(db: Kysely<Database>, fromTicket: Id, toTicket: Id, only?: readonly Id[]): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    update link l set
      from_id = case when l.from_kind = 'ticket' and l.from_id = ${fromTicket} then ${toTicket} else l.from_id end,
      to_id = case when l.to_kind = 'ticket' and l.to_id = ${fromTicket} then ${toTicket} else l.to_id end
    where (l.from_kind = 'ticket' and l.from_id = ${fromTicket} or l.to_kind = 'ticket' and l.to_id = ${fromTicket})
      and ${only === undefined ? sql`true` : sql`l.id = any(${[...only]}::bigint[])`}
      and not (l.from_kind = 'ticket' and l.to_kind = 'ticket' and (l.from_id = ${toTicket} or l.to_id = ${toTicket}))
      and not exists (select from link there where there.type = l.type and (
        l.from_kind = 'ticket' and l.from_id = ${fromTicket} and there.from_kind = 'ticket' and there.from_id = ${toTicket}
          and there.to_kind = l.to_kind and there.to_id = l.to_id
        or l.to_kind = 'ticket' and l.to_id = ${fromTicket} and there.to_kind = 'ticket' and there.to_id = ${toTicket}
          and there.from_kind = l.from_kind and there.from_id = l.from_id
        or l.type = 'normal' and l.from_kind = 'ticket' and l.from_id = ${fromTicket} and there.to_kind = 'ticket' and there.to_id = ${toTicket}
          and there.from_kind = l.to_kind and there.from_id = l.to_id
        or l.type = 'normal' and l.to_kind = 'ticket' and l.to_id = ${fromTicket} and there.from_kind = 'ticket' and there.from_id = ${toTicket}
          and there.to_kind = l.from_kind and there.to_id = l.from_id))
    returning l.id`.execute(db)
  return rows.map(({ id }) => id)
}
