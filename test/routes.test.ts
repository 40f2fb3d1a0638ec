/** Every route whose parameter names a ticket, an article or an attachment: who may gets it, a stranger gets 404, the same as absent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Id } from '../core/database/schema.ts'
import admin from '../plugins/admin/index.tsx'
import desk from '../plugins/desk/index.tsx'
import portal from '../plugins/portal/index.tsx'
import { freshThing, TICKET_ROUTES, type Thing } from './route-tables/tickets.ts'
import { openSite, type Site, type Visitor } from './web.ts'

/** Parameters that name something else. A new route stands in neither list until somebody has thought of it. */
const OTHERS = new Set([
  'GET /static/:hash/:name',
  'GET /desk/view/:name',
  'POST /desk/bulk/undo/:act',
  'GET /desk/queue/:id',
  'GET /desk/views/:id',
  'POST /desk/views/:id',
  'POST /desk/views/:id/list',
  'GET /desk/views/:id/remove',
  'POST /desk/views/:id/remove',
  'GET /login/device/:token',
  'POST /login/device/:token',
  'GET /login/link/:token',
  'POST /login/link/:token',
  'GET /password/:token',
  'POST /password/:token',
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
      customer: await site.loggedIn(customer),
      agent: await site.loggedIn(agent),
      strangeCustomer: await site.loggedIn(await make.person()),
      strangeAgent: await site.loggedIn(await make.agent({ 1: ['rw'] })),
    }
    for (const [name, visitor] of Object.entries(people)) await visitor.get(/agent/i.test(name) ? '/desk' : '/')
  })
  afterAll(() => site.close())

  const fresh = () => freshThing(site, { queue, otherQueue, customer, agent: people.agent })
  const ask = (visitor: Visitor, route: string, path: string, fields: Record<string, string>): Promise<Response> => {
    const filled = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        value === 'AGENT' ? agent : value === 'ADDRESS' ? 'zgłaszający@uni.example' : value === 'COLLEAGUE' ? 'kolega@uni.example' : value,
      ]),
    )
    return route.startsWith('POST') ? visitor.post(path, filled) : visitor.get(path)
  }

  it('each has a fixture, and each fixture a route', () => {
    const named = routes.filter((route) => route.includes('/:') && !route.includes(' /admin/') && !OTHERS.has(route))
    expect(named.filter((route) => !(route in TICKET_ROUTES))).toEqual([])
    expect(Object.keys(TICKET_ROUTES).filter((route) => !routes.includes(route))).toEqual([])
    expect([...OTHERS].filter((route) => !routes.includes(route))).toEqual([])
  })

  for (const [route, fixture] of Object.entries(TICKET_ROUTES)) {
    it(route, async () => {
      thing = await fresh()
      const fields = fixture.fields?.(thing) ?? {}
      for (const stranger of ['strangeCustomer', 'strangeAgent', ...(fixture.as === 'agent' ? ['customer'] : [])] as const) {
        expect((await ask(people[stranger as keyof typeof people], route, fixture.path(thing), fields)).status, stranger).toBe(404)
      }
      const absent = fixture.path({
        ...thing,
        ticket: '999999999',
        number: '2026000000000000',
        article: '999999999',
        attachment: '999999999',
      })
      expect((await ask(people[fixture.as], route, absent, fields)).status, 'absent').toBe(404)
      for (const hidden of fixture.hidden?.(thing) ?? [])
        expect((await ask(people[fixture.as], route, hidden, fields)).status, 'hidden').toBe(404)
      const answer = await ask(people[fixture.as], route, fixture.path(thing), fields)
      expect(answer.status, (await answer.clone().text()).slice(0, 2000)).toBe(fixture.answer)
    })
  }

  it('GET /live tells of a ticket only to those who may see it', async () => {
    thing = await fresh()
    for (const [who, status] of [
      ['strangeCustomer', 404],
      ['strangeAgent', 404],
      ['customer', 200],
      ['agent', 200],
    ] as const) {
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
