/** Owns letting people into a ticket beside its customer, to read or to reply, and letting them out again. */
import type { Id } from '../../database/schema.ts'
import { siteUrl } from '../../machine/config.ts'
import { refused } from '../../errors.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { demandForeign } from '../../mail/addresses.ts'
import { queueMail } from '../../mail/outbound.ts'
import { may } from '../../permission/policy.ts'
import { findPersonByAddress, findPersonByLogin, type Person } from '../../person/persons.ts'
import { addHistory } from '../history.ts'
import { participantTexts } from './participant-texts.ts'
import { findTicket } from '../ticket.store.ts'
import type { Ticket } from '../ticket.ts'

export type ParticipantRight = 'read' | 'reply'

/**
 * Lets somebody in: the customer of the ticket may do so, and agents who may change its customer. Only people known here, so
 * that a slip of the hand shows a ticket to nobody outside. Who is let in gets a mail. The same person again: another right.
 * Errors: `person.unknown`, `person.address-is-ours`, `ticket.person-in-already`, `choice-gone`.
 */
export async function addParticipant(work: Work, ticketId: Id, who: string, right: ParticipantRight): Promise<Person> {
  const ticket = await ticketToShare(work, ticketId)
  if (right !== 'read' && right !== 'reply') throw refused('choice-gone', {}, 'right')
  const wanted = who.trim()
  await demandForeign(work, [wanted], 'who')
  const person = wanted === '' ? undefined : ((await findPersonByAddress(work.db, wanted)) ?? (await findPersonByLogin(work.db, wanted)))
  if (!person?.valid) throw refused('person.unknown', { who: wanted }, 'who')
  if (person.id === ticket.customerId) throw refused('ticket.person-in-already', { who: person.name }, 'who')
  const before = await work.db
    .selectFrom('ticket_participant')
    .select('right')
    .where('ticket_id', '=', ticketId)
    .where('person_id', '=', person.id)
    .executeTakeFirst()
  if (before?.right === right) throw refused('ticket.person-in-already', { who: person.name }, 'who')
  await work.db
    .insertInto('ticket_participant')
    .values({ ticket_id: ticketId, person_id: person.id, right })
    .onConflict((conflict) => conflict.columns(['ticket_id', 'person_id']).doUpdateSet({ right }))
    .execute()
  addHistory(work, {
    ticketId,
    type: 'Misc',
    parts: [right === 'reply' ? 'participant may reply' : 'participant may read', person.name, person.id],
  })
  work.emit('ticket.participants-changed', {
    ticketId,
    unitId: ticket.unitId,
    data: { person: person.id, right, before: before?.right ?? null },
  })
  if (!before && person.address) await invite(work, ticket, { ...person, address: person.address }, right)
  return person
}

/** Takes somebody out: whoever may let people in, and everybody themselves. Nothing happens when they are not in. */
export async function removeParticipant(work: Work, ticketId: Id, personId: Id): Promise<void> {
  const self = work.actor.kind === 'person' && work.actor.id === personId
  const ticket = self ? await findTicket(work.db, ticketId, actorId(work)) : await ticketToShare(work, ticketId)
  if (!ticket) throw refused('not-found')
  const { numDeletedRows } = await work.db
    .deleteFrom('ticket_participant')
    .where('ticket_id', '=', ticketId)
    .where('person_id', '=', personId)
    .executeTakeFirst()
  if (numDeletedRows === 0n) return
  const { name } = await work.db.selectFrom('person').select('name').where('id', '=', personId).executeTakeFirstOrThrow()
  addHistory(work, { ticketId, type: 'Misc', parts: ['participant removed', name, personId] })
  work.emit('ticket.participants-changed', { ticketId, unitId: ticket.unitId, data: { person: personId, right: null } })
}

/** May this person let others in? The pages ask before they show the form. */
export function maySharePeople(ticket: Pick<Ticket, 'customerId' | 'ties'>, access: Parameters<typeof may>[0]): boolean {
  return ticket.customerId === access.personId || may(access, 'customer', ticket.ties).allowed
}

async function ticketToShare(work: Work, ticketId: Id): Promise<Ticket> {
  const ticket = await findTicket(work.db, ticketId, actorId(work))
  if (!ticket) throw refused('not-found')
  await work.demandReach(ticket.unitId)
  if (work.actor.kind === 'system' || maySharePeople(ticket, work.actor.access)) return ticket
  const sees = may(work.actor.access, 'see', ticket.ties).allowed || may(work.actor.access, 'ro', ticket.ties).allowed
  throw refused(sees ? 'not-allowed' : 'not-found')
}

async function invite(work: Work, ticket: Ticket, person: Person & { address: string }, right: ParticipantRight): Promise<void> {
  const t = participantTexts.in(person.language ?? 'pl')
  const from = { address: work.config.mailAddress, name: work.config.mail.fromName }
  const who = work.actor.kind === 'person' ? work.actor.name : from.name
  await queueMail(work, {
    kind: 'notification',
    from,
    to: [person.address],
    ticketId: ticket.id,
    subject: t('invite.subject', { number: ticket.number }),
    body: t(right === 'reply' ? 'invite.reply' : 'invite.read', {
      who,
      number: ticket.number,
      title: ticket.title,
      url: `${siteUrl(work.config)}/tickets/${ticket.id}`,
      site: from.name,
    }),
    headers: { 'Auto-Submitted': 'auto-generated' },
  })
}
