import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { OpenDatabase } from '../../database/database.ts'
import { answerTicket } from '../../ticket/change/tickets.ts'
import { createPart, editPart, listParts, partsForTicket, setQueueParts } from './answer-parts.ts'
import { createTemplate, editTemplate, findTemplate, templateFiles, templatesForQueue, type TemplateForm } from './answer-templates.ts'
import { findTicket } from '../../ticket/ticket.store.ts'

let opened: OpenDatabase
let make: Maker
let admin: string
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  admin = await make.agent({ 1: ['rw'], 2: ['rw'] }, { name: 'Ada Nowak', login: 'anowak', address: 'ada@uni.example' })
})
afterAll(() => opened?.close())

const work = async <T>(run: Parameters<typeof make.work<T>>[1]) => make.work(await make.actor(admin), run)
const sentBody = async (ticketId: string) =>
  (
    await opened.db
      .selectFrom('article')
      .select('body')
      .where('ticket_id', '=', ticketId)
      .where('sender_type', '=', 'agent')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
  ).body
async function ticketIn(queueId: string) {
  const customerId = await make.person({ name: 'Anna Nowak', address: `anna${Math.random()}@student.example` })
  const { id } = await make.ticket({ subject: 'Sieć', body: 'Nie ma sieci.', queueId, customerId })
  return (await findTicket(opened.db, id, null))!
}

describe('salutation and signature', () => {
  it("come from the ticket's queue with their tags filled in; the signature goes with the answer, once", async () => {
    const queueId = await make.queue({ name: 'Z podpisem', groupId: '1' })
    const salutation = await work((w) =>
      createPart(w, 'salutation', { name: 'Dzień dobry', body: 'Dzień dobry, <OTRS_CUSTOMER_REALNAME>!', valid: true }),
    )
    const signature = await work((w) =>
      createPart(w, 'signature', { name: 'Z nazwiskiem', body: '<OTRS_CURRENT_UserFullname>\ntel. 2447', valid: true }),
    )
    await work((w) => setQueueParts(w, queueId, { salutation, signature }))
    const ticket = await ticketIn(queueId)
    const parts = await work((w) => partsForTicket(w, ticket))
    expect(parts).toEqual({ salutation: 'Dzień dobry, Anna Nowak!', signature: 'Ada Nowak\ntel. 2447' })
    await work((w) => answerTicket(w, ticket.id, { body: 'Już działa.' }))
    expect(await sentBody(ticket.id)).toBe('Już działa.\n\n-- \nAda Nowak\ntel. 2447\n')
    await work((w) => answerTicket(w, ticket.id, { body: 'Już działa.\n\n-- \nAda Nowak\ntel. 2447\n' }))
    expect(await sentBody(ticket.id)).toBe('Już działa.\n\n-- \nAda Nowak\ntel. 2447\n')
  })

  it('a salutation alone is no answer', async () => {
    const { id } = (await listParts(opened.db, 'salutation'))[0]!
    const queueId = await make.queue({ name: 'Z powitaniem', groupId: '1' })
    await work((w) => setQueueParts(w, queueId, { salutation: id, signature: null }))
    const ticket = await ticketIn(queueId)
    await expect(work((w) => answerTicket(w, ticket.id, { body: ' Dzień dobry, Anna Nowak!\n' }))).rejects.toMatchObject({
      code: 'article.empty',
    })
  })

  it('a queue that chose none keeps its own words', async () => {
    const queueId = await make.queue({ name: 'Własny podpis' })
    await opened.db.updateTable('queue').set({ signature: 'Dział <OTRS_TICKET_Queue>' }).where('id', '=', queueId).execute()
    expect(await work(async (w) => partsForTicket(w, await ticketIn(queueId)))).toEqual({
      salutation: '',
      signature: 'Dział Własny podpis',
    })
  })

  it.each([
    [{ name: ' ', body: 'x', valid: true }, 'required', 'name'],
    [{ name: 'x', body: ' ', valid: true }, 'required', 'body'],
    [{ name: 'Z NAZWISKIEM', body: 'x', valid: true }, 'part.name-taken', 'name'],
    [{ name: 'y', body: '<OTRS_TICKET_Foo>', valid: true }, 'text.unknown-tag', 'body'],
  ])('%o is refused', async (form, code, field) => {
    await expect(work((w) => createPart(w, 'signature', form))).rejects.toMatchObject({ code, field })
  })

  it('one in use cannot be switched off', async () => {
    const { id, name, body } = (await listParts(opened.db, 'signature'))[0]!
    await expect(work((w) => editPart(w, 'signature', id, { name, body, valid: false }))).rejects.toMatchObject({
      code: 'part.in-use',
      params: { where: 'Z podpisem' },
    })
  })

  it('only administrators change them', async () => {
    const agent = await make.actor(await make.agent({ 1: ['rw'] }))
    await expect(make.work(agent, (w) => createPart(w, 'signature', { name: 'z', body: 'z', valid: true }))).rejects.toMatchObject({
      code: 'not-allowed',
    })
  })
})

describe('templates', () => {
  const form = (name: string, queueIds: string[], more: Partial<TemplateForm> = {}): TemplateForm => ({
    name,
    type: 'Answer',
    body: 'Treść',
    valid: true,
    queueIds,
    newFiles: [],
    dropFileIds: [],
    ...more,
  })

  it('are offered in the queues they are given to, for what they are meant for', async () => {
    const [here, there] = [await make.queue({ name: 'Tutaj' }), await make.queue({ name: 'Tam' })]
    await work((w) => createTemplate(w, form('Odpowiedź', [here])))
    await work((w) => createTemplate(w, form('Notatka', [here], { type: 'Note' })))
    await work((w) => createTemplate(w, form('Wyłączony', [here], { valid: false })))
    const names = async (queue: string, type: 'Answer' | 'Note') =>
      (await templatesForQueue(opened.db, queue, type)).map(({ name }) => name)
    expect([await names(here, 'Answer'), await names(here, 'Note'), await names(there, 'Answer')]).toEqual([['Odpowiedź'], ['Notatka'], []])
    await work((w) => createTemplate(w, form('Fragment', [here], { type: 'Snippet' })))
    await work((w) => createTemplate(w, form('Wpis', [there], { type: 'Create' })))
    expect([await names(here, 'Answer'), await names(here, 'Note')]).toEqual([
      ['Fragment', 'Odpowiedź'],
      ['Fragment', 'Notatka'],
    ])
    expect((await templatesForQueue(opened.db, [here, there], ['Create', 'PhoneCall'])).map(({ name }) => name)).toEqual([
      'Fragment',
      'Wpis',
    ])
  })

  it('keep the state they propose; HTML they came with stands as long as their text does', async () => {
    const id = await work((w) => createTemplate(w, form('Zamyka', ['1'], { stateId: '2', comment: 'Dla dyżuru' })))
    await opened.db.updateTable('answer_template').set({ html: '<b>Treść</b>' }).where('id', '=', id).execute()
    await work((w) => editTemplate(w, id, form('Zamyka inaczej', ['1'], { stateId: '3' })))
    expect(await findTemplate(opened.db, id)).toMatchObject({ stateId: '3', stateType: 'closed', comment: '', html: '<b>Treść</b>' })
    await work((w) => editTemplate(w, id, form('Zamyka inaczej', ['1'], { body: 'Nowa treść' })))
    expect(await findTemplate(opened.db, id)).toMatchObject({ stateId: null, html: null })
    await expect(work((w) => editTemplate(w, id, form('x', ['1'], { stateId: '999' })))).rejects.toMatchObject({ code: 'choice-gone' })
    await expect(work((w) => editTemplate(w, id, form('x', ['1'], { comment: 'x'.repeat(251) })))).rejects.toMatchObject({
      code: 'too-long',
    })
  })

  it('carry files, which only tickets of their queues get', async () => {
    const [here, there] = [await make.queue({ name: 'Z plikiem' }), await make.queue({ name: 'Bez pliku' })]
    const file = { name: 'a.pdf', contentType: 'application/pdf', content: Buffer.from('pdf') }
    const id = await work((w) => createTemplate(w, form('Plik', [here], { newFiles: [file, { ...file, name: 'b.pdf' }] })))
    const { files } = (await findTemplate(opened.db, id))!
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['a.pdf', 3],
      ['b.pdf', 3],
    ])
    const ids = files.map((one) => one.id)
    expect(await templateFiles(opened.db, here, [ids[0]!, '999', 'x'])).toEqual([file])
    expect(await templateFiles(opened.db, there, ids)).toEqual([])
    await work((w) => editTemplate(w, id, form('Plik', [there], { dropFileIds: [ids[1]!] })))
    expect((await templateFiles(opened.db, there, ids)).map(({ name }) => name)).toEqual(['a.pdf'])
  })

  it('changes are recorded', async () => {
    const facts = await opened.db.selectFrom('fact').select('data').where('name', '=', 'admin.changed').execute()
    expect(new Set(facts.map(({ data }) => data['what']))).toEqual(new Set(['salutation', 'signature', 'queue text', 'answer template']))
  })
})
