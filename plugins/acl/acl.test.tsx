/** Holds what ACLs do in pomoc: forms offer what is left, acts are held to it however they come, units narrow their own, files of OTRS are read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createUnit, listEvents, prepareAct, setActivation, system, type ActName, type Id, type Work } from '../../core/index.ts'
import { createField } from '../../core/administration.ts'
import { aField } from '../../test/fields.ts'
import { listenTo } from '../../test/golden/statements.ts'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import admin from '../admin/index.tsx'
import desk from '../desk/index.tsx'
import portal from '../portal/index.tsx'
import units from '../units/index.tsx'
import { createAcl, removeAcl, type AclForm } from './acl.ts'
import { acl as tables } from './acl.store.ts'
import acl from './index.tsx'
import type { Change, Match } from './rule.ts'

let site: Site
let unit: Id
let other: Id
let queue: Id
let quiet: Id
let elsewhere: Id
let ids: { admin: Id; anna: Id; jan: Id; local: Id; customer: Id }
let boss: Visitor
let anna: Visitor
let local: Visitor
let customer: Visitor

beforeAll(async () => {
  site = await openSite([desk, portal, admin, units, acl])
  const { make } = site
  const group = await make.group()
  const adminId = await make.agent({ 2: ['rw'], [group]: ['rw'] }, { name: 'Ada Adamska' })
  const act = async <T,>(run: (work: Work) => Promise<T>) => make.work(await make.actor(adminId), run)
  const made = (slug: string, name: string) =>
    act((work) => createUnit(work, { parentId: '1', slug, name, nameEn: '', calendarId: null, valid: true }))
  unit = await made('mech', 'Mechanika')
  other = await made('chem', 'Chemia')
  await act((work) => setActivation(work, 'acl', '1', true))
  await act((work) => setActivation(work, 'acl', other, false))
  queue = await make.queue({ unitId: unit, groupId: group, name: 'Surowa' })
  quiet = await make.queue({ unitId: unit, groupId: group, name: 'Cicha' })
  elsewhere = await make.queue({ unitId: other, groupId: group, name: 'Chemia' })
  const customerId = await make.person({ name: 'Karol Klient', unitId: unit })
  const localId = await make.agent({ [group]: ['rw'] }, { name: 'Lena Lokalna', unitId: unit })
  await make.db.insertInto('unit_administrator').values({ unit_id: unit, person_id: localId, since: make.now, given_by: null }).execute()
  ids = {
    admin: adminId,
    anna: await make.agent({ [group]: ['rw'] }, { name: 'Anna Nowa' }),
    jan: await make.agent({ [group]: ['rw'] }, { name: 'Jan Stary' }),
    local: localId,
    customer: customerId,
  }
  await act((work) => createField(work, '1', 'Dropdown', choice('Budynek')))
  await act((work) => createField(work, '1', 'Dropdown', choice('Pokoj')))
  boss = await site.loggedIn(ids.admin)
  anna = await site.loggedIn(ids.anna)
  local = await site.loggedIn(ids.local)
  customer = await site.loggedIn(ids.customer)
})
afterAll(() => site?.close())

const choice = (name: string) => aField(name, { values: ['A', 'B'].map((key) => ({ key, label: key, labelEn: null })), none: true })

const rule = (name: string, match: Match, change: Change, more: Partial<AclForm> = {}): AclForm => ({
  name,
  comment: '',
  description: '',
  match,
  change,
  stop: false,
  valid: true,
  ...more,
})
/** Makes rules for one test, and takes them away again. */
async function withRules<T>(rules: readonly (AclForm & { unitId?: Id })[], run: () => Promise<T>): Promise<T> {
  const { host } = site.kernel
  const made = await host.work(system('test'), async (work) => {
    const all: Id[] = []
    for (const { unitId = null, ...form } of rules) all.push(await createAcl(work, unitId, form))
    return all
  })
  try {
    return await run()
  } finally {
    await host.work(system('test'), async (work) => {
      for (const id of made) await removeAcl(work, id)
    })
  }
}
const ticketIn = async (queueId = queue, more = {}) => (await site.make.ticket({ queueId, customerId: ids.customer, ...more })).id
const page = async (by: Visitor, path: string, status = 200): Promise<string> => {
  const answer = await by.get(path)
  expect([path, answer.status]).toEqual([path, status])
  return answer.text()
}
const flat = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
/** Options of a select, by its id. */
const options = (html: string, id: string): string[] => {
  const select = html.split(`id="${id}"`)[1]?.split('</select>')[0] ?? ''
  return [...select.matchAll(/<option[^>]*>([^<]*)<\/option>/g)].map(([, text]) => text!.trim())
}
/** As a program does it, by this person's rights. */
const doAs = async (personId: Id, name: ActName, ticketId: Id | null, given: Record<string, unknown>) => {
  const { make } = site
  const act = await prepareAct({ db: make.db }, name, given)
  await site.kernel.host.work(await make.actor(personId), async (work) => void (await act(work, ticketId as never)))
}
const priorities: Change = { Possible: { Ticket: { Priority: ['3 normal', '4 high'] } } }

describe('which tickets a rule speaks of', () => {
  it('says the filter of lists: by what is stored, never of a ticket that is being made; the dry run says why not', async () => {
    const [id, otherId] = [await ticketIn(queue, { subject: 'Awaria drukarki' }), await ticketIn(queue, { subject: 'Pytanie' })]
    const filter = { texts: { title: 'awaria*' }, times: [{ of: 'created' as const, is: 'last' as const, minutes: 60 }] }
    await withRules(
      [
        rule('100-awarie', {}, priorities, { filter }),
        rule('200-obce', { Properties: { Ticket: { Queue: ['x'] } } }, priorities, { filter: { held: true } }),
      ],
      async () => {
        await expect(doAs(ids.anna, 'priority', id, { priority: '5' })).rejects.toMatchObject({ code: 'choice.taken', params: { why: '100-awarie' } }) // biome-ignore format: one refusal
        await doAs(ids.anna, 'priority', otherId, { priority: '5' })
        const lists = await Promise.all(
          [id, otherId].map(async (one) => options(await page(anna, `/desk/tickets/${one}`), 'more-priority-field')),
        )
        expect(lists.map(({ length }) => length)).toEqual([2, 5])
        const { number } = await site.make.db.selectFrom('ticket').select('number').where('id', '=', otherId).executeTakeFirstOrThrow()
        expect(flat(await page(boss, `/admin/acl/try?ticket=${number}&page=priority`))).toMatch(
          /100-awarie nie zachodzi Zgłoszenie nie należy do tych, o których mówi reguła: .*awaria\*/,
        )
        expect(await page(boss, '/admin/acl?format=csv')).toMatch(/100-awarie;.*awaria\*/)
      },
    )
  })

  it('its form reads and counts it as others do; it stands in the log and in a file by names, and comes back', async () => {
    await page(local, '/u/mech/admin/acl/new')
    const form = { name: '100-surowa', 'c0.what': 'Ticket.Priority', 'c0.values': '5 very high', valid: 'on', 'if.queue': queue }
    const all = await site.make.db.selectFrom('ticket').select('id').where('queue_id', '=', queue).execute()
    const counted = await local.post('/u/mech/admin/acl/meaning', form)
    expect(await counted.text()).toMatch(new RegExp(`^Dziś dotyczy ${all.length} zgłosze`))
    const wrong = await local.post('/u/mech/admin/acl/new', {
      ...form,
      'if.time0.of': 'created',
      'if.time0.is': 'last',
      'if.time0.count': 'x',
    })
    const html = await wrong.text()
    expect([wrong.status, html.includes('href="#if-time0-count"'), html.includes('id="if-time0-count"')]).toEqual([422, true, true])
    expect((await local.post('/u/mech/admin/acl/new', form)).status).toBe(303)
    const made = await tables(site.make.db).selectFrom('acl').selectAll().executeTakeFirstOrThrow()
    expect(made.filter).toEqual({ is: { queue: [queue] } })
    expect(await page(local, `/u/mech/admin/acl/${made.id}`)).toMatch(new RegExp(`value="${queue}" checked`))
    expect(flat(await page(local, '/u/mech/admin/acl'))).toContain('Kolejka: Surowa')
    const out = await page(local, '/u/mech/admin/acl/export')
    expect(out).toContain('- Surowa')
    await site.kernel.host.work(system('test'), (work) => removeAcl(work, made.id))
    await page(local, '/u/mech/admin/acl/import')
    expect((await local.post('/u/mech/admin/acl/import', { text: out.replace('- Surowa', '- Surowa\n        - Nieznana') })).status).toBe(
      303,
    )
    expect(flat(await page(local, '/u/mech/admin/acl'))).toContain('queue: Nieznana; warunek niczego dla tej nazwy nie znajdzie')
    const back = await tables(site.make.db).selectFrom('acl').selectAll().executeTakeFirstOrThrow()
    expect([back.filter, back.valid]).toEqual([{ is: { queue: [queue, '0'] } }, false])
    await site.kernel.host.work(system('test'), (work) => removeAcl(work, back.id))
  })
})

describe('what rules cost an act', () => {
  it('no statement where all they ask is at hand, and none at all where none speaks of it; a change counts at once', async () => {
    const id = await ticketIn()
    const ear = listenTo(site.database.pool)
    const asked = async (name: ActName, given: Record<string, unknown>) =>
      (await ear.hear(() => doAs(ids.anna, name, id, given).catch((error: { code: string }) => expect(error.code).toBe('choice.taken'))))
        .statements
    // What is remembered is read by whoever asks first.
    const warm = async () => {
      for (const priority of ['1', '4']) await asked('priority', { priority })
      await asked('note', { body: 'x' })
      await asked('priority', { priority: '3' })
    }
    await warm()
    const bare = { note: await asked('note', { body: 'x' }), priority: await asked('priority', { priority: '4' }) }
    const many = Array.from({ length: 10 }, (_, n) => rule(`${n}`, { Properties: { Queue: { Name: n === 0 ? ['Surowa'] : ['Inna'] } } }, { PossibleNot: { Ticket: { Priority: ['5 very high'] } } })) // biome-ignore format: one list
    await withRules(many, async () => {
      await warm()
      const ruled = await asked('priority', { priority: '4' })
      expect(ruled).toEqual(bare.priority)
      expect(await asked('note', { body: 'x' })).toEqual(bare.note)
      const refused = await asked('priority', { priority: '5' })
      expect(refused.length).toBeLessThan(bare.priority.length)
    })
    await warm()
    expect(await asked('priority', { priority: '5' })).toEqual(bare.priority)
  })

  it('another process hears of a rule that is made, and of one that goes', async () => {
    const other = await openSite([desk, portal, acl], {}, site.database)
    const id = await ticketIn()
    const tries = async (priority: string) => {
      const act = await prepareAct({ db: site.make.db }, 'priority', { priority })
      const actor = await site.make.actor(ids.anna)
      return other.kernel.host.work(actor, (work) => act(work, id)).then(() => 'done', (error: { code: string }) => error.code) // biome-ignore format: one line
    }
    try {
      expect(await tries('5')).toBe('done')
      await withRules([rule('100-prio', {}, priorities)], async () => {
        await expect.poll(async () => ((await tries('3')) === 'done' ? tries('5') : 'no'), { timeout: 20_000 }).toBe('choice.taken')
      })
      await expect.poll(() => tries('5'), { timeout: 20_000 }).toBe('done')
    } finally {
      await other.close()
    }
  })
})

describe('forms offer what is left, and acts are held to it', () => {
  it('on the ticket’s page, by a program, for central administrators too – and the system is free, as in OTRS (A2)', async () => {
    const id = await ticketIn()
    await withRules([rule('100-prio', {}, priorities)], async () => {
      const html = await page(anna, `/desk/tickets/${id}`)
      expect(options(html, 'more-priority-field')).toEqual(
        ['3 – normalny', '4 – wysoki'].map((label) => expect.stringContaining(label.slice(4))),
      )
      const answer = await anna.post(`/desk/tickets/${id}/priority`, { priority: '5' })
      expect(answer.status).toBe(422)
      expect(flat(await answer.text())).toContain('Tutaj nie można wybrać „bardzo wysoki”: nie pozwala na to reguła „100-prio”.')
      for (const who of [ids.anna, ids.admin])
        await expect(doAs(who, 'priority', id, { priority: '5' })).rejects.toMatchObject({
          code: 'choice.taken',
          params: { why: '100-prio' },
        })
      await doAs(ids.anna, 'priority', id, { priority: '4' })
      const free = await prepareAct({ db: site.make.db }, 'priority', { priority: '5' })
      await site.kernel.host.work(system('test'), (work) => free(work, id))
      // What stands stays: it is chosen, and choosing it again is no change.
      expect(options(await page(anna, `/desk/tickets/${id}`), 'more-priority-field')).toHaveLength(3)
      await doAs(ids.anna, 'priority', id, { priority: '5' })
    })
    await doAs(ids.anna, 'priority', id, { priority: '1' })
  })

  it('takes acts away from the page and refuses them, on their own page’s word too', async () => {
    const id = await ticketIn()
    await withRules(
      [
        rule('1', { PropertiesDatabase: { Ticket: { State: ['new'] } } }, { PossibleNot: { Action: ['AgentTicketMove'] } }),
        rule('2', { Properties: { Frontend: { Action: ['AgentTicketNote'] } } }, { PossibleNot: { Action: ['[RegExp]Note$'] } }),
        rule('3', {}, { PossibleNot: { Ticket: { State: ['[RegExp]unsuccessful', 'waiting for customer'] } } }),
      ],
      async () => {
        const html = await page(anna, `/desk/tickets/${id}`)
        expect(html).not.toContain('id="menu-move"')
        expect(html).not.toContain('id="note-form"')
        expect(html).toContain('value="successful"')
        expect(html).not.toContain('value="unsuccessful"')
        expect(html).not.toContain('name="next" value="wait"')
        expect(html).toContain('name="next" value="close"')
        await expect(doAs(ids.anna, 'move', id, { queue: quiet })).rejects.toMatchObject({ code: 'act.taken' })
        await expect(doAs(ids.anna, 'note', id, { body: 'Notatka' })).rejects.toMatchObject({ code: 'act.taken' })
        await expect(doAs(ids.anna, 'close', id, { how: 'unsuccessful' })).rejects.toMatchObject({ code: 'choice.taken' })
        await expect(doAs(ids.anna, 'reply', id, { body: 'Dzień dobry', next: 'wait' })).rejects.toMatchObject({ code: 'choice.taken' })
        const why = flat(await page(anna, `/desk/tickets/${id}/choices`))
        expect(why).toMatch(/Czynności Przeniesienie do innej kolejki 1 /)
        expect(why).toContain('Stan – Zamknięcie zgłoszenia niezałatwione 3')
        expect(why).not.toContain('closed unsuccessful')
        expect(html).toContain(`/desk/tickets/${id}/choices`)
      },
    )
    expect(await page(anna, `/desk/tickets/${id}`)).not.toContain('/choices')
    expect(flat(await page(anna, `/desk/tickets/${id}/choices`))).toContain('Nic: wybierasz ze wszystkiego')
  })

  it('makes fields depend on each other: values and whole fields, with a button where there are no scripts', async () => {
    const id = await ticketIn()
    const inA: Match = { Properties: { DynamicField: { DynamicField_Budynek: ['A'] } } }
    await withRules(
      [
        rule('1-pokoj', inA, { Possible: { Ticket: { DynamicField_Pokoj: ['B'] } } }),
        rule('2-bez', { Properties: { DynamicField: { DynamicField_Budynek: ['B'] } } }, { PossibleNot: { Form: ['Pokoj'] } }),
      ],
      async () => {
        const before = await page(anna, `/desk/tickets/${id}`)
        expect(options(before, 'fields-Pokoj')).toEqual(['–', 'A', 'B'])
        const again = async (building: string, headers = {}) => {
          const answer = await anna.post(
            `/desk/tickets/${id}/fields`,
            { 'field.Budynek': building, 'was.Budynek': '', refresh: 'yes' },
            { headers },
          )
          expect(answer.status).toBe(200)
          return answer.text()
        }
        const chosen = await again('A')
        expect([options(chosen, 'fields-Pokoj'), options(chosen, 'fields-Budynek')]).toEqual([
          ['–', 'B'],
          ['–', 'A', 'B'],
        ])
        expect(chosen).toContain('<option value="A" selected="">A</option>')
        const part = await again('B', { 'hx-request': 'true', 'hx-request-type': 'partial', 'hx-target': 'div#fields-own' })
        expect(part).not.toContain('<html')
        expect(part).not.toContain('fields-Pokoj')
        expect((await site.make.db.selectFrom('field_value').selectAll().execute()).length).toBe(0)
        await expect(doAs(ids.anna, 'fields', id, { fields: { Budynek: 'A', pokoj: 'A' } })).rejects.toMatchObject({
          code: 'choice.taken',
          field: 'field.Pokoj',
        })
        await expect(doAs(ids.anna, 'fields', id, { fields: { Budynek: 'B', Pokoj: 'B' } })).rejects.toMatchObject({ code: 'choice.taken' })
        await doAs(ids.anna, 'fields', id, { fields: { Budynek: 'A', Pokoj: 'B' } })
      },
    )
  })

  it('a new ticket: by the queue in the form', async () => {
    await withRules(
      [
        rule('1-kolejka', {}, { PossibleNot: { Ticket: { Queue: ['Cicha'] } } }),
        rule('2-baza', { PropertiesDatabase: { Queue: { Name: ['Surowa'] } } }, { Possible: { Ticket: { Queue: ['Cicha'] } } }),
      ],
      async () => {
        const html = await page(anna, `/desk/new?queue=${queue}`)
        expect(options(html, 'field-queue')).toEqual(expect.arrayContaining(['Surowa', 'Chemia']))
        expect(options(html, 'field-queue')).not.toContain('Cicha')
        const given = { title: 'Nowe', body: 'Treść', who: 'a@example.com', channel: 'phone' }
        await expect(doAs(ids.anna, 'new', null, { ...given, queue: quiet })).rejects.toMatchObject({
          code: 'choice.taken',
          field: 'queue',
        })
        await doAs(ids.anna, 'new', null, { ...given, queue })
      },
    )
  })

  it('a customer is told nothing of rules, and cannot answer where the answer was taken away', async () => {
    const id = await ticketIn()
    await withRules(
      [
        rule(
          'tajna',
          { PropertiesDatabase: { CustomerUser: { UserFullname: ['Karol Klient'] } } },
          { PossibleNot: { Action: ['CustomerTicketZoomReply'] } },
        ),
      ],
      async () => {
        const html = await page(customer, `/tickets/${id}`)
        expect(html).not.toContain('name="body"')
        expect(html).not.toContain('tajna')
        const answer = await customer.post(`/tickets/${id}`, { body: 'Jeszcze jedno' })
        expect([answer.status, (await answer.text()).includes('tajna')]).toEqual([422, false])
        expect(await site.make.db.selectFrom('article').select('id').where('ticket_id', '=', id).execute()).toHaveLength(1)
      },
    )
    expect(await page(customer, `/tickets/${id}`)).toContain('name="body"')
  })

  it('where the plugin is off nothing is taken away', async () => {
    const id = await ticketIn(elsewhere)
    await withRules([rule('1', {}, priorities)], async () => {
      expect(options(await page(anna, `/desk/tickets/${id}`), 'more-priority-field')).toHaveLength(5)
      await doAs(ids.anna, 'priority', id, { priority: '5' })
    })
  })

  it('many at once: each is held to its own rules', async () => {
    const [one, two] = [await ticketIn(), await ticketIn(quiet)]
    await withRules(
      [rule('raw', { PropertiesDatabase: { Ticket: { Queue: ['Surowa'] } } }, { PossibleNot: { Action: ['AgentTicketPending'] } })],
      async () => {
        await page(anna, '/desk')
        const answer = await anna.post('/desk/bulk', { act: 'pend', until: 'customer', ticket: one, back: '/desk' })
        expect(flat(await answer.text())).toContain('nie pozwala na to reguła „raw”')
        expect((await anna.post('/desk/bulk', { act: 'pend', until: 'customer', ticket: two, back: '/desk' })).status).toBe(303)
      },
    )
  })
})

describe('who makes them', () => {
  const posted = (name: string, values: string, more: Record<string, string> = {}) => ({
    name,
    'm0.what': 'Ticket.Queue',
    'm0.how': 'PropertiesDatabase',
    'm0.values': 'Surowa\nCicha',
    'm1.what': '',
    'm1.how': 'Properties',
    'm1.values': '',
    'c0.what': 'Ticket.Priority',
    'c0.how': 'PossibleNot',
    'c0.values': values,
    valid: 'on',
    ...more,
  })
  const only = () => tables(site.make.db).selectFrom('acl').selectAll().executeTakeFirstOrThrow()

  it('a local administrator, for tickets of the unit; the change stands in the log and goes back', async () => {
    const id = await ticketIn()
    await page(local, '/u/mech/admin/acl/new')
    expect((await local.post('/u/mech/admin/acl/new', posted('100-unit', '5 very high'))).status).toBe(303)
    const made = await only()
    expect([made.unit_id, made.match, made.change]).toEqual([
      unit,
      { PropertiesDatabase: { Ticket: { Queue: ['Surowa', 'Cicha'] } } },
      { PossibleNot: { Ticket: { Priority: ['5 very high'] } } },
    ])
    await expect(doAs(ids.jan, 'priority', id, { priority: '5' })).rejects.toMatchObject({ code: 'choice.taken' })
    await doAs(ids.jan, 'priority', await ticketIn(elsewhere), { priority: '5' })
    await page(local, `/u/mech/admin/acl/${made.id}`)
    expect((await local.post(`/u/mech/admin/acl/${made.id}`, posted('100-unit', '1 very low'))).status).toBe(303)
    const event = (await listEvents(site.make.db, 'all', { filter: { objectType: 'acl/rule' }, limit: 1, owners: [acl] })).rows[0]!
    await page(local, '/u/mech/admin/log')
    expect((await local.post('/u/mech/admin/log', { id: event.id })).status).toBe(303)
    expect((await only()).change).toEqual({ PossibleNot: { Ticket: { Priority: ['5 very high'] } } })
    await tables(site.make.db).deleteFrom('acl').execute()
  })

  it('and nobody else’s: not the installation’s, not another unit’s; agents have no such pages', async () => {
    await withRules([rule('central', {}, priorities), { ...rule('chem', {}, priorities), unitId: other }], async () => {
      const all = await tables(site.make.db).selectFrom('acl').select(['id', 'name']).execute()
      expect(flat(await page(local, '/u/mech/admin/acl'))).toContain('Nie ma żadnej reguły')
      for (const { id } of all) {
        await page(local, `/u/mech/admin/acl/${id}`, 404)
        expect((await local.post(`/u/mech/admin/acl/${id}`, posted('moje', '3 normal'))).status).toBe(404)
      }
      await page(local, '/admin/acl', 403)
      await page(anna, '/u/mech/admin/acl', 404)
      await page(customer, '/admin/acl', 404)
      const list = flat(await page(boss, '/admin/acl?sort=unit'))
      expect(list).toMatch(/chem .*Chemia/)
      expect(await page(boss, '/admin/acl?format=csv')).toContain('chem;Chemia;;"możliwe tylko: Priority 3 normal, 4 high"')
    })
    await expect(
      site.make.work(await site.make.actor(ids.local), (work) => createAcl(work, null, rule('x', {}, {}))),
    ).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(
      site.make.work(await site.make.actor(ids.local), (work) => createAcl(work, other, rule('x', {}, {}))),
    ).rejects.toMatchObject({
      code: 'not-allowed',
    })
  })

  it('what is wrong is said at its field, and nothing typed is lost', async () => {
    await page(boss, '/admin/acl/new')
    const answer = await boss.post('/admin/acl/new', posted('', '[RegExp](', { comment: 'moja uwaga' }))
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(html).toContain('moja uwaga')
    const named = await boss.post('/admin/acl/new', posted('1', '[RegExp]('))
    const bad = await named.text()
    expect([named.status, bad.includes('[RegExp](')]).toEqual([422, true])
    const more = await (await boss.post('/admin/acl/new', posted('1', '3 normal', { more: 'yes' }))).text()
    expect(more).toContain('name="m3.what"')
    expect(more).toContain('3 normal')
    expect(await tables(site.make.db).selectFrom('acl').select('id').execute()).toEqual([])
  })

  it('a dry run tells what would be left, by which rule, and why others do not match', async () => {
    const { id } = await site.make.ticket({ queueId: queue, customerId: ids.customer })
    const { number } = await site.make.db.selectFrom('ticket').select('number').where('id', '=', id).executeTakeFirstOrThrow()
    await withRules(
      [rule('100-prio', {}, priorities), rule('200-nie', { Properties: { SLA: { Name: ['[Not]Gold'] } } }, priorities)],
      async () => {
        const told = flat(await page(boss, `/admin/acl/try?ticket=${number}&page=priority`))
        expect(told).toContain('5 very high zabiera: 100-prio')
        expect(told).toMatch(/200-nie nie zachodzi SLA\.Name .* nie wiadomo/)
        expect(flat(await page(local, `/u/mech/admin/acl/try?ticket=${number}&page=priority`))).toContain('zabiera: 100-prio')
      },
    )
    const foreign = await site.make.ticket({ queueId: elsewhere })
    const { number: theirs } = await site.make.db
      .selectFrom('ticket')
      .select('number')
      .where('id', '=', foreign.id)
      .executeTakeFirstOrThrow()
    expect(flat(await page(local, `/u/mech/admin/acl/try?ticket=${theirs}`))).toContain('Nie ma tu takiego zgłoszenia')
  })

  it('files of OTRS come in, not in use, and go out as they came', async () => {
    const file = `---
- ChangeBy: root@localhost
  Comment: bez 5
  ConfigChange:
    PossibleNot:
      Ticket:
        Priority:
        - 5 very high
      Process:
      - P1
  ConfigMatch:
    Properties:
      Queue:
        Name:
        - Raw
  Description: ''
  ID: 7
  Name: 100-Raw
  StopAfterMatch: 1
  ValidID: 1
`
    await page(boss, '/admin/acl/import')
    expect((await boss.post('/admin/acl/import', { file: new File([file], 'Export_ACL.yml') })).status).toBe(303)
    const made = await only()
    expect([made.name, made.valid, made.stop, made.comment]).toEqual(['100-Raw', false, true, 'bez 5'])
    expect(flat(await page(boss, `/admin/acl/${made.id}`))).toContain('PossibleNot: Process: o to pomoc nie pyta')
    const out = await page(boss, '/admin/acl/export')
    await tables(site.make.db).deleteFrom('acl').execute()
    await page(boss, '/admin/acl/import')
    expect((await boss.post('/admin/acl/import', { text: out })).status).toBe(303)
    const again = await only()
    expect([again.match, again.change, again.stop]).toEqual([made.match, made.change, made.stop])
    expect((await boss.post('/admin/acl/import', { text: out })).status).toBe(303)
    expect(flat(await page(boss, '/admin/acl'))).toContain('już są, więc ich nie wczytano: 100-Raw')
    const bad = await boss.post('/admin/acl/import', { text: 'nie: lista' })
    expect([bad.status, (await bad.text()).includes('nie: lista')]).toEqual([422, true])
  })
})
