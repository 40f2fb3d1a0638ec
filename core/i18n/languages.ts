/** Owns the languages of pomoc: the one list, how each counts, and in which other one is said what a language does not say yet. */

export interface LanguageInfo {
  /** As those who speak it call it. */
  name: string
  /** BCP 47, for dates that Intl writes. */
  locale: string
  /** What divides the cells of a CSV file: the list separator that spreadsheets of its country expect. */
  listSeparator: ';' | ','
  /** Each text there is exists in it: one that is missing does not compile. Else it has a `fallback`. */
  complete: boolean
  /** Where a text is missing it is said in this one. */
  fallback?: string
}

/**
 * A further language is an entry here, a file of texts beside those of the others wherever some exist, and a word under `languages`
 * in the configuration. It may begin with few texts, `complete: false`.
 */
export const LANGUAGES = {
  pl: { name: 'Polski', locale: 'pl', listSeparator: ';', complete: true },
  en: { name: 'English', locale: 'en-GB', listSeparator: ',', complete: true },
  uk: { name: 'Українська', locale: 'uk', listSeparator: ';', complete: false, fallback: 'pl' },
} as const satisfies Readonly<Record<string, LanguageInfo>>

export type Language = keyof typeof LANGUAGES
/** Languages in which nothing is missing. */
export type CompleteLanguage = { [L in Language]: (typeof LANGUAGES)[L]['complete'] extends true ? L : never }[Language]

/** Something for each language: there for each complete one, perhaps for the others. */
export type ByLanguage<T> = { readonly [L in CompleteLanguage]: T } & { readonly [L in Language]?: T }

export const LANGUAGE_CODES = Object.keys(LANGUAGES) as readonly Language[]
export const COMPLETE_LANGUAGES = LANGUAGE_CODES.filter((code): code is CompleteLanguage => LANGUAGES[code].complete)
/** What the commands in the terminal say. */
export const COMMAND_LINE_LANGUAGE: CompleteLanguage = 'en'

export const isLanguage = (value: unknown): value is Language => LANGUAGE_CODES.includes(value as Language)

/** What was chosen in a form; nothing, and whatever is no language: null. */
export const asLanguage = (value: unknown): Language | null => (isLanguage(value) ? value : null)

/** A language and those that stand in for it, in order; the last is complete. */
export function fallbacks(language: Language): readonly Language[] {
  const way: Language[] = []
  for (let next: string | undefined = language; isLanguage(next) && !way.includes(next); next = (LANGUAGES[next] as LanguageInfo).fallback)
    way.push(next)
  return way.some((code) => LANGUAGES[code].complete) ? way : [...way, COMPLETE_LANGUAGES[0]!]
}

/** The language in which there is something for readers of `language`, and what there is. */
export function findIn<T>(things: ByLanguage<T>, language: Language): { language: Language; thing: T } {
  const code = fallbacks(language).find((one) => things[one] !== undefined)!
  return { language: code, thing: things[code]! }
}

export const inLanguage = <T>(things: ByLanguage<T>, language: Language): T => findIn(things, language).thing

/** The languages that an installation offers, the one for everybody who chose none first. */
export interface Offer {
  readonly languages: readonly Language[]
}

/** The first of the wished ones that is offered; the wish of nobody is left out. */
export const languageFor = (offer: Offer, ...wished: readonly (string | null | undefined)[]): Language =>
  wished.find((one): one is Language => offer.languages.includes(one as Language)) ?? offer.languages[0] ?? COMPLETE_LANGUAGES[0]!

/** For what somebody else wrote in some languages: those offered, then the complete ones. */
export const languagesToTry = (offer: Offer): readonly Language[] => [...new Set([...offer.languages, ...COMPLETE_LANGUAGES])]

/** What stands in a form where a language is chosen: those offered, and what stood there before. */
export const languageChoices = (offer: Offer, ...before: readonly (string | null | undefined)[]): { value: Language; label: string }[] =>
  [...new Set([...offer.languages, ...before.filter(isLanguage)])].map((value) => ({ value, label: LANGUAGES[value].name }))

/** Of what somebody wrote in some languages, the first in this order. */
export const firstIn = <T>(things: Readonly<Partial<Record<Language, T>>>, order: readonly Language[]): T | undefined =>
  order.map((language) => things[language]).find((thing) => thing !== undefined)

const rules = new Map<Language, Intl.PluralRules>()
const numbers = new Map<Language, Intl.NumberFormat>()

/** Which plural form a number has in a language. */
export function pluralForm(language: Language, count: number): Intl.LDMLPluralRule {
  let rule = rules.get(language)
  if (!rule) rules.set(language, (rule = new Intl.PluralRules(language)))
  return rule.select(count)
}

/** A number as the language writes it. */
export function sayNumber(language: Language, value: number): string {
  let format = numbers.get(language)
  if (!format) numbers.set(language, (format = new Intl.NumberFormat(language)))
  return format.format(value)
}
