/** Patterns of rules and fields: bounded in time, and what was answered once is not tried again. */
import { Script } from 'node:vm'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fits, found, patternOf } from './pattern.ts'

afterEach(() => void vi.restoreAllMocks())

describe('a pattern', () => {
  it('answers as the pattern itself does, however often and in whatever order it is asked', () => {
    const part = fc.constantFrom('a', 'b', '/', '\n', '[/]', 'a/', '\\n')
    const text = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text, fc.constantFrom('', 'i', 's')), { maxLength: 20 }), (asked) => {
        for (const [written, into, flags] of [...asked, ...asked])
          expect(found(new RegExp(written, flags), into)).toBe(new RegExp(written, flags).test(into))
      }),
    )
  })

  it('that was answered for a short text is not tried again', () => {
    const run = vi.spyOn(Script.prototype, 'runInContext')
    for (let n = 0; n < 5; n++) expect(found(/^Helpdesk::/i, 'helpdesk::kept')).toBe(true)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('that takes too long stops nobody, each time', () => {
    const endless = `${'a'.repeat(60)}!`
    for (let n = 0; n < 2; n++) {
      expect(found(/^(a+)+$/, endless)).toBe(undefined)
      expect(fits('^(a+)+$', endless)).toBe(true)
    }
  })

  it('that cannot be read is none', () => {
    expect(patternOf('(')).toBe(undefined)
    expect(fits('(', 'anything')).toBe(true)
  })
})
