import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTopic, createUnit, editSystemAddress, listEvents, setActivation, setRoute, type Id, type Work } from '../../core/index.ts'
import {
  closeQueue,
  createCalendar,
  createGroup,
  createPart,
  createQueue,
  createRole,
  createSystemAddress,
  editCalendar,
  editQueue,
  editRole,
  findAdminQueue,
  findCalendar,
  findRole,
  findSystemAddress,
  orderQueues,
  partsOfQueue,
  saveSettings,
  setPersonRights,
  setQueueParts,
  UNIT_LIMITS,
  unitLimits,
  type QueueForm,
} from '../../core/administration.ts'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import desk from '../desk/index.tsx'
import units from '../units/index.tsx'
import portal from '../portal/index.tsx'
import admin from './index.tsx'

let site: Site
let boss: Visitor
let admin1: Id
let unit: Id
beforeAll(async () => {
  site = await openSite([desk, portal, admin, units])
  const { make } = site
  admin1 = await make.agent({ 2: ['rw'] }, { name: 'Ada Adamska' })
  boss = await site.loggedIn(admin1)
  unit = await act((work) =>
    createUnit(work, { parentId: '1', slug: 'chemia', name: 'Chemia', nameEn: 'Chemistry', calendarId: null, valid: true }),
  )
})
afterAll(() => site?.close())

const act = async <T,>(run: (work: Work) => Promise<T>) => site.make.work(await site.make.actor(admin1), run)
const lastOf = async (objectType: string) => (await listEvents(site.make.db, 'all', { filter: { objectType }, limit: 1 })).rows[0]!
/** Goes back on the last change of such a thing through the pages: the button is there, the question is asked, the answer says yes. */
async function back(objectType: string): Promise<Id> {
  const { id } = await lastOf(objectType)
  expect(await (await boss.get(`/admin/audit/${id}`)).text()).toContain(`/admin/audit/${id}/revert`)
  expect((await boss.get(`/admin/audit/${id}/revert`)).status).toBe(200)
  const answer = await boss.post(`/admin/audit/${id}/revert`)
  expect([answer.status, answer.status === 422 ? await answer.text() : '']).toEqual([303, ''])
  return id
}
const queueForm = (more: Partial<QueueForm> = {}): QueueForm => ({
  name: 'Sieć',
  parentId: null,
  unitId: '1',
  groupId: '1',
  calendarId: null,
  addressId: null,
  followUpPossible: 'possible',
  followUpLock: true,
  language: null,
  signature: '',
  comment: '',
  valid: true,
  ...more,
})

describe('what was changed goes back, all of it and nothing else', () => {
  it('a role gets its name back and keeps its demand for two-step login', async () => {
    const role = await act((work) => createRole(work, { name: 'Dyżur', comment: '', valid: true, secondFactor: true }))
    await act((work) => editRole(work, role, { name: 'Dyżur nocny', comment: '', valid: true, secondFactor: true }))
    await back('role')
    expect(await findRole(site.make.db, role)).toMatchObject({ name: 'Dyżur', secondFactor: true })
  })

  it('a queue gets back what becomes of messages from strangers', async () => {
    const queue = await act((work) => createQueue(work, queueForm({ name: 'Obcy', followUpStrangers: 'hold' })))
    await act((work) => editQueue(work, queue, queueForm({ name: 'Obcy', followUpStrangers: 'accept' })))
    await back('queue')
    expect((await findAdminQueue(site.make.db, queue))?.followUpStrangers).toBe('hold')
  })

  it('an address goes by the sender’s unit and its topic as before', async () => {
    const topic = await act((work) => createTopic(work, '1', { name: 'Sieć', nameEn: '', sort: 0, valid: true }))
    const form = { address: 'siec@uni.example', name: 'Sieć', queueId: '1', valid: true }
    const address = await act((work) => createSystemAddress(work, { ...form, byUnit: true, topicId: topic }))
    await act((work) => editSystemAddress(work, address, { ...form, byUnit: false, topicId: null }))
    await back('system address')
    expect(await findSystemAddress(site.make.db, address)).toMatchObject({ byUnit: true, topicId: topic })
  })

  it('queues stand in their former order', async () => {
    const group = await act((work) => createGroup(work, { name: 'Chemia', comment: '', unitId: unit, valid: true }))
    const [a, b] = await act(async (work) => [
      await createQueue(work, queueForm({ name: 'Chemia A', unitId: unit, groupId: group })),
      await createQueue(work, queueForm({ name: 'Chemia B', unitId: unit, groupId: group })),
    ])
    await act((work) => orderQueues(work, unit, [a!, b!]))
    await act((work) => orderQueues(work, unit, [b!, a!]))
    await back('unit')
    const rows = await site.make.db.selectFrom('queue').select('id').where('unit_id', '=', unit).orderBy('sort').execute()
    expect(rows.map((row) => row.id)).toEqual([a, b])
  })

  it('a queue gets its salutation and signature back', async () => {
    const queue = await act((work) => createQueue(work, queueForm({ name: 'Podpisana' })))
    const [one, other] = await act(async (work) => [
      await createPart(work, 'salutation', { name: 'Dzień dobry', body: 'Dzień dobry', valid: true }),
      await createPart(work, 'signature', { name: 'Dział', body: 'Dział IT', valid: true }),
    ])
    await act((work) => setQueueParts(work, queue, { salutation: one!, signature: null }))
    await act((work) => setQueueParts(work, queue, { salutation: null, signature: other! }))
    await back('queue text')
    expect(await partsOfQueue(site.make.db, queue)).toEqual({ salutation: one, signature: null })
  })

  it('a calendar without a cut-off has none again', async () => {
    const { calendar } = (await findCalendar(site.make.db, '1'))!
    const id = await act((work) => createCalendar(work, { ...calendar, name: 'Bez granicy', cutOff: null }))
    await act((work) => editCalendar(work, id, { ...calendar, name: 'Bez granicy', cutOff: '14:00' }, true))
    await back('calendar')
    expect((await findCalendar(site.make.db, id))?.calendar.cutOff).toBeNull()
  })

  it('rights go back also where a plugin’s right is held beside them', async () => {
    const person = await site.make.agent({ 1: ['ro', 'faq.edit'] })
    await act((work) => setPersonRights(work, person, new Map([['1', ['rw']]])))
    await back('person right')
    const rows = await site.make.db.selectFrom('group_person').select('right').where('person_id', '=', person).execute()
    expect(rows.map((row) => row.right).toSorted()).toEqual(['faq.edit', 'ro'])
  })

  it('a closed queue is in use again; its tickets stay where they went', async () => {
    const [gone, stays] = await act(async (work) => [
      await createQueue(work, queueForm({ name: 'Zamykana' })),
      await createQueue(work, queueForm({ name: 'Zostaje' })),
    ])
    await site.make.ticket({ queueId: gone! })
    expect(await act((work) => closeQueue(work, gone!, stays!))).toBe(1)
    await back('queue')
    expect(await findAdminQueue(site.make.db, gone!)).toMatchObject({ valid: true, open: 0 })
  })

  it('a unit’s limits go back: they are core’s settings, not a plugin’s', async () => {
    await act((work) => saveSettings(work, UNIT_LIMITS, unitLimits, { maxQueues: 3 }, unit))
    await back('setting')
    expect(await site.make.db.selectFrom('setting').select('key').where('owner', '=', UNIT_LIMITS).execute()).toEqual([])
  })
})

describe('the two logs', () => {
  it('say the same in the same words, with names for ids and moments in the site’s zone', async () => {
    const person = await site.make.person({ name: 'Ewa Lis' })
    const topic = await act((work) => createTopic(work, unit, { name: 'Odczynniki', nameEn: 'Reagents', sort: 0, valid: true }))
    const queue = (
      await site.make.db
        .selectFrom('queue')
        .select('id')
        .where('unit_id', '=', unit)
        .where('name', '=', 'Chemia A')
        .executeTakeFirstOrThrow()
    ).id
    await act((work) => setRoute(work, unit, topic, queue))
    await act((work) => setActivation(work, 'units', unit, true))
    const group = (await site.make.db.selectFrom('permission_group').select('id').where('unit_id', '=', unit).executeTakeFirstOrThrow()).id
    await site.make.db.updateTable('person').set({ agent: true }).where('id', '=', person).execute()
    await act((work) => setPersonRights(work, person, new Map([[group, ['rw', 'note']]])))
    await site.make.db
      .insertInto('audit_event')
      .values({
        at: site.make.now,
        kind: 'admin-changed',
        person_id: admin1,
        on_behalf_of: null,
        program: null,
        client_address: null,
        request_id: null,
        object_type: 'unit opted in',
        object_id: unit,
        unit_id: unit,
        before: JSON.stringify({ since: null }),
        after: JSON.stringify({ since: '2026-11-17T23:43:09.125Z' }),
        act_id: '00000000-0000-4000-8000-000000000000',
      })
      .execute()
    const flat = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
    const [central, local] = [
      flat(await (await boss.get(`/admin/audit?unit=${unit}`)).text()),
      flat(await (await boss.get('/u/chemia/admin/log')).text()),
    ]
    for (const log of [central, local]) {
      expect(log).toContain('Sprawy jednostki „Chemia”')
      expect(log).toMatch(/Sprawa Odczynniki: – → Chemia A/)
      expect(log).toMatch(/Prawa osoby „Ewa Lis”/)
      expect(log).toMatch(/W grupie Chemia: – → notatki, wszystkie prawa/)
      expect(log).toMatch(/W jednostce Chemia: jak wyżej → włączona/)
      // 23:43 UTC is 0:43 of the next day in Warsaw.
      expect(log).toMatch(/Od: – → jutro, 0:43|Od: – → śr. 18 listopada, 0:43/)
      expect(log).not.toMatch(/handedOver|unit_id|\btopic \d|T23:43| rw\b/)
    }
    const english = await (await boss.get('/admin/audit?format=csv', { 'accept-language': 'en' })).text()
    expect(english).toContain('Topic Reagents: – → Chemia A')
  })

  it('offer to take back exactly what can be taken back, and say why not', async () => {
    const { make } = site
    const event = (await listEvents(make.db, 'all', { filter: { objectType: 'unit opted in' }, limit: 1 })).rows[0]!
    const page = await (await boss.get(`/admin/audit/${event.id}`)).text()
    expect(page).not.toContain(`/admin/audit/${event.id}/revert`)
    expect(page).toContain('Zgłoszenia zostają tam, dokąd trafiły.')
    expect((await boss.get(`/admin/audit/${event.id}/revert`)).status).toBe(404)
  })

  it('read what plugins left that are not here any more, and do not offer to go back on it', async () => {
    const { make } = site
    const event = await make.db
      .insertInto('audit_event')
      .values({
        at: make.now,
        kind: 'admin-changed',
        person_id: null,
        on_behalf_of: null,
        program: 'gone',
        client_address: null,
        request_id: null,
        object_type: 'gone/thing',
        object_id: '7',
        unit_id: unit,
        before: JSON.stringify({ level: 1 }),
        after: JSON.stringify({ level: 2 }),
        act_id: '00000000-0000-4000-8000-000000000001',
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const path of ['/admin/audit', `/admin/audit/${event.id}`, '/u/chemia/admin/log']) {
      const page = await (await boss.get(path)).text()
      expect(page).toContain('Rzecz wtyczki, której tu nie ma (gone/thing, nr 7)')
      expect(page).toContain('pole „level”')
    }
    expect((await boss.get(`/admin/audit/${event.id}/revert`)).status).toBe(404)
  })
})
