import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addNote, listEvents, setActivation, type Id } from '../../../core/index.ts'
import { openSite, type Site, type Visitor } from '../../../test/web.ts'
import admin from '../../admin/index.tsx'
import desk from '../../desk/index.tsx'
import portal from '../../portal/index.tsx'
import units from '../../units/index.tsx'
import notifications from '../index.ts'
import { createNotification, listNotifications } from '../notifications.ts'
import type { RuleGiven } from '../rule.ts'
import { tell } from '../tables.ts'

let site: Site
/** Two units beside each other, with a queue each; who administers the first, who works in which. */
let mech: { unit: Id; slug: string; queue: Id; group: Id }
let chem: typeof mech
let ids: Record<'central' | 'local' | 'anna' | 'jan' | 'celina', Id>
let people: Record<keyof typeof ids, Visitor>
const MECH = () => `/u/${mech.slug}/admin/notifications`

beforeAll(async () => {
  site = await openSite([desk, portal, admin, units, notifications])
  const { make } = site
  const beside = async (name: string) => {
    const unit = await make.unit({ name })
    const group = await make.group()
    const { slug } = await make.db.selectFrom('unit').select('slug').where('id', '=', unit).executeTakeFirstOrThrow()
    return { unit, slug, group, queue: await make.queue({ name, unitId: unit, groupId: group }) }
  }
  mech = await beside('Mechanika')
  chem = await beside('Chemia')
  ids = {
    central: await make.agent({ 2: ['rw'] }, { login: 'ada', name: 'Ada Adamska' }),
    local: await make.agent({ [mech.group]: ['rw'] }, { login: 'lena', name: 'Lena Lis', unitId: mech.unit }),
    anna: await make.agent({ [mech.group]: ['rw'] }, { login: 'anna', name: 'Anna Nowak', unitId: mech.unit, address: 'anna@uni.example' }),
    jan: await make.agent({ [mech.group]: ['rw'] }, { login: 'jan', name: 'Jan Kowalski', unitId: mech.unit }),
    celina: await make.agent({ [chem.group]: ['rw'] }, { login: 'celina', name: 'Celina Wilk', unitId: chem.unit }),
  }
  await make.db
    .insertInto('unit_administrator')
    .values({ unit_id: mech.unit, person_id: ids.local, since: make.now, given_by: null })
    .execute()
  people = Object.fromEntries(
    await Promise.all(Object.entries(ids).map(async ([name, id]) => [name, await site.loggedIn(id)])),
  ) as typeof people
})
afterAll(() => site?.close())

const text = async (answer: Promise<Response> | Response) => (await answer).text()
const flat = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')
const main = async (answer: Promise<Response> | Response) => flat(/<main[\s\S]*<\/main>/.exec(await text(answer))?.[0] ?? '')
async function send(by: Visitor, to: string, fields: Record<string, string>, status = 303): Promise<string> {
  await by.get(to.replace(/\/(switch|read|meaning)$/, ''))
  const answer = await by.post(to, fields)
  const html = await answer.text()
  expect([to, answer.status, status === 303 ? flat(html).slice(0, 400) : '']).toEqual([to, status, status === 303 ? expect.anything() : ''])
  return html
}
const switchOn = (on: boolean, unit = '1') => site.make.asSystem((work) => setActivation(work, 'notifications', unit, on))
const ticketIn = (of: typeof mech, more: object = {}) => site.make.ticket({ queueId: of.queue, ...more })
const own = (ticketId: Id, personId: Id) =>
  site.make.db.updateTable('ticket').set({ owner_id: personId }).where('id', '=', ticketId).execute()

const TEXTS = { pl: { subject: 'Notatka: <OTRS_TICKET_Title>', body: 'Dzień dobry.', contentType: 'text/plain' } } as const
let count = 0
const make = (rule: Partial<RuleGiven> = {}, unitId: Id | null = null, valid = true): Promise<Id> =>
  site.make.asSystem((work) =>
    createNotification(work, unitId, {
      name: `Próba ${++count}`,
      comment: '',
      valid,
      rule: { events: ['NotificationAddNote'], recipients: ['AgentOwner'], ...rule },
      texts: TEXTS,
    }),
  )
const alone = async (): Promise<void> => {
  await tell(site.make.db).deleteFrom('notification').execute()
}
/** Tells the plugin all that was not told yet. */
let toldTo = '0'
async function deliver(): Promise<void> {
  const { rows } = await sql<{ id: Id }>`select id::text from fact where id > ${toldTo} and ticket_id is not null order by id`.execute(
    site.make.db,
  )
  for (const { id } of rows) {
    await sql`delete from graphile_worker._private_jobs`.execute(site.make.db)
    await site.kernel.jobs.get('fact/deliver')!.run({ fact: id, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
    toldTo = id
  }
}
const note = async (ticketId: Id, by: Id, body = 'Sprawdzone.') =>
  site.make.work(await site.make.actor(by), (work) => addNote(work, ticketId, { body }))
/** A note of Jan's on a ticket that Anna leads, and whoever is told is told. */
async function annaIsTold(body?: string) {
  const ticket = await ticketIn(mech)
  await own(ticket.id, ids.anna)
  await deliver()
  await note(ticket.id, ids.jan, body)
  await deliver()
  return ticket
}

const FORM = {
  name: 'Notatki mechaniki',
  valid: 'on',
  'event.NotificationAddNote': 'on',
  'recipient.AgentOwner': 'on',
  'way.mail': 'on',
  'way.page': 'on',
  'byDefault.mail': 'on',
  choice: 'free',
  'pl.subject': 'Notatka: <OTRS_TICKET_Title>',
  'pl.body': 'Jest nowa notatka.',
}

describe('before it is switched on', () => {
  it('the central administrator sets it up, others find nothing, and it says that nobody is told', async () => {
    await switchOn(false)
    const page = await text(people.central.get('/admin/notifications'))
    expect(flat(page)).toContain('Powiadomienia nie są tu jeszcze włączone')
    expect(await text(people.central.get('/admin'))).toContain('href="/admin/notifications"')
    expect((await people.local.get(MECH())).status).toBe(404)
    expect((await people.anna.get('/notifications')).status).toBe(404)
    expect((await people.anna.get('/admin/notifications')).status).toBe(403)
    expect(await text(people.anna.get('/desk'))).not.toContain('notifications-bell')
    // What was cut off is cut off for everybody.
    await site.make.db
      .insertInto('plugin_suspension')
      .values({ plugin: 'notifications', unit_id: '1', since: site.make.now, first_fault_at: site.make.now, fault_id: null })
      .execute()
    expect((await people.central.get('/admin/notifications')).status).toBe(404)
    await site.make.db.deleteFrom('plugin_suspension').execute()
  })

  it('tells who would have got what on a day, and why others would not; nothing is written', async () => {
    await alone()
    await make({ recipients: ['AgentOwner', 'AgentMyQueues'] }, null, false)
    const chemistry = await make({ recipients: ['AgentOwner'] }, chem.unit, false)
    const ticket = await ticketIn(mech)
    await own(ticket.id, ids.anna)
    await sql`insert into person_queue (person_id, queue_id) values (${ids.jan}, ${mech.queue})`.execute(site.make.db)
    await note(ticket.id, ids.jan)
    const before =
      await sql`select (select count(*) from notification_told) + (select count(*) from notification_bell) + (select count(*) from outbound_mail) as n`.execute(
        site.make.db,
      )
    const DAY = 'day=2026-11-17'
    expect(await text(people.central.get('/admin/notifications/yesterday'))).toMatch(/type="date"[^>]*value="2026-11-16"/)
    const page = await main(people.central.get(`/admin/notifications/yesterday?${DAY}`))
    expect(page).toMatch(/2 powiadomienia by wyszły/)
    expect(page).toMatch(/Anna Nowak 1 1/)
    expect(page).toContain(ticket.number)
    expect(page).toMatch(/nie: to ich własne działanie.*1 raz.*Jan Kowalski/)
    const after =
      await sql`select (select count(*) from notification_told) + (select count(*) from notification_bell) + (select count(*) from outbound_mail) as n`.execute(
        site.make.db,
      )
    expect(after.rows).toEqual(before.rows)
    // Only those that are on, of another unit, or on another day: nobody.
    for (const query of [`notification=valid&${DAY}`, `notification=${chemistry}&${DAY}`, '', 'day=2026-11-10'])
      expect(await main(people.central.get(`/admin/notifications/yesterday?${query}`))).toContain('Nikt by niczego nie dostał')
    await sql`delete from person_queue`.execute(site.make.db)
    await deliver()
    await switchOn(true)
  })
})

describe('a unit’s own notification', () => {
  it('is made by its administrator, tells of its own tickets, and of no other unit’s anybody', async () => {
    await alone()
    await send(people.local, `${MECH()}/new`, { ...FORM, 'recipient.AgentWritePermissions': 'on' })
    const made = (await listNotifications(site.make.db, { within: mech.unit })).find(({ name }) => name === FORM.name)!
    expect(made).toMatchObject({
      unitId: mech.unit,
      editedBy: ids.local,
      valid: true,
      rule: { events: ['NotificationAddNote'], choice: 'free' },
    })
    const [here, there] = [await ticketIn(mech), await ticketIn(chem)]
    await own(here.id, ids.anna)
    await own(there.id, ids.celina)
    await deliver()
    await note(here.id, ids.jan)
    await note(there.id, ids.celina)
    await deliver()
    const told = await tell(site.make.db)
      .selectFrom('notification_told')
      .select(['ticket_id', 'person_id'])
      .where('notification_id', '=', made.id)
      .where('outcome', '=', 'told')
      .execute()
    expect(new Set(told.map(({ ticket_id }) => ticket_id))).toEqual(new Set([here.id]))
    expect(new Set(told.map(({ person_id }) => person_id))).toEqual(new Set([ids.anna, ids.local]))

    // What others see of it: the central administrator all, those of other units nothing.
    expect(await main(people.central.get('/admin/notifications'))).toMatch(/Notatki mechaniki.*Mechanika/)
    expect((await people.celina.get(`${MECH()}/${made.id}`)).status).toBe(404)
    const installation = await make()
    expect((await people.local.get(`${MECH()}/${installation}`)).status).toBe(404)
    const ofChemistry = await make({}, chem.unit)
    expect((await people.local.get(`${MECH()}/${ofChemistry}`)).status).toBe(404)
    expect(await main(people.local.get(MECH()))).not.toContain('Próba')

    // Whom it told, with the reasons, its administrator reads here, and nothing of other units.
    await make({ recipients: ['AgentOwner'] })
    await note(there.id, ids.celina)
    await deliver()
    const list = await main(people.local.get(`${MECH()}/told`))
    expect(list).toMatch(/Anna Nowak.*powiadomiono/)
    expect(list).toMatch(/Jan Kowalski.*nie: to ich własne działanie/)
    expect(list).not.toContain(there.number)
    expect(await main(people.local.get(`${MECH()}/told?told=no`))).not.toContain('Anna Nowak')
    const csv = await text(people.central.get('/admin/notifications/told?format=csv'))
    expect(csv).toContain(there.number)
    expect(csv.split('\r\n').length).toBeGreaterThan(3)
  })

  it('is switched, changed, taken back from the log, and removed', async () => {
    const id = (await listNotifications(site.make.db, { within: mech.unit }))[0]!.id
    await send(people.local, `${MECH()}/${id}/switch`, { valid: 'off' })
    expect((await listNotifications(site.make.db, { id }))[0]!.valid).toBe(false)
    await send(people.local, `${MECH()}/${id}`, {
      ...FORM,
      name: 'Wszystkie notatki',
      oncePerDay: 'on',
      'if.state': '4',
      'event.ArticleCreate': 'on',
      'article.sender.customer': 'on',
      'article.subject': 'awaria',
    })
    expect((await listNotifications(site.make.db, { id }))[0]).toMatchObject({ name: 'Wszystkie notatki', rule: { oncePerDay: true } })
    const [event] = (
      await listEvents(site.make.db, 'all', { filter: { objectType: 'notifications/notification' }, limit: 1, owners: [notifications] })
    ).rows
    // The log says in words what it is about, not by ids and keys.
    const log = await main(people.local.get(`/u/${mech.slug}/admin/log`))
    for (const words of ['Stan: otwarte', 'Kto napisał: zgłaszający; Temat: awaria']) expect(log).toContain(words)
    expect(log).not.toContain('senderTypes')
    expect((await people.local.post(`/u/${mech.slug}/admin/log`, { id: event!.id })).status).toBe(303)
    expect((await listNotifications(site.make.db, { id }))[0]).toMatchObject({ name: FORM.name, rule: { oncePerDay: false } })
    expect(await main(people.local.get(`${MECH()}/${id}/remove`))).toContain('Usunąć powiadomienie „Notatki mechaniki”?')
    await send(people.local, `${MECH()}/${id}/remove`, {})
    expect(await listNotifications(site.make.db, { id })).toEqual([])
  })

  it('says why it is stopped, and goes on with the rights of whoever resumes it', async () => {
    const id = await make({}, mech.unit)
    await tell(site.make.db).updateTable('notification').set({ stopped: 'editor-gone', edited_by: null }).where('id', '=', id).execute()
    expect(await main(people.local.get(`${MECH()}/${id}`))).toContain('nie administruje już tą jednostką')
    expect(await main(people.local.get(`${MECH()}?valid=stopped`))).toContain('zatrzymane')
    await send(people.local, `${MECH()}/${id}/switch`, { valid: 'on', back: 'form' })
    expect((await listNotifications(site.make.db, { id }))[0]).toMatchObject({ stopped: null, editedBy: ids.local })
  })
})

describe('the form', () => {
  it('says at its place what is wrong, and loses nothing', async () => {
    const typed = {
      name: 'Bez odbiorców',
      'event.TicketCreate': 'on',
      'article.subject': 'awaria\nalarm',
      'way.mail': 'on',
      'pl.subject': 'Temat z <OTRS_NONSENSE_X>',
      'pl.body': 'Treść, której szkoda.',
    }
    let html = await send(people.central, '/admin/notifications/new', typed, 422)
    expect(html).toMatch(/<a href="#field-recipients">Kogo/)
    expect(html).toMatch(/name="event.TicketCreate"[^>]*checked/)
    expect(html).not.toMatch(/name="way.page"[^>]*checked/)
    expect(html).toContain('Treść, której szkoda.')
    expect(html).toMatch(/awaria\nalarm/)
    html = await send(people.central, '/admin/notifications/new', { ...typed, 'recipient.Customer': 'on', agents: 'nikt.taki' }, 422)
    expect(flat(html)).toContain('Wskazani agenci: Nie ma takiej osoby: nikt.taki')
    html = await send(
      people.central,
      '/admin/notifications/new',
      { ...typed, 'recipient.Customer': 'on', 'if.time0.of': 'created', 'if.time0.is': 'before' },
      422,
    )
    expect(html).toMatch(/href="#if-time0-count"/)
    // Without events nothing would ever happen.
    html = await send(people.central, '/admin/notifications/new', { ...typed, 'event.TicketCreate': '', 'recipient.Customer': 'on' }, 422)
    expect(html).toMatch(/<a href="#field-events">Kiedy/)
  })

  it('keeps all that it shows', async () => {
    const all = {
      ...FORM,
      name: 'Z wszystkim',
      comment: 'Jedno zdanie.',
      'event.ArticleCreate': 'on',
      'article.sender.customer': 'on',
      'article.channel.email': 'on',
      'article.visible': 'yes',
      'article.subject': 'awaria\nalarm',
      'if.queue': chem.queue,
      [`group.${mech.group}`]: 'on',
      agents: 'anna\njan',
      addresses: 'dyzur@firma.example',
      oncePerDay: 'on',
      substitutes: 'on',
      hours: 'outside',
      template: 'Alert',
      visible: 'on',
      'en.subject': 'Note',
      'en.body': '<b>Note</b>',
      'en.contentType': 'text/html',
    }
    await send(people.central, '/admin/notifications/new', all)
    const kept = (await listNotifications(site.make.db)).find(({ name }) => name === 'Z wszystkim')!
    expect(kept).toMatchObject({
      comment: 'Jedno zdanie.',
      rule: {
        events: ['NotificationAddNote', 'ArticleCreate'],
        article: { senderTypes: ['customer'], channels: ['email'], visible: true, subject: ['awaria', 'alarm'] },
        filter: { is: { queue: [chem.queue] } },
        groups: [mech.group],
        agents: [ids.anna, ids.jan],
        addresses: 'dyzur@firma.example',
        hours: 'outside',
        template: 'Alert',
      },
      texts: { en: { body: '<b>Note</b>', contentType: 'text/html' } },
    })
    // Opened and saved as it is, it is the same.
    const html = await text(people.central.get(`/admin/notifications/${kept.id}`))
    const shown: Record<string, string> = {}
    for (const [tag] of html.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]+)"/.exec(tag)?.[1]
      if (!name || name === '_csrf' || name === 'search' || (/type="checkbox"/.test(tag) && !/\schecked/.test(tag))) continue
      shown[name] = /value="([^"]*)"/.exec(tag)?.[1] ?? ''
    }
    for (const [, name, options] of html.matchAll(/<select[^>]*name="([^"]+)"[^>]*>([\s\S]*?)<\/select>/g))
      shown[name!] = /value="([^"]*)" selected/.exec(options!)?.[1] ?? ''
    for (const [, name, value] of html.matchAll(/<textarea[^>]*name="([^"]+)"[^>]*>\n?([\s\S]*?)<\/textarea>/g))
      shown[name!] = value!.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
    shown['pl.subject'] = FORM['pl.subject']
    await send(people.central, `/admin/notifications/${kept.id}`, shown)
    const again = (await listNotifications(site.make.db, { id: kept.id }))[0]!
    expect({ ...again, changedAt: null, since: null }).toEqual({ ...kept, changedAt: null, since: null })
  })

  it('shows what it would say of a ticket that one sees, how many tickets it means and which', async () => {
    const [here, there] = [await ticketIn(mech, { subject: 'Tokarka' }), await ticketIn(chem, { subject: 'Wirówka' })]
    const typed = { ...FORM, 'if.queue': mech.queue, act: 'preview' }
    const before = (await listNotifications(site.make.db)).length
    const html = await send(people.local, `${MECH()}/new`, { ...typed, previewTicket: here.number }, 200)
    expect(flat(html)).toMatch(/Podgląd.*Notatka: Tokarka.*Jest nowa notatka\./)
    for (const hidden of [there.number, '2026010100000000'])
      expect(flat(await send(people.local, `${MECH()}/new`, { ...typed, previewTicket: hidden }, 422))).toContain(
        'Nie ma zgłoszenia o tym numerze',
      )
    const which = await send(people.local, `${MECH()}/new`, { ...typed, 'if.queue': '', act: 'which' }, 200)
    expect(which).toContain(here.number)
    expect(which).not.toContain(there.number)
    expect((await listNotifications(site.make.db)).length).toBe(before)
    const meaning = async (fields: Record<string, string>) => flat(await (await people.local.post(`${MECH()}/meaning`, fields)).text())
    const ofMech = Number(
      (
        await site.make.db
          .selectFrom('ticket')
          .select((eb) => eb.fn.countAll().as('n'))
          .where('queue_id', '=', mech.queue)
          .executeTakeFirstOrThrow()
      ).n,
    )
    expect(await meaning({})).toContain(String(ofMech))
    expect(await meaning({ 'if.queue': chem.queue })).not.toMatch(/[1-9]/)
  })
})

describe('the bell', () => {
  it('counts what is unread, shows it, marks it; nobody else’s', async () => {
    await alone()
    await make({ ways: ['page'] })
    const [one, other] = [await annaIsTold(), await annaIsTold()]
    expect(await text(people.anna.get('/notifications/bell'))).toMatch(/2 nieprzeczytane/)
    expect(await text(people.anna.get('/desk'))).toMatch(/id="notifications-bell"[\s\S]*2 nieprzeczytane/)
    expect(await text(people.jan.get('/notifications/bell'))).not.toContain('nieprzeczytane')
    const page = await text(people.anna.get('/notifications'))
    expect(flat(page)).toMatch(/Nie działa nowa notatka · Jan Kowalski/)
    const [first] = [...page.matchAll(/name="id" value="(\d+)"/g)].map(([, id]) => id!)
    // By the entry of another person nothing happens.
    await send(people.jan, '/notifications/read', { id: first! })
    expect(await text(people.anna.get('/notifications/bell'))).toMatch(/2 nieprzeczytane/)
    await send(people.anna, '/notifications/read', { id: first! })
    expect(await text(people.anna.get('/notifications/bell'))).toMatch(/1 nieprzeczytane/)
    await send(people.anna, '/notifications/read', { id: first!, read: 'no' })
    // Whoever opens the ticket has read it.
    expect(flat(await text(people.anna.get(`/desk/tickets/${one.id}`)))).toMatch(/Kogo powiadomiono Powiadomiono 1 osobę/)
    expect(await text(people.anna.get('/notifications/bell'))).toMatch(/1 nieprzeczytane/)
    expect(await main(people.anna.get('/notifications'))).toContain(other.number)
    expect(await main(people.anna.get('/notifications'))).not.toContain(one.number)
    expect(await main(people.anna.get('/notifications?which=all&kind=notes'))).toContain(one.number)
    expect(await main(people.anna.get('/notifications?which=all&kind=dates'))).not.toContain(one.number)
    const upTo = /name="upTo" value="(\d+)"/.exec(await text(people.anna.get('/notifications')))![1]!
    await send(people.anna, '/notifications/read', { upTo })
    expect(await main(people.anna.get('/notifications'))).toContain('Nic nowego')
  })

  it('shows and counts nothing of what one may read no more', async () => {
    const ticket = await annaIsTold()
    const elsewhere = await site.make.queue({ groupId: chem.group, unitId: chem.unit })
    await site.make.db.updateTable('ticket').set({ queue_id: elsewhere, owner_id: null }).where('id', '=', ticket.id).execute()
    expect(await main(people.anna.get('/notifications?which=all'))).not.toContain(ticket.number)
    expect(await text(people.anna.get('/notifications/bell'))).not.toContain('nieprzeczytane')
  })

  it('stands in the page of who was told, for those who read the ticket', async () => {
    const ticket = await annaIsTold()
    const page = await main(people.jan.get(`/desk/tickets/${ticket.id}/told`))
    expect(page).toMatch(/Anna Nowak powiadomiono: na stronie.* Próba \d+ nowa notatka/)
    expect((await people.celina.get(`/desk/tickets/${ticket.id}/told`)).status).toBe(404)
  })
})

it('the standard set is called and described in the reader’s language, until somebody gives it another name', async () => {
  const { db } = site.make
  const name = 'Ticket held message notification'
  const id = await site.make.asSystem((work) =>
    createNotification(work, null, {
      name,
      comment: 'Wiadomość czeka na decyzję, czy ją przyjąć.',
      valid: false,
      rule: { events: ['NotificationHeld'], recipients: ['AgentOwner'] },
      texts: { pl: { subject: 'x', body: 'x', contentType: 'text/plain' } },
    }),
  )
  const read = (path: string, language: string) => main(people.central.get(`${path}${path.includes('?') ? '&' : '?'}lang=${language}`))
  for (const [language, called, says] of [
    ['pl', 'Wstrzymana wiadomość', 'Wiadomość czeka na decyzję, czy ją przyjąć.'],
    ['en', 'Held message', 'A message waits for a decision whether it is accepted.'],
  ] as const) {
    const list = await read('/admin/notifications', language)
    expect([list.includes(called), list.includes(says), list.includes(name)]).toEqual([true, true, false])
    expect(await read(`/admin/notifications/${id}`, language)).toContain(called)
    expect(await read('/admin/notifications/told', language)).toContain(called)
    // Whose name the log says, too.
    await send(people.central, `/admin/notifications/${id}/switch`, { valid: 'on' })
    await send(people.central, `/admin/notifications/${id}/switch`, { valid: 'off' })
    expect(await read('/admin/audit?kind=admin-changed', language)).toContain(called)
  }
  await read('/admin/notifications', 'pl')
  await sql`update notification set name = 'Moja nazwa' where id = ${id}`.execute(db)
  expect(await read('/admin/notifications', 'pl')).toContain('Moja nazwa')
  await sql`update notification set name = ${name} where id = ${id}`.execute(db)
})

describe('one’s own choices', () => {
  it('are asked of what may reach one, kept, and count', async () => {
    await alone()
    const [free, must, fixed, ofChemistry] = [
      await make({ choice: 'free', byDefault: ['page'] }),
      await make({ choice: 'one-at-least', byDefault: ['page'], events: ['TicketTitleUpdate'] }),
      await make({ choice: 'none', events: ['TicketTitleUpdate'] }),
      await make({ choice: 'free' }, chem.unit),
    ]
    const html = await text(people.anna.get('/notifications/mine'))
    expect(html).toContain(`name="n.${free}.mail"`)
    expect(html).not.toContain(`name="n.${fixed}.mail"`)
    expect(html).not.toContain(`name="n.${ofChemistry}.mail"`)
    expect(await text(people.celina.get('/notifications/mine'))).toContain(`name="n.${ofChemistry}.mail"`)
    const refused = await send(
      people.anna,
      '/notifications/mine',
      { [`n.${must}.mail`]: 'none', [`n.${must}.page`]: 'no', digestHour: '8' },
      422,
    )
    expect(flat(refused)).toContain('musi do Ciebie docierać co najmniej jednym sposobem')
    expect(refused).toMatch(/<option value="8" selected/)
    await send(people.anna, '/notifications/mine', {
      'all.page': 'no',
      [`n.${free}.page`]: '',
      [`n.${must}.page`]: 'yes',
      'x.0.queue': mech.queue,
      'x.0.which': free,
      'x.0.mail': 'digest',
      digestHour: '8',
    })
    const again = await text(people.anna.get('/notifications/mine'))
    expect(again).toMatch(/name="x\.0\.mail"[\s\S]{0,400}value="digest" selected/)
    expect(again).toMatch(/name="digestHour"[\s\S]*?value="8" selected/)
    await annaIsTold()
    const told = await tell(site.make.db)
      .selectFrom('notification_told')
      .select(['way', 'outcome'])
      .where('notification_id', '=', free)
      .where('person_id', '=', ids.anna)
      .execute()
    expect(told).toEqual([{ way: 'digest', outcome: 'told' }])
    // An agent finds the way here from the page of the account; customers have nothing to choose.
    expect(await text(people.anna.get('/account'))).toContain('href="/notifications/mine"')
    const customer = await site.loggedIn(await site.make.person())
    expect(await text(customer.get('/account'))).not.toContain('notifications')
    expect((await customer.get('/notifications/mine')).status).toBe(404)
  })
})

describe('naming a colleague', () => {
  it('offers those who may read the ticket, by login or name; the named are told', async () => {
    await alone()
    await make({ events: ['NotificationMention'], recipients: ['AllMentionedUsers'], ways: ['page'] })
    const ticket = await ticketIn(mech)
    const found = async (q: string) => {
      const { people: all } = (await (await people.jan.get(`/desk/tickets/${ticket.id}/mentions?q=${q}`)).json()) as {
        people: { login: string }[]
      }
      return all.map(({ login }) => login)
    }
    expect([await found('an'), await found('now'), await found('cel'), await found('')]).toEqual([
      ['anna'],
      ['anna'],
      [],
      ['anna', 'jan', 'lena'],
    ])
    expect((await people.celina.get(`/desk/tickets/${ticket.id}/mentions?q=an`)).status).toBe(404)
    await deliver()
    await note(ticket.id, ids.jan, 'Zerknij proszę, @anna. @celina też.')
    await deliver()
    const bells = await tell(site.make.db).selectFrom('notification_bell').select('person_id').where('ticket_id', '=', ticket.id).execute()
    expect(bells).toEqual([{ person_id: ids.anna }])
  })
})
