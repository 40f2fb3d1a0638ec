/** Every route whose parameter names a ticket, an article or an attachment: who may gets it, a stranger gets 404, the same as absent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Id } from '../core/database/schema.ts'
import { insertArticle } from '../core/article/articles.ts'
import admin from '../plugins/admin/index.tsx'
import desk from '../plugins/desk/index.tsx'
import portal from '../plugins/portal/index.tsx'
import { openSite, type Site, type Visitor } from './web.ts'

interface Thing { ticket: Id; number: string; article: Id; attachment: Id; note: Id; noteAttachment: Id; held: Id; heldAttachment: Id; act: string; queue: Id; otherQueue: Id }
interface Fixture {
  as: 'customer' | 'agent'
  path(thing: Thing): string
  fields?(thing: Thing): Record<string, string>
  /** What the one who may gets; a form answered is a redirect. */
  answer: number
  /** Ways to name what the customer must not see of their own ticket: 404 too. */
  hidden?(thing: Thing): string[]
}

const act = (name: string, fields: (thing: Thing) => Record<string, string> = () => ({}), answer = 303): Fixture =>
  ({ as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/${name}`, fields, answer })

const FIXTURES: Record<string, Fixture> = {
  'GET /tickets/:id': { as: 'customer', path: (thing) => `/tickets/${thing.ticket}`, answer: 200 },
  'POST /tickets/:id/confirm': { as: 'customer', path: (thing) => `/tickets/${thing.ticket}/confirm`, answer: 303 },
  'POST /tickets/:id/people': { as: 'customer', path: (thing) => `/tickets/${thing.ticket}/people`, fields: () => ({ who: 'COLLEAGUE', right: 'read' }), answer: 303 },
  'POST /tickets/:id': { as: 'customer', path: (thing) => `/tickets/${thing.ticket}`, fields: () => ({ body: 'Dopisuję.' }), answer: 303 },
  'GET /tickets/:id/attachments/:attachmentId': {
    as: 'customer', path: (thing) => `/tickets/${thing.ticket}/attachments/${thing.attachment}`, answer: 200,
    hidden: (thing) => [thing.noteAttachment, thing.heldAttachment].map((file) => `/tickets/${thing.ticket}/attachments/${file}`),
  },
  'GET /articles/:id/html': { as: 'customer', path: (thing) => `/articles/${thing.article}/html`, answer: 200, hidden: (thing) => [`/articles/${thing.note}/html`, `/articles/${thing.held}/html`] },
  'GET /desk/tickets/:id': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}`, answer: 200 },
  'GET /desk/number/:number': { as: 'agent', path: (thing) => `/desk/number/${thing.number}`, answer: 302 },
  'GET /desk/tickets/:id/history': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/history`, answer: 200 },
  'GET /desk/tickets/:id/who': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/who`, answer: 200 },
  'GET /desk/tickets/:id/attachments/:attachmentId': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/attachments/${thing.noteAttachment}`, answer: 200 },
  'POST /desk/tickets/:id/take': act('take'),
  'POST /desk/tickets/:id/release': act('release'),
  'POST /desk/tickets/:id/reply': act('reply', () => ({ body: 'Już działa.' })),
  'POST /desk/tickets/:id/note': act('note', () => ({ body: 'Notatka.' })),
  'POST /desk/tickets/:id/move': act('move', (thing) => ({ queue: thing.otherQueue })),
  'POST /desk/tickets/:id/pend': act('pend', () => ({ until: 'tomorrow' })),
  'POST /desk/tickets/:id/close': act('close', () => ({ how: 'successful' })),
  'POST /desk/tickets/:id/reopen': act('reopen'),
  'POST /desk/tickets/:id/priority': act('priority', () => ({ priority: '4' })),
  'POST /desk/tickets/:id/owner': act('owner', () => ({ owner: 'AGENT' })),
  'POST /desk/tickets/:id/title': act('title', () => ({ title: 'Inny temat' })),
  'POST /desk/tickets/:id/customer': act('customer', () => ({ customer: 'ADDRESS' })),
  'POST /desk/tickets/:id/add-person': act('add-person', () => ({ who: 'COLLEAGUE', right: 'reply' })),
  'POST /desk/tickets/:id/remove-person': act('remove-person', () => ({ person: 'AGENT' })),
  'POST /desk/tickets/:id/accept-message': act('accept-message', (thing) => ({ article: thing.held })),
  'POST /desk/tickets/:id/accept-sender': act('accept-sender', (thing) => ({ article: thing.held })),
  'POST /desk/tickets/:id/reject-message': act('reject-message', (thing) => ({ article: thing.held })),
  'POST /desk/tickets/:id/watch': act('watch'),
  'POST /desk/tickets/:id/seen': act('seen', () => ({}), 204),
  'POST /desk/tickets/:id/draft': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/draft?form=reply`, fields: () => ({ body: 'szkic' }), answer: 200 },
  'POST /desk/tickets/:id/draft/drop': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/draft/drop?form=reply`, answer: 303 },
  ...Object.fromEntries([
    ['forward', { to: 'biuro@inny.example', subject: 'x', body: 'Proszę zobaczyć.' }], ['redirect', { to: 'biuro@inny.example' }], ['resend', { to: 'biuro@inny.example' }],
  ].flatMap(([name, fields]) => {
    const route = `/desk/tickets/:id/articles/:article/${name as string}`
    // An article that did not come by mail, or was not sent, is told so on the page itself.
    const path = (thing: Thing) => `/desk/tickets/${thing.ticket}/articles/${thing.article}/${name as string}`
    return [
      [`GET ${route}`, { as: 'agent', path, answer: name === 'redirect' ? 422 : 200 } satisfies Fixture],
      [`POST ${route}`, { as: 'agent', path, fields: () => fields as Record<string, string>, answer: name === 'forward' ? 303 : 422 } satisfies Fixture],
    ]
  })) as Record<string, Fixture>,
  'POST /desk/tickets/:id/undo/:act': { as: 'agent', path: (thing) => `/desk/tickets/${thing.ticket}/undo/${thing.act}`, answer: 303 },
}

/** Parameters that name something else. A new route stands in neither list until somebody has thought of it. */
const OTHERS = new Set([
  'GET /static/:hash/:name', 'GET /desk/view/:name', 'GET /desk/queue/:id', 'GET /login/device/:token', 'POST /login/device/:token', 'GET /login/link/:token', 'POST /login/link/:token', 'GET /password/:token', 'POST /password/:token',
])

describe('routes that name a ticket, an article or an attachment', () => {
  let site: Site
  let routes: string[]
  let thing: Thing
  let queue: Id
  let otherQueue: Id
  let customer: Id
  let people: Record<'customer' | 'agent' | 'strangeCustomer' | 'strangeAgent', Visitor>
  let agent: Id

  beforeAll(async () => {
    site = await openSite([desk, portal, admin])
    const { make } = site
    routes = [...new Set(site.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`))]
    const group = await make.group()
    queue = await make.queue({ groupId: group })
    otherQueue = await make.queue({ groupId: group })
    customer = await make.person({ address: 'zgłaszający@uni.example' })
    agent = await make.agent({ [group]: ['rw'] })
    await make.person({ address: 'kolega@uni.example' })
    people = {
      customer: await site.loggedIn(customer), agent: await site.loggedIn(agent),
      strangeCustomer: await site.loggedIn(await make.person()), strangeAgent: await site.loggedIn(await make.agent({ 1: ['rw'] })),
    }
    for (const [name, visitor] of Object.entries(people)) await visitor.get(/agent/i.test(name) ? '/desk' : '/')
  })
  afterAll(() => site.close())

  /** A ticket with an HTML article, a note and a held message, each with a file, taken by the agent a moment ago. */
  const fresh = async (): Promise<Thing> => {
    const { make } = site
    const ticket = await make.ticket({ queueId: queue, customerId: customer })
    const file = { name: 'plik.txt', contentType: 'text/plain', content: Buffer.from('treść') }
    const add = async (visible: boolean, held?: { rule: string; decision: null }) => {
      const id = await make.asSystem((work) => insertArticle(work, ticket.id, {
        channel: visible ? 'email' : 'internal', senderType: visible ? 'customer' : 'agent', visible, subject: 'x', body: 'x', html: '<p>x</p>', attachments: [file],
        ...(held ? { held, personId: customer } : {}),
      }))
      const { id: attachment } = await make.db.selectFrom('article_attachment').select('id').where('article_id', '=', id).executeTakeFirstOrThrow()
      return { id, attachment }
    }
    const article = await add(true)
    const note = await add(false)
    const held = await add(true, { rule: 'no-part-in-ticket', decision: null })
    const taken = await people.agent.post(`/desk/tickets/${ticket.id}/take`)
    expect(taken.status).toBe(303)
    const { act_id: taking } = await make.db.selectFrom('history').select('act_id').where('ticket_id', '=', ticket.id).where('type', '=', 'Lock').executeTakeFirstOrThrow()
    return { ticket: ticket.id, number: ticket.number, article: article.id, attachment: article.attachment, note: note.id, noteAttachment: note.attachment, held: held.id, heldAttachment: held.attachment, act: taking, queue, otherQueue }
  }
  const ask = (visitor: Visitor, route: string, path: string, fields: Record<string, string>): Promise<Response> => {
    const filled = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === 'AGENT' ? agent : value === 'ADDRESS' ? 'zgłaszający@uni.example' : value === 'COLLEAGUE' ? 'kolega@uni.example' : value]))
    return route.startsWith('POST') ? visitor.post(path, filled) : visitor.get(path)
  }

  it('each has a fixture, and each fixture a route', () => {
    const named = routes.filter((route) => route.includes('/:') && !route.includes(' /admin/') && !OTHERS.has(route))
    expect(named.filter((route) => !(route in FIXTURES))).toEqual([])
    expect(Object.keys(FIXTURES).filter((route) => !routes.includes(route))).toEqual([])
    expect([...OTHERS].filter((route) => !routes.includes(route))).toEqual([])
  })

  for (const [route, fixture] of Object.entries(FIXTURES)) {
    it(route, async () => {
      thing = await fresh()
      const fields = fixture.fields?.(thing) ?? {}
      for (const stranger of ['strangeCustomer', 'strangeAgent', ...(fixture.as === 'agent' ? ['customer'] : [])] as const) {
        expect((await ask(people[stranger as keyof typeof people], route, fixture.path(thing), fields)).status, stranger).toBe(404)
      }
      const absent = fixture.path({ ...thing, ticket: '999999999', number: '2026000000000000', article: '999999999', attachment: '999999999' })
      expect((await ask(people[fixture.as], route, absent, fields)).status, 'absent').toBe(404)
      for (const hidden of fixture.hidden?.(thing) ?? []) expect((await ask(people[fixture.as], route, hidden, fields)).status, 'hidden').toBe(404)
      const answer = await ask(people[fixture.as], route, fixture.path(thing), fields)
      expect(answer.status, (await answer.clone().text()).slice(0, 2000)).toBe(fixture.answer)
    })
  }

  it('GET /live tells of a ticket only to those who may see it', async () => {
    thing = await fresh()
    for (const [who, status] of [['strangeCustomer', 404], ['strangeAgent', 404], ['customer', 200], ['agent', 200]] as const) {
      const cookie = [...people[who].cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      // Read no further than the head: the stream has no end.
      const answer = await site.app.request(`/live?ticket=${thing.ticket}`, { headers: { cookie, accept: 'text/event-stream' } })
      expect(answer.status, who).toBe(status)
      await answer.body?.cancel()
    }
  })

  it('no page of the administrator opens for anybody else', async () => {
    const pages = routes.filter((route) => route.includes(' /admin'))
    expect(pages.length).toBeGreaterThan(30)
    for (const route of pages) {
      const path = route.slice(route.indexOf(' ') + 1).replace(/:\w+/g, '1')
      // A customer does not learn that there is such a thing; an agent knows, and is refused.
      expect((await ask(people.customer, route, path, {})).status, `customer ${route}`).toBe(404)
      expect([403, 404], `agent ${route}`).toContain((await ask(people.agent, route, path, {})).status)
    }
  })
})
