/** The judgement on a sender: every combination of what was found. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MailRule } from '../outcome.ts'
import { judgeSender, type Evidence } from './assurance.ts'
import { domainOf, isWithin } from '../../domains.ts'

const evidence = fc.record({
  proof: fc.constantFrom<Evidence['proof'][]>('off', 'pass', 'none', 'fail', 'unknown'),
  ownDomain: fc.boolean(),
  rule: fc.constantFrom<MailRule[]>('dmarc-pass', 'nothing-proves', 'dmarc-fail', 'dns-unavailable'),
  detail: fc.string(),
})

describe('whatever was found', () => {
  test('a claim on a domain of our own is believed only when it is proven', () => {
    fc.assert(
      fc.property(evidence, fc.boolean(), (found, known) => {
        if (found.proof === 'off') return
        const { believed } = judgeSender({ ...found, ownDomain: true }, known)
        expect(believed).toBe(found.proof === 'pass')
      }),
    )
  })
  test('who is confirmed is proven and known, and the other way round', () => {
    fc.assert(
      fc.property(evidence, fc.boolean(), (found, known) => {
        expect(judgeSender(found, known).assurance === 'confirmed').toBe(found.proof === 'pass' && known)
      }),
    )
  })
  test("what failed is never believed, and what is not believed is never said to be confirmed or somebody's address", () => {
    fc.assert(
      fc.property(evidence, fc.boolean(), (found, known) => {
        const { assurance, believed } = judgeSender(found, known)
        if (assurance === 'failed') expect(believed).toBe(false)
        if (!believed) expect(['failed', 'unverified']).toContain(assurance)
      }),
    )
  })
  test('a silent DNS fails nobody', () => {
    fc.assert(
      fc.property(evidence, fc.boolean(), (found, known) => {
        expect(judgeSender({ ...found, proof: 'unknown' }, known).assurance).toBe('unverified')
      }),
    )
  })
  test('knowing the address never makes the judgement worse', () => {
    const worth = [null, 'failed', 'unverified', 'address', 'confirmed']
    fc.assert(
      fc.property(evidence, (found) => {
        const [known, unknown] = [judgeSender(found, true), judgeSender(found, false)]
        expect(worth.indexOf(known.assurance)).toBeGreaterThanOrEqual(worth.indexOf(unknown.assurance))
        expect(known.believed).toBe(unknown.believed)
      }),
    )
  })
  test('where nobody looks everybody is believed and nobody is judged', () => {
    fc.assert(
      fc.property(evidence, fc.boolean(), (found, known) => {
        expect(judgeSender({ ...found, proof: 'off' }, known)).toMatchObject({ assurance: null, believed: true })
      }),
    )
  })
})

describe('domains', () => {
  test('are the same however they are written, and a domain lies within itself and those above it', () => {
    expect(domainOf('Jan@Żółw.EXAMPLE.')).toBe(domainOf('x@xn--w-uga1v8h.example'))
    expect(isWithin('wmi.uni.example', 'uni.example')).toBe(true)
    expect(isWithin('uni.example', 'uni.example')).toBe(true)
    expect(isWithin('uni.example', 'wmi.uni.example')).toBe(false)
    expect(isWithin('notuni.example', 'uni.example')).toBe(false)
    expect(isWithin('', '')).toBe(false)
  })
})
