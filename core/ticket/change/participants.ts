/** Owns letting people into a ticket beside its customer, to read or to reply, and letting them out again. */
import { oneAddress } from '../../mail/address-list.ts'
import type { Id } from '../../database/schema.ts'
import { siteUrl } from '../../machine/config.ts'
import { refused } from '../../errors.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { demandForeign, ownSender } from '../../mail/addresses.ts'
import { queueMail } from '../../mail/outbound.ts'
import { may } from '../../permission/policy.ts'
import { findPerson, findPersonByAddress, findPersonByLogin, type Person } from '../../person/persons.ts'
import { addHistory } from '../history.ts'
import { endInvitation, noteInvitation } from './invitations.ts'
import { participantTexts } from './participant-texts.ts'
import { findTicket } from '../ticket.store.ts'
import type { Ticket } from '../ticket.ts'

export type ParticipantRight = 'read' | 'reply'

/**
 * Lets somebody in: the customer of the ticket may do so, and agents who may change its customer. Only people known here, so
 * that a slip of the hand shows a ticket to nobody outside. Who is let in gets a mail. The same person again: another right.
 * Agents name an address or a login and hear whether there is one; customers name an address, and what they hear is the same whether
 * anybody is known there or not (`invitations.ts`). Answers what whoever asked may be told. Errors: `person.unknown`,
 * `person.address-is-ours`, `ticket.person-in-already`, `choice-gone`; for customers those of `noteInvitation`.
 */
export async function addParticipant(
  work: Work,
  ticketId: Id,
  who: string,
  right: ParticipantRight,
): Promise<{ who: string; known: boolean }> {
  const ticket = await ticketToShare(work, ticketId)
  if (right !== 'read' && right !== 'reply') throw refused('choice-gone', {}, 'right')
  const wanted = oneAddress(who)
  await demandForeign(work, [wanted], 'who')
  const { actor } = work
  if (actor.kind === 'person' && !may(actor.access, 'customer', ticket.ties).allowed) {
    const { address, person, tell } = await noteInvitation(work, ticket, wanted, right, actor.id)
    if (person) await letIn(work, ticket, person, right, tell ? address : null)
    return { who: address, known: false }
  }
  const person = wanted === '' ? undefined : ((await findPersonByAddress(work.db, wanted)) ?? (await findPersonByLogin(work.db, wanted)))
  if (!person?.valid) throw refused('person.unknown', { who: wanted }, 'who')
  if (person.id === ticket.customerId) throw refused('ticket.person-in-already', { who: person.name }, 'who')
  if ((await letIn(work, ticket, person, right, person.address)) === right)
    throw refused('ticket.person-in-already', { who: person.name }, 'who')
  return { who: person.name, known: true }
}

/** `tell`: where the mail goes to somebody who was not in; null: none. Answers the right they had before. */
async function letIn(
  work: Work,
  ticket: Ticket,
  person: Person,
  right: ParticipantRight,
  tell: string | null,
): Promise<ParticipantRight | null> {
  const before = await work.db
    .selectFrom('ticket_participant')
    .select('right')
    .where('ticket_id', '=', ticket.id)
    .where('person_id', '=', person.id)
    .executeTakeFirst()
  if (before?.right === right) return right
  await work.db
    .insertInto('ticket_participant')
    .values({ ticket_id: ticket.id, person_id: person.id, right })
    .onConflict((conflict) => conflict.columns(['ticket_id', 'person_id']).doUpdateSet({ right }))
    .execute()
  addHistory(work, {
    ticketId: ticket.id,
    type: 'Misc',
    parts: [right === 'reply' ? 'participant may reply' : 'participant may read', person.name, person.id],
  })
  work.emit('ticket.participants-changed', {
    ticketId: ticket.id,
    unitId: ticket.unitId,
    data: { person: person.id, right, before: before?.right ?? null },
  })
  if (!before && tell !== null) await invite(work, ticket, { ...person, address: tell }, right)
  return before?.right ?? null
}

/**
 * Takes somebody out: whoever may let people in, and everybody themselves. `whom`: a person's id, or `i` and an invitation's.
 * Nothing happens when they are not in.
 */
export async function removeParticipant(work: Work, ticketId: Id, whom: string): Promise<void> {
  const self = work.actor.kind === 'person' && work.actor.id === whom
  const ticket = self ? await findTicket(work.db, ticketId, actorId(work)) : await ticketToShare(work, ticketId)
  if (!ticket) throw refused('not-found')
  const ended = await endInvitation(work, ticketId, whom.startsWith('i') ? { id: whom.slice(1) } : { personId: whom })
  const personId = whom.startsWith('i') ? ended?.personId : whom
  if (!personId) {
    if (ended) addHistory(work, { ticketId, type: 'Misc', parts: ['participant removed', ended.address] })
    return
  }
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
  const t = participantTexts.in(person.language ?? work.config.languages[0]!)
  const from = await ownSender(work.db, work.config)
  const { actor } = work
  const url = `${siteUrl(work.config)}/tickets/${ticket.id}`
  const agent = actor.kind !== 'person' || may(actor.access, 'customer', ticket.ties).allowed
  // What a customer wrote, their title and their name, is not what the help desk mails to others.
  const inviter = agent ? undefined : await findPerson(work.db, actor.id)
  await queueMail(work, {
    kind: 'notification',
    from,
    to: [person.address],
    ticketId: ticket.id,
    subject: t('invite.subject', { number: ticket.number }),
    body: agent
      ? t(right === 'reply' ? 'invite.reply' : 'invite.read', {
          who: actor.kind === 'person' ? actor.name : from.name,
          number: ticket.number,
          title: ticket.title,
          url,
          site: from.name,
        })
      : t(right === 'reply' ? 'invite.by-customer.reply' : 'invite.by-customer.read', {
          who: inviter?.address ?? inviter?.login ?? '?',
          number: ticket.number,
          url,
          site: from.name,
        }),
    headers: { 'Auto-Submitted': 'auto-generated' },
  })
}
