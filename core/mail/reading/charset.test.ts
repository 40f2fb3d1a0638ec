import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { decodeText } from './charset.ts'

const POLISH = 'Proszę o dostęp do katalogu. Źdźbło, łąka, żółw, ćma, śnieg – dziękuję.'

describe('bytes without a name', () => {
  test.each(['utf-8', 'windows-1250', 'iso-8859-2'])('Polish sentences in %s are read right', (charset) => {
    const text = charset === 'iso-8859-2' ? POLISH.replace('–', '-') : POLISH
    expect(decodeText(iconv.encode(text, charset)).text).toBe(text)
  })
  test.each([
    ['Łódź', 'windows-1250'],
    ['Łódź', 'iso-8859-2'],
    ['Prośba', 'windows-1250'],
    ['Prośba', 'iso-8859-2'],
    ['Zgłoszenie usterki', 'windows-1250'],
    ['wątpliwości', 'windows-1250'],
    ['wątpliwości', 'iso-8859-2'],
    ['źródło', 'windows-1250'],
    ['źródło', 'iso-8859-2'],
    ['ŻÓŁĆ', 'windows-1250'],
    ['für Größe', 'windows-1252'],
    ['Straße', 'iso-8859-1'],
    ['Здравствуйте', 'windows-1251'],
    ['Здравствуйте', 'koi8-r'],
    ['прошу помочь', 'koi8-r'],
    ['„Regulamin”', 'windows-1250'],
  ])('a word alone is enough: %s in %s', (text, charset) => {
    expect(decodeText(iconv.encode(text, charset)).text).toBe(text)
  })
  test('a French paragraph is not read as Polish', () => {
    const text = 'La forêt était très belle à cette époque de l’année, dès que les fenêtres étaient ouvertes et que le père arrêta la bête.'
    expect(decodeText(iconv.encode(text, 'windows-1252')).text).toBe(text)
  })
  test('a guess says so, UTF-8 is none', () => {
    expect(decodeText(iconv.encode('Łódź', 'windows-1250'))).toMatchObject({ guessed: true, damaged: false })
    expect(decodeText(Buffer.from('Łódź'), 'no-such-charset')).toEqual({ text: 'Łódź', guessed: false, damaged: false })
  })
})

describe('names that are wrong', () => {
  test.each([
    ['Zażółć', 'iso-8859-1', 'utf-8'],
    ['Zażółć', 'us-ascii', 'utf-8'],
    ['Zażółć gęślą', 'utf-8', 'iso-8859-2'],
    ['Zażółć gęślą', 'us-ascii', 'windows-1250'],
    ['Prośba o źródła', 'iso-8859-2', 'windows-1250'],
    ['Proszę o pomoc, łączę wyrazy', 'iso-8859-1', 'iso-8859-2'],
    ['Proszę o pomoc, łączę wyrazy', 'windows-1252', 'windows-1250'],
  ])('“%s” called %s is %s', (text, named, really) => {
    expect(decodeText(iconv.encode(text, really), named).text).toBe(text)
  })
  test('a right western name is believed', () => {
    const text = 'Größe 5 m², 3 ½ Stück, „äußerst“ – naïve façade'
    expect(decodeText(iconv.encode(text, 'windows-1252'), 'iso-8859-1')).toEqual({ text, guessed: false, damaged: false })
  })
  test('UTF-8 cut in the middle of a letter stays UTF-8, and says that something is missing', () => {
    const bytes = Buffer.from('Zażółć gęślą jaźń')
    expect(decodeText(bytes.subarray(0, -1), 'utf-8')).toEqual({ text: 'Zażółć gęślą jaź\ufffd', guessed: false, damaged: true })
  })
})

describe('names as people write them', () => {
  test.each([
    'UTF8',
    'utf_8',
    '"utf-8"',
    'ISO8859-2',
    'iso_8859-2',
    'ISO-8859-2:1987',
    'latin2',
    'L2',
    '8859-2',
    'cp1250',
    'windows1250',
    'win-1250',
    'x-cp1250',
    'ibm852',
    'cp852',
    'csISOLatin2',
    'x-mac-ce',
    'UTF-16LE',
    'utf-16be',
    'UTF-7',
    'iso-8859-2*pl',
  ])('%s', (name) => {
    const real =
      {
        utf_8: 'utf-8',
        '"utf-8"': 'utf-8',
        'ISO-8859-2:1987': 'iso-8859-2',
        L2: 'iso-8859-2',
        '8859-2': 'iso-8859-2',
        'win-1250': 'cp1250',
        'x-cp1250': 'cp1250',
        'x-mac-ce': 'maccenteuro',
        csISOLatin2: 'iso-8859-2',
        'iso-8859-2*pl': 'iso-8859-2',
      }[name] ?? name
    expect(decodeText(iconv.encode('Łódź, żółw', real), name).text).toBe('Łódź, żółw')
  })
  test.each([
    ['shift_jis', '日本語'],
    ['euc-jp', '日本語'],
    ['gb2312', '中文'],
    ['gb18030', '中文'],
    ['big5', '中文'],
    ['euc-kr', '한국어'],
    ['ks_c_5601-1987', '한국어'],
    ['koi8-u', 'Ґанок'],
    ['windows-1253', 'Ελλάδα'],
    ['iso-8859-7', 'Ελλάδα'],
    ['windows-1257', 'žąsis'],
    ['iso-8859-15', '5 €'],
    ['tis-620', 'ไทย'],
    ['windows-1255', 'שלום'],
    ['iso-8859-8-i', 'שלום'],
    ['windows-1256', 'مرحبا'],
  ])('%s', (name, text) => {
    const real = name === 'ks_c_5601-1987' ? 'euc-kr' : name === 'iso-8859-8-i' ? 'iso-8859-8' : name
    expect(decodeText(iconv.encode(text, real), name).text).toBe(text)
  })
  test('Japanese in seven bits, named or not', () => {
    const bytes = Buffer.from('\u001b$BF|K\\8l\u001b(B', 'latin1')
    expect(decodeText(bytes, 'iso-2022-jp').text).toBe('日本語')
    expect(decodeText(bytes).text).toBe('日本語')
  })
  test('a byte order mark says more than a name', () => {
    expect(decodeText(Buffer.concat([Buffer.from([0xff, 0xfe]), iconv.encode('Łódź', 'utf-16le')]), 'iso-8859-1').text).toBe('Łódź')
  })
})
