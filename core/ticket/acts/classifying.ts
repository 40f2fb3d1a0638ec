/** Owns the act that says what a ticket is about: its type, service and SLA. */
import { z } from 'zod'
import type { Id } from '../../database/schema.ts'
import { isId } from '../../database/id.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { classifyTicket } from '../change/classify.ts'
import { act } from './act.ts'
import type { Chosen } from './choices.ts'
import { id } from './fields.ts'

/** What a form says for "none"; empty or left out, what stands stays. */
export const NONE = 'none'

const chosen = (value: string): Id | undefined => (value === '' ? undefined : value)
/** What names nothing is told by the domain, at its field. */
const chosenOrNone = (value: string): Id | null | undefined => (value === NONE ? null : chosen(value))

export const classifyingActs = {
  classify: act({
    on: 'ticket',
    right: ATTRIBUTES.type.right,
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: true,
    minds: [],
    words: { button: 'act.classify', title: 'act.classify.title', done: 'done.classify' },
    fields: z.object({ type: id(), service: id(), sla: id() }),
    chooses: ({ type, service, sla }) => said({ type: chosen(type), service: chosenOrNone(service), sla: chosenOrNone(sla) }),
    run: async (work, ticketId, { type, service, sla }) => {
      await classifyTicket(work, ticketId, { typeId: chosen(type), serviceId: chosenOrNone(service), slaId: chosenOrNone(sla) })
    },
  }),
}

/** Without what was not said. */
const said = (given: Record<string, Id | null | undefined>): Chosen =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

/** Of a new ticket: nothing chosen is nothing said. */
export const aboutOf = ({ type, service, sla }: { type?: string; service?: string; sla?: string }) => ({
  ...(isId(type) ? { typeId: type } : {}),
  ...(isId(service) ? { serviceId: service } : {}),
  ...(isId(sla) ? { slaId: sla } : {}),
})
