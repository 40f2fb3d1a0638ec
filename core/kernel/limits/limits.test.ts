import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import type { OpenDatabase } from '../../database/database.ts'
import { makeBouncer, makePace, makeSeats, makeTurns, worthTelling } from './bouncer.ts'
import { countLimit, countLimits, forgetLimits, listRefused, noteRefused } from './limits.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.close())

const NOON = new Date('2026-11-17T12:00:00Z')
const at = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)

it('of many at once as many pass as may, and the time begins anew with the first after it', async () => {
  const asked = { name: 'tickets', key: '17', most: 10 } as const
  const counted = await Promise.all(Array.from({ length: 40 }, () => countLimit(database.db, asked, NOON)))
  expect(counted.filter(({ over }) => !over)).toHaveLength(10)
  expect(counted[0]!.until).toEqual(at(60))
  expect(await countLimit(database.db, asked, at(59))).toEqual({ over: true, until: at(60) })
  expect(await countLimit(database.db, asked, at(60))).toEqual({ over: false, until: at(120) })
  // More may be allowed meanwhile; another key is another count; 0 sets no limit.
  expect((await countLimit(database.db, { ...asked, key: '18' }, NOON)).over).toBe(false)
  for (let n = 0; n < 3; n++) expect((await countLimit(database.db, { ...asked, key: '19', most: 0 }, NOON)).over).toBe(false)
})

it('what everybody counts together stands in several rows and holds all the same; several are counted in one statement', async () => {
  const all = { name: 'answers', key: '', most: 30 } as const
  const counted: boolean[] = []
  for (let n = 0; n < 40; n += 8) {
    counted.push(...(await Promise.all(Array.from({ length: 8 }, () => countLimit(database.db, all, NOON)))).map(({ over }) => over))
  }
  // Eight at a time may not see each other.
  const passed = counted.filter((over) => !over).length
  expect(passed).toBeGreaterThanOrEqual(30)
  expect(passed).toBeLessThanOrEqual(37)
  const one = { name: 'answers-to', key: 'a@b.example', most: 1 } as const
  const none = { name: 'answers-peer', key: '192.0.2.1', most: 0 } as const
  expect(await countLimits(database.db, [one, none, { ...all, key: 'x' }], NOON)).toEqual([
    { over: false, until: at(60) },
    { over: false, until: NOON },
    { over: false, until: at(60) },
  ])
  // Who is over their own limit uses up nothing of what all have.
  const before = await database.db.selectFrom('limit_count').select('count').where('key', '=', 'x').execute()
  expect((await countLimits(database.db, [one, none, { ...all, key: 'x' }], NOON)).map(({ over }) => over)).toEqual([true, false, false])
  expect(await database.db.selectFrom('limit_count').select('count').where('key', '=', 'x').execute()).toEqual(before)
})

it('what was refused is told for a day, by limit, and rows go when nothing is counted in them', async () => {
  for (let n = 0; n < 5; n++) await countLimit(database.db, { name: 'answers-to', key: 'petla@obca.example', most: 2 }, at(600))
  expect(await noteRefused(database.db, 'mails-peer', '192.0.2.7', at(600), 9)).toBe(9)
  expect(await noteRefused(database.db, 'mails-peer', '192.0.2.7', at(601), 90)).toBe(99)
  expect((await listRefused(database.db, at(599))).map(({ name, refused, keys, worst }) => [name, refused, keys, worst])).toEqual([
    ['answers-to', 3, 1, 'petla@obca.example'],
    ['mails-peer', 99, 1, '192.0.2.7'],
  ])
  expect(await noteRefused(database.db, 'mails-peer', '192.0.2.7', at(601 + 24 * 60))).toBe(1)
  await forgetLimits(database.db, at(5 * 24 * 60))
  expect(await database.db.selectFrom('limit_count').select('key').execute()).toEqual([])
})

it('memory counts within its time, keeps what it was told, and stays bounded', () => {
  const bouncer = makeBouncer(1000)
  expect([1, 2, 3].map((n) => bouncer.enter('a', 2, n))).toEqual([true, true, false])
  expect(bouncer.enter('a', 2, 1001)).toBe(true)
  bouncer.refuseUntil('b', 5000, 50)
  expect(bouncer.refuses('b', 4999)).toEqual({ until: 5000, after: 50 })
  expect(bouncer.refuses('b', 5000)).toBeUndefined()
  expect([1, 2, 3].map(() => bouncer.refused('c', 10)).filter(worthTelling)).toEqual([1])
  for (let n = 0; n < 60_000; n++) bouncer.enter(`x${n}`, 1, 20)
  expect(bouncer.enter('x59999', 1, 21)).toBe(false)
  expect(bouncer.enter('x1', 1, 21), 'the first ones are forgotten').toBe(true)
})

it('of one key a few go on at a time, in their order, and a fault holds up nobody', async () => {
  const turn = makeTurns(2)
  let running = 0
  let most = 0
  const order: number[] = []
  const run = (n: number) =>
    turn('k', async () => {
      most = Math.max(most, ++running)
      await new Promise(setImmediate)
      order.push(n)
      running--
      if (n === 1) throw new Error('broken')
    }).catch(() => {})
  await Promise.all([0, 1, 2, 3, 4, 5].map(run))
  expect([most, order]).toEqual([2, [0, 1, 2, 3, 4, 5]])
})

it('in one turn of the loop a few begin, at once; the rest in the turns after it, in their order, and nothing is held then', async () => {
  const pace = makePace(3)
  const order: number[] = []
  const begunAfter: number[] = []
  for (let n = 0; n < 8; n++) pace(() => order.push(n))
  for (let turn = 0; turn < 4; turn++) {
    begunAfter.push(order.length)
    await new Promise(setImmediate)
  }
  expect(begunAfter).toEqual([3, 6, 8, 8])
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  pace(() => order.push(8))
  expect(order).toHaveLength(9)
})

it('of one key as many are in at a time as have seats; a seat that is left is free', () => {
  const enter = makeSeats(2)
  const leave = enter('a')!
  expect([enter('a'), enter('a'), enter('b')].map(Boolean)).toEqual([true, false, true])
  leave()
  expect([enter('a'), enter('a')].map(Boolean)).toEqual([true, false])
})
