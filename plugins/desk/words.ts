/** Owns the desk's translator: its own words, and core's for acts. */
import { actTexts, defineTexts, type ActKey, type Language, type PageContext, type Translate } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const deskTexts = defineTexts(pl, en)
export type DeskKey = keyof typeof pl
/** What can be said on a page of the desk. */
export type DeskWord = DeskKey | ActKey

/** The translator in the reader's language. */
export function words(c: PageContext): Translate<DeskWord> {
  const language = c.get('language')
  let say = known.get(language)
  if (!say) known.set(language, (say = sayIn(language)))
  return say
}
// A list asks for it a dozen times a row.
const known = new Map<Language, Translate<DeskWord>>()

function sayIn(language: Language): Translate<DeskWord> {
  const own = deskTexts.in(language)
  const acts = actTexts.in(language)
  return (key, params) => (Object.hasOwn(actTexts.pl, key) ? acts(key as ActKey, params) : own(key as DeskKey, params))
}
