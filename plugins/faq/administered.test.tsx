import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createUnit, listEvents, setActivation, type Id, type Work } from '../../core/index.ts'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import admin from '../admin/index.tsx'
import desk from '../desk/index.tsx'
import portal from '../portal/index.tsx'
import units from '../units/index.tsx'
import { faq as faqTables } from './tables.ts'
import faq from './index.tsx'

let site: Site
let unit: Id
let boss: Visitor
let editor: Visitor
let local: Visitor
let path: string
beforeAll(async () => {
  site = await openSite([desk, portal, admin, units, faq])
  const { make } = site
  const adminId = await make.agent({ 2: ['rw'] }, { name: 'Ada Adamska' })
  boss = await site.loggedIn(adminId)
  const act = async <T,>(run: (work: Work) => Promise<T>) => make.work(await make.actor(adminId), run)
  unit = await act((work) =>
    createUnit(work, { parentId: '1', slug: 'mech', name: 'Mechanika', nameEn: '', calendarId: null, valid: true }),
  )
  await act((work) => setActivation(work, 'faq', unit, true))
  const group = await make.group()
  await make.queue({ unitId: unit, groupId: group })
  editor = await site.loggedIn(await make.agent({ [group]: ['ro', 'faq.edit', 'faq.approve'] }, { name: 'Ewa Redaktor', unitId: unit }))
  const localId = await make.agent({}, { unitId: unit })
  await make.db.insertInto('unit_administrator').values({ unit_id: unit, person_id: localId, since: make.now, given_by: null }).execute()
  local = await site.loggedIn(localId)
  await send(editor, '/u/mech/faq/categories/new', { name: 'Konto', nameEn: 'Account', position: '1', valid: 'on' })
  const category = await lastId('faq/category')
  await send(editor, '/u/mech/faq/new', { ...entry, categoryId: category, title: 'Jak zmienić hasło?' })
  path = `/u/mech/faq/${await lastId('faq/entry')}`
})
afterAll(() => site?.close())

const entry = { language: 'pl', audience: 'public', keywords: '', contentType: 'markdown', solution: 'Na stronie konta.' }
async function send(by: Visitor, to: string, fields: Record<string, string | Blob>, from = to): Promise<void> {
  await by.get(from)
  const answer = await by.post(to, fields)
  expect([to, answer.status, answer.status === 422 ? await answer.text() : '']).toEqual([to, 303, ''])
}
const last = async (type: string) =>
  (await listEvents(site.make.db, 'all', { filter: { objectType: type }, limit: 1, owners: [faq] })).rows[0]!
const lastId = async (type: string): Promise<Id> => (await last(type)).object!.id
const facts = async () =>
  await site.make.db.selectFrom('fact').select(['name', 'unit_id', 'data']).where('name', 'like', 'faq.%').orderBy('id').execute()
const flat = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
/** Goes back on the last change of such a thing, by central administration or, on the unit's own page, by its administrators. */
const back = async (type: string, by: 'boss' | 'local') => {
  const event = await last(type)
  if (by === 'boss') await send(boss, `/admin/audit/${event.id}/revert`, {})
  else await send(local, '/u/mech/admin/log', { id: event.id })
}

describe('what an editor does', () => {
  it('stands in both logs in words and is told, without what was written', async () => {
    const category = (
      await site.make.db.selectFrom('audit_event').select('object_id').where('object_type', '=', 'faq/category').executeTakeFirstOrThrow()
    ).object_id
    await send(editor, `${path}/edit`, {
      ...entry,
      categoryId: category,
      title: 'Jak zmienić hasło do poczty?',
      audience: 'internal',
      files: new File(['pdf'], 'plan.pdf', { type: 'application/pdf' }),
    })
    await send(editor, `${path}/valid`, { valid: '' }, path)
    for (const log of [
      flat(await (await boss.get(`/admin/audit?unit=${unit}`)).text()),
      flat(await (await local.get('/u/mech/admin/log')).text()),
    ]) {
      expect(log).toContain('Ewa Redaktor')
      expect(log).toContain('Wpis bazy wiedzy „Jak zmienić hasło do poczty?”')
      expect(log).toMatch(/Pokazywany: tak → nie/)
      expect(log).toMatch(/Najnowsza treść: Jak zmienić hasło\? \(1\) → Jak zmienić hasło do poczty\? \(2\)|i 2 więcej|i 1 więcej/)
      expect(log).toMatch(/plan\.pdf: nie → tak/)
      expect(log).toContain('Kategoria bazy wiedzy „Konto”')
    }
    const told = await facts()
    expect(told.map(({ name }) => name)).toEqual([
      'faq.category-changed',
      'faq.entry-written',
      'faq.entry-changed',
      'faq.files-changed',
      'faq.entry-withdrawn',
    ])
    expect(new Set(told.map(({ unit_id }) => unit_id))).toEqual(new Set([unit]))
    expect(JSON.stringify(told)).not.toMatch(/hasło|plan\.pdf|konta/)
  })

  it('goes back: withdrawn, a file, the text with its audience, a category', async () => {
    await back('faq/entry', 'boss')
    expect((await editor.get(path)).status).toBe(200)
    await back('faq/files', 'local')
    expect(await (await editor.get(path)).text()).not.toContain('plan.pdf')
    // What was written second; the change back to "shown" came after it and stays.
    const { rows } = await listEvents(site.make.db, 'all', { filter: { objectType: 'faq/entry' }, limit: 10, owners: [faq] })
    await send(local, '/u/mech/admin/log', { id: rows.find((event) => event.before && 'audience' in event.before)!.id })
    const page = await (await site.visitor().get(path)).text()
    expect(page).toContain('Jak zmienić hasło?')
    expect(page).not.toContain('do poczty')
    const category = await lastId('faq/category')
    await send(editor, `/u/mech/faq/categories/${category}`, {
      name: 'Konta',
      nameEn: '',
      position: '2',
      valid: 'on',
      groups: 'shown',
      groupIds: '1',
    })
    const groups = () => faqTables(site.make.db).selectFrom('faq_category_group').select('group_id').execute()
    expect(await groups()).toEqual([{ group_id: '1' }])
    await back('faq/category', 'local')
    expect(await groups()).toEqual([])
    expect(
      await site.make.db
        .withTables<{ faq_category: { id: Id; name: string; name_en: string | null; position: number } }>()
        .selectFrom('faq_category')
        .select(['name', 'name_en', 'position'])
        .executeTakeFirst(),
    ).toEqual({ name: 'Konto', name_en: 'Account', position: 1 })
  })

  it('a reader’s vote is told and is no affair of the log', async () => {
    const reader = await site.loggedIn(await site.make.person({ unitId: unit }))
    const before = (await listEvents(site.make.db, 'all', { limit: 500 })).rows.length
    await send(reader, `${path}/vote`, { helped: 'yes' }, path)
    expect((await facts()).at(-1)).toMatchObject({ name: 'faq.voted', unit_id: unit, data: { rate: 100 } })
    expect((await listEvents(site.make.db, 'all', { limit: 500 })).rows).toHaveLength(before)
  })

  it('is put back by nobody without the unit’s administration', async () => {
    const event = await last('faq/entry')
    await editor.get(path)
    expect((await editor.post('/u/mech/admin/log', { id: event.id })).status).toBe(404)
    expect((await editor.post(`/admin/audit/${event.id}/revert`, {})).status).toBe(403)
  })
})
