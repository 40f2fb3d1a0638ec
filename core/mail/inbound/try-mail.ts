/** Owns trying a mail: the whole order as a delivery runs it, in a transaction that is always taken back. */
import { createHash, randomBytes } from 'node:crypto'
import { CHUNK } from '../../database/blob.ts'
import type { Id, MailReason, StateType } from '../../database/schema.ts'
import { Refusal } from '../../errors.ts'
import type { Host } from '../../kernel/contract.ts'
import { writeGathered, type Work } from '../../kernel/work.ts'
import { system } from '../../kernel/actor.ts'
import { onTrial } from '../../kernel/trial.ts'
import { findTicket } from '../../ticket/ticket.store.ts'
import { readAddressBook } from '../addresses.ts'
import { makeSenderCheck } from '../judge/assurance/look-up.ts'
import { lookAtMail, settleMail, type LookedAt } from './inbound.ts'
import type { InboundRow } from './inbound.store.ts'
import type { MailOutcome } from '../judge/outcome.ts'
import type { MailExtensions } from '../judge/run-extensions.ts'
import { readMailSettings } from '../filters/mail-settings.ts'

export interface TriedMail {
  /** 'waits': it answers a mail that is still to be processed. 'held': a plugin would not let it in. */
  outcome: MailOutcome | 'waits' | 'held'
  subject: string
  reasons: MailReason[]
  ticket: {
    /** null: it would be new, its number not given yet. */
    number: string | null
    title: string
    queue: string
    queueId: Id
    state: string
    stateType: StateType
    priority: string
    owner: string | null
    customer: string | null
  } | null
  /** May the customer see the message? */
  visible: boolean | null
  /** What would be sent. */
  sent: { kind: string; to: string; subject: string; body: string }[]
}

export interface TryEnvelope {
  from: string
  to: string
  peerAddress?: string
}

/**
 * What would become of a mail now, from `envelope`: nothing is stored, sent or told. The same questions are asked of the same
 * data as for a delivery, plugins' checks (which may look things up outside) and steps included. A number of a new ticket is
 * used up. Bytes that came before count as new, so that a mail can be tried that is a ticket already.
 */
export async function tryMail(host: Host, raw: Buffer, envelope: TryEnvelope, extensions?: MailExtensions): Promise<TriedMail> {
  const room = {
    book: await readAddressBook(host.db, host.config),
    rules: await readMailSettings(host.db),
    senders: makeSenderCheck(host.config),
    extensions,
  }
  const row: InboundRow = {
    id: '0',
    blobId: '0',
    envelopeFrom: envelope.from,
    envelopeTo: envelope.to,
    peerAddress: envelope.peerAddress ?? '',
    peerName: '',
    toQueueId: null,
    alone: true,
    acceptedAt: host.clock(),
    state: 'accepted',
    attempts: 0,
    raw,
  }
  const looked = await lookAtMail(host, row, room)
  try {
    return await onTrial(host, system('postmaster'), async (work) => settleAndTell(work, await storeForNow(work, row), looked))
  } catch (error) {
    if (error instanceof Refusal && error.code === 'plugin.refused') {
      const reason = {
        step: String(error.params['plugin']),
        decided: 'held',
        rule: 'plugin-refused',
        detail: String(error.params['reason']).slice(0, 500),
      }
      return { outcome: 'held', subject: looked.mail.subject, reasons: [reason], ticket: null, visible: null, sent: [] }
    }
    throw error
  }
}

/** The rows that the order reads and locks, under a key of their own: the mail itself may have come before. */
async function storeForNow(work: Work, row: InboundRow): Promise<InboundRow> {
  const sha256 = createHash('sha256').update(randomBytes(32)).digest()
  const { id: blobId } = await work.db
    .insertInto('blob')
    .values({ sha256, size: row.raw.length, created_at: work.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (let at = 0, seq = 0; at < row.raw.length; at += CHUNK, seq++) {
    await work.db
      .insertInto('blob_chunk')
      .values({ blob_id: blobId, seq, data: row.raw.subarray(at, at + CHUNK) })
      .execute()
  }
  const { id } = await work.db
    .insertInto('inbound_mail')
    .values({
      key: sha256,
      blob_id: blobId,
      envelope_from: row.envelopeFrom,
      envelope_to: row.envelopeTo,
      peer_address: row.peerAddress,
      accepted_at: row.acceptedAt,
      outcome: null,
      message_id_md5: null,
      ticket_id: null,
      article_id: null,
      processed_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { ...row, id, blobId }
}

async function settleAndTell(work: Work, row: InboundRow, looked: LookedAt): Promise<TriedMail> {
  const before = await work.db
    .selectFrom('ticket')
    .select((eb) => eb.fn.max('id').as('last'))
    .executeTakeFirst()
  const settled = (await settleMail(work, row, looked, 0))!
  const { subject } = looked.mail
  if ('later' in settled) {
    const reasons: MailReason[] = [
      { step: 'waiting', decided: 'wait', rule: 'answers-unprocessed-mail', detail: looked.mail.inReplyTo[0] ?? '' },
    ]
    return { outcome: 'waits', subject, reasons, ticket: null, visible: null, sent: [] }
  }
  const { end, reasons } = settled
  await writeGathered(work)
  const ticket = end.ticketId ? await findTicket(work.db, end.ticketId, null) : undefined
  const article = end.articleId
    ? await work.db.selectFrom('article').select('visible').where('id', '=', end.articleId).executeTakeFirst()
    : undefined
  const sent = await work.db
    .selectFrom('outbound_mail as m')
    .leftJoin('article as a', 'a.id', 'm.article_id')
    .select((eb) => ['m.kind', 'm.to_text as to', 'm.subject', eb.fn.coalesce('m.body', 'a.body', eb.val('')).as('body')])
    .where('m.act_id', '=', work.act)
    .orderBy('m.id')
    .execute()
  return {
    outcome: end.outcome,
    subject,
    reasons,
    sent,
    visible: article?.visible ?? null,
    ticket: ticket
      ? {
          number: BigInt(ticket.id) > BigInt(before?.last ?? 0) ? null : ticket.number,
          title: ticket.title,
          queue: ticket.queueName,
          queueId: ticket.queueId,
          state: ticket.stateName,
          stateType: ticket.stateType,
          priority: ticket.priorityName,
          owner: ticket.ownerName,
          customer: ticket.customerName,
        }
      : null,
  }
}

/** The envelope a mail would have come with, as far as it says so itself: Return-Path or From, and the first address of ours. */
export function likelyEnvelope(
  mail: { from: readonly { address: string }[]; to: readonly { address: string }[]; cc: readonly { address: string }[] },
  ours: (address: string) => boolean,
  fallback: string,
): TryEnvelope {
  return { from: mail.from.at(-1)?.address ?? '', to: [...mail.to, ...mail.cc].find(({ address }) => ours(address))?.address ?? fallback }
}
