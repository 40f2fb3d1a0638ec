import { describe, expect, it } from 'vitest'
import { readAddressList } from './address-list.ts'
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

  it('ends soon, whatever opens and never closes', () => {
    for (const part of ['"', '<', '(', ',', ' a', '\\"', 'a,', ':', '@:', '(<"'])
      expect(readAddressList(part.repeat(200_000)).length).toBeLessThanOrEqual(1001)
  })
})
