/** Owns the translators of notifications: their own words, and those of their pages. */
import { defineTexts, sayEvent as sayAny, type Language, type PageContext, type Translate } from '../../core/index.ts'
import { pagesEn } from './i18n/pages-en.ts'
import { pagesPl } from './i18n/pages-pl.ts'
import { sayName } from './standard.ts'
import { texts } from './texts.ts'

const pageTexts = defineTexts(pagesPl, pagesEn)
export type PageKey = keyof typeof pagesPl

/** Words of the pages. */
export const words = (c: PageContext): Translate<PageKey> => pageTexts.in(c.get('language'))
/** What events, recipients, ways and reasons are called. */
export const labels = (c: PageContext) => texts.in(c.get('language'))

/** The same for whom no page is made: the log. */
export const pageWords = (language: Language): Translate<PageKey> => pageTexts.in(language)

/** What it is called for the reader. */
export const nameFor = (c: PageContext, { name }: { name: string }): string => sayName(name, c.get('language'))

/** An event in words; `field`: what the installation calls a field of this name. */
export function sayEvent(c: PageContext, event: string, field?: (name: string) => string): string {
  return sayAny(event, c.get('language'), field)
}
