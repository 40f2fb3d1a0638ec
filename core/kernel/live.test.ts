import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { cuttable } from '../../test/servers/cuttable.ts'
import { CHANNEL } from './facts.ts'
import { LIVE_AGAIN, startLive, type Notice } from './live.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

test('after a database that was away for a while it listens again, over one connection, and says so', async () => {
  const way = await cuttable(database.url)
  let failures = 0
  const live = await startLive(
    way.url,
    pino(
      { level: 'warn' },
      {
        write: () => {
          failures++
        },
      },
    ),
  )
  const heard: Notice[] = []
  live.subscribe((notice) => heard.push(notice))
  const until = async (holds: () => boolean) => {
    while (!holds()) await sleep(20)
  }
  const notify = (notice: Notice) => database.pool.query('select pg_notify($1, $2)', [CHANNEL, JSON.stringify(notice)])
  try {
    await notify({ fact: 'ticket.created', ticket: '1' })
    await until(() => heard.length === 1)
    way.cut()
    await until(() => failures >= 3)
    way.mend()
    await until(() => heard.length === 2)
    await notify({ fact: 'ticket.created', ticket: '2' })
    await until(() => heard.length === 3)
    expect(heard.map(({ fact }) => fact)).toEqual(['ticket.created', LIVE_AGAIN, 'ticket.created'])
    await sleep(1500) // a second attempt under way would be there by now
    const { rows } = await database.pool.query(
      `select 1 from pg_stat_activity where application_name = 'pomoc live' and datname = current_database()`,
    )
    expect(rows).toHaveLength(1)
  } finally {
    await live.stop()
    await way.stop()
  }
})
