import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildSubject, cleanSubject, DEFAULT_SUBJECT_SETTINGS, type SubjectSettings } from './subject.ts'

const NUMBER = '2024022910000012'
const OTHER = '2026100110000421'
const OTRS: SubjectSettings = { ...DEFAULT_SUBJECT_SETTINGS, replyPrefixes: ['Re'], forwardPrefixes: ['Fwd'] }

const clean = (subject: string, settings = OTRS) => cleanSubject(subject, NUMBER, settings)

describe('cleanSubject as OTRS does it', () => {
  it.each([
    [`Re: [Ticket#${NUMBER}] Drukarka`, 'Drukarka'],
    [`RE: re[4]: Fwd: [Ticket#: ${NUMBER}] x`, 'x'],
    ['Fwd: Re: x', 'Re: x'],
    ['Re: Re: Fwd: Re: x', 'Re: x'],
    ['Re:brak', 'Re:brak'],
    [`Odp: [Ticket#${NUMBER}] x`, 'Odp: x'],
    [`[Ticket#${OTHER}] x`, `[Ticket#${OTHER}] x`],
    [`Re: [Ticket#${OTHER}] [ Ticket#:${NUMBER}  ]  x`, `[Ticket#${OTHER}] x`],
    [`Ticket#${NUMBER} x Ticket#: ${NUMBER} y Ticket#:${NUMBER}`, 'x y'],
    ['Re[x]: y', 'Re[x]: y'],
    ['x Re: y', 'x Re: y'],
    ['Re: ', ''],
    ['', ''],
  ])('%j becomes %j', (subject, cleaned) => expect(clean(subject)).toBe(cleaned))

  it('trims one end only, the leading one if there is anything', () => {
    expect(clean('  x  ')).toBe('x  ')
    expect(clean('x  ')).toBe('x')
  })

  it('cuts at the size, and marks a subject of exactly that size too', () => {
    expect(clean('a'.repeat(99))).toBe('a'.repeat(99))
    expect(clean('a'.repeat(100))).toBe(`${'a'.repeat(100)} [...]`)
    expect(clean('a'.repeat(150))).toBe(`${'a'.repeat(100)} [...]`)
    expect(clean('a'.repeat(150), { ...OTRS, size: 0 })).toBe('a'.repeat(150))
  })

  it('counts whole characters when it cuts', () => {
    expect(clean('😀'.repeat(60))).toBe('😀'.repeat(60))
    expect(clean('😀'.repeat(101))).toBe(`${'😀'.repeat(100)} [...]`)
  })
})

describe('cleanSubject as we do it', () => {
  const ours = (subject: string) => clean(subject, DEFAULT_SUBJECT_SETTINGS)

  it('knows the marks of Polish and German programs and of Outlook', () => {
    expect(ours(`Odp: [Ticket#${NUMBER}] x`)).toBe('x')
    expect(ours('ODP: AW: Re[2]: x')).toBe('x')
    expect(ours('PD: FW: Fwd: x')).toBe('x')
    expect(ours('Odp: PD: x')).toBe('x')
    expect(ours('PD: Odp: x')).toBe('Odp: x')
    expect(ours('Awaria: sieć')).toBe('Awaria: sieć')
  })

  it('removes all numbers when told to, every digit of them', () => {
    const all = { ...DEFAULT_SUBJECT_SETTINGS, cleanAllNumbers: true }
    expect(clean(`Re: [Ticket#${OTHER}] [ Ticket#123 ] Ticket#${OTHER} x`, all)).toBe('x')
    expect(clean('zamówienie 2024 i 7', { ...all, hook: '', divider: '' })).toBe('zamówienie 2024 i 7')
  })

  it('leaves a longer number that begins with this one', () => {
    expect(cleanSubject('[Ticket#10000011] Ticket#10000012 x', '1000001', OTRS)).toBe('[Ticket#10000011] Ticket#10000012 x')
  })

  it('takes a hook that was changed to capitals on the way', () => {
    expect(ours(`RE: [TICKET#${NUMBER}] x`)).toBe('x')
  })

  it('takes hook, divider and prefixes literally', () => {
    const odd = { ...OTRS, hook: 'Spr.(', divider: '*', replyPrefixes: ['A|B', '.+'] }
    expect(clean(`[Spr.(*${NUMBER}] x`, odd)).toBe('x')
    expect(clean(`[SprX(*${NUMBER}] x`, odd)).toBe(`[SprX(*${NUMBER}] x`)
    expect(clean('A|B: .+: x', odd)).toBe('x')
    expect(clean('A: x', odd)).toBe('A: x')
    expect(clean('Re: x', { ...OTRS, replyPrefixes: ['', 'AW'] })).toBe('Re: x')
  })
})

describe('buildSubject', () => {
  const build = (change: Partial<SubjectSettings>, kind: 'new' | 'reply' | 'forward', subject = 'Drukarka') =>
    buildSubject({ number: NUMBER, subject, kind }, { ...DEFAULT_SUBJECT_SETTINGS, ...change })

  it('puts the number left, right or nowhere', () => {
    expect(build({}, 'new')).toBe(`[Ticket#${NUMBER}] Drukarka`)
    expect(build({}, 'reply')).toBe(`Re: [Ticket#${NUMBER}] Drukarka`)
    expect(build({}, 'forward')).toBe(`Fwd: [Ticket#${NUMBER}] Drukarka`)
    expect(build({ format: 'Right' }, 'reply')).toBe(`Re: Drukarka [Ticket#${NUMBER}]`)
    expect(build({ format: 'None' }, 'reply')).toBe('Re: Drukarka')
    expect(build({ hook: 'Spr.', divider: ' nr ' }, 'new')).toBe(`[Spr. nr ${NUMBER}] Drukarka`)
  })

  it('writes no mark when there is none', () => {
    expect(build({ replyPrefixes: [] }, 'reply')).toBe(`[Ticket#${NUMBER}] Drukarka`)
    expect(build({ forwardPrefixes: [''] }, 'forward')).toBe(`[Ticket#${NUMBER}] Drukarka`)
  })

  it('cleans first, unless told otherwise', () => {
    expect(build({}, 'reply', `Re: [Ticket#${NUMBER}] Drukarka`)).toBe(`Re: [Ticket#${NUMBER}] Drukarka`)
    expect(buildSubject({ number: NUMBER, subject: 'Re: x', kind: 'new', clean: false }, OTRS)).toBe(`[Ticket#${NUMBER}] Re: x`)
  })

  it('does not grow when a thread goes back and forth', () => {
    const marks = fc.constantFrom('', 'Re: ', 'RE: ', 'Odp: ', 'AW: ', 'Re[3]: ')
    const words = fc.stringMatching(/^[a-z ąęł]{0,120}$/)
    fc.assert(
      fc.property(words, fc.array(marks, { maxLength: 8 }), fc.constantFrom('Left', 'Right'), (subject, replies, format) => {
        const settings = { ...DEFAULT_SUBJECT_SETTINGS, format }
        const reply = (text: string) => buildSubject({ number: NUMBER, subject: text, kind: 'reply' }, settings)
        // Two rounds settle the blanks, of which each removes one end only.
        const first = reply(reply(subject))
        let text = first
        for (const mark of replies) text = reply(mark + text)
        expect(text).toBe(first)
      }),
      { numRuns: 300 },
    )
  })

  it('does not choke on a hostile subject', () => {
    const hostile = [
      ' '.repeat(100_000),
      `x${' '.repeat(100_000)}x`,
      `[${' '.repeat(100_000)}`,
      '['.repeat(100_000),
      '[ '.repeat(50_000),
      'Re: '.repeat(25_000),
      `Re[${'1'.repeat(100_000)}`,
      `[Ticket#${'1'.repeat(100_000)}`,
      `[Ticket#${NUMBER} `.repeat(4000),
      `Ticket#${NUMBER}${' '.repeat(100_000)}`,
      '[Ticket#1'.repeat(11_000),
      'Re[1]:'.repeat(16_000),
    ]
    for (const subject of hostile) {
      for (const cleanAllNumbers of [false, true]) {
        const cleaned = clean(subject, { ...DEFAULT_SUBJECT_SETTINGS, cleanAllNumbers })
        expect(cleaned.length).toBeLessThanOrEqual(106)
      }
    }
  })
})
