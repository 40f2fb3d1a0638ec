/** While the program is attacked others' pages come within twice their quiet time; a slow head ends within its seconds. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectDir } from '../../core/machine/project.ts'
import { slowHeads } from '../hostile/attacks.ts'
import { besiege, type Besieged } from '../hostile/house.ts'

const PAGES = 100
/** Milliseconds: below this a difference is the machine's, not the page's. */
const GRAIN = 15

let house: Besieged
beforeAll(async () => {
  house = await besiege()
})
afterAll(() => house?.stop())

/** The middle one of the times in which an agent's list came, one after the other. */
async function median(): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < PAGES; n++) {
    const begun = performance.now()
    const answer = await fetch(`http://127.0.0.1:${house.port}/desk/view/open`, { headers: { cookie: house.cookies.agent } })
    await answer.text()
    expect(answer.status).toBe(200)
    times.push(performance.now() - begun)
    await sleep(10)
  }
  return times.toSorted((one, other) => one - other)[PAGES / 2]!
}

test("others' pages come within twice their quiet time", async () => {
  // The first ones are slow by themselves.
  await median()
  const quiet = await median()
  const attacker = spawn(
    process.execPath,
    ['--import', 'tsx', join(projectDir, 'test/hostile/attacker.ts'), String(house.port), JSON.stringify(house.cookies)],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: projectDir },
  )
  const ended = new Promise((resolve) => attacker.on('close', resolve))
  try {
    await new Promise((resolve) => attacker.stdout.once('data', resolve))
    const besieged = await median()
    process.stdout.write(`  an agent's list: ${quiet.toFixed(1)} ms quiet, ${besieged.toFixed(1)} ms under attack\n`)
    expect(besieged).toBeLessThan(2 * quiet + GRAIN)
  } finally {
    attacker.kill('SIGTERM')
    await ended
  }
  expect(await house.faults()).toBe(0)
})

test('a head that drips for half a minute is over by then', async () => {
  const slow = await slowHeads(house.port, 300)
  for (let left = 60; left > 0 && !slow.allEnded(); left--) await sleep(500)
  expect(slow.stop()).toBe(300)
})
