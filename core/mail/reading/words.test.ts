import { describe, expect, test } from 'vitest'
import { Words } from './words.ts'

const read = (text: string) => new Words().decodeWords(text)

describe('encoded words', () => {
  test.each([
    ['as RFC 2047 wants them', '=?utf-8?Q?Za=C5=BC=C3=B3=C5=82=C4=87?= i =?iso-8859-2?B?s/Nk7A==?=', 'Zażółć i łódě'],
    ['a letter cut between two B words', '=?utf-8?B?xbzD?= =?utf-8?B?s8WCxIc=?=', 'żółć'],
    ['a letter cut between two Q words', '=?UTF-8?Q?za=C5?=\r\n =?utf-8?q?=BC=C3=B3=C5=82=C4=87?=', 'zażółć'],
    ['a letter cut between a B and a Q word', '=?utf-8?B?xbzD?= =?utf-8?Q?=B3=C5=82=C4=87?=', 'żółć'],
    ['a letter cut between a Q and a B word', '=?utf-8?Q?=C5=BC=C3?= =?utf-8?B?s8WCxIc=?=', 'żółć'],
    ['no end', '=?utf-8?Q?Za=C5=BC=C3=B3=C5=82=C4=87', 'Zażółć'],
    ['half an end', '=?utf-8?Q?Za=C5=BC=C3=B3=C5=82=C4=87?', 'Zażółć'],
    ['no end before an address', '=?utf-8?Q?=C5=BBuk <zuk@uni.example>', 'Żuk <zuk@uni.example>'],
    ['blanks in Q', '=?utf-8?Q?Pro=C5=9Bba o dost=C4=99p?=', 'Prośba o dostęp'],
    ['blanks in B', '=?utf-8?B?xbzDs8WC xIc=?=', 'żółć'],
    ['blanks around', '=? utf-8 ?Q?=C5=BC=C3=B3=C5=82w? =', 'żółw'],
    ['a question mark in Q', '=?utf-8?Q?Co si=C4=99 sta=C5=82o?? Dlaczego?=', 'Co się stało?? Dlaczego'],
    ['lower case', '=?UTF-8?q?=c5=bc=c3=b3=c5=82w?=', 'żółw'],
    ['letters as they are in Q', '=?utf-8?Q?Zażó=C5=82=C4=87?=', 'Zażółć'],
    ['a charset with a language', '=?iso-8859-2*pl?Q?=B3=F3d=BC?=', 'łódź'],
    ['a charset that is not the one it names', '=?us-ascii?Q?=C5=82=C3=B3d=C5=BA?=', 'łódź'],
    ['a charset that nobody knows', '=?x-unknown?Q?=B3=F3d=BC?=', 'łódź'],
    ['words without a blank between them', '=?utf-8?Q?=C5=82=C3=B3?==?utf-8?Q?d=C5=BA?=', 'łódź'],
    ['no encoded word at all', 'a=?b x=?y = ?', 'a=?b x=?y = ?'],
    ['a formula', 'E=mc? i =3D', 'E=mc? i =3D'],
  ])('%s', (_name, given, text) => {
    expect(read(given)).toBe(text)
  })
})

describe('parameters', () => {
  test.each([
    ["attachment; filename*=utf-8''za%C5%82%C4%85cznik.pdf", 'załącznik.pdf'],
    ["attachment; filename*0*=iso-8859-2''za%B3%B1; filename*1*=cznik; filename*2=.pdf", 'załącznik.pdf'],
    ['attachment; filename="=?utf-8?B?xbzDs8WCxIcucGRm?="', 'żółć.pdf'],
    ['attachment; filename*0="=?utf-8?B?xbzDs8"; filename*1="WCxIcucGRm?="', 'żółć.pdf'],
    ['attachment; filename=moj plik.pdf', 'moj plik.pdf'],
    ['attachment; filename="stary.pdf"; filename*=utf-8\'\'%C5%BCu%C5%82aw.pdf', 'żuław.pdf'],
    ["attachment; filename*=no-such''%B3%F3d%BC.pdf", 'łódź.pdf'],
  ])('%s', (given, name) => {
    expect(read(new Words().parseHeaderValue(given).params['filename']!)).toBe(name)
  })
})
