/** Owns the words of the take-over: its translator, and how codes are said that have no words yet. */
import { defineTexts, type Language, type PageContext } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const texts = defineTexts(pl, en)
export type ImportKey = keyof typeof pl
export const words = (c: PageContext) => texts.in(c.get('language'))

/** A code that a run wrote; one of another version of pomoc is said as it is. */
export function sayFinding(language: Language, code: string): string {
  const key = `finding.${code}`
  return key in pl ? texts.in(language)(key as ImportKey) : code
}
