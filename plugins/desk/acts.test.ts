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
const cookies = () => [...jan.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
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

describe('merging on the desk, without scripts', () => {
  const customer = () => site.make.person({ name: 'Paulina Szpak' })
  const stateOf = async (id: Id) =>
    (await site.make.db.selectFrom('ticket').select('state_type').where('id', '=', id).executeTakeFirstOrThrow()).state_type

  it('finds the main ticket, shows both and what moves, does it, and every way to the old one leads to the main one', async () => {
    const customerId = await customer()
    const [one, main] = [
      await site.make.ticket({ customerId, subject: 'Drukarka' }),
      await site.make.ticket({ customerId, subject: 'Skaner Canon' }),
    ]
    const path = `/desk/tickets/${one.id}/merge`
    const choice = await text(jan.get(path))
    expect([choice.includes(`${path}?into=${main.number}`), choice.includes('Inne zgłoszenia: Paulina Szpak')]).toEqual([true, true])
    expect(await text(jan.get(`${path}?q=canon`))).toContain(`?into=${main.number}`)
    const wrong = await jan.get(`${path}?into=1234`)
    expect([wrong.status, await text(wrong)]).toEqual([422, expect.stringContaining('Nie ma zgłoszenia o takim numerze')])
    const both = await text(jan.get(`${path}?into=${main.number}`))
    for (const said of ['Zgłoszenie główne', 'Do zgłoszenia głównego przejdą: 1 wiadomość.', 'można później rozdzielić'])
      expect(both).toContain(said)
    expect(both).not.toContain('name="letIn"')
    const done = await jan.post(path, { into: main.number })
    expect([done.status, await stateOf(one.id)]).toEqual([303, 'merged'])
    for (const old of [`/desk/tickets/${one.id}`, path]) {
      const led = await jan.get(old)
      expect(led.status).toBe(302)
    }
    expect((await jan.get(`/desk/tickets/${one.id}`)).headers.get('location')).toBe(`/desk/tickets/${main.id}`)
    const page = await text(jan.get(`/desk/tickets/${main.id}`))
    for (const said of [
      'Scalone z tym zgłoszeniem',
      `/desk/tickets/${one.id}?alone`,
      `/desk/tickets/${one.id}/unmerge`,
      `ze zgłoszenia ${one.number}`,
    ])
      expect(page).toContain(said)
    const alone = await text(jan.get(`/desk/tickets/${one.id}?alone`))
    expect([alone.includes('Dalszy ciąg jest w:'), alone.includes('Rozdziel')]).toEqual([true, true])
    expect((await jan.post(`/desk/tickets/${one.id}/unmerge`)).status).toBe(303)
    expect(await stateOf(one.id)).toBe('new')
  })

  it('says who would not see the main ticket, and what was wrong on the same page', async () => {
    const [one, main] = [await site.make.ticket({ customerId: await customer() }), await site.make.ticket()]
    const path = `/desk/tickets/${one.id}/merge`
    const both = await text(jan.get(`${path}?into=${main.number}`))
    expect([both.includes('Paulina Szpak: po scaleniu czyta dalej'), both.includes('name="letIn"')]).toEqual([true, true])
    await jan.post(`/desk/tickets/${main.id}/merge`, { into: one.number })
    const late = await jan.post(path, { into: main.number, letIn: 'on' })
    const html = await text(late)
    expect([late.status, times(html, 'role="alert"'), html.includes('ktoś scalił je odwrotnie')]).toEqual([409, 1, true])
    expect(html).toMatch(/name="letIn"[^>]*checked/)
  })

  it('many at once, into the number that is typed', async () => {
    const [one, two, main] = [await site.make.ticket(), await site.make.ticket(), await site.make.ticket()]
    const body = new URLSearchParams({ act: 'merge', into: main.number, back: '/desk/view/open', _csrf: jan.token })
    for (const { id } of [one, two, main]) body.append('ticket', id)
    const answer = await site.app.request(
      'http://pomoc.example/desk/bulk',
      { method: 'POST', body, headers: { cookie: cookies(), origin: 'http://pomoc.example', host: 'pomoc.example' } },
      { incoming: { socket: { remoteAddress: '192.0.2.7' } } },
    )
    // The main one itself is told of, and stays chosen.
    expect([answer.status, (await text(answer)).includes('To jest właśnie to zgłoszenie')]).toEqual([409, true])
    expect([await stateOf(one.id), await stateOf(two.id), await stateOf(main.id)]).toEqual(['merged', 'merged', 'new'])
  })

  it('what a page of the merged ticket had open stays, and tells where it goes on', async () => {
    const [one, main] = [await site.make.ticket(), await site.make.ticket()]
    await jan.post(`/desk/tickets/${one.id}/merge`, { into: main.number })
    const part = await jan.get(`/desk/tickets/${one.id}`, { 'hx-request': 'true', 'hx-target': 'div#ticket' })
    expect([part.status, (await part.text()).includes(`/desk/tickets/${main.id}`)]).toEqual([200, true])
    const reply = await text(jan.post(`/desk/tickets/${one.id}/reply`, { body: 'Tekst, który nie ginie.', to: 'a@b.example' }))
    expect([times(reply, 'role="alert"'), reply.includes('Tekst, który nie ginie.')]).toEqual([1, true])
  })
})

describe('links on the desk', () => {
  it('are made, shown on both sides and removed; a child is asked about when its parent is closed', async () => {
    const [parent, child, stranger] = [await site.make.ticket(), await site.make.ticket({ subject: 'Dziecko' }), await site.make.ticket()]
    await site.make.db
      .updateTable('ticket')
      .set({ queue_id: await site.make.queue({ groupId: await site.make.group() }) })
      .where('id', '=', stranger.id)
      .execute()
    const path = `/desk/tickets/${parent.id}`
    const hidden = await jan.post(`${path}/link`, { to: stranger.number })
    expect([hidden.status, (await text(hidden)).includes('albo go nie widzisz')]).toEqual([422, true])
    expect((await jan.post(`${path}/link`, { to: `nr ${child.number}`, as: 'child' })).status).toBe(303)
    expect((await jan.post(`${path}/link`, { to: child.number, as: 'child' })).status).toBe(422)
    const circle = await jan.post(`/desk/tickets/${child.id}/link`, { to: parent.number, as: 'child' })
    expect([circle.status, (await text(circle)).includes('nadrzędne wobec samego siebie')]).toEqual([422, true])
    const page = await text(jan.get(path))
    expect([page.includes('Zgłoszenia podrzędne'), page.includes('Otwarte jest 1 podrzędne zgłoszenie')]).toEqual([true, true])
    expect(await text(jan.get(`/desk/tickets/${child.id}`))).toContain('Zgłoszenie nadrzędne')
    const closed = async (id: Id) =>
      (await site.make.db.selectFrom('ticket').select('state_type').where('id', '=', id).executeTakeFirstOrThrow()).state_type
    const answer = await jan.post(`${path}/close`, { how: 'successful', children: 'close' })
    expect([answer.status, await closed(parent.id), await closed(child.id)]).toEqual([303, 'closed', 'closed'])
    const { act_id } = await site.make.db
      .selectFrom('history')
      .select('act_id')
      .where('ticket_id', '=', child.id)
      .where('type', '=', 'StateUpdate')
      .executeTakeFirstOrThrow()
    await jan.post(`${path}/undo/${act_id}`)
    expect([await closed(parent.id), await closed(child.id)]).toEqual(['new', 'new'])
    await jan.post(`${path}/close`, { how: 'successful' })
    expect(await closed(child.id)).toBe('new')
    const { id: link } = await site.make.db.selectFrom('link').select('id').where('to_id', '=', child.id).executeTakeFirstOrThrow()
    expect((await jan.post(`/desk/tickets/${child.id}/unlink`, { link })).status).toBe(303)
    expect(await text(jan.get(path))).not.toContain('Zgłoszenia podrzędne')
    const told = await site.make.db
      .selectFrom('history')
      .select(['ticket_id', 'type', 'name'])
      .where('type', 'like', 'TicketLink%')
      .where('ticket_id', 'in', [parent.id, child.id])
      .orderBy('id')
      .execute()
    expect(told.map((row) => [row.ticket_id, row.type, row.name])).toEqual([
      [parent.id, 'TicketLinkAdd', `%%${child.number}%%${child.id}%%${parent.id}`],
      [child.id, 'TicketLinkAdd', `%%${parent.number}%%${parent.id}%%${child.id}`],
      [child.id, 'TicketLinkDelete', `%%${parent.number}%%${parent.id}%%${child.id}`],
      [parent.id, 'TicketLinkDelete', `%%${child.number}%%${child.id}%%${parent.id}`],
    ])
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
  // They change nothing on the ticket: what one types, when one looked, and how one's lists look is one's own.
  const OWN = [
    'insert',
    'seen',
    '/desk/my-queues',
    '/desk/columns',
    '/desk/views/new',
    '/desk/views/:id',
    '/desk/views/:id/list',
    '/desk/views/:id/remove',
  ]

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
