import { describe, expect, it } from 'vitest'
import { type Calendar, calendarSchema, DEFAULT_CALENDAR, minuteOfDay } from './calendar.ts'

function issues(change: object): string[] {
  const result = calendarSchema.safeParse({ ...DEFAULT_CALENDAR, ...change })
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
}

function onMonday(...periods: [string, string][]) {
  return { hours: { ...DEFAULT_CALENDAR.hours, mon: periods.map(([from, to]) => ({ from, to })) } }
}

describe('calendarSchema', () => {
  it('accepts the default calendar as it is', () => {
    const parsed: Calendar = calendarSchema.parse(DEFAULT_CALENDAR)
    expect(parsed).toEqual(DEFAULT_CALENDAR)
  })

  it('accepts minutes, breaks, touching periods and the whole day', () => {
    expect(issues(onMonday(['07:15', '11:40'], ['12:00', '15:30']))).toEqual([])
    expect(issues(onMonday(['07:00', '12:00'], ['12:00', '15:00']))).toEqual([])
    expect(issues(onMonday(['00:00', '24:00']))).toEqual([])
  })

  it('puts the periods of a day in order', () => {
    const parsed = calendarSchema.parse({ ...DEFAULT_CALENDAR, ...onMonday(['12:00', '15:00'], ['07:00', '11:00']) })
    expect(parsed.hours.mon.map((period) => period.from)).toEqual(['07:00', '12:00'])
  })

  it('refuses periods that overlap, are empty or turned around, and times that no clock shows', () => {
    expect(issues(onMonday(['07:00', '12:00'], ['11:59', '15:00']))).toEqual(['hours.mon calendar.periods-overlap'])
    expect(issues(onMonday(['07:00', '15:00'], ['08:00', '09:00']))).toEqual(['hours.mon calendar.periods-overlap'])
    expect(issues(onMonday(['07:00', '07:00']))).toEqual(['hours.mon.0 calendar.period-ends-before-it-starts'])
    expect(issues(onMonday(['15:00', '07:00']))).toEqual(['hours.mon.0 calendar.period-ends-before-it-starts'])
    expect(issues(onMonday(['7:00', '15:00']))).toEqual(['hours.mon.0.from calendar.bad-time'])
    expect(issues(onMonday(['24:00', '24:00']))).toEqual(['hours.mon.0.from calendar.bad-time'])
    expect(issues(onMonday(['07:00', '24:01']))).toEqual(['hours.mon.0.to calendar.bad-time'])
  })

  it('wants a zone and a country that exist', () => {
    expect(issues({ zone: 'Europe/Atlantis' })).toEqual(['zone calendar.unknown-zone'])
    expect(issues({ zone: '' })).toEqual(['zone calendar.unknown-zone'])
    expect(issues({ holidayCountry: 'XX' })).toEqual(['holidayCountry calendar.unknown-country'])
    expect(issues({ holidayCountry: null })).toEqual([])
  })

  it('wants the cut-off within hours', () => {
    const outside = ['cutOff calendar.cut-off-outside-hours']
    expect(issues({ cutOff: '15:01' })).toEqual(outside)
    expect(issues({ cutOff: '06:59' })).toEqual(outside)
    expect(issues({ cutOff: '13:30' })).toEqual([])
    expect(issues({ cutOff: null })).toEqual([])
    const none = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }
    expect(issues({ hours: none })).toEqual(['hours.mon calendar.never-opens'])
    expect(issues({ hours: none, cutOff: null })).toEqual([])
    // A day that closes before the cut-off is fine, one that opens after it would never take anything up the same day.
    expect(issues({ hours: { ...DEFAULT_CALENDAR.hours, sat: [{ from: '09:00', to: '12:00' }] } })).toEqual([])
    expect(issues({ hours: { ...DEFAULT_CALENDAR.hours, sat: [{ from: '16:00', to: '20:00' }] } })).toEqual(outside)
  })

  it('wants holidays on days that exist, with a name', () => {
    expect(issues({ yearlyHolidays: [{ month: 2, day: 29, name: 'leap' }] })).toEqual([])
    expect(issues({ yearlyHolidays: [{ month: 2, day: 30, name: 'x' }] })).toEqual(['yearlyHolidays.0.day calendar.no-such-day'])
    expect(issues({ onceHolidays: [{ date: '2026-02-29', name: 'x' }] })).toEqual(['onceHolidays.0.date calendar.no-such-day'])
    expect(issues({ onceHolidays: [{ date: '2026-05-04', name: ' ' }] })).toEqual(['onceHolidays.0.name calendar.holiday-needs-name'])
  })

  it('wants days of other hours to have some, no day twice, and none that opens after the cut-off', () => {
    const on = (from: string, to: string, more = {}) => ({ date: '2026-12-24', name: '', hours: [{ from, to }], ...more })
    expect(issues({ onceHolidays: [on('07:30', '12:00')] })).toEqual([])
    expect(issues({ yearlyHolidays: [{ month: 12, day: 24, name: 'x', hours: [] }] })).toEqual([
      'yearlyHolidays.0.hours calendar.bad-hours',
    ])
    expect(issues({ onceHolidays: [on('16:00', '18:00')] })).toEqual(['onceHolidays.0 calendar.opens-after-cut-off'])
    expect(issues({ onceHolidays: [on('16:00', '18:00')], cutOff: null })).toEqual([])
    expect(issues({ onceHolidays: [on('07:30', '12:00'), { date: '2026-12-24', name: 'x' }] })).toEqual([
      'onceHolidays.1 calendar.day-twice',
    ])
  })
})

it('24:00 is the 1440th minute of a day', () => {
  expect([minuteOfDay('00:00'), minuteOfDay('07:05'), minuteOfDay('24:00')]).toEqual([0, 425, 1440])
})
