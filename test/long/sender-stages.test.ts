/** The matrix of who is believed by SMTP, all of it: 1,800 cases in two stages. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DNS, DOMAINS, RELAY, SHAPES } from '../mail/sender-matrix.ts'
import { startStages, type Stages } from '../mail/sender-stages.ts'

let stages: Stages
beforeAll(async () => {
  stages = await startStages()
})
afterAll(() => stages.stop())

const CASES = DOMAINS.flatMap((domain) => DNS.flatMap((dns) => RELAY.map((relay) => ({ domain, dns, relay }))))

test.for(SHAPES)('$name', { timeout: 300_000 }, async (shape) => {
  for (let at = 0; at < CASES.length; at += 10) {
    const all = await Promise.all(CASES.slice(at, at + 10).map((one) => stages.run(shape, one)))
    expect(all.map(({ seen }) => seen)).toEqual(all.map(({ expected }) => expected))
  }
})
