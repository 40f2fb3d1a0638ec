/** Owns the translator of the admin pages. */
import { defineTexts, type PageContext, type Params } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const adminTexts = defineTexts(pl, en)
export type AdminKey = keyof typeof pl
export type Say = (key: AdminKey, params?: Params) => string

/** The translator in the reader's language. */
export const words = (c: PageContext): Say => adminTexts.in(c.get('language')) as Say
