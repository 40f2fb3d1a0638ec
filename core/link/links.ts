/** Owns linking things with each other: a ticket with another one or with what a plugin knows, as equals or as parent and child. */
import type { Kysely } from 'kysely'
import { isId } from '../database/id.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import type { Access, Actor } from '../kernel/actor.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { may } from '../permission/policy.ts'
import { ticketFor } from '../ticket/change/change.ts'
import { mainTicketOf } from '../ticket/change/merged.ts'
import { addHistory } from '../ticket/history.ts'
import { numbersIn } from '../search/typed.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { findTicket, findTicketByNumber, ticketQuery, toTicket } from '../ticket/ticket.store.ts'
import { deleteLink, insertLink, isAbove, linksOf, type LinkSeen, type LinkType, type Thing } from './link.store.ts'

export const TICKET = 'ticket'

/** What the other thing is to the ticket. */
export type LinkAs = LinkSeen['as']

/**
 * Links a ticket (right `rw`) with another one that the actor may read, or with a thing of another kind. Both tickets' histories tell it, as in
 * OTRS. Answers the link's id. Errors: `not-found`, `link.itself`, `link.exists`, `link.circle`; at the field 'to'.
 */
export async function addLink(work: Work, ticketId: Id, to: Thing, as: LinkAs = 'normal'): Promise<Id> {
  const ticket = await ticketFor(work, ticketId, 'rw')
  if (ticket.stateType === 'merged') throw refused('ticket.merged-is-final')
  const other = to.kind === TICKET ? await readable(work, to.id) : undefined
  if (other?.id === ticket.id) throw refused('link.itself', {}, 'to')
  return tie(work, ticket, other ?? to, as)
}

/** The same where a program ties two tickets and nobody is asked for a right; nothing when they are tied already. */
export const tieTickets = (work: Work, one: Told, other: Told, as: LinkAs): Promise<Id | undefined> => link(work, one, other, as)

async function tie(work: Work, ticket: Ticket, other: Ticket | Thing, as: LinkAs): Promise<Id> {
  if (as !== 'normal' && !('number' in other)) throw refused('choice-gone', {}, 'as')
  if (as !== 'normal') {
    const [child, parent] = as === 'child' ? [other.id, ticket.id] : [ticket.id, other.id]
    if (await isAbove(work.db, child, parent)) throw refused('link.circle', {}, 'to')
  }
  const id = await link(work, ticket, other, as)
  if (id === undefined) throw refused('link.exists', {}, 'to')
  return id
}

/** Without its unit that is looked up for whoever is told. */
type Told = Pick<Ticket, 'id' | 'number'> & Partial<Pick<Ticket, 'unitId'>>

async function link(work: Work, ticket: Told, other: Told | Thing, as: LinkAs): Promise<Id | undefined> {
  const [here, there] = [{ kind: TICKET, id: ticket.id }, thingOf(other)]
  const type: LinkType = as === 'normal' ? 'normal' : 'parent-child'
  const [from, to] = as === 'parent' ? [there, here] : [here, there]
  const id = await insertLink(work.db, { from, to, type, at: work.now, by: actorId(work) })
  if (id !== undefined) tell(work, 'TicketLinkAdd', 'ticket.linked', ticket, other, type)
  return id
}

/** Takes a link of the ticket away. Nothing happens when it is gone already. */
export async function removeLink(work: Work, ticketId: Id, linkId: Id): Promise<void> {
  const ticket = await ticketFor(work, ticketId, 'rw')
  const gone = isId(linkId) ? await deleteLink(work.db, { kind: TICKET, id: ticket.id }, linkId) : undefined
  if (!gone) return
  const other = gone.other.kind === TICKET ? await findTicket(work.db, gone.other.id, null) : undefined
  tell(work, 'TicketLinkDelete', 'ticket.unlinked', ticket, other ?? gone.other, gone.type)
}

/** OTRS: the other's number, its id and one's own; what is no ticket is named by its kind and id. */
function tell(
  work: Work,
  type: 'TicketLinkAdd' | 'TicketLinkDelete',
  fact: 'ticket.linked' | 'ticket.unlinked',
  ticket: Told,
  other: Told | Thing,
  as: string,
): void {
  const thing = thingOf(other)
  addHistory(work, {
    ticketId: ticket.id,
    type,
    parts: ['number' in other ? other.number : `${thing.kind} ${thing.id}`, thing.id, ticket.id],
  })
  work.emit(fact, { ...about(ticket), data: { ...thing, type: as } })
  if (!('number' in other)) return
  addHistory(work, { ticketId: other.id, type, parts: [ticket.number, ticket.id, other.id] })
  work.emit(fact, { ...about(other), data: { kind: TICKET, id: ticket.id, type: as } })
}

const about = ({ id, unitId }: Told) => ({ ticketId: id, ...(unitId === undefined ? {} : { unitId }) })

const thingOf = (one: Told | Thing): Thing => ('number' in one ? { kind: TICKET, id: one.id } : { kind: one.kind, id: one.id })

/** A merged one stands for the one that it is part of. */
async function readable(work: Work, id: Id): Promise<Ticket> {
  const named = await findTicket(work.db, id, actorId(work))
  const mainId = named && (await mainTicketOf(work.db, named))
  const ticket = mainId === undefined ? named : await findTicket(work.db, mainId, actorId(work))
  if (!ticket || (work.actor.kind === 'person' && !may(work.actor.access, 'ro', ticket.ties).allowed))
    throw refused('ticket.number-unknown', {}, 'to')
  await work.demandReach(ticket.unitId)
  return ticket
}

/** The ticket that an agent names by its number, in whatever text around it. Error: `ticket.number-unknown` at `field`, the same for one that they may not read. */
export async function ticketNamed(
  work: { readonly db: Kysely<Database>; readonly actor: Actor },
  typed: string,
  field: string,
): Promise<Ticket> {
  const me = work.actor.kind === 'person' ? work.actor.id : null
  const mayRead = (ticket: Ticket) => work.actor.kind !== 'person' || may(work.actor.access, 'ro', ticket.ties).allowed
  for (const number of numbersIn(typed)) {
    const ticket = await findTicketByNumber(work.db, number, me)
    if (ticket && mayRead(ticket)) return ticket
  }
  throw refused('ticket.number-unknown', {}, field)
}

/** What stands beside a ticket: the links of it whose other end the reader sees. Of kinds that plugins know the end alone (kinds.ts). */
export interface LinkedTicket extends LinkSeen {
  ticket: Ticket
}

export async function linksSeen(
  db: Kysely<Database>,
  access: Access,
  ticketId: Id,
): Promise<{ tickets: LinkedTicket[]; others: LinkSeen[] }> {
  const links = await linksOf(db, { kind: TICKET, id: ticketId })
  const ids = links.filter(({ other }) => other.kind === TICKET && isId(other.id)).map(({ other }) => other.id)
  const rows = ids.length === 0 ? [] : await ticketQuery(db, access.personId).where('ticket.id', 'in', ids).execute()
  const tickets = new Map(
    rows
      .map(toTicket)
      .filter((ticket) => may(access, 'ro', ticket.ties).allowed)
      .map((ticket) => [ticket.id, ticket]),
  )
  return {
    tickets: links.flatMap((one) => {
      const ticket = one.other.kind === TICKET ? tickets.get(one.other.id) : undefined
      return ticket ? [{ ...one, ticket }] : []
    }),
    others: links.filter(({ other }) => other.kind !== TICKET),
  }
}
