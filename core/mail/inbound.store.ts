/** Owns the SQL around a received mail: its row, its bytes, and everything the steps want to know, in one question. */
import { sql, type Kysely, type Transaction } from 'kysely'
import { literal } from '../ticket/number.ts'
import type { Database, Id, InboundState, MailReason } from '../database/schema.ts'
import type { MailOutcome } from './outcome.ts'
import type { Delivery, Known, KnownTicket } from './hand.ts'

export interface InboundRow extends Delivery { state: InboundState; attempts: number; raw: Buffer }

/** The row and its raw bytes; one round trip for mails up to 256 kB. */
export async function loadInbound(db: Kysely<Database>, id: Id): Promise<InboundRow | undefined> {
  const { rows } = await sql<{
    id: Id; blob_id: Id; envelope_from: string; envelope_to: string; accepted_at: Date; state: InboundState; attempts: number
    data: Buffer | null; size: string
  }>`
    select m.id, m.blob_id, m.envelope_from, m.envelope_to, m.accepted_at, m.state, m.attempts, c.data, b.size
    from inbound_mail m join blob b on b.id = m.blob_id left join blob_chunk c on c.blob_id = m.blob_id and c.seq = 0
    where m.id = ${id}`.execute(db)
  const row = rows[0]
  if (!row) return undefined
  const chunks = [row.data ?? Buffer.alloc(0)]
  let size = chunks[0]!.length
  while (size < Number(row.size)) {
    const chunk = await db.selectFrom('blob_chunk').select('data').where('blob_id', '=', row.blob_id).where('seq', '=', chunks.length).executeTakeFirstOrThrow()
    chunks.push(chunk.data)
    size += chunk.data.length
  }
  return {
    id: row.id, blobId: row.blob_id, envelopeFrom: row.envelope_from, envelopeTo: row.envelope_to, acceptedAt: row.accepted_at,
    state: row.state, attempts: row.attempts, raw: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks),
  }
}

/**
 * Locks all rows of the same bytes, so that of two recipients' jobs one makes the ticket and the other finds it. Returns
 * whether this one is still to do.
 */
export async function lockInbound(trx: Transaction<Database>, delivery: Pick<Delivery, 'id' | 'blobId'>): Promise<boolean> {
  const rows = await trx.selectFrom('inbound_mail').select(['id', 'state']).where('blob_id', '=', delivery.blobId).orderBy('id').forUpdate().execute()
  return rows.some((row) => row.id === delivery.id && row.state !== 'processed')
}

const TICKET = sql.raw(`json_build_object('id', t.id::text, 'number', t.number, 'title', t.title, 'stateType', t.state_type,
  'queueId', t.queue_id::text, 'followUpPossible', q.follow_up_possible)`)

/** Everything the steps want to know of a mail, in one round trip. */
export async function whatIsKnown(trx: Kysely<Database>, about: {
  delivery: Delivery; messageId: string | null; references: string[]; numbers: string[]; originals: string[]; sender: string
}): Promise<Known> {
  const { delivery, messageId, references, numbers, originals, sender } = about
  const whole = `(^|[\\s<,;:"])${literal(sender)}($|[\\s>,;"])`
  const { rows } = await sql<{ known: Known }>`
    with
    refs as (select id, md5(id) as md5 from unnest(${references}::text[]) as r(id)),
    referenced as (
      select a.message_id, a.ticket_id from article a join refs on a.message_id_md5 = refs.md5 and a.message_id = refs.id
      union
      select o.message_id, o.ticket_id from outbound_mail o join refs on o.message_id = refs.id where o.ticket_id is not null)
    select json_build_object(
      'twin', (
        select json_build_object('ticketId', m.ticket_id::text, 'articleId', m.article_id::text) from inbound_mail m
        where m.blob_id = ${delivery.blobId} and m.id <> ${delivery.id} and m.state = 'processed' order by m.id limit 1),
      'recipients', (select coalesce(json_agg(m.envelope_to order by m.id), '[]') from inbound_mail m where m.blob_id = ${delivery.blobId}),
      'ownMessage', exists (select 1 from outbound_mail where message_id = ${messageId}),
      'references', (
        select coalesce(json_agg(json_build_object('messageId', r.message_id, 'ticket', ${TICKET}) order by t.id), '[]')
        from referenced r join ticket t on t.id = r.ticket_id join queue q on q.id = t.queue_id),
      'waitingFor', (
        select coalesce(json_agg(refs.id), '[]') from inbound_mail m join refs on m.message_id_md5 = refs.md5
        where m.state = 'accepted' and m.blob_id <> ${delivery.blobId}),
      'numbered', (
        select coalesce(json_agg(json_build_object('ticket', ${TICKET}, 'senderInvolved',
            t.customer_id is not distinct from p.id and p.id is not null or coalesce(p.agent, false)
            or exists (select 1 from ticket_participant tp where tp.ticket_id = t.id and tp.person_id = p.id)
            or exists (select 1 from article a where a.ticket_id = t.id
              and ${sender} <> '' and lower(a.from_text || ' ' || a.to_text || ' ' || a.cc_text || ' ' || a.reply_to) ~ ${whole}))
          order by n.place), '[]')
        from unnest(${numbers}::text[]) with ordinality as n(number, place)
          join ticket t on t.number = n.number join queue q on q.id = t.queue_id
          left join lateral (select p.id, p.agent from person_address pa join person p on p.id = pa.person_id where pa.address = ${sender}) p on true),
      'reported', (
        select coalesce(json_agg(json_build_object('id', o.id::text, 'kind', o.kind, 'messageId', o.message_id, 'ticketId', o.ticket_id::text,
            'articleId', o.article_id::text, 'recipients', o.recipients) order by w.place), '[]')
        from unnest(${originals}::text[]) with ordinality as w(id, place) join outbound_mail o on o.message_id = w.id),
      'sender', (
        select json_build_object('id', p.id::text, 'agent', p.agent, 'valid', p.valid, 'language', p.language)
        from person_address pa join person p on p.id = pa.person_id where pa.address = ${sender})
    ) as known`.execute(trx)
  const known = rows[0]!.known
  await Promise.all([...known.references, ...known.numbered].map(async (entry) => {
    if (entry.ticket.stateType === 'merged') entry.ticket = (await mergedInto(trx, entry.ticket.id)) ?? entry.ticket
  }))
  return known
}

/** OTRS 2.1: a merged ticket stands for its target, by the last Merged history row, ten hops at most. */
async function mergedInto(db: Kysely<Database>, ticketId: Id): Promise<KnownTicket | undefined> {
  const { rows } = await sql<{ ticket: KnownTicket }>`
    with recursive hop as (
      select t.id, t.state_type, 0 as hops from ticket t where t.id = ${ticketId}
      union all
      select t.id, t.state_type, hop.hops + 1 from hop
        join lateral (
          select substring(h.name from '%%(\\d+)$')::bigint as target from history h
          where h.ticket_id = hop.id and h.type = 'Merged' and h.name ~ '%%\\d{1,18}$' order by h.id desc limit 1) m on true
        join ticket t on t.id = m.target
      where hop.state_type = 'merged' and hop.hops < 10)
    select ${TICKET} as ticket from hop join ticket t on t.id = hop.id join queue q on q.id = t.queue_id
    where t.state_type <> 'merged' order by hop.hops desc limit 1`.execute(db)
  return rows[0]?.ticket
}

/** Writes what became of a mail. */
export async function finishInbound(trx: Kysely<Database>, id: Id, end: {
  outcome: MailOutcome; reasons: MailReason[]; subject: string; from: string; messageId: string | null; ticketId: Id | null; articleId: Id | null; now: Date
}): Promise<void> {
  await trx.updateTable('inbound_mail').set({
    state: 'processed', outcome: end.outcome, reason: JSON.stringify(end.reasons), subject: end.subject, from_text: end.from,
    ...(end.messageId ? { message_id_md5: sql<string>`md5(${end.messageId})` } : {}),
    ticket_id: end.ticketId, article_id: end.articleId, processed_at: end.now,
  }).where('id', '=', id).execute()
}
