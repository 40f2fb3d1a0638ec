import { describe, expect, it } from 'vitest'
import { impatience, type Talk } from './patience.ts'
import { clientKey } from '../../core/index.ts'
import { makePeerLimit } from './peers.ts'

const limits = { maxConnectionSeconds: 3600, maxSecondsWithoutMail: 300, minBytesPerSecond: 500, slowSeconds: 60 }
const at = (seconds: number) => seconds * 1000
const talk = (more: Partial<Talk> = {}): Talk => ({ connectedAt: 0, lastMailAt: 0, storing: false, ...more })

describe('patience', () => {
  it('ends with a connection that talks but gives no mail, sooner when places are few', () => {
    expect(impatience(talk(), at(299), limits, false)).toBeUndefined()
    expect(impatience(talk(), at(301), limits, false)).toMatch(/without a mail/)
    expect(impatience(talk(), at(31), limits, true)).toMatch(/without a mail/)
    expect(impatience(talk({ lastMailAt: at(280) }), at(301), limits, true)).toBeUndefined()
  })
  it('ends with a mail slower than asked for a whole minute, not with one that was quick and pauses for a moment', () => {
    const incoming = (bytes: number) => ({ bytes: () => bytes, since: 0, seen: 0 })
    expect(impatience(talk({ incoming: incoming(10) }), at(59), limits, false)).toBeUndefined()
    expect(impatience(talk({ incoming: incoming(29_999) }), at(60), limits, false)).toMatch(/slowly/)
    const quick = talk({ incoming: incoming(40_000) })
    expect(impatience(quick, at(60), limits, false)).toBeUndefined()
    expect(impatience(quick, at(119), limits, false)).toBeUndefined()
    expect(impatience(quick, at(120), limits, false), 'nothing more has come since').toMatch(/slowly/)
  })
  it('never ends while we store what was given, and ends in all after an hour', () => {
    expect(impatience(talk({ storing: true }), at(9000), limits, true)).toBeUndefined()
    expect(impatience(talk({ lastMailAt: at(3590) }), at(3601), limits, false)).toMatch(/long enough/)
  })
})

describe('peers', () => {
  it('of one IPv6 network of 64 bits count as one', () => {
    expect(clientKey('2001:db8::1')).toBe(clientKey('2001:0DB8:0:0:ffff:1:2:3'))
    expect(clientKey('2001:db8:0:1::1')).not.toBe(clientKey('2001:db8::1'))
    expect(clientKey('192.0.2.7')).toBe('192.0.2.7')
    const peers = makePeerLimit(1)
    expect([peers.enter('a', '2001:db8::1'), peers.enter('b', '2001:db8::2'), peers.enter('c', '2001:db8:1::2')]).toEqual([
      true,
      false,
      true,
    ])
    peers.leave('a')
    expect(peers.enter('d', '2001:db8::3')).toBe(true)
  })
})
