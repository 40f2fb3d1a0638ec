/** Owns the acts that say who leads a ticket, where it lies and what it is called. */
import { oneAddress } from '../../mail/address-list.ts'
import { z } from 'zod'
import { isId } from '../../database/id.ts'
import { refused } from '../../errors.ts'
import { absentNow } from '../../person/absence.ts'
import { searchPersons } from '../../person/person-search.ts'
import { findPersonByAddress, findPersonByLogin } from '../../person/persons.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { isOpen } from '../ticket.ts'
import {
  moveTicket,
  releaseTicket,
  setCompany,
  setCustomer,
  setLock,
  setOwner,
  setPriority,
  setResponsible,
  setTitle,
  takeTicket,
  watchTicket,
} from '../change/tickets.ts'
import { act } from './act.ts'
import { ALL_OF_IT } from './standing.ts'
import { chosenId, flag, id, line, oneOf } from './fields.ts'

export const leadingActs = {
  take: act({
    on: 'ticket',
    right: 'lock',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: true,
    minds: ['owner', 'state'],
    words: { button: 'act.take', title: 'act.take.title', done: 'done.take' },
    when: (ticket, personId) => isOpen(ticket.stateType) && ticket.ownerId !== personId,
    // From somebody else only when this is said.
    fields: z.object({ fromOther: flag() }),
    run: async (work, ticketId, { fromOther }) => takeTicket(work, ticketId, fromOther ? { fromOther } : {}),
  }),
  release: act({
    on: 'ticket',
    right: 'lock',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.release', title: 'act.release.title', done: 'done.release' },
    when: (ticket, personId) => isOpen(ticket.stateType) && ticket.ownerId === personId,
    fields: z.object({}),
    run: async (work, ticketId) => releaseTicket(work, ticketId),
  }),
  move: act({
    on: 'ticket',
    right: ATTRIBUTES.queue.right,
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: true,
    minds: ALL_OF_IT,
    words: { button: 'act.move', title: 'act.move.title', done: 'done.move' },
    fields: z.object({ queue: id() }),
    // None chosen: said before anything is done, and once for all tickets.
    lookUp: async (_room, { queue }) => {
      if (!isId(queue)) throw refused('ticket.queue-unknown', {}, 'queue')
    },
    chooses: ({ queue }) => ({ queue }),
    run: async (work, ticketId, { queue }) => moveTicket(work, ticketId, queue),
  }),
  priority: act({
    on: 'ticket',
    right: ATTRIBUTES.priority.right,
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.priority', title: 'act.priority.title', done: 'done.priority' },
    fields: z.object({ priority: chosenId() }),
    chooses: ({ priority }) => ({ priority }),
    run: async (work, ticketId, { priority }) => setPriority(work, ticketId, priority),
  }),
  owner: act({
    on: 'ticket',
    right: ATTRIBUTES.owner.right,
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: ALL_OF_IT,
    words: { button: 'act.owner', title: 'act.owner.title', done: 'done.owner' },
    when: (ticket) => isOpen(ticket.stateType),
    fields: z.object({ owner: id() }),
    chooses: ({ owner }) => ({ owner }),
    run: async (work, ticketId, { owner }) => {
      const { name } = await setOwner(work, ticketId, owner)
      const absence = (await absentNow(work.db, [owner], work.now)).get(owner)
      return { params: { who: name }, ...(absence ? { say: 'done.owner-away' as const, absence } : {}) }
    },
  }),
  // For programs and rules: empty, nobody is.
  responsible: act({
    on: 'ticket',
    right: ATTRIBUTES.responsible.right,
    offeredBy: ['program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.responsible', title: 'act.responsible.title', done: 'done.responsible' },
    fields: z.object({ responsible: id() }),
    chooses: ({ responsible }) => ({ responsible: responsible === '' ? null : responsible }),
    run: async (work, ticketId, { responsible }) => setResponsible(work, ticketId, responsible === '' ? null : responsible),
  }),
  // The lock alone, for programs and rules: people take a ticket, and release it.
  lock: act({
    on: 'ticket',
    right: ATTRIBUTES.lock.right,
    offeredBy: ['program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.lock', title: 'act.lock.title', done: 'done.lock' },
    fields: z.object({ lock: oneOf(['lock', 'unlock']) }),
    run: async (work, ticketId, { lock }) => setLock(work, ticketId, lock ?? 'lock'),
  }),
  title: act({
    on: 'ticket',
    right: ATTRIBUTES.title.right,
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.title', title: 'act.title.title', done: 'done.title' },
    fields: z.object({ title: line() }),
    run: async (work, ticketId, { title }) => setTitle(work, ticketId, title),
  }),
  customer: act({
    on: 'ticket',
    right: ATTRIBUTES.customer.right,
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.customer', title: 'act.customer.title', done: 'done.customer' },
    // An address or a login of somebody known here, or a name that only one person has.
    fields: z.object({ customer: line() }),
    lookUp: async ({ db }, fields) => {
      const who = oneAddress(fields.customer)
      const person = (await findPersonByAddress(db, who)) ?? (await findPersonByLogin(db, who))
      if (person?.valid) return person
      const found = await searchPersons(db, who, 2)
      if (found.length !== 1) throw refused(found.length === 0 ? 'person.unknown' : 'person.which', { who }, 'customer')
      return found[0]!
    },
    run: async (work, ticketId, _fields, person) => {
      await setCustomer(work, ticketId, person.id)
      return { params: { who: person.name } }
    },
  }),
  company: act({
    on: 'ticket',
    right: ATTRIBUTES.company.right,
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.company', title: 'act.company.title', done: 'done.company', fields: { company: 'act.company.which' } },
    // The code of a company; empty: none.
    fields: z.object({ company: line(ATTRIBUTES.company.longest) }),
    run: async (work, ticketId, { company }) => {
      await setCompany(work, ticketId, company.trim())
      return company.trim() === '' ? { say: 'done.company.none' as const } : { params: { company: company.trim() } }
    },
  }),
  watch: act({
    on: 'ticket',
    right: 'ro',
    offeredBy: ['desk', 'program'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.watch', title: 'act.watch.title', done: 'done.watch' },
    fields: z.object({ watching: flag(true) }),
    run: async (work, ticketId, { watching }) => {
      await watchTicket(work, ticketId, watching)
      return watching ? {} : { say: 'done.unwatch' }
    },
  }),
}
