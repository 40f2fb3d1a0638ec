import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { marksOf, openSite, type Site, type Visitor } from '../../test/web.ts'
import {
  actOf,
  actsOfferedBy,
  addNote,
  findDraft,
  listArticles,
  setMyQueues,
  setState,
  takeTicket,
  undoAct,
  type Id,
  type PersonActor,
} from '../../core/index.ts'
import { createTemplate } from '../../core/administration.ts'
import { keepRaw } from '../../core/article/articles.ts'
import { createCompany } from '../../core/company/companies.ts'
import { setPersonCompanies } from '../../core/company/person-companies.ts'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { unitSettings } from '../../core/kernel/settings/unit-settings.ts'
import { loadAccess } from '../../core/permission/access.store.ts'
import desk from './index.tsx'

let site: Site
let jan: Visitor
let janActor: PersonActor
let ewaActor: PersonActor
let customer: Visitor
let hidden: Id
beforeAll(async () => {
  site = await openSite([desk])
  const { make } = site
  janActor = await make.actor(await make.agent({ '1': ['rw'] }, { name: 'Jan Kowalski' }))
  ewaActor = await make.actor(await make.agent({ '1': ['rw'] }, { name: 'Ewa Lis' }))
  jan = await site.loggedIn(janActor.id)
  customer = await site.loggedIn(await make.person({ name: 'Klient' }))
  hidden = await make.queue({ name: 'Tajna', groupId: await make.group() })
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()
const ticketRow = (id: Id) => site.make.db.selectFrom('ticket').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
/** Whoever asked, as a customer. */
const asAsker = async (id: Id) => loadAccess(site.make.db, (await ticketRow(id)).customer_id!, false)
const followed = async (visitor: Visitor, response: Response) => {
  expect(response.status).toBe(303)
  return visitor.get(response.headers.get('location')!)
}
/** Names and values a browser without scripts would send with the form of this action. */
function formOf(html: string, action: string): { fields: Record<string, string>; html: string } {
  const form = new RegExp(`<form[^>]*action="${action.replaceAll('/', '\\/')}"[^>]*>([\\s\\S]*?)</form>`).exec(html)
  if (!form) throw new Error(`no form ${action}`)
  return {
    html: form[1]!,
    fields: Object.fromEntries([...form[1]!.matchAll(/<(?:input|select|textarea|button)[^>]*\bname="([^"]+)"/g)].map((m) => [m[1]!, ''])),
  }
}

describe('an article that came from elsewhere', () => {
  it('shows agents its hidden copies, what mail servers said, its earlier words and its mail; customers see none of it', async () => {
    const { make } = site
    const who = await make.person({ name: 'Zofia Skąd' })
    const { id, number, articleId } = await make.ticket({ customerId: who })
    const { db } = make
    await db.updateTable('article').set({ bcc_text: 'ukryta@uni.example' }).where('id', '=', articleId).execute()
    await db
      .insertInto('article_send_error')
      .values({ article_id: articleId, at: make.now, message_id: null, text: 'x@uni.example: 550 pełna skrzynka' })
      .execute()
    await db
      .insertInto('article_revision')
      .values({
        article_id: articleId,
        n: 1,
        at: make.now,
        by_id: janActor.id,
        visible: true,
        subject: 'Stary temat',
        body: 'Stare słowa',
        html: null,
      })
      .execute()
    await make.asSystem((work) => keepRaw(work, articleId, Buffer.from('Subject: x\r\n\r\nźródło\r\n')))
    const html = await text(jan.get(`/desk/tickets/${id}`))
    for (const said of ['UDW: ukryta@uni.example', '550 pełna skrzynka', 'Edytowano 1 raz', 'Stary temat', 'Stare słowa', 'Jan Kowalski'])
      expect(html).toContain(said)
    const raw = await jan.get(/href="([^"]*\/raw)"/.exec(html)![1]!)
    expect(await raw.text()).toContain('źródło')
    expect(raw.headers.get('content-disposition')).toContain(`filename="${number}-${articleId}.eml"`)
    expect(raw.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    const seen = (await listArticles(db, id, { visibleOnly: true, reader: await asAsker(id) }))[0]!
    expect(seen).toMatchObject({ bcc: '', sendErrors: [], revisions: [] })
  })
})

describe('a ticket that an agent opens by a mail', () => {
  it('is mailed to its customer from the queue, with the signature and the number; without an address it is refused, and nothing is lost', async () => {
    const { make } = site
    const queueId = await make.queue({ name: 'Rekrutacja' })
    await make.db.updateTable('queue').set({ signature: 'Biuro <OTRS_TICKET_Queue>' }).where('id', '=', queueId).execute()
    const fields = { queue: queueId, channel: 'email', title: 'Brakujący dokument', body: 'Proszę dosłać świadectwo.' }
    const marks = async () => marksOf(await text(jan.get('/desk/new')), 'desk/new')
    const made = await jan.post('/desk/new', { ...(await marks()), ...fields, who: 'kandydatka@student.example' })
    const id = /\/desk\/tickets\/(\d+)/.exec(made.headers.get('location')!)![1]!
    const { number } = await ticketRow(id)
    const article = (await listArticles(make.db, id, { visibleOnly: true, reader: await asAsker(id) }))[0]!
    expect(article).toMatchObject({
      channel: 'email',
      senderType: 'agent',
      to: 'kandydatka@student.example',
      body: 'Proszę dosłać świadectwo.\n\n-- \nBiuro Rekrutacja\n',
    })
    const mail = await make.db.selectFrom('outbound_mail').selectAll().where('ticket_id', '=', id).execute()
    expect(mail).toMatchObject([
      {
        kind: 'reply',
        recipients: ['kandydatka@student.example'],
        subject: `[Ticket#${number}] Brakujący dokument`,
        message_id: article.messageId,
        article_id: article.id,
      },
    ])
    const nobody = await make.person({ name: 'Bez Adresu', login: 'bezadresu' })
    await make.db.deleteFrom('person_address').where('person_id', '=', nobody).execute()
    const refusedAgain = await jan.post('/desk/new', { ...(await marks()), ...fields, who: 'bezadresu', customer: nobody })
    expect(refusedAgain.status).toBe(422)
    const html = await refusedAgain.text()
    expect(html).toContain('nie ma adresu')
    expect(html).toContain('Proszę dosłać świadectwo.')
  })
})

describe('templates of every kind', () => {
  it('a new ticket takes those for entries and calls, with the words of its queue; an answer shows which button its template proposes', async () => {
    const { make } = site
    const queueId = await make.queue({ name: 'Z szablonami' })
    const admin = await make.actor(await make.agent({ 2: ['rw'] }))
    const template = (name: string, type: 'Create' | 'PhoneCall' | 'Snippet' | 'Email' | 'Answer', more: object = {}) =>
      make.work(admin, (work) =>
        createTemplate(work, {
          name,
          type,
          body: `${name} w <OTRS_TICKET_Queue>`,
          valid: true,
          queueIds: [queueId],
          newFiles: [],
          dropFileIds: [],
          ...more,
        }),
      )
    const call = await template('Rozmowa', 'PhoneCall', {
      newFiles: [{ name: 'a.txt', contentType: 'text/plain', content: Buffer.from('a') }],
    })
    for (const [name, type] of [
      ['Wpis', 'Create'],
      ['Fragment', 'Snippet'],
      ['Mail własny', 'Email'],
    ] as const)
      await template(name, type)
    const closing = await template('Zamykająca', 'Answer', { stateId: '2' })
    const page = await text(jan.get('/desk/new'))
    const offered = [...page.matchAll(/<option value="\d+"[^>]*>([^<]+)/g)].map(([, name]) => name)
    for (const name of ['Rozmowa', 'Wpis', 'Fragment', 'Mail własny']) expect(offered).toContain(name)
    const marks = marksOf(page, 'desk/new')
    const put = await jan.post('/desk/new', {
      ...marks,
      who: 'x@uni.example',
      queue: queueId,
      body: 'Dzwoni pan.',
      template: call,
      insert: 'template',
    })
    const again = await text(followed(jan, put))
    expect(again).toContain('Dzwoni pan.\n\nRozmowa w Z szablonami')
    expect(again).toContain('a.txt')
    expect(again).toContain('value="x@uni.example"')

    const { id } = await make.ticket({ queueId })
    const answer = marksOf(await text(jan.get(`/desk/tickets/${id}`)), `ticket/${id}/reply`)
    const inserted = await jan.post(`/desk/tickets/${id}/insert?into=reply`, { ...answer, body: '', template: closing, insert: 'template' })
    const html = await text(followed(jan, inserted))
    expect(html).toContain('Szablon proponuje: „Wyślij i zamknij”.')
    expect(html).toMatch(
      /<button[^>]*class="[^"]*button-primary[^"]*"[^>]*name="next"[^>]*value="close"|<button[^>]*name="next"[^>]*value="close"[^>]*button-primary/,
    )
  })
})

describe('who is let in', () => {
  it.each(['/desk', '/desk/view/mine', '/desk/search?q=x', '/desk/new', '/desk/export.csv', '/desk/tickets/1', '/desk/rail'])(
    '%s leads a stranger to the login and back',
    async (path) => {
      const response = await site.visitor().get(path)
      expect([response.status, response.headers.get('location')]).toEqual([303, `/login?next=${encodeURIComponent(path)}`])
    },
  )
  it.each(['/desk', '/desk/view/mine', '/desk/new', '/desk/export.csv'])('%s is not there for a customer', async (path) => {
    expect((await customer.get(path)).status).toBe(404)
  })
  it('a ticket or queue that one may not see is not there', async () => {
    const { id, number, articleId } = await site.make.ticket({ queueId: hidden })
    for (const path of [
      `/desk/tickets/${id}`,
      `/desk/tickets/${id}/history`,
      `/desk/number/${number}`,
      `/desk/queue/${hidden}`,
      `/desk/tickets/${id}/attachments/${articleId}`,
      '/desk/tickets/999999',
      '/desk/tickets/x',
      '/desk/view/nothing',
      '/desk/queue/x',
    ]) {
      expect([path, (await jan.get(path)).status]).toEqual([path, 404])
    }
    expect(await text(jan.get(`/desk/search?q=${number}`))).toContain('Nic nie znaleziono')
  })
})

describe('lists', () => {
  it('show each view what belongs there, and the rail how many', async () => {
    const queueId = await site.make.queue({ name: 'Widoki' })
    const make = (subject: string) => site.make.ticket({ queueId, subject })
    const [free, mine, pending, watched] = [await make('Wolne'), await make('Moje'), await make('Odłożone'), await make('Obserwowane')]
    const [now, ewaNow] = [await site.make.actor(janActor.id), await site.make.actor(ewaActor.id)]
    await site.make.work(now, (work) => takeTicket(work, mine.id))
    await site.make.work(ewaNow, (work) => takeTicket(work, watched.id))
    await site.make.work(now, (work) => setState(work, pending.id, { stateId: '6', pendingUntil: new Date('2026-11-20T06:00:00Z') }))
    await site.make.db.insertInto('ticket_watcher').values({ ticket_id: watched.id, person_id: janActor.id }).execute()
    const seen = async (view: string) => {
      const html = await text(jan.get(`/desk/view/${view}?queue=${queueId}`))
      return Object.entries({ free, mine, pending, watched })
        .filter(([, { id }]) => html.includes(`id="row-${id}"`))
        .map(([name]) => name)
    }
    expect(await seen('take')).toEqual(['free'])
    expect(await seen('mine')).toEqual(['mine'])
    expect(await seen('pending')).toEqual(['pending'])
    expect(await seen('watched')).toEqual(['watched'])
    expect(await seen('open')).toEqual(['free', 'mine', 'pending', 'watched'])
    expect(await text(jan.get('/desk'))).toMatch(
      /href="\/desk\/queue\/\d+"[^>]*><span class="rail-name">Widoki<\/span> <span class="count"[^>]*>4</,
    )
    expect(await text(jan.get('/desk/rail?here=view-mine'))).toMatch(/aria-current="page"><span class="rail-name">Moje/)
  })
  it('page by key without losing or repeating any', async () => {
    const queueId = await site.make.queue({ name: 'Długa' })
    const ids = new Set<Id>()
    for (let i = 0; i < 53; i++) ids.add((await site.make.ticket({ queueId, subject: `nr ${i}` })).id)
    const seen: Id[] = []
    let next: string | undefined = `/desk/queue/${queueId}?sort=title&dir=asc`
    while (next) {
      const html = await text(jan.get(next))
      seen.push(...[...html.matchAll(/id="row-(\d+)"/g)].map((m) => m[1]!))
      next = /href="([^"]+)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen).toHaveLength(53)
    expect(new Set(seen)).toEqual(ids)
  })
  it('read a constant number of times whatever their length', async () => {
    const count = async (path: string) => {
      let queries = 0
      const { db } = site.kernel.host
      const original = db.getExecutor()
      // Counted where queries leave: the executor of the handle.
      const spied = new Proxy(original, {
        get: (target, name) =>
          name === 'executeQuery'
            ? (...all: unknown[]) => {
                queries++
                return (target.executeQuery as (...a: unknown[]) => unknown)(...all)
              }
            : (Reflect.get(target, name) as unknown),
      })
      const getExecutor = db.getExecutor.bind(db)
      Object.defineProperty(db, 'getExecutor', { value: () => spied, configurable: true })
      await jan.get(path)
      Object.defineProperty(db, 'getExecutor', { value: getExecutor, configurable: true })
      return queries
    }
    const long = await count('/desk/view/open')
    expect(await count('/desk/search?q=nicniema')).toBeLessThanOrEqual(long)
    expect(long).toBeLessThanOrEqual(18)
  })
  it('lead a number straight to its ticket, as OTRS subjects write it too', async () => {
    const { id, number } = await site.make.ticket()
    for (const path of [`/desk/search?q=${number}`, `/desk/search?q=${encodeURIComponent(`Ticket#${number}`)}`, `/desk/number/${number}`]) {
      const response = await jan.get(path)
      expect([response.status, response.headers.get('location')]).toEqual([302, `/desk/tickets/${id}`])
    }
  })
  it("find words of the subject, the customer's name and address", async () => {
    const person = await site.make.person({ name: 'Żaneta Szukana', address: 'zs@uni.example' })
    const { id } = await site.make.ticket({ subject: 'Projektor 100% ciemny', customerId: person })
    for (const words of ['100%', 'ciemny', 'szukana', 'zs@uni'])
      expect(await text(jan.get(`/desk/search?q=${encodeURIComponent(words)}`))).toContain(`row-${id}`)
    expect(await text(jan.get(`/desk/search?customer=${person}`))).toContain('Zgłoszenia: Żaneta Szukana')
  })
  it('answer htmx with the list alone', async () => {
    const html = await text(jan.get('/desk', { 'hx-request': 'true', 'hx-request-type': 'partial', 'hx-target': 'div#list' }))
    expect(html).toMatch(/^<div id="list"/)
    expect(html).not.toContain('<html')
  })
  it('say the same in English', async () => {
    const html = await text(jan.get('/desk', { 'accept-language': 'en' }))
    expect(html).toContain('To take')
    expect(html).not.toContain('Do wzięcia')
  })
})

describe('deadlines', () => {
  // The clock of the site stands on Tuesday at 10:15.
  let queueId: Id
  const due = (id: Id, moment: string | null) =>
    site.make.db
      .updateTable('ticket')
      .set({ due_at: moment === null ? null : new Date(moment) })
      .where('id', '=', id)
      .execute()
  beforeAll(async () => {
    queueId = await site.make.queue({ name: 'Z terminami' })
    await site.make.db
      .updateTable('queue')
      .set({ first_response_minutes: 240, first_response_notify: 80, solution_minutes: 960 })
      .where('id', '=', queueId)
      .execute()
    // Rights are read anew.
    jan = await site.loggedIn(janActor.id)
  })

  it('stand in lists and beside the ticket, in words, and a page tells why', async () => {
    const { id } = await site.make.ticket({ queueId, subject: 'Projektor' })
    const list = await text(jan.get(`/desk/queue/${queueId}`))
    expect(list).toContain('odpowiedź dziś do 14:15')
    expect(list).toContain('zostało 4 h pracy')
    expect(await text(jan.get('/desk/view/deadlines'))).toContain('Projektor')
    expect(await text(jan.get(`/desk/tickets/${id}`))).toContain(`href="/desk/tickets/${id}/deadlines"`)
    const why = await text(jan.get(`/desk/tickets/${id}/deadlines`))
    for (const words of [
      'Terminy obiecuje kolejka „Z terminami”',
      'pon.–pt. 7:00–15:00',
      '4 h pracy, przypomnienie od 80%',
      'czw. 19 listopada, 10:15',
    ])
      expect(why).toContain(words)
    expect(why).not.toContain('aktualizacja')
    expect((await customer.get(`/desk/tickets/${id}/deadlines`)).status).toBe(404)

    await site.make.asSystem((work) => addNote(work, id, { body: 'Już idę.', visible: true }))
    expect(await text(jan.get(`/desk/tickets/${id}`))).toContain('rozwiązanie do czw. 19 listopada, 10:15')
    expect(await text(jan.get(`/desk/tickets/${id}/deadlines`))).toContain('odpowiedziano dziś, 10:15')
    const csv = await text(jan.get(`/desk/export.csv?place=queue-${queueId}`))
    expect(csv).toContain('2026-11-19 10:15')
    expect(csv).toContain('nie')
  })

  it('narrow a list: late, today, soon, none', async () => {
    const [late, today, soon, none] = [
      await site.make.ticket({ queueId, subject: 'Spóźnione' }),
      await site.make.ticket({ queueId, subject: 'Dzisiejsze' }),
      await site.make.ticket({ queueId, subject: 'Bliskie' }),
      await site.make.ticket({ queueId, subject: 'Bezterminowe' }),
    ]
    await due(late.id, '2026-11-17T08:00:00Z')
    await due(today.id, '2026-11-17T22:30:00Z')
    await due(soon.id, '2026-11-20T10:00:00Z')
    await due(none.id, null)
    const subjects = ['Spóźnione', 'Dzisiejsze', 'Bliskie', 'Bezterminowe']
    const found = async (wanted: string) => {
      const html = await text(jan.get(`/desk/queue/${queueId}?due=${wanted}&q=`))
      return subjects.filter((subject) => html.includes(`>\n          ${subject}`) || html.includes(`>${subject}</a>`))
    }
    expect(await found('late')).toEqual(['Spóźnione'])
    expect(await found('today')).toContain('Dzisiejsze')
    expect(await found('soon')).toContain('Bliskie')
    expect(await found('none')).toEqual(['Bezterminowe'])
    const html = await text(jan.get(`/desk/queue/${queueId}?due=late`))
    expect(html).toContain('po terminie')
    expect(html).toContain('class="due due-late"')
    // Nothing but words of the list is read from the address.
    expect(await text(jan.get(`/desk/queue/${queueId}?due=4`))).toContain('Bezterminowe')
  })
})

describe('the export', () => {
  it('holds the whole filtered list, safe for spreadsheets', async () => {
    const queueId = await site.make.queue({ name: 'Eksport' })
    await site.make.ticket({ queueId, subject: '=HYPERLINK("http://zły.example";"kliknij")' })
    await site.make.ticket({ queueId, subject: 'Zażółć; gęślą "jaźń"' })
    const response = await jan.get(`/desk/export.csv?place=queue-${queueId}`)
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="zgloszenia-2026-11-17.csv"')
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    const lines = bytes.toString('utf8').slice(1).split('\r\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatch(/^Numer;Stan;Temat;/)
    expect(lines[1]).toContain(';"Zażółć; gęślą ""jaźń""";')
    expect(lines[2]).toContain(';"\'=HYPERLINK(""http://zły.example"";""kliknij"")";')
  })
  it('goes over pages, and holds nothing one may not see', async () => {
    await site.make.ticket({ queueId: hidden, subject: 'Tajne' })
    const csv = await text(jan.get('/desk/export.csv?place=search&state=any'))
    expect(csv).not.toContain('Tajne')
    expect(csv.trim().split('\r\n').length).toBeGreaterThan(55)
  })
})

describe('a ticket', () => {
  it('shows the conversation, facts, reason and the composer, and counts as seen', async () => {
    const person = await site.make.person({ name: 'Paulina Szpak', phone: '2391' })
    const { id } = await site.make.ticket({
      customerId: person,
      subject: 'Nie działa <b>',
      body: 'Dzień dobry & <script>',
      reason: [{ step: 'destination', decided: '4', rule: 'recipient-address', detail: 'it@uni.example' }],
    } as never)
    expect(await text(jan.get('/desk/view/open'))).toMatch(new RegExp(`id="row-${id}"[^>]*class="row-news"`))
    const html = await text(jan.get(`/desk/tickets/${id}`))
    expect(html).toContain('Nie działa &lt;b&gt;')
    expect(html).toContain('Dzień dobry &amp; &lt;script&gt;')
    for (const words of ['2391', 'wiadomość przyszła na adres it@uni.example', 'id="reply"', 'action="/desk/tickets/'])
      expect(html).toContain(words)
    expect(await text(jan.get('/desk'))).not.toMatch(new RegExp(`id="row-${id}"[^>]*class="row-news"`))
  })
  it('fetched ahead is not seen until it says so', async () => {
    const { id } = await site.make.ticket()
    expect(await text(jan.get(`/desk/tickets/${id}`, { 'sec-purpose': 'prefetch' }))).toContain(`hx-post="/desk/tickets/${id}/seen"`)
    const seen = () => site.make.db.selectFrom('ticket_seen').select('seen_at').where('ticket_id', '=', id).executeTakeFirst()
    expect(await seen()).toBeUndefined()
    expect((await jan.post(`/desk/tickets/${id}/seen`)).status).toBe(204)
    expect(await seen()).toBeDefined()
  })
  it('quotes a message on request', async () => {
    const { id, articleId } = await site.make.ticket({ body: 'Pierwsza\nDruga' })
    const put = async (typed: string, headers = {}) => {
      const marks = marksOf(await text(jan.get(`/desk/tickets/${id}`)), `ticket/${id}/reply`)
      return jan.post(`/desk/tickets/${id}/insert?into=reply`, { ...marks, insert: `quote ${articleId}`, body: typed }, { headers })
    }
    // Without scripts behind what is typed, kept as the draft; however often the page is loaded again, it stands there once.
    const shown = await text(await followed(jan, await put('Szybki tekst')))
    expect(shown).toMatch(/>\s*Szybki tekst\n\n[^&]*:\n&gt; Pierwsza\n&gt; Druga/)
    expect((await text(jan.get(`/desk/tickets/${id}`))).match(/&gt; Pierwsza/g)).toHaveLength(1)
    // A script is given the words alone, for where the caret is, and whom they answer.
    const part = await text(await put('Szybki tekst', { 'hx-request': 'true' }))
    expect(part).toMatch(/^<span data-put-into="reply">/)
    expect(part).toContain(`name="answers" value="${articleId}"`)
    expect(part).not.toContain('Szybki tekst')
  })
  it('tells its history in words', async () => {
    const { id } = await site.make.ticket()
    await site.make.work(janActor, (work) => takeTicket(work, id))
    const html = await text(jan.get(`/desk/tickets/${id}/history`))
    for (const words of ['Założenie zgłoszenia', 'E-mail od zgłaszającego', 'Prowadzi: Jan Kowalski', 'system'])
      expect(html).toContain(words)
  })
})

describe('replying', () => {
  it('without scripts: the form of the page sends the mail, takes the ticket, and says how to undo it', async () => {
    const { id } = await site.make.ticket()
    const page = await text(jan.get(`/desk/tickets/${id}`))
    const form = formOf(page, `/desk/tickets/${id}/reply`)
    expect(Object.keys(form.fields)).toEqual(expect.arrayContaining(['_csrf', 'to', 'cc', 'subject', 'body', 'files', 'next']))
    const to = /name="to"[^>]*value="([^"]+)"/.exec(form.html)![1]!
    const after = await followed(
      jan,
      await jan.post(`/desk/tickets/${id}/reply`, {
        ...marksOf(page, `ticket/${id}/reply`),
        to,
        cc: 'Szef <szef@uni.example>; b@uni.example',
        subject: 'Nie działa',
        body: 'Już działa.',
        next: 'wait',
      }),
    )
    const html = await text(after)
    expect(html).toContain('Odpowiedź wysłana, zgłoszenie czeka na zgłaszającego.')
    expect(html).toContain('Już działa.')
    const ticket = await ticketRow(id)
    expect([ticket.state_id, ticket.owner_id, ticket.lock, ticket.pending_until]).toEqual(['20', janActor.id, 'lock', null])
    const mail = await site.make.db.selectFrom('outbound_mail').selectAll().where('ticket_id', '=', id).executeTakeFirstOrThrow()
    expect(mail.recipients).toEqual([to, 'szef@uni.example', 'b@uni.example'])
    // Undo, as the button in the bar does: the text is in the composer again.
    const undo = /action="(\/desk\/tickets\/\d+\/undo\/[^"]+)"/.exec(html)![1]!
    const back = await text(await followed(jan, await jan.post(undo)))
    expect(back).toMatch(/<textarea[^>]*name="body"[^>]*>\s*Już działa\./)
    expect((await ticketRow(id)).state_id).toBe('1')
    expect((await site.make.db.selectFrom('outbound_mail').select('state').where('id', '=', mail.id).executeTakeFirstOrThrow()).state).toBe(
      'cancelled',
    )
  })
  it('keeps everything typed when something is wrong, with the reason, 422', async () => {
    const { id } = await site.make.ticket()
    await jan.get(`/desk/tickets/${id}`)
    const empty = await jan.post(`/desk/tickets/${id}/reply`, { to: 'a@uni.example', body: '  ' })
    expect([empty.status, (await text(empty)).includes('Napisz choć kilka słów.')]).toEqual([422, true])
    const wrong = await jan.post(`/desk/tickets/${id}/reply`, { to: 'to nie adres', body: 'Długi tekst', subject: 'Inny temat' })
    const html = await text(wrong)
    expect(wrong.status).toBe(422)
    for (const words of ['to nie adres', 'Długi tekst', 'Inny temat', 'To nie jest adres e-mail: „to nie adres”'])
      expect(html).toContain(words)
  })
  it('attaches files and hands them out again only as files', async () => {
    const { id } = await site.make.ticket()
    await jan.get(`/desk/tickets/${id}`)
    await jan.post(`/desk/tickets/${id}/reply`, {
      to: 'a@uni.example',
      body: 'w załączniku',
      files: new File(['<script>alert(1)</script>'], 'zażółć "x".html', { type: 'text/html' }),
    })
    const link = /href="(\/desk\/tickets\/\d+\/attachments\/\d+)"/.exec(await text(jan.get(`/desk/tickets/${id}`)))![1]!
    const file = await jan.get(link)
    expect(file.headers.get('content-type')).toBe('text/html')
    expect(file.headers.get('content-disposition')).toBe(
      'attachment; filename="zazoc _x_.html"; filename*=UTF-8\'\'za%C5%BC%C3%B3%C5%82%C4%87%20%22x%22.html',
    )
    expect(file.headers.get('content-security-policy')).toContain('sandbox')
    expect(await file.text()).toBe('<script>alert(1)</script>')
    const other = await site.make.ticket()
    expect((await jan.get(link.replace(`/tickets/${id}/`, `/tickets/${other.id}/`))).status).toBe(404)
  })
  it('sent twice – by Back, by two presses – it leaves once; a new ticket is made once, and the way to it is said', async () => {
    const { id } = await site.make.ticket()
    const marks = marksOf(await text(jan.get(`/desk/tickets/${id}`)), `ticket/${id}/reply`)
    const send = () => jan.post(`/desk/tickets/${id}/reply`, { ...marks, to: 'a@uni.example', body: 'Raz.' })
    const [one, two] = await Promise.all([send(), send()])
    expect([one.status, two.status].toSorted()).toEqual([303, 409])
    const refused = await text(one.status === 409 ? one : two)
    expect(refused).toMatch(/<textarea[^>]*name="body"[^>]*>\s*Raz\./)
    expect(refused).toContain('name="draft.again" value="yes"')
    expect(await site.make.db.selectFrom('outbound_mail').select('id').where('ticket_id', '=', id).execute()).toHaveLength(1)

    const fresh = marksOf(await text(jan.get('/desk/new')), 'desk/new')
    const make = () =>
      jan.post('/desk/new', { ...fresh, who: 'dzwonil@uni.example', customer: 'new', queue: '4', title: 'Telefon', body: 'Dzwonił.' })
    const made = await make()
    const again = await make()
    expect([made.status, again.status]).toEqual([303, 409])
    expect(await text(again)).toContain(`href="${made.headers.get('location')!}"`)
  })
  it('keeps a draft while typing, shows it again, and forgets it when sent', async () => {
    const { id } = await site.make.ticket()
    const [reply, note] = [`ticket/${id}/reply`, `ticket/${id}/note`]
    const page = () => text(jan.get(`/desk/tickets/${id}`))
    const draftOf = (form: string) => findDraft(site.make.db, janActor.id, form)
    const script = { headers: { 'hx-request': 'true' } }
    const marks = marksOf(await page(), reply)
    const saved = await jan.post('/draft', { ...marks, body: 'zaczynam', to: 'a@uni.example', cc: '' }, script)
    expect(await text(saved)).toMatch(/data-address="\/desk\/tickets\/\d+\?draft=[\w-]+">szkic zapisany 10:15</)
    expect(await page()).toContain('zaczynam')
    await jan.post('/draft', { ...marksOf(await page(), note), body: 'uwaga' }, script)
    expect(await page()).toMatch(/<details class="composer composer-note" id="note-box" open/)
    await jan.post(`/desk/tickets/${id}/reply`, { ...marksOf(await page(), reply), to: 'a@uni.example', body: 'gotowe' })
    expect(await draftOf(reply)).toBeUndefined()
    await jan.post('/draft', { ...marksOf(await page(), note), body: '', 'draft.then': 'drop' })
    expect(await draftOf(note)).toBeUndefined()
    // Only addresses are no draft; nor is what was typed into a page that another person had opened.
    await jan.post('/draft', { ...marksOf(await page(), reply), body: ' ', to: 'a@uni.example' }, script)
    expect((await jan.post('/draft', { ...marks, body: 'cudze', 'draft.of': '999' }, script)).status).toBe(403)
    expect(await draftOf(reply)).toBeUndefined()
  })
})

describe('acts', () => {
  const post = async (path: string, fields: Record<string, string> = {}) => {
    await jan.get('/desk/new')
    return jan.post(path, fields)
  }
  it('take, release, take over', async () => {
    const { id } = await site.make.ticket()
    expect((await post(`/desk/tickets/${id}/take`, { back: '/desk/view/open' })).headers.get('location')).toBe('/desk/view/open')
    expect((await ticketRow(id)).owner_id).toBe(janActor.id)
    await post(`/desk/tickets/${id}/release`)
    expect((await ticketRow(id)).owner_id).toBeNull()
    await site.make.work(ewaActor, (work) => takeTicket(work, id))
    const refused = await post(`/desk/tickets/${id}/take`)
    expect([refused.status, (await text(refused)).includes('To zgłoszenie prowadzi już Ewa Lis.')]).toEqual([409, true])
    expect((await post(`/desk/tickets/${id}/take`, { fromOther: 'yes' })).status).toBe(303)
    expect((await ticketRow(id)).owner_id).toBe(janActor.id)
  })
  it('goes back only to pages of ours', async () => {
    const { id } = await site.make.ticket()
    expect((await post(`/desk/tickets/${id}/take`, { back: '//evil.example' })).headers.get('location')).toBe('/')
  })
  it('move, only where one may', async () => {
    const { id } = await site.make.ticket()
    const refused = await post(`/desk/tickets/${id}/move`, { queue: hidden })
    expect(refused.status).toBe(422)
    expect(await text(refused)).toMatch(/<details class="menu" open[^>]*id="menu-move"/)
    await post(`/desk/tickets/${id}/move`, { queue: '2' })
    expect((await ticketRow(id)).queue_id).toBe('2')
  })
  it('put off: tomorrow, in a week, until a date, until the customer writes', async () => {
    const { id } = await site.make.ticket()
    const until = async (fields: Record<string, string>) => {
      expect((await post(`/desk/tickets/${id}/pend`, fields)).status).toBe(303)
      const row = await ticketRow(id)
      return [row.state_id, row.pending_until?.toISOString()]
    }
    expect(await until({ until: 'tomorrow' })).toEqual(['6', '2026-11-18T06:00:00.000Z'])
    expect(await until({ until: 'week' })).toEqual(['6', '2026-11-24T06:00:00.000Z'])
    expect(await until({ until: 'date', date: '2026-12-01T12:30' })).toEqual(['6', '2026-12-01T11:30:00.000Z'])
    expect(await until({ until: 'customer' })).toEqual(['20', undefined])
    const past = await post(`/desk/tickets/${id}/pend`, { until: 'date', date: '2020-01-01T10:00' })
    expect([past.status, (await text(past)).includes('Termin odłożenia już minął')]).toEqual([422, true])
    expect((await post(`/desk/tickets/${id}/pend`, { until: 'date', date: 'kiedyś' })).status).toBe(422)
  })
  it('close with a note, open again', async () => {
    const { id } = await site.make.ticket()
    await post(`/desk/tickets/${id}/close`, { how: 'unsuccessful', note: 'nie do naprawy' })
    expect((await ticketRow(id)).state_id).toBe('3')
    const html = await text(jan.get(`/desk/tickets/${id}`))
    expect(html).toContain('nie do naprawy')
    expect(html).toContain(`action="/desk/tickets/${id}/reopen"`)
    expect(html).not.toContain(`action="/desk/tickets/${id}/close"`)
    await post(`/desk/tickets/${id}/reopen`)
    expect((await ticketRow(id)).state_type).toBe('open')
  })
  it('priority, owner, subject, customer, watching, note', async () => {
    const { id } = await site.make.ticket()
    const person = await site.make.person({ name: 'Nowy Zgłaszający', address: 'nowy@uni.example', login: 'nowy' })
    await post(`/desk/tickets/${id}/priority`, { priority: '5' })
    await post(`/desk/tickets/${id}/owner`, { owner: ewaActor.id })
    await post(`/desk/tickets/${id}/title`, { title: 'Inny temat' })
    await post(`/desk/tickets/${id}/customer`, { customer: 'NOWY' })
    await post(`/desk/tickets/${id}/watch`, { watching: 'yes' })
    await post(`/desk/tickets/${id}/note`, { body: 'dla nas' })
    const row = await ticketRow(id)
    expect([row.priority_id, row.owner_id, row.title, row.customer_id]).toEqual(['5', ewaActor.id, 'Inny temat', person])
    const html = await text(jan.get(`/desk/tickets/${id}`))
    for (const words of ['dla nas', 'notatka, nie widzi jej zgłaszający', 'bardzo wysoki', 'Nie obserwuj']) expect(html).toContain(words)
    const unknown = await post(`/desk/tickets/${id}/customer`, { customer: 'kogoś takiego nie ma' })
    expect([unknown.status, (await text(unknown)).includes('Nie ma takiej osoby: kogoś takiego nie ma')]).toEqual([422, true])
    expect((await post(`/desk/tickets/${id}/owner`, { owner: person })).status).toBe(422)
    expect((await post(`/desk/tickets/${id}/priority`, { priority: '99' })).status).toBe(422)
  })
  it('the company: it comes with the customer where the unit uses companies, is chosen among theirs, listed, and said beside the ticket', async () => {
    const { make } = site
    const company = (code: string) =>
      make.asSystem((work) =>
        createCompany(work, { code, name: `Firma ${code}`, street: '', zip: '', city: '', country: '', url: '', comment: '', valid: true }),
      )
    const [main, other] = [await company('ALFA'), await company('BETA')]
    const person = await make.person({ name: 'Olga Firmowa', login: 'olga' })
    await make.asSystem((work) => setPersonCompanies(work, person, [main, other], main))
    const before = await make.ticket({ customerId: person })
    await make.asSystem((work) => saveSettings(work, 'unit', unitSettings, { companies: 'named' }))
    const { id } = await make.ticket({ customerId: person })
    expect([(await ticketRow(before.id)).customer_company, (await ticketRow(id)).customer_company]).toEqual(['', 'ALFA'])
    expect(await text(jan.get(`/desk/tickets/${id}`))).toContain('Firma ALFA')
    expect((await post(`/desk/tickets/${id}/company`, { company: 'BETA' })).status).toBe(303)
    const unknown = await post(`/desk/tickets/${id}/company`, { company: 'GAMMA' })
    expect([unknown.status, await text(unknown)]).toEqual([422, expect.stringContaining('Nie ma firmy o numerze „GAMMA”')])
    expect((await ticketRow(id)).customer_company).toBe('BETA')
    const list = await text(jan.get('/desk/search?company=BETA'))
    expect([list.includes(`id="row-${id}"`), list.includes(`id="row-${before.id}"`)]).toEqual([true, false])
    expect(await text(jan.get('/desk/export.csv?place=search&company=BETA'))).toContain('BETA')
    expect(await text(jan.get(`/desk/tickets/${id}/history`))).toContain('Firma zgłaszającego: BETA')
    // Whoever comes instead brings their own company, or none.
    await post(`/desk/tickets/${id}/customer`, { customer: 'nowy' })
    expect((await ticketRow(id)).customer_company).toBe('')
    const rows = await make.db
      .selectFrom('history')
      .select('name')
      .where('ticket_id', '=', id)
      .where('type', '=', 'CustomerUpdate')
      .orderBy('id')
      .execute()
    expect(rows.map(({ name }) => name)).toEqual(['%%CustomerID=BETA;CustomerUser=olga;', '%%CustomerID=;CustomerUser=nowy;'])
    await make.asSystem((work) => saveSettings(work, 'unit', unitSettings, { companies: undefined }))
  })
  it('my queues: chosen among those one may read, one view of what lies open in them', async () => {
    const secret = await site.make.queue({ groupId: await site.make.group() })
    const [here, there] = [await site.make.queue(), await site.make.queue()]
    const mine = await site.make.ticket({ queueId: here })
    const others = await site.make.ticket({ queueId: there })
    expect(await text(jan.get('/desk'))).not.toContain('/desk/view/chosen')
    const page = await text(jan.get('/desk/my-queues'))
    expect([page.includes(`value="${here}"`), page.includes(`value="${secret}"`)]).toEqual([true, false])
    expect((await post('/desk/my-queues', { queue: here })).headers.get('location')).toBe('/desk/view/chosen')
    // What one may not read cannot be chosen, and choosing gives no right.
    await site.make.work(await site.make.actor(janActor.id), (work) => setMyQueues(work, [here, secret, 'x']))
    const view = await text(jan.get('/desk/view/chosen'))
    expect([view.includes(`id="row-${mine.id}"`), view.includes(`id="row-${others.id}"`)]).toEqual([true, false])
    expect(view).toMatch(/Moje kolejki<\/span>\s*<span class="count"[^>]*>1</)
    expect(
      (await site.make.db.selectFrom('person_queue').select('queue_id').where('person_id', '=', janActor.id).execute()).map(
        (row) => row.queue_id,
      ),
    ).toEqual([here])
    await post('/desk/my-queues', {})
    expect(await text(jan.get('/desk'))).not.toContain('/desk/view/chosen')
  })
  it('my services: what lies open about them, in whatever queue', async () => {
    const { make } = site
    const [mail, web] = await make.db
      .insertInto('service')
      .values([{ name: 'Poczta' }, { name: 'Strony' }])
      .returning('id')
      .execute()
    const [ours, elsewhere] = [await make.ticket({ queueId: await make.queue() }), await make.ticket({ queueId: await make.queue() })]
    await make.db.updateTable('ticket').set({ service_id: mail!.id }).where('id', '=', ours.id).execute()
    await make.db.updateTable('ticket').set({ service_id: web!.id }).where('id', '=', elsewhere.id).execute()
    expect(await text(jan.get('/desk'))).not.toContain('/desk/view/services')
    await jan.get('/desk/my-queues')
    expect((await post('/desk/my-queues', { service: mail!.id })).headers.get('location')).toBe('/desk/view/services')
    const view = await text(jan.get('/desk/view/services'))
    expect([view.includes(`id="row-${ours.id}"`), view.includes(`id="row-${elsewhere.id}"`)]).toEqual([true, false])
    await post('/desk/my-queues', {})
    expect(await text(jan.get('/desk'))).not.toContain('/desk/view/services')
    expect(await text(jan.get('/desk/view/services'))).toContain('W Twoich usługach nie ma nic otwartego')
  })
  it('cannot be undone by somebody else, nor twice, nor after the time', async () => {
    const { id } = await site.make.ticket()
    const undoOf = async () => /undo\/([0-9a-f-]{36})/.exec(await text(jan.get(`/desk/tickets/${id}`)))![1]!
    await post(`/desk/tickets/${id}/note`, { body: 'pomyłka' })
    const act = await undoOf()
    const ewa = await site.loggedIn(ewaActor.id)
    await ewa.get('/desk/new')
    expect((await ewa.post(`/desk/tickets/${id}/undo/${act}`)).status).toBe(404)
    expect((await post(`/desk/tickets/${id}/undo/x`)).status).toBe(404)
    const { make } = site
    make.now = new Date(make.now.getTime() + 60_000)
    const late = await text(await followed(jan, await post(`/desk/tickets/${id}/undo/${act}`)))
    expect(late).toContain('Na cofnięcie jest już za późno.')
  })
})

describe('what a list and a ticket say of themselves', () => {
  it('a column shows what it is sorted by', async () => {
    const { make } = site
    const queueId = await make.queue({ name: 'Kolumny' })
    const start = make.now
    make.now = new Date(start.getTime() - 6 * 24 * 3_600_000)
    const { id } = await make.ticket({ queueId, subject: 'Stare' })
    make.now = new Date(start.getTime() - 24 * 3_600_000)
    await make.work(await make.actor(janActor.id), (work) => addNote(work, id, { body: 'nowe' }))
    make.now = start
    const cell = async (sort: string) =>
      /data-label="(Zmiana|Wiek)"><time datetime="([^"]+)"/
        .exec(await text(jan.get(`/desk/queue/${queueId}?sort=${sort}&dir=desc`)))!
        .slice(1)
    expect([await cell('changed'), await cell('created')]).toEqual([
      ['Zmiana', (await ticketRow(id)).changed_at.toISOString()],
      ['Wiek', (await ticketRow(id)).created_at.toISOString()],
    ])
  })
  it('the count beside the title comes with the list that refreshes itself', async () => {
    const queueId = await site.make.queue({ name: 'Licznik' })
    await site.make.ticket({ queueId })
    const list = () => text(jan.get(`/desk/queue/${queueId}`, { 'hx-request': 'true', 'hx-target': 'div#list' }))
    expect(await list()).toMatch(/id="list-count" hx-swap-oob="innerHTML"[^>]*>1 zgłoszenie</)
    await site.make.ticket({ queueId })
    expect(await list()).toMatch(/id="list-count" hx-swap-oob="innerHTML"[^>]*>2 zgłoszenia</)
  })
  it('a row is named by its subject and hears no more than is seen; a message has a heading, its links say whose they are', async () => {
    const { make } = site
    const { id, articleId } = await make.ticket({ subject: 'Nagłówki', body: 'słowo '.repeat(60) })
    const note = await make.work(janActor, (work) => addNote(work, id, { body: 'pomyłka' }))
    const act = (
      await make.db.selectFrom('history').select('act_id').where('ticket_id', '=', id).orderBy('id', 'desc').executeTakeFirstOrThrow()
    ).act_id
    await make.work(janActor, (work) => undoAct(work, id, act))
    const list = await text(jan.get('/desk/view/open'))
    const row = new RegExp(`<th scope="row" class="cell-main">(?:(?!</th>)[\\s\\S])*tickets/${id}"[\\s\\S]*?</th>`)
      .exec(list)![0]
      .replace(/<[^>]+>/g, '')
    expect(row).toContain('Nagłówki')
    expect(row.length).toBeLessThan(150)
    const html = await text(jan.get(`/desk/tickets/${id}`))
    expect(html).toMatch(new RegExp(`<h2 id="article-${articleId}-who">`))
    expect(html).toMatch(new RegExp(`value="quote ${articleId}" aria-describedby="article-${articleId}-who"`))
    expect(html).toMatch(new RegExp(`id="article-${note}"[\\s\\S]*?<del>[\\s\\S]*?pomyłka`))
    // The conversation is read before the facts beside it.
    expect(html.indexOf('class="ticket-talk"')).toBeLessThan(html.indexOf('id="ticket-side"'))
  })
})

describe('the time to undo', () => {
  it("is the person's own, and what is sent waits for it", async () => {
    const { make } = site
    const slow = await site.loggedIn(await make.agent({ '1': ['rw'] }))
    await slow.get('/account')
    await slow.post('/preferences', { back: '/account', hands: 'yes', keys: 'on', undo: '30' })
    const { id } = await make.ticket()
    await slow.post(`/desk/tickets/${id}/reply`, { body: 'za wcześnie', to: 'a@uni.example' })
    const html = await text(slow.get(`/desk/tickets/${id}`))
    expect(html).toMatch(/class="notice notice-good toast undo"[^>]*data-expires="30"/)
    expect(html).toContain('Można cofnąć przez 30 s.')
    expect(html).toContain('po wysłaniu masz 30 s na cofnięcie')
    const { not_before } = await make.db
      .selectFrom('outbound_mail')
      .select('not_before')
      .where('ticket_id', '=', id)
      .where('kind', '=', 'reply')
      .executeTakeFirstOrThrow()
    expect(not_before.getTime() - make.now.getTime()).toBe(30_000)
    make.now = new Date(make.now.getTime() + 29_000)
    const back = await text(await followed(slow, await slow.post(/action="(\/desk\/tickets\/\d+\/undo\/[^"]+)"/.exec(html)![1]!)))
    expect(back).toContain('Cofnięte.')
  })
  it('whoever undoes from a list stays in the list', async () => {
    const { id } = await site.make.ticket()
    await jan.get('/desk')
    const taken = await jan.post(`/desk/tickets/${id}/take`, { back: '/desk/view/take' })
    const undo = /action="(\/desk\/tickets\/\d+\/undo\/[^"]+)"/.exec(await text(await followed(jan, taken)))![1]!
    expect((await jan.post(undo)).headers.get('location')).toBe('/desk/view/take')
  })
})

describe('rights', () => {
  const ACTS: [act: string, right: string, fields: Record<string, string>, offered: string][] = [
    ['reply', 'compose', { body: 'x', to: 'a@uni.example' }, 'id="reply-form"'],
    ['note', 'note', { body: 'x' }, 'id="note-form"'],
    ['take', 'lock', {}, 'ID/take"'],
    ['move', 'move', { queue: '2' }, 'id="menu-move"'],
    ['pend', 'pending', { until: 'week' }, 'id="menu-pend"'],
    ['close', 'close', { how: 'successful' }, 'id="menu-close"'],
    ['priority', 'priority', { priority: '4' }, 'id="more-priority"'],
    ['owner', 'owner', {}, 'id="more-owner"'],
    ['title', 'rw', { title: 'x' }, 'id="more-title"'],
    ['customer', 'customer', {}, 'id="more-customer"'],
  ]
  it.each(ACTS)('%s needs %s: without it not offered and refused, with it offered and done', async (act, right, fields, offered) => {
    const { make } = site
    const group = await make.group()
    const queueId = await make.queue({ groupId: group })
    const [reader, holder] = [
      await make.agent({ [group]: ['ro'] }),
      await make.agent({ [group]: [...new Set(['ro', right, 'owner'])], '1': ['move_into'] }),
    ]
    const given = {
      ...fields,
      ...(act === 'owner' ? { owner: holder } : {}),
      ...(act === 'customer' ? { customer: `nowy-${group}@uni.example` } : {}),
    }
    if (act === 'customer') await make.person({ address: `nowy-${group}@uni.example` })
    const { id } = await make.ticket({ queueId })
    for (const [person, allowed] of [
      [reader, false],
      [holder, true],
    ] as const) {
      const visitor = await site.loggedIn(person)
      expect((await text(visitor.get(`/desk/tickets/${id}`))).includes(offered.replace('ID', id))).toBe(allowed)
      expect((await visitor.post(`/desk/tickets/${id}/${act}`, given)).status).toBe(allowed ? 303 : 403)
    }
    const stranger = await site.loggedIn(await make.agent({ '3': ['rw'] }))
    await stranger.get('/desk/new')
    expect((await stranger.get(`/desk/tickets/${id}`)).status).toBe(404)
    expect((await stranger.post(`/desk/tickets/${id}/${act}`, given)).status).toBe(404)
  })
  it('every act here is closed to the customer of the ticket', async () => {
    const { id, customerId } = await site.make.ticket()
    const own = await site.loggedIn(customerId)
    await own.get('/desk')
    for (const [act] of ACTS) expect([act, (await own.post(`/desk/tickets/${id}/${act}`)).status]).toEqual([act, 404])
  })
})

describe('acting on several', () => {
  /** As the form of a list sends it: a field a ticket. */
  const many = async (visitor: Visitor, fields: Record<string, string>, tickets: readonly { id: Id }[], path = '/desk/bulk') => {
    const body = new URLSearchParams({ ...fields, _csrf: visitor.token })
    for (const { id } of tickets) body.append('ticket', id)
    return site.app.request(
      `http://pomoc.example${path}`,
      {
        method: 'POST',
        body,
        headers: {
          origin: 'http://pomoc.example',
          host: 'pomoc.example',
          cookie: [...visitor.cookies].map(([k, v]) => `${k}=${v}`).join('; '),
        },
      },
      { incoming: { socket: { remoteAddress: '192.0.2.7' } } },
    )
  }
  const mails = (tickets: readonly { id: Id }[]) =>
    site.make.db
      .selectFrom('outbound_mail')
      .select(['kind', 'state', 'recipients'])
      .where(
        'ticket_id',
        'in',
        tickets.map(({ id }) => id),
      )
      .orderBy('id')
      .execute()

  it('asks before people are mailed, says whom, and takes all of it back', async () => {
    const { make } = site
    const [ola, ula] = [await make.person({ address: 'ola.bulk@uni.example' }), await make.person({ address: 'ula.bulk@uni.example' })]
    const tickets = [await make.ticket({ customerId: ola }), await make.ticket({ customerId: ola }), await make.ticket({ customerId: ula })]
    const closed = await make.ticket({ customerId: ula })
    await make.work(janActor, (work) => setState(work, closed.id, { stateId: '2' }))
    await make.db.deleteFrom('outbound_mail').execute()
    await jan.get('/desk')
    const fields = { act: 'close', back: '/desk/view/open?sort=title&dir=asc' }
    const asked = await many(jan, fields, tickets)
    const question = await text(asked)
    expect([asked.status, await mails(tickets), (await ticketRow(tickets[0]!.id)).state_id]).toEqual([200, [], '1'])
    for (const words of [
      'Zamknij jako załatwione: 3 zgłoszenia',
      '2 osoby dostaną o tym mail:',
      'ola.bulk@uni.example, ula.bulk@uni.example',
      'i powiadom 2 osoby',
    ])
      expect(question).toContain(words)
    // Whoever thinks better of it finds the list as it was, with all of them chosen.
    const again = await text(many(jan, { ...fields, cancel: 'yes' }, tickets))
    expect([...again.matchAll(/name="ticket" value="(\d+)" checked/g)]).toHaveLength(3)
    expect(again).toContain('data-address="/desk/view/open?sort=title&amp;dir=asc"')

    const done = await many(jan, { ...fields, confirmed: 'yes' }, tickets)
    expect([done.status, done.headers.get('location')]).toEqual([303, fields.back])
    expect((await mails(tickets)).map(({ kind, state }) => [kind, state])).toEqual(Array.from({ length: 3 }, () => ['closed', 'queued']))
    jan.cookies.set('flash', /flash=([^;]+)/.exec(done.headers.getSetCookie().join())![1]!)
    const undo = /action="(\/desk\/bulk\/undo\/[^"]+)"/.exec(await text(jan.get('/desk')))![1]!
    const stranger = await site.loggedIn(ewaActor.id)
    await stranger.get('/desk')
    expect((await many(stranger, {}, [], undo)).status).toBe(404)
    expect((await many(jan, {}, [], undo)).headers.get('location')).toBe(fields.back)
    expect((await mails(tickets)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    for (const { id } of tickets) expect((await ticketRow(id)).state_id).toBe('1')
    expect((await many(jan, {}, [], '/desk/bulk/undo/x')).status).toBe(404)
  })
  it('asks what becomes of open tickets below those that are closed', async () => {
    const { make } = site
    const kim = await make.person({ address: 'kim.bulk@uni.example' })
    const [parent, child, other] = [await make.ticket({}), await make.ticket({ customerId: kim }), await make.ticket({})]
    const below = { from_kind: 'ticket', to_kind: 'ticket', type: 'parent-child' as const, at: make.now, by_id: null }
    await make.db
      .insertInto('link')
      .values([
        { ...below, from_id: parent.id, to_id: child.id },
        { ...below, from_id: parent.id, to_id: other.id },
      ])
      .execute()
    await jan.get('/desk')
    const fields = { act: 'close', back: '/desk/view/open' }
    // One that is chosen itself is not asked about.
    const question = await text(many(jan, fields, [parent, other]))
    for (const words of ['Otwarte jest 1 podrzędne zgłoszenie', 'Razem z nimi', 'kim.bulk@uni.example', 'name="children" value="close"'])
      expect(question).toContain(words)
    const state = async (id: Id) => (await ticketRow(id)).state_type
    expect(await state(parent.id)).not.toBe('closed')
    await many(jan, { ...fields, confirmed: 'yes', children: 'leave' }, [other])
    expect([await state(other.id), await state(child.id)]).toEqual(['closed', 'new'])
    const done = await many(jan, { ...fields, confirmed: 'yes', children: 'close' }, [parent])
    expect([done.status, await state(parent.id), await state(child.id)]).toEqual([303, 'closed', 'closed'])
  })
  it('asks for the queue before anything is done, and keeps what was chosen', async () => {
    const tickets = [await site.make.ticket(), await site.make.ticket()]
    await jan.get('/desk')
    const answer = await many(jan, { act: 'move', queue: '', until: 'week', back: '/desk/view/open' }, tickets)
    const html = await text(answer)
    expect(answer.status).toBe(422)
    expect(html).toMatch(/<select id="bulk-queue" name="queue" aria-invalid="true" aria-describedby="bulk-queue-problem">/)
    expect(html).toMatch(/<option value="week" selected[^>]*>/)
    expect([...html.matchAll(/name="ticket" value="(\d+)" checked/g)]).toHaveLength(2)
    for (const { id } of tickets) expect((await ticketRow(id)).queue_id).not.toBe('2')
  })
  it('nobody is mailed because of an act that does not say so', async () => {
    for (const name of actsOfferedBy('desk').filter((one) => actOf(one).bulk && !actOf(one).mails)) {
      const ticket = await site.make.ticket(name === 'archive' ? { state: 'closed successful' } : {})
      await site.make.db.deleteFrom('outbound_mail').execute()
      await jan.get('/desk')
      const into = (await site.make.ticket()).number
      await site.make.db.deleteFrom('outbound_mail').execute()
      expect((await many(jan, { act: name, queue: '2', until: 'customer', into }, [ticket])).status).toBe(303)
      expect([name, await mails([ticket])]).toEqual([name, []])
    }
  })
  it('does what it can, each by itself, and says why not the rest', async () => {
    const { make } = site
    const group = await make.group()
    const reads = await make.queue({ groupId: group })
    const person = await make.agent({ '1': ['rw'], [group]: ['ro'] })
    const [a, b, held, other] = [await make.ticket(), await make.ticket(), await make.ticket(), await make.ticket({ queueId: reads })]
    await make.work(ewaActor, (work) => takeTicket(work, held.id))
    const visitor = await site.loggedIn(person)
    await visitor.get('/desk')
    const response = await many(visitor, { act: 'take', back: '/desk/view/open' }, [a, b, held, other])
    const html = await text(response)
    expect(response.status).toBe(409)
    expect(html).toContain('Zrobione: 2 zgłoszenia.')
    expect(html).toContain('Nie udało się z 2 zgłoszeniami:')
    // By number, with the reason, and chosen still; where a reload leads, and what takes all of it back.
    for (const { id } of [held, other]) expect(html).toMatch(new RegExp(`<li><a href="/desk/tickets/${id}" class="number">\\d+</a>`))
    expect([...html.matchAll(/name="ticket" value="(\d+)" checked/g)].map(([, id]) => id).toSorted()).toEqual(
      [held.id, other.id].toSorted(),
    )
    expect(html).toContain('data-address="/desk/view/open"')
    expect(html).toMatch(/action="\/desk\/bulk\/undo\/[0-9a-f-]{36}\?back=%2Fdesk%2Fview%2Fopen"/)
    expect(html).toContain('To zgłoszenie prowadzi już Ewa Lis.')
    expect(html).toContain('Nie masz prawa do tej czynności.')
    for (const { id } of [a, b]) expect((await ticketRow(id)).owner_id).toBe(person)
    expect((await ticketRow(held.id)).owner_id).toBe(ewaActor.id)
  })
  it.each([
    [{ act: 'move', queue: '2' }, { queue_id: '2' }],
    [{ act: 'close', confirmed: 'yes' }, { state_id: '2' }],
    [{ act: 'pend', until: 'customer' }, { state_id: '20' }],
    [{ act: 'pend', until: 'tomorrow' }, { state_id: '6' }],
  ])('%j', async (fields, expected) => {
    const { id } = await site.make.ticket()
    await jan.get('/desk')
    expect((await jan.post('/desk/bulk', { ...fields, ticket: id } as Record<string, string>)).status).toBe(303)
    expect(await ticketRow(id)).toMatchObject(expected)
  })
  it('with nothing chosen says so', async () => {
    await jan.get('/desk')
    expect(await text(await followed(jan, await jan.post('/desk/bulk', { act: 'take', back: '/desk' })))).toContain(
      'Nie zaznaczono żadnego zgłoszenia.',
    )
  })
})

describe("a ticket of one's own", () => {
  it('without scripts: find the person, choose, create, and own it', async () => {
    const person = await site.make.person({ name: 'Hubert Dzięcioł', address: 'hd@uni.example' })
    await jan.get('/desk/new')
    const found = await text(jan.post('/desk/new', { who: 'dzięc', find: 'yes', title: 'Zostaje' }))
    expect(found).toMatch(new RegExp(`name="customer" value="${person}" checked`))
    expect(found).toContain('value="Zostaje"')
    const response = await jan.post('/desk/new', {
      who: 'dzięc',
      customer: person,
      queue: '4',
      channel: 'phone',
      title: 'Dzwonił',
      body: 'Nie działa drukarka',
      take: 'on',
    })
    const html = await text(await followed(jan, response))
    expect(html).toContain('Nie działa drukarka')
    const id = response.headers.get('location')!.split('/').at(-1)!
    const row = await ticketRow(id)
    expect([row.customer_id, row.owner_id, row.state_type, row.received_at.getTime()]).toEqual([
      person,
      janActor.id,
      'open',
      site.make.now.getTime(),
    ])
    expect(await text(jan.get(`/desk/tickets/${id}/history`))).toContain('Rozmowa telefoniczna zapisana przez agenta')
  })
  it('an address that nobody has makes a person; an internal text is not for the customer', async () => {
    await jan.get('/desk/new')
    const response = await jan.post('/desk/new', {
      who: 'Nowa.Osoba@uni.example',
      customer: 'new',
      name: 'Nowa Osoba',
      queue: '4',
      channel: 'internal',
      title: 'Okienko',
      body: 'przyszła osobiście',
    })
    const id = response.headers.get('location')!.split('/').at(-1)!
    const article = await site.make.db.selectFrom('article').selectAll().where('ticket_id', '=', id).executeTakeFirstOrThrow()
    expect([article.visible, article.channel]).toEqual([false, 'internal'])
    const customerId = (await ticketRow(id)).customer_id!
    expect(
      await site.make.db
        .selectFrom('person')
        .innerJoin('person_address as a', 'a.person_id', 'person.id')
        .select(['name', 'address'])
        .where('person.id', '=', customerId)
        .executeTakeFirst(),
    ).toEqual({ name: 'Nowa Osoba', address: 'nowa.osoba@uni.example' })
  })
  it('says what is missing and keeps what was typed; a queue without the right is refused', async () => {
    await jan.get('/desk/new')
    const nobody = await jan.post('/desk/new', { who: 'ktoś nieznany', queue: '4', title: 'T', body: 'treść zostaje' })
    expect(nobody.status).toBe(422)
    const html = await text(nobody)
    for (const words of ['Nie ma takiej osoby: ktoś nieznany', 'treść zostaje', 'ktoś nieznany']) expect(html).toContain(words)
    expect((await jan.post('/desk/new', { who: 'a@uni.example', queue: '4', title: 'T', body: ' ' })).status).toBe(422)
    expect((await jan.post('/desk/new', { who: 'a@uni.example', queue: 'x', title: 'T', body: 'b' })).status).toBe(422)
    expect((await jan.post('/desk/new', { who: 'a@uni.example', queue: hidden, title: 'T', body: 'b' })).status).toBe(422)
  })
  it('offers persons while typing', async () => {
    await site.make.person({ name: 'Łucja Bąk', address: 'lb@uni.example' })
    expect(await text(jan.get('/desk/people?who=b%C4%85k'))).toContain('Łucja Bąk')
    expect(await text(jan.get('/desk/people?who=x'))).toBe('')
    expect(await text(jan.get('/desk/people?who=nikt-taki'))).toContain('Nie ma takiej osoby')
    expect((await customer.get('/desk/people?who=b%C4%85k')).status).toBe(404)
  })
})

it('a note written meanwhile is shown when the ticket refreshes itself', async () => {
  const { id } = await site.make.ticket()
  await site.make.work(ewaActor, (work) => addNote(work, id, { body: 'właśnie dopisane' }))
  const html = await text(jan.get(`/desk/tickets/${id}`, { 'hx-request': 'true', 'hx-request-type': 'partial', 'hx-target': 'div#ticket' }))
  expect(html).toMatch(/^<div id="ticket"/)
  expect(html).toContain('właśnie dopisane')
  expect(html).not.toContain('id="reply-form"')
})
