/** Owns how types are said: OTRS's seeded one in words, others by their name. */
import { inLanguage, type ByLanguage, type Language } from '../i18n/languages.ts'

const WORDS: ByLanguage<Record<string, string>> = {
  pl: { Unclassified: 'nieokreślony' },
  en: { Unclassified: 'unclassified' },
}

export const sayType = (name: string, language: Language): string => inLanguage(WORDS, language)[name] ?? name
