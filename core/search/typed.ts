/** Owns what somebody types to find something: its words, the numbers of tickets in it, and patterns for columns kept as they were written. */
import { plainWord } from './fold.ts'

export interface TypedWord {
  /** As typed, without the signs around it. */
  text: string
  /** For PostgreSQL's `~*`: found whatever the letters' case and marks. An index of trigrams serves it. */
  pattern: string
  /** It may be the number of a ticket, its beginning or its end. */
  digits: string | null
}

/** Characters that are read at all. */
const LONGEST = 200
const MOST_WORDS = 8
const LEAST_DIGITS = 4

/** The hook before a number, however somebody wrote it: `[Ticket#2026…]`, `Ticket # 2026…`, `#2026…`. */
const HOOK = /(?:ticket[ \t]?)?#[ \t]?(?=\d)/gi
const SIGNS = /^[\p{P}\p{S}]+|(?<![\p{P}\p{S}])[\p{P}\p{S}]+$/gu

/**
 * The words of a search: each is to be found, in any order. Signs around them do not count, nor does the hook of a ticket's number.
 * What is nothing but signs is one word as it stands.
 */
export function typedWords(typed: string): TypedWord[] {
  const text = typed.trim().slice(0, LONGEST)
  const parts = text.replace(HOOK, ' ').split(/\s+/)
  const words = parts.map((part) => part.replace(SIGNS, '')).filter(Boolean)
  return (words.length > 0 ? words : parts.filter(Boolean)).slice(0, MOST_WORDS).map((word) => ({
    text: word,
    pattern: anyMarks(word),
    digits: /^\d+$/.test(word) && word.length >= LEAST_DIGITS ? word : null,
  }))
}

/** What in the text may be a ticket's whole number, wherever it stands. */
export const numbersIn = (typed: string): string[] =>
  (typed.slice(0, LONGEST).match(/\d+/g) ?? []).filter((run) => run.length >= LEAST_DIGITS + 1)

/** Letters that are meant when one is typed without its marks: those of Polish and its neighbours. Few, for each is one more to look up. */
const MARKED: Readonly<Record<string, string>> = { a: 'ąä', c: 'ć', e: 'ęé', l: 'ł', n: 'ń', o: 'óö', s: 'ś', u: 'ü', z: 'źż' }

/** 'Łacze' → '[lł][aąä][cć][zźż][eęé]'. Everything but letters and digits stands for itself. */
function anyMarks(word: string): string {
  return [...word.normalize('NFC')]
    .map((sign) => {
      const small = sign.toLowerCase()
      const plain = plainWord(sign)
      const group = [...new Set([plain, ...(MARKED[plain] ?? ''), small])].filter((one) => [...one].length === 1)
      if (/^[\p{L}\p{N}]$/u.test(sign)) return group.length > 1 ? `[${group.join('')}]` : (group[0] ?? small)
      return /^[\x20-\x7e]$/.test(sign) ? `\\${sign}` : sign
    })
    .join('')
}
