/** Owns the acts that change a ticket's state. */
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Database, Id } from '../../database/schema.ts'
import { Refusal, refused } from '../../errors.ts'
import type { Work } from '../../kernel/work.ts'
import { openChildren } from '../../link/link.store.ts'
import { may } from '../../permission/policy.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { isOpen } from '../ticket.ts'
import { findState } from '../ticket.store.ts'
import { archiveTicket } from '../change/archive.ts'
import { setPendingDate, setState } from '../change/tickets.ts'
import { act } from './act.ts'
import { ALL_OF_IT } from './standing.ts'
import { flag, id, line, moment, oneOf, spent, text } from './fields.ts'
import { demandPossible } from './possible.ts'

/** Id of a seeded state; a site that switched it off cannot be helped here. Error: `ticket.state-unknown`. */
export async function stateNamed(db: Kysely<Database>, name: string): Promise<Id> {
  const state = await findState(db, { name })
  if (!state) throw refused('ticket.state-unknown', {}, 'state')
  return state.id
}

/** The open tickets below this one, each by its own right to close it; those that its doer may not close, or that a guard or a choice taken away keeps open, stay as they are. */
async function closeChildren(work: Work, ticketId: Id, stateId: Id): Promise<{ closed: number; left: number }> {
  const done = { closed: 0, left: 0 }
  for (const id of await openChildren(work.db, ticketId)) {
    try {
      await demandPossible(work, { act: 'close', ticketId: id, chosen: { state: stateId } })
      await setState(work, id, { stateId })
      done.closed++
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      done.left++
    }
  }
  return done
}

const noted = (body: string) => (body ? { body } : undefined)

export const stateActs = {
  pend: act({
    on: 'ticket',
    right: ATTRIBUTES.pending.right,
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: true,
    minds: ALL_OF_IT,
    words: { button: 'act.pend', title: 'act.pend.title', done: 'done.pend' },
    when: (ticket) => isOpen(ticket.stateType),
    // Null: until the customer writes, without a date.
    fields: z.object({ until: moment() }),
    lookUp: ({ db }, { until }) => stateNamed(db, until ? 'pending reminder' : 'waiting for customer'),
    chooses: (_fields, state) => ({ state }),
    run: async (work, ticketId, { until }, stateId) => setState(work, ticketId, { stateId, pendingUntil: until }),
  }),
  close: act({
    on: 'ticket',
    right: 'close',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: true,
    minds: ALL_OF_IT,
    mails: true,
    words: { button: 'act.close', title: 'act.close.title', done: 'done.close' },
    when: (ticket) => isOpen(ticket.stateType),
    // `children`: what becomes of the tickets that this one is the parent of and that are still open.
    fields: z.object({ how: oneOf(['successful', 'unsuccessful']), note: text(), children: oneOf(['close', 'leave']), time: spent() }),
    lookUp: ({ db }, { how }) => stateNamed(db, how === 'unsuccessful' ? 'closed unsuccessful' : 'closed successful'),
    chooses: (_fields, state) => ({ state }),
    run: async (work, ticketId, { note, children, time }, stateId) => {
      await setState(work, ticketId, { stateId }, noted(note), time)
      if (children !== 'close') return {}
      const { closed, left } = await closeChildren(work, ticketId, stateId)
      return left > 0
        ? { say: 'done.close-some' as const, params: { closed, left } }
        : closed > 0
          ? { say: 'done.close-all' as const, params: { count: closed } }
          : {}
    },
  }),
  reopen: act({
    on: 'ticket',
    right: 'rw',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: ALL_OF_IT,
    words: { button: 'act.reopen', title: 'act.reopen.title', done: 'done.reopen' },
    when: (ticket) => ticket.stateType === 'closed' || ticket.stateType === 'removed',
    fields: z.object({}),
    lookUp: ({ db }) => stateNamed(db, 'open'),
    chooses: (_fields, state) => ({ state }),
    run: async (work, ticketId, _fields, stateId) => setState(work, ticketId, { stateId }),
  }),
  archive: act({
    on: 'ticket',
    right: ATTRIBUTES.archived.right,
    offeredBy: ['desk', 'program'],
    undoable: false,
    bulk: true,
    minds: ['state'],
    words: { button: 'act.archive', title: 'act.archive.title', done: 'done.archive' },
    when: (ticket) => ticket.archived || !isOpen(ticket.stateType),
    fields: z.object({ archived: flag(true) }),
    run: async (work, ticketId, { archived }) => {
      await archiveTicket(work, ticketId, archived)
      return archived ? {} : { say: 'done.unarchive' }
    },
  }),
  // The date alone, of what is put off; for programs and rules.
  'pending-date': act({
    on: 'ticket',
    right: ATTRIBUTES.pending.right,
    offeredBy: ['program'],
    undoable: true,
    bulk: false,
    minds: ['state'],
    words: { button: 'act.pending-date', title: 'act.pending-date.title', done: 'done.pending-date' },
    fields: z.object({ until: moment() }),
    run: async (work, ticketId, { until }) => {
      if (until) await setPendingDate(work, ticketId, until)
    },
  }),
  // Any state by name or id, for programs: a site may have states of its own.
  state: act({
    on: 'ticket',
    offeredBy: ['program'],
    undoable: true,
    bulk: false,
    minds: ALL_OF_IT,
    right: { right: 'rw', may: (ticket, access) => ['rw', 'close', 'pending'].some((right) => may(access, right, ticket.ties).allowed) },
    words: { button: 'act.state', title: 'act.state.title', done: 'done.state' },
    fields: z.object({ state: line(200), stateId: id(), until: moment().optional(), note: text() }),
    lookUp: async ({ db }, { state, stateId }) => (stateId === '' ? stateNamed(db, state) : stateId),
    chooses: (_fields, state) => ({ state }),
    run: async (work, ticketId, { until, note }, stateId) =>
      setState(work, ticketId, { stateId, ...(until === undefined ? {} : { pendingUntil: until }) }, noted(note)),
  }),
}
