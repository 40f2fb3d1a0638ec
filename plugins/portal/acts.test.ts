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
  ['/people', { who: 'nikt' }, 'To nie jest adres e-mail'],
  ['', { body: ' ' }, 'Napisz choć kilka słów'],
  ['', { body: 'x'.repeat(100_001) }, 'najwyżej 100'],
])('%s %j is refused with a reason', async (path, fields, says) => {
  const answer = await anna.post(`/tickets/${ticket}${path}`, fields)
  const html = await answer.text()
  expect(answer.status).toBe(422)
  expect(html.toLowerCase()).toContain(says.toLowerCase())
})

it('so many tickets an hour: then it is said when to try again, what was typed stays, and the log has a line', async () => {
  await site.make.db
    .insertInto('setting')
    .values({ owner: 'core', key: 'limits.tickets', unit_id: '1', value: '3', changed_at: site.make.now, changed_by: null })
    .execute()
  const ask = (n: number) => anna.post('/', { subject: `Sprawa ${n}`, body: `Treść ${n}` })
  for (let n = 0; n < 3; n++) expect((await ask(n)).status).toBe(303)
  const refused = await ask(3)
  expect(refused.status).toBe(429)
  const html = await refused.text()
  expect(html).toContain('Spróbuj ponownie za 60 min')
  expect(html).toContain('value="Sprawa 3"')
  expect(html).toContain('Treść 3')
  for (let n = 4; n < 13; n++) await ask(n)
  const events = await site.make.db
    .selectFrom('audit_event')
    .select(['kind', 'after', 'object_id'])
    .where('kind', '=', 'limit-reached')
    .orderBy('id')
    .execute()
  const person = (await site.make.db.selectFrom('ticket').select('customer_id').where('id', '=', ticket).executeTakeFirstOrThrow())
    .customer_id
  expect(events).toEqual(
    [1, 10].map((times) => ({ kind: 'limit-reached', after: { limit: 'tickets', refused: times }, object_id: person })),
  )
  site.make.now = new Date(site.make.now.getTime() + 3_600_000)
  expect((await ask(99)).status).toBe(303)
})
