/** Owns how a calendar is said: its hours, its cut-off, and when a receipt is taken up. */
import { DateTime } from 'luxon'
import { type Calendar, minuteOfDay, type OpenPeriod, WEEKDAYS } from './calendar.ts'
import { cutOffMinute, type Receipt } from './receipt.ts'
import { specialDayOn } from './special-days.ts'
import { holidayOn, isoDate, localClock, openPeriodsOn } from './working-time.ts'
import { DATE_WORDS, sayDate, sayDay, sayNearDay, sayTime } from './date-words.ts'
import { inLanguage, type Language } from '../i18n/languages.ts'
import { type CalendarPhrases, PHRASES } from './phrases.ts'

export type { Language } from '../i18n/languages.ts'
export { sayAge, sayDate, sayDateTime, sayDay, sayNearDay, sayTime } from './date-words.ts'

/**
 * When the ticket is taken up, as a clause without capital and full stop. Ahead of `now`: "przyjmiemy w poniedziałek 23
 * listopada od 7:00", "przyjmiemy jutro (wtorek 24 listopada) od 7:00"; just now: "przyjęte teraz"; later on: "przyjęte
 * wczoraj o 14:05". The year is added when it is not the year of `now`.
 */
export function sayReceipt(receipt: Receipt, calendar: Calendar, language: Language, now: Date): string {
  const at = receipt.receivedAt
  const phrases = inLanguage(PHRASES, language)
  const time = sayTime(at, calendar.zone)
  const day = dayInSentence(at, calendar.zone, language, now)
  if (at > now) return phrases.willTakeUp(day, time)
  return now.getTime() - at.getTime() < 60_000 ? phrases.receivedNow : phrases.received(day, time)
}

/**
 * Why it is taken up then, as a clause: "wysłane po 15:00", "wysłane w dzień wolny: Boże Ciało". The sender's view of
 * `receive(calendar, at)`.
 *
 * @param at When the ticket arrived.
 */
export function sayReceiptReason(receipt: Receipt, calendar: Calendar, language: Language, at: Date): string {
  const { day } = localClock(calendar, at)
  const periods = openPeriodsOn(calendar, day)
  const phrases = inLanguage(PHRASES, language)
  switch (receipt.reason) {
    case 'in-hours':
      return phrases.sentInHours
    case 'before-opening':
      return phrases.sentBefore(sayMinute(periods[0]?.from ?? 0))
    case 'after-cut-off':
      return phrases.sentAfter(sayMinute(cutOffMinute(calendar, periods.at(-1)?.to ?? END_OF_DAY)))
    case 'free-day': {
      // Looked up again, for the receipt may hold the name in another language.
      const holiday = holidayOn(calendar, isoDate(day), language) ?? receipt.holiday
      return holiday === undefined ? phrases.sentOnDayOff : phrases.sentOnHoliday(holiday)
    }
    case 'no-hours':
      return phrases.noHoursHere
  }
}

/** "pon.–pt. 7:00–15:00"; "pon., śr. 8:00–12:00 i 13:00–16:00; sob. 9:00–12:00"; "codziennie, całą dobę". */
export function sayHours(calendar: Pick<Calendar, 'hours'>, language: Language): string {
  const daysByHours = new Map<string, number[]>()
  WEEKDAYS.forEach((day, index) => {
    const periods = calendar.hours[day]
    if (periods.length === 0) return
    const hours = sayPeriods(periods, language)
    daysByHours.set(hours, [...(daysByHours.get(hours) ?? []), index])
  })
  const phrases = inLanguage(PHRASES, language)
  if (daysByHours.size === 0) return phrases.noHours
  return [...daysByHours]
    .map(([hours, days]) => {
      const separator = hours === phrases.allDay ? ', ' : ' '
      return sayDays(days, language) + separator + hours
    })
    .join('; ')
}

/** A week ahead is as far as somebody plans who reads opening hours. */
const DAYS_AHEAD = 7

/** The days of the coming week on which hours are not those of the week, as a sentence; undefined: there are none. */
export function sayExceptions(calendar: Calendar, language: Language, now: Date): string | undefined {
  const phrases = inLanguage(PHRASES, language)
  const today = localClock(calendar, now).day
  const days = Array.from({ length: DAYS_AHEAD }, (_, ahead) => today + ahead).flatMap((day) => {
    const own = specialDayOn(calendar, isoDate(day))?.hours
    const noon = DateTime.fromISO(`${isoDate(day)}T12:00`, { zone: calendar.zone })
    const usual = calendar.hours[WEEKDAYS[noon.weekday - 1]!]
    if (!own && (usual.length === 0 || openPeriodsOn(calendar, day).length > 0)) return []
    return [`${sayDay(noon.toJSDate(), calendar.zone, language, now)} ${own ? sayPeriods(own, language) : phrases.closedThen}`]
  })
  return days.length === 0 ? undefined : phrases.exceptions(days.join(', '))
}

/** What happens to what is sent late, as a sentence: "Co wyślesz po 15:00, przyjmiemy następnego dnia roboczego." */
export function sayCutOff(calendar: Calendar, language: Language): string {
  const closings = WEEKDAYS.flatMap((day) => {
    const closing = Math.max(...calendar.hours[day].map((period) => minuteOfDay(period.to)))
    return Number.isFinite(closing) ? [closing] : []
  })
  const cutOffs = new Set(closings.map((closing) => cutOffMinute(calendar, closing)))
  const [only] = cutOffs
  const phrases = inLanguage(PHRASES, language)
  if (only === undefined || (cutOffs.size === 1 && only === END_OF_DAY && closings.length === 7)) return phrases.atAnyTime
  return phrases.whatIsLate(
    cutOffs.size > 1 ? sayLateOnSomeDays(calendar, phrases) : only === END_OF_DAY ? phrases.onDayOff : phrases.after(sayMinute(only)),
  )
}

const END_OF_DAY = 1440

/** Days end at different minutes: those that close before the cut-off, or all of them when there is none. */
function sayLateOnSomeDays(calendar: Calendar, phrases: CalendarPhrases): string {
  return calendar.cutOff === null ? phrases.afterHours : phrases.afterOrAfterHours(sayClock(calendar.cutOff))
}

/** "dziś", "jutro (wtorek 24 listopada)", "w poniedziałek 23 listopada". */
function dayInSentence(date: Date, zone: string, language: Language, now: Date): string {
  const words = inLanguage(DATE_WORDS, language)
  const weekday = DateTime.fromJSDate(date, { zone }).weekday - 1
  const near = sayNearDay(date, zone, language, now)
  if (near !== undefined && near !== words.tomorrow) return near
  const named = sayDate(date, zone, language, now)
  const fullDate = /\d$/.test(named) ? named + words.yearMark : named
  return near === undefined ? `${words.onWeekday[weekday]} ${fullDate}` : `${near} (${words.weekdays[weekday]} ${fullDate})`
}

/** "8:00–12:00 i 13:00–16:00", "całą dobę". */
export function sayPeriods(periods: readonly OpenPeriod[], language: Language): string {
  const [first] = periods
  if (periods.length === 1 && first?.from === '00:00' && first.to === '24:00') return inLanguage(PHRASES, language).allDay
  const inOrder = [...periods].sort((a, b) => (a.from < b.from ? -1 : 1))
  const said = inOrder.map(({ from, to }) => `${sayClock(from)}–${sayClock(to)}`)
  const last = said.pop() ?? ''
  return said.length === 0 ? last : `${said.join(', ')} ${inLanguage(PHRASES, language).and} ${last}`
}

/** "pon.–pt.", "pon., śr.", "sob., niedz.": three days or more in a row become a range. */
function sayDays(days: readonly number[], language: Language): string {
  if (days.length === 7) return inLanguage(PHRASES, language).everyDay
  const runs: number[][] = []
  for (const day of days) {
    const run = runs.at(-1)
    if (run && run.at(-1) === day - 1) run.push(day)
    else runs.push([day])
  }
  const short = inLanguage(DATE_WORDS, language).shortWeekdays
  return runs
    .map((run) => (run.length > 2 ? `${short[run[0]!]}–${short[run.at(-1)!]}` : run.map((day) => short[day]).join(', ')))
    .join(', ')
}

/** "7:00" for `07:00`. */
function sayClock(clock: string): string {
  return sayMinute(minuteOfDay(clock))
}

function sayMinute(minute: number): string {
  return `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`
}
