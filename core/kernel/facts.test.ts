import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { system } from '../permission/actor.ts'
import { runWork } from './work.ts'

let database: OpenDatabase
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
})
afterAll(() => database.close())

it.each([false, true])('each subscriber of a fact gets its job, whether or not the act asks for one of its own (%s)', async (asks) => {
  const { db, config } = make
  const { id } = await make.ticket()
  const jobs = async () => (await sql<{ count: string }>`select count(*) from graphile_worker.jobs where task_identifier = 'fact/deliver'`.execute(db)).rows[0]!.count
  const before = Number(await jobs())
  await runWork({ db, config, clock: () => make.now, subscribers: () => ['faq', 'units'] }, system('test'), async (work) => {
    work.emit('ticket.watched', { ticketId: id })
    if (asks) work.enqueue('mail/send', { id: '0' })
  })
  expect(Number(await jobs())).toBe(before + 2)
})
