/** Owns what must not compile about a ticket's attributes: checked by the types alone, never run. */
import { ATTRIBUTES, type Attribute } from '../../core/ticket/attributes.ts'
import { change } from '../../core/ticket/change/change.ts'
import { addHistory } from '../../core/ticket/history.ts'
import type { Work } from '../../core/kernel/work.ts'
import type { Ticket } from '../../core/ticket/ticket.ts'
import { setText } from '../../core/ticket/change/tickets.ts'

const history = { type: 'RoomUpdate', parts: (was: string, is: string) => [was, is] }
const fact = { name: 'ticket.room-changed', data: (from: string, to: string) => ({ from, to }) } as const

/** What can be changed says who may, what history tells and which fact. */
export const good = { kind: 'text', column: 'room', field: 'room', right: 'rw', undo: true, history, fact } satisfies Attribute
// @ts-expect-error without a right
export const anybodys = { kind: 'text', column: 'room', field: 'room', undo: true, history, fact } satisfies Attribute
// @ts-expect-error without history
export const untold = { kind: 'text', column: 'room', field: 'room', right: 'rw', undo: true, fact } satisfies Attribute
// @ts-expect-error without a fact
export const unheard = { kind: 'text', column: 'room', field: 'room', right: 'rw', undo: true, history } satisfies Attribute
// @ts-expect-error whether it can be undone must be said
export const forgotten = { kind: 'text', column: 'room', field: 'room', right: 'rw', history, fact } satisfies Attribute
// @ts-expect-error neither changed nor said to be read only
export const silent = { kind: 'text', column: 'room', field: 'room' } satisfies Attribute
// @ts-expect-error read only, and yet somebody may change it
export const both = { kind: 'text', column: 'room', field: 'room', readOnly: 'kept', right: 'rw', undo: true, history, fact } satisfies Attribute
// @ts-expect-error a text's row cannot speak of an id
export const wrong = { kind: 'text', column: 'room', field: 'room', right: 'rw', undo: true, fact, history: { type: 'x', parts: (was) => [was.id] } } satisfies Attribute

export async function wrongChanges(work: Work, ticket: Ticket) {
  // @ts-expect-error a priority is handed over with its name, for history
  await change(work, ticket, { priority: '3' })
  // @ts-expect-error nobody sets when it was received
  await change(work, ticket, { received: work.now })
  // @ts-expect-error there is no such attribute
  await change(work, ticket, { room: 'x' })
  // @ts-expect-error no free words under Misc
  addHistory(work, { ticketId: ticket.id, type: 'Misc', parts: ['something happened'] })
  // @ts-expect-error a priority is no text
  await setText(work, ticket.id, 'priority', 'x')
  // @ts-expect-error the list is not to be written to
  ATTRIBUTES.title.right = 'ro'
}
