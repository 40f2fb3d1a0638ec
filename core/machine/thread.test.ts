/** Threads that are asked, by the one that hashes passwords. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { HashRequest } from '../person/secret/hash-worker.ts'
import { makeThreads } from './thread.ts'

const from = new URL('../person/secret/hash.ts', import.meta.url).href
const make = (options: { most?: number; limitMs?: number; idleMs?: number; worker?: string }) =>
  makeThreads<HashRequest, string | boolean>({ worker: 'hash-worker', from, heapMb: 32, limitMs: 60_000, ...options })
const cheap = (passes = 1): HashRequest => ({ password: 'kawa', cost: { memoryCost: 64, timeCost: passes, parallelism: 1 } })

it('one that ends for want of work is asked no more: whoever comes meanwhile gets another', async () => {
  const ask = make({ idleMs: 1 })
  for (let n = 0; n < 30; n++) {
    expect(await ask(cheap())).toMatch(/^\$argon2id\$/)
    await sleep(n % 4)
  }
})

it('several answer each their own question', async () => {
  const ask = make({ most: 2, idleMs: 10 })
  const hashes = (await Promise.all(Array.from({ length: 8 }, () => ask(cheap())))) as string[]
  expect(new Set(hashes).size).toBe(8)
  expect(await Promise.all(hashes.map((hash) => ask({ password: 'kawa', hash })))).toEqual(hashes.map(() => true))
})

it('many that wait for their turn may wait longer than one may take', async () => {
  const dear: HashRequest = { password: 'kawa', cost: { memoryCost: 19_456, timeCost: 4, parallelism: 1 } }
  const alone = make({ idleMs: 10 })
  await alone(dear)
  const began = performance.now()
  await alone(dear)
  // However slow this machine is: some twelve of them fit into the limit, and forty are asked.
  const ask = make({ limitMs: 200 + 12 * (performance.now() - began), idleMs: 10 })
  expect(await Promise.all(Array.from({ length: 40 }, () => ask(dear)))).toHaveLength(40)
})

it('what a thread throws is told, and so is one that hangs or cannot be started; the next question is answered', async () => {
  const ask = make({ idleMs: 10 })
  await expect(ask({ password: 'kawa', cost: { memoryCost: 1, timeCost: 1, parallelism: 1 } })).rejects.toThrow(/memory/i)
  expect(await ask(cheap())).toMatch(/^\$argon2id\$/)
  await expect(make({ limitMs: 1 })(cheap(2_000))).rejects.toThrow('the thread of hash-worker ended')
  await expect(make({ worker: 'nothing' })(cheap())).rejects.toThrow(/nothing/)
})
