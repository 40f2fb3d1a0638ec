/** Owns what attributes of a ticket are called, and how priorities are said. */
import type { Language } from '../database/schema.ts'
import { coreTexts } from '../i18n/core-texts.ts'
import { inLanguage, type ByLanguage } from '../i18n/languages.ts'
import type { AttributeName } from './attributes.ts'

/** An attribute without its two words does not compile. */
export const sayAttribute = (name: AttributeName, language: Language): string => coreTexts.in(language)(`attribute.${name}`)

const PRIORITIES: ByLanguage<Record<string, string>> = {
  pl: { '1 very low': 'bardzo niski', '2 low': 'niski', '3 normal': 'normalny', '4 high': 'wysoki', '5 very high': 'bardzo wysoki' },
  en: { '1 very low': 'very low', '2 low': 'low', '3 normal': 'normal', '4 high': 'high', '5 very high': 'very high' },
}

/** OTRS's five by words, others by their own name without the leading number. */
export function sayPriority(name: string, language: Language): string {
  return inLanguage(PRIORITIES, language)[name] ?? name.replace(/^\d+\s+/, '')
}
