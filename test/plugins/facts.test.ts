/** Facts told to plugins: again from a moment on, in order per ticket, and what was given up. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dropDeadJob, listDeadJobs, replayFacts, retryDeadJob, retryDeadJobs } from '../../core/administration/replay.ts'
import { system } from '../../core/kernel/actor.ts'
import { createTicket, setState } from '../../core/ticket/change/tickets.ts'
import { openHouse, removePackages, writePackage, type House } from './house.ts'

const EAR = `
import { definePlugin } from 'pomoc'
import { sql } from 'kysely'
const hear = async (fact, host) => {
  const ticket = await host.tickets.find(fact.ticketId)
  const { rows } = await sql\`select 1 from deaf where title = \${ticket.title}\`.execute(host.db)
  if (rows.length > 0) throw new Error('cannot hear ' + ticket.title)
  await sql\`insert into heard values (\${fact.name}, \${ticket.title})\`.execute(host.db)
}
export default definePlugin({
  name: 'ear', api: 1, scope: 'unit', on: { 'ticket.created': hear, 'ticket.state-changed': hear },
  jobs: { 'ear/late': { run: async (payload, host) => { await sql\`insert into heard values ('job', \${payload.what})\`.execute(host.db) } } },
})
`
let house: House
beforeAll(async () => {
  house = await openHouse([writePackage({ 'index.ts': EAR })])
  await sql`create table heard (fact text, title text)`.execute(house.database.db)
  await sql`create table deaf (title text)`.execute(house.database.db)
  await house.turn('ear', '1', true)
  await house.work()
})
afterAll(async () => {
  await house?.close()
  removePackages()
})
beforeEach(async () => {
  await sql`truncate heard, deaf`.execute(house.database.db)
  await sql`delete from graphile_worker._private_jobs`.execute(house.database.db)
})

const run = <T>(act: Parameters<typeof house.kernel.host.work<T>>[1]) => house.kernel.host.work(system('test'), act)
const create = (title: string) =>
  run((work) =>
    createTicket(work, {
      title,
      queueId: '4',
      customerId: null,
      article: { channel: 'web', senderType: 'customer', visible: true, subject: title, body: 'x' },
    }),
  )
const heard = async (title: string) =>
  (await sql<{ fact: string }>`select fact from heard where title = ${title}`.execute(house.database.db)).rows.map(({ fact }) => fact)
const deafTo = (title: string) => sql`insert into deaf values (${title})`.execute(house.database.db)
/** The backoff is over; or there is to be no further attempt. */
const soon = (attempts?: number) =>
  attempts === undefined
    ? sql`update graphile_worker._private_jobs set run_at = now() where locked_at is null and attempts < max_attempts`.execute(
        house.database.db,
      )
    : sql`update graphile_worker._private_jobs set max_attempts = ${attempts} where locked_at is null`.execute(house.database.db)
const failedOnce = () =>
  house.until(
    async () =>
      (await sql`select 1 from graphile_worker._private_jobs where attempts > 0 and locked_at is null`.execute(house.database.db)).rows
        .length > 0,
  )

describe('a replay', () => {
  test('tells one subscriber again what happened from a moment on, in the old order', async () => {
    const before = await create('Dawne')
    house.make.now = new Date(house.make.now.getTime() + 60_000)
    const from = house.make.now
    const ticket = await create('Powtórka')
    await run((work) => setState(work, ticket.id, { stateId: '4' }))
    await house.until(async () => (await heard('Powtórka')).length === 2)
    const { registry } = house.kernel.host
    expect(await run((work) => replayFacts(work, { to: 'ear', from, names: registry.factsOf('ear') }))).toBe(2)
    await house.until(async () => (await heard('Powtórka')).length === 4)
    expect(await heard('Powtórka')).toEqual(['ticket.created', 'ticket.state-changed', 'ticket.created', 'ticket.state-changed'])
    expect(await heard('Dawne')).toEqual(['ticket.created'])
    expect(before.id).not.toBe(ticket.id)
  })
  test('passes over units where the subscriber is off now', async () => {
    const from = (house.make.now = new Date(house.make.now.getTime() + 60_000))
    await create('Wyłączone')
    await house.until(async () => (await heard('Wyłączone')).length === 1)
    await house.turn('ear', '1', false)
    await run((work) => replayFacts(work, { to: 'ear', from }))
    await house.until(async () => (await sql`select 1 from graphile_worker._private_jobs`.execute(house.database.db)).rows.length === 0)
    expect(await heard('Wyłączone')).toHaveLength(1)
    await house.turn('ear', '1', true)
  })
  test("is an administrator's act", async () => {
    const agent = await house.make.actor(await house.make.agent({}))
    await expect(house.kernel.host.work(agent, (work) => replayFacts(work, { to: 'ear', from: house.make.now }))).rejects.toMatchObject({
      code: 'not-allowed',
    })
  })
})

test('a later fact of a ticket waits for an earlier one that is to be tried again', async () => {
  await deafTo('Kolejno')
  const ticket = await create('Kolejno')
  await failedOnce()
  await sql`truncate deaf`.execute(house.database.db)
  await run((work) => setState(work, ticket.id, { stateId: '4' }))
  const waits = async () =>
    (
      await sql<{ fact: string }>`
    select f.name as fact from graphile_worker._private_jobs j join fact f on f.id = (j.payload->>'fact')::bigint where j.run_at > now() order by f.id`.execute(
        house.database.db,
      )
    ).rows.map(({ fact }) => fact)
  await house.until(async () => (await waits()).length === 2)
  expect(await waits()).toEqual(['ticket.created', 'ticket.state-changed'])
  expect(await heard('Kolejno')).toEqual([])
  await house.until(async () => {
    await soon()
    return (await heard('Kolejno')).length === 2
  })
  expect(await heard('Kolejno')).toEqual(['ticket.created', 'ticket.state-changed'])
})

test('facts of one moment come in their order, whatever the order of their jobs', async () => {
  const ticket = await create('W jednej chwili')
  for (const stateId of ['4', '2', '4']) await run((work) => setState(work, ticket.id, { stateId }))
  await house.until(async () => (await heard('W jednej chwili')).length === 4)
  const { rows } = await sql<{
    id: string
  }>`select id::text from fact where ticket_id = ${ticket.id} and name <> 'article.created' order by id`.execute(house.database.db)
  await sql`truncate heard`.execute(house.database.db)
  // As a restore or a replay may leave them: asked for at one moment, the last first.
  await run(async (work) => {
    for (const { id } of rows.toReversed())
      work.enqueue('fact/deliver', { fact: id, subscriber: 'ear' }, { queue: `fact/ear/${ticket.id}` })
  })
  await house.until(async () => (await heard('W jednej chwili')).length === 4)
  expect(await heard('W jednej chwili')).toEqual(['ticket.created', 'ticket.state-changed', 'ticket.state-changed', 'ticket.state-changed'])
})

describe('what was given up', () => {
  const giveUp = async (title: string) => {
    await deafTo(title)
    const ticket = await create(title)
    await failedOnce()
    await soon(1)
    return ticket
  }
  test('is listed with its fact and error, and tried again when an administrator says so', async () => {
    const ticket = await giveUp('Stracone')
    const [dead] = await listDeadJobs(house.database.db)
    expect(dead).toMatchObject({
      task: 'fact/deliver',
      attempts: 1,
      fact: { name: 'ticket.created', subscriber: 'ear', ticketId: ticket.id, unitId: '1' },
    })
    expect(dead!.error).toContain('cannot hear Stracone')
    await sql`truncate deaf`.execute(house.database.db)
    await run((work) => retryDeadJob(work, dead!.id))
    await house.until(async () => (await heard('Stracone')).length === 1)
    expect(await listDeadJobs(house.database.db)).toEqual([])
    await expect(run((work) => retryDeadJob(work, dead!.id))).rejects.toMatchObject({ code: 'not-found' })
  })
  test('is tried again all at once, or dropped', async () => {
    await giveUp('Raz')
    expect(await run(retryDeadJobs)).toHaveLength(1)
    await failedOnce()
    await soon(1)
    await house.until(async () => (await listDeadJobs(house.database.db)).length === 1)
    const [dead] = await listDeadJobs(house.database.db)
    await run((work) => dropDeadJob(work, dead!.id))
    expect(await listDeadJobs(house.database.db)).toEqual([])
    expect(await heard('Raz')).toEqual([])
  })
})

test('a job of a suspended plugin is put off, one of a plugin that is off is dropped', async () => {
  const { db } = house.database
  await db
    .insertInto('plugin_suspension')
    .values({ plugin: 'ear', unit_id: '1', since: house.make.now, first_fault_at: house.make.now, fault_id: null })
    .execute()
  await house.kernel.host.enqueue({ task: 'ear/late', payload: { unitId: '1', what: 'odłożone' } })
  await house.until(async () => (await sql`select 1 from graphile_worker._private_jobs where run_at > now()`.execute(db)).rows.length === 1)
  await db.deleteFrom('plugin_suspension').execute()
  await soon()
  await house.until(async () => {
    await soon()
    return (await heard('odłożone')).length === 1
  })
  const off = await house.make.unit()
  await house.turn('ear', off, false)
  await house.kernel.host.enqueue({ task: 'ear/late', payload: { unitId: off, what: 'obce' } })
  await house.until(async () => (await sql`select 1 from graphile_worker._private_jobs`.execute(db)).rows.length === 0)
  expect(await heard('obce')).toEqual([])
})
