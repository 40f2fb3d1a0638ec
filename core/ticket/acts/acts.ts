/** Owns the list of acts on tickets: whatever may be done to one stands here once, and everything that offers or does it reads it. */
import type { Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import type { Access } from '../../kernel/actor.ts'
import { may } from '../../permission/policy.ts'
import type { ActRoom, AnyAct, Done, Offerer } from './act.ts'
import { classifyingActs } from './classifying.ts'
import { putFields } from '../change/fields.ts'
import { lockTicket } from '../ticket.store.ts'
import { forgetAhead, ticketFor } from '../change/change.ts'
import { actorId } from '../../kernel/work.ts'
import { readFields, readWantedFields } from './fields.ts'
import { joiningActs } from './joining.ts'
import { leadingActs } from './leading.ts'
import { openingActs } from './opening.ts'
import type { Chosen } from './choices.ts'
import { demandPossible } from './possible.ts'
import { otherActs } from './other.ts'
import { peopleActs } from './people.ts'
import { demandUnchanged } from './standing.ts'
import { stateActs } from './states.ts'
import { writingActs } from './writing.ts'
import type { Ticket } from '../ticket.ts'

/** By name: the last part of its address on the desk. */
export const ACTS = {
  ...writingActs,
  ...leadingActs,
  ...stateActs,
  ...classifyingActs,
  ...peopleActs,
  ...joiningActs,
  ...openingActs,
  ...otherActs,
} satisfies Record<string, AnyAct>

export type ActName = keyof typeof ACTS

/** What an act does in the transaction of whoever asked for it. `seen`: what their page showed (standing.ts); programs say nothing. */
export type Ready<N extends ActName> = (
  work: Work,
  ticketId: (typeof ACTS)[N]['on'] extends 'new' ? null : Id,
  seen?: string,
) => ReturnType<(typeof ACTS)[N]['run']>

export const isAct = (name: string): name is ActName => Object.hasOwn(ACTS, name)

/** The entry, as those read it who know no more than a name. */
export const actOf = (name: ActName): AnyAct => ACTS[name]

/** All that somebody offers, in the order of the list. */
export const actsOfferedBy = (who: Offerer): ActName[] =>
  (Object.keys(ACTS) as ActName[]).filter((name) => actOf(name).offeredBy.includes(who))

/** Does this person hold the right for it? `run` asks again, where the ticket is locked. */
export function mayAct(name: ActName, ticket: Pick<Ticket, 'customerId' | 'ties'>, access: Access): boolean {
  const { right } = actOf(name)
  if (right === 'anybody') return true
  return typeof right === 'string' ? may(access, right, ticket.ties).allowed : right.may(ticket, access)
}

/** Is it to be offered: they may, and there is a point in it. */
export function offersAct(name: ActName, ticket: Ticket, access: Access): boolean {
  const { when = notMerged } = actOf(name)
  return when(ticket, access.personId) && mayAct(name, ticket, access)
}

const notMerged = (ticket: Ticket): boolean => ticket.stateType !== 'merged'

/**
 * Reads what was handed over and looks up what it names: before the transaction, and once for all tickets it is then done to. With
 * each act on a ticket, and with one that makes a ticket, its fields may be set: `given.fields`, values by the field's name.
 * Errors: those of fields (`required`, `too-long`, `choice-gone`, `input`); then `ticket.changed-since`, what plugins took away (possible.ts), what is wrong with
 * a field's value (ticket/change/fields.ts), and what the act itself refuses.
 */
export async function prepareAct<N extends ActName>(room: ActRoom, name: N, given: Readonly<Record<string, unknown>>): Promise<Ready<N>> {
  const entry = actOf(name) as AnyAct & {
    lookUp?: (room: ActRoom, fields: unknown) => Promise<unknown>
    chooses?: (fields: unknown, found: unknown) => Chosen
    run: (work: Work, ticketId: Id | null, fields: unknown, found: unknown) => Promise<Done | void>
  }
  const fields = readFields(entry.fields, given)
  const wanted = readWantedFields(given['fields'])
  const found = await entry.lookUp?.(room, fields)
  const right = entry.offeredBy.includes('desk') ? 'ro' : 'see'
  return (async (work: Work, ticketId: Id | null, seen = '') => {
    if (ticketId !== null) await demandUnchanged(work, ticketId, seen, entry.minds, right)
    if (entry.on !== 'act') await demandPossible(work, { act: name, ticketId, chosen: entry.chooses?.(fields, found) ?? {}, wanted })
    // Before the act: with a move the fields asked for are those of the queue that it was made in. `run` asks the right of both.
    if (wanted && ticketId !== null) await putFields(work, await ticketFor(work, ticketId, right), wanted)
    const done = await entry.run(work, ticketId, fields, found).finally(() => forgetAhead(work))
    if (wanted && ticketId === null) await putFields(work, (await lockTicket(work.db, madeBy(done), actorId(work)))!, wanted)
    return done
  }) as unknown as Ready<N>
}

/** The ticket that an act made. */
const madeBy = (done: Done | void): Id => (done as { id: Id }).id
