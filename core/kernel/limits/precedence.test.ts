/** Who goes first: a table of mornings, by a clock that the test turns. */
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makePrecedence } from './precedence.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] }))
afterEach(() => void vi.useRealTimers())

function setUp(patienceMs = 500) {
  const precedence = makePrecedence()
  const line = precedence.line({ patienceMs, seatMs: 25 })
  const begun: number[] = []
  const ends: (() => void)[] = []
  const come = (n: number) =>
    line((done) => {
      begun.push(n)
      ends.push(done)
    })
  return { precedence, come, begun, ends }
}

it('where nobody is at work all begin at once', () => {
  const { come, begun } = setUp()
  for (let n = 0; n < 100; n++) come(n)
  expect(begun).toHaveLength(100)
})

it('while somebody waits for a page the others wait; then they come in their order, one at a time', () => {
  const { precedence, come, begun, ends } = setUp()
  const leave = precedence.enter()
  for (let n = 0; n < 6; n++) come(n)
  expect(begun).toEqual([])
  leave()
  vi.advanceTimersByTime(1)
  expect(begun).toEqual([0])
  ends[0]!()
  vi.advanceTimersByTime(1)
  expect(begun).toEqual([0, 1])
  ends[0]!()
  vi.advanceTimersByTime(1)
  expect(begun).toEqual([0, 1])
})

it('what takes long, a slow directory or a download, holds nobody up for good', () => {
  const { precedence, come, begun } = setUp(10_000)
  precedence.enter()
  for (let n = 0; n < 4; n++) come(n)
  vi.advanceTimersByTime(240)
  expect(begun).toEqual([])
  vi.advanceTimersByTime(20)
  expect(begun.length).toBeGreaterThanOrEqual(1)
  vi.advanceTimersByTime(100)
  expect(begun).toEqual([0, 1, 2, 3])
})

it('whoever has waited long enough goes although the pages never stop, and not all of them at once', () => {
  const { precedence, come, begun } = setUp(500)
  const page = () => {
    precedence.enter()
    setTimeout(page, 50)
  }
  page()
  for (let n = 0; n < 10; n++) come(n)
  vi.advanceTimersByTime(490)
  expect(begun).toEqual([])
  vi.advanceTimersByTime(15)
  expect(begun).toEqual([0])
  vi.advanceTimersByTime(300)
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

it('answers that are given at once leave a turn of the loop to others between them', async () => {
  vi.useRealTimers()
  const precedence = makePrecedence()
  const line = precedence.line({ patienceMs: 500, seatMs: 25 })
  let turn = 0
  let going = true
  const next = (): void => {
    turn++
    if (going) setImmediate(next)
  }
  next()
  const begunIn: number[] = []
  const leave = precedence.enter()
  for (let n = 0; n < 5; n++)
    line((done) => {
      begunIn.push(turn)
      done()
    })
  leave()
  await vi.waitFor(() => expect(begunIn).toHaveLength(5))
  going = false
  // By a timer and by an answer: one each, where all of them followed on each other.
  expect(Math.max(...begunIn.map((one) => begunIn.filter((other) => other === one).length))).toBeLessThanOrEqual(2)
})

it('a line waits for its own: what refreshes itself is not held up by strangers', () => {
  const precedence = makePrecedence()
  const [strangers, refreshes] = [precedence.line({ patienceMs: 500, seatMs: 25 }), precedence.line({ patienceMs: 3000, seatMs: 1000 })]
  const begun: string[] = []
  const leave = precedence.enter()
  for (let n = 0; n < 5; n++) strangers(() => begun.push('stranger'))
  refreshes(() => begun.push('refresh'))
  leave()
  vi.advanceTimersByTime(1)
  expect(begun.toSorted()).toEqual(['refresh', 'stranger'])
})

it('whatever comes and goes: everybody begins once, and in the order of the line', () => {
  const step = fc.oneof(
    fc.constant('enter' as const),
    fc.constant('leave' as const),
    fc.constant('come' as const),
    fc.constant('end' as const),
    fc.integer({ min: 1, max: 300 }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { precedence, come, begun, ends } = setUp()
      const inside: (() => void)[] = []
      let came = 0
      for (const one of steps) {
        if (one === 'enter') inside.push(precedence.enter())
        else if (one === 'leave') inside.shift()?.()
        else if (one === 'come') come(came++)
        else if (one === 'end') ends.shift()?.()
        else vi.advanceTimersByTime(one)
      }
      vi.advanceTimersByTime(10_000)
      expect(begun).toEqual(Array.from({ length: came }, (_, n) => n))
    }),
  )
})
