import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { actsOfferedBy, type Id } from '../../core/index.ts'
import portal from './index.tsx'

let site: Site
let anna: Visitor
let ticket: Id
beforeAll(async () => {
  site = await openSite([portal])
  const made = await site.make.ticket()
  ticket = made.id
  anna = await site.loggedIn(made.customerId)
  await anna.get(`/tickets/${ticket}`)
})
afterAll(() => site.close())

/** What each POST of a page about tickets does; one form lets people in and out. */
const DOES: Record<string, string[]> = {
  '/': ['ask'],
  '/tickets/:id': ['follow-up'],
  '/tickets/:id/confirm': ['confirm'],
  '/tickets/:id/people': ['add-person', 'remove-person'],
}

it('each POST route of a ticket does what the list offers the portal, and nothing of the list is forgotten', () => {
  const posted = [
    ...new Set(site.app.routes.filter(({ method, path }) => method === 'POST' && /^\/(tickets\/.*)?$/.test(path)).map(({ path }) => path)),
  ]
  expect(posted.toSorted()).toEqual(Object.keys(DOES).toSorted())
  expect(Object.values(DOES).flat().toSorted()).toEqual(actsOfferedBy('portal').toSorted())
})

it.each<[path: string, fields: Record<string, string>, says: string]>([
  ['/people', { remove: 'x' }, 'Tego już nie ma'],
  ['/people', { who: 'x'.repeat(2000) }, 'Najwyżej 1000 znaków'],
  ['/people', { who: 'nikt' }, 'To nie jest poprawny adres'],
  ['', { body: ' ' }, 'Napisz choć kilka słów'],
  ['', { body: 'x'.repeat(100_001) }, 'najwyżej 100'],
])('%s %j is refused with a reason', async (path, fields, says) => {
  const answer = await anna.post(`/tickets/${ticket}${path}`, fields)
  const html = await answer.text()
  expect(answer.status).toBe(422)
  expect(html.toLowerCase()).toContain(says.toLowerCase())
})
