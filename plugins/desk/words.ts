/** Owns the desk's translator. */
import { defineTexts, type PageContext, type Params } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const deskTexts = defineTexts(pl, en)
export type DeskKey = keyof typeof pl

/** The translator in the reader's language. */
export const words = (c: PageContext) => deskTexts.in(c.get('language')) as (key: DeskKey, params?: Params) => string
