/** Two agents and a customer on one ticket: whoever acts on what is no longer as they saw it is told, keeps what they typed, and may do it all the same. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { holdMessage } from '../../core/ticket/change/held.ts'
import {
  actOf,
  actsOfferedBy,
  addNote,
  answerTicket,
  followUp,
  forwardArticle,
  setState,
  takeTicket,
  undoAct,
  type ActName,
  type Id,
  type PersonActor,
} from '../../core/index.ts'
import portal from '../portal/index.tsx'
import desk from './index.tsx'

let site: Site
let anna: Visitor
let annaActor: PersonActor
let janActor: PersonActor
beforeAll(async () => {
  site = await openSite([desk, portal])
  annaActor = await site.make.actor(await site.make.agent({ 1: ['rw'] }, { name: 'Anna Nowak' }))
  janActor = await site.make.actor(await site.make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski' }))
  anna = await site.loggedIn(annaActor.id)
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()
/** The hidden field of the form that leads to this act. */
const seenIn = (html: string, act: string): string | undefined =>
  html
    .split('<form')
    .find((form) => new RegExp(`action="[^"]*/${act}"`).test(form))
    ?.match(/name="seen" value="([^"]*)"/)?.[1]
const open = (id: Id) => text(anna.get(`/desk/tickets/${id}`))
const writes = (id: Id, personId: Id, body: string) =>
  site.make.asSystem((work) =>
    followUp(work, id, {
      article: { channel: 'email', senderType: 'customer', visible: true, personId, from: 'Ewa <ewa@uni.example>', subject: 'Re', body },
    }),
  )
const bodies = async (id: Id) =>
  (await site.make.db.selectFrom('article').select('body').where('ticket_id', '=', id).orderBy('id').execute()).map(({ body }) => body)
const mails = async (id: Id) =>
  await site.make.db.selectFrom('outbound_mail').select(['kind', 'state', 'body']).where('ticket_id', '=', id).orderBy('id').execute()

describe('an act on what has changed meanwhile', () => {
  const CHANGES: Record<string, { makes: (id: Id, customer: Id) => Promise<unknown>; says: RegExp }> = {
    'the customer writes': {
      makes: (id, customer) => writes(id, customer, 'Już działa, proszę zamknąć.'),
      says: /wiadomość<\/a>.*Już działa, proszę zamknąć\./,
    },
    'another answers': {
      makes: (id) => site.make.work(janActor, (work) => answerTicket(work, id, { body: 'Wymieniłem kabel.' })),
      says: /Jan Kowalski, odpowiedź<\/a>.*Wymieniłem kabel\.[^]*Prowadzi teraz Jan Kowalski\./,
    },
    'another notes': {
      makes: (id) => site.make.work(janActor, (work) => addNote(work, id, { body: 'Nie odpisujcie, dzwonię.' })),
      says: /Jan Kowalski, notatka<\/a>.*Nie odpisujcie/,
    },
    'another takes it': { makes: (id) => site.make.work(janActor, (work) => takeTicket(work, id)), says: /Prowadzi teraz Jan Kowalski\./ },
    'another closes it': {
      makes: (id) => site.make.work(janActor, (work) => setState(work, id, { stateId: '2' })),
      says: /<li>Stan: .*załatwione/,
    },
  }
  it.each(Object.keys(CHANGES))(
    '%s: the answer waits, stands there still, and leaves when it is sent all the same – once',
    async (name) => {
      const { id, customerId } = await site.make.ticket()
      const seen = seenIn(await open(id), 'reply')!
      await CHANGES[name]!.makes(id, customerId)
      const before = [await bodies(id), (await mails(id)).length]
      const refused = await anna.post(`/desk/tickets/${id}/reply`, { seen, body: 'Proszę sprawdzić kabel.', next: '' })
      const html = await text(refused)
      expect(refused.status).toBe(409)
      expect([await bodies(id), (await mails(id)).length]).toEqual(before)
      expect(html).toContain('Zgłoszenie zmieniło się, odkąd masz tę stronę przed oczami.')
      expect(html).toMatch(CHANGES[name]!.says)
      expect(html).toMatch(/<textarea[^>]*id="reply"[^>]*>\s*Proszę sprawdzić kabel\./)
      expect(html).toContain('Wyślij mimo to')
      const again = { seen: seenIn(html, 'reply')!, body: 'Proszę sprawdzić kabel.' }
      expect(again.seen).not.toBe(seen)
      expect((await anna.post(`/desk/tickets/${id}/reply`, again)).status).toBe(303)
      // Back, and sent once more: one's own answer is news too.
      expect((await anna.post(`/desk/tickets/${id}/reply`, again)).status).toBe(409)
      expect((await bodies(id)).filter((body) => body.includes('sprawdzić kabel'))).toHaveLength(1)
    },
  )

  it('each act that minds it asks, and keeps what was typed: with its own form, or above where that is gone', async () => {
    const FIELDS: Partial<Record<ActName, Record<string, string>>> = {
      reply: { body: 'Dopisane' },
      note: { body: 'Dopisane' },
      move: { queue: '1' },
      owner: { owner: annaActor.id },
      pend: { until: 'week' },
      close: { how: 'unsuccessful', note: 'Dopisane' },
      merge: { into: (await site.make.ticket()).number },
    }
    for (const name of actsOfferedBy('desk').filter(
      (one) => actOf(one).on === 'ticket' && actOf(one).minds.length > 0 && one !== 'settle-delivery',
    )) {
      const { id } = await site.make.ticket()
      const seen = seenIn(await open(id), 'reply')!
      await site.make.work(janActor, (work) => takeTicket(work, id))
      await site.make.work(janActor, (work) => setState(work, id, { stateId: '2' }))
      const answer = await anna.post(`/desk/tickets/${id}/${name}`, { ...FIELDS[name], seen })
      const html = await text(answer)
      expect([name, answer.status]).toEqual([name, 409])
      expect([
        name,
        html.split('role="alert"').length - 1,
        html.includes('Prowadzi teraz Jan Kowalski.'),
        html.includes('mimo to'),
      ]).toEqual([name, 1, true, true])
      for (const typed of Object.values(FIELDS[name] ?? {})) expect([name, html.includes(typed)]).toEqual([name, true])
    }
  })
  it('each form of such an act says what was seen, on the ticket and on the pages that pass a message on', async () => {
    const { id, articleId } = await site.make.ticket()
    const pages = [await open(id), await text(anna.get(`/desk/tickets/${id}/articles/${articleId}/forward`))]
    const without = pages.flatMap((html) =>
      html.split('<form').flatMap((form) => {
        const name = form.match(/action="\/desk\/tickets\/\d+\/(?:articles\/\d+\/)?([a-z-]+)"/)?.[1] as ActName | undefined
        return name && actsOfferedBy('desk').includes(name) && actOf(name).minds.length > 0 && !/name="seen" value="a\d/.test(form)
          ? [name]
          : []
      }),
    )
    expect(without).toEqual([])
  })
  it('a message is forwarded only when what came since was seen', async () => {
    const { id, articleId, customerId } = await site.make.ticket()
    const page = `/desk/tickets/${id}/articles/${articleId}/forward`
    const seen = seenIn(await text(anna.get(page)), 'forward')!
    await writes(id, customerId, 'Znalazło się.')
    const fields = { to: 'usos@firma.example', subject: 'Sprawa', body: 'Proszę o pomoc.' }
    const html = await text(anna.post(page, { ...fields, seen }))
    expect(html).toContain('Znalazło się.')
    expect(html).toContain('usos@firma.example')
    expect(await mails(id)).toEqual([])
    expect((await anna.post(page, { ...fields, seen: seenIn(html, 'forward')! })).status).toBe(303)
  })
  it('who mends a field has not looked up: what they had seen counts on', async () => {
    const { id, customerId } = await site.make.ticket()
    const seen = seenIn(await open(id), 'reply')!
    await writes(id, customerId, 'Jeszcze jedno.')
    // Refused for what came since; then for a wrong address with the new standing; something comes again; then it is asked again.
    const first = await text(anna.post(`/desk/tickets/${id}/reply`, { seen, body: 'Tak', to: 'nikt' }))
    expect(first).toContain('nikt')
    const second = await anna.post(`/desk/tickets/${id}/reply`, { seen: seenIn(first, 'reply')!, body: 'Tak' })
    expect(second.status).toBe(409)
  })
  it.each<[string, (id: Id) => Promise<unknown>]>([
    [
      'an automatic answer',
      async (id) =>
        site.make.db
          .insertInto('article')
          .values({
            ticket_id: id,
            channel: 'email',
            sender_type: 'system',
            visible: true,
            subject: '',
            body: '',
            act_id: randomUUID(),
            created_at: site.make.now,
            withdrawn_at: null,
          } as never)
          .execute(),
    ],
    ['that one leads it oneself by now', (id) => site.make.work(annaActor, (work) => takeTicket(work, id))],
    [
      'a note that was taken back',
      async (id) => {
        const act = await site.make.work(janActor, async (work) => {
          await addNote(work, id, { body: 'x' })
          return work.act
        })
        await site.make.work(janActor, (work) => undoAct(work, id, act))
      },
    ],
  ])('%s is no news', async (_name, makes) => {
    const { id } = await site.make.ticket()
    const seen = seenIn(await open(id), 'reply')!
    await makes(id)
    expect((await anna.post(`/desk/tickets/${id}/reply`, { seen, body: 'Tak' })).status).toBe(303)
  })
  it('who may not see the ticket any more learns nothing', async () => {
    const group = await site.make.group()
    const queueId = await site.make.queue({ groupId: group })
    const { id, customerId } = await site.make.ticket()
    const seen = seenIn(await open(id), 'reply')!
    await writes(id, customerId, 'Tajne')
    await site.make.db.updateTable('ticket').set({ queue_id: queueId }).where('id', '=', id).execute()
    const answer = await anna.post(`/desk/tickets/${id}/reply`, { seen, body: 'Tak' })
    expect([answer.status, (await text(answer)).includes('Tajne')]).toEqual([404, false])
  })
  it('what nobody can read compares nothing', async () => {
    for (const seen of ['', 'x', 'a', 'a1e9', 'q'.repeat(500), '999999999999999999999']) {
      const { id } = await site.make.ticket()
      expect([seen, (await anna.post(`/desk/tickets/${id}/note`, { seen, body: 'Tak' })).status]).toEqual([seen, 303])
    }
  })
  it('acts on many: each row says what the list showed of it', async () => {
    const queueId = await site.make.queue()
    const [same, written, taken] = [
      await site.make.ticket({ queueId }),
      await site.make.ticket({ queueId }),
      await site.make.ticket({ queueId }),
    ]
    const html = await text(anna.get(`/desk/queue/${queueId}`))
    const seen = Object.fromEntries([...html.matchAll(/name="(seen\.\d+)" value="([^"]+)"/g)].map(([, name, value]) => [name!, value!]))
    expect(Object.keys(seen)).toHaveLength(3)
    site.make.now = new Date(site.make.now.getTime() + 60_000)
    await writes(written.id, written.customerId, 'Nie działa dalej.')
    await site.make.work(await site.make.actor(janActor.id), (work) => takeTicket(work, taken.id))
    const body = new URLSearchParams({ act: 'close', confirmed: 'yes', back: `/desk/queue/${queueId}`, _csrf: anna.token, ...seen })
    for (const { id } of [same, written, taken]) body.append('ticket', id)
    await site.app.request('/desk/bulk', {
      method: 'POST',
      body,
      headers: { cookie: [...anna.cookies].map(([name, value]) => `${name}=${value}`).join('; '), origin: site.make.config.baseUrl },
    })
    const closed = await site.make.db
      .selectFrom('ticket')
      .select('id')
      .where('queue_id', '=', queueId)
      .where('state_type', '=', 'closed')
      .execute()
    expect(closed).toEqual([{ id: same.id }])
  })
})

describe('the customer in the portal', () => {
  it('is shown an answer that came meanwhile, keeps the text, and may send it all the same; notes are no news to them', async () => {
    const customerId = await site.make.person({ name: 'Ewa Kos', address: 'ewa.kos@uni.example', login: 'ekos' })
    const { id } = await site.make.ticket({ customerId })
    const ewa = await site.loggedIn(customerId)
    const seen = seenIn(await text(ewa.get(`/tickets/${id}`)), id)!
    expect(seen).toMatch(/^m\d+$/)
    await site.make.work(janActor, (work) => addNote(work, id, { body: 'Tajna notatka' }))
    expect((await ewa.post(`/tickets/${id}`, { seen, body: 'Pierwsza' })).status).toBe(303)
    const now = seenIn(await text(ewa.get(`/tickets/${id}`)), id)!
    await site.make.work(janActor, (work) => answerTicket(work, id, { body: 'Proszę o numer pokoju.' }))
    const refused = await ewa.post(`/tickets/${id}`, { seen: now, body: 'Nadal nic' })
    const html = await text(refused)
    expect(refused.status).toBe(409)
    expect(html).toMatch(/Jan Kowalski, odpowiedź<\/a>[^]*Proszę o numer pokoju\./)
    expect(html).toMatch(/<textarea[^>]*>\s*Nadal nic/)
    expect(html).not.toContain('Tajna')
    expect(html).toMatch(/ mimo to<\/button>|mimo to/)
    expect((await ewa.post(`/tickets/${id}`, { seen: seenIn(html, id)!, body: 'Nadal nic' })).status).toBe(303)
    expect((await bodies(id)).filter((body) => body === 'Nadal nic')).toHaveLength(1)
  })
})

describe('a closed ticket', () => {
  it('says that an answer leaves it closed, and offers to open it', async () => {
    const { id } = await site.make.ticket()
    await site.make.work(janActor, (work) => setState(work, id, { stateId: '2' }))
    const html = await open(id)
    expect(html).toContain('Zgłoszenie jest zamknięte. Sama odpowiedź go nie otworzy.')
    expect([...html.matchAll(/name="next" value="([a-z]+)"/g)].map((match) => match[1])).toEqual(['open'])
    const follow = async (fields: Record<string, string>) =>
      text(anna.get((await anna.post(`/desk/tickets/${id}/reply`, fields)).headers.get('location')!))
    expect(await follow({ body: 'Dodam jeszcze' })).toContain('Odpowiedź wysłana. Zgłoszenie pozostaje zamknięte.')
    const reopened = await follow({ body: 'Otwieram', next: 'open' })
    expect(reopened).toContain('Odpowiedź wysłana, zgłoszenie znów jest otwarte.')
    expect(reopened).not.toContain('Sama odpowiedź go nie otworzy')
  })
  it('that is open again tells nobody that it was closed: neither by a mail of its own nor below an answer', async () => {
    const { id, customerId } = await site.make.ticket()
    await site.make.work(janActor, (work) => setState(work, id, { stateId: '2' }))
    expect(await mails(id)).toMatchObject([{ kind: 'closed', state: 'queued' }])
    await site.make.work(janActor, (work) => setState(work, id, { stateId: '4' }))
    expect(await mails(id)).toMatchObject([{ kind: 'closed', state: 'cancelled' }])
    await site.make.work(janActor, (work) => answerTicket(work, id, { body: 'Gotowe', state: { stateId: '2' } }))
    expect((await mails(id)).at(-1)).toMatchObject({ kind: 'reply', state: 'queued', body: expect.stringContaining('Gotowe') })
    await writes(id, customerId, 'Jednak nie')
    expect((await mails(id)).at(-1)).toMatchObject({ kind: 'reply', state: 'queued', body: null })
    expect((await open(id)).split('cofnięta, nie została wysłana').length - 1).toBe(1)
  })
})

describe('what a message is', () => {
  it('a forwarded one left the house and is no note; what was taken back is said once', async () => {
    const { id, articleId } = await site.make.ticket()
    await site.make.work(janActor, (work) => forwardArticle(work, id, { articleId, to: ['usos@firma.example'], body: 'Proszę o pomoc.' }))
    for (const run of [
      (work: Parameters<typeof addNote>[0]) => addNote(work, id, { body: 'Notatka' }),
      (work: Parameters<typeof addNote>[0]) => answerTicket(work, id, { body: 'Odpowiedź' }),
    ]) {
      const act = await site.make.work(janActor, async (work) => (await run(work), work.act))
      await site.make.work(janActor, (work) => undoAct(work, id, act))
    }
    const cards = (await open(id)).split('<article').slice(1)
    expect(cards[1]).toContain('przesłane dalej do usos@firma.example, zgłaszający tego nie widzi')
    expect(cards[1]).not.toMatch(/article-note"|notatka, nie/)
    expect(cards[2]).toContain(' · cofnięta<')
    expect(cards[3]).toContain('cofnięta, nie została wysłana')
    expect(cards[3]).not.toContain('wysyłka cofnięta')
  })
  it('held: nothing of it is a loud button; who may not decide is told so and offered nothing', async () => {
    const { id } = await site.make.ticket()
    await site.make.asSystem((work) =>
      holdMessage(work, id, {
        channel: 'email',
        senderType: 'customer',
        visible: true,
        from: 'obcy@x.example',
        subject: '',
        body: 'Dajcie mi to',
        held: { rule: 'no-part-in-ticket', decision: null },
      }),
    )
    const held = (await open(id)).match(/<form class="acts held-acts"[^]*?<\/form>/)?.[0]
    expect(held).toContain('Przyjmij tę wiadomość')
    expect(held).not.toContain('button-primary')
    const reader = await site.loggedIn(await site.make.agent({ 1: ['ro', 'note'] }))
    const html = await text(reader.get(`/desk/tickets/${id}`))
    expect(html).toContain('O przyjęciu decydują osoby')
    expect(html).not.toMatch(/held-acts|Zdecyduj|#reply"|\?quote=/)
  })
})
