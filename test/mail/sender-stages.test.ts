/** The matrix of who is believed by SMTP, some of its cases: each row of the table is met, each column, and the second stage. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DNS, DOMAINS, RELAY, SHAPES } from './sender-matrix.ts'
import { startStages, type Stages } from './sender-stages.ts'

let stages: Stages
beforeAll(async () => {
  stages = await startStages()
})
afterAll(() => stages.stop())

/** Every third shape, each in another case, so that all of domains, DNS and relays come by. */
const SOME = SHAPES.filter((_, n) => n % 3 === 0).map(
  (shape, n) => [shape, { domain: DOMAINS[n % 3]!, dns: DNS[n % 4 === 3 ? 1 : 0]!, relay: RELAY[n % 5]! }] as const,
)

test('by SMTP as in the table, the second mail included', async () => {
  const all = await Promise.all(SOME.map(([shape, at]) => stages.run(shape, at)))
  expect(all.map(({ seen }) => seen)).toEqual(all.map(({ expected }) => expected))
})

test('whom a proven customer names has a part, whom a forger names has none', async () => {
  const shape = SHAPES.find(({ name }) => name === 'From: V · Reply-To: E, sent as E')!
  for (const domain of DOMAINS) {
    for (const relay of ['pass', 'fail above', 'fail below', 'nothing said'] as const) {
      const { seen, expected } = await stages.run(shape, { domain, dns: 'up', relay })
      expect(seen).toEqual(expected)
      expect([seen.name, seen.second]).toEqual([seen.name, relay === 'pass' ? 'follow-up' : 'follow-up-held'])
    }
  }
})
