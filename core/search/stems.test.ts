import { describe, expect, it } from 'vitest'
import { fold } from './fold.ts'
import { stems } from './stems.ts'

describe('words of a question', () => {
  it('lose case, diacritics and signs', () => expect(fold('„Łącze” NIE działa!')).toBe(' lacze nie dziala '))
  it.each([
    ['Drukarka nie drukuje', ['drukar', 'druku']],
    ['Jak zmienić hasło do poczty?', ['zmien', 'hasl', 'poczt']],
    ['How do I change my password?', ['chang', 'passwo']],
    ['błąd 0x80070005 w Word 2019', ['blad', '0x800700', 'word', '2019']],
    ['', []],
    ['?!', []],
    ['jak to jest', []],
  ])('%s', (question, expected) => expect(stems(question)).toEqual(expected))
  it('are eight at most', () => expect(stems(Array.from({ length: 50 }, (_, i) => `slowo${i}${i}${i}`).join(' '))).toHaveLength(8))
})
