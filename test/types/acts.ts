/** Owns what must not compile of acts on tickets: `npm run types` fails where one of these lines does. Nothing here runs. */
import { act, addNote, prepareAct, type Work } from 'pomoc'
import { z } from 'zod'

const words = { button: 'act.note', title: 'act.note.title', done: 'done.note' } as const
const rest = { on: 'ticket', offeredBy: ['desk'], undoable: true, bulk: false, minds: [], words } as const
const fields = z.object({ body: z.string() })

export const good = [
  act({ ...rest, right: 'note', fields, run: async (work, ticketId, { body }) => { await addNote(work, ticketId, { body }) } }),
  act({ ...rest, right: 'care.edit', fields, lookUp: async (_room, { body }) => body.length, run: async (work, ticketId, _fields, length) => { await addNote(work, ticketId, { body: length.toFixed() }) } }),
]

export const bad = [
  // @ts-expect-error an act has a right
  act({ ...rest, fields, run: async (work, ticketId, { body }) => { await addNote(work, ticketId, { body }) } }),
  // @ts-expect-error there is no such right
  act({ ...rest, right: 'notes', fields, run: async (work, ticketId, { body }) => { await addNote(work, ticketId, { body }) } }),
  // @ts-expect-error its fields do not read this one
  act({ ...rest, right: 'note', fields, run: async (work, ticketId, { body, visible }) => { await addNote(work, ticketId, { body, visible }) } }),
  // @ts-expect-error nor do they, where run says so by itself
  act({ ...rest, right: 'note', fields, run: async (work: Work, ticketId: string, given: { body: string; visible: boolean }) => { await addNote(work, ticketId, given) } }),
  // @ts-expect-error fields are read by a schema
  act({ ...rest, right: 'note', run: async (work, ticketId) => { await addNote(work, ticketId, { body: 'x' }) } }),
  // @ts-expect-error nobody looked this up
  act({ ...rest, right: 'note', fields, run: async (work, ticketId, _fields, found) => { await addNote(work, ticketId, { body: found.name }) } }),
  // @ts-expect-error it says something that has no words
  act({ ...rest, right: 'note', words: { ...words, done: 'done.nothing' }, fields, run: async (work, ticketId, { body }) => { await addNote(work, ticketId, { body }) } }),
  // @ts-expect-error who makes a ticket has none before
  act({ ...rest, on: 'new', right: 'create', fields, run: async (work, ticketId, { body }) => { await addNote(work, ticketId, { body }) } }),
  // @ts-expect-error what must still be as it was seen is said of each
  act({ on: 'ticket', offeredBy: ['desk'], undoable: true, bulk: false, words, right: 'note', fields, run: async (work, ticketId, { body }) => { await addNote(work, ticketId, { body }) } }),
  // @ts-expect-error whether it can be taken back is said of each
  act({ on: 'ticket', offeredBy: ['desk'], bulk: false, minds: [], words, right: 'note', fields, run: async (work, ticketId, { body }) => { await addNote(work, ticketId, { body }) } }),
]

export async function done(work: Work): Promise<void> {
  // @ts-expect-error there is no such act
  await prepareAct(work, 'prise', {})
  const add = await prepareAct(work, 'add-person', { who: 'anna' })
  const { params } = await add(work, '1')
  // @ts-expect-error it says nothing of this
  void params.whom
}
