import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Id } from '../../core/index.ts'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import desk from '../desk/index.tsx'
import portal from '../portal/index.tsx'
import { createItem, saveCategory, setItemValid, type ItemForm } from './faq.ts'
import faq from './index.tsx'

let site: Site
let faculty: Id
let dean: Id
let other: Id
let category: Id
let deanCategory: Id
let agentId: Id
const readers = {} as Record<'stranger' | 'customer' | 'agent' | 'below' | 'editor' | 'approver' | 'foreign', Visitor>
const items = {} as Record<'public' | 'external' | 'internal' | 'waiting' | 'withdrawn' | 'dean' | 'deanInternal', Id>

const form = (more: Partial<ItemForm> = {}): ItemForm => ({
  categoryId: category,
  language: 'pl',
  audience: 'public',
  title: 'Wpis',
  keywords: '',
  contentType: 'markdown',
  symptom: '',
  problem: '',
  solution: 'Odpowiedź.',
  comment: '',
  ...more,
})
const write = (more: Partial<ItemForm> = {}, approve = true, unit = faculty) =>
  site.make.asSystem((work) => createItem(work, unit, form(more), approve))
const text = async (answer: Promise<Response>) => (await answer).text()
const on = (unit: Id, active: boolean) =>
  site.make.db
    .insertInto('plugin_activation')
    .values({ plugin: 'faq', unit_id: unit, active, changed_at: site.make.now, changed_by: null })
    .execute()

beforeAll(async () => {
  site = await openSite([desk, portal, faq])
  const { make } = site
  faculty = await make.unit({ name: 'Wydział Mechaniczny' })
  dean = await make.unit({ name: 'Dziekanat', parentId: faculty })
  other = await make.unit({ name: 'Chemia' })
  await make.db.updateTable('unit').set({ slug: 'mech' }).where('id', '=', faculty).execute()
  await make.db.updateTable('unit').set({ slug: 'dziekanat' }).where('id', '=', dean).execute()
  await make.db.updateTable('unit').set({ slug: 'chemia' }).where('id', '=', other).execute()
  await on(faculty, true)
  await make.db
    .insertInto('setting')
    .values({ owner: 'faq', key: 'approval', unit_id: faculty, value: 'true', changed_at: make.now, changed_by: null })
    .execute()
  category = await make.asSystem((work) =>
    saveCategory(work, faculty, null, { name: 'Konto', nameEn: 'Account', parentId: null, position: 1, valid: true }),
  )
  deanCategory = await make.asSystem((work) =>
    saveCategory(work, dean, null, { name: 'Dziekanat', nameEn: '', parentId: null, position: 1, valid: true }),
  )

  const [facultyGroup, deanGroup, foreignGroup] = [await make.group(), await make.group(), await make.group()]
  await make.queue({ unitId: faculty, groupId: facultyGroup })
  await make.queue({ unitId: dean, groupId: deanGroup })
  await make.queue({ unitId: other, groupId: foreignGroup })
  readers.stranger = site.visitor()
  readers.customer = await site.loggedIn(await make.person({ unitId: dean }))
  agentId = await make.agent({ [facultyGroup]: ['ro'] })
  readers.agent = await site.loggedIn(agentId)
  readers.below = await site.loggedIn(await make.agent({ [deanGroup]: ['rw'] }))
  readers.editor = await site.loggedIn(await make.agent({ [facultyGroup]: ['ro', 'faq.edit'] }))
  readers.approver = await site.loggedIn(await make.agent({ [facultyGroup]: ['ro', 'faq.edit', 'faq.approve'] }))
  readers.foreign = await site.loggedIn(await make.agent({ [foreignGroup]: ['rw', 'faq.edit', 'faq.approve'] }))

  items.public = await write({
    title: 'Jak zmienić hasło do poczty?',
    keywords: 'skrzynka',
    solution: 'Wejdź na **stronę konta**.',
    comment: 'Tylko dla agentów: numer 1234.',
  })
  items.external = await write({ title: 'Drukowanie w bibliotece', audience: 'external' })
  items.internal = await write({ title: 'Reset konta przez konsolę', audience: 'internal' })
  items.waiting = await write({ title: 'Jeszcze niezatwierdzone' }, false)
  items.withdrawn = await write({ title: 'Wycofane' })
  await make.asSystem((work) => setItemValid(work, items.withdrawn, false))
  items.dean = await write({ title: 'Godziny dziekanatu', categoryId: deanCategory }, true, dean)
  items.deanInternal = await write({ title: 'Klucze do archiwum', audience: 'internal', categoryId: deanCategory }, true, dean)
})
afterAll(() => site.close())

describe('who reads what', () => {
  const url = (name: keyof typeof items) => `/u/${name.startsWith('dean') ? 'dziekanat' : 'mech'}/faq/${items[name]}`
  it.each([
    ['stranger', { public: 200, external: 303, internal: 404, waiting: 404, withdrawn: 404, dean: 200, deanInternal: 404 }],
    ['customer', { public: 200, external: 200, internal: 404, waiting: 404, withdrawn: 404, dean: 200, deanInternal: 404 }],
    ['agent', { public: 200, external: 200, internal: 200, waiting: 404, withdrawn: 404, dean: 200, deanInternal: 200 }],
    ['below', { public: 200, external: 200, internal: 404, waiting: 404, withdrawn: 404, dean: 200, deanInternal: 200 }],
    ['foreign', { public: 200, external: 200, internal: 404, waiting: 404, withdrawn: 404, dean: 200, deanInternal: 404 }],
    ['editor', { public: 200, external: 200, internal: 200, waiting: 200, withdrawn: 200, dean: 200, deanInternal: 200 }],
  ] as const)('%s', async (reader, expected) => {
    for (const [name, status] of Object.entries(expected))
      expect([name, (await readers[reader].get(url(name as keyof typeof items))).status]).toEqual([name, status])
  })
  it('lists and searches show only what may be read', async () => {
    const all = await text(readers.customer.get('/u/mech/faq?search=konta reset biblioteka hasło niezatwierdzone wycofane'))
    expect(all).not.toMatch(/konsolę|niezatwierdzone<|Wycofane</)
    for (const path of ['/u/mech/faq', `/u/mech/faq?category=${category}`]) {
      const [strangers, customers, agents] = await Promise.all(
        (['stranger', 'customer', 'agent'] as const).map((name) => text(readers[name].get(path))),
      )
      expect(strangers).toContain('Jak zmienić hasło')
      expect(strangers).not.toMatch(/bibliotece|konsolę|niezatwierdzone|Wycofane/)
      expect(customers).toContain('bibliotece')
      expect(customers).not.toMatch(/konsolę|niezatwierdzone|Wycofane/)
      expect(agents).toContain('konsolę')
      expect(agents).not.toMatch(/niezatwierdzone|Wycofane/)
    }
  })
  it('what agents of a unit write for themselves is read by those above it, and not by those below', async () => {
    for (const path of ['/u/dziekanat/faq', '/u/dziekanat/faq?search=konto reset', `/u/dziekanat/faq?category=${category}`]) {
      expect(await text(readers.below.get(path))).not.toContain('konsolę')
      expect(await text(readers.agent.get(path))).toContain('konsolę')
    }
    expect(await text(readers.agent.get('/u/dziekanat/faq'))).toContain('Klucze do archiwum')
    expect(await text(readers.below.get('/u/dziekanat/faq'))).toContain('Klucze do archiwum')
    expect(await text(readers.foreign.get('/u/dziekanat/faq'))).not.toContain('Klucze do archiwum')
  })
  it('an entry is found only under its own unit', async () => {
    expect((await readers.agent.get(`/u/dziekanat/faq/${items.internal}`)).status).toBe(404)
    expect((await readers.stranger.get(`/u/mech/faq/${items.dean}`)).status).toBe(404)
  })
  it('a unit below reads along; one where the knowledge base is off has none', async () => {
    const below = await text(readers.customer.get('/u/dziekanat/faq'))
    expect(below).toContain('Godziny dziekanatu')
    expect(below).toContain('Jak zmienić hasło')
    expect(await text(readers.stranger.get('/u/mech/faq'))).not.toContain('Godziny dziekanatu')
    expect((await readers.foreign.get('/u/chemia/faq')).status).toBe(404)
  })
  it('remarks for agents stay with agents', async () => {
    expect(await text(readers.customer.get(url('public')))).not.toContain('1234')
    expect(await text(readers.agent.get(url('public')))).toContain('1234')
    expect(await text(readers.customer.get('/u/mech/faq?search=numer 1234 agentów'))).not.toContain('Jak zmienić')
  })
  it.each(['new', 'manage', 'categories', 'categories/new', 'edit'])('only who edits reaches %s', async (page) => {
    const path = page === 'edit' ? `${url('public')}/edit` : `/u/mech/faq/${page}`
    expect((await readers.editor.get(path)).status).toBe(200)
    expect((await readers.agent.get(path)).status).toBe(403)
    expect((await readers.customer.get(path)).status).toBe(404)
    expect((await readers.foreign.get(path)).status).toBe(404)
    expect((await readers.stranger.get(path)).status).toBe(303)
  })
})

describe('searching', () => {
  it.each([['hasła pocztowe'], ['HASLO'], ['nie działa skrzynka'], ['zmiana hasła poczty']])(
    'other forms of the words find it: %s',
    async (search) => {
      expect(await text(readers.stranger.get(`/u/mech/faq?search=${encodeURIComponent(search)}`))).toContain('Jak zmienić hasło')
    },
  )
  it('what fits better stands first', async () => {
    await write({ title: 'Poczta w telefonie', solution: 'Hasło do poczty zmienisz na stronie konta.' })
    const found = await text(readers.stranger.get('/u/mech/faq?search=hasło poczta'))
    expect(found.indexOf('Jak zmienić hasło')).toBeLessThan(found.indexOf('Poczta w telefonie'))
  })
  it('nothing found offers a person; signs of SQL are only signs', async () => {
    expect(await text(readers.stranger.get('/u/mech/faq?search=kwantechizm'))).toContain('Zapytaj nas')
    expect((await readers.stranger.get(`/u/mech/faq?search=${encodeURIComponent("%_'\\ \u0000 ;--")}`)).status).toBe(200)
  })
})

describe('categories kept to groups', () => {
  it('an editor says whose agents read internal entries; the log has it, and nobody else reads them', async () => {
    const { make } = site
    const few = await make.group('garstka')
    await make.db.updateTable('permission_group').set({ unit_id: faculty }).where('id', '=', few).execute()
    const own = await make.asSystem((work) =>
      saveCategory(work, faculty, null, { name: 'Dla garstki', nameEn: '', parentId: null, position: 9, valid: true }),
    )
    const id = await write({ categoryId: own, audience: 'internal', title: 'Tajemnica' })
    const [read, open] = [`/u/mech/faq/${id}`, await write({ categoryId: own, title: 'Jawne' })]
    expect((await readers.agent.get(read)).status).toBe(200)

    const form = await text(readers.editor.get(`/u/mech/faq/categories/${own}`))
    expect(form).toContain('garstka')
    const fields = { name: 'Dla garstki', nameEn: '', parentId: '', position: '9', valid: 'on', groups: 'shown', groupIds: few }
    expect((await readers.editor.post(`/u/mech/faq/categories/${own}`, fields)).status).toBe(303)
    expect([(await readers.agent.get(read)).status, (await readers.agent.get(`/u/mech/faq/${open}`)).status]).toEqual([404, 200])
    expect(await text(readers.agent.get('/u/mech/faq?q=tajemnica'))).not.toContain('Tajemnica')
    await make.db.insertInto('group_person').values({ group_id: few, person_id: agentId, right: 'ro' }).execute()
    expect((await readers.agent.get(read)).status).toBe(200)
    expect(await text(readers.agent.get('/u/mech/faq?q=tajemnica'))).toContain('Tajemnica')

    // A form that shows none of them leaves them; an unknown one is refused, and what was typed stays.
    const { groups: _, groupIds: __, ...without } = fields
    await readers.editor.post(`/u/mech/faq/categories/${own}`, without)
    expect(await text(readers.editor.get(`/u/mech/faq/categories/${own}`))).toMatch(new RegExp(`value="${few}" checked`))
    expect((await readers.editor.post(`/u/mech/faq/categories/${own}`, { ...fields, groupIds: '999999' })).status).toBe(422)
    await readers.editor.post(`/u/mech/faq/categories/${own}`, { ...without, groups: 'shown' })
    expect(await text(readers.editor.get(`/u/mech/faq/categories/${own}`))).not.toMatch(new RegExp(`value="${few}" checked`))
  })
})

describe('writing', () => {
  const fields = (more: Record<string, string> = {}) => ({
    title: 'Nowe pytanie',
    solution: 'Pierwszy tekst',
    categoryId: category,
    audience: 'public',
    language: 'pl',
    contentType: 'markdown',
    ...more,
  })
  it('a text by somebody who may not approve waits; readers keep the one before until somebody approves it', async () => {
    await readers.editor.get('/u/mech/faq/new')
    const made = await readers.editor.post('/u/mech/faq/new', fields())
    const path = made.headers.get('location')!
    expect((await readers.stranger.get(path)).status).toBe(404)
    const page = await text(readers.approver.get(path))
    const revision = /name="revision" value="(\d+)"/.exec(page)![1]!
    expect((await readers.editor.post(`${path}/approve`, { revision })).status).toBe(403)
    expect((await readers.approver.post(`${path}/approve`, { revision })).status).toBe(303)
    expect(await text(readers.stranger.get(path))).toContain('Pierwszy tekst')
    await readers.editor.post(`${path}/edit`, fields({ solution: 'Drugi tekst' }))
    expect(await text(readers.stranger.get(path))).toContain('Pierwszy tekst')
    expect((await readers.approver.post(`${path}/approve`, { revision })).status).toBe(422)
    expect((await readers.stranger.get(`${path}?version=${Number(revision) + 1}`)).status).toBe(200)
    expect(await text(readers.stranger.get(`${path}?version=${Number(revision) + 1}`))).not.toContain('Drugi tekst')
    const versions = await text(readers.editor.get(`${path}/versions`))
    expect(versions.match(/<tr/g)).toHaveLength(3)
    expect(await text(readers.editor.get(`${path}/edit?version=${revision}`))).toContain('Pierwszy tekst')
  })
  it('a refused form keeps what was typed', async () => {
    await readers.editor.get('/u/mech/faq/new')
    const answer = await readers.editor.post(
      '/u/mech/faq/new',
      fields({ title: '', solution: 'Długa odpowiedź', categoryId: deanCategory }),
    )
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('Długa odpowiedź')
    const foreign = await readers.editor.post('/u/mech/faq/new', fields({ categoryId: deanCategory }))
    expect(foreign.status).toBe(422)
  })
  it('a preview stores nothing', async () => {
    await readers.editor.get('/u/mech/faq/new')
    const page = await text(
      readers.editor.post('/u/mech/faq/new', fields({ title: 'Tylko podgląd', solution: '**tłusto**', do: 'preview' })),
    )
    expect(page).toContain('<strong>tłusto</strong>')
    expect(await text(readers.editor.get('/u/mech/faq/manage?search=podgląd'))).not.toContain('Tylko podgląd')
  })
  it('files are read with the entry, and gone when taken away', async () => {
    await readers.editor.get('/u/mech/faq/new')
    const made = await readers.approver.get('/u/mech/faq/new').then(() =>
      readers.approver.post('/u/mech/faq/new', {
        ...fields({ audience: 'internal', title: 'Z plikiem' }),
        files: new File(['bajty'], 'zrzut.png', { type: 'image/png' }),
      }),
    )
    const path = made.headers.get('location')!
    const href = /href="([^"]+\/files\/\d+)"/.exec(await text(readers.agent.get(path)))![1]!
    expect(await text(readers.agent.get(href))).toBe('bajty')
    expect((await readers.customer.get(href)).status).toBe(404)
    expect((await readers.stranger.get(href.replace(path, `/u/mech/faq/${items.public}`))).status).toBe(404)
    await readers.approver.get(`${path}/edit`)
    await readers.approver.post(`${path}/edit`, fields({ audience: 'internal', title: 'Z plikiem' }))
    expect((await readers.agent.get(href)).status).toBe(404)
  })
  it('one vote a person', async () => {
    const path = `/u/mech/faq/${items.public}`
    await readers.customer.get(path)
    await readers.customer.post(`${path}/vote`, { helped: 'no' })
    await readers.customer.post(`${path}/vote`, { helped: 'yes' })
    expect(await text(readers.stranger.get(path))).toContain('pomogło 100% z 1 osoby')
    expect((await readers.foreign.post(`/u/mech/faq/${items.internal}/vote`, { helped: 'yes' })).status).toBe(404)
  })
  it('a category cannot lie inside itself', async () => {
    const inner = await site.make.asSystem((work) =>
      saveCategory(work, faculty, null, { name: 'W środku', nameEn: '', parentId: category, position: 0, valid: true }),
    )
    await expect(
      site.make.asSystem((work) =>
        saveCategory(work, faculty, category, { name: 'Konto', nameEn: '', parentId: inner, position: 0, valid: true }),
      ),
    ).rejects.toMatchObject({ code: 'choice-gone' })
  })
  it('the list of entries can be exported', async () => {
    const answer = await readers.editor.get('/u/mech/faq/manage?format=csv')
    expect(answer.headers.get('content-type')).toContain('csv')
    expect(await answer.text()).toContain('Jak zmienić hasło do poczty?')
  })
})

describe('on other pages', () => {
  it('the portal suggests entries while one writes, of what one may read', async () => {
    const answer = await readers.customer.get('/faq/suggestions?subject=zapomniane hasło poczta', { 'hx-request': 'true' })
    expect(await answer.text()).toContain('Jak zmienić hasło')
    expect(await text(readers.customer.get('/faq/suggestions?subject=reset konsola', { 'hx-request': 'true' }))).not.toContain('konsolę')
  })
  it("/faq leads to the reader's unit", async () => {
    expect((await readers.customer.get('/faq')).headers.get('location')).toBe('/u/dziekanat/faq')
  })
  it('the search of the site finds entries', async () => {
    const results = await site.kernel.host.search({ text: 'hasło poczta', actor: undefined, unitId: dean, language: 'pl', limit: 5 })
    expect(results[0]!.found.map(({ title }) => title)).toContain('Jak zmienić hasło do poczty?')
  })
})

describe('entries that tickets are linked with', () => {
  it('are linked by their address, and shown to whom they are shown anyway', async () => {
    const jan = await site.loggedIn(await site.make.agent({ 1: ['rw'] }))
    await on('1', true)
    const ticket = await site.make.ticket()
    const path = `/desk/tickets/${ticket.id}`
    await jan.get('/desk/new')
    const link = (to: string) => jan.post(`${path}/link`, { to })
    expect([
      (await link(`https://pomoc.example/u/mech/faq/${items.public}`)).status,
      (await link(`/u/mech/faq/${items.withdrawn}`)).status,
    ]).toEqual([303, 422])
    // By a program, which knows no more than kind and id.
    expect((await link(`faq:${items.withdrawn}`)).status).toBe(303)
    const page = await text(jan.get(path))
    expect([page.includes(`href="/u/mech/faq/${items.public}"`), page.includes(`/faq/${items.withdrawn}"`)]).toEqual([true, false])
    await site.make.db.deleteFrom('plugin_activation').where('plugin', '=', 'faq').where('unit_id', '=', '1').execute()
  })
})
