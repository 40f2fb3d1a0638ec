/** What a relay of ours wrote, and what strangers wrote to look like it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRelay, verdictOf } from './relay-says.ts'

const ours = (address: string) => address.startsWith('10.0.0.') || address === '127.0.0.1'
/** Headers from the top: 'Name: value'. */
const headers = (...lines: string[]) =>
  lines.map((line) => {
    const at = line.indexOf(':')
    return { name: line.slice(0, at).toLowerCase(), value: line.slice(at + 1).trim() }
  })
const FROM_OUTSIDE =
  'Received: from mail.evil.example (mail.evil.example [203.0.113.9]) by mx.uni.example (Postfix) with ESMTPS id 1; Tue, 17 Nov 2026 10:00:00 +0100'
const INSIDE =
  'Received: from localhost (localhost [127.0.0.1]) by mx.uni.example (Postfix) with ESMTP id 2; Tue, 17 Nov 2026 10:00:00 +0100'
const PASS =
  'Authentication-Results: mx.uni.example; dkim=pass header.d=uni.example; spf=pass smtp.mailfrom=jan@uni.example; dmarc=pass (p=REJECT) header.from=uni.example'
const FAIL =
  'Authentication-Results: mx.uni.example 1; spf=fail smtp.mailfrom=x@evil.example; dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=uni.example'

describe('results of the relay', () => {
  test('count above its own Received line; the same name below is what a stranger wrote', () => {
    const { results, outside } = readRelay(headers(FAIL, FROM_OUTSIDE, PASS), 'mx.uni.example', ours)
    expect(outside).toEqual({ address: '203.0.113.9', helo: 'mail.evil.example' })
    expect(verdictOf(results, 'uni.example')).toMatchObject({ result: 'fail', enforced: true })
    expect(readRelay(headers(FROM_OUTSIDE, PASS), 'mx.uni.example', ours).results).toEqual([])
  })
  test('count through hops of our own, down to the first that is not', () => {
    const { results, outside } = readRelay(headers(INSIDE, PASS, FROM_OUTSIDE, FAIL), 'MX.uni.example', ours)
    expect(outside?.address).toBe('203.0.113.9')
    expect(verdictOf(results, 'uni.example')).toMatchObject({ result: 'pass', detail: 'dmarc=pass uni.example' })
  })
  test('of another name do not count, and none without a name to believe', () => {
    expect(readRelay(headers(PASS.replace('mx.uni', 'mx.evil'), FROM_OUTSIDE), 'mx.uni.example', ours).results).toEqual([])
    expect(readRelay(headers(PASS, FROM_OUTSIDE), undefined, ours).results).toEqual([])
  })
  test("without any Received line only the very first line can be the relay's", () => {
    expect(readRelay(headers(FAIL, PASS), 'mx.uni.example', ours).results).toHaveLength(1)
    expect(readRelay(headers('Subject: x', PASS), 'mx.uni.example', ours).results).toEqual([])
  })
  test('a Received line that names no address ends what is believed', () => {
    const { results, outside } = readRelay(
      headers('Received: by mx.uni.example (Postfix, from userid 0) id 3; Tue, 17 Nov 2026 10:00:00 +0100', PASS),
      'mx.uni.example',
      ours,
    )
    expect([results, outside]).toEqual([[], null])
  })
  test("an address in HELO is a claim, not the client's", () => {
    const line =
      'Received: from [10.0.0.7] (unknown [203.0.113.9]) by mx.uni.example (Postfix) with ESMTP id 4; Tue, 17 Nov 2026 10:00:00 +0100'
    expect(readRelay(headers(line), undefined, ours).outside?.address).toBe('203.0.113.9')
  })
})

describe('whatever strangers write', () => {
  const line = fc.oneof(
    fc.constantFrom(PASS, FAIL, FROM_OUTSIDE, INSIDE, 'Received: from [10.0.0.9] (10.0.0.9 [10.0.0.9]) by mx.uni.example'),
    fc
      .tuple(fc.constantFrom('Received', 'Authentication-Results', 'Subject'), fc.string({ unit: 'binary', maxLength: 200 }))
      .map(([name, value]) => `${name}: ${value}`),
  )
  test('below the hop they came in by changes nothing of what is believed', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (below) => {
        expect(readRelay(headers(FAIL, FROM_OUTSIDE, ...below), 'mx.uni.example', ours)).toEqual(
          readRelay(headers(FAIL, FROM_OUTSIDE), 'mx.uni.example', ours),
        )
      }),
    )
  })
  test('is read without a fault', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.domain(), (lines, domain) => {
        const { results } = readRelay(headers(...lines), 'mx.uni.example', ours)
        expect(['pass', 'fail', 'none']).toContain(verdictOf(results, domain).result)
      }),
    )
  })
})

describe('what they say of the domain in From', () => {
  const say = (text: string, domain = 'uni.example') =>
    verdictOf(readRelay(headers(`Authentication-Results: mx; ${text}`), 'mx', ours).results, domain)
  test('DMARC decides, for this domain only', () => {
    expect(say('dmarc=pass header.from=evil.example').result).toBe('none')
    expect(say('dmarc=fail (p=NONE) header.from=uni.example')).toMatchObject({ result: 'fail', enforced: false })
  })
  test("without DMARC an aligned signature or client proves as much; another domain's proves nothing", () => {
    expect(say('dkim=pass header.d=uni.example', 'wmi.uni.example').result).toBe('pass')
    expect(say('dkim=pass header.d=evil.example; spf=none').result).toBe('none')
    expect(say('spf=pass smtp.mailfrom=bounce@uni.example').result).toBe('pass')
    expect(say('spf=pass smtp.mailfrom=bounce@evil.example').result).toBe('none')
    expect(say('spf=softfail smtp.mailfrom=jan@uni.example')).toMatchObject({ result: 'fail', enforced: false })
  })
})
