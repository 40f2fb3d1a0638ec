/** Owns the acts that write to a ticket or pass on what was written. */
import { z } from 'zod'
import { confirmOwnMail } from '../change/confirm.ts'
import { actorId } from '../../kernel/work.ts'
import { forwardArticle, redirectArticle, resendArticle } from '../change/pass-on.ts'
import { addNote, answerTicket, followUp, spendTime } from '../change/tickets.ts'
import { settleDelivery } from '../change/undelivered.ts'
import { act } from './act.ts'
import { ALL_OF_IT } from './standing.ts'
import { addressList, files, flag, id, ids, line, MESSAGE, oneOf, spent, text } from './fields.ts'
import { stateNamed } from './states.ts'

const SAID = { close: 'done.reply-close', wait: 'done.reply-wait', open: 'done.reply-open' } as const

export const writingActs = {
  reply: act({
    on: 'ticket',
    right: 'compose',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: ALL_OF_IT,
    words: { button: 'act.reply', title: 'act.reply.title', done: 'done.reply' },
    // `answers`: which of the customer's messages, by default the newest. Without `to` whoever wrote it gets it, and the customer
    // (mail/texts/whom.ts). `next`: what becomes of the ticket with it.
    fields: z.object({
      next: oneOf(['close', 'wait', 'open']),
      answers: id().optional(),
      to: addressList('to').optional(),
      cc: addressList('cc').default([]),
      subject: line(),
      body: text(),
      attachments: files(),
      time: spent(),
    }),
    lookUp: async ({ db }, { next }) =>
      next === 'close'
        ? { stateId: await stateNamed(db, 'closed successful') }
        : next === 'wait'
          ? { stateId: await stateNamed(db, 'waiting for customer'), pendingUntil: null }
          : next === 'open'
            ? { stateId: await stateNamed(db, 'open') }
            : undefined,
    chooses: (_fields, state) => (state ? { state: state.stateId } : {}),
    run: async (work, ticketId, { next, answers, to, cc, subject, body, attachments, time }, state) => {
      const { stillClosed } = await answerTicket(work, ticketId, {
        body,
        cc,
        attachments,
        time,
        ...(answers ? { answers } : {}),
        ...(to ? { to } : {}),
        ...(subject ? { subject } : {}),
        ...(state ? { state } : {}),
      })
      return next ? { say: SAID[next] } : stillClosed ? { say: 'done.reply-still-closed' } : {}
    },
  }),
  note: act({
    on: 'ticket',
    right: 'note',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: ['article', 'state'],
    words: { button: 'act.note', title: 'act.note.title', done: 'done.note' },
    // `visible` to the customer, and a subject of its own: programs say so, the desk's form does not ask.
    fields: z.object({ body: text(), subject: line(), visible: flag(), attachments: files(), time: spent() }),
    run: async (work, ticketId, { body, subject, visible, attachments, time }) => {
      await addNote(work, ticketId, { body, visible, attachments, time, ...(subject ? { subject } : {}) })
    },
  }),
  forward: act({
    on: 'article',
    right: 'forward',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: ALL_OF_IT,
    words: { button: 'act.forward', title: 'act.forward.title', done: 'done.forward' },
    fields: z.object({
      article: id(),
      to: addressList('to').default([]),
      cc: addressList('cc').default([]),
      subject: line(),
      body: text(),
      keep: ids(),
      attachments: files(),
      visible: flag(),
    }),
    run: async (work, ticketId, { article, subject, ...forward }) => {
      await forwardArticle(work, ticketId, { articleId: article, ...forward, ...(subject ? { subject } : {}) })
    },
  }),
  redirect: act({
    on: 'article',
    right: 'bounce',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: ALL_OF_IT,
    words: { button: 'act.redirect', title: 'act.redirect.title', done: 'done.redirect' },
    fields: z.object({ article: id(), to: addressList('to').default([]) }),
    run: async (work, ticketId, { article, to }) => {
      await redirectArticle(work, ticketId, { articleId: article, to })
    },
  }),
  resend: act({
    on: 'article',
    right: 'compose',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: ALL_OF_IT,
    words: { button: 'act.resend', title: 'act.resend.title', done: 'done.resend' },
    fields: z.object({ article: id(), to: addressList('to').default([]), cc: addressList('cc').default([]) }),
    run: async (work, ticketId, { article, to, cc }) => {
      await resendArticle(work, ticketId, { articleId: article, to, cc })
    },
  }),
  'settle-delivery': act({
    on: 'ticket',
    right: 'note',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: true,
    minds: ['article'],
    words: { button: 'act.settle-delivery', title: 'act.settle-delivery.title', done: 'done.settle-delivery' },
    when: ({ undeliveredAt }) => undeliveredAt !== null,
    fields: z.object({}),
    run: async (work, ticketId) => {
      await settleDelivery(work, ticketId)
    },
  }),
  time: act({
    on: 'ticket',
    right: 'note',
    offeredBy: ['desk', 'program'],
    undoable: true,
    bulk: false,
    minds: [],
    words: { button: 'act.time', title: 'act.time.title', done: 'done.time' },
    when: () => true,
    fields: z.object({ time: spent() }),
    run: async (work, ticketId, { time }) => spendTime(work, ticketId, time),
  }),
  // What a customer writes on the web. Mail comes by its own way (mail/inbound.ts).
  'follow-up': act({
    on: 'ticket',
    right: 'answer',
    offeredBy: ['portal'],
    undoable: false,
    bulk: false,
    minds: ['message'],
    words: { button: 'act.follow-up', title: 'act.follow-up.title', done: 'done.follow-up' },
    fields: z.object({ body: z.string().trim().max(MESSAGE), attachments: files() }),
    run: async (work, ticketId, { body, attachments }) => {
      await followUp(work, ticketId, {
        article: {
          channel: 'web',
          senderType: 'customer',
          visible: true,
          personId: actorId(work),
          from: work.actor.name,
          subject: '',
          body,
          attachments,
        },
      })
    },
  }),
  confirm: act({
    on: 'ticket',
    right: 'see',
    offeredBy: ['portal'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.confirm', title: 'act.confirm.title', done: 'done.confirm' },
    fields: z.object({}),
    run: async (work, ticketId) => {
      await confirmOwnMail(work, ticketId)
    },
  }),
}
