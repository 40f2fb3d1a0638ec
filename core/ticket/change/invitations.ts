/** Owns a customer's invitations to a ticket: by address alone, and the same whether anybody is known there or not. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { coreSettings } from '../../kernel/settings/core-settings.ts'
import { readSettings } from '../../kernel/settings/settings.ts'
import { countLimit, refusedOver } from '../../kernel/limits/limits.ts'
import type { Work } from '../../kernel/work.ts'
import { findPerson, findPersonByAddress, isAddress, normalAddress, type Person } from '../../person/persons.ts'
import { addHistory } from '../history.ts'
import type { Participant } from '../people.ts'
import type { Ticket } from '../ticket.ts'
import type { ParticipantRight } from './participants.ts'

export interface Invited {
  address: string
  /** Whom to let in: nobody, where nobody is known at that address or they are in. */
  person: Person | undefined
  /** Whether they are to be told by mail. */
  tell: boolean
}

/**
 * Counts and notes an invitation. What is answered, and what fails, depends on what this customer has done before and on nothing else: nobody
 * learns who is behind an address. Each address is told once of a ticket, and of all tickets so often a day as `limits.invitations-to`.
 * Errors: `person.address-invalid`, `ticket.person-in-already`, `ticket.address-invited`, `ticket.invitations-too-many`.
 */
export async function noteInvitation(work: Work, ticket: Ticket, who: string, right: ParticipantRight, inviter: Id): Promise<Invited> {
  const address = normalAddress(who)
  if (!isAddress(address)) throw refused('person.address-invalid', { address: who.slice(0, 300) }, 'who')
  const settings = await readSettings(work.db, 'core', coreSettings)
  const invited = { name: 'invitations', key: inviter, most: settings['limits.invitations'] } as const
  const counted = await countLimit(work.db, invited, work.now)
  if (counted.over) throw refusedOver(invited, counted, work.now, 'ticket.invitations-too-many', 'who')
  const own = await findPerson(work.db, ticket.customerId ?? '')
  if (own?.address === address) throw refused('ticket.person-in-already', { who: address }, 'who')
  const before = await work.db
    .selectFrom('ticket_invitation')
    .select(['right', 'ended_at'])
    .where('ticket_id', '=', ticket.id)
    .where('address', '=', address)
    .executeTakeFirst()
  if (before && before.ended_at === null && before.right === right) throw refused('ticket.address-invited', { address }, 'who')
  const found = await findPersonByAddress(work.db, address)
  const person = found?.valid && found.id !== ticket.customerId ? found : undefined
  // Whom an agent let in stays in the list by name: an invitation that made the name go would tell whose address it is.
  const personId = person && !(await letInByAgent(work, ticket.id, person.id)) ? person.id : null
  await work.db
    .insertInto('ticket_invitation')
    .values({ ticket_id: ticket.id, address, right, person_id: personId, invited_at: work.now, ended_at: null })
    .onConflict((conflict) => conflict.columns(['ticket_id', 'address']).doUpdateSet({ right, person_id: personId, ended_at: null }))
    .execute()
  if (!person) addHistory(work, { ticketId: ticket.id, type: 'Misc', parts: ['invited without an account', address] })
  // Counted for whoever it is, so that it takes as long for nobody.
  const told = before
    ? undefined
    : await countLimit(work.db, { name: 'invitations-to', key: address, most: settings['limits.invitations-to'] }, work.now)
  if (told?.over) addHistory(work, { ticketId: ticket.id, type: 'Misc', parts: ['invitation not mailed', address] })
  return { address, person, tell: told !== undefined && !told.over }
}

async function letInByAgent(work: Work, ticketId: Id, personId: Id): Promise<boolean> {
  const row = await work.db
    .selectFrom('ticket_participant as p')
    .select('p.person_id')
    .where('p.ticket_id', '=', ticketId)
    .where('p.person_id', '=', personId)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('ticket_invitation as i')
            .select('i.id')
            .whereRef('i.ticket_id', '=', 'p.ticket_id')
            .whereRef('i.person_id', '=', 'p.person_id')
            .where('i.ended_at', 'is', null),
        ),
      ),
    )
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Takes back the invitation under which somebody stands in the customer's list. Answers whom that lets out (null: nobody, also where
 * another address of theirs is invited still); undefined: there was no such invitation.
 */
export async function endInvitation(
  work: Work,
  ticketId: Id,
  which: { id: Id } | { personId: Id },
): Promise<{ personId: Id | null; address: string } | undefined> {
  const rows = await work.db
    .updateTable('ticket_invitation')
    .set({ ended_at: work.now })
    .where('ticket_id', '=', ticketId)
    .where('ended_at', 'is', null)
    .where((eb) => ('id' in which ? eb('id', '=', which.id) : eb('person_id', '=', which.personId)))
    .returning(['person_id', 'address'])
    .execute()
  const ended = rows[0]
  if (!ended) return undefined
  const other = ended.person_id
    ? await work.db
        .selectFrom('ticket_invitation')
        .select('id')
        .where('ticket_id', '=', ticketId)
        .where('person_id', '=', ended.person_id)
        .where('ended_at', 'is', null)
        .executeTakeFirst()
    : undefined
  return { personId: other ? null : ended.person_id, address: ended.address }
}

/** Somebody in the list that customers see: invited by address, or let in by an agent. */
export interface SharedWith {
  /** As `remove-person` takes it: a person's id, or `i` and the invitation's. */
  id: string
  personId: Id | null
  name: string
  right: ParticipantRight
}

/** Who is in, for customers: by name whom an agent let in, by address whom the customer invited, known or not. The reader knows their own name. */
export async function listSharedWith(
  db: Kysely<Database>,
  ticketId: Id,
  participants: readonly Participant[],
  readerId: Id,
): Promise<SharedWith[]> {
  const invitations = await db
    .selectFrom('ticket_invitation')
    .select(['id', 'address', 'right', 'person_id'])
    .where('ticket_id', '=', ticketId)
    .where('ended_at', 'is', null)
    .orderBy('address')
    .execute()
  const invited = new Set(invitations.map(({ person_id }) => person_id))
  return [
    ...participants
      .filter(({ id }) => id === readerId || !invited.has(id))
      .map(({ id, name, right }) => ({ id, personId: id, name, right })),
    ...invitations
      .filter(({ person_id }) => person_id !== readerId)
      .map(({ id, address, right, person_id }) => ({ id: `i${id}`, personId: person_id, name: address, right })),
  ]
}
