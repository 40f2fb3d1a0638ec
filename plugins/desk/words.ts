/** Owns the desk's translator: its own words, and core's for acts. */
import { actTexts, defineTexts, type ActKey, type PageContext, type Params } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const deskTexts = defineTexts(pl, en)
export type DeskKey = keyof typeof pl
/** What can be said on a page of the desk. */
export type DeskWord = DeskKey | ActKey

/** The translator in the reader's language. */
export function words(c: PageContext): (key: DeskWord, params?: Params) => string {
  const own = deskTexts.in(c.get('language'))
  const acts = actTexts.in(c.get('language'))
  return (key, params) => (Object.hasOwn(actTexts.pl, key) ? acts(key as ActKey, params) : own(key as DeskKey, params))
}
