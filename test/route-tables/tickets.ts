/** Owns the routes that name a ticket, an article or an attachment: what each is asked with, and what who may gets. */
import { expect } from 'vitest'
import type { Id } from '../../core/database/schema.ts'
import { insertArticle, keepRaw } from '../../core/article/articles.ts'
import { actOf, actsOfferedBy } from '../../core/ticket/acts/acts.ts'
import type { Site, Visitor } from '../web.ts'

export interface Thing {
  ticket: Id
  number: string
  /** Number of another ticket there. */
  another: string
  article: Id
  attachment: Id
  note: Id
  noteAttachment: Id
  held: Id
  heldAttachment: Id
  act: string
  queue: Id
  otherQueue: Id
}
export interface TicketRoute {
  as: 'customer' | 'agent'
  path(thing: Thing): string
  fields?(thing: Thing): Record<string, string>
  /** What the one who may gets; a form answered is a redirect. */
  answer: number
  /** Ways to name what the customer must not see of their own ticket: 404 too. */
  hidden?(thing: Thing): string[]
}

/** The fields of a route as they are sent, with who is meant in this unit. */
export function fieldsOf(route: TicketRoute, side: { thing: Thing; agent: Id; slug: string }): Record<string, string> {
  const meant: Record<string, string> = { AGENT: side.agent, ADDRESS: `person-${side.slug}@uni.example`, COLLEAGUE: 'kolega@uni.example' }
  return Object.fromEntries(Object.entries(route.fields?.(side.thing) ?? {}).map(([field, value]) => [field, meant[value] ?? value]))
}

const act = (name: string, fields: (thing: Thing) => Record<string, string> = () => ({}), answer = 303): TicketRoute => ({
  as: 'agent',
  path: (thing) => `/desk/tickets/${thing.ticket}/${name}`,
  fields,
  answer,
})

/** As the form says it of itself: its draft goes when it is sent. */
const marks = (thing: Thing, form: string) => ({
  'draft.form': `ticket/${thing.ticket}/${form}`,
  'draft.of': 'AGENT',
  'draft.page': 'a',
  'draft.keeps': 'body|',
})

const SAID: Record<string, TicketRoute> = {
  'GET /tickets/:id': { as: 'customer', path: (thing) => `/tickets/${thing.ticket}`, answer: 200 },
  'POST /tickets/:id/confirm': { as: 'customer', path: (thing) => `/tickets/${thing.ticket}/confirm`, answer: 303 },
  'POST /tickets/:id/people': {
    as: 'customer',
    path: (thing) => `/tickets/${thing.ticket}/people`,
    fields: () => ({ who: 'COLLEAGUE', right: 'read' }),
    answer: 303,
  },
  'POST /tickets/:id': { as: 'customer', path: (thing) => `/tickets/${thing.ticket}`, fields: () => ({ body: 'Dopisuję.' }), answer: 303 },
  'GET /tickets/:id/attachments/:attachmentId': {
    as: 'customer',
    path: (thing) => `/tickets/${thing.ticket}/attachments/${thing.attachment}`,
    answer: 200,
    hidden: (thing) => [thing.noteAttachment, thing.heldAttachment].map((file) => `/tickets/${thing.ticket}/attachments/${file}`),
  },
  'GET /articles/:id/html': {
    as: 'customer',
    path: (thing) => `/articles/${thing.article}/html`,
    answer: 200,
    hidden: (thing) => [`/articles/${thing.note}/html`, `/articles/${thing.held}/html`],
  },
  'GET /desk/tickets/:id': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}`, answer: 200 },
  'GET /desk/number/:number': { as: 'agent', path: (thing) => `/desk/number/${thing.number}`, answer: 302 },
  'GET /desk/tickets/:id/history': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/history`, answer: 200 },
  'GET /desk/tickets/:id/choices': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/choices`, answer: 200 },
  'GET /desk/tickets/:id/deadlines': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/deadlines`, answer: 200 },
  'GET /desk/tickets/:id/who': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/who`, answer: 200 },
  'GET /desk/tickets/:id/attachments/:attachmentId': {
    as: 'agent',
    path: (thing) => `/desk/tickets/${thing.ticket}/attachments/${thing.noteAttachment}`,
    answer: 200,
  },
  'GET /desk/tickets/:id/articles/:article/raw': {
    as: 'agent',
    path: (thing) => `/desk/tickets/${thing.ticket}/articles/${thing.held}/raw`,
    answer: 200,
  },
  'POST /desk/tickets/:id/take': act('take'),
  'POST /desk/tickets/:id/release': act('release'),
  'POST /desk/tickets/:id/reply': act('reply', (thing) => ({ ...marks(thing, 'reply'), body: 'Już działa.' })),
  'POST /desk/tickets/:id/note': act('note', (thing) => ({ ...marks(thing, 'note'), body: 'Notatka.' })),
  'POST /desk/tickets/:id/move': act('move', (thing) => ({ queue: thing.otherQueue })),
  'POST /desk/tickets/:id/pend': act('pend', () => ({ until: 'tomorrow' })),
  'POST /desk/tickets/:id/close': act('close', () => ({ how: 'successful' })),
  'POST /desk/tickets/:id/reopen': act('reopen'),
  'POST /desk/tickets/:id/priority': act('priority', () => ({ priority: '4' })),
  'POST /desk/tickets/:id/fields': act('fields'),
  'POST /desk/tickets/:id/owner': act('owner', () => ({ owner: 'AGENT' })),
  'POST /desk/tickets/:id/title': act('title', () => ({ title: 'Inny temat' })),
  'POST /desk/tickets/:id/customer': act('customer', () => ({ customer: 'ADDRESS' })),
  'POST /desk/tickets/:id/add-person': act('add-person', () => ({ who: 'COLLEAGUE', right: 'reply' })),
  'POST /desk/tickets/:id/remove-person': act('remove-person', () => ({ person: 'AGENT' })),
  'POST /desk/tickets/:id/accept-message': act('accept-message', (thing) => ({ article: thing.held })),
  'POST /desk/tickets/:id/accept-sender': act('accept-sender', (thing) => ({ article: thing.held })),
  'POST /desk/tickets/:id/reject-message': act('reject-message', (thing) => ({ article: thing.held })),
  'POST /desk/tickets/:id/watch': act('watch'),
  'POST /desk/tickets/:id/time': act('time', () => ({ time: '15' })),
  // Open tickets are not archived.
  'POST /desk/tickets/:id/archive': act('archive', () => ({}), 422),
  'GET /desk/tickets/:id/merge': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/merge?into=${thing.another}`, answer: 200 },
  'POST /desk/tickets/:id/merge': act('merge', (thing) => ({ into: thing.another })),
  // It was merged into none.
  'POST /desk/tickets/:id/unmerge': act('unmerge', () => ({}), 409),
  'POST /desk/tickets/:id/link': act('link', (thing) => ({ to: thing.another, as: 'normal' })),
  'POST /desk/tickets/:id/unlink': act('unlink', () => ({ link: '1' })),
  'POST /desk/tickets/:id/seen': act('seen', () => ({}), 204),
  'POST /desk/tickets/:id/insert': {
    as: 'agent',
    path: (thing) => `/desk/tickets/${thing.ticket}/insert?into=reply`,
    fields: (thing) => ({ ...marks(thing, 'reply'), insert: 'all' }),
    answer: 303,
  },
  ...(Object.fromEntries(
    [
      ['forward', { to: 'biuro@inny.example', subject: 'x', body: 'Proszę zobaczyć.' }],
      ['redirect', { to: 'biuro@inny.example' }],
      ['resend', { to: 'biuro@inny.example' }],
    ].flatMap(([name, fields]) => {
      const route = `/desk/tickets/:id/articles/:article/${name as string}`
      // An article that did not come by mail, or was not sent, is told so on the page itself.
      const path = (thing: Thing) => `/desk/tickets/${thing.ticket}/articles/${thing.article}/${name as string}`
      return [
        [`GET ${route}`, { as: 'agent', path, answer: name === 'redirect' ? 422 : 200 } satisfies TicketRoute],
        [
          `POST ${route}`,
          {
            as: 'agent',
            path,
            fields: () => fields as Record<string, string>,
            answer: name === 'forward' ? 303 : 422,
          } satisfies TicketRoute,
        ],
      ]
    }),
  ) as Record<string, TicketRoute>),
  'POST /desk/tickets/:id/undo/:act': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/undo/${thing.act}`, answer: 303 },
}

/** With them each act that the desk offers on a ticket and no row says more of: it is asked without fields. */
export const TICKET_ROUTES: Record<string, TicketRoute> = {
  ...SAID,
  ...Object.fromEntries(
    actsOfferedBy('desk')
      .filter((name) => actOf(name).on === 'ticket')
      .map((name) => [`POST /desk/tickets/:id/${name}`, act(name)] as const)
      .filter(([route]) => !(route in SAID)),
  ),
}

/** A ticket with an HTML article, a note and a held message, each with a file, taken by the agent a moment ago. */
export async function freshThing({ make }: Site, of: { queue: Id; otherQueue: Id; customer: Id; agent: Visitor }): Promise<Thing> {
  const { queue, otherQueue, customer } = of
  const ticket = await make.ticket({ queueId: queue, customerId: customer })
  const file = { name: 'plik.txt', contentType: 'text/plain', content: Buffer.from('treść') }
  const { article, note, held } = await make.asSystem(async (work) => {
    const add = async (visible: boolean, held?: { rule: string; decision: null }) => {
      const id = await insertArticle(work, ticket.id, {
        channel: visible ? 'email' : 'internal',
        senderType: visible ? 'customer' : 'agent',
        visible,
        subject: 'x',
        body: 'x',
        html: '<p>x</p>',
        attachments: [file],
        ...(held ? { held, personId: customer } : {}),
      })
      const { id: attachment } = await work.db
        .selectFrom('article_attachment')
        .select('id')
        .where('article_id', '=', id)
        .executeTakeFirstOrThrow()
      return { id, attachment }
    }
    const [article, note] = [await add(true), await add(false)]
    const held = await add(true, { rule: 'no-part-in-ticket', decision: null })
    await keepRaw(work, held.id, Buffer.from('Subject: x\r\n\r\nx\r\n'))
    return { article, note, held }
  })
  const taken = await of.agent.post(`/desk/tickets/${ticket.id}/take`)
  expect(taken.status).toBe(303)
  const { act_id: taking } = await make.db
    .selectFrom('history')
    .select('act_id')
    .where('ticket_id', '=', ticket.id)
    .where('type', '=', 'Lock')
    .executeTakeFirstOrThrow()
  return {
    ticket: ticket.id,
    number: ticket.number,
    another: (await make.ticket({ queueId: queue, customerId: customer })).number,
    article: article.id,
    attachment: article.attachment,
    note: note.id,
    noteAttachment: note.attachment,
    held: held.id,
    heldAttachment: held.attachment,
    act: taking,
    queue,
    otherQueue,
  }
}
