import { expect, it } from 'vitest'
import { makeTurns } from './large-mails.ts'

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
