import { describe, expect, it } from 'vitest'
import { canonicalAddress } from './addresses.ts'
import { honestName, looksLikeAddress, plainAddressForm, plainNameForm, withoutEndDot } from './look-alike.ts'

describe('a name', () => {
  it('that poses as an address, whatever letters write it, gives way to the address', () => {
    for (const name of ['dziekan@uni.example', ' dziekan @ uni.example', 'Dziekan (dziekan＠uni.example)', '"a@b"'])
      expect([looksLikeAddress(name), honestName(name, 'zly@obca.example')]).toEqual([true, 'zly@obca.example'])
    for (const name of ['Anna Nowak', 'Dział @', '@nowak', 'O’Neill, Shaquille', 'ksero 2@ '])
      expect([looksLikeAddress(name), honestName(name, 'zly@obca.example')]).toEqual([false, name.trim()])
    expect(honestName('', 'a@b.example')).toBe('a@b.example')
  })
  it('in which scripts are mixed within a word is shown a second way; one in one script is not', () => {
    expect(plainNameForm('Аnna Nowak')).toMatch(/^xn--nna-/)
    for (const name of ['Zażółć Gęślą', 'Анна Петрова', 'Анна Nowak', 'José Ñuñez', '李雷', 'Ωmega2'.slice(1)])
      expect(plainNameForm(name)).toBeUndefined()
  })
})

describe('an address', () => {
  it('loses the dot behind its domain wherever it is read', () => {
    expect(['jan@uni.example.', 'jan@uni.example..', 'jan@uni.example', 'jan.', ''].map(withoutEndDot)).toEqual([
      'jan@uni.example',
      'jan@uni.example',
      'jan@uni.example',
      'jan.',
      '',
    ])
    expect(canonicalAddress('Pomoc@Uni.Example.')).toBe('pomoc@uni.example')
    const long = `${'@'.repeat(100_000)}x`
    expect(withoutEndDot(long)).toBe(long)
  })
  it('with letters of another script is shown in letters that nobody takes for others', () => {
    expect(plainAddressForm('biuro@unі.example')).toBe(
      'biuro@xn--un-vjb.example'.replace('xn--un-vjb', new URL('http://unі.example').hostname.split('.')[0]!),
    )
    expect(plainAddressForm('biuro@xn--80ak6aa92e.example'), 'as the wire writes it').toBeUndefined()
    expect(plainAddressForm('biuro@аррӏе.example')).toBe('biuro@xn--80ak6aa92e.example')
    expect(plainAddressForm('аnna@uni.example')).toMatch(/^xn--nna-\w+@uni\.example$/)
    for (const address of ['żółć@zażółć.example', 'anna.nowak@uni.example', '', 'nobody']) expect(plainAddressForm(address)).toBeUndefined()
  })
})
