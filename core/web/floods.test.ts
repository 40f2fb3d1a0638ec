import { Hono } from 'hono'
import { expect, it } from 'vitest'
import type { WebEnv } from '../kernel/contract.ts'
import { takeTurns } from './floods.ts'

/** How many requests are worked together at most, of twenty that two people and a stranger send at once each. */
async function together(method: 'GET' | 'POST') {
  const underWay = new Map<string, number>()
  const most = new Map<string, number>()
  const app = new Hono<WebEnv>()
  app.use(async (c, next) => {
    const id = c.req.header('person')
    if (id !== undefined) c.set('actor', { id } as never)
    await next()
  })
  app.use(takeTurns())
  app.all('/', async (c) => {
    const id = c.req.header('person') ?? 'stranger'
    const now = (underWay.get(id) ?? 0) + 1
    underWay.set(id, now)
    most.set(id, Math.max(now, most.get(id) ?? 0))
    await new Promise((resolve) => setImmediate(resolve))
    underWay.set(id, underWay.get(id)! - 1)
    return c.text('')
  })
  const ask = (person?: string) => app.request('/', { method, headers: person === undefined ? {} : { person } })
  const answers = await Promise.all(Array.from({ length: 20 }, () => [ask('1'), ask('2'), ask()]).flat())
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  return Object.fromEntries(most)
}

it('of one person four pages and two forms are worked together, whatever others do; all are answered', async () => {
  expect(await together('GET')).toEqual({ 1: 4, 2: 4, stranger: 20 })
  expect(await together('POST')).toEqual({ 1: 2, 2: 2, stranger: 20 })
})
