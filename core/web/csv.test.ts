import { expect, it } from 'vitest'
import { csvLine } from './csv.ts'

it('quotes what holds the separator, quotes or line breaks (RFC 4180), and ends lines with CRLF', () => {
  expect(csvLine(['a', 'b;c', 'say "x"', 'two\nlines', ' edge', 'ąę'])).toBe('a;"b;c";"say ""x""";"two\nlines";" edge";ąę\r\n')
  expect(csvLine(['a,b', 'c'], ',')).toBe('"a,b",c\r\n')
})

it.each(['=1+1', '+48 600', '-1', '@SUM(A1)', ' =1', '\t=1', '\r=1', '＝1', '\u0000=1'])(
  'lets no spreadsheet run %j as a formula',
  (cell) => {
    expect(csvLine([cell])).toMatch(/^"?'/)
  },
)

it('leaves words alone', () => {
  expect(csvLine(['2026111710000032', 'otwarte', '', 'a=b'])).toBe('2026111710000032;otwarte;;a=b\r\n')
})
