/** Owns telling participants by mail that the ticket was answered or closed: whoever has not had that mail themselves, once an act. */
import { sql } from 'kysely'
import type { Language } from '../../database/schema.ts'
import { languageFor } from '../../i18n/languages.ts'
import { undoSeconds } from '../../kernel/actor.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { canonicalAddress } from '../../mail/addresses.ts'
import { queueMail } from '../../mail/outbound.ts'
import { senderOfQueue } from '../../queue/queues.ts'
import { buildSubject, DEFAULT_SUBJECT_SETTINGS } from '../subject.ts'
import type { Ticket } from '../ticket.ts'
import { customerTicketUrl } from '../url.ts'
import { participantTexts } from './participant-texts.ts'

/**
 * The mail leads to the ticket and says nothing of what stands in it: whom customers invited might be anybody. It leaves when the act can no longer be taken back,
 * so that it is undone with the act. `had`: addresses to which the same act writes.
 */
export async function tellParticipants(
  work: Work,
  ticket: Pick<Ticket, 'id' | 'number' | 'queueId' | 'customerId'>,
  what: 'answered' | 'closed',
  had: readonly string[] = [],
): Promise<void> {
  const { rows } = await sql<{ address: string; addresses: string[]; language: Language | null; right: 'read' | 'reply' }>`
    select a.address, array(select address from person_address where person_id = p.id) as addresses, p.language, t."right"
    from ticket_participant t join person p on p.id = t.person_id and p.valid join person_address a on a.person_id = p.id and a.main
    where t.ticket_id = ${ticket.id} and p.id is distinct from ${actorId(work)} and p.id is distinct from ${ticket.customerId} order by a.address`.execute(
    work.db,
  )
  const written = new Set(had.map(canonicalAddress))
  const unaware = rows.filter(({ addresses }) => !addresses.some((address) => written.has(canonicalAddress(address))))
  if (unaware.length === 0) return
  const from = await senderOfQueue(work.db, work.config, ticket.queueId)
  for (const { address, language, right } of unaware) {
    const t = participantTexts.in(languageFor(work.config, language))
    await queueMail(work, {
      kind: 'notification',
      from,
      envelopeFrom: '',
      to: [address],
      ticketId: ticket.id,
      subject: buildSubject({ number: ticket.number, subject: t(`${what}.subject`), kind: 'new' }, DEFAULT_SUBJECT_SETTINGS),
      body: t(`${what}.${right}`, { number: ticket.number, url: customerTicketUrl(work.config, ticket.id), site: from.name }),
      headers: { 'Auto-Submitted': 'auto-generated' },
      delaySeconds: undoSeconds(work),
    })
  }
}
