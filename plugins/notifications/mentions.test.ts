import { describe, expect, it } from 'vitest'
import { mentionsIn } from './mentions.ts'

describe('who is mentioned', () => {
  it.each([
    ['@anna zobacz', ['anna']],
    ['Zobacz (@jan.kowalski, @Anna).', ['jan.kowalski', 'anna']],
    ['@anna @anna\n@ANNA', ['anna']],
    ['kończy zdanie @anna.', ['anna']],
    ['anna@uni.example i pomoc+x@uni.example', []],
    ['@łukasz_2 – tak', ['łukasz_2']],
    ['@ i @@ i @-', []],
  ])('%s', (text, logins) => {
    expect(mentionsIn(text)).toEqual(logins)
  })

  it('as many as anybody means', () => {
    expect(mentionsIn(Array.from({ length: 50 }, (_, n) => `@agent${n}`).join(' '))).toHaveLength(20)
  })
})
