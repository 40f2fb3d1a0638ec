/** Owns how texts are declared and looked up: typed keys, {placeholders}, plural forms by Intl.PluralRules. */
import type { Language } from '../database/schema.ts'

/** A sentence with {placeholders}; or plural forms chosen by the parameter `count`. */
export type Text = string | PluralText
export interface PluralText { one: string; few?: string; many?: string; other: string }
export type Params = Record<string, string | number>
export type Translate<K extends string> = (key: K, params?: Params) => string

const rules: Record<Language, Intl.PluralRules> = { pl: new Intl.PluralRules('pl'), en: new Intl.PluralRules('en') }
const numbers: Record<Language, Intl.NumberFormat> = { pl: new Intl.NumberFormat('pl'), en: new Intl.NumberFormat('en') }

/** Fills one text. Numbers are written as the language writes them; a missing parameter stays visible as {name}. */
export function fill(text: Text, language: Language, params: Params = {}): string {
  const count = params['count']
  const form = typeof text === 'string' ? text
    : text[rules[language].select(typeof count === 'number' ? count : 0) as keyof PluralText] ?? text.other
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name]
    return value === undefined ? whole : typeof value === 'number' ? numbers[language].format(value) : value
  })
}

/**
 * Declares the texts of core or of one plugin. The Polish object gives the keys; a key missing in English does not compile.
 * `const words = defineTexts(pl, en)`, then `const t = words.in('pl'); t('list.count', { count: 3 })`.
 */
export function defineTexts<K extends string>(pl: Record<K, Text>, en: Record<NoInfer<K>, Text>): Texts<K> {
  const all = { pl, en }
  const make = (language: Language): Translate<K> => (key, params) => fill(all[language][key] ?? key, language, params)
  const ready = { pl: make('pl'), en: make('en') }
  return { pl, en, in: (language) => ready[language] }
}

export interface Texts<K extends string = string> {
  pl: Record<K, Text>
  en: Record<K, Text>
  in(language: Language): Translate<K>
}

/** One text of a plugin, or undefined when it has none of this key. */
export function sayText(texts: Pick<Texts, 'pl' | 'en'> | undefined, language: Language, key: string, params?: Params): string | undefined {
  return texts && Object.hasOwn(texts[language], key) ? fill(texts[language][key]!, language, params) : undefined
}
