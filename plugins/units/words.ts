/** Owns the translator of the unit pages. */
import { defineTexts, type PageContext, type Params } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const unitTexts = defineTexts(pl, en)
export type UnitKey = keyof typeof pl
export type Say = (key: UnitKey, params?: Params) => string

/** The translator in the reader's language. */
export const words = (c: PageContext): Say => unitTexts.in(c.get('language')) as Say
