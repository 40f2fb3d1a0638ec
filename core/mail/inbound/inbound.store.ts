/** Owns the SQL around a received mail: its row, its bytes, and everything the steps want to know, in one question. */
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import { chainFrom } from '../../ticket/change/merged.ts'
import { literal } from '../../ticket/number.ts'
import { drawing } from '../../ticket/counter.ts'
import { storableJson } from '../../database/json.ts'
import type { Database, Id, InboundState, MailReason } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import type { MailOutcome } from '../judge/outcome.ts'
import type { Delivery, Known, KnownTicket } from '../judge/hand.ts'

export interface InboundRow extends Delivery {
  state: InboundState
  attempts: number
  raw: Buffer
  /** Reads the bytes anew; absent where they stand in memory alone. */
  again?: () => Promise<Buffer>
}

/**
 * The row and its raw bytes; one round trip for mails up to 256 kB. `fits` is asked with the size before the bytes of a larger one
 * are read; undefined when it says no, and for mails that are gone or processed.
 */
export async function loadInbound(
  db: Kysely<Database>,
  id: Id,
  fits: (bytes: number) => boolean = () => true,
): Promise<InboundRow | undefined> {
  const { rows } = await sql<{
    id: Id
    blob_id: Id
    envelope_from: string
    envelope_to: string
    accepted_at: Date
    state: InboundState
    attempts: number
    peer_address: string
    peer_name: string
    client_address: string
    client_name: string
    client_helo: string
    to_queue_id: Id | null
    data: Buffer | null
    size: string
  }>`
    select m.id, m.blob_id, m.envelope_from, m.envelope_to, m.accepted_at, m.peer_address, m.peer_name, m.client_address, m.client_name, m.client_helo,
      m.to_queue_id, m.state, m.attempts,
      c.data, b.size
    from inbound_mail m join blob b on b.id = m.blob_id left join blob_chunk c on c.blob_id = m.blob_id and c.seq = 0
    where m.id = ${id}`.execute(db)
  const row = rows[0]
  const size = Number(row?.size)
  if (!row || row.state === 'processed' || !fits(size)) return undefined
  const again = () => wholeOf(db, row.blob_id, size, row.data)
  return {
    id: row.id,
    blobId: row.blob_id,
    envelopeFrom: row.envelope_from,
    envelopeTo: row.envelope_to,
    acceptedAt: row.accepted_at,
    peerAddress: row.peer_address,
    peerName: row.peer_name,
    // Stored as '' when no relay told of anybody.
    clientAddress: row.client_address || null,
    clientName: row.client_name || null,
    clientHelo: row.client_helo || null,
    toQueueId: row.to_queue_id,
    state: row.state,
    attempts: row.attempts,
    raw: await again(),
    again,
  }
}

/** One piece of memory of its own, filled as the chunks come: nothing is ever held twice. What is one chunk is that. */
async function wholeOf(db: Kysely<Database>, blobId: Id, size: number, first: Buffer | null): Promise<Buffer> {
  const start = first ?? Buffer.alloc(0)
  if (start.length >= size) return start
  const whole = Buffer.allocUnsafeSlow(size)
  for (let at = start.copy(whole), seq = 1; at < size; seq++) {
    const { data } = await db
      .selectFrom('blob_chunk')
      .select('data')
      .where('blob_id', '=', blobId)
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow()
    at += data.copy(whole, at)
  }
  return whole
}

const TICKET = sql.raw(`json_build_object('id', t.id::text, 'number', t.number, 'title', t.title, 'stateType', t.state_type,
  'queueId', t.queue_id::text, 'followUpPossible', q.follow_up_possible, 'followUpStrangers', q.follow_up_strangers,
  'unitId', q.unit_id::text, 'agentMail', q.agent_mail, 'customerId', t.customer_id::text)`)

/**
 * Two deliveries of one Message-ID, sender and content within so many minutes are one mail that came by two ways: a forwarder or a greylisting
 * server takes that long. Later somebody sends it again on purpose.
 */
export const SAME_MAIL_MINUTES = 30
const sameMailAround = ({ acceptedAt }: Delivery): [Date, Date] => {
  const apart = SAME_MAIL_MINUTES * 60_000
  return [new Date(acceptedAt.getTime() - apart), new Date(acceptedAt.getTime() + apart)]
}
/** Devices that give all their mails one Message-ID must not make each of them lock the others. */
const SIBLINGS = 100

/**
 * Everything the steps want to know of a mail, in one round trip; undefined when it is processed already. Its transaction waits for no
 * disk (`synchronous_commit`): the mail and its job were on the disk before its sender was told 250, the log is written in order, so that a ticket
 * that a power cut takes is made anew of them, and whatever leaves the house is written down first by a commit that does wait. All rows of the
 * same bytes, and of the same Message-ID, are locked first, so that of two jobs one makes the ticket and the other finds it; one that came
 * while this waited for a lock, and was quicker, is met by `finishInbound`. What a mail gives no reason to ask (most refer to nothing and report
 * nothing) is left out of the question.
 */
export async function whatIsKnown(
  trx: Transaction<Database>,
  about: {
    delivery: Delivery
    messageId: string | null
    references: string[]
    numbers: string[]
    /** To whom else it is written, less the author and us. */
    copies: string[]
    originals: string[]
    /** The author's address; '' for nobody. */
    sender: string
    /** contentKey(…) */
    content: Buffer | null
    /** The envelope's, where it is to be known whether it belongs to the same person. */
    sentBy?: string
    /** Under which its number is counted, where it will hardly be anything but a new ticket. */
    counterKey?: string | undefined
  },
): Promise<Known | undefined> {
  const { delivery, messageId, references, numbers, copies, originals, sender, content, sentBy = '', counterKey } = about
  const [since, until] = sameMailAround(delivery)
  const { rows } = await sql<{
    done: boolean
    known: Omit<Known, 'references' | 'waitingFor' | 'numbered' | 'sharing' | 'reported' | 'sentBySame'> & Partial<Known>
  }>`
    with siblings as (
      select id, envelope_to, state, outcome, ticket_id, article_id, blob_id = ${delivery.blobId} as same_bytes, content_key from inbound_mail
      where id = any(array(
        select id from inbound_mail where blob_id = ${delivery.blobId}
        ${
          messageId === null || content === null || delivery.alone
            ? sql``
            : sql`union all (
          select id from inbound_mail where message_id_md5 = md5(${messageId}::text) and accepted_at between ${since} and ${until}
          order by id desc limit ${sql.lit(SIBLINGS)})`
        }))
      order by id for update)
    select set_config('synchronous_commit', 'off', true) as relaxed,
      exists (select 1 from siblings where id = ${delivery.id} and state = 'processed') as done, json_build_object(
      'siblings', (
        select coalesce(json_agg(json_build_object('envelopeTo', s.envelope_to, 'processed', s.state = 'processed', 'outcome', s.outcome,
          'ticketId', s.ticket_id::text, 'articleId', s.article_id::text, 'sameBytes', s.same_bytes,
          'believed', coalesce(a.assurance <> 'failed', true) and a.held_at is null) order by s.id), '[]')
        from siblings s left join article a on a.id = s.article_id
        where s.id <> ${delivery.id} and (s.same_bytes or s.content_key = ${content})),
      'seen', (
        select json_build_object('done', count(*) filter (where s.state = 'processed' and (s.same_bytes or s.content_key = ${content})),
          'from', (case when count(*) < ${sql.lit(SIBLINGS)} then 0 else min(s.id) end)::text)
        from siblings s),
      'recipients', (select coalesce(json_agg(s.envelope_to order by s.id), '[]') from siblings s where s.same_bytes),
      'ownMessage', exists (select 1 from outbound_mail where message_id = ${messageId}),
      'sender', (
        select json_build_object('id', p.id::text, 'agent', p.agent, 'valid', p.valid, 'language', p.language, 'unitId', p.unit_id::text)
        from person_address pa join person p on p.id = pa.person_id where pa.address = ${sender})
      ${counterKey === undefined ? sql`` : drawnFor(counterKey, sender)}
      ${sentBy === '' ? sql`` : aboutSentBy(sender, sentBy)}
      ${references.length + originals.length > 0 ? aboutReferences(references, originals, delivery, sender) : sql``}
      ${numbers.length > 0 ? aboutNumbers(numbers, sender) : sql``}
      ${sender !== '' && references.length > 0 && copies.length > 0 ? aboutSharing(references, copies, sender, delivery) : sql``}
      ${originals.length > 0 ? aboutReported(originals) : sql``}) as known`.execute(trx)
  const row = rows[0]!
  if (row.done) return undefined
  const known: Known = { references: [], waitingFor: [], numbered: [], sharing: [], reported: [], sentBySame: false, ...row.known }
  for (const entry of [...known.references, ...known.numbered]) {
    if (entry.ticket.stateType !== 'merged') continue
    const target = await mergedInto(trx, entry.ticket.id, sender)
    // A part in either of them is a part in what both have become.
    if (target)
      Object.assign(entry, {
        ticket: { ...target.ticket, writtenTo: entry.ticket.id },
        senderInvolved: entry.senderInvolved || target.senderInvolved,
        senderLetIn: entry.senderLetIn || target.senderLetIn,
      })
  }
  for (const mail of known.reported) {
    if (mail.merged) mail.ticketId = (await mergedInto(trx, mail.ticketId!, sender))?.ticket.id ?? mail.ticketId
  }
  return known
}

/** What a new ticket of this sender draws; of another delivery of the same mail there is one already, as a rule. */
const drawnFor = (counterKey: string, sender: string) => sql`,
  'drawn', case when not exists (select from siblings where state = 'processed') then ${drawing(
    counterKey,
    sql`(select person_id from person_address where address = ${sender})`,
  )} end`

/** Whether two addresses belong to one person. */
const aboutSentBy = (sender: string, sentBy: string) => sql`,
  'sentBySame', exists (select 1 from person_address one join person_address other on other.person_id = one.person_id
    where one.address = ${sender} and other.address = ${sentBy})`

/** For `~*`: this address and no longer one. Mails that another system sent before it was taken over are known by whom they name alone. */
const wholeAddress = (address: string): string =>
  address === '' ? '$^' : `(^|[^[:alnum:]._+-])${address.replace(/[^\p{L}\p{N}@]/gu, '\\$&')}($|[^[:alnum:].-])`

/** Articles and outgoing mails by Message-ID, and mails with one of the ids that are still to be processed. */
const aboutReferences = (references: string[], originals: string[], delivery: Delivery, sender: string) => {
  const named = [...new Set([...references, ...originals])]
  return sql`,
  'references', (
    select coalesce(json_agg(json_build_object('messageId', r.message_id, 'ticket', ${TICKET}, 'senderInvolved', ${involved(sender)},
      'senderLetIn', ${letIn}, 'sentToSender', r.sent_to_sender, 'internal', not r.visible, 'ours', r.ours) order by t.id, r.visible), '[]')
    from (
      select message_id, ticket_id, visible, bool_or(ours) as ours, bool_or(sent_to_sender) as sent_to_sender from (
        select a.message_id, a.ticket_id, a.visible, a.sender_type = 'agent' and a.inbound_mail_id is null as ours,
          a.sender_type = 'agent' and a.inbound_mail_id is null and a.channel = 'email' and concat_ws(' ', a.to_text, a.cc_text) ~* ${wholeAddress(sender)} as sent_to_sender
        from article a
        where a.message_id_md5 in (select md5(id) from unnest(${named}::text[]) as r(id)) and a.message_id = any(${named}::text[])
        union all
        select o.message_id, o.ticket_id, coalesce(a.visible, true), true,
          o.state <> 'cancelled' and exists (select 1 from unnest(o.recipients) as r(address) where lower(r.address) = ${sender})
        from outbound_mail o left join article a on a.id = o.article_id
        where o.message_id = any(${named}::text[]) and o.ticket_id is not null) one
      group by message_id, ticket_id, visible
    ) r join ticket t on t.id = r.ticket_id join queue q on q.id = t.queue_id ${personOf(sender)}),
  'waitingFor', (
    select coalesce(json_agg(r.id), '[]') from unnest(${references}::text[]) as r(id) join inbound_mail m on m.message_id_md5 = md5(r.id)
    where m.state = 'accepted' and m.blob_id <> ${delivery.blobId})`
}

/** Tickets by number in the order found, and whether the sender has any part in each. */
function aboutNumbers(numbers: string[], sender: string): RawBuilder<unknown> {
  return sql`,
  'numbered', (
    select coalesce(json_agg(json_build_object('found', n.number, 'ticket', ${TICKET}, 'senderInvolved', ${involved(sender)},
      'senderLetIn', ${letIn}) order by n.place), '[]')
    from unnest(${numbers}::text[]) with ordinality as n(number, place)
      join ticket t on t.number = n.number join queue q on q.id = t.queue_id ${personOf(sender)})`
}

/** So many days ago at most a ticket was opened that somebody else's answer to the same message still goes on with. */
const SHARING_DAYS = 30
/** Of so many others whom the mail names, so many of the newest tickets each are looked at: whom a mail names is for its writer to choose. */
const SHARING_COPIES = 20
const SHARING_TICKETS = 20

/**
 * Of those whom the mail is written to as well: their open tickets that began with an answer to one of its references, written to its sender too. Both
 * name each other, so neither reads what was not meant for them; who answers the same circular without that is another matter.
 */
function aboutSharing(references: string[], copies: string[], sender: string, delivery: Delivery): RawBuilder<unknown> {
  const since = new Date(delivery.acceptedAt.getTime() - SHARING_DAYS * 86_400_000)
  return sql`,
  'sharing', (
    select coalesce(json_agg(json_build_object('messageId', s.message_id, 'ticket', ${TICKET}, 'senderInvolved', ${involved(sender)},
      'senderLetIn', ${letIn}) order by t.id desc), '[]')
    from (
      select w.id, min(r.id) as message_id from person_address named
        cross join lateral (
          select id, state_type from ticket where customer_id = named.person_id and created_at > ${since}
          order by created_at desc, id desc limit ${sql.lit(SHARING_TICKETS)}) w
        join article first on first.ticket_id = w.id and first.person_id = named.person_id and first.visible and first.held_at is null
          and lower(first.to_text || ' ' || first.cc_text) ~ ${wholeIn(sender)}
        join unnest(${references}::text[]) as r(id) on r.id = any(string_to_array(first.in_reply_to, ' '))
      where named.address = any(${copies.slice(0, SHARING_COPIES)}::text[]) and w.state_type not in ('closed', 'merged', 'removed') group by w.id
    ) s join ticket t on t.id = s.id join queue q on q.id = t.queue_id ${personOf(sender)})`
}

/** For `~`, in a list of addresses in small letters: this one as a whole. */
const wholeIn = (sender: string): string => `(^|[\\s<,;:"])${literal(sender)}($|[\\s>,;"])`

const personOf = (sender: string) => sql`
  left join person_address pa on pa.address = ${sender} left join person p on p.id = pa.person_id and p.valid`

/**
 * Who has a part in a ticket: its customer, owner, responsible and participants, by any of their addresses; agents with any right in
 * its queue; whoever wrote one of its messages; and whoever stands in To, Cc or Reply-To of one that we wrote or whose author was proven, or was
 * sent one again. Whom an unproven message names has no part by that: anybody could name himself. Messages that were ever held do not count either:
 * neither they nor having accepted one of them lets their sender in.
 */
function involved(sender: string): RawBuilder<unknown> {
  const asWhole = wholeIn(sender)
  return sql`(coalesce(p.id in (t.customer_id, t.owner_id, t.responsible_id), false)
    or exists (select 1 from ticket_participant tp where tp.ticket_id = t.id and tp.person_id = p.id)
    or coalesce(p.agent, false) and exists (
      select 1 from permission_group g where g.id = q.group_id and g.valid and (
        exists (select 1 from group_person gp where gp.group_id = g.id and gp.person_id = p.id)
        or exists (select 1 from role_person rp join role r on r.id = rp.role_id and r.valid join group_role gr on gr.role_id = rp.role_id
          where gr.group_id = g.id and rp.person_id = p.id)))
    or exists (select 1 from article a where a.ticket_id = t.id and a.held_at is null and a.person_id = p.id)
    or ${sender} <> '' and exists (select 1 from article a where a.ticket_id = t.id and a.held_at is null and ${authorProven}
      and lower(a.from_text || ' ' || a.to_text || ' ' || a.cc_text || ' ' || a.reply_to) ~ ${asWhole})
    or ${sender} <> '' and exists (select 1 from outbound_mail o where o.ticket_id = t.id and o.kind in ('reply', 'forward')
      and lower(o.to_text || ' ' || o.cc_text) ~ ${asWhole}))`
}

/** An article that one of ours wrote here, or whose author was proven when it came; as judge/assurance/assurance.ts writes it. */
const authorProven = sql<boolean>`(a.inbound_mail_id is null and a.channel <> 'email' or a.sender_type = 'agent' and a.inbound_mail_id is null
  or a.assurance in ('login', 'confirmed') or a.assurance_rule = 'proven-but-unknown')`

/** An agent let this person write here by a mail that nothing proved: the agent stands for the address in this ticket. */
const letIn = sql<boolean>`coalesce(exists (select 1 from ticket_participant tp where tp.ticket_id = t.id and tp.person_id = p.id and tp.right = 'reply')
  and exists (select 1 from article a where a.ticket_id = t.id and a.person_id = p.id and a.held_decision = 'accepted' and not coalesce(${authorProven}, false)), false)`

/** Our own mails that a report speaks of. */
const aboutReported = (originals: string[]) => sql`,
  'reported', (
    select coalesce(json_agg(json_build_object('id', o.id::text, 'kind', o.kind, 'messageId', o.message_id, 'ticketId', o.ticket_id::text,
        'articleId', o.article_id::text, 'recipients', o.recipients, 'merged', coalesce(t.state_type = 'merged', false)) order by w.place), '[]')
    from unnest(${originals}::text[]) with ordinality as w(id, place) join outbound_mail o on o.message_id = w.id
      left join ticket t on t.id = o.ticket_id)`

/** OTRS behaviour: a merged ticket stands for its target. */
async function mergedInto(
  db: Kysely<Database>,
  ticketId: Id,
  sender: string,
): Promise<{ ticket: KnownTicket; senderInvolved: boolean; senderLetIn: boolean } | undefined> {
  const { rows } = await sql<{ ticket: KnownTicket; senderInvolved: boolean; senderLetIn: boolean }>`
    with recursive ${chainFrom(ticketId)}
    select ${TICKET} as ticket, ${involved(sender)} as "senderInvolved", ${letIn} as "senderLetIn"
    from hop join ticket t on t.id = hop.id join queue q on q.id = t.queue_id ${personOf(sender)}
    where t.state_type <> 'merged' order by hop.hops desc limit 1`.execute(db)
  return rows[0]
}

export interface InboundEnd {
  delivery: Delivery
  /** Of `Known`. */
  seen: Known['seen']
  outcome: MailOutcome
  reasons: MailReason[]
  subject: string
  from: string
  messageId: string | null
  contentKey: Buffer | null
  ticketId: Id | null
  articleId: Id | null
}

/** Writes what became of a mail, before commit. Where a sibling was processed of which its judgement knew nothing, the act is begun anew. */
export const finishInbound = (work: Work, end: InboundEnd): void => work.gather(storeEnd, [end])

const storeEnd = (work: Work, [end]: InboundEnd[]): RawBuilder<unknown> => {
  const { delivery, seen, messageId, contentKey } = end!
  const [since, until] = sameMailAround(delivery)
  return sql`
  update inbound_mail set state = 'processed', outcome = ${end!.outcome}, reason = ${storableJson(end!.reasons)}::jsonb, subject = ${end!.subject},
    from_text = ${end!.from}, message_id_md5 = coalesce(md5(${messageId}::text), message_id_md5), ticket_id = ${end!.ticketId},
    article_id = ${end!.articleId}, content_key = ${contentKey}, processed_at = ${work.now}
  where id = ${delivery.id} and not inbound_mail_overtaken(${delivery.id}, ${delivery.blobId}, ${messageId}, ${contentKey}, ${since}, ${until},
    ${seen.from}, ${seen.done})`
}
