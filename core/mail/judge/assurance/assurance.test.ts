/** The judgement on a sender: every combination of what was found. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MailRule } from '../outcome.ts'
import { judgeSender, type Acquaintance, type Evidence } from './assurance.ts'
import type { Author } from './author.ts'
import { domainOf, isWithin } from '../../domains.ts'

const author = fc.constantFrom<Author>(
  { shape: 'one', address: 'jan@uni.example', name: '', from: 'jan@uni.example', rule: 'sender-by-from' },
  { shape: 'beside', address: 'ewa@poczta.example', name: '', from: 'pomoc@uni.example', rule: 'sender-beside-our-address' },
  { shape: 'nobody', address: '', name: '', from: '', rule: 'author-unclear' },
)
const evidence = fc.record({
  author,
  proof: fc.constantFrom<Evidence['proof'][]>('off', 'pass', 'none', 'fail', 'unclear', 'unknown'),
  ownDomain: fc.boolean(),
  sentBy: fc.constantFrom('', 'ola@uni.example'),
  rule: fc.constantFrom<MailRule[]>('dmarc-pass', 'nothing-proves', 'dmarc-fail', 'dns-unavailable'),
  detail: fc.string(),
})
const known = fc.record({ sender: fc.boolean(), samePerson: fc.boolean() })
const holds = (property: (found: Evidence, who: Acquaintance) => void) => fc.assert(fc.property(evidence, known, property))

describe('whatever was found', () => {
  test('nobody is believed whose mail does not name exactly one author', () => {
    holds((found, who) => {
      if (found.author.shape === 'nobody' || found.proof === 'unclear')
        expect(judgeSender(found, who)).toMatchObject(
          found.author.shape !== 'nobody' && found.proof === 'off' ? {} : { believed: false, proven: false },
        )
    })
  })
  test('a claim on a domain of our own is believed only when it is proven', () => {
    holds((found, who) => {
      if (found.proof === 'off') return
      const { believed } = judgeSender({ ...found, ownDomain: true }, who)
      expect(believed).toBe(found.proof === 'pass' && found.author.shape !== 'nobody')
    })
  })
  test('proven is who is the only author of a mail that a domain or relay stands for, sent by themselves, and nobody else', () => {
    holds((found, who) => {
      const { proven, assurance } = judgeSender(found, who)
      expect(proven).toBe(found.proof === 'pass' && found.author.shape === 'one' && (found.sentBy === '' || who.samePerson))
      expect(assurance === 'confirmed').toBe(proven && who.sender)
    })
  })
  test("what failed is never believed, and what is not believed is never said to be confirmed or somebody's address", () => {
    holds((found, who) => {
      const { assurance, believed, proven } = judgeSender(found, who)
      if (assurance === 'failed') expect(believed).toBe(false)
      if (!believed) expect([proven, ['failed', 'unverified'].includes(assurance!)]).toEqual([false, true])
    })
  })
  test('a silent DNS fails nobody who names one author', () => {
    holds((found, who) => {
      if (found.author.shape !== 'nobody')
        expect(judgeSender({ ...found, proof: 'unknown' }, who)).toMatchObject({ assurance: 'unverified', proven: false })
    })
  })
  test('what somebody typed into a web form is never said to be more than unverified', () => {
    holds((found, who) => {
      if (found.author.shape === 'beside') expect([null, 'unverified', 'failed']).toContain(judgeSender(found, who).assurance)
    })
  })
  test('knowing the address never makes the judgement worse', () => {
    const worth = [null, 'failed', 'unverified', 'address', 'confirmed']
    holds((found, who) => {
      const [one, other] = [true, false].map((sender) => judgeSender(found, { ...who, sender }))
      expect(worth.indexOf(one!.assurance)).toBeGreaterThanOrEqual(worth.indexOf(other!.assurance))
      expect([one!.believed, one!.proven]).toEqual([other!.believed, other!.proven])
    })
  })
  test('where nobody looks one author is believed, nobody is proven and nobody judged', () => {
    holds((found, who) => {
      if (found.author.shape === 'one')
        expect(judgeSender({ ...found, proof: 'off' }, who)).toMatchObject({ assurance: null, believed: true, proven: false })
    })
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
