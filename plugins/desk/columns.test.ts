/** Columns that a reader chooses, lists under a name: pages, without scripts; the file; the figures of the rail. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { setPriority, takeTicket, type Id, type PersonActor } from '../../core/index.ts'
import desk from './index.tsx'

let site: Site
let queue: Id
let jan: Visitor
let janActor: PersonActor
let ewa: Visitor
let ewaActor: PersonActor
beforeAll(async () => {
  site = await openSite([desk])
  const { make } = site
  queue = await make.queue({ name: 'Kolumny' })
  janActor = await make.actor(await make.agent({ '1': ['rw'] }, { name: 'Jan Kowalski' }))
  ewaActor = await make.actor(await make.agent({ '1': ['ro'] }, { name: 'Ewa Lis' }))
  jan = await site.loggedIn(janActor.id)
  ewa = await site.loggedIn(ewaActor.id)
  const { id } = await make.ticket({ queueId: queue, subject: 'Rzutnik' })
  await make.work(janActor, async (work) => {
    await takeTicket(work, id)
    await setPriority(work, id, '5')
  })
  await make.db.updateTable('ticket').set({ responsible_id: ewaActor.id }).where('id', '=', id).execute()
  await make.ticket({ queueId: queue, subject: 'Drukarka' })
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()
const heads = (html: string) =>
  [...html.split('<tbody>')[0]!.matchAll(/<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)/g)].map(([, name]) => name!.trim())
/** As a browser sends it: a field for each box that is ticked, in the order of the page. */
async function choose(visitor: Visitor, path: string, columns: readonly string[], more: Record<string, string> = {}) {
  const html = await text(visitor.get(path))
  const form = html.split('action="/desk/columns"')[1]!.split('</form>')[0]!
  const back = /name="back" value="([^"]+)"/.exec(form)![1]!.replaceAll('&amp;', '&')
  const body = new URLSearchParams({ back, _csrf: visitor.token, ...more })
  for (const column of columns) body.append('column', column)
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await site.app.request(
    'http://pomoc.example/desk/columns',
    { method: 'POST', body, headers: { origin: 'http://pomoc.example', host: 'pomoc.example', cookie } },
    { incoming: { socket: { remoteAddress: '192.0.2.7' } } },
  )
  expect(response.status).toBe(303)
  for (const kept of response.headers.getSetCookie()) visitor.cookies.set(...(/^([^=]+)=([^;]*)/.exec(kept)!.slice(1) as [string, string]))
  return response.headers.get('location')!
}
const USUAL = ['Stan', 'Temat', 'Zgłaszający', 'Kolejka', 'Prowadzi', 'Przyjęte', 'Wiek']

describe('columns of a list', () => {
  it('are the usual ones until somebody chooses, then theirs in their order, in this list alone and on every machine', async () => {
    expect(heads(await text(jan.get('/desk/view/open')))).toEqual(USUAL)
    const to = await choose(jan, `/desk/queue/${queue}`, ['priority', 'title', 'responsible', 'state', 'nonsense', '"><script>'])
    expect(to).toBe(`/desk/queue/${queue}`)
    const html = await text(jan.get(to))
    expect(heads(html)).toEqual(['Priorytet', 'Temat', 'Odpowiada', 'Stan'])
    expect(html).toContain('Lista ma teraz 4 kolumny.')
    expect(html).toContain('<td data-label="Odpowiada">Ewa Lis</td>')
    expect(html).toMatch(/<td data-label="Priorytet">bardzo wysoki<\/td>/)
    expect(html).toMatch(/<th scope="col"><a href="\/desk\/queue\/\d+\?sort=priority/)
    expect(heads(await text(jan.get('/desk/view/open')))).toEqual(USUAL)
    expect(heads(await text((await site.loggedIn(janActor.id)).get(to)))).toHaveLength(4)
    expect(heads(await text(ewa.get(to)))).toEqual(USUAL)
  })
  it('are moved and given up without scripts, and the ticket’s name never goes', async () => {
    const to = await choose(jan, '/desk/view/mine', ['title', 'state', 'created'], { move: 'up created' })
    expect(to).toBe('/desk/view/mine?columns=open#columns')
    const html = await text(jan.get(to))
    expect(html).toMatch(/<details[^>]*id="columns" open/)
    expect(heads(html)).toEqual(['Temat', 'Zmiana', 'Stan'])
    await choose(jan, '/desk/view/mine', ['state'])
    expect(heads(await text(jan.get('/desk/view/mine')))).toEqual(['Temat', 'Stan'])
    await choose(jan, '/desk/view/mine', ['state'], { reset: '1' })
    expect(heads(await text(jan.get('/desk/view/mine')))).toEqual([...USUAL.slice(0, -1), 'Zmiana'])
  })
  it('can be those of every list at once; one of them can go back alone', async () => {
    await choose(ewa, '/desk/view/open', ['title', 'closed'], { every: 'on' })
    for (const path of ['/desk/view/open', `/desk/queue/${queue}`, '/desk/search?q=Drukarka'])
      expect([path, heads(await text(ewa.get(path)))]).toEqual([path, ['Temat', 'Zamknięte']])
    await choose(ewa, `/desk/queue/${queue}`, ['title'], { reset: '1' })
    expect(heads(await text(ewa.get(`/desk/queue/${queue}`)))).toEqual(USUAL)
    expect(heads(await text(ewa.get('/desk/view/open')))).toEqual(['Temat', 'Zamknięte'])
    await choose(ewa, '/desk/view/open', [], { reset: '1', every: 'on' })
    expect(heads(await text(ewa.get('/desk/view/open')))).toEqual(USUAL)
  })
  it('go into the file as they stand, and all of them where that is asked for', async () => {
    const file = async (more: string) => (await text(jan.get(`/desk/export.csv?place=queue-${queue}${more}`))).split('\r\n')
    const [head, drukarka, rzutnik] = await file('&columns=shown')
    expect(head).toBe('Numer;Priorytet;Temat;Odpowiada;Stan')
    expect(drukarka).toMatch(/;normalny;Drukarka;;nowe$/)
    expect(rzutnik).toMatch(/;bardzo wysoki;Rzutnik;Ewa Lis;/)
    expect((await file(''))[0]).toMatch(/^Numer;Stan;Temat;Zgłaszający;/)
  })
})

describe('a saved view', () => {
  const save = async (visitor: Visitor, from: string, fields: Record<string, string>) => {
    await visitor.get(`/desk/views/new?${new URLSearchParams({ from }).toString()}`)
    return visitor.post('/desk/views/new', { from, ...fields })
  }
  const shows = async (visitor: Visitor, path: string) => {
    const html = await text(visitor.get(path))
    return ['Rzutnik', 'Drukarka', 'Skaner'].filter((subject) => html.includes(subject))
  }
  const rail = (html: string) =>
    [...html.matchAll(/<a href="([^"]*saved=\d+)"[^>]*><span class="rail-name">([^<]+)<\/span> (?:<span class="count"[^>]*>(\d+)<)?/g)].map(
      ([, , name, count]) => [name, count],
    )

  it('keeps filter, order and columns under a name, and stands in the rail with its figure', async () => {
    const from = `/desk/queue/${queue}?priority=5&sort=title&dir=asc`
    expect(await text(jan.get(`/desk/queue/${queue}`))).toContain('/desk/views/new?from=%2Fdesk%2Fqueue%2F')
    expect(await text(jan.get(`/desk/views/new?${new URLSearchParams({ from }).toString()}`))).toMatch(/Priorytet: bardzo wysoki/)
    const saved = await save(jan, from, { name: 'Pilne w kolumnach' })
    const to = saved.headers.get('location')!
    expect([saved.status, to]).toEqual([303, expect.stringMatching(/^\/desk\/queue\/\d+\?priority=5&sort=title&dir=asc&saved=\d+$/)])
    const html = await text(jan.get(to))
    expect(html).toMatch(/<h1>Pilne w kolumnach<\/h1>/)
    expect(html).toMatch(/aria-current="page"><span class="rail-name">Pilne w kolumnach/)
    expect(rail(html)).toEqual([['Pilne w kolumnach', '1']])
    expect(heads(html)).toEqual(['Priorytet', 'Temat', 'Odpowiada', 'Stan'])
    expect(await shows(jan, to)).toEqual(['Rzutnik'])
    // Her rail has nothing of his, and his address shows her the list without its name.
    const hers = await text(ewa.get(to))
    expect([rail(hers), hers.includes('<h1>Kolumny</h1>'), hers.includes('name="saved"')]).toEqual([[], true, false])
    // The rail that fetches itself again knows where it stands.
    const id = /saved=(\d+)/.exec(to)![1]!
    expect(await text(jan.get(`/desk/rail?here=saved-${id}`))).toMatch(/aria-current="page"><span class="rail-name">Pilne/)
  })
  it('says when a list is not what was saved any more, and takes it on', async () => {
    await save(jan, '/desk/view/open?q=Rzutnik', { name: 'Rzutniki' })
    const [url] = /\/desk\/view\/open\?q=Rzutnik&amp;saved=\d+/.exec(await text(jan.get('/desk')))!
    const saved = url.replaceAll('&amp;', '&')
    const id = /saved=(\d+)/.exec(saved)![1]!
    expect(await text(jan.get(saved))).not.toContain('Zapisz zmiany w widoku')
    // A chip taken away, a form of the filter sent: it still is that view.
    const plain = `/desk/view/open?saved=${id}`
    expect(await text(jan.get(saved))).toContain(`<a class="chip" href="${plain}"`)
    const html = await text(jan.get(plain))
    expect(html).toContain('Zapisz zmiany w widoku')
    expect(html).toContain(`name="saved" value="${id}"`)
    const kept = await jan.post(`/desk/views/${id}/list`, { back: `/desk/view/open?owner=me&saved=${id}&after=x` })
    expect(kept.headers.get('location')).toMatch(new RegExp(`^/desk/view/open\\?owner=me&saved=${id}`))
    expect(await text(jan.get('/desk'))).toContain(`/desk/view/open?owner=me&amp;saved=${id}"`)
  })
  it('shared with a group is there for all in it, each with their own tickets; its columns are changed with it', async () => {
    const html = await text(jan.get(`/desk/views/new?from=${encodeURIComponent('/desk/view/open?owner=me')}`))
    const group = /<option value="(group 1)"[^>]*>([^<]+)/.exec(html)!
    const saved = await save(jan, '/desk/view/open?owner=me', { name: 'Wspólny', holder: group[1]! })
    const to = saved.headers.get('location')!
    const id = /saved=(\d+)/.exec(to)![1]!
    const { id: hers } = await site.make.ticket({ queueId: queue, subject: 'Skaner' })
    await site.make.db.updateTable('ticket').set({ owner_id: ewaActor.id, lock: 'lock' }).where('id', '=', hers).execute()
    expect(await text(ewa.get(to))).toContain('<h1>Wspólny</h1>')
    expect([await shows(jan, to), await shows(ewa, to)]).toEqual([['Rzutnik'], ['Skaner']])
    await choose(jan, to, ['title', 'queue'])
    expect(heads(await text(jan.get(to)))).toEqual(['Temat', 'Kolejka'])
    expect(heads(await text(ewa.get(to)))).toEqual(['Temat', 'Kolejka'])
    // Who may not change it chooses for themselves.
    expect((await ewa.get(`/desk/views/${id}`)).status).toBe(403)
    expect((await ewa.post(`/desk/views/${id}/list`, { back: '/desk/view/open' })).status).toBe(403)
    expect((await ewa.post(`/desk/views/${id}/remove`)).status).toBe(403)
    await choose(ewa, to, ['state', 'title'])
    expect([heads(await text(jan.get(to))), heads(await text(ewa.get(to)))]).toEqual([
      ['Temat', 'Kolejka'],
      ['Stan', 'Temat'],
    ])
    const list = await text(ewa.get('/desk/views'))
    expect(list).toContain('grupa: users')
    expect(list).not.toContain(`href="/desk/views/${id}"`)
  })
  it('is renamed, refused a name that is taken with all that was typed, and removed after a question', async () => {
    const first = await save(jan, '/desk/view/open', { name: 'Pierwszy' })
    const id = /saved=(\d+)/.exec(first.headers.get('location')!)![1]!
    const again = await save(jan, '/desk/view/open?owner=nobody', { name: 'pierwszy' })
    const html = await text(again)
    expect([again.status, html.includes('value="pierwszy"'), html.includes('owner=nobody')]).toEqual([422, true, true])
    expect(html).toContain('Jest tu już widok o tej nazwie.')
    await jan.get(`/desk/views/${id}`)
    expect((await jan.post(`/desk/views/${id}`, { name: 'Drugi' })).status).toBe(303)
    expect(await text(jan.get('/desk/views'))).toContain('Drugi')
    expect(await text(jan.get(`/desk/views/${id}/remove`))).toContain('Usunąć widok „Drugi”?')
    await jan.post(`/desk/views/${id}/remove`)
    expect((await jan.get(`/desk/views/${id}`)).status).toBe(404)
    expect(rail(await text(jan.get('/desk'))).map(([name]) => name)).not.toContain('Drugi')
  })
  it('of closed tickets has no figure, and one of what there is no more still opens', async () => {
    await save(jan, '/desk/search?q=stare&state=closed', { name: 'Archiwalne' })
    await save(jan, `/desk/queue/${queue}?state=1`, { name: 'Jeszcze nowe' })
    const shown = rail(await text(jan.get('/desk')))
    expect(shown).toContainEqual(['Archiwalne', undefined])
    expect(shown).toContainEqual(['Jeszcze nowe', String((await shows(jan, `/desk/queue/${queue}?state=1`)).length)])
    const to = (await save(jan, '/desk/view/gone?state=x&sort=salary', { name: 'Dawny' })).headers.get('location')!
    expect((await jan.get(to)).status).toBe(200)
  })
})
