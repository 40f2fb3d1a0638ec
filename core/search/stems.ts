/** Owns what of a question is looked for: its words without those that say nothing and without the endings that Polish hangs on them. */
import { fold } from './fold.ts'

// What stands in nearly every question and says nothing of it.
const EMPTY = new Set(
  (
    'a aby albo ale bo byc bym by co czy dla do gdy i ich im ja jak jaki jaka jakie jest jestem juz ku lub ma mam mi moj moja moje mozna moge na nad nam nas nie ' +
    'niz o od on ona ono oraz po pod prosze przez przy sa sie skad ta tak tam te tego ten to tu tym u w we z za ze zeby dzien dobry pomocy witam ' +
    'about am an and are as at be can cannot could did do does for from get have how i if in is it me my no not of on or our please that the there this ' +
    'to was we what when where which who why will with would you your hello'
  ).split(' '),
)

const MOST_STEMS = 8

/**
 * The beginnings by which an entry is found: 'Drukarka nie drukuje' → ['drukar', 'druku']. A word of seven letters or more loses
 * its last two, one of five or six its last: near enough to a stem for both languages, and never wrong by more than a wide answer.
 */
export function stems(question: string): string[] {
  const words = fold(question)
    .trim()
    .split(' ')
    .filter((word) => word.length > 1 && !EMPTY.has(word))
  const cut = words.map((word) => (/^\d+$/.test(word) || word.length < 5 ? word : word.slice(0, word.length < 7 ? -1 : -2)))
  return [...new Set(cut)].slice(0, MOST_STEMS)
}
