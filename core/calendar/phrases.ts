/** Owns the words of hours, cut-offs and receipts, by language: whole phrases, for word order and endings differ. */
import type { ByLanguage } from '../i18n/languages.ts'

/** Days and times come as they stand in a sentence: "w poniedziałek 23 listopada", "7:00". */
export interface CalendarPhrases {
  readonly willTakeUp: (day: string, time: string) => string
  readonly receivedNow: string
  readonly received: (day: string, time: string) => string
  readonly sentInHours: string
  readonly sentBefore: (opening: string) => string
  readonly sentAfter: (cutOff: string) => string
  readonly sentOnHoliday: (name: string) => string
  readonly sentOnDayOff: string
  readonly noHoursHere: string
  readonly noHours: string
  readonly atAnyTime: string
  /** `late`: one of the four below. */
  readonly whatIsLate: (late: string) => string
  readonly onDayOff: string
  readonly after: (cutOff: string) => string
  readonly afterHours: string
  readonly afterOrAfterHours: (cutOff: string) => string
  readonly and: string
  readonly allDay: string
  readonly everyDay: string
  /** `days`: "śr. 24 grudnia 7:30–12:00", "jutro nieczynne", with commas. */
  readonly exceptions: (days: string) => string
  readonly closedThen: string
  /** What may be typed for a day without hours. */
  readonly closed: readonly string[]
}

export const PHRASES: ByLanguage<CalendarPhrases> = {
  pl: {
    willTakeUp: (day, time) => `przyjmiemy ${day} od ${time}`,
    receivedNow: 'przyjęte teraz',
    received: (day, time) => `przyjęte ${day} o ${time}`,
    sentInHours: 'wysłane w godzinach pracy',
    sentBefore: (opening) => `wysłane przed ${opening}`,
    sentAfter: (cutOff) => `wysłane po ${cutOff}`,
    sentOnHoliday: (name) => `wysłane w dzień wolny: ${name}`,
    sentOnDayOff: 'wysłane w dzień wolny od pracy',
    noHoursHere: 'ten kalendarz nie ma godzin pracy',
    noHours: 'brak godzin pracy',
    atAnyTime: 'Zgłoszenia przyjmujemy o każdej porze.',
    whatIsLate: (late) => `Co wyślesz ${late}, przyjmiemy następnego dnia roboczego.`,
    onDayOff: 'w dzień wolny',
    after: (cutOff) => `po ${cutOff}`,
    afterHours: 'po godzinach pracy',
    afterOrAfterHours: (cutOff) => `po ${cutOff} lub po godzinach pracy`,
    and: 'i',
    allDay: 'całą dobę',
    everyDay: 'codziennie',
    exceptions: (days) => `W najbliższych dniach inaczej: ${days}.`,
    closedThen: 'nieczynne',
    closed: ['zamknięte', 'nieczynne', 'wolne', 'brak', '-', '–', '—'],
  },
  en: {
    willTakeUp: (day, time) => `we will take it up ${day} from ${time}`,
    receivedNow: 'received now',
    received: (day, time) => `received ${day} at ${time}`,
    sentInHours: 'sent within working hours',
    sentBefore: (opening) => `sent before ${opening}`,
    sentAfter: (cutOff) => `sent after ${cutOff}`,
    sentOnHoliday: (name) => `sent on a holiday: ${name}`,
    sentOnDayOff: 'sent on a day off',
    noHoursHere: 'this calendar has no working hours',
    noHours: 'no working hours',
    atAnyTime: 'We take up tickets at any time.',
    whatIsLate: (late) => `Tickets sent ${late} are taken up on the next working day.`,
    onDayOff: 'on a day off',
    after: (cutOff) => `after ${cutOff}`,
    afterHours: 'after working hours',
    afterOrAfterHours: (cutOff) => `after ${cutOff} or after working hours`,
    and: 'and',
    allDay: 'around the clock',
    everyDay: 'every day',
    exceptions: (days) => `Different in the coming days: ${days}.`,
    closedThen: 'closed',
    closed: ['closed', 'free', 'off', 'day off', 'none'],
  },
}
