import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { type Calendar, DEFAULT_CALENDAR } from './calendar.ts'
import { receive } from './receipt.ts'
import { type Language, sayAge, sayCutOff, sayDateTime, sayDay, sayExceptions, sayHours, sayReceipt, sayReceiptReason } from './words.ts'

const ZONE = 'Europe/Warsaw'
const at = (local: string) => DateTime.fromISO(local, { zone: ZONE }).toJSDate()

function receipt(sent: string, language: Language, now = sent): string {
  return sayReceipt(receive(DEFAULT_CALENDAR, at(sent)), DEFAULT_CALENDAR, language, at(now))
}

describe('sayReceipt', () => {
  it('names weekday and date of a later day', () => {
    expect(receipt('2026-11-20T15:01', 'pl')).toBe('przyjmiemy w poniedziałek 23 listopada od 7:00')
    expect(receipt('2026-11-20T15:01', 'en')).toBe('we will take it up on Monday 23 November from 7:00')
  })

  it('says today and tomorrow as people do', () => {
    expect(receipt('2026-11-20T05:00', 'pl')).toBe('przyjmiemy dziś od 7:00')
    expect(receipt('2026-11-20T05:00', 'en')).toBe('we will take it up today from 7:00')
    expect(receipt('2026-11-23T15:01', 'pl')).toBe('przyjmiemy jutro (wtorek 24 listopada) od 7:00')
    expect(receipt('2026-11-23T15:01', 'en')).toBe('we will take it up tomorrow (Tuesday 24 November) from 7:00')
  })

  it('says it was received, now or then', () => {
    expect(receipt('2026-11-20T08:10', 'pl')).toBe('przyjęte teraz')
    expect(receipt('2026-11-20T08:10', 'en')).toBe('received now')
    expect(receipt('2026-11-20T08:10', 'pl', '2026-11-20T12:00')).toBe('przyjęte dziś o 8:10')
    expect(receipt('2026-11-20T08:10', 'pl', '2026-11-21T12:00')).toBe('przyjęte wczoraj o 8:10')
    expect(receipt('2026-11-18T08:10', 'pl', '2026-11-21T12:00')).toBe('przyjęte w środę 18 listopada o 8:10')
    expect(receipt('2026-11-18T08:10', 'en', '2026-11-21T12:00')).toBe('received on Wednesday 18 November at 8:10')
  })

  it('adds the year when it is another', () => {
    expect(receipt('2026-12-31T15:01', 'pl')).toBe('przyjmiemy w poniedziałek 4 stycznia 2027 r. od 7:00')
    expect(receipt('2026-12-31T15:01', 'en')).toBe('we will take it up on Monday 4 January 2027 from 7:00')
  })

  it('declines every Polish weekday and month', () => {
    const now = at('2020-01-01T00:00')
    const everyDay = ['07', '08', '09', '10', '11', '12', '13'].map((day) =>
      sayReceipt({ receivedAt: at(`2020-09-${day}T08:05`), reason: 'free-day' }, DEFAULT_CALENDAR, 'pl', now),
    )
    expect(everyDay.map((said) => said.replace('przyjmiemy ', '').replace(/ \d+ września od 8:05/, ''))).toEqual([
      'w poniedziałek',
      'we wtorek',
      'w środę',
      'w czwartek',
      'w piątek',
      'w sobotę',
      'w niedzielę',
    ])
    const months = Array.from({ length: 12 }, (_, month) => sayDay(new Date(Date.UTC(2020, month, 15)), ZONE, 'pl', now))
    const genitives = 'stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia'
    expect(months.map((said) => said.split(' ')[2]).join(' ')).toBe(genitives)
  })
})

describe('sayReceiptReason', () => {
  const reason = (sent: string, language: Language) =>
    sayReceiptReason(receive(DEFAULT_CALENDAR, at(sent)), DEFAULT_CALENDAR, language, at(sent))

  it('says why', () => {
    expect(reason('2026-11-20T08:00', 'pl')).toBe('wysłane w godzinach pracy')
    expect(reason('2026-11-20T06:00', 'pl')).toBe('wysłane przed 7:00')
    expect(reason('2026-11-20T15:01', 'pl')).toBe('wysłane po 15:00')
    expect(reason('2026-11-20T15:01', 'en')).toBe('sent after 15:00')
    expect(reason('2026-11-21T12:00', 'pl')).toBe('wysłane w dzień wolny od pracy')
    expect(reason('2026-11-11T12:00', 'pl')).toBe('wysłane w dzień wolny: Narodowe Święto Niepodległości')
    expect(reason('2026-11-11T12:00', 'en')).toBe('sent on a holiday: Independence Day')
  })

  it('says the hours of a day that has its own', () => {
    const calendar = { ...DEFAULT_CALENDAR, onceHolidays: [{ date: '2026-12-23', name: 'x', hours: [{ from: '07:30', to: '12:00' }] }] }
    const said = (sent: string) => sayReceiptReason(receive(calendar, at(sent)), calendar, 'pl', at(sent))
    expect([said('2026-12-23T07:10'), said('2026-12-23T12:01')]).toEqual(['wysłane przed 7:30', 'wysłane po 12:00'])
  })
})

const eightToTwelve = [{ from: '08:00', to: '12:00' }]
const split = [
  { from: '08:00', to: '12:00' },
  { from: '13:00', to: '16:30' },
]
const wholeDay = [{ from: '00:00', to: '24:00' }]
const NO_HOURS = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }
const allHours = { mon: wholeDay, tue: wholeDay, wed: wholeDay, thu: wholeDay, fri: wholeDay, sat: wholeDay, sun: wholeDay }

function calendarWith(hours: Partial<Calendar['hours']>, cutOff: string | null = null): Calendar {
  return { ...DEFAULT_CALENDAR, hours: { ...NO_HOURS, ...hours }, cutOff }
}

describe('sayHours', () => {
  it('joins days with the same hours', () => {
    expect(sayHours(DEFAULT_CALENDAR, 'pl')).toBe('pon.–pt. 7:00–15:00')
    expect(sayHours(DEFAULT_CALENDAR, 'en')).toBe('Mon–Fri 7:00–15:00')
    const mixed = calendarWith({ mon: eightToTwelve, wed: eightToTwelve, thu: split, fri: split, sat: split, sun: eightToTwelve })
    expect(sayHours(mixed, 'pl')).toBe('pon., śr., niedz. 8:00–12:00; czw.–sob. 8:00–12:00 i 13:00–16:30')
    expect(sayHours(mixed, 'en')).toBe('Mon, Wed, Sun 8:00–12:00; Thu–Sat 8:00–12:00 and 13:00–16:30')
  })

  it('has words for always and never', () => {
    expect(sayHours(calendarWith(allHours), 'pl')).toBe('codziennie, całą dobę')
    expect(sayHours(calendarWith(allHours), 'en')).toBe('every day, around the clock')
    expect(sayHours(calendarWith({}), 'pl')).toBe('brak godzin pracy')
  })
})

describe('sayExceptions', () => {
  const calendar: Calendar = {
    ...DEFAULT_CALENDAR,
    onceHolidays: [{ date: '2026-12-23', name: 'x', hours: [{ from: '07:30', to: '12:00' }] }],
  }

  it('names the days of the coming week that are not as the week has them', () => {
    expect(sayExceptions(calendar, 'pl', at('2026-12-20T12:00'))).toBe(
      'W najbliższych dniach inaczej: śr. 23 grudnia 7:30–12:00, czw. 24 grudnia nieczynne, pt. 25 grudnia nieczynne.',
    )
    expect(sayExceptions(calendar, 'en', at('2026-12-23T12:30'))).toBe(
      'Different in the coming days: today 7:30–12:00, tomorrow closed, Fri 25 December closed.',
    )
    // A Saturday is free anyway.
    expect(sayExceptions(calendar, 'pl', at('2027-01-08T12:00'))).toBeUndefined()
  })
})

describe('sayCutOff', () => {
  it('says what happens to what is sent late', () => {
    expect(sayCutOff(DEFAULT_CALENDAR, 'pl')).toBe('Co wyślesz po 15:00, przyjmiemy następnego dnia roboczego.')
    expect(sayCutOff(DEFAULT_CALENDAR, 'en')).toBe('Tickets sent after 15:00 are taken up on the next working day.')
    expect(sayCutOff({ ...DEFAULT_CALENDAR, cutOff: null }, 'pl')).toBe('Co wyślesz po 15:00, przyjmiemy następnego dnia roboczego.')
  })

  it('stays true where days differ, or nothing is late', () => {
    const saturday = calendarWith({ ...DEFAULT_CALENDAR.hours, sat: eightToTwelve }, '15:00')
    expect(sayCutOff(saturday, 'pl')).toBe('Co wyślesz po 15:00 lub po godzinach pracy, przyjmiemy następnego dnia roboczego.')
    expect(sayCutOff({ ...saturday, cutOff: null }, 'en')).toBe('Tickets sent after working hours are taken up on the next working day.')
    expect(sayCutOff(calendarWith({ mon: wholeDay }), 'pl')).toBe('Co wyślesz w dzień wolny, przyjmiemy następnego dnia roboczego.')
    expect(sayCutOff(calendarWith(allHours), 'pl')).toBe('Zgłoszenia przyjmujemy o każdej porze.')
    expect(sayCutOff(calendarWith({}), 'en')).toBe('We take up tickets at any time.')
  })
})

describe('dates and ages', () => {
  const now = at('2026-11-24T12:00')
  const say = (local: string, language: Language = 'pl') => sayDateTime(at(local), ZONE, language, now)

  it('says near days by name, others by date, other years with their year', () => {
    expect(say('2026-11-24T08:10')).toBe('dziś, 8:10')
    expect(say('2026-11-23T14:05')).toBe('wczoraj, 14:05')
    expect(say('2026-11-25T07:00')).toBe('jutro, 7:00')
    expect(say('2026-11-20T15:04')).toBe('pt. 20 listopada, 15:04')
    expect(say('2025-11-21T15:04')).toBe('pt. 21 listopada 2025, 15:04')
    expect(say('2026-11-20T15:04', 'en')).toBe('Fri 20 November, 15:04')
    expect(say('2026-11-24T00:00', 'en')).toBe('today, 0:00')
    expect(sayDay(at('2026-11-23T23:59'), ZONE, 'en', now)).toBe('yesterday')
  })

  it('goes by the day in the zone, not by universal time', () => {
    expect(sayDateTime(new Date('2026-11-23T23:30:00Z'), ZONE, 'pl', now)).toBe('dziś, 0:30')
  })

  it('says an age with the right plural', () => {
    const age = (from: string, language: Language = 'pl', zone?: string) => sayAge(at(from), now, language, zone)
    expect(age('2026-11-24T11:59:30')).toBe('teraz')
    expect(age('2026-11-24T11:57')).toBe('3 min')
    expect(age('2026-11-24T09:30')).toBe('2 h')
    expect(age('2026-11-23T12:01')).toBe('23 h')
    expect(age('2026-11-23T11:00')).toBe('1 dzień')
    expect(age('2026-11-23T11:00', 'pl', ZONE)).toBe('wczoraj')
    expect(age('2026-11-22T23:00', 'pl', ZONE)).toBe('2 dni')
    expect(age('2026-11-19T11:00', 'en')).toBe('5 days')
    expect(age('2026-09-20T11:00')).toBe('2 mies.')
    expect(age('2025-11-20T11:00')).toBe('1 rok')
    expect(age('2024-11-20T11:00')).toBe('2 lata')
    expect(age('2021-11-20T11:00')).toBe('5 lat')
    expect(age('2026-11-25T11:00')).toBe('teraz')
  })

  it('does not call the longest day of the year yesterday', () => {
    expect(sayAge(at('2026-10-25T00:00'), at('2026-10-25T23:30'), 'pl', ZONE)).toBe('24 h')
  })
})
