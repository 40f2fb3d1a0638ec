/** Owns the portal's translator. */
import { defineTexts } from '../../core/index.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const words = defineTexts(pl, en)
export type PortalKey = keyof typeof pl
