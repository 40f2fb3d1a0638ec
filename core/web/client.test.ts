import { describe, expect, it } from 'vitest'
import { makeTrust, plainAddress } from '../machine/networks.ts'
import { ownPath } from './address.ts'
import { clientBehind } from './client.ts'
import { languageWanted } from './preferences.ts'

describe('the client behind proxies', () => {
  const trusted = makeTrust(['10.0.0.0/8', '2001:db8::1'])
  it.each([
    ["nobody trusted: what stands in the header is anybody's word", '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['one proxy', '10.0.0.5', '198.51.100.1', '198.51.100.1'],
    ['two proxies', '10.0.0.5', '198.51.100.1, 10.1.1.1', '198.51.100.1'],
    ['a client that writes a header of its own does not choose its address', '10.0.0.5', '127.0.0.1, 198.51.100.1', '198.51.100.1'],
    ['over IPv6', '2001:db8::1', '2001:db8:9::7', '2001:db8:9::7'],
    ['IPv4 in IPv6 form', '::ffff:10.0.0.5', '198.51.100.1', '198.51.100.1'],
    ['rubbish ends the way', '10.0.0.5', 'unknown', '10.0.0.5'],
    ['no header', '10.0.0.5', undefined, '10.0.0.5'],
  ])('%s', (_name, peer, header, client) => {
    expect(clientBehind(peer, header, trusted)).toBe(client)
  })
  it('ports and brackets are taken off', () => {
    expect(['[2001:db8::7]:443', '192.0.2.1:8080', ' 192.0.2.1 '].map(plainAddress)).toEqual(['2001:db8::7', '192.0.2.1', '192.0.2.1'])
  })
})

describe('what the reader asks for', () => {
  it.each([
    ['pl-PL,pl;q=0.9,en;q=0.8', 'pl'],
    ['de, en-GB;q=0.7, pl;q=0.3', 'en'],
    ['en;q=0, pl', 'pl'],
    ['uk', undefined],
    [undefined, undefined],
  ])('%s → %s', (header, language) => {
    expect(languageWanted(header)).toBe(language)
  })
  it.each([
    ['/tickets/5?a=1#x', '/tickets/5?a=1#x'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['', '/'],
    ['/a\r\nX: y', '/'],
    // Browsers drop tabs and line ends, and read what is left.
    ['/\t/evil.example/x', '/'],
    ['/\t\\evil.example', '/'],
    ['/\n/evil.example', '/'],
    ['/\u0000/evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/a/..//evil.example', '/'],
    ['/%2e//evil.example', '/'],
    ['/\ud800', '/%EF%BF%BD'],
    ['/%09/evil.example', '/%09/evil.example'],
    ['/desk/search?q=//a&b=\u0105#c', '/desk/search?q=//a&b=%C4%85#c'],
  ])('the way back from %j is %s', (path, own) => {
    expect(ownPath(path)).toBe(own)
  })
})
