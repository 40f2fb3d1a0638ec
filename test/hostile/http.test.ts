/**
 * What hostile clients send to the real program: nobody else waits for it longer than a tenth of a second. Each of these once took seconds.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ATTACKS, attack, slowHeads } from './attacks.ts'
import { besiege, type Besieged } from './house.ts'

/** Seconds of its processor. */
const STALL = 0.1

let house: Besieged
beforeAll(async () => {
  house = await besiege()
  await house.longestStall()
})
afterAll(() => house?.stop())

test.each(ATTACKS)('$name', async (one) => {
  expect(await attack(house.port, one, house.cookies[one.as])).toBe(one.status)
  expect(await house.longestStall()).toBeLessThan(STALL)
})

test('three hundred slow heads', async () => {
  const slow = await slowHeads(house.port, 300)
  const answer = await fetch(`http://127.0.0.1:${house.port}/desk`, { headers: { cookie: house.cookies.agent } })
  await answer.text()
  slow.stop()
  expect(answer.status).toBe(200)
  expect(await house.longestStall()).toBeLessThan(STALL)
})

test('nothing of it is a fault of a plugin, or in the log', async () => {
  expect(await house.faults()).toBe(0)
  // A machine that is busy with others is told of, too; how long the program itself computed is asked above.
  const lines = house
    .stderr()
    .split('\n')
    .filter((line) => line !== '' && !line.includes('busy with others'))
  expect(lines).toEqual([])
})
