import { describe, expect, it } from 'vitest'
import type { Activation } from './activation.ts'
import type { Host } from './contract.ts'
import { makeGate } from './gate.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'
import { makeLogins, type LoginAnswer } from './logins.ts'

const seconds = { slot: 1, guard: 1, mailCheck: 1, mailStep: 1, search: 1, login: 0.05, page: 1, fact: 1, job: 1, start: 1 }

/** Ways by their order: what each answers, or does. */
function ways(answers: Record<number, () => unknown>, off: string[] = []) {
  const told: string[] = []
  const plugins = Object.entries(answers).map(([order, check]) => ({
    name: `p${order}`,
    logins: { it: { order: Number(order), check: async () => check() } },
  })) as unknown as AnyPlugin[]
  const logins = makeLogins({
    plugins: plugins.toReversed(),
    gate: makeGate(seconds, (call) => {
      told.push(`${call.plugin} ${call.kind}`)
    }),
    hostOf: () => ({}) as Host,
    activation: { active: async (name: string) => !off.includes(name) } as unknown as Activation,
  })
  return { told, ask: (): Promise<LoginAnswer> => logins.check({ login: 'jan', password: 'x' }) }
}

describe('ways to log in', () => {
  it('are asked in their order, and the first that knows the account decides', async () => {
    expect(await ways({ 1: () => 'unknown', 2: () => ({ personId: '7' }), 3: () => 'refused' }).ask()).toEqual({ personId: '7' })
    expect(await ways({ 1: () => 'refused', 2: () => ({ personId: '7' }) }).ask()).toBe('refused')
    expect(await ways({ 1: () => 'unknown' }).ask()).toBe('unknown')
  })
  it.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['does not answer in time', () => new Promise(() => {})],
    ['answers nonsense', () => ({ personId: 'x; drop' })],
    ['answers yes', () => true],
  ])('one that %s counts as unavailable and is told, and the next is asked', async (_what, faulty) => {
    const alone = ways({ 1: faulty })
    expect(await alone.ask()).toBe('unavailable')
    expect(alone.told).toEqual(['p1 login'])
    expect(await ways({ 1: faulty, 2: () => ({ personId: '7' }) }).ask()).toEqual({ personId: '7' })
    // Somebody else not knowing the account does not mean that there is none.
    expect(await ways({ 1: faulty, 2: () => 'unknown' }).ask()).toBe('unavailable')
  })
  it('one that is suspended is not asked, and nobody is told that there is no such account', async () => {
    expect(await ways({ 1: () => ({ personId: '7' }) }, ['p1']).ask()).toBe('unavailable')
  })
})
