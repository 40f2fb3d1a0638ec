/** Owns the note that a ticket carries when it goes from one unit to another. */
import { insertArticle } from '../../article/articles.ts'
import { coreTexts } from '../../i18n/core-texts.ts'
import type { Work } from '../../kernel/work.ts'
import type { GivenOf } from '../attributes.ts'
import type { Ticket } from '../ticket.ts'

/** Tells the agents of both units which way it went: whoever no longer sees the queue finds it in the history. */
export async function noteMove(work: Work, ticket: Ticket, queue: GivenOf<'queue'>): Promise<void> {
  const unit = await work.db.selectFrom('unit').select('name').where('id', '=', queue.unitId).executeTakeFirstOrThrow()
  const t = coreTexts.in(queue.language ?? 'pl')
  const who = work.actor.kind === 'person' ? work.actor.name : t('ticket.moved.system')
  const body = t('ticket.moved.note', { from: ticket.unitName, fromQueue: ticket.queueName, to: unit.name, toQueue: queue.name, who })
  await insertArticle(work, ticket.id, {
    channel: 'internal',
    senderType: 'system',
    visible: false,
    from: who,
    subject: t('ticket.moved.subject', { to: unit.name }),
    body,
  })
}
