import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  findBareNumbers,
  checkDigit,
  DEFAULT_NUMBER_SETTINGS,
  findNumbers,
  formatNumber,
  NUMBER_KINDS,
  type NumberKind,
  type NumberParts,
  type TicketNumberSettings,
} from './number.ts'
import { buildSubject, DEFAULT_SUBJECT_SETTINGS } from './subject.ts'

const parts: NumberParts = {
  systemId: '10',
  counter: 1,
  date: '20261001',
  minCounterSize: 5,
  useFormattedCounter: false,
  random: 0,
}
const make = (kind: NumberKind, change: Partial<NumberParts>) => formatNumber(kind, { ...parts, ...change })
const find = (text: string, change: Partial<TicketNumberSettings> = {}) => findNumbers(text, { ...DEFAULT_NUMBER_SETTINGS, ...change })

describe('DateChecksum', () => {
  it("gives OTRS's numbers", () => {
    expect(make('DateChecksum', { date: '20240229', counter: 1 })).toBe('2024022910000012')
    expect(make('DateChecksum', { date: '20261001', counter: 42 })).toBe('2026100110000421')
    expect(make('DateChecksum', { date: '20260101', systemId: '99', counter: 7 })).toBe('2026010199000076')
    expect(make('DateChecksum', { date: '20251231', counter: 100_000 })).toBe('20251231101000004')
  })

  it('writes 1 for the check digit 10', () => {
    expect(checkDigit('202610011000018')).toBe('1')
    expect(make('DateChecksum', { date: '20261001', counter: 18 })).toBe('2026100110000181')
  })

  it('pads its counter to five digits whatever the settings say', () => {
    expect(make('DateChecksum', { minCounterSize: 9, useFormattedCounter: true })).toBe(make('DateChecksum', {}))
    expect(make('DateChecksum', {})).toHaveLength(16)
  })

  it("never ends with 0, and may be the welcome ticket's, whose check digit is wrong", () => {
    fc.assert(fc.property(fc.stringMatching(/^\d{1,40}$/), (digits) => /^[1-9]$/.test(checkDigit(digits))))
    expect(checkDigit('201507151012345')).toBe('1')
    expect(find('[Ticket#2015071510123456] Welcome')).toEqual(['2015071510123456'])
  })
})

describe('the other generators', () => {
  it('AutoIncrement pads to the least size', () => {
    expect(make('AutoIncrement', { counter: 42 })).toBe('1000042')
    expect(make('AutoIncrement', { counter: 1_234_567 })).toBe('101234567')
    expect(make('AutoIncrement', { counter: 42, minCounterSize: 7 })).toBe('100000042')
  })

  it('Date pads only when told to', () => {
    expect(make('Date', { counter: 42 })).toBe('202610011042')
    expect(make('Date', { counter: 42, useFormattedCounter: true })).toBe('202610011000042')
  })

  it('Random has ten digits after the system id', () => {
    expect(make('Random', { random: 0 })).toBe('100000000000')
    expect(make('Random', { random: 0.5 })).toBe('104999999999')
    expect(make('Random', { random: 1 - 2 ** -53 })).toBe('109999999998')
  })

  it('counts beyond what a JavaScript number holds', () => {
    expect(make('Date', { counter: 12_345_678_901_234_567_890n })).toBe('202610011012345678901234567890')
  })
})

describe('findNumbers', () => {
  it('finds a number after the hook, whatever the case', () => {
    expect(find('Re: [Ticket#2024022910000012] Drukarka')).toEqual(['2024022910000012'])
    expect(find('re: TICKET#2024022910000012')).toEqual(['2024022910000012'])
  })

  it('finds a number after hook, colon and up to two blanks', () => {
    expect(find('[Ticket#:2024022910000012]')).toEqual(['2024022910000012'])
    expect(find('[Ticket#:  2024022910000012]')).toEqual(['2024022910000012'])
    expect(find('[Ticket#:   2024022910000012]')).toEqual([])
  })

  it('finds, beyond OTRS, a number whose blanks were moved, and no other', () => {
    for (const text of [
      '[Ticket# 2024022910000012]',
      '[Ticket # 2024022910000012]',
      'ticket #2024022910000012',
      'Ticket # : 2024022910000012',
    ])
      expect(find(text)).toEqual(['2024022910000012'])
    expect(find('[Ticket    # 2024022910000012]')).toEqual([])
    expect(find('# 2024022910000012')).toEqual([])
    expect(find('2024022910000012', { hook: '' })).toEqual(['2024022910000012'])
  })

  it('finds a bare number only of the form that nobody meets by chance', () => {
    expect(findBareNumbers('odp 2026100110000421, 2026100110000429', DEFAULT_NUMBER_SETTINGS)).toEqual(['2026100110000421'])
    expect(findBareNumbers('faktura 12026100110000421', DEFAULT_NUMBER_SETTINGS)).toEqual([])
    expect(findBareNumbers('odp 2026100110000421', { ...DEFAULT_NUMBER_SETTINGS, kind: 'Date' })).toEqual([])
  })

  it('puts first what OTRS takes: with divider before with colon', () => {
    expect(find('Ticket#: 2024022910000012 Ticket#2026100110000421')).toEqual(['2026100110000421', '2024022910000012'])
    expect(find('Ticket#2026100110000421 Ticket#2024022910000012 ticket#2026100110000421')).toEqual([
      '2026100110000421',
      '2024022910000012',
    ])
  })

  it('looks for our system id only when told to', () => {
    expect(find('Ticket#2024022999000012')).toEqual([])
    expect(find('Ticket#2024022999000012', { checkSystemId: false })).toEqual(['2024022999000012'])
  })

  it('wants as many digits as the generator makes', () => {
    expect(find('Ticket#20240229100001')).toEqual(['20240229100001'])
    expect(find('Ticket#2024022910000')).toEqual([])
    expect(find('Ticket#202402291', { kind: 'Date' })).toEqual([])
    expect(find('Ticket#20240229107', { kind: 'Date' })).toEqual(['20240229107'])
    expect(find('Ticket#100001', { kind: 'AutoIncrement' })).toEqual([])
    expect(find('Ticket#1000001', { kind: 'AutoIncrement' })).toEqual(['1000001'])
    expect(find('Ticket#101234567890123', { kind: 'AutoIncrement' })).toEqual(['101234567890'])
    expect(find('Ticket#1012', { kind: 'Random' })).toEqual(['1012'])
  })

  it('takes hook, divider and system id literally', () => {
    expect(find('[Spr. (nr) +*2024022910000012]', { hook: 'spr. (NR) ', divider: '+*' })).toEqual(['2024022910000012'])
    expect(find('Sprx (nr) +*2024022910000012', { hook: 'Spr. (nr) ', divider: '+*' })).toEqual([])
    expect(find('ZGŁOSZENIE-2024022910000012', { hook: 'Zgłoszenie', divider: '-' })).toEqual(['2024022910000012'])
  })

  it('finds in a subject the number that was put in', () => {
    const counters = fc.integer({ min: 1, max: 999_999 })
    const dates = fc
      .date({ min: new Date('1999-01-01'), max: new Date('2099-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''))
    const hooks = fc.constantFrom('Ticket#', 'Zgłoszenie#', 'Call', 'a.b*c(d)[e]{f}^$|\\/+?', 'Nr: ')
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(
        fc.constantFrom(...NUMBER_KINDS),
        counters,
        dates,
        fc.stringMatching(/^\d{1,4}$/),
        fc.boolean(),
        fc.boolean(),
        hooks,
        fc.constantFrom('', '#', ': ', '.*'),
        fc.constantFrom('new', 'reply', 'forward'),
        fc.string({ unit: 'binary' }),
        random,
        (kind, counter, date, systemId, checkSystemId, useFormattedCounter, hook, divider, subjectKind, subject, random) => {
          const number = formatNumber(kind, { systemId, counter, date, minCounterSize: 5, useFormattedCounter, random })
          expect(number).toMatch(/^\d+$/)
          const built = buildSubject({ number, subject, kind: subjectKind }, { ...DEFAULT_SUBJECT_SETTINGS, hook, divider })
          const settings = { kind, systemId, checkSystemId, minCounterSize: 5, useFormattedCounter, hook, divider }
          expect(findNumbers(built, settings)[0]).toBe(number)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('does not choke on a hostile text', () => {
    const digits = '1'.repeat(100_000)
    const texts = [
      digits,
      `Ticket#${digits}`,
      'Ticket#'.repeat(15_000),
      'Ticket#2024022910'.repeat(6000),
      `Ticket#:${' '.repeat(100_000)}`,
      'Ticket#: '.repeat(11_000),
    ]
    for (const kind of NUMBER_KINDS) {
      for (const text of texts) expect(find(text, { kind }).length).toBeLessThan(2)
      expect(find(digits, { kind, hook: '', divider: '', checkSystemId: false }).length).toBeGreaterThan(0)
    }
  })
})
