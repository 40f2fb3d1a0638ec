/** Owns saying why somebody may do something to a ticket, or why not: the policy's own decision, with what stands behind it. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { isId } from '../kernel/input.ts'
import { listParticipants, listWatchers } from '../ticket/people.ts'
import { findTicket } from '../ticket/ticket.store.ts'
import { findColleagues, loadAccess, peopleOfCompany } from '../permission/access.store.ts'
import type { Access } from '../kernel/actor.ts'
import { groupOfQueue, personsOf, waysInQueue, type Way } from './explain.store.ts'
import { holdsRight, may, type Decision, type Right, type TicketTies } from '../permission/policy.ts'

/** Through which the right comes: `role` null is a right given to the person alone. */
export interface Via {
  group: string
  role: string | null
  right: string
}

export type Because =
  /** The tie to the ticket that was enough. */
  | { code: 'owner' | 'responsible' | 'watcher' | 'customer' | 'participant-reads' | 'participant-replies' | 'company' }
  | { code: 'queue'; queue: string; via: Via[] }
  | { code: 'person-unknown' | 'person-off' | 'ticket-unknown' | 'not-agent' | 'only-reads' | 'no-part' }
  | { code: 'group-off'; queue: string; group: string }
  | { code: 'role-off'; queue: string; group: string; roles: string[] }
  /** Holds something else in the queue's group, or nothing; administering gives no right in tickets. */
  | { code: 'other-rights'; queue: string; group: string; held: string[]; administers: boolean }
  | { code: 'no-right'; queue: string; group: string; administers: boolean }

export interface Explanation extends Decision {
  because: Because
}

/** Why may this person do this to this ticket, or why not? `rule` and `allowed` are what `may` says; the rest tells where it comes from. */
export async function explainRight(db: Kysely<Database>, personId: Id, right: Right, ticketId: Id): Promise<Explanation> {
  const [person] = isId(personId) ? await personsOf(db, [personId]) : []
  if (!person) return no({ code: 'person-unknown' })
  if (!person.valid) return no({ code: 'person-off' })
  const ticket = await findTicket(db, ticketId, personId)
  if (!ticket) return no({ code: 'ticket-unknown' })
  const [access, colleagues, ways, group] = await Promise.all([
    loadAccess(db, person.id, person.agent),
    findColleagues(db, person.id),
    waysInQueue(db, ticket.queueId, person.id),
    groupOfQueue(db, ticket.queueId),
  ])
  return explain({ ...access, ...(colleagues ? { colleagues } : {}) }, right, ticket.ties, { queue: ticket.queueName, group, ways })
}

interface Place {
  queue: string
  group: { name: string; valid: boolean }
  ways: readonly Way[]
}

function explain(access: Access, right: Right, ties: TicketTies, place: Place): Explanation {
  const decision = may(access, right, ties)
  return { ...decision, because: decision.allowed ? whyYes(decision.rule, right, ties, place) : whyNot(access, right, ties, place) }
}

const no = (because: Because): Explanation => ({ allowed: false, rule: 'none', because })

function whyYes(rule: string, right: Right, ties: TicketTies, { queue, ways }: Place): Because {
  if (rule === 'queue') {
    const via = ways
      .filter((way) => way.on && holdsRight(new Set([way.right]), right))
      .map(({ group, role, right: held }) => ({ group, role, right: held }))
    return { code: 'queue', queue, via }
  }
  if (rule === 'participant') return { code: ties.participation === 'reply' ? 'participant-replies' : 'participant-reads' }
  return { code: rule as 'owner' }
}

function whyNot(access: Access, right: Right, ties: TicketTies, { queue, group, ways }: Place): Because {
  if (right === 'see' || right === 'answer') return { code: ties.participation === 'read' ? 'only-reads' : 'no-part' }
  if (!access.agent) return { code: 'not-agent' }
  const fitting = ways.filter((way) => holdsRight(new Set([way.right]), right))
  if (fitting.length > 0 && !group.valid) return { code: 'group-off', queue, group: group.name }
  const off = fitting.flatMap((way) => (way.role !== null && !way.on ? [way.role] : []))
  if (off.length > 0) return { code: 'role-off', queue, group: group.name, roles: [...new Set(off)] }
  const held = [...new Set(ways.filter((way) => way.on).map((way) => way.right))]
  const about = { queue, group: group.name, administers: access.admin }
  return held.length > 0 ? { code: 'other-rights', ...about, held } : { code: 'no-right', ...about }
}

/** Somebody who sees a ticket, under one of their hats. */
export interface Onlooker {
  id: Id
  name: string
  hat: 'agent' | 'customer'
  because: Because /** May answer in it too. */
  answers: boolean
}

/** Everybody who may see a ticket and why, agents and those on the asking side, each by name. Asks no right: the caller has. */
export async function whoSees(db: Kysely<Database>, ticketId: Id): Promise<Onlooker[]> {
  const ticket = await findTicket(db, ticketId, null)
  if (!ticket) return []
  const [ways, group, watchers, participants, company] = await Promise.all([
    waysInQueue(db, ticket.queueId),
    groupOfQueue(db, ticket.queueId),
    listWatchers(db, ticket.id),
    listParticipants(db, ticket.id),
    ticket.ties.company ? peopleOfCompany(db, ticket.ties.company) : ([] as Id[]),
  ])
  // Of all in the company the queue's unit says the same.
  const colleagues = company[0] === undefined ? undefined : await findColleagues(db, company[0])
  const tied = [ticket.ownerId, ticket.responsibleId, ticket.customerId].filter((id) => id !== null)
  const ids = new Set(
    [...ways, ...watchers.map(({ id }) => ({ personId: id })), ...participants.map(({ id }) => ({ personId: id }))]
      .map(({ personId }) => personId)
      .concat(tied, colleagues ? company : []),
  )
  const persons = await personsOf(db, [...ids])
  const waysOf = Map.groupBy(ways, (way) => way.personId)
  return persons
    .filter((person) => person.valid)
    .flatMap((person): Onlooker[] => {
      const own = waysOf.get(person.id) ?? []
      const access: Access = {
        personId: person.id,
        agent: person.agent,
        admin: false,
        queueRights: new Map([[ticket.queueId, new Set(own.filter((way) => way.on).map((way) => way.right))]]),
        ...(colleagues && company.includes(person.id) ? { colleagues } : {}),
      }
      const ties = {
        ...ticket.ties,
        watching: watchers.some(({ id }) => id === person.id),
        participation: participants.find(({ id }) => id === person.id)?.right ?? null,
      }
      return (
        [
          ['agent', 'ro', 'compose'],
          ['customer', 'see', 'answer'],
        ] as const
      ).flatMap(([hat, sees, answers]) => {
        const { allowed, because } = explain(access, sees, ties, { queue: ticket.queueName, group, ways: own })
        return allowed ? [{ id: person.id, name: person.name, hat, because, answers: may(access, answers, ties).allowed }] : []
      })
    })
}
