/** Owns the acts that join tickets with each other and with other things: merging, linking, and both taken apart. */
import { z } from 'zod'
import { addLink, removeLink, TICKET, ticketNamed } from '../../link/links.ts'
import { mergeTicket, unmergeTicket } from '../merge/merge.ts'
import { seeTicketFor } from '../change/change.ts'
import { act } from './act.ts'
import { chosenId, flag, line, oneOf } from './fields.ts'

/** What plugins know, as their kind and id: 'faq:12'. */
const THING = /^([a-z][a-z0-9-]{0,40}):([\w.-]{1,100})$/

export const joiningActs = {
  merge: act({
    on: 'ticket',
    right: 'rw',
    offeredBy: ['desk', 'program'],
    // Its opposite stands on the page of the merged ticket, and on that of the main one.
    undoable: false,
    bulk: true,
    minds: ['owner', 'state', 'queue'],
    words: { button: 'act.merge', title: 'act.merge.title', done: 'done.merge' },
    // `into`: the number of the main ticket. `letIn`: the asking side of this one reads all of that one from now on.
    fields: z.object({ into: line(200), letIn: flag() }),
    run: async (work, ticketId, { into: typed, letIn }) => {
      await seeTicketFor(work, ticketId, 'rw')
      const { into } = await mergeTicket(work, ticketId, (await ticketNamed(work, typed, 'into')).id, { letIn })
      return { params: { number: into.number } }
    },
  }),
  unmerge: act({
    on: 'ticket',
    right: 'rw',
    offeredBy: ['desk', 'program'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.unmerge', title: 'act.unmerge.title', done: 'done.unmerge' },
    when: ({ stateType, mergedIntoId }) => stateType === 'merged' && mergedIntoId !== null,
    fields: z.object({}),
    run: async (work, ticketId) => {
      const { from } = await unmergeTicket(work, ticketId)
      return { params: { number: from.number } }
    },
  }),
  link: act({
    on: 'ticket',
    right: 'rw',
    offeredBy: ['desk', 'program'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.link', title: 'act.link.title', done: 'done.link' },
    // `to`: the number of a ticket, or what a plugin knows. `as`: what that one is to this one.
    fields: z.object({ to: line(200), as: oneOf(['normal', 'parent', 'child']) }),
    run: async (work, ticketId, { to, as }) => {
      await seeTicketFor(work, ticketId, 'rw')
      const [, kind, id] = THING.exec(to) ?? []
      const thing = kind && id ? { kind, id } : { kind: TICKET, id: (await ticketNamed(work, to, 'to')).id }
      await addLink(work, ticketId, thing, as ?? 'normal')
    },
  }),
  unlink: act({
    on: 'link',
    right: 'rw',
    offeredBy: ['desk', 'program'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.unlink', title: 'act.unlink.title', done: 'done.unlink' },
    fields: z.object({ link: chosenId() }),
    run: async (work, ticketId, { link }) => removeLink(work, ticketId, link),
  }),
}
