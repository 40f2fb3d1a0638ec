/** Fields of every full type by way of a new ticket, the act, answers, the list, the file and history; and on the portal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aField } from '../../test/fields.ts'
import { marksOf, openSite, type Site, type Visitor } from '../../test/web.ts'
import { createField, editField, type FieldForm } from '../../core/field/field-admin.ts'
import type { FieldConfig } from '../../core/field/config.ts'
import { fieldColumns, findTicket, inUse, listTickets, prepareAct, valuesOf, type Id, type PersonActor } from '../../core/index.ts'
import { listenTo } from '../../test/golden/statements.ts'
import { previewText } from '../../core/mail/texts/text-preview.ts'
import portal from '../portal/index.tsx'
import desk from './index.tsx'

let site: Site
let jan: Visitor
let janActor: PersonActor
let customer: Id
const values = [
  { key: 'a1', label: 'Aula A1', labelEn: 'Hall A1' },
  { key: 'a1::2', label: 'Aula A1::piętro 2', labelEn: null },
  { key: 'b', label: 'Budynek B', labelEn: null },
]
const KINDS: Record<string, [type: string, config?: Partial<FieldConfig>, more?: Partial<FieldForm>]> = {
  Sala: ['Text', { patterns: [{ pattern: '^\\d{3}$', message: 'Podaj trzy cyfry' }] }],
  Opis: ['TextArea', { rows: 2 }],
  Pilne: ['Checkbox'],
  Dom: ['Dropdown', { values, none: true, tree: true }],
  Dni: ['Multiselect', { values }],
  Egzamin: ['Date', { only: 'future' }],
  Start: ['DateTime'],
}
const TYPED = {
  'field.Sala': '214',
  'field.Opis': 'Linia 1\nLinia 2',
  'field.Pilne': '1',
  'field.Dom': 'b',
  'field.Dni': 'a1',
  'field.Egzamin': '2026-12-04',
  'field.Start': '2026-11-20T08:30',
}
const STANDS = {
  Sala: ['214'],
  Opis: ['Linia 1\nLinia 2'],
  Pilne: ['1'],
  Dom: ['b'],
  Dni: ['a1'],
  Egzamin: ['2026-12-04'],
  Start: ['2026-11-20T07:30:00Z'],
}
const ids: Record<string, Id> = {}
const placeOf = (name: string) => Object.keys(KINDS).indexOf(name)

beforeAll(async () => {
  site = await openSite([desk, portal])
  const { make } = site
  janActor = await make.actor(await make.agent({ '1': ['rw'] }, { name: 'Jan Kowalski' }))
  jan = await site.loggedIn(janActor.id)
  customer = await make.person({ address: 'ola@uni.example', name: 'Ola Szpak' })
  for (const [name, [type, config]] of Object.entries(KINDS))
    ids[name] = await make.asSystem((work) =>
      createField(
        work,
        '1',
        type,
        aField(name, config, { sort: placeOf(name), rules: [{ screen: 'new', queueId: '4', topicId: null, use: 'optional' }] }),
      ),
    )
  // Another program's.
  await make.db
    .insertInto('field')
    .values({ name: 'Zamek', label: 'Zamek', object: 'ticket', type: 'WebService', label_en: null })
    .execute()
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()
const stands = async (ticket: Id) =>
  Object.fromEntries((await valuesOf(site.make.db, 'ticket', ticket)).map(({ field, values }) => [field.name, values]))
const rule = (name: string, rules: FieldForm['rules']) => {
  const [, config] = KINDS[name]!
  return site.make.asSystem((work) => editField(work, ids[name]!, aField(name, config, { sort: placeOf(name), rules })))
}
const set = async (id: Id, fields: Record<string, string>) => jan.post(`/desk/tickets/${id}/fields`, fields)
const filled = async () => {
  const { id } = await site.make.ticket()
  const act = await prepareAct({ db: site.make.db }, 'fields', {
    fields: Object.fromEntries(Object.entries(TYPED).map(([name, value]) => [name.slice(6), value])),
  })
  await site.make.work(janActor, (work) => act(work, id))
  return id
}
const historyOf = (id: Id) =>
  site.make.db
    .selectFrom('history')
    .selectAll()
    .where('ticket_id', '=', id)
    .where('type', '=', 'TicketDynamicFieldUpdate')
    .orderBy('id')
    .execute()

describe('a new ticket', () => {
  const post = (more: Record<string, string>) =>
    jan.post('/desk/new', { title: 'Sala', body: 'Nie działa', customer, queue: '4', channel: 'phone', ...more })

  it('asks for the fields of its queue, once that is chosen', async () => {
    const none = await text(jan.get('/desk/new'))
    expect(none).not.toContain('name="field.')
    const html = await text(jan.get('/desk/new?queue=4'))
    for (const name of Object.keys(TYPED)) expect(html).toContain(`name="${name}"`)
    // As scripts fetch them, with what is kept of them in a draft.
    const part = await text(
      jan.get('/desk/new?queue=4', { 'hx-request': 'true', 'hx-request-type': 'partial', 'hx-target': 'div#new-fields' }),
    )
    expect(part).toContain('name="field.Sala"')
    expect(part).toContain('field.Sala field.Opis')
    expect(await text(jan.get('/desk/new?queue=3'))).not.toContain('name="field.')
  })
  it('keeps what was typed when a value is refused, and says why at its field', async () => {
    const response = await post({ ...TYPED, 'field.Sala': 'dwieście', 'field.Dni': 'b' })
    const html = await response.text()
    expect(response.status).toBe(422)
    expect(html).toContain('Podaj trzy cyfry')
    for (const kept of ['value="dwieście"', 'Linia 1\nLinia 2', 'value="2026-12-04"', 'value="2026-11-20T08:30"'])
      expect(html).toContain(kept)
    expect(html).toMatch(/value="b" selected/)
    expect(html).toMatch(/name="field\.Dni" value="b" checked/)
  })
  it('has them, and history says so as OTRS does', async () => {
    const response = await post(TYPED)
    const id = response.headers.get('location')!.split('/').at(-1)!
    expect(await stands(id)).toEqual(STANDS)
    expect((await historyOf(id)).map(({ name }) => name)[0]).toBe('%%FieldName%%Sala%%Value%%214%%OldValue%%')
    const html = await text(jan.get(`/desk/tickets/${id}`))
    for (const said of ['214', 'tak', 'Budynek B', 'Aula A1', '4 grudnia', '8:30']) expect(html).toContain(said)
    expect(await text(jan.get(`/desk/tickets/${id}/history`))).toContain('Pole Sala: 214')
  })
  it('is not made without what must be filled in', async () => {
    await rule('Sala', [{ screen: 'new', queueId: '4', topicId: null, use: 'required' }])
    const response = await post({ ...TYPED, 'field.Sala': '' })
    expect(response.status).toBe(422)
    expect(await response.text()).toMatch(/href="#new-Sala"/)
  })
})

describe('on a ticket', () => {
  it('they are changed, said, taken back: the row in history has both', async () => {
    const id = await filled()
    const page = await text(jan.get(`/desk/tickets/${id}`))
    expect(page).toContain('name="was.Dni" value="a1"')
    const response = await set(id, {
      ...TYPED,
      'field.Sala': '101',
      'was.Sala': '214',
      'field.Pilne': '0',
      'was.Pilne': '1',
      'field.Dni': 'a1',
      'was.Dni': 'a1',
    })
    expect(response.status).toBe(303)
    expect(await stands(id)).toEqual({ ...STANDS, Sala: ['101'], Pilne: ['0'] })
    const rows = await historyOf(id)
    expect(rows.slice(7).map(({ name }) => name)).toEqual([
      '%%FieldName%%Sala%%Value%%101%%OldValue%%214',
      '%%FieldName%%Pilne%%Value%%0%%OldValue%%1',
    ])
    expect(await text(jan.get(`/desk/tickets/${id}/history`))).toContain('Pole Sala: 101 (wcześniej 214)')
    const act = rows.at(-1)!.act_id
    expect((await jan.post(`/desk/tickets/${id}/undo/${act}`)).status).toBe(303)
    expect(await stands(id)).toEqual(STANDS)
    expect(await text(jan.get(`/desk/tickets/${id}/history`))).toContain('Cofnięte: zmiana pól')
  })
  it('what somebody else set meanwhile is not undone by a form that did not touch it', async () => {
    const id = await filled()
    await site.make.asSystem(async (work) => (await prepareAct(work, 'fields', { fields: { Sala: '999' } }))(work, id))
    await set(id, { 'field.Sala': '214', 'was.Sala': '214', 'field.Dom': 'a1', 'was.Dom': 'b' })
    expect(await stands(id)).toMatchObject({ Sala: ['999'], Dom: ['a1'] })
  })
  it('a wrong value is refused at its field, in a form that stays open; another program’s field is read only', async () => {
    const id = await filled()
    const response = await set(id, { 'field.Sala': 'x', 'was.Sala': '214' })
    expect(response.status).toBe(422)
    const html = await response.text()
    expect(html).toMatch(/id="side-fields-form" open/)
    expect(html).toContain('id="fields-Sala-problem"')
    const wanted = await prepareAct({ db: site.make.db }, 'fields', { fields: { Zamek: 'x' } })
    await expect(site.make.work(janActor, (work) => wanted(work, id))).rejects.toMatchObject({ code: 'field.read-only' })
    await site.make.db
      .insertInto('field_value')
      .values({ object_id: id, field_id: site.make.db.selectFrom('field').select('id').where('name', '=', 'Zamek'), text: 'klucz 7' })
      .execute()
    const page = await text(jan.get(`/desk/tickets/${id}`))
    expect(page).toContain('klucz 7')
    expect(page).not.toContain('name="field.Zamek"')
  })
  it('nobody learns by a wrong value of a ticket that they do not see', async () => {
    const group = await site.make.group()
    const { id } = await site.make.ticket({ queueId: await site.make.queue({ groupId: group }) })
    const wanted = await prepareAct({ db: site.make.db }, 'fields', { fields: { Sala: 'x' } })
    await expect(site.make.work(janActor, (work) => wanted(work, id))).rejects.toMatchObject({ code: 'not-found' })
  })
  it('an answer, a note and closing ask for what they must have, and a draft keeps what was typed', async () => {
    await rule('Sala', (['note', 'close', 'reply'] as const).map((screen) => ({ screen, queueId: null, topicId: null, use: 'required' }))) // biome-ignore format: one rule each
    const { id } = await site.make.ticket()
    const html = await text(jan.get(`/desk/tickets/${id}`))
    for (const form of ['note', 'reply', 'close']) expect(html).toContain(`id="${form}-Sala"`)
    const marks = marksOf(html, `ticket/${id}/note`)
    const refused = await jan.post(`/desk/tickets/${id}/note`, { ...marks, body: 'Notatka', 'field.Sala': '', 'was.Sala': '' })
    expect(refused.status).toBe(422)
    await jan.post('/draft', { ...marksOf(await refused.text(), `ticket/${id}/note`), body: 'Notatka', 'field.Sala': '77' })
    const again = await text(jan.get(`/desk/tickets/${id}`))
    expect(again).toMatch(/id="note-Sala"[^>]*value="77"|value="77"[^>]*id="note-Sala"/)
    expect((await jan.post(`/desk/tickets/${id}/close`, { how: 'successful', 'field.Sala': '' })).status).toBe(422)
    expect((await jan.post(`/desk/tickets/${id}/close`, { how: 'successful', 'field.Sala': '303', 'was.Sala': '' })).status).toBe(303)
    expect(await stands(id)).toEqual({ Sala: ['303'] })
    await rule('Sala', [])
  })
})

describe('lists', () => {
  const found = async (query: string) => {
    const html = await text(jan.get(`/desk/search?state=any&${query}`))
    return [...html.matchAll(/id="row-(\d+)"/g)].map(([, id]) => id)
  }
  it('are narrowed by a field of each type, and the file has a column for each', async () => {
    const id = await filled()
    const { id: empty } = await site.make.ticket()
    for (const query of [
      'field.Sala=21',
      'field.Opis=linia+2',
      'field.Pilne=1',
      'field.Dom=b',
      'field.Dni=a1',
      'field.Egzamin.from=2026-12-04&field.Egzamin.to=2026-12-04',
      'field.Start.from=2026-11-20&field.Start.to=2026-11-20',
    ]) {
      const rows = await found(query)
      expect([query, rows.includes(id), rows.includes(empty)]).toEqual([query, true, false])
    }
    for (const query of [
      'field.Sala=215',
      'field.Pilne=0',
      'field.Dom=a1',
      'field.Dni=b',
      'field.Egzamin.from=2026-12-05',
      'field.Start.to=2026-11-19',
    ])
      expect([query, (await found(query)).includes(id)]).toEqual([query, false])
    // What nobody ever ticked is not ticked.
    expect(await found('field.Pilne=0')).toContain(empty)
    expect(await text(jan.get('/desk/search?state=any&field.Dom=b'))).toMatch(/Dom: Budynek B/)
    const csv = await text(jan.get(`/desk/export.csv?place=search&state=any&field.Sala=214`))
    const [head = '', ...lines] = csv.replace(/^\ufeff/, '').split('\r\n')
    for (const name of Object.keys(KINDS)) expect(head).toContain(name)
    expect(lines.find((line) => line.includes('Budynek B'))).toMatch(/214.*;tak;Budynek B;Aula A1;2026-12-04;2026-11-20 08:30|Linia 1/)
  })
  it('a page’s columns take one statement, however many tickets and fields', async () => {
    for (let n = 0; n < 3; n++) await filled()
    const { tickets } = await listTickets(site.make.db, janActor.access, 'ro', { limit: 50 })
    const keys = (await fieldColumns.columns(inUse({ db: site.make.db, remembered: (_, read) => read() }), janActor.access)).map(
      ({ key }) => key,
    )
    expect(keys).toContain('field:Dom')
    const room = { language: 'pl', moment: (at: Date | null) => at?.toISOString() ?? '' } as const
    const { value, statements } = await listenTo(site.database.pool).hear(() => fieldColumns.load(site.make.db, keys, tickets, room))
    expect(statements).toHaveLength(1)
    expect(value.get(tickets[0]!.id)).toMatchObject({ 'field:Dom': 'Budynek B', 'field:Egzamin': '2026-12-04', 'field:Pilne': 'tak' })
  })
})

it('a text speaks of what is stored and of how that reads', async () => {
  const ticket = (await findTicket(site.make.db, await filled(), null))!
  const variant = {
    subject: 'x',
    body: '<OTRS_TICKET_DynamicField_Dom>, <OTRS_TICKET_DYNAMICFIELD_dom_Value>, <OTRS_TICKET_DynamicField_Nie>',
  }
  const room = { db: site.make.db, config: site.make.config, now: site.make.now, actor: janActor }
  expect((await previewText(room, ticket, variant, 'pl')).body).toBe('b, Budynek B, -')
})

describe('the portal', () => {
  it('asks only where it is said, keeps what was typed, and shows its customer what they said', async () => {
    const ola = await site.loggedIn(customer)
    expect(await text(ola.get('/'))).not.toContain('name="field.')
    await rule('Dni', [{ screen: 'portal', queueId: null, topicId: null, use: 'required' }])
    await rule('Sala', [])
    const page = await text(ola.get('/'))
    expect(page).toContain('name="field.Dni"')
    const marks = marksOf(page, 'portal/new')
    const refused = await ola.post('/', { ...marks, subject: 'Rzutnik', body: 'Nie świeci', 'field.Dni': '' })
    expect(refused.status).toBe(422)
    expect(await refused.text()).toContain('value="Rzutnik"')
    const made = await ola.post('/', { ...marks, subject: 'Rzutnik', body: 'Nie świeci', 'field.Dni': 'b', 'field.Sala': '214' })
    expect(made.status).toBe(303)
    const id = made.headers.get('location')!.split('/').at(-1)!
    // What they were not asked they cannot say.
    expect(await stands(id)).toEqual({ Dni: ['b'] })
    await site.make.asSystem(async (work) => (await prepareAct(work, 'fields', { fields: { Sala: '214' } }))(work, id))
    const shown = await text(ola.get(`/tickets/${id}`))
    expect(shown).toContain('Budynek B')
    expect(shown).not.toContain('214')
    await rule('Dni', [])
  })
})
