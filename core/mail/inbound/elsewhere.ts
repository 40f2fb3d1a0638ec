/** Owns the notes by which tickets of one mail in several units name each other. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { insertArticle } from '../../article/articles.ts'
import { languagesToTry } from '../../i18n/languages.ts'
import type { Work } from '../../kernel/work.ts'
import { addHistory } from '../../ticket/history.ts'
import type { MiscKind } from '../../ticket/misc.ts'
import type { Hand, Verdict } from '../judge/hand.ts'
import { mailTexts } from '../mail-texts.ts'

interface Place {
  id: Id
  number: string
  queueId: Id
}

/**
 * A new ticket of a mail that another unit has as well, or that was forwarded from another unit's ticket: a note for agents on each of
 * them, in its queue's language, else the installation's first.
 */
export async function noteElsewhere(work: Work, made: Place, { known, delivery }: Hand, verdict: Verdict): Promise<void> {
  const { forwardedFrom } = verdict
  if (forwardedFrom) await nameEachOther(work, made, forwardedFrom, 'forwarded from', 'forwarded to')
  if (delivery.toQueueId) return
  const ids = [...new Set(known.siblings.flatMap(({ outcome, ticketId }) => (outcome === 'new-ticket' && ticketId ? [ticketId] : [])))]
  if (ids.length === 0) return
  const others = await work.db
    .selectFrom('ticket')
    .select(['id', 'number', 'queue_id as queueId'])
    .where('id', 'in', ids)
    .orderBy('id')
    .execute()
  for (const other of others) await nameEachOther(work, made, other, 'same mail', 'same mail')
}

type How = 'same mail' | 'forwarded from' | 'forwarded to'
const HISTORY = {
  'same mail': 'same mail in another unit',
  'forwarded from': 'forwarded from a ticket',
  'forwarded to': 'forwarded into a new ticket',
} as const satisfies Record<How, MiscKind>

async function nameEachOther(work: Work, made: Place, other: Place, onMade: How, onOther: How): Promise<void> {
  const rows = await work.db
    .selectFrom('queue as q')
    .innerJoin('unit as u', 'u.id', 'q.unit_id')
    .select(['q.id', 'q.language', 'u.name as unit'])
    .where('q.id', 'in', [made.queueId, other.queueId])
    .execute()
  const queues = new Map(rows.map((row) => [row.id, row]))
  for (const [ticket, named, how] of [
    [made, other, onMade],
    [other, made, onOther],
  ] as const) {
    const t = mailTexts.in(queues.get(ticket.queueId)?.language ?? languagesToTry(work.config)[0]!)
    const said = { number: named.number, unit: queues.get(named.queueId)?.unit ?? '' }
    const articleId = await insertArticle(work, ticket.id, {
      channel: 'internal',
      senderType: 'system',
      visible: false,
      from: t('mail.elsewhere.by'),
      subject: t('mail.elsewhere.subject', said),
      body: t(`mail.elsewhere.${how.replace(' ', '-') as 'same-mail' | 'forwarded-from' | 'forwarded-to'}`, said),
    })
    addHistory(work, { ticketId: ticket.id, type: 'Misc', parts: [HISTORY[how], `${named.number} (${said.unit})`], articleId })
  }
}

/** Has a mail about this ticket left from that address? Then whoever writes to it answers, whatever unit the address is of. */
export async function wroteFrom(db: Kysely<Database>, ticketId: Id, address: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select 1 from outbound_mail where ticket_id = ${ticketId}
      and (lower(from_text) = ${address.toLowerCase()} or right(lower(from_text), ${address.length + 2}) = ${`<${address.toLowerCase()}>`})) as found`.execute(
    db,
  )
  return rows[0]!.found
}
