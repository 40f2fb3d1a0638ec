/** Owns handing a person everything that is kept of them, as one tar file (Art. 15 and 20 GDPR). */
import { sql, type Kysely } from 'kysely'
import { createTarPacker } from 'modern-tar'
import { readIn } from '../article/articles.ts'
import { readBlob, readWholeBlob } from '../database/blob.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import type { Plugin } from '../kernel/contract.ts'
import { findTraces } from './traces.store.ts'
import type { Traces } from './traces.ts'

type Row = Record<string, unknown>

/**
 * Streams person.json, plugins/<name>.json with what these hold of them by table, tickets/<number>.json with what was said there, their files, and
 * raw mails they sent. Of their own tickets what they may see; of others' only their own messages. Notes of agents to each other are not in it.
 */
export async function exportPerson(
  db: Kysely<Database>,
  id: Id,
  now: Date,
  plugins: readonly Pick<Plugin, 'name' | 'personData'>[],
): Promise<ReadableStream<Uint8Array>> {
  const traces = await findTraces(db, id)
  if (!traces) throw refused('not-found')
  // Before anything is handed over: where a plugin fails there is no half of an archive.
  const held = await heldByPlugins(db, traces, plugins)
  const { readable, controller } = createTarPacker()
  const add = async (name: string, size: number, chunks: AsyncIterable<Buffer> | Iterable<Buffer>) => {
    const body = controller.add({ name, size, mode: 0o600, mtime: now, uid: 0, gid: 0 }).getWriter()
    for await (const chunk of chunks) await body.write(chunk)
    await body.close()
  }
  const addJson = (name: string, value: unknown) => {
    const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
    return add(name, bytes.length, [bytes])
  }
  const fill = async () => {
    await addJson('person.json', { exportedAt: now, ...(await about(db, id)) })
    for (const { name, tables } of held) await addJson(`plugins/${name}.json`, tables)
    for (const ticketId of await ownTickets(db, id)) {
      const { number, files, ...ticket } = await ticketOf(db, ticketId, id)
      await addJson(`tickets/${number}.json`, { number, ...ticket })
      for (const file of files) await add(`tickets/${number}/${file.id}-${safe(file.name)}`, Number(file.size), readBlob(db, file.blob_id))
    }
    const mails = await sql<{ id: Id; blob_id: Id }>`
      select id, blob_id from inbound_mail where blob_id is not null and lower(envelope_from) = any(${traces.addresses}::text[]) order by id`.execute(
      db,
    )
    for (const mail of mails.rows) {
      const raw = await readWholeBlob(db, mail.blob_id)
      await add(`mails/${mail.id}.eml`, raw.length, [raw])
    }
    // Mails that came from elsewhere with their tickets.
    const brought = await sql<{ id: Id; blob_id: Id }>`
      select r.article_id as id, r.blob_id from article_raw r join article a on a.id = r.article_id
      where a.person_id = ${id} and a.sender_type = 'customer' order by 1`.execute(db)
    for (const mail of brought.rows) {
      const raw = await readWholeBlob(db, mail.blob_id)
      await add(`mails/message-${mail.id}.eml`, raw.length, [raw])
    }
    controller.finalize()
  }
  fill().catch((error: unknown) => controller.error(error))
  return readable
}

async function heldByPlugins(
  db: Kysely<Database>,
  { id, login, addresses }: Traces,
  plugins: readonly Pick<Plugin, 'name' | 'personData'>[],
): Promise<{ name: string; tables: Record<string, readonly object[]> }[]> {
  const held = []
  for (const { name, personData = {} } of plugins) {
    const tables: Record<string, readonly object[]> = {}
    for (const [table, read] of Object.entries(personData)) {
      const rows = typeof read === 'string' ? [] : await read(db, { id, login, addresses })
      if (rows.length > 0) tables[table] = rows
    }
    if (Object.keys(tables).length > 0) held.push({ name, tables })
  }
  return held
}

const safe = (name: string): string => name.replace(/[^\p{L}\p{N}._ -]/gu, '_').slice(0, 100) || 'file'

async function about(db: Kysely<Database>, id: Id): Promise<Row> {
  const person = await db
    .selectFrom('person')
    .leftJoin('unit', 'unit.id', 'person.unit_id')
    .select([
      'person.id',
      'person.login',
      'person.first_name',
      'person.last_name',
      'person.name',
      'person.phone',
      'person.language',
      'person.agent',
      'person.source',
      'person.created_at',
      'person.last_login_at',
      'person.preferences',
      'person.details',
      'unit.name as unit',
    ])
    .where('person.id', '=', id)
    .executeTakeFirstOrThrow()
  const addresses = await db.selectFrom('person_address').select(['address', 'main', 'verified_at']).where('person_id', '=', id).execute()
  const sessions = await db
    .selectFrom('session')
    .select(['created_at', 'last_used_at', 'client_address', 'user_agent'])
    .where('person_id', '=', id)
    .execute()
  const { rows: rights } = await sql<Row>`
    select g.name as "group", gp."right" from group_person gp join permission_group g on g.id = gp.group_id where gp.person_id = ${id}
    union all select r.name, 'role' from role_person rp join role r on r.id = rp.role_id where rp.person_id = ${id}`.execute(db)
  const absence = await db
    .selectFrom('person_absence as a')
    .leftJoin('person as p', 'p.id', 'a.substitute_id')
    .select(['a.from_at', 'a.until_at', 'a.note', 'p.name as substitute'])
    .where('a.person_id', '=', id)
    .executeTakeFirst()
  const invitations = await db
    .selectFrom('unit_nomination as n')
    .innerJoin('unit as u', 'u.id', 'n.unit_id')
    .select(['u.name as unit', 'n.administrator', 'n.nominated_at', 'n.expires_at', 'n.ended_at', 'n.ended'])
    .where('n.person_id', '=', id)
    .orderBy('n.id')
    .execute()
  // What was typed and not sent yet; of its files the names.
  const { rows: drafts } = await sql<Row>`
     select form, fields, updated_at, array(select f.name from draft_file f where f.id = any(draft.files) and f.person_id = ${id}) as files
     from draft where person_id = ${id} and act_id is null order by updated_at`.execute(db)
  const furtherLogins = await db.selectFrom('further_login').select('login').where('person_id', '=', id).orderBy('login').execute()
  const companies = await db
    .selectFrom('person_company as pc')
    .innerJoin('company as c', 'c.id', 'pc.company_id')
    .select(['c.code', 'c.name', 'pc.main'])
    .where('pc.person_id', '=', id)
    .orderBy('c.code')
    .execute()
  const { rows: chosen } = await sql<Row>`
    select 'queue' as kind, q.name from person_queue pq join queue q on q.id = pq.queue_id where pq.person_id = ${id}
    union all select 'service', s.name from person_service ps join service s on s.id = ps.service_id where ps.person_id = ${id} order by 1, 2`.execute(
    db,
  )
  const { rows: fields } = await sql<Row>`
    select f.name, f.label, v.text, v.at, v.number from field_value v join field f on f.id = v.field_id
    where f.object = 'person' and v.object_id = ${id} order by f.name, v.set_place, v.place`.execute(db)
  const views = await db.selectFrom('saved_view').select(['name', 'address']).where('person_id', '=', id).orderBy('id').execute()
  return {
    ...person,
    furtherLogins: furtherLogins.map(({ login }) => login),
    companies,
    chosen,
    fields,
    addresses,
    sessions,
    rights,
    invitations,
    absence: absence ?? null,
    drafts,
    views,
  }
}

async function ownTickets(db: Kysely<Database>, id: Id): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    select id from ticket where customer_id = ${id} union select ticket_id from article where person_id = ${id}
    union select ticket_id from ticket_participant where person_id = ${id} order by 1`.execute(db)
  return rows.map((row) => row.id)
}

interface File {
  id: Id
  blob_id: Id
  name: string
  size: string | number
}

async function ticketOf(db: Kysely<Database>, ticketId: Id, personId: Id): Promise<Row & { number: string; files: File[] }> {
  const ticket = await db
    .selectFrom('ticket')
    .select((eb) => [
      'number',
      'title',
      'customer_id',
      'customer_company',
      'state_type',
      'created_at',
      'received_at',
      'closed_at',
      eb.selectFrom('ticket_type as y').select('y.name').whereRef('y.id', '=', 'ticket.type_id').as('type'),
      eb.selectFrom('service as s').select('s.name').whereRef('s.id', '=', 'ticket.service_id').as('service'),
    ])
    .where('id', '=', ticketId)
    .executeTakeFirstOrThrow()
  const mine =
    ticket.customer_id === personId ||
    (await db
      .selectFrom('ticket_participant')
      .select('person_id')
      .where('ticket_id', '=', ticketId)
      .where('person_id', '=', personId)
      .executeTakeFirst()) !== undefined
  // As on their own pages: of tickets that were merged into theirs only what they could read before.
  const reader = { personId, agent: false, admin: false, queueRights: new Map() }
  const articles = await db
    .selectFrom('article')
    .select(['id', 'channel', 'sender_type', 'from_text', 'to_text', 'cc_text', 'subject', 'body', 'created_at'])
    .where('withdrawn_at', 'is', null)
    .where((eb) => {
      const own = eb.and([eb('ticket_id', '=', ticketId), eb('person_id', '=', personId)])
      return mine ? eb.or([readIn(ticketId, { visibleOnly: true, reader }), own]) : own
    })
    .orderBy('id')
    .execute()
  const files: File[] =
    articles.length === 0
      ? []
      : await db
          .selectFrom('article_attachment')
          .select(['id', 'blob_id', 'name', 'size'])
          .where(
            'article_id',
            'in',
            articles.map((article) => article.id),
          )
          .orderBy('id')
          .execute()
  const { customer_id: _whose, ...shown } = ticket
  return { ...shown, articles, files }
}
