/** Owns the SQL of comparing: what came by the take-over as it stands here, line by line. Rows of people's own work have higher ids and are left out. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../../../core/index.ts'
import type { Line, Some } from './compare.ts'
import type { Sides } from './known.ts'

type Db = Kysely<Database>
type Cells = Record<string, string | null>

/** Where ids made here begin: of tickets and lists, and of articles, parts and history. */
const OWN_FROM = 10_000_001
const OWN_LARGE_FROM = 1_000_000_001

const iso = (column: RawBuilder<unknown>) => sql<string | null>`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const col = (name: string) => sql.raw(name)
const ids = (some: Some) => sql`any(${[...some]}::bigint[])`

async function* lines(rows: readonly (Cells & { key: string })[]): AsyncGenerator<Line> {
  for (const { key, ...values } of rows) yield { key, values }
}

export async function* tickets(db: Db, some: Some, sides: Pick<Sides, 'called'>): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select t.id::text as key, number, title, t.queue_id::text as queue, state_id::text as state, priority_id::text as priority,
      type_id::text as type, service_id::text as service, sla_id::text as sla, lock, owner_id::text as owner, responsible_id::text as responsible,
      customer_id::text as customer, customer_login as "customer login", customer_company as company, archived::text as archived,
      ${iso(col('t.created_at'))} as created, created_by::text as "created by", ${iso(col('changed_at'))} as changed,
      ${iso(col('pending_until'))} as pending, ${iso(col('response_due_at'))} as "response due", ${iso(col('update_due_at'))} as "update due",
      ${iso(col('solution_due_at'))} as "solution due"
    from ticket t join otrs_ticket o on o.ticket_id = t.id where t.id = ${ids(some)} order by t.id`.execute(db)
  for (const { key, ...values } of rows)
    yield {
      key,
      values,
      groups: {
        state: sides.called('state', values['state'] ?? null),
        queue: sides.called('queue', values['queue'] ?? null),
        year: values['created']?.slice(0, 4) ?? '–',
      },
    }
}

export async function* history(db: Db, some: Some): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select id::text as key, ticket_id::text as ticket, article_id::text as article, type, name, person_id::text as by,
      ${iso(col('created_at'))} as at, queue_id::text as queue, owner_id::text as owner, priority_id::text as priority, state_id::text as state,
      type_id::text as "ticket type"
    from history where ticket_id = ${ids(some)} and id < ${OWN_LARGE_FROM}`.execute(db)
  yield* lines(rows)
}

export async function* articles(db: Db, some: Some): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select id::text as key, ticket_id::text as ticket, channel, sender_type as sender, visible::text as visible, ${iso(col('created_at'))} as at
    from article where ticket_id = ${ids(some)} and id < ${OWN_LARGE_FROM}`.execute(db)
  for (const { key, ...values } of rows) yield { key, values, groups: { year: values['at']?.slice(0, 4) ?? '–' } }
}

/** A chat has no row of these in the source, and its words are made of its lines. */
export async function* texts(db: Db, some: Some): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select id::text as key, from_text as from, to_text as to, cc_text as cc, bcc_text as bcc, reply_to as "reply to", subject, body,
      message_id as "message id", in_reply_to as "in reply to", reference_ids as references, content_type as "content type",
      ${iso(col('incoming_at'))} as incoming
    from article where ticket_id = ${ids(some)} and id < ${OWN_LARGE_FROM} and channel <> 'chat'`.execute(db)
  yield* lines(rows)
}

type Hash = (db: Db, blobId: string) => Promise<Cells>

export async function* raws(db: Db, some: Some, hash: Hash): AsyncGenerator<Line> {
  const { rows } = await sql<{ key: string; blob: string }>`
    select r.article_id::text as key, r.blob_id::text as blob from article_raw r join article a on a.id = r.article_id
    where a.ticket_id = ${ids(some)} and a.id < ${OWN_LARGE_FROM}`.execute(db)
  for (const { key, blob } of rows) yield { key, values: await hash(db, blob) }
}

/** Parts that lay in files got ids of ours; those of a chat are its lines, which stand in no table of parts. */
export async function* attachments(db: Db, some: Some, hash: Hash): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string; blob: string }>`
    select case when p.id < ${OWN_LARGE_FROM} then p.id::text else p.article_id || '/' || p.name end as key, p.blob_id::text as blob,
      p.article_id::text as article, p.name, p.content_type as "content type", p.content_id as "content id"
    from article_attachment p join article a on a.id = p.article_id
    where a.ticket_id = ${ids(some)} and a.id < ${OWN_LARGE_FROM} and not (a.channel = 'chat' and p.id >= ${OWN_LARGE_FROM})`.execute(db)
  for (const { key, blob, ...values } of rows) yield { key, values: { ...values, ...(await hash(db, blob)) } }
}

export async function* sendErrors(db: Db, some: Some): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select e.article_id::text as key, e.text, e.message_id as "message id", ${iso(col('e.at'))} as at
    from article_send_error e join article a on a.id = e.article_id where a.ticket_id = ${ids(some)} and a.id < ${OWN_LARGE_FROM}`.execute(
    db,
  )
  yield* lines(rows)
}

/** The number that the source has for a person, as far as they came from there. */
const theirAgent = (person: string) =>
  sql<string | null>`(select source_id from otrs_id where kind = 'user' and id = ${col(person)} order by source_id limit 1)`

export async function* flags(db: Db, some: Some): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select f.article_id || ':' || f.key || ':' || coalesce(${theirAgent('f.person_id')}, '?') as key, f.person_id::text as person, f.value
    from article_flag f join article a on a.id = f.article_id where a.ticket_id = ${ids(some)} and a.id < ${OWN_LARGE_FROM}`.execute(db)
  yield* lines(rows)
}

export async function* watchers(db: Db, some: Some): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select ticket_id || ':' || coalesce(${theirAgent('person_id')}, '?') as key, person_id::text as person, ${iso(col('since'))} as since,
      added_by::text as by from ticket_watcher where ticket_id = ${ids(some)}`.execute(db)
  yield* lines(rows)
}

export async function* time(db: Db, some: Some): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select id::text as key, ticket_id::text as ticket, article_id::text as article, units::numeric(12,2)::text as units, person_id::text as person,
      ${iso(col('at'))} as at from time_spent where ticket_id = ${ids(some)} and id < ${OWN_FROM}`.execute(db)
  yield* lines(rows)
}

export async function* fieldValues(db: Db, some: Some): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    with v as (
      select 'ticket' as of, v.* from field_value v join field f on f.id = v.field_id and f.object = 'ticket' where v.object_id = ${ids(some)}
      union all
      select 'article', v.* from field_value v join field f on f.id = v.field_id and f.object = 'article'
        join article a on a.id = v.object_id where a.ticket_id = ${ids(some)} and a.id < ${OWN_LARGE_FROM})
    select of || ' ' || object_id || ' ' || field_id || ' ' || coalesce(text, '') || '|' || coalesce(number::text, '') || '|' || coalesce(${iso(col('at'))}, '') as key,
      text, number::text as number, ${iso(col('at'))} as at from v`.execute(db)
  yield* lines(rows)
}

/** Tickets that came, between two ids, both included. */
export async function cameBetween(db: Db, from: number, to: number): Promise<number[]> {
  const { rows } = await sql<{
    id: string
  }>`select ticket_id::text as id from otrs_ticket where ticket_id between ${from} and ${to}`.execute(db)
  return rows.map(({ id }) => Number(id))
}

/** Of these tickets those that people here have worked on since: history, messages or drafts of their own. */
export async function touched(db: Db, some: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select distinct ticket_id::text as id from (
      select ticket_id from history where ticket_id = any(${[...some]}::bigint[]) and id >= ${OWN_LARGE_FROM}
      union all select ticket_id from article where ticket_id = any(${[...some]}::bigint[]) and id >= ${OWN_LARGE_FROM}) t`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** What was remarked of rows of these tables, by key: 'ticket 17' → codes. */
export async function remarksOf(db: Db, tables: readonly string[], keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ key: string; code: string }>`
    select key, min(code) as code from otrs_finding where table_name = any(${[...tables]}::text[]) and key = any(${[...keys]}::text[]) group by key`.execute(
    db,
  )
  return new Map(rows.map(({ key, code }) => [key, code]))
}

/** How many rows of a table were remarked to have nothing they belong to. */
export async function countAside(db: Db, table: string, codes: readonly string[]): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(distinct key)::int as n from otrs_finding where table_name = ${table} and code = any(${[...codes]}::text[])`.execute(db)
  return rows[0]!.n
}

/** Named rows that came, with the columns wanted, each as text: the key is the source's. */
export async function named(
  db: Db,
  kind: string,
  table: string,
  columns: Readonly<Record<string, RawBuilder<unknown>>>,
): Promise<(Cells & { key: string })[]> {
  const cells = Object.entries(columns).map(([name, column]) => sql`(${column})::text as ${sql.ref(name)}`)
  const { rows } = await sql<Cells & { key: string }>`
    select o.source_id as key, ${sql.join(cells)} from otrs_id o join ${sql.table(table)} t on t.id = o.id where o.kind = ${kind}`.execute(
    db,
  )
  return rows
}

/** What people hold who did not come from the source – pomoc's own administrator – is nothing that the source could have. */
export async function* pairs(
  db: Db,
  table: string,
  columns: readonly string[],
  of: 'user' | 'customer_user' = 'user',
  where = sql`true`,
): AsyncGenerator<Line> {
  const { rows } = await sql<{ key: string }>`
    select ${sql.join(
      columns.map((name) => sql`${sql.ref(name)}::text`),
      sql` || ' ' || `,
    )} as key from ${sql.table(table)}
    where ${where} and ${columns.includes('person_id') ? sql`person_id in (select id from otrs_id where kind = ${of})` : sql`true`}`.execute(
    db,
  )
  for (const { key } of rows) yield { key, values: {} }
}

export interface PersonHere {
  /** In small letters. */
  logins: readonly string[]
  addresses: readonly string[]
  factor: boolean
  /** From when until when, as ISO. */
  away: string | null
}

/** All who came, by id. */
export async function people(db: Db): Promise<ReadonlyMap<string, PersonHere>> {
  const { rows } = await sql<PersonHere & { id: string }>`
    select p.id::text as id, array_remove(array(select lower(f.login) from further_login f where f.person_id = p.id) || lower(p.login), null) as logins,
      array(select address from person_address a where a.person_id = p.id) as addresses,
      exists (select from second_factor s where s.person_id = p.id) as factor,
      (select ${iso(col('from_at'))} || ' ' || ${iso(col('until_at'))} from person_absence b where b.person_id = p.id) as away
    from person p where p.id in (select id from otrs_id where kind in ('user', 'customer_user'))`.execute(db)
  return new Map(rows.map(({ id, ...person }) => [id, person]))
}

/** Filters that came, by the source's name, with their rows in their order. */
export async function* filters(db: Db): AsyncGenerator<Line> {
  const { rows } = await sql<{ key: string; stop: string; rows: string }>`
    select o.source_id as key, f.stop::text as stop, coalesce((select jsonb_agg(jsonb_build_array(r.kind, r.key, r.value, r.negated) order by r.kind, r.place)
      from postmaster_filter_row r where r.filter_id = f.id), '[]')::text as rows
    from otrs_id o join postmaster_filter f on f.id = o.id where o.kind = 'filter'`.execute(db)
  for (const { key, stop, rows: said } of rows) yield { key, values: { stop, rows: JSON.stringify(JSON.parse(said)) } }
}

/** Calendars that came, by the source's number. */
export async function calendars(db: Db): Promise<{ key: string; definition: Record<string, unknown> }[]> {
  const { rows } = await sql<{ key: string; definition: Record<string, unknown> }>`
    select o.source_id as key, c.definition from otrs_id o join calendar c on c.id = o.id where o.kind = 'calendar'`.execute(db)
  return rows
}

/** Files of templates that came. */
export async function* templateFiles(db: Db, hash: Hash): AsyncGenerator<Line> {
  const { rows } = await sql<{ key: string; blob: string }>`
    select o.source_id || ' ' || f.name as key, f.blob_id::text as blob
    from answer_template_attachment f join otrs_id o on o.kind = 'template' and o.id = f.template_id`.execute(db)
  for (const { key, blob } of rows) yield { key, values: await hash(db, blob) }
}

export async function* links(db: Db): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select coalesce(f.source_id, from_id) || '-' || coalesce(t.source_id, to_id) as key, from_kind || ' ' || from_id as from, to_kind || ' ' || to_id as to, type
    from link l left join otrs_id f on f.kind = 'faq_item' and l.from_kind = 'faq' and f.id::text = from_id
      left join otrs_id t on t.kind = 'faq_item' and l.to_kind = 'faq' and t.id::text = to_id`.execute(db)
  yield* lines(rows)
}

export async function* faqCategories(db: Db): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select o.source_id as key, name, parent_id::text as above, valid::text as valid
    from otrs_id o join faq_category c on c.id = o.id where o.kind = 'faq_category'`.execute(db)
  yield* lines(rows)
}

export async function* faqItems(db: Db): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select o.source_id as key, category_id::text as category, number, r.title, i.valid::text as valid
    from otrs_id o join faq_item i on i.id = o.id left join faq_revision r on r.id = i.latest_id where o.kind = 'faq_item'`.execute(db)
  yield* lines(rows)
}

/** Files made here have higher numbers. */
export async function* faqFiles(db: Db, hash: Hash): AsyncGenerator<Line> {
  const { rows } = await sql<{ key: string; item: string; blob: string }>`
    select id::text as key, item_id::text as item, blob_id::text as blob from faq_file where id < ${OWN_FROM}`.execute(db)
  for (const { key, item, blob } of rows) yield { key, values: { item, ...(await hash(db, blob)) } }
}

/** Votes and views made here have higher numbers. */
export async function* faqVotes(db: Db): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select id::text as key, item_id::text as item, interface, rate::text as rate from faq_vote where id < ${OWN_FROM}`.execute(db)
  yield* lines(rows)
}

export async function* faqViews(db: Db): AsyncGenerator<Line> {
  const { rows } = await sql<Cells & { key: string }>`
    select id::text as key, item_id::text as item, interface, ${iso(col('at'))} as at from faq_view where id < ${OWN_LARGE_FROM}`.execute(
    db,
  )
  yield* lines(rows)
}
