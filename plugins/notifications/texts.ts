/** Owns the words of notifications. */
import { defineTexts } from '../../core/index.ts'
import { engineEn } from './i18n/engine-en.ts'
import { enginePl } from './i18n/engine-pl.ts'

export const texts = defineTexts({ ...enginePl }, { ...engineEn })
