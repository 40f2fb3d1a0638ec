/** Owns the acts that let people into a ticket and out of it, and those that decide on messages held apart. */
import { z } from 'zod'
import { lookUpPerson } from '../../person/look-up.ts'
import { acceptHeld, rejectHeld } from '../change/held.ts'
import { addParticipant, maySharePeople, removeParticipant } from '../change/participants.ts'
import { act } from './act.ts'
import { chosenPerson, id, line, oneOf } from './fields.ts'

/** The ticket's customer, and agents who may change its customer. */
const SHARES = { right: 'customer', may: maySharePeople } as const

export const peopleActs = {
  'add-person': act({
    on: 'ticket',
    right: SHARES,
    offeredBy: ['desk', 'portal', 'program'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.add-person', title: 'act.add-person.title', done: 'done.add-person' },
    fields: z.object({ who: line(), right: oneOf(['read', 'reply']) }),
    lookUp: async ({ db, directory }, { who }) => {
      if (directory && who !== '') await lookUpPerson({ db, logins: directory }, who)
    },
    run: async (work, ticketId, { who, right }) => {
      const added = await addParticipant(work, ticketId, who, right ?? 'read')
      return { ...(added.known ? {} : { say: 'done.invite-person' as const }), params: { who: added.who } }
    },
  }),
  // Everybody may take themselves out.
  'remove-person': act({
    on: 'person',
    right: SHARES,
    offeredBy: ['desk', 'portal', 'program'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.remove-person', title: 'act.remove-person.title', done: 'done.remove-person' },
    when: () => true,
    fields: z.object({ person: chosenPerson() }),
    run: async (work, ticketId, { person }) => removeParticipant(work, ticketId, person),
  }),
  'accept-message': act({
    on: 'article',
    right: 'compose',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.accept-message', title: 'act.accept-message.title', done: 'done.accept-message' },
    fields: z.object({ article: id() }),
    run: async (work, ticketId, { article }) => acceptHeld(work, ticketId, article),
  }),
  'accept-sender': act({
    on: 'article',
    right: 'compose',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.accept-sender', title: 'act.accept-sender.title', done: 'done.accept-sender' },
    fields: z.object({ article: id() }),
    run: async (work, ticketId, { article }) => acceptHeld(work, ticketId, article, { sender: true }),
  }),
  'reject-message': act({
    on: 'article',
    right: 'compose',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.reject-message', title: 'act.reject-message.title', done: 'done.reject-message' },
    fields: z.object({ article: id() }),
    run: async (work, ticketId, { article }) => rejectHeld(work, ticketId, article),
  }),
}
