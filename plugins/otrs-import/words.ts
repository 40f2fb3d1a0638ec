/** Owns the words of the take-over: its translator. */
import { defineTexts, type PageContext } from '../../core/index.ts'
import { checkEn } from './i18n/check-en.ts'
import { checkPl } from './i18n/check-pl.ts'

const pl = { ...checkPl }
export const texts = defineTexts(pl, { ...checkEn })
export type ImportKey = keyof typeof pl
export const words = (c: PageContext) => texts.in(c.get('language'))
