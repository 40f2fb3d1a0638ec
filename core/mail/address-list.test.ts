import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oneAddress, readAddressList } from './address-list.ts'
import { keepAddresses } from './reading/parsed-mail.ts'

const said = (text: string) => readAddressList(text).map(({ name, address }) => (name ? `${name}|${address}` : address))

describe('a list of addresses as somebody types it', () => {
  it.each([
    ['f@x.example', ['f@x.example']],
    ['Filip Mac <f@x.example>', ['Filip Mac|f@x.example']],
    ['Mac, Filip <f@x.example>', ['Mac, Filip|f@x.example']],
    ['"Mac, Filip" <f@x.example>', ['Mac, Filip|f@x.example']],
    ['Mac, Filip <f@x.example>; Nowak, Anna <a@x.example>', ['Mac, Filip|f@x.example', 'Nowak, Anna|a@x.example']],
    ['Mac, Filip <f@x.example>, Nowak, Anna <a@x.example>', ['Mac, Filip|f@x.example', 'Nowak, Anna|a@x.example']],
    ['"Mac \\"Fifi\\"; Filip" <f@x.example>,b@x.example', ['Mac "Fifi"; Filip|f@x.example', 'b@x.example']],
    ['a@x.example b@x.example\nc@x.example;', ['a@x.example', 'b@x.example', 'c@x.example']],
    ['a@x.example (Anna Nowak), ,', ['a@x.example']],
    ['Dziekanat: a@x.example, b@x.example;', ['a@x.example', 'b@x.example']],
    ['undisclosed-recipients:;', []],
    ['mailto:a@x.example, <mailto:b@x.example>', ['a@x.example', 'b@x.example']],
    // No address at all is handed on as it stands, so that whoever refuses it can name it.
    ['Mac', ['Mac']],
    ['Mac; Filip <f@x.example>', ['Mac', 'Filip|f@x.example']],
    ['Mac, f@x.example', ['Mac', 'f@x.example']],
    ['Filip Mac f@x.example', ['Filip Mac f@x.example']],
    ['"Mac, Filip <f@x.example>', ['"Mac, Filip|f@x.example']],
    ['', []],
  ])('%j', (text, expected) => expect(said(text)).toEqual(expected))

  it('is what our own rows keep, whatever stands in a name', () => {
    const from = [
      { name: 'ofiara@x.example, Adam', address: 'adam@x.example' },
      { name: 'Jan "Janek" <jan@y.example>', address: 'j@x.example' },
      { name: '', address: 'k@x.example' },
    ]
    expect(readAddressList(keepAddresses(from))).toEqual(from)
  })

  it.each([
    ['"Mac, Filip" <f@x.example>', 'f@x.example'],
    ['Mac, Filip <f@x.example>', 'f@x.example'],
    ['mailto:f@x.example', 'f@x.example'],
    [' f@x.example; ', 'f@x.example'],
    [' fmac ', 'fmac'],
    ['Filip Mac', 'Filip Mac'],
    ['f@x.example, a@x.example', 'f@x.example, a@x.example'],
    ['', ''],
  ])('one of them: %j', (text, expected) => expect(oneAddress(text)).toBe(expected))

  it('is read again as it is written, whatever the names', () => {
    const text = fc
      .string({ unit: fc.constantFrom(...'aZł0 ,;:.@<>()"\\\'-'), maxLength: 20 })
      .map((name) => name.trim().replace(/\s+/g, ' '))
    const address = fc.constantFrom('f@x.example', 'jan.nowak+x@uni.example', "o'neil@x.example")
    const list = fc.array(fc.record({ name: text, address }), { maxLength: 6 })
    fc.assert(
      fc.property(list, fc.constantFrom(', ', '; ', ',\n'), (said, between) => {
        const written = said
          .map(({ name, address: at }) => (name === '' ? at : `"${name.replace(/["\\]/g, '\\$&')}" <${at}>`))
          .join(between)
        expect(readAddressList(written)).toEqual(said)
      }),
    )
  })

  it('ends soon, whatever opens and never closes', () => {
    for (const part of ['"', '<', '(', ',', ' a', '\\"', 'a,', ':', '@:', '(<"'])
      expect(readAddressList(part.repeat(200_000)).length).toBeLessThanOrEqual(1001)
  })
})
