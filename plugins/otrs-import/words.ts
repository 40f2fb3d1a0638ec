/** Owns the words of the take-over. */
import { defineTexts, type PageContext } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const texts = defineTexts(pl, en)
export type ImportKey = keyof typeof pl
export const words = (c: PageContext) => texts.in(c.get('language'))
