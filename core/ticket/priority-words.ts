/** Owns how priorities are said: OTRS's five by words, others by their own name without the leading number. */
import { inLanguage, type ByLanguage, type Language } from '../i18n/languages.ts'

const WORDS: ByLanguage<Record<string, string>> = {
  pl: { '1 very low': 'bardzo niski', '2 low': 'niski', '3 normal': 'normalny', '4 high': 'wysoki', '5 very high': 'bardzo wysoki' },
  en: { '1 very low': 'very low', '2 low': 'low', '3 normal': 'normal', '4 high': 'high', '5 very high': 'very high' },
}

export function sayPriority(name: string, language: Language): string {
  return inLanguage(WORDS, language)[name] ?? name.replace(/^\d+\s+/, '')
}
