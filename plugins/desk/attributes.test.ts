import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { addParticipant, type Id, type PersonActor } from '../../core/index.ts'
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
