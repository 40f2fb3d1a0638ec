/** Owns the translator of what every page has: frame, forms, parts. */
import { defineTexts } from '../../i18n/texts.ts'
import { pl } from './pl.ts'
import { en } from './en.ts'

export const webTexts = defineTexts(pl, en)
export type WebKey = keyof typeof pl
