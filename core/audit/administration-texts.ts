/** Owns the words of administered things: what each is called, what its values are called and how they read. */
import { defineTexts } from '../i18n/texts.ts'
import { en } from './i18n/en.ts'
import { pl } from './i18n/pl.ts'

export const administrationTexts = defineTexts(pl, en)
export type AdministrationKey = keyof typeof pl
