import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { addParticipant, type Id, type PersonActor } from '../../core/index.ts'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { coreSettings } from '../../core/kernel/settings/core-settings.ts'
import { addHistory } from '../../core/ticket/history.ts'
import { MISC, type MiscKind } from '../../core/ticket/misc.ts'
import { removeParticipant } from '../../core/ticket/change/participants.ts'
import desk from './index.tsx'

let site: Site
let jan: Visitor
let janActor: PersonActor
beforeAll(async () => {
  site = await openSite([desk])
  janActor = await site.make.actor(await site.make.agent({ '1': ['rw'] }, { name: 'Jan Kowalski' }))
  jan = await site.loggedIn(janActor.id)
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()

describe('a page key of the list', () => {
  it.each([
    ['no time', ['x', '1']],
    ['a NUL', ['\u0000', '1']],
    ['an id that is none', ['2026-11-17 10:15:00+01', 'x']],
    ['no pair', { a: 1 }],
  ])('with %s in it leads to the first page', async (_what, key) => {
    const { id } = await site.make.ticket()
    for (const sort of ['created', 'priority', 'title', 'pending']) {
      const after = Buffer.from(JSON.stringify(key)).toString('base64url')
      const response = await jan.get(`/desk/view/open?sort=${sort}&after=${after}`)
      expect([sort, response.status]).toEqual([sort, 200])
      // Any text can be the last title of a page.
      if (sort !== 'title') expect(await response.text()).toContain(`id="row-${id}"`)
    }
  })
  it('that is none at all does so too', async () => {
    expect((await jan.get('/desk/view/open?after=%00')).status).toBe(200)
    expect((await jan.get('/desk/export.csv?place=view-open&after=WyJ4IiwiMSJd')).status).toBe(200)
  })
})

describe('history', () => {
  const historyOf = (id: Id) => text(jan.get(`/desk/tickets/${id}/history`))
  it('tells in Polish who was let in and out, and has no English sentence', async () => {
    const { id } = await site.make.ticket()
    const guest = await site.make.person({ name: 'Ola Gość', address: 'ola@uni.example' })
    await site.make.work(janActor, (work) => addParticipant(work, id, 'ola@uni.example', 'read'))
    await site.make.work(janActor, (work) => addParticipant(work, id, 'ola@uni.example', 'reply'))
    await site.make.work(janActor, (work) => removeParticipant(work, id, guest))
    const html = await historyOf(id)
    for (const words of ['Wpuszczono do czytania: Ola Gość', 'Wpuszczono do czytania i pisania: Ola Gość', 'Nie ma już dostępu: Ola Gość'])
      expect(html).toContain(words)
    expect(html).not.toContain('participant')
  })
  it("says every kind that is stored under Misc in the reader's language, and stores it as it is called", async () => {
    const { id } = await site.make.ticket()
    const kinds = Object.keys(MISC) as MiscKind[]
    await site.make.work(janActor, async (work) => {
      for (const kind of kinds) addHistory(work, { ticketId: id, type: 'Misc', parts: [kind, 'own-address', 5] })
    })
    const rows = await site.make.db
      .selectFrom('history')
      .select('name')
      .where('ticket_id', '=', id)
      .where('type', '=', 'Misc')
      .orderBy('id')
      .execute()
    expect(rows.map(({ name }) => name)).toEqual(kinds.map((kind) => `%%${kind}%%own-address%%5`))
    const html = await historyOf(id)
    expect(kinds.filter((kind) => html.includes(kind))).toEqual([])
    expect(html).toContain('Bez automatycznej odpowiedzi: Nadawcą jest nasz własny adres')
    expect(html).toContain('Mail nie doszedł do: own-address')
  })
})

describe('type, service and SLA', () => {
  const switchTo = (on: boolean | undefined) =>
    site.make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'tickets.types': on, 'tickets.services': on }))
  it('stand on no page while they are not used', async () => {
    const { id } = await site.make.ticket()
    const pages = [`/desk/tickets/${id}`, '/desk/view/open', '/desk/new', '/desk/export.csv?place=view-open']
    for (const page of pages)
      expect([page, (await text(jan.get(page))).match(/name="(type|service|sla)"|Umowa SLA/g)]).toEqual([page, null])
  })

  it('are chosen on the ticket, in a new one, in the list; listed, found, exported, told and taken back', async () => {
    await switchTo(true)
    const add = async (table: 'ticket_type' | 'service' | 'sla', name: string) =>
      (await site.make.db.insertInto(table).values({ name }).returning('id').executeTakeFirstOrThrow()).id
    const [type, mail, web, sla] = [
      await add('ticket_type', 'Awaria'),
      await add('service', 'Poczta'),
      await add('service', 'Poczta::WWW'),
      await add('sla', 'Szybka'),
    ]
    await site.make.db.insertInto('service_sla').values({ service_id: mail, sla_id: sla }).execute()
    const queueId = await site.make.queue({ name: 'Usługowa' })
    const { id } = await site.make.ticket({ queueId })
    const page = await text(jan.get(`/desk/tickets/${id}`))
    expect(page).toMatch(/<optgroup label="Poczta"><option value="\d+">Szybka/)
    expect((await jan.post(`/desk/tickets/${id}/classify`, { type, service: mail, sla })).status).toBe(303)
    const side = await text(jan.get(`/desk/tickets/${id}`))
    for (const [what, value] of [
      ['Typ', 'Awaria'],
      ['Usługa', 'Poczta'],
      ['SLA', 'Szybka'],
    ])
      expect(side).toMatch(new RegExp(`>${what}<[^]{0,60}>${value}<`))
    // What was typed stays, and the reason stands at its field.
    const wrong = await jan.post(`/desk/tickets/${id}/classify`, { type: '1', service: web, sla: '99999' })
    const again = await text(wrong)
    expect([wrong.status, again.includes('Wybrana usługa nie ma takiej umowy SLA.')]).toEqual([422, true])
    expect(again).toMatch(new RegExp(`<option value="${web}" selected[^>]*>`))
    const list = async (query: string) =>
      [...(await text(jan.get(`/desk/queue/${queueId}?${query}`))).matchAll(/id="row-(\d+)"/g)].map((row) => row[1])
    const other = (await site.make.ticket({ queueId })).id
    const found = [
      `type=${type}`,
      `service=${mail}`,
      'service=nobody',
      `sla=${sla}`,
      'sla=nobody',
      'sort=service&dir=asc',
      'sort=type&dir=asc',
    ]
    expect(await Promise.all(found.map(list))).toEqual([[id], [id], [other], [id], [other], [other, id], [id, other]])
    const filtered = await text(jan.get(`/desk/queue/${queueId}?service=${web}&type=${type}`))
    for (const chip of ['Usługa: Poczta · WWW', 'Typ: Awaria']) expect(filtered).toContain(chip)
    const csv = (await text(jan.get(`/desk/export.csv?place=queue-${queueId}&sort=service&dir=desc`))).trim().split(/\r?\n/)
    const cells = csv.map((line) => line.split(/[;,]/).map((cell) => cell.replaceAll('"', '')))
    const first = cells[0]!.indexOf('Typ')
    expect(cells.map((line) => line.slice(first, first + 3))).toEqual([
      ['Typ', 'Usługa', 'SLA'],
      ['Awaria', 'Poczta', 'Szybka'],
      ['nieokreślony', '', ''],
    ])
    // Many at once: an empty choice leaves what stands.
    const many = await jan.post('/desk/bulk', { act: 'classify', ticket: other, type: '', service: web, sla: '', back: '/desk/view/open' })
    expect(many.status).toBe(303)
    expect(await list(`service=${web}`)).toEqual([other])
    expect(await text(jan.get('/desk/new'))).toMatch(/<option value="1" selected[^>]*>nieokreślony/)
    const made = await jan.post('/desk/new', {
      who: 'nowa@uni.example',
      name: 'Nowa',
      queue: queueId,
      title: 'Z usługą',
      body: 'x',
      channel: 'phone',
      type,
      service: mail,
      sla,
    })
    expect(await list(`sla=${sla}`)).toEqual([made.headers.get('location')!.split('/').at(-1), id])
    const told = await historyOf(id)
    for (const words of ['Typ: Awaria (wcześniej nieokreślony)', 'Usługa: Poczta', 'SLA: Szybka']) expect(told).toContain(words)
    await switchTo(undefined)
  })
  const historyOf = (id: Id) => text(jan.get(`/desk/tickets/${id}/history`))
})
