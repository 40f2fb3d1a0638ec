/** Owns the translator of acts on tickets: what a button says, how an act is called, what is said once it is done. */
import { defineTexts } from '../../../i18n/texts.ts'
import { en } from './en.ts'
import { pl } from './pl.ts'

export const actTexts = defineTexts(pl, en)
export type ActKey = keyof typeof pl
