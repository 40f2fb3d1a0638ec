/** What a relay of ours wrote, and what strangers wrote to look like it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRelay, relayVerdict, verdictOf } from './relay-says.ts'

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
  test('count above its own Received line; the same name directly below is kept apart, and further below it is not read', () => {
    const { above, below, client, outside } = readRelay(headers(FAIL, FROM_OUTSIDE, PASS, FROM_OUTSIDE, PASS), 'mx.uni.example', ours)
    expect([client, outside]).toEqual([{ address: '203.0.113.9', helo: 'mail.evil.example' }, true])
    expect(verdictOf(above, 'uni.example')).toMatchObject({ result: 'fail', enforced: true })
    expect(below).toHaveLength(1)
  })
  test('count through hops of our own, down to the first that is not', () => {
    const { above, client } = readRelay(headers(INSIDE, PASS, FROM_OUTSIDE, FAIL), 'MX.uni.example', ours)
    expect(client?.address).toBe('203.0.113.9')
    expect(verdictOf(above, 'uni.example')).toMatchObject({ result: 'pass', detail: 'dmarc=pass uni.example' })
  })
  test('of another name do not count, and none without a name to believe', () => {
    expect(readRelay(headers(PASS.replace('mx.uni', 'mx.evil'), FROM_OUTSIDE), 'mx.uni.example', ours).above).toEqual([])
    expect(readRelay(headers(PASS, FROM_OUTSIDE), undefined, ours).above).toEqual([])
  })
  test("without any Received line only the very first line can be the relay's", () => {
    expect(readRelay(headers(FAIL, PASS), 'mx.uni.example', ours)).toMatchObject({ above: [{}], below: [{}], traced: false })
    expect(readRelay(headers('Subject: x', PASS), 'mx.uni.example', ours)).toMatchObject({ above: [], below: [{}] })
  })
  test('a Received line that names no address ends what is surely its own', () => {
    const { above, client, outside } = readRelay(
      headers('Received: by mx.uni.example (Postfix, from userid 0) id 3; Tue, 17 Nov 2026 10:00:00 +0100', PASS),
      'mx.uni.example',
      ours,
    )
    expect([above, client, outside]).toEqual([[], null, false])
  })
  test("an address in HELO is a claim, not the client's", () => {
    const line =
      'Received: from [10.0.0.7] (unknown [203.0.113.9]) by mx.uni.example (Postfix) with ESMTP id 4; Tue, 17 Nov 2026 10:00:00 +0100'
    expect(readRelay(headers(line), undefined, ours).client?.address).toBe('203.0.113.9')
  })
  test("a client that logged in is told by our server's own line or results, not by words in its name or below", () => {
    const authenticated = (...lines: string[]) => readRelay(headers(...lines), 'mx.uni.example', ours).authenticated
    for (const protocol of ['ESMTPSA', 'esmtpa', 'UTF8SMTPSA', 'LMTPA'])
      expect(authenticated(FROM_OUTSIDE.replace('ESMTPS', protocol))).toBe(true)
    for (const protocol of ['ESMTPS', 'ESMTP', 'SMTP', 'LMTP', 'ESMTPSALT'])
      expect(authenticated(FROM_OUTSIDE.replace('ESMTPS', protocol))).toBe(false)
    expect(authenticated(FROM_OUTSIDE.replace('from mail.evil.example', 'from with-ESMTPSA'))).toBe(false)
    expect(authenticated(FROM_OUTSIDE.replace('(mail.evil.example', '(with ESMTPSA'))).toBe(false)
    expect(authenticated(FROM_OUTSIDE, FROM_OUTSIDE.replace('ESMTPS', 'ESMTPSA'))).toBe(false)
    const login = 'Authentication-Results: mx.uni.example; auth=pass smtp.auth=jan'
    expect([authenticated(login, FROM_OUTSIDE), authenticated(FROM_OUTSIDE, login)]).toEqual([true, false])
  })
})

describe("the relay's word", () => {
  const says = (strips: boolean, ...lines: string[]) =>
    relayVerdict(readRelay(headers(...lines), 'mx.uni.example', ours), 'uni.example', strips).result
  test('a fail forbids wherever its programs write it; a pass below counts only where the relay strips what strangers write', () => {
    expect(says(false, FAIL, FROM_OUTSIDE)).toBe('fail')
    expect(says(false, FROM_OUTSIDE, FAIL)).toBe('fail')
    expect(says(true, FROM_OUTSIDE, FAIL)).toBe('fail')
    expect(says(false, PASS, FROM_OUTSIDE, FAIL)).toBe('fail')
    expect(says(true, FAIL, FROM_OUTSIDE, PASS)).toBe('fail')
    expect(says(true, PASS, FAIL, FROM_OUTSIDE)).toBe('fail')
    expect(says(false, PASS, FROM_OUTSIDE)).toBe('pass')
    expect(says(false, FROM_OUTSIDE, PASS)).toBe('none')
    expect(says(true, FROM_OUTSIDE, PASS)).toBe('pass')
    expect(says(true, FROM_OUTSIDE, FROM_OUTSIDE, PASS)).toBe('none')
    expect(says(true, FROM_OUTSIDE, 'Subject: x')).toBe('none')
  })
  test('as rspamd and OpenDMARC write it', () => {
    const rspamd =
      'Authentication-Results: mx.uni.example; dkim=none; dmarc=fail reason="No valid SPF" header.from=uni.example (policy=reject)'
    expect(says(false, FROM_OUTSIDE, 'X-Spamd-Result: default: False', rspamd, 'From: jan@uni.example')).toBe('fail')
    expect(says(false, 'Authentication-Results: mx.uni.example; dmarc=fail (p=reject dis=none)', FROM_OUTSIDE)).toBe('fail')
    expect(says(false, 'Authentication-Results: mx.uni.example; dkim=none; dkim-atps=neutral', FROM_OUTSIDE)).toBe('none')
  })
})

describe('whatever strangers write', () => {
  const line = fc.oneof(
    fc.constantFrom(PASS, FAIL, FROM_OUTSIDE, INSIDE, 'Received: from [10.0.0.9] (10.0.0.9 [10.0.0.9]) by mx.uni.example'),
    fc
      .tuple(fc.constantFrom('Received', 'Authentication-Results', 'Subject'), fc.string({ unit: 'binary', maxLength: 200 }))
      .map(([name, value]) => `${name}: ${value}`),
  )
  test('below the hop they came in by never makes of a fail or of silence a pass, nor a login', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (below) => {
        const read = (...above: string[]) => readRelay(headers(...above, FROM_OUTSIDE, ...below), 'mx.uni.example', ours)
        expect(relayVerdict(read(FAIL), 'uni.example', true).result).toBe('fail')
        expect(relayVerdict(read(), 'uni.example', false).result).not.toBe('pass')
        expect(read()).toMatchObject({ authenticated: false, client: { address: '203.0.113.9' } })
      }),
    )
  })
  test('is read without a fault', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.domain(), (lines, domain) => {
        const says = readRelay(headers(...lines), 'mx.uni.example', ours)
        expect(['pass', 'fail', 'none']).toContain(relayVerdict(says, domain, true).result)
      }),
    )
  })
})

describe('what they say of the domain in From', () => {
  const say = (text: string, domain = 'uni.example') =>
    verdictOf(readRelay(headers(`Authentication-Results: mx; ${text}`), 'mx', ours).above, domain)
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
