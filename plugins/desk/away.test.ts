/** Pages on who sees a ticket and who is away, asked for as people do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Id } from '../../core/database/schema.ts'
import { openSite, type Site } from '../../test/web.ts'
import admin from '../admin/index.tsx'
import portal from '../portal/index.tsx'
import desk from './index.tsx'

let site: Site
let group: Id
let queue: Id
let anna: Id
let jan: Id
beforeAll(async () => {
  site = await openSite([desk, portal, admin])
  const { make } = site
  group = await make.group('Sieć')
  queue = await make.queue({ name: 'Sieć', groupId: group })
  anna = await make.agent({ [group]: ['rw'] }, { name: 'Anna Nowak', login: 'anowak' })
  jan = await make.agent({ [group]: ['rw'] }, { name: 'Jan Kowalski' })
})
afterAll(() => site.close())

const text = async (answer: Promise<Response>): Promise<string> =>
  (await (await answer).text())
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')

describe('who sees a ticket', () => {
  it('is told to who holds every right over it, grouped by rule; a reader gets 403 and no link, a stranger 404', async () => {
    const { make } = site
    const reader = await make.agent({ [group]: ['ro'] }, { name: 'Piotr Zieliński' })
    const ticket = await make.ticket({ queueId: queue, customerId: await make.person({ name: 'Ewa Wójcik', address: 'ewa@uni.example' }) })
    const path = `/desk/tickets/${ticket.id}`
    const [full, partly, stranger] = await Promise.all([
      site.loggedIn(anna),
      site.loggedIn(reader),
      site.loggedIn(await make.agent({ 1: ['rw'] })),
    ])
    expect(await text(full.get(`${path}/who`))).toMatch(
      /Ma prawo w kolejce .*Anna Nowak czytać i odpowiadać kolejka „Sieć” należy do grupy „Sieć”, a w niej: prawo rw nadane wprost .*Piotr Zieliński czytać kolejka.* Zgłaszający .*Ewa Wójcik czytać i odpowiadać/,
    )
    expect(await (await full.get(path)).text()).toContain(`href="${path}/who"`)
    const read = await (await partly.get(path)).text()
    expect(read).not.toContain('/who"')
    expect(read).not.toContain('<dt>Dostęp</dt>')
    expect([(await partly.get(`${path}/who`)).status, (await stranger.get(`${path}/who`)).status]).toEqual([403, 404])
  })
})

describe('why, for the administrator', () => {
  it('answers by address of the page alone, shows nothing of the ticket but number and queue, and asks again for what is not there', async () => {
    const { make } = site
    const ticket = await make.ticket({ queueId: queue, subject: 'Tajny temat' })
    const boss = await site.loggedIn(await make.agent({ 2: ['rw'] }))
    const page = await text(boss.get(`/admin/why?person=anowak&ticket=${ticket.number}&right=note`))
    expect(page).toMatch(
      new RegExp(
        `Anna Nowak, zgłoszenie ${ticket.number} w kolejce Sieć .*note – dodawać notatki tak kolejka „Sieć” należy do grupy „Sieć”, a w niej: prawo rw nadane wprost`,
      ),
    )
    expect(page).not.toContain('Tajny temat')
    expect(await text(boss.get(`/admin/why?person=anowak&ticket=${ticket.number}`))).toMatch(
      /see – widzieć w portalu answer – odpowiadać w portalu nie to nie jest zgłoszenie tej osoby/,
    )
    for (const [query, problem] of [
      ['person=nikt&ticket=1', /nikt/],
      [`person=anowak&ticket=1`, /Nie ma zgłoszenia o tym numerze/],
      [`person=anowak&ticket=`, /Nie ma zgłoszenia o tym numerze/],
    ] as const) {
      const wrong = await boss.get(`/admin/why?${query}`)
      expect(wrong.status).toBe(422)
      expect(await text(Promise.resolve(wrong))).toMatch(problem)
    }
    const led = await boss.get('/admin/why?person=anowak')
    expect(led.status).toBe(200)
    const html = await led.text()
    expect(html).toContain('value="anowak"')
    expect(html).not.toContain('aria-invalid')
    expect((await (await site.loggedIn(anna)).get('/admin/why')).status).toBe(403)
  })
})

describe('an absence', () => {
  it("set on one's account is seen beside the ticket, in the list, among owners to choose, and gives the substitute a view", async () => {
    const { make } = site
    const ticket = await make.ticket({ queueId: queue, ownerId: anna })
    const [me, other] = [await site.loggedIn(anna), await site.loggedIn(jan)]
    expect(await text(other.get('/desk'))).not.toContain('Zastępuję')
    await me.get('/account')
    const wrong = await me.post('/account/absence', { from: '2026-11-17', until: '2026-11-16', substitute: jan, note: 'pilne: 123' })
    expect(wrong.status).toBe(422)
    expect(await wrong.text()).toMatch(/Ostatni dzień nie może być przed pierwszym[\s\S]*value="pilne: 123"/)
    expect(
      (await me.post('/account/absence', { from: '2026-11-17', until: '2026-12-04', substitute: jan, note: 'pilne: 123' })).status,
    ).toBe(303)
    expect(await text(me.get('/account'))).toContain('Teraz: nieobecność do pt. 4 grudnia, zastępuje Jan Kowalski.')
    const page = await text(other.get(`/desk/tickets/${ticket.id}`))
    expect(page).toMatch(/Prowadzi Anna Nowak nieobecność do pt. 4 grudnia, zastępuje Jan Kowalski – pilne: 123/)
    expect(page).toContain('Anna Nowak – nieobecność do pt. 4 grudnia')
    expect(await text(other.get('/desk'))).toMatch(/Zastępuję 1/)
    expect(await text(other.get('/desk/view/substitute'))).toMatch(/Anna Nowak nieobecność nieobecność do/)
    expect((await other.post(`/desk/tickets/${ticket.id}/take`, { fromOther: 'yes' })).status).toBe(303)
    expect((await other.post(`/desk/tickets/${ticket.id}/owner`, { owner: anna })).status).toBe(303)
    expect(await text(other.get(`/desk/tickets/${ticket.id}`))).toContain('Uwaga: nieobecność do pt. 4 grudnia, zastępuje Jan Kowalski.')
    expect((await me.post('/account/absence/end')).status).toBe(303)
    expect(await text(other.get('/desk'))).not.toContain('Zastępuję')
  })

  it('is set by an administrator for an agent, and is no affair of customers', async () => {
    const { make } = site
    const [boss, customer] = [await site.loggedIn(await make.agent({ 2: ['rw'] })), await make.person()]
    expect(await text(boss.get(`/admin/persons/${anna}/absence`))).toContain('Pierwszy dzień')
    expect((await boss.post(`/admin/persons/${anna}/absence`, { from: '2026-11-20', until: '2026-11-27' })).status).toBe(303)
    expect(await text(boss.get(`/admin/persons/${anna}/absence`))).toContain(
      'Zapowiedziana nieobecność od pt. 20 listopada do pt. 27 listopada.',
    )
    expect(await text(boss.get('/admin/audit'))).toContain('Nieobecność osoby')
    expect((await boss.get(`/admin/persons/${customer}/absence`)).status).toBe(404)
    const asker = await site.loggedIn(customer)
    expect(await text(asker.get('/account'))).not.toContain('Nieobecność')
    expect((await asker.post('/account/absence', { from: '2026-11-20', until: '2026-11-27' })).status).toBe(404)
  })
})
