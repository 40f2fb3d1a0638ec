/** Owns the words of the take-over: its translator, and how a code is said that has none. */
import { defineTexts, type Language, type PageContext } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pagesEn } from './i18n/pages-en.ts'
import { pagesPl } from './i18n/pages-pl.ts'
import { pl } from './i18n/pl.ts'

export const texts = defineTexts({ ...pl, ...pagesPl }, { ...en, ...pagesEn })
export type ImportKey = keyof typeof pl | keyof typeof pagesPl
export const words = (c: PageContext) => texts.in(c.get('language'))

/** A code that a run wrote; one of another version of pomoc is said as it is. */
export function sayFinding(language: Language, code: string): string {
  const key = `finding.${code}`
  return key in pagesPl ? texts.in(language)(key as ImportKey) : code
}
