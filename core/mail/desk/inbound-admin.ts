/** Owns what an administrator decides about mails that failed or are held: a queue for them, or their end. */
import { sql } from 'kysely'
import { recordChange } from '../../audit/change.ts'
import { storableJson } from '../../database/json.ts'
import type { Id, MailReason } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { isId } from '../../kernel/input.ts'
import type { Work } from '../../kernel/work.ts'
import { demandAdmin } from '../../permission/policy.ts'
import { inboundSubject } from './mail-list.ts'

const REASON_LENGTH = 500

/** Lets a mail become a new ticket in a queue, whatever it says itself. Errors: `mail.not-failed`, `ticket.queue-unknown`. */
export async function deliverInbound(work: Work, id: Id, queueId: Id): Promise<void> {
  const before = await lockStuck(work, id)
  const queue =
    isId(queueId) && (await work.db.selectFrom('queue').select('id').where('id', '=', queueId).where('valid', '=', true).executeTakeFirst())
  if (!queue) throw refused('ticket.queue-unknown', {}, 'queue')
  await work.db
    .updateTable('inbound_mail')
    .set({ state: 'accepted', outcome: null, attempts: 0, to_queue_id: queueId })
    .where('id', '=', id)
    .execute()
  work.enqueue('mail/process', { id }, { key: `mail/process/${id}` })
  recordChange(work, inboundSubject, id, { state: before.state, queue: null }, { state: 'accepted', queue: queueId })
}

/**
 * Ends a mail without a ticket. Its row stays with the reason, its bytes go with the next tidying. Errors: `mail.not-failed`,
 * `mail.needs-reason` at 'reason'.
 */
export async function deleteInbound(work: Work, id: Id, reason: string): Promise<void> {
  const why = reason.replaceAll('\u0000', '').replace(/\s+/g, ' ').trim().slice(0, REASON_LENGTH)
  const before = await lockStuck(work, id)
  if (why === '') throw refused('mail.needs-reason', {}, 'reason')
  const reasons: MailReason[] = [...(before.reason ?? []), { step: 'person', decided: 'deleted', rule: 'deleted-by-hand', detail: why }]
  await work.db
    .updateTable('inbound_mail')
    .set({ state: 'processed', outcome: 'deleted', processed_at: work.now, blob_id: null, reason: sql`${storableJson(reasons)}::jsonb` })
    .where('id', '=', id)
    .execute()
  recordChange(
    work,
    inboundSubject,
    id,
    { state: before.state, outcome: null },
    { state: 'processed', outcome: 'deleted' },
    { told: { reason: why } },
  )
}

async function lockStuck(work: Work, id: Id) {
  demandAdmin(work.actor)
  const row =
    isId(id) && (await work.db.selectFrom('inbound_mail').select(['state', 'reason']).where('id', '=', id).forUpdate().executeTakeFirst())
  if (!row) throw refused('not-found')
  if (row.state !== 'failed' && row.state !== 'held') throw refused('mail.not-failed')
  return row
}
