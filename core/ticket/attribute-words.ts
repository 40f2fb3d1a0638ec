/** Owns what attributes of a ticket are called. */
import type { Language } from '../database/schema.ts'
import { coreTexts } from '../i18n/core-texts.ts'
import type { AttributeName } from './attributes.ts'

/** An attribute without its two words does not compile. */
export const sayAttribute = (name: AttributeName, language: Language): string => coreTexts.in(language)(`attribute.${name}`)
