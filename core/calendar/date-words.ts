/** Owns how dates, times and ages are said, in each language as a person would. */
import { DateTime } from 'luxon'
import { type ByLanguage, findIn, inLanguage, type Language, pluralForm } from '../i18n/languages.ts'

/** Names by language; weekdays Monday first. Polish months are in the genitive ("23 listopada"). */
interface DateWords {
  readonly months: readonly string[]
  readonly weekdays: readonly string[]
  /** "on Monday": in Polish the preposition and the accusative, "we wtorek", "w środę". */
  readonly onWeekday: readonly string[]
  readonly shortWeekdays: readonly string[]
  readonly today: string
  readonly tomorrow: string
  readonly yesterday: string
  readonly now: string
  /** After the year inside a sentence. */
  readonly yearMark: string
}

export const DATE_WORDS: ByLanguage<DateWords> = {
  pl: {
    months: [
      'stycznia',
      'lutego',
      'marca',
      'kwietnia',
      'maja',
      'czerwca',
      'lipca',
      'sierpnia',
      'września',
      'października',
      'listopada',
      'grudnia',
    ],
    weekdays: ['poniedziałek', 'wtorek', 'środa', 'czwartek', 'piątek', 'sobota', 'niedziela'],
    onWeekday: ['w poniedziałek', 'we wtorek', 'w środę', 'w czwartek', 'w piątek', 'w sobotę', 'w niedzielę'],
    shortWeekdays: ['pon.', 'wt.', 'śr.', 'czw.', 'pt.', 'sob.', 'niedz.'],
    today: 'dziś',
    tomorrow: 'jutro',
    yesterday: 'wczoraj',
    now: 'teraz',
    yearMark: ' r.',
  },
  en: {
    months: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
    weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
    onWeekday: ['on Monday', 'on Tuesday', 'on Wednesday', 'on Thursday', 'on Friday', 'on Saturday', 'on Sunday'],
    shortWeekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
    today: 'today',
    tomorrow: 'tomorrow',
    yesterday: 'yesterday',
    now: 'now',
    yearMark: '',
  },
}

/** "7:00", "15:04": twenty-four hours, in every language. */
export function sayTime(date: Date, zone: string): string {
  const { hour, minute } = local(date, zone)
  return `${hour}:${String(minute).padStart(2, '0')}`
}

/** "dziś", "jutro", "wczoraj", "pt. 20 listopada"; with the year when it is not the year of `now`. */
export function sayDay(date: Date, zone: string, language: Language, now: Date): string {
  const words = inLanguage(DATE_WORDS, language)
  const day = local(date, zone)
  return sayNearDay(date, zone, language, now) ?? `${words.shortWeekdays[day.weekday - 1]} ${sayDate(date, zone, language, now)}`
}

/** "dziś, 8:10", "wczoraj, 14:05", "pt. 20 listopada, 15:04", "pt. 21 listopada 2025, 15:04". */
export function sayDateTime(date: Date, zone: string, language: Language, now: Date): string {
  return `${sayDay(date, zone, language, now)}, ${sayTime(date, zone)}`
}

/** "20 listopada"; "20 listopada 2025" when `now` is in another year. */
export function sayDate(date: Date, zone: string, language: Language, now: Date): string {
  const day = local(date, zone)
  const year = day.year === local(now, zone).year ? '' : ` ${day.year}`
  return `${day.day} ${inLanguage(DATE_WORDS, language).months[day.month - 1]}${year}`
}

/** "dziś", "jutro", "wczoraj", or `undefined` for any other day. */
export function sayNearDay(date: Date, zone: string, language: Language, now: Date): string | undefined {
  const words = inLanguage(DATE_WORDS, language)
  const days = daysApart(now, date, zone)
  return days === 0 ? words.today : days === 1 ? words.tomorrow : days === -1 ? words.yesterday : undefined
}

/**
 * How long ago `from` was at `to`: "teraz" under a minute, "3 min", "2 h" up to a day, then days, months and years with
 * the right plural. Given a zone, days are those of the calendar, and the day before is "wczoraj"; else they are 24
 * hours each.
 */
export function sayAge(from: Date, to: Date, language: Language, zone?: string): string {
  const minutes = Math.floor((to.getTime() - from.getTime()) / 60_000)
  if (minutes < 1) return inLanguage(DATE_WORDS, language).now
  if (minutes < 60) return `${minutes} min`
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`
  const days = zone === undefined ? Math.floor(minutes / (24 * 60)) : daysApart(from, to, zone)
  // The day on which clocks go back has 25 hours.
  if (days === 0) return `${Math.floor(minutes / 60)} h`
  if (days === 1 && zone !== undefined) return inLanguage(DATE_WORDS, language).yesterday
  if (days < 60) return count(days, 'day', language)
  if (days < 365) return count(Math.min(11, Math.round(days / 30.44)), 'month', language)
  return count(Math.max(1, Math.floor(days / 365.25)), 'year', language)
}

type PluralForms = { readonly [form in Intl.LDMLPluralRule]?: string } & { readonly other: string }

const COUNTED: ByLanguage<{ readonly [unit in 'day' | 'month' | 'year']: PluralForms }> = {
  pl: {
    day: { one: 'dzień', other: 'dni' },
    month: { other: 'mies.' },
    year: { one: 'rok', few: 'lata', many: 'lat', other: 'roku' },
  },
  en: {
    day: { one: 'day', other: 'days' },
    month: { one: 'month', other: 'months' },
    year: { one: 'year', other: 'years' },
  },
}

function count(amount: number, unit: 'day' | 'month' | 'year', language: Language): string {
  const { language: said, thing } = findIn(COUNTED, language)
  return `${amount} ${thing[unit][pluralForm(said, amount)] ?? thing[unit].other}`
}

/** Whole days on the calendar from one moment's local day to the other's; negative backwards. */
function daysApart(from: Date, to: Date, zone: string): number {
  return dayNumber(local(to, zone)) - dayNumber(local(from, zone))
}

function dayNumber({ year, month, day }: LocalTime): number {
  return Date.UTC(year, month - 1, day) / 86_400_000
}

const QUARTER_MS = 900_000
/** Minutes, by zone and quarter of an hour. */
const offsets = new Map<string, Map<number, number>>()

/** What clock and calendar on the wall show; Monday is weekday 1. */
interface LocalTime {
  year: number
  month: number
  day: number
  weekday: number
  hour: number
  minute: number
}

/** Intl is asked for an offset once a quarter of an hour, at which alone zones change theirs; the rest is arithmetic, for lists say hundreds of moments. */
function local(date: Date, zone: string): LocalTime {
  let known = offsets.get(zone)
  if (!known) offsets.set(zone, (known = new Map()))
  const quarter = Math.floor(date.getTime() / QUARTER_MS)
  let offset = known.get(quarter)
  if (offset === undefined) {
    if (known.size > 10_000) known.clear()
    offset = DateTime.fromJSDate(date, { zone }).offset
    known.set(quarter, offset)
  }
  const shown = new Date(date.getTime() + offset * 60_000)
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    weekday: shown.getUTCDay() || 7,
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
  }
}
