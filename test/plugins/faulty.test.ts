/** Plugins that throw, reject, never settle, break a transaction, answer nonsense, reach into other units: nothing is harmed. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Id } from '../../core/database/schema.ts'
import { definePlugin } from '../../core/kernel/contract.ts'
import { resumePlugin } from '../../core/administration/plugin-admin.ts'
import { listFaults, listSuspensions } from '../../core/kernel/faults.ts'
import { addressesChanged } from '../../core/mail/addresses.ts'
import { system } from '../../core/kernel/actor.ts'
import { createTicket, setState } from '../../core/ticket/change/tickets.ts'
import { FAULTY, OTHER } from './faulty.ts'
import { openHouse, removePackages, writePackage, type House } from './house.ts'

const seconds = { slot: 0.5, guard: 0.5, mailCheck: 0.5, mailStep: 0.5, login: 1, search: 0.5, page: 0.5, fact: 0.5, job: 0.5, start: 0.5 }
/** It fails at every slot, and yet one of the project's own is never suspended. */
const VITAL = definePlugin({
  name: 'portal',
  api: 1,
  scope: 'installation',
  slots: {
    'page.footer': {
      order: 1,
      render: () => {
        throw new Error('vital')
      },
    },
  },
})
/** It takes such a name, and lies outside. */
const POSER = `
import { definePlugin } from 'pomoc'
export default definePlugin({ name: 'admin', api: 1, scope: 'installation', slots: { 'page.footer': { order: 2, render: () => { throw new Error('posing') } } } })
`
const names = Object.keys(FAULTY)
let house: House
let unit: Id
let queue: Id
let agent: Id
let other: Id

beforeAll(async () => {
  const folders = names.map((name) => writePackage({ 'index.tsx': FAULTY[name]! }))
  house = await openHouse(['desk', VITAL, writePackage({ 'index.ts': POSER }), ...folders], { pluginSeconds: seconds })
  const {
    make,
    database: { db },
  } = house
  unit = await make.unit({ name: 'Wydział' })
  const group = await make.group()
  queue = await make.queue({ name: 'Wydział', unitId: unit, groupId: group })
  agent = await make.agent({ [group]: ['rw'] }, { unitId: unit })
  await db.insertInto('system_address').values({ address: 'wydzial@uni.example', name: 'Wydział', queue_id: queue }).execute()
  await make.asSystem(addressesChanged)
  other = (await make.ticket({ queueId: await make.queue({ unitId: await make.unit() }) })).id
  process.env[OTHER] = other
})
afterAll(async () => {
  await house?.close()
  removePackages()
})

const create = (title: string) =>
  house.kernel.host.work(system('test'), (work) =>
    createTicket(work, {
      title,
      queueId: queue,
      customerId: null,
      article: { channel: 'web', senderType: 'customer', visible: true, subject: title, body: 'Treść' },
    }),
  )
const kindsOf = async (plugin: string) => [...new Set((await listFaults(house.database.db, { plugin })).map(({ kind }) => kind))].toSorted()
const only = async (plugin: string, run: () => Promise<void>) => {
  await house.turn(plugin, unit, true)
  await run().finally(() => house.turn(plugin, unit, false))
}

describe.each(names)('a plugin that %s', (plugin) => {
  test('harms no act, no mail, no page, no search', async () => {
    await only(plugin, async () => {
      const { db } = house.database
      const made = await create(`Zgłoszenie ${plugin}`)
      await house.kernel.host.work(system('test'), (work) => setState(work, made.id, { stateId: '4' }))
      expect(
        await db.selectFrom('ticket').select(['title', 'state_type', 'queue_id']).where('id', '=', made.id).executeTakeFirst(),
      ).toEqual({ title: `Zgłoszenie ${plugin}`, state_type: 'open', queue_id: queue })
      expect(await db.selectFrom('article').select('body').where('ticket_id', '=', made.id).execute()).toEqual([{ body: 'Treść' }])
      expect(await db.selectFrom('fact').select('name').where('ticket_id', '=', made.id).orderBy('id').execute()).toEqual([
        { name: 'ticket.created' },
        { name: 'article.created' },
        { name: 'ticket.state-changed' },
      ])

      const visitor = await house.loggedIn(agent)
      const page = await visitor.get(`/desk/tickets/${made.id}`)
      expect(page.status).toBe(200)
      expect(await page.text()).toContain('Treść')
      expect((await visitor.get('/desk/view/open')).status).toBe(200)
      expect([500, 503, 404]).toContain((await visitor.get(`/${plugin}`)).status)
      const found = await house.kernel.host.search({ text: 'x', actor: undefined, unitId: unit, language: 'pl', limit: 5 })
      expect(found.find((one) => one.plugin === plugin)?.failed ?? true).toBe(true)
      const searched = await visitor.get('/desk/search?q=Zg%C5%82oszenie')
      expect(searched.status).toBe(200)
      expect(await searched.text()).toContain(`Zgłoszenie ${plugin}`)

      await house.work()
      const mail = await house.mail({ to: 'wydzial@uni.example', subject: `Mail ${plugin}` })
      const row = () =>
        db.selectFrom('inbound_mail').select(['state', 'outcome', 'ticket_id']).where('id', '=', mail).executeTakeFirstOrThrow()
      await house.until(async () => (await row()).state !== 'accepted')
      expect(await row()).toMatchObject({ state: 'processed', outcome: 'new-ticket' })
    })
  })

  test('is suspended in that unit, and there only; what went wrong stands in the list', async () => {
    await house.kernel.faults.settled()
    expect((await kindsOf(plugin)).length).toBeGreaterThanOrEqual(2)
    const suspended = (await listSuspensions(house.database.db)).filter((one) => one.plugin === plugin)
    expect(suspended.map(({ unitId }) => unitId)).toContain(unit)
    expect(suspended.every(({ unitId }) => unitId === unit || unitId === null)).toBe(true)
    const { kernel } = house
    await house.turn(plugin, unit, true)
    await house.until(async () => !(await kernel.hostOf(kernel.plugins.find(({ name }) => name === plugin)!).active(unit)))
    const before = await listFaults(house.database.db, { plugin })
    await create(`Bez ${plugin}`)
    await kernel.faults.settled()
    expect((await listFaults(house.database.db, { plugin })).filter(({ kind }) => kind === 'guard')).toEqual(
      before.filter(({ kind }) => kind === 'guard'),
    )
    await house.turn(plugin, unit, false)
  })
})

test('nothing was written where it must not be', async () => {
  const { db } = house.database
  expect(await db.selectFrom('ticket').select('id').where('title', '=', 'written too late').execute()).toEqual([])
  expect(await db.selectFrom('article').select('id').where('body', '=', 'I was here').execute()).toEqual([])
  expect((await db.selectFrom('ticket').select('queue_id').where('id', '=', other).executeTakeFirstOrThrow()).queue_id).not.toBe('4')
  // Each connection came back clean.
  const { rows } = await sql<{
    state: string
  }>`select state from pg_stat_activity where datname = current_database() and state like 'idle in%'`.execute(db)
  expect(rows).toEqual([])
})

test("core's plugins are told of and never suspended", async () => {
  for (let n = 0; n < 7; n++) await (await house.loggedIn(await house.make.agent({}, { unitId: unit }))).get('/desk/view/open')
  await house.kernel.faults.settled()
  const faults = await listFaults(house.database.db, { plugin: 'portal' })
  expect(faults).toMatchObject([{ kind: 'slot', name: 'page.footer', error: 'vital' }])
  expect(faults[0]!.times).toBeGreaterThanOrEqual(7)
  expect((await listSuspensions(house.database.db)).map(({ plugin }) => plugin)).not.toContain('portal')
})

test('one from outside that calls itself like one of them is suspended as any other', async () => {
  expect((await listFaults(house.database.db, { plugin: 'admin' }))[0]).toMatchObject({
    kind: 'slot',
    name: 'page.footer',
    error: 'posing',
  })
  expect((await listSuspensions(house.database.db)).map(({ plugin }) => plugin)).toContain('admin')
  const { registry } = house.kernel.host
  expect(['desk', 'portal', 'admin', 'throws'].map((name) => [name, registry.find(name)?.vital])).toEqual([
    ['desk', true],
    ['portal', true],
    ['admin', false],
    ['throws', false],
  ])
})

test('an administrator resumes it, and it hears what it missed', async () => {
  const {
    make,
    database: { db },
  } = house
  const admin = await make.actor(await make.agent({ 2: ['rw'] }))
  await expect(make.work(await make.actor(agent), (work) => resumePlugin(work, 'throws', unit))).rejects.toMatchObject({
    code: 'not-allowed',
  })
  await house.turn('throws', unit, true)
  await make.work(admin, (work) => resumePlugin(work, 'throws', unit, { missed: true }))
  expect((await listSuspensions(db)).some((one) => one.plugin === 'throws' && one.unitId === unit)).toBe(false)
  // It throws again, as ever: what it missed is told, and it is suspended anew.
  await house.until(async () => (await listSuspensions(db)).some((one) => one.plugin === 'throws' && one.unitId === unit))
  const facts = await db.selectFrom('fact').select(['name', 'unit_id', 'data']).where('name', 'like', 'plugin.%').execute()
  expect(facts).toContainEqual({ name: 'plugin.resumed', unit_id: unit, data: { plugin: 'throws' } })
  expect(facts.filter(({ name, data }) => name === 'plugin.suspended' && data['plugin'] === 'throws')).not.toHaveLength(0)
})
