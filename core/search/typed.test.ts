import { describe, expect, it } from 'vitest'
import { numbersIn, typedWords } from './typed.ts'

const texts = (typed: string) => typedWords(typed).map(({ text }) => text)

describe('what somebody types to find something', () => {
  it.each([
    ['drukarka nie działa', ['drukarka', 'nie', 'działa']],
    ['  „Drukarka”, nie działa! ', ['Drukarka', 'nie', 'działa']],
    ['Re: [Ticket#2026112910000012] Sieć', ['Re', '2026112910000012', 'Sieć']],
    ['[Ticket # 2026112910000012]', ['2026112910000012']],
    ['#10000012', ['10000012']],
    ['Mac, Filip <f@x.example>', ['Mac', 'Filip', 'f@x.example']],
    ['C++', ['C']],
    ['???', ['???']],
    ['', []],
  ])('%j is %j', (typed, expected) => expect(texts(typed)).toEqual(expected))

  it('numbers are found wherever they stand, years are none', () =>
    expect(numbersIn('Odp: Ticket#2026112910000012 i 10000013, w 2026')).toEqual(['2026112910000012', '10000013']))

  it.each([
    ['lacze', 'ŁĄCZE'],
    ['Łącze', 'lacze'],
    ['zolc', 'żółć'],
    ['Müller', 'muller'],
    ['muller', 'Müller'],
    ['f@x.example', 'F@x.example'],
    ['a_b%c', 'A_B%C'],
    ['[x]', 'x'],
    ['żółć'.normalize('NFD'), 'ŻÓŁĆ'],
  ])('%j finds %j', (typed, text) => {
    const { pattern } = typedWords(typed)[0]!
    expect(text).toMatch(
      new RegExp(
        pattern.replace(/\\([^\p{L}])/gu, (_whole, sign: string) => (/[_%@]/.test(sign) ? sign : `\\${sign}`)),
        'iu',
      ),
    )
  })

  it('signs stand for themselves', () => {
    expect(typedWords('a.*b')[0]!.pattern).toBe('[aąä]\\.\\*b')
    expect(typedWords('?:(')[0]!.pattern).toBe('\\?\\:\\(')
  })
})
