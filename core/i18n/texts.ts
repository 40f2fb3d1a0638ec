/** Owns how texts are declared and looked up: typed keys, {placeholders}, plural forms by Intl.PluralRules. */
import { COMPLETE_LANGUAGES, fallbacks, LANGUAGE_CODES, pluralForm, sayNumber, type CompleteLanguage, type Language } from './languages.ts'

/** A sentence with {placeholders}; or plural forms chosen by the parameter `count`. */
export type Text = string | PluralText
export interface PluralText {
  one: string
  few?: string
  many?: string
  other: string
}
export type Params = Record<string, string | number>
export type Translate<K extends string> = (key: K, params?: Params) => string

/** Fills one text. Numbers are written as the language writes them; a missing parameter stays visible as {name}. */
export function fill(text: Text, language: Language, params: Params = {}): string {
  const count = params['count']
  const form =
    typeof text === 'string' ? text : (text[pluralForm(language, typeof count === 'number' ? count : 0) as keyof PluralText] ?? text.other)
  if (!form.includes('{')) return form
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name]
    return value === undefined ? whole : typeof value === 'number' ? sayNumber(language, value) : value
  })
}

type Begun<K extends string> = { [L in Exclude<Language, CompleteLanguage>]?: Partial<Record<K, Text>> }
/** Texts by language: all of them in each complete one, some perhaps in others. */
export type TextTables<K extends string = string> = { [L in CompleteLanguage]: Record<K, Text> } & Begun<K>
/** The tables besides Polish and English; those of complete languages must be there. */
type Further<K extends string> = Omit<TextTables<K>, 'pl' | 'en'>

/** Texts as `defineTexts` made them. */
export type Texts<K extends string = string> = TextTables<K> & { in(language: Language): Translate<K> }

/**
 * Declares the texts of core or of one plugin. The Polish object gives the keys; a key missing in English, or in another complete
 * language, does not compile; what a begun one lacks is said in its fallback.
 * `const words = defineTexts(pl, en)`, or `defineTexts(pl, en, { uk })`; then `const t = words.in('pl'); t('list.count', { count: 3 })`.
 */
export function defineTexts<K extends string>(
  pl: Record<K, Text>,
  en: Record<NoInfer<K>, Text>,
  ...[further]: {} extends Further<NoInfer<K>> ? [Further<NoInfer<K>>?] : [Further<NoInfer<K>>]
): Texts<K> {
  const tables = { ...further, pl, en } as TextTables<K>
  const make = (language: Language): Translate<K> => {
    const way = fallbacks(language).flatMap((code) => (tables[code] ? [{ code, table: tables[code] as Partial<Record<K, Text>> }] : []))
    return (key, params) => {
      for (const { code, table } of way) if (table[key] !== undefined) return fill(table[key], code, params)
      return key
    }
  }
  const ready = new Map(LANGUAGE_CODES.map((language) => [language, make(language)]))
  return { ...tables, in: (language) => ready.get(language) ?? ready.get(COMPLETE_LANGUAGES[0]!)! }
}

/** One text of a plugin, or undefined when it has none of this key. */
export function sayText(texts: TextTables | undefined, language: Language, key: string, params?: Params): string | undefined {
  const code = texts && fallbacks(language).find((one) => Object.hasOwn(texts[one] ?? {}, key))
  return code && fill(texts[code]![key]!, code, params)
}
