/** Every route that names a ticket × everybody who may ask × the tickets of two units: who may gets it, nobody else does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshen, keeperOf, openEverybody, tryRow, type Everybody } from './route-tables/everybody.ts'
import { own, ROLES, standing, type Row } from './route-tables/pages.ts'
import { fieldsOf, TICKET_ROUTES } from './route-tables/tickets.ts'

let all: Everybody
beforeAll(async () => {
  all = await openEverybody()
}, 120_000)
afterAll(() => all?.close())

/** Where it is not the agent's or the customer's alone. */
const TICKETS_MORE: Record<string, Partial<Row>> = {
  'GET /articles/:id/html': { may: { customer: 200, ...own(200) } },
  'POST /desk/tickets/:id/take': {
    before: async (_site, side) => {
      await keeperOf(all, side).post(`/desk/tickets/${side.thing.ticket}/release`)
    },
  },
  // Into a form that one had opened oneself.
  'POST /desk/tickets/:id/insert': { may: { agent: 303 }, not: { admin: 403 } },
  // An act is taken back by who did it.
  'POST /desk/tickets/:id/undo/:act': { may: { agent: 303 } },
}

/** Of the tickets: the agent's own unit and its local administrators; the one who wrote it on the pages for customers. */
const ticketRow = (name: string): Row => {
  const route = TICKET_ROUTES[name]!
  return {
    ticket: true,
    path: (side) => route.path(side.thing),
    fields: (side) => fieldsOf(route, side),
    may: route.as === 'customer' ? { customer: route.answer } : own(route.answer),
    ...TICKETS_MORE[name],
  }
}

describe('a ticket', () => {
  it.each(Object.keys(TICKET_ROUTES))('%s', (name) => tryRow(all, name, ticketRow(name)))
})

it('GET /live', async () => {
  const { a, b, people, site } = all
  const wrong: string[] = []
  for (const side of [a, b]) {
    await freshen(all, side, { ticket: true })
    for (const role of ROLES) {
      const cookie = [...people[role].cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      // Read no further than the head: the stream has no end.
      const answer = await site.app.request(`/live?ticket=${side.thing.ticket}`, { headers: { cookie, accept: 'text/event-stream' } })
      await answer.body?.cancel()
      const expected = ['customer', 'agent', 'admin'].includes(standing(role, side.of)) ? 200 : role === 'stranger' ? 303 : 404
      if (answer.status !== expected) wrong.push(`${role}, of ${side.of}: ${answer.status}, not ${expected}`)
    }
  }
  expect(wrong).toEqual([])
})
