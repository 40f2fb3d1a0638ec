/** Owns what a later run has to do: which tickets the source may have changed, which people here have worked on, which are gone. */
import { sql, type Kysely } from 'kysely'
import { DateTime } from 'luxon'
import type { Database } from '../../../core/index.ts'
import type { Source } from '../source/source.ts'
import type { Words } from './known.ts'
import { rowsAmong, type TicketRows } from './read.ts'
import { idOf, text } from './values.ts'

/** A row may have been written in a transaction that ended after the last snapshot. */
const OVERLAP = 3_600_000

export interface LastSeen {
  /** When the last run's snapshot was taken. */
  at: Date
  /** The highest id of `dynamic_field_value` then. */
  value: number
}

/**
 * Tickets that the source has changed since, or may have: by their own moment of change, by history, articles, flags and values of fields, since
 * none of these moves the ticket (OTRS behaviour). Sorted.
 */
export async function changedTickets(db: Kysely<Database>, source: Source, words: Words, last: LastSeen): Promise<number[]> {
  const since = DateTime.fromMillis(last.at.getTime() - OVERLAP, { zone: source.zone }).toFormat('yyyy-MM-dd HH:mm:ss')
  const tickets = new Set<number>()
  const articles = new Set<number>()
  const collect = async (table: string, wanted: Parameters<Source['rows']>[1], into: Set<number>, column: string): Promise<void> => {
    if (!source.has(table)) return
    for await (const row of source.rows(table, wanted)) {
      const id = idOf(row[column])
      if (id !== null) into.add(id)
    }
  }
  const moved = (table: string, column: string, into: Set<number>, id: string) =>
    collect(table, { columns: [id, column], since: { column, moment: since } }, into, id)
  await moved('ticket', 'change_time', tickets, 'id')
  await moved('article', 'change_time', tickets, 'ticket_id')
  await moved('article_data_mime', 'change_time', articles, 'article_id')
  await moved('ticket_flag', 'create_time', tickets, 'ticket_id')
  await moved('article_flag', 'create_time', articles, 'article_id')
  await moved('article_data_mime_send_error', 'create_time', articles, 'article_id')
  const above = (column: string, from: number) => ({ columns: ['id', 'ticket_id'], between: { column, from, to: Number.MAX_SAFE_INTEGER } })
  await collect('ticket_history', above('id', (await highest(db, 'history')) + 1), tickets, 'ticket_id')
  await collect('time_accounting', above('id', (await highest(db, 'time_spent')) + 1), tickets, 'ticket_id')
  if (source.has('dynamic_field_value')) {
    const fresh = { columns: ['id', 'field_id', 'object_id'], between: { column: 'id', from: last.value + 1, to: Number.MAX_SAFE_INTEGER } }
    for await (const row of source.rows('dynamic_field_value', fresh)) {
      const of = words.fields.get(idOf(row['field_id']) ?? 0)
      if (of === 'Ticket') tickets.add(idOf(row['object_id']) ?? 0)
      if (of === 'Article') articles.add(idOf(row['object_id']) ?? 0)
    }
  }
  for await (const row of rowsAmong(source, 'article', 'id', [...articles], ['id'])) tickets.add(idOf(row['ticket_id']) ?? 0)
  return [...tickets].filter((id) => id > 0).toSorted((a, b) => a - b)
}

/**
 * Tickets that have a flag of an article, or somebody who watches, which the source has no more: nothing there tells of it. “Seen” is no such flag: it is taken
 * away with each new article, which the source tells of.
 */
export async function ticketsWithLess(db: Kysely<Database>, source: Source): Promise<number[]> {
  const there = new Set<string>()
  const agents = new Map<string, string>()
  const { rows: ids } = await sql<{ source_id: string; id: string }>`
    select source_id, id::text as id from otrs_id where kind = 'user'`.execute(db)
  for (const { source_id, id } of ids) agents.set(source_id, id)
  const collect = async (table: string, key: string, person: string, more?: string): Promise<void> => {
    if (!source.has(table)) return
    for await (const row of source.rows(table, { columns: [key, person, ...(more ? [more] : [])], order: [key] }))
      if (!more || row[more] !== 'Seen')
        there.add(`${table} ${text(row[key])} ${agents.get(text(row[person])) ?? ''} ${more ? text(row[more]) : ''}`)
  }
  await collect('article_flag', 'article_id', 'create_by', 'article_key')
  await collect('ticket_watcher', 'ticket_id', 'user_id')
  const { rows } = await sql<{ ticket: string; key: string }>`
    select a.ticket_id as ticket, 'article_flag ' || f.article_id || ' ' || f.person_id || ' ' || f.key as key
      from article_flag f join article a on a.id = f.article_id join otrs_ticket o on o.ticket_id = a.ticket_id
    union all select w.ticket_id, 'ticket_watcher ' || w.ticket_id || ' ' || w.person_id || ' ' from ticket_watcher w join otrs_ticket o using (ticket_id)`.execute(
    db,
  )
  return [...new Set(rows.filter(({ key }) => !there.has(key)).map(({ ticket }) => Number(ticket)))]
}

/** Rows made here begin above those that come (migration 0079). */
const highest = async (db: Kysely<Database>, table: 'history' | 'time_spent'): Promise<number> => {
  const { rows } = await sql<{ id: string | null }>`
    select max(t.id) as id from ${sql.table(table)} t where t.id < (
      select start_value from pg_sequences where (schemaname || '.' || sequencename)::regclass = pg_get_serial_sequence(${table}, 'id')::regclass)`.execute(
    db,
  )
  return Number(rows[0]?.id ?? 0)
}

/**
 * Of these tickets those on which somebody here has worked since they came: an entry of history, an article or a draft that no run wrote. To have
 * read a ticket is no work. Also tickets of somebody who was erased here, and those that would take an article from any such.
 */
export async function touchedTickets(
  db: Kysely<Database>,
  ids: readonly number[],
  articles: TicketRows['articles'] = new Map(),
): Promise<Set<number>> {
  const pairs = [...articles].flatMap(([ticket, rows]) => rows.map((row) => ({ ticket, article: text(row['id']) })))
  const { rows } = await sql<{ id: string }>`
    with own as (select act_id from otrs_run),
      about as (
        select id, id as other from unnest(${[...ids]}::bigint[]) as given(id)
        union select p.ticket, a.ticket_id from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as p(ticket bigint, article bigint)
          join article a on a.id = p.article and a.ticket_id <> p.ticket)
    select distinct about.id from about where exists (select from otrs_ticket o where o.ticket_id = about.other) and (
      exists (select from history h where h.ticket_id = about.other and h.act_id not in (select act_id from own))
      or exists (select from article a where a.ticket_id = about.other and a.act_id not in (select act_id from own))
      or exists (select from draft d where d.ticket_id = about.other)
      or exists (select from ticket t join person p on p.id = t.customer_id where t.id = about.other and p.source = 'erased'))`.execute(db)
  return new Set(rows.map(({ id }) => Number(id)))
}

/** The sums of tickets as the last run read them. */
export async function sumsOf(db: Kysely<Database>, ids: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await sql<{ id: string; sum: string }>`
    select ticket_id::text as id, sum from otrs_ticket where ticket_id = any(${[...ids]}::bigint[])`.execute(db)
  return new Map(rows.map(({ id, sum }) => [Number(id), sum]))
}

/** Every ticket that came, by id. */
export async function* ticketsHere(db: Kysely<Database>): AsyncGenerator<number> {
  for (let after = 0; ; ) {
    const { rows } = await sql<{ id: string }>`
      select ticket_id::text as id from otrs_ticket where ticket_id > ${after} order by ticket_id limit 10000`.execute(db)
    for (const { id } of rows) yield Number(id)
    if (rows.length < 10_000) return
    after = Number(rows.at(-1)!.id)
  }
}

/** Takes tickets away that the source has no more. */
export async function removeTickets(db: Kysely<Database>, ids: readonly number[]): Promise<void> {
  const those = sql`any(${[...ids]}::bigint[])`
  await sql`update ticket set merged_into_id = null where merged_into_id = ${those}`.execute(db)
  await sql`delete from link where from_kind = 'ticket' and from_id = any(${ids.map(String)}::text[]) or to_kind = 'ticket' and to_id = any(${ids.map(String)}::text[])`.execute(
    db,
  )
  for (const table of ['draft', 'fact']) await sql`delete from ${sql.table(table)} where ticket_id = ${those}`.execute(db)
  await sql`delete from ticket where id = ${those}`.execute(db)
  await sql`delete from otrs_ticket where ticket_id = ${those}`.execute(db)
}
