import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { archiveTicket, setState, spendTime, type Id } from '../../core/index.ts'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { coreSettings } from '../../core/kernel/settings/core-settings.ts'
import { TUESDAY } from '../../test/make.ts'
import { marksOf, openSite, type Site, type Visitor } from '../../test/web.ts'
import desk from './index.tsx'

let site: Site
let jan: Visitor
let janId: Id
let group: Id
let asking: Id
let demanding: Id
beforeAll(async () => {
  site = await openSite([desk])
  const { make } = site
  group = await make.group()
  asking = await make.queue({ groupId: group })
  demanding = await make.queue({ groupId: group })
  await make.db.updateTable('queue').set({ ask_time: 'optional' }).where('id', '=', asking).execute()
  await make.db.updateTable('queue').set({ ask_time: 'required' }).where('id', '=', demanding).execute()
  janId = await make.agent({ 1: ['rw'], [group]: ['rw'] }, { name: 'Jan Kowalski' })
  jan = await site.loggedIn(janId)
})
afterAll(() => site.close())
beforeEach(() => {
  site.make.now = TUESDAY
})

const text = async (response: Response | Promise<Response>) => (await response).text()
const page = (id: Id) => text(jan.get(`/desk/tickets/${id}`))
const book = async (id: Id, units: number) => {
  const actor = await site.make.actor(janId)
  await site.make.work(actor, (work) => spendTime(work, id, units))
}
const filled = (html: string, id: string) => html.match(new RegExp(`id="${id}"[^>]*value="([^"]*)"`))?.[1]

describe('time on the forms of a ticket', () => {
  it('is asked for as the queue says, in answer, note, closing and by itself', async () => {
    const ids = await Promise.all(['4', asking, demanding].map(async (queueId) => (await site.make.ticket({ queueId })).id))
    const asks = await Promise.all(
      ids.map(async (id) => {
        const html = await page(id)
        return ['reply-time', 'note-time', 'close-time', 'more-time-field'].map(
          (field) => html.match(new RegExp(`<input id="${field}"[^>]*>`))?.[0].includes(' required') ?? null,
        )
      }),
    )
    expect(asks).toEqual([
      [null, null, null, null],
      [false, false, false, true],
      [true, true, true, true],
    ])
  })
  it('is refused where it is missing or no number, and nothing typed is lost', async () => {
    const { id } = await site.make.ticket({ queueId: demanding })
    for (const [time, says] of [
      ['', 'w tej kolejce to pole jest wymagane'],
      ['kwadrans', 'Wpisz czas pracy liczbą'],
    ] as const) {
      const marks = marksOf(await page(id), `ticket/${id}/reply`)
      const answer = await jan.post(`/desk/tickets/${id}/reply`, { ...marks, body: 'Już działa.', time })
      const html = await answer.text()
      expect([answer.status, html.includes(says), html.includes('Już działa.'), filled(html, 'reply-time')]).toEqual([
        422,
        true,
        true,
        time,
      ])
    }
    const closed = await jan.post(`/desk/tickets/${id}/close`, { how: 'successful', note: 'Zrobione', time: '' })
    expect([closed.status, (await closed.text()).includes('Zrobione')]).toEqual([422, true])
    const marks = marksOf(await page(id), `ticket/${id}/reply`)
    expect((await jan.post(`/desk/tickets/${id}/reply`, { ...marks, body: 'Już działa.', time: '12,5' })).status).toBe(303)
    const html = await page(id)
    expect(html).toMatch(/id="side-time"[\s\S]*12,5 min/)
  })
  it('is asked for on a new ticket where a queue asks', async () => {
    expect(await text(jan.get('/desk/new'))).toContain('name="time"')
    const fields = { queue: demanding, who: 'nowa@uni.example', title: 'Telefon', body: 'Dzwoni.', channel: 'phone' }
    const refused = await jan.post('/desk/new', { ...fields, time: '' })
    expect([refused.status, (await refused.text()).includes('pole jest wymagane')]).toEqual([422, true])
    expect((await jan.post('/desk/new', { ...fields, time: '5' })).status).toBe(303)
  })
})

describe('one’s own time', () => {
  it('is listed by day, summed up, and exported; what one sees no more has no name', async () => {
    const { make } = site
    await make.db.deleteFrom('time_spent').execute()
    const [seen, other] = [await make.ticket({ subject: 'Drukarka' }), await make.ticket({ subject: 'Tajne', queueId: asking })]
    make.now = new Date('2026-10-31T10:00:00Z')
    await book(seen.id, 100)
    make.now = new Date('2026-11-16T10:00:00Z')
    await book(seen.id, 15)
    make.now = TUESDAY
    await book(other.id, 1.25)
    await make.db.deleteFrom('group_person').where('person_id', '=', janId).where('group_id', '=', group).execute()
    const again = await site.loggedIn(janId)
    const html = await text(again.get('/desk/time'))
    expect(html).toContain('razem: 16,25 min')
    expect(html).toContain('Drukarka')
    expect(html).toContain('zgłoszenie, którego już nie widzisz')
    expect(html).not.toContain('Tajne')
    expect(html).not.toContain('100 min')
    expect(await text(again.get('/desk/time?from=2026-10-01&to=2026-10-31'))).toContain('razem: 100 min')
    // The wrong way round, and no dates at all.
    expect(await text(again.get('/desk/time?from=2026-10-31&to=2026-10-01'))).toContain('razem: 100 min')
    expect(await text(again.get('/desk/time?from=x&to=2026-13-01'))).toContain('razem: 16,25 min')
    await make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'time.unit': 'hours' }))
    const csv = (await text(again.get('/desk/time.csv'))).trim().split('\r\n')
    expect(csv.map((line) => line.split(';').at(-1))).toEqual(['Czas pracy (godziny)', '"1,25"', '15'])
    expect(csv[1]).not.toContain('Tajne')
    await make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'time.unit': undefined }))
    await make.db.insertInto('group_person').values({ person_id: janId, group_id: group, right: 'rw' }).execute()
  })
  it('stands as a sum in the export of a list', async () => {
    const { id, number } = await site.make.ticket({ queueId: asking })
    await book(id, 30)
    await book(id, 0.5)
    const lines = (await text(jan.get(`/desk/export.csv?place=queue-${asking}`))).trim().split('\r\n')
    expect(lines[0]!.split(';').at(-1)).toBe('Czas pracy (minuty)')
    expect(
      lines
        .find((line) => line.includes(number))!
        .split(';')
        .at(-1),
    ).toBe('"30,5"')
  })
})

describe('the archive on the desk', () => {
  const closed = async () => {
    const made = await site.make.ticket()
    await site.make.asSystem((work) => setState(work, made.id, { stateId: '2' }))
    return made
  }
  it('is asked for by the filter, and is left by the act there', async () => {
    const { id, number } = await closed()
    await jan.get('/desk/search')
    const done = await jan.post('/desk/bulk', { act: 'archive', ticket: id, back: '/desk/search' })
    expect(done.status).toBe(303)
    expect(await text(jan.get('/desk/search'))).not.toContain(number)
    const list = await text(jan.get('/desk/search?archive=only'))
    expect(list).toContain(number)
    expect(list).toContain('Archiwum: tylko archiwum')
    expect(list).toMatch(/name="archived" value="no"/)
    expect(await text(jan.get('/desk/view/open?archive=only'))).toContain(number)
    // Its address and its number lead to it all the same.
    expect((await jan.get(`/desk/number/${number}`)).status).toBe(302)
    expect((await jan.get(`/desk/search?q=${number}`)).headers.get('location')).toBe(`/desk/tickets/${id}`)
    const html = await page(id)
    expect(html).toContain('w archiwum: listy go nie pokazują')
    expect(html).toContain('Wyjmij z archiwum')
    expect((await jan.post('/desk/bulk', { act: 'archive', archived: 'no', ticket: id, back: '/desk/search?archive=only' })).status).toBe(
      303,
    )
    expect(await text(jan.get('/desk/search'))).toContain(number)
  })
  it('history says it in words', async () => {
    const { id } = await closed()
    await site.make.asSystem((work) => archiveTicket(work, id, true))
    await site.make.asSystem((work) => archiveTicket(work, id, false))
    const html = await text(jan.get(`/desk/tickets/${id}/history`))
    expect([html.includes('Przeniesione do archiwum'), html.includes('Wyjęte z archiwum')]).toEqual([true, true])
  })
})

it('a ticket is put off until a day of the calendar of its queue', async () => {
  const { make } = site
  const { id } = await make.ticket()
  // Friday.
  make.now = new Date('2026-11-20T10:00:00Z')
  const friday = await site.loggedIn(janId)
  expect(await text(friday.get(`/desk/tickets/${id}`))).toMatch(/value="tomorrow" checked[^>]*\/?> <span>pon\. 23 listopada, 7:00/)
  await friday.post(`/desk/tickets/${id}/pend`, { until: 'two-days' })
  const row = await make.db.selectFrom('ticket').select('pending_until').where('id', '=', id).executeTakeFirstOrThrow()
  expect(row.pending_until).toEqual(new Date('2026-11-24T06:00:00Z'))
})
