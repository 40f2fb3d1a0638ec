import { expect, it } from 'vitest'
import { giveBack, makeTurns } from './large-mails.ts'

it('lets one large mail in at a time, and small ones always', () => {
  const turns = makeTurns()
  const first = turns.begin(30_000_000)
  expect(first).toBeDefined()
  expect(turns.begin(3_000_000)).toBeUndefined()
  turns.begin(5000)!.end()
  expect(turns.begin(3_000_000), 'a small one that ends gives no turn away').toBeUndefined()
  first!.end()
  expect(turns.begin(3_000_000)).toBeDefined()
})

it('gives back the memory of large contents of their own, twice without harm, and leaves small and shared ones', () => {
  const large = Buffer.allocUnsafeSlow(3_000_000)
  const small = Buffer.from('mało')
  const part = Buffer.allocUnsafeSlow(4_000_000).subarray(1)
  giveBack([large, small, part, large])
  expect([large.length, small.toString(), part.length]).toEqual([0, 'mało', 3_999_999])
})
