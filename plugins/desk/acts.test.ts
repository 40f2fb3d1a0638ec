import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { actOf, ACTS, actsOfferedBy, setState, takeTicket, type ActName, type Id, type PersonActor } from '../../core/index.ts'
import desk from './index.tsx'

let site: Site
let jan: Visitor
let actor: PersonActor
beforeAll(async () => {
  site = await openSite([desk])
  actor = await site.make.actor(await site.make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski' }))
  jan = await site.loggedIn(actor.id)
  await jan.get('/desk/new')
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()
const times = (html: string, words: string) => html.split(words).length - 1

describe('a refusal is said once', () => {
  it.each<[act: string, fields: Record<string, string>, says: string]>([
    ['add-person', { who: 'nikt' }, 'Nie ma takiej osoby: nikt'],
    ['customer', { customer: 'nikt' }, 'Nie ma takiej osoby: nikt'],
    ['title', { title: ' ' }, 'Napisz choć kilka słów.'],
    ['priority', { priority: '99' }, 'Popraw pole'],
    ['move', { queue: 'x' }, 'Nie ma takiej kolejki'],
    ['pend', { until: 'date', date: 'x' }, 'Podaj, do kiedy'],
  ])('%s, in its own form', async (act, fields, says) => {
    const { id } = await site.make.ticket()
    const answer = await jan.post(`/desk/tickets/${id}/${act}`, fields)
    const html = await text(answer)
    expect(answer.status).toBe(422)
    expect([times(html, 'role="alert"'), html.includes(says)]).toEqual([1, true])
    expect(html).toMatch(new RegExp(`<details class="(menu|more-act)" open[^>]*id="(menu|more)-${act}"`))
  })
  it('above the ticket, where the form is not on the page', async () => {
    const { id, customerId } = await site.make.ticket()
    await site.make.work(actor, (work) => setState(work, id, { stateId: '2' }))
    const html = await text(jan.post(`/desk/tickets/${id}/owner`, { owner: customerId }))
    expect(html).not.toContain('id="more-owner"')
    expect([times(html, 'role="alert"'), html.includes('Ta osoba nie może prowadzić zgłoszeń w tej kolejce.')]).toEqual([1, true])
    const merged = await site.make.ticket()
    await site.make.db.updateTable('ticket').set({ state_type: 'merged', state_id: '9' }).where('id', '=', merged.id).execute()
    expect(times(await text(jan.post(`/desk/tickets/${merged.id}/pend`, { until: 'week' })), 'role="alert"')).toBe(1)
  })
  it('an act without a form says it above the ticket', async () => {
    const { id } = await site.make.ticket()
    const ewa = await site.make.actor(await site.make.agent({ 1: ['rw'] }, { name: 'Ewa Lis' }))
    await site.make.work(ewa, (work) => takeTicket(work, id))
    const html = await text(jan.post(`/desk/tickets/${id}/take`))
    expect([times(html, 'role="alert"'), html.includes('To zgłoszenie prowadzi już Ewa Lis.')]).toEqual([1, true])
  })
})

describe('what no page offers', () => {
  it.each<[act: string, fields: Record<string, string>]>([
    ['priority', { priority: 'x' }],
    ['priority', {}],
    ['remove-person', { person: 'x' }],
    ['remove-person', {}],
    ['take', { fromOther: 'x'.repeat(100) }],
    ['reply', { body: 'x', next: 'delete' }],
  ])('%s %j is refused with a reason, not a fault', async (act, fields) => {
    const { id } = await site.make.ticket()
    expect((await jan.post(`/desk/tickets/${id}/${act}`, fields)).status).toBe(422)
  })
  it('an act that is not for many is not done to many', async () => {
    const { id } = await site.make.ticket()
    for (const act of Object.keys(ACTS).filter((name) => !actOf(name as ActName).bulk)) {
      expect([act, (await jan.post('/desk/bulk', { act, ticket: id, body: 'x', title: 'x' })).status]).toEqual([act, 422])
    }
  })
})

describe('the desk and the list', () => {
  // They change nothing on the ticket: what one types and when one looked is one's own.
  const OWN = ['insert', 'seen', '/desk/my-queues']

  it('each POST route of a ticket is an act that the list offers the desk, and each such act has its route', () => {
    const posted = [
      ...new Set(site.app.routes.filter(({ method, path }) => method === 'POST' && path.startsWith('/desk/')).map(({ path }) => path)),
    ]
    const named = posted.flatMap((path) =>
      path.startsWith('/desk/bulk')
        ? []
        : [path === '/desk/new' ? 'new' : path.replace(/^\/desk\/tickets\/:id\/(articles\/:article\/)?/, '').replace('/:act', '')],
    )
    expect(named.filter((name) => !OWN.includes(name)).toSorted()).toEqual(actsOfferedBy('desk').toSorted())
  })
  it("each button and each form on a ticket's page leads to such a route", async () => {
    const { id } = await site.make.ticket()
    const html = await text(jan.get(`/desk/tickets/${id}`))
    const acts = [...html.matchAll(/(?:form)?action="\/desk\/tickets\/\d+\/([a-z-]+)/g)].map((match) => match[1]!)
    expect(acts.length).toBeGreaterThan(8)
    expect(acts.filter((name) => !OWN.includes(name) && !actsOfferedBy('desk').includes(name as ActName))).toEqual([])
  })
  it('the bar under a list offers what may be done to many, and nothing else', async () => {
    await site.make.ticket()
    const offered = async (list: string) =>
      [...(await text(jan.get(list))).matchAll(/<button[^>]*name="act" value="([a-z-]+)"/g)].map((match) => match[1])
    // Types and services are used nowhere yet.
    const bulk = actsOfferedBy('desk').filter((name) => actOf(name).bulk && name !== 'classify')
    expect(await offered('/desk/search')).toEqual(bulk)
    // Nothing open is archived.
    expect(await offered('/desk/view/open')).toEqual(bulk.filter((name) => name !== 'archive'))
  })
  it('what can be taken back is offered so, and is', async () => {
    const { id } = await site.make.ticket()
    const undoOf = async (act: string, fields: Record<string, string>): Promise<string | undefined> =>
      /action="(\/desk\/tickets\/\d+\/undo\/[0-9a-f-]+)"/.exec(
        await text(jan.get((await jan.post(`/desk/tickets/${id}/${act}`, fields)).headers.get('location')!)),
      )?.[1]
    const title = async () => (await site.make.db.selectFrom('ticket').select('title').where('id', '=', id).executeTakeFirstOrThrow()).title
    const undo = await undoOf('title', { title: 'Inny temat' })
    expect(await title()).toBe('Inny temat')
    await jan.post(undo!)
    expect(await title()).toBe('Nie działa')
    expect(await undoOf('watch', { watching: 'yes' })).toBeUndefined()
    expect(await undoOf('add-person', { who: `agent-${id as Id}` })).toBeUndefined()
  })
})
