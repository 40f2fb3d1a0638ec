import { afterAll, beforeAll, expect, it } from 'vitest'
import { Client } from 'pg'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import { CHANNEL } from './facts.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
let client: Client
const heard: string[] = []

beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  client = new Client({ connectionString: database.url })
  await client.connect()
  client.on('notification', ({ payload }) => heard.push(payload ?? ''))
  await client.query(`listen ${CHANNEL}`)
})
afterAll(async () => {
  await client.end()
  await database.close()
})

/** A notice that was committed before this question arrives before its answer. */
const settled = () => client.query('select 1')

it('every committed fact wakes open pages, whether or not the act asked for a job too', async () => {
  for (const jobs of [0, 1]) {
    heard.length = 0
    await make.asSystem(async (work) => {
      work.emit('ticket.title-changed', { ticketId: '77', unitId: '1' })
      for (let i = 0; i < jobs; i++) work.enqueue('test/nothing', { i })
    })
    await settled()
    expect(
      heard.map((payload) => JSON.parse(payload)),
      `${jobs} jobs`,
    ).toEqual([{ fact: 'ticket.title-changed', ticket: '77' }])
  }
})

it('what is rolled back is told to nobody and leaves no job', async () => {
  heard.length = 0
  await expect(
    make.asSystem(async (work) => {
      work.emit('ticket.title-changed', { ticketId: '78', unitId: '1' })
      work.enqueue('test/rolled-back', {})
      await work.db.deleteFrom('ticket_priority').where('id', '=', '3').execute()
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  await settled()
  expect(heard).toEqual([])
  expect((await database.pool.query(`select 1 from graphile_worker.jobs where task_identifier = 'test/rolled-back'`)).rows).toEqual([])
})

it('a job that nobody knows undoes the act that asks for it, though the last statement is committed before its answer is heard', async () => {
  await make.asSystem(async (work) => work.emit('ticket.title-changed', { ticketId: '79', unitId: '1' }))
  await settled()
  heard.length = 0
  await expect(
    make.asSystem(async (work) => {
      work.emit('ticket.title-changed', { ticketId: '79', unitId: '1' })
      work.enqueue('test/unknown', {}, { key: 'test/unknown/1', fresh: true })
    }),
  ).rejects.toMatchObject({ code: '23502' })
  await settled()
  expect(heard).toEqual([])
  expect((await database.pool.query('select 1 from fact where ticket_id = 79')).rows.length).toBe(1)
})

it('an act waits for the server once for each of its statements: neither its beginning nor its commit is asked for by itself', async () => {
  let trips = 0
  const client = await database.pool.connect()
  client.release()
  const count = () => {
    trips++
  }
  const wire = (client as unknown as { connection: NodeJS.EventEmitter }).connection.on('readyForQuery', count)
  try {
    // The only free connection is the one that was asked for last.
    for (const expected of [undefined, undefined, 2]) {
      trips = 0
      await make.asSystem(async (work) => {
        await work.db.selectFrom('ticket_priority').select('id').where('id', '=', '3').execute()
        work.emit('ticket.title-changed', { ticketId: '80', unitId: '1' })
      })
      if (expected !== undefined) expect(trips).toBe(expected)
    }
  } finally {
    wire.off('readyForQuery', count)
  }
})
