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
