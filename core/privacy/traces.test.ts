import { describe, expect, it } from 'vitest'
import iconv from 'iconv-lite'
import { makeSearcher } from './traces.ts'

describe('bytes that hold a name', () => {
  const { inBytes } = makeSearcher(['Łucja Żądło', 'lzadlo@uni.example'])
  const filler = 'Dzień dobry, '
  it.each([
    ['UTF-8', Buffer.from(`${filler}ŁUCJA ŻĄDŁO`)],
    ['ISO 8859-2', iconv.encode(`${filler}Łucja Żądło`, 'iso-8859-2')],
    ['windows-1250', iconv.encode(`${filler}Łucja Żądło`, 'windows-1250')],
    ['UTF-16', Buffer.from(`${filler}Łucja Żądło`, 'utf16le')],
    ['quoted-printable', Buffer.from('Dzie=C5=84 dobry =C5=81ucja =C5=BB=C4=85d=C5=82o')],
    ['an address in capitals', Buffer.from('LZADLO@UNI.EXAMPLE')],
    ...[0, 1, 2].map(
      (shift) =>
        [`base64, ${shift} bytes later`, Buffer.from(Buffer.from(`${'x'.repeat(shift)}Łucja Żądło pisze`).toString('base64'))] as const,
    ),
    [
      'base64 broken into lines',
      Buffer.from(
        Buffer.from('Od: lzadlo@uni.example')
          .toString('base64')
          .replace(/(.{8})/g, '$1\r\n'),
      ),
    ],
  ] as const)('are found: %s', (_name, bytes) => expect(inBytes(bytes as Buffer)).toBe(true))
  it.each(['Łucja', 'żądło pszczoły', 'lzadlo', ''])('are not found by a part: %s', (text) =>
    expect(inBytes(Buffer.from(text))).toBe(false),
  )
})
