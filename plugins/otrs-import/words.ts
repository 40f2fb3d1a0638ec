/** Owns the words of the take-over: its translator, and how a code is said that has none. */
import { defineTexts, type Language, type PageContext } from '../../core/index.ts'
import { checkEn } from './i18n/check-en.ts'
import { checkPl } from './i18n/check-pl.ts'
import { findingsEn, findingsPl } from './i18n/findings.ts'
import { pagesEn } from './i18n/pages-en.ts'
import { pagesPl } from './i18n/pages-pl.ts'

const pl = { ...checkPl, ...findingsPl, ...pagesPl }
export const texts = defineTexts(pl, { ...checkEn, ...findingsEn, ...pagesEn })
export type ImportKey = keyof typeof pl
export const words = (c: PageContext) => texts.in(c.get('language'))

/** A code that a run wrote; one of another version of pomoc is said as it is. */
export function sayFinding(language: Language, code: string): string {
  const key = `finding.${code}`
  return key in pl ? texts.in(language)(key as ImportKey) : code
}
