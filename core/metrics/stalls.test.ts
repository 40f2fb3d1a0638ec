import pino from 'pino'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import type { OpenDatabase } from '../database/database.ts'
import { checkStalls } from '../doctor/work.ts'
import { makeMetrics } from './metrics.ts'
import { watchStalls } from './stalls.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const compute = (ms: number) => {
  for (const until = performance.now() + ms; performance.now() < until; );
}

test('a process that computes tells how long it answered nobody: figure, row, the doctor', async () => {
  const { db, pool } = database
  const now = new Date('2026-11-17T09:15:00Z')
  const doctor = () => checkStalls({ database, now } as never)
  const stalls = watchStalls({ db, log: pino({ level: 'silent' }), clock: () => now, roles: ['web', 'jobs'], longMs: 150 })
  try {
    await stalls.note()
    await db.deleteFrom('process_stall').execute()
    expect(await doctor()).toMatchObject([{ state: 'ok' }])
    await sleep(30)
    compute(200)
    await sleep(30)
    expect(stalls.lastMinute().max).toBeGreaterThan(0.15)
    const text = await makeMetrics({ db, pools: { pages: pool }, clock: () => now, stalls }).expose()
    expect(Number(/^pomoc_event_loop_delay_seconds\{of="max"\} (.+)$/m.exec(text)![1])).toBeGreaterThan(0.15)
    expect(text).toMatch(/^pomoc_event_loop_delay_seconds\{of="p99"\} /m)
    await stalls.note()
    const rows = await db.selectFrom('process_stall').selectAll().execute()
    expect(rows).toMatchObject([{ roles: 'web,jobs', at: now }])
    expect(rows[0]!.ms).toBeGreaterThan(150)
    const [finding] = await doctor()
    expect(finding).toMatchObject({ state: 'warn', says: expect.stringContaining('In 1 minute of the last day') })
  } finally {
    stalls.stop()
  }
})
