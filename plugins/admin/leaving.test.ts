/** Who stops working here: what they lead is told, and handed on in the same act; taken back, all is as before. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { takeTicket, type Id } from '../../core/index.ts'
import { switchOffDirectoryPersons } from '../../core/person/directory/take.ts'
import desk from '../desk/index.tsx'
import admin from './index.tsx'

let site: Site
let boss: Visitor
let bossId: Id
let groups: [Id, Id]
let queues: [Id, Id]
beforeAll(async () => {
  site = await openSite([admin, desk])
  const { make } = site
  groups = [await make.group('Sieć'), await make.group('Konta')]
  queues = [await make.queue({ name: 'Sieć', groupId: groups[0] }), await make.queue({ name: 'Konta', groupId: groups[1] })]
  bossId = await make.agent({ 2: ['rw'] }, { name: 'Ada Adamska' })
  boss = await site.loggedIn(bossId)
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()
const form = (fields: Record<string, string> = {}) => ({ name: 'Ewa Lis', login: '', agent: 'on', valid: 'on', ...fields })
/** Leads two tickets in the first queue, one in the second; may work in both. */
async function leader() {
  const { make } = site
  const id = await make.agent({ [groups[0]]: ['rw'], [groups[1]]: ['rw'] }, { name: 'Ewa Lis' })
  const tickets: Id[] = []
  for (const queueId of [queues[0], queues[0], queues[1]]) {
    const ticket = await make.ticket({ queueId })
    await make.work(await make.actor(id), (work) => takeTicket(work, ticket.id))
    tickets.push(ticket.id)
  }
  return { id, tickets }
}
const stands = async (ids: readonly Id[]) =>
  (
    await site.make.db
      .selectFrom('ticket')
      .select(['owner_id', 'lock'])
      .where('id', 'in', [...ids])
      .orderBy('id')
      .execute()
  ).map(({ owner_id, lock }) => [owner_id, lock])

describe('switching off somebody who leads tickets', () => {
  it('says what they lead, by queue, and hands it on to whom one chooses, where that one may lead it; undo gives all back', async () => {
    const { id, tickets } = await leader()
    const other = await site.make.agent({ [groups[0]]: ['rw'] }, { name: 'Piotr Nowy' })
    const page = await text(boss.get(`/admin/persons/${id}`))
    expect(page).toMatch(/Prowadzi otwarte zgłoszenia<[^]*<dt>Sieć<\/dt><dd>2<\/dd>[^]*<dt>Konta<\/dt><dd>1<\/dd>/)
    expect(page).toContain('Komu przekazać 3 otwarte zgłoszenia tej osoby')
    const { valid: _on, ...off } = form({ handTo: other })
    const done = await text(boss.get((await boss.post(`/admin/persons/${id}`, off)).headers.get('location')!))
    expect(done).toContain('Zapisano. Przekazano 2 zgłoszenia. 1 zgłoszenie jest do wzięcia.')
    expect(await stands(tickets)).toEqual([
      [other, 'lock'],
      [other, 'lock'],
      [null, 'unlock'],
    ])
    const why = await site.make.db
      .selectFrom('history')
      .select('reason')
      .where('ticket_id', '=', tickets[2]!)
      .where('type', '=', 'OwnerUpdate')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(why.reason).toMatchObject({ rule: 'owner-handed-on', detail: 'Ewa Lis' })
    const event = await site.make.db
      .selectFrom('audit_event')
      .select(['id', 'before', 'after'])
      .where('object_type', '=', 'person')
      .where('object_id', '=', id)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(event).toMatchObject({ before: { valid: true }, after: { valid: false, handedOver: 3, handedTo: other } })
    expect(await text(boss.get(`/admin/audit/${event.id}`))).toMatch(/Przekazano komu[^]*Piotr Nowy[^]*Przekazane zgłoszenia/)
    const undo = done.match(/action="(\/admin\/persons\/\d+\/undo\/[0-9a-f-]+)"/)![1]!
    expect(await text(boss.get((await boss.post(undo)).headers.get('location')!))).toContain(
      'Cofnięte: osoba i jej zgłoszenia są jak przedtem.',
    )
    expect(await stands(tickets)).toEqual([
      [id, 'lock'],
      [id, 'lock'],
      [id, 'lock'],
    ])
    expect(await site.make.db.selectFrom('person').select('valid').where('id', '=', id).executeTakeFirst()).toEqual({ valid: true })
  })
  it('to nobody they are to be taken; to somebody who is no agent not at all, and nobody is switched off then', async () => {
    const { id, tickets } = await leader()
    const customer = await site.make.person()
    const { valid: _on, ...off } = form({ handTo: customer })
    expect((await boss.post(`/admin/persons/${id}`, off)).status).toBe(422)
    expect(await stands(tickets)).toEqual([
      [id, 'lock'],
      [id, 'lock'],
      [id, 'lock'],
    ])
    expect((await boss.post(`/admin/persons/${id}`, { ...off, handTo: 'nobody' })).status).toBe(303)
    expect(await stands(tickets)).toEqual([
      [null, 'unlock'],
      [null, 'unlock'],
      [null, 'unlock'],
    ])
  })
  it('whoever goes on working keeps them, whatever the choice says; so does who leaves without one', async () => {
    const { id, tickets } = await leader()
    const before = await stands(tickets)
    await boss.post(`/admin/persons/${id}`, form({ handTo: 'nobody' }))
    const { valid: _on, ...off } = form({ handTo: '' })
    await boss.post(`/admin/persons/${id}`, off)
    expect(await stands(tickets)).toEqual(before)
  })
  it('only administrators, and nobody takes back what another did', async () => {
    const { id } = await leader()
    const agent = await site.loggedIn(await site.make.agent({ 1: ['rw'] }))
    await agent.get('/desk/new')
    expect((await agent.post(`/admin/persons/${id}/undo/00000000-0000-0000-0000-000000000000`)).status).toBe(403)
    expect((await boss.post(`/admin/persons/${id}/undo/x`)).status).toBe(404)
  })
})

describe('switched off by the directory in the night', () => {
  it('what they lead is to be taken at once, and the first page of administration tells of it until it is handed on', async () => {
    const { id, tickets } = await leader()
    const other = await site.make.actor(await site.make.agent({ [groups[0]]: ['rw'] }))
    const looks = await site.loggedIn(other.id)
    const listed = async () => [...(await text(looks.get('/desk/view/take'))).matchAll(/id="row-(\d+)"/g)].map((match) => match[1]!)
    expect((await listed()).filter((one) => tickets.includes(one))).toEqual([])
    await site.make.asSystem((work) => switchOffDirectoryPersons(work, [id]))
    expect((await listed()).filter((one) => tickets.includes(one))).toEqual([tickets[0], tickets[1]])
    expect(await text(boss.get('/admin'))).toContain(
      `<a href="/admin/persons/${id}">Ewa Lis już tu nie pracuje, a prowadzi 3 otwarte zgłoszenia.`,
    )
    const { valid: _on, ...off } = form({ handTo: 'nobody' })
    await boss.post(`/admin/persons/${id}`, off)
    expect(await text(boss.get('/admin'))).not.toContain(`/admin/persons/${id}"`)
  })
})
