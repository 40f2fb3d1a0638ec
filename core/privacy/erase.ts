/** Owns erasing a person: every trace in tables and files goes, every row that reports count stays. */
import { sql, type RawBuilder } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { erasePersonFromEvents } from '../audit/record.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import { storeBlob } from '../database/blob.ts'
import type { Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdminLeft } from '../permission/administrators.ts'
import { demandAdmin } from '../permission/policy.ts'
import { endSessions } from '../person/sessions.ts'
import { blobOwners, inTickets, listTextTables, ownedByPersons, type TextTable } from './erase.store.ts'
import { findTraces, ticketsOf } from './traces.store.ts'
import { makeSearcher, REMOVED, rulesFor, type Rule, type Traces } from './traces.ts'

/** What was, or would be, changed: by table, rows; and 'files', 'raw mails'. */
export interface Erased {
  tickets: number
  rows: Record<string, number>
  files: number
  rawMails: number
}
export type ErasureProgress = (done: number, what: string) => void

const TOMBSTONE = Buffer.from('Ten plik usunięto razem z danymi osoby. / This file was removed together with a person’s data.\n')

/**
 * Takes a person out of everything: names, login, addresses and telephone are overwritten in every text of every table,
 * plugins' too; their own attachments, raw mails of their tickets and any other file that holds one of these go. Tickets,
 * articles and history stay, so that counts do. In one transaction: whole or not at all. For a trial, throw after it.
 * What is not found: inflected names ("Nowakowi"), names inside packed files of others. Errors: `not-found`,
 * `person.held`, `person.has-open-tickets`, `person.erase-self`, `admin.last`.
 */
export async function erasePerson(work: Work, id: Id, progress: ErasureProgress = () => {}): Promise<Erased> {
  demandAdmin(work.actor)
  const traces = await findTraces(work.db, id)
  if (!traces) throw refused('not-found')
  await demandErasable(work, id)
  const tickets = await ticketsOf(work.db, traces)
  await erasePersonFromEvents(work, id)
  // The audit log lets nothing be changed but for this.
  await sql`select set_config('pomoc.audit_way', 'erasure', true)`.execute(work.db)

  // What was told of their account holds what no rule below looks for: a street, a remark.
  await sql`update fact set data = data || '{"before": null, "after": null}'
    where name = 'admin.changed' and data ->> 'what' like 'person%' and data ->> 'id' = ${id}`.execute(work.db)

  progress(0, 'person')
  await sql`update outbound_mail set state = 'cancelled' where state = 'queued' and recipients && ${traces.addresses}::text[]`.execute(
    work.db,
  )
  await sql`delete from limit_count where key = ${id} or key = any(${traces.addresses}::text[])`.execute(work.db)
  await sql`delete from ticket_invitation where address = any(${traces.addresses}::text[])`.execute(work.db)
  await sql`delete from loop_protection where address = any(${traces.addresses}::text[])`.execute(work.db)
  await sql`delete from login_attempt where login = any(${[...traces.addresses, traces.login ?? '', ...traces.furtherLogins.map(({ login }) => login)].flatMap((one) => [`login ${one}`, `link to ${one}`, `link for login ${one}`])}::text[])
    or login in (${`person ${id}`}, ${`link for person ${id}`}, ${`code of person ${id}`})`.execute(work.db)
  const files = await dropFiles(work, traces, tickets, progress)
  await forgetPerson(work, traces)
  const rows = await blot(work, rulesFor(traces), tickets, progress)
  await demandAdminLeft(work)
  await sql`select set_config('pomoc.audit_way', '', true)`.execute(work.db)
  recordChange(work, erasureSubject, id, { erased: false }, { erased: true })
  return { tickets: tickets.length, rows, ...files }
}

async function demandErasable(work: Work, id: Id): Promise<void> {
  if (work.actor.kind === 'person' && work.actor.id === id) throw refused('person.erase-self')
  const hold = await work.db.selectFrom('person_hold').select('reason').where('person_id', '=', id).executeTakeFirst()
  if (hold) throw refused('person.held', { reason: hold.reason })
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ticket where customer_id = ${id} and state_type not in ('closed', 'merged', 'removed')`.execute(
    work.db,
  )
  if (rows[0]!.count > 0) throw refused('person.has-open-tickets', { count: rows[0]!.count })
}

/** The row stays, for tickets name it; nothing in it says who it was. */
async function forgetPerson(work: Work, { id }: Traces): Promise<void> {
  await endSessions(work, id)
  for (const { table, column } of await ownedByPersons(work.db))
    await sql`delete from ${sql.table(table)} where ${sql.ref(column)} = ${id}`.execute(work.db)
  // What fields hold of the person is theirs alone, as their row is.
  await sql`delete from field_value where object_id = ${id} and field_id in (select id from field where object = 'person')`.execute(work.db)
  await work.db
    .updateTable('person')
    .set({
      login: null,
      first_name: '',
      last_name: '',
      name: REMOVED,
      phone: '',
      password_hash: null,
      agent: false,
      valid: false,
      language: null,
      source: 'erased',
      preferences: '{}',
      details: '{}',
    })
    .where('id', '=', id)
    .execute()
}

async function blot(
  work: Work,
  rules: readonly Rule[],
  tickets: readonly Id[],
  progress: ErasureProgress,
): Promise<Record<string, number>> {
  const tables = await listTextTables(work.db)
  const rows: Record<string, number> = {}
  const size = tables.reduce((sum, table) => sum + table.bytes, 1)
  let done = 0
  for (const table of tables) {
    progress(0.5 + (done / size) * 0.5, table.name)
    const everywhere = rules.filter((rule) => rule.everywhere)
    const ofTickets = rules.filter((rule) => !rule.everywhere)
    let changed = await blotTable(work, table, everywhere)
    const theirs = inTickets(table, tickets)
    if (ofTickets.length > 0 && tickets.length > 0 && theirs) changed += await blotTable(work, table, ofTickets, theirs)
    if (changed > 0) rows[table.name] = changed
    done += table.bytes
  }
  return rows
}

async function blotTable(work: Work, table: TextTable, rules: readonly Rule[], where: RawBuilder<unknown> = sql`true`): Promise<number> {
  if (rules.length === 0) return 0
  const any = rules.map((rule) => rule.pattern).join('|')
  const replaced = (text: RawBuilder<unknown>) =>
    rules.reduce((inner, rule) => sql`regexp_replace(${inner}, ${rule.pattern}, ${rule.replacement}, 'gi')`, text)
  const set = table.columns.map(({ name, type, unique }) => {
    const column = sql.ref(name)
    // What two people were called in a key may not become one: a few letters by chance keep them apart, and say nothing.
    if (type === 'text' && unique)
      return sql`${column} = case when ${column} ~* ${any} then ${replaced(sql`${column}`)} || ' ' || left(gen_random_uuid()::text, 8) else ${column} end`
    if (type === 'text') return sql`${column} = ${replaced(sql`${column}`)}`
    if (type === 'text[]')
      return sql`${column} = case when ${column} is null then null else array(select ${replaced(sql`one`)} from unnest(${column}) with ordinality as u(one, place) order by place) end`
    return sql`${column} = ${replaced(sql`${column}::text`)}::${sql.raw(type)}`
  })
  const found = table.columns.map(({ name, type }) =>
    type === 'text[]' ? sql`array_to_string(${sql.ref(name)}, ' ') ~* ${any}` : sql`${sql.ref(name)}::text ~* ${any}`,
  )
  const { numAffectedRows } = await sql`
    update ${sql.table(table.name)} set ${sql.join(set)} where ${where} and (${sql.join(found, sql` or `)})`.execute(work.db)
  return Number(numAffectedRows ?? 0)
}

/** Their own attachments and their tickets' raw mails go unread; every other file is read for their traces. */
async function dropFiles(
  work: Work,
  traces: Traces,
  tickets: readonly Id[],
  progress: ErasureProgress,
): Promise<{ files: number; rawMails: number }> {
  const doomed = new Set<Id>()
  const own = await sql<{ id: Id }>`
    select blob_id as id from article_attachment where article_id in (select id from article where person_id = ${traces.id})
    union select r.blob_id from article_raw r join article a on a.id = r.article_id
      where a.ticket_id = any(${tickets}::bigint[]) or a.person_id = ${traces.id}
    union select blob_id from inbound_mail where blob_id is not null
      and (ticket_id = any(${tickets}::bigint[]) or lower(envelope_from) = any(${traces.addresses}::text[]))`.execute(work.db)
  for (const { id } of own.rows) doomed.add(id)
  const wide = [
    ...traces.addresses,
    ...(traces.nameShared ? [] : traces.names),
    ...(traces.loginShared || !traces.login ? [] : [traces.login]),
    ...traces.furtherLogins.filter(({ shared }) => !shared).map(({ login }) => login),
  ]
  await searchBlobs(work, makeSearcher(wide), doomed, progress)

  const { rawMails } = await countRaw(work, doomed)
  if (doomed.size > 0) {
    const ids = [...doomed]
    const { id: tombstone } = await storeBlob(work.db, TOMBSTONE, work.now)
    for (const owner of await blobOwners(work.db)) {
      const to = owner.nullable ? sql`null` : sql`${tombstone}`
      await sql`update ${sql.table(owner.table)} set ${sql.ref(owner.column)} = ${to} where ${sql.ref(owner.column)} = any(${ids}::bigint[]) and ${sql.ref(owner.column)} <> ${tombstone}`.execute(
        work.db,
      )
    }
    await sql`update article_attachment set size = ${TOMBSTONE.length}, content_type = 'text/plain', name = ${REMOVED} where blob_id = ${tombstone}`.execute(
      work.db,
    )
    await sql`delete from blob where id = any(${ids}::bigint[]) and id <> ${tombstone}`.execute(work.db)
  }
  return { files: doomed.size - rawMails, rawMails }
}

async function countRaw(work: Work, doomed: ReadonlySet<Id>): Promise<{ rawMails: number }> {
  const { rows } = await sql<{
    count: number
  }>`select count(distinct blob_id)::int as count from (select blob_id from inbound_mail union all select blob_id from article_raw) kept
    where blob_id = any(${[...doomed]}::bigint[])`.execute(work.db)
  return { rawMails: rows[0]!.count }
}

/** Reads every blob that is not doomed yet, a piece at a time; each piece with the end of the one before. */
async function searchBlobs(
  work: Work,
  searcher: ReturnType<typeof makeSearcher>,
  doomed: Set<Id>,
  progress: ErasureProgress,
): Promise<void> {
  const {
    rows: [all],
  } = await sql<{ last: Id }>`select coalesce(max(id), 0)::text as last from blob`.execute(work.db)
  let at = { id: '0', seq: -1 }
  let tail: { id: Id; bytes: Buffer } | undefined
  for (;;) {
    const { rows } = await sql<{ blob_id: Id; seq: number; data: Buffer }>`
      select blob_id, seq, data from blob_chunk where (blob_id, seq) > (${at.id}::bigint, ${at.seq}::int) order by blob_id, seq limit 32`.execute(
      work.db,
    )
    if (rows.length === 0) return
    for (const { blob_id: id, data } of rows) {
      if (!doomed.has(id)) {
        const bytes = tail?.id === id ? Buffer.concat([tail.bytes, data]) : data
        if (searcher.inBytes(bytes)) doomed.add(id)
        tail = { id, bytes: data.subarray(Math.max(0, data.length - searcher.overlap)) }
      }
    }
    at = { id: rows.at(-1)!.blob_id, seq: rows.at(-1)!.seq }
    progress(0.5 * (Number(at.id) / Math.max(1, Number(all!.last))), 'files')
  }
}

export const erasureSubject: CoreSubject<{ erased: boolean }> = {
  type: 'person',
  fits: ({ before, after }) => 'erased' in { ...before, ...after },
  right: 'installation',
  lies: 'person',
  words: 'subject.person',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: { erased: { words: 'field.erased', as: 'yes-no' } },
  way: { noWayBack: 'no-way.erased' },
}
