/** Owns setting a ticket's fields alone, taking an act back, and what the headers of a mail ask for at once. */
import { z } from 'zod'
import { refused } from '../../errors.ts'
import type { HeaderValues } from '../attributes.ts'
import { ticketFor } from '../change/change.ts'
import { BY_HEADERS, changeByHeaders } from '../change/change-by-headers.ts'
import { isActId, ticketsOfAct, undoAct } from '../change/undo.ts'
import { childrenOf } from '../../link/link.store.ts'
import { act } from './act.ts'
import { id, LINE, TEXT } from './fields.ts'

/** A value for each attribute that headers may set, looked up by the mail's own steps: ids are those of things that are there. */
const HEADED = Object.fromEntries(
  BY_HEADERS.map((name) => [
    name,
    z.union([z.string().max(TEXT), z.date(), z.object({ id: z.string().max(LINE).nullable() }).loose(), z.null()]).optional(),
  ]),
)

export const otherActs = {
  // What is set stands in `given.fields`, as with every act (acts.ts); nothing else is done.
  fields: act({
    on: 'ticket',
    right: 'rw',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.fields', title: 'act.fields.title', done: 'done.fields' },
    fields: z.object({}),
    run: async (work, ticketId) => {
      await ticketFor(work, ticketId, 'rw')
    },
  }),
  undo: act({
    on: 'act',
    right: 'ro',
    offeredBy: ['desk', 'program'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.undo', title: 'act.undo.title', done: 'done.undo' },
    when: () => true,
    fields: z.object({ act: id() }),
    lookUp: async (_room, fields) => {
      if (!isActId(fields.act)) throw refused('not-found')
    },
    run: async (work, ticketId, fields) => {
      const done = { params: {}, ...(await undoAct(work, ticketId, fields.act)) }
      // What it did to the tickets below this one goes back with it.
      const below = new Set(await childrenOf(work.db, ticketId))
      for (const id of await ticketsOfAct(work, fields.act)) if (below.has(id)) await undoAct(work, id, fields.act)
      return done
    },
  }),
  'by-headers': act({
    on: 'ticket',
    right: 'rw',
    offeredBy: ['header'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.by-headers', title: 'act.by-headers.title', done: 'done.by-headers' },
    fields: z.object(HEADED),
    run: async (work, ticketId, wanted) => ({ params: {}, ...(await changeByHeaders(work, ticketId, given(wanted))) }),
  }),
}

/** What was left out is not there. */
const given = (wanted: object): HeaderValues =>
  Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as HeaderValues
