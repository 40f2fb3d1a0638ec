/**
 * What hostile clients send to the real program: nobody else waits for it. Each of these once took seconds; on a busy machine the loop is
 * late by itself, so the bound here is a generous one; `npm run test:long` asks for a tenth of a second.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ATTACKS, attack, makeStallWatch, slowHeads } from './attacks.ts'
import { besiege, type Besieged } from './house.ts'

/** Seconds. */
const STALL = process.env['POMOC_LONG'] === 'yes' ? 0.1 : 1

let house: Besieged
let longestStall: () => Promise<number>
beforeAll(async () => {
  house = await besiege()
  longestStall = makeStallWatch(house.metrics)
  await longestStall()
})
afterAll(() => house?.stop())

test.each(ATTACKS)('$name', async (one) => {
  expect(await attack(house.port, one, house.cookies[one.as])).toBe(one.status)
  const stall = await longestStall()
  expect(stall).toBeLessThan(STALL)
})

test('three hundred slow heads', async () => {
  const slow = await slowHeads(house.port, 300)
  const answer = await fetch(`http://127.0.0.1:${house.port}/desk`, { headers: { cookie: house.cookies.agent } })
  await answer.text()
  slow.stop()
  expect(answer.status).toBe(200)
  const stall = await longestStall()
  expect(stall).toBeLessThan(STALL)
})

test('nothing of it is a fault of a plugin, or in the log', async () => {
  expect(await house.faults()).toBe(0)
  expect(house.stderr()).toBe('')
})
