import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWorkingTime } from '../../core/calendar/working-time.ts'
import { DEFAULT_CALENDAR, type Calendar } from '../../core/index.ts'
import { presetDate, PRESETS, presetsFor, readLocal, writeLocal, type Preset } from './pending-dates.ts'

const zone = 'Europe/Warsaw'
const offered = (now: string, calendar: Calendar = DEFAULT_CALENDAR) =>
  Object.fromEntries(presetsFor(calendar, new Date(now)).map(({ preset, date }) => [preset, writeLocal(date, calendar.zone)]))

describe('dates for putting a ticket off', () => {
  it.each<[string, string, Partial<Record<Preset, string>>]>([
    [
      'a Tuesday',
      '2026-11-17T10:00:00+01:00',
      { tomorrow: '2026-11-18T07:00', 'two-days': '2026-11-19T07:00', monday: '2026-11-23T07:00', week: '2026-11-24T07:00' },
    ],
    ['late on Tuesday it still is Tuesday here', '2026-11-17T22:30:00Z', { tomorrow: '2026-11-18T07:00', week: '2026-11-24T07:00' }],
    // Monday is the next working day: it is offered once.
    ['a Friday', '2026-11-20T10:00:00+01:00', { tomorrow: '2026-11-23T07:00', 'two-days': '2026-11-24T07:00', week: '2026-11-27T07:00' }],
    [
      'before Christmas',
      '2026-12-22T10:00:00+01:00',
      { tomorrow: '2026-12-23T07:00', 'two-days': '2026-12-28T07:00', week: '2026-12-29T07:00' },
    ],
    ['some days before it, after the days off', '2026-12-14T10:00:00+01:00', { holidays: '2026-12-28T07:00', monday: '2026-12-21T07:00' }],
    ['a Monday that is off', '2027-03-25T10:00:00+01:00', { tomorrow: '2027-03-26T07:00', 'two-days': '2027-03-30T07:00' }],
    ['across the change of clocks', '2026-10-20T11:00:00+02:00', { week: '2026-10-27T07:00' }],
  ])('%s', (_what, now, dates) => {
    expect(offered(now)).toMatchObject(dates)
  })
  it('are those of the calendar, with hours for one date', () => {
    const saturday = [{ from: '09:00', to: '14:00' }]
    const calendar: Calendar = {
      ...DEFAULT_CALENDAR,
      hours: { ...DEFAULT_CALENDAR.hours, sat: saturday },
      onceHolidays: [{ date: '2026-11-19', name: 'Inwentaryzacja', hours: [{ from: '10:00', to: '12:00' }] }],
    }
    expect(offered('2026-11-18T10:00:00+01:00', calendar)).toMatchObject({ tomorrow: '2026-11-19T10:00', 'two-days': '2026-11-20T07:00' })
    expect(offered('2026-11-20T10:00:00+01:00', calendar)).toMatchObject({ tomorrow: '2026-11-21T09:00', 'two-days': '2026-11-23T07:00' })
  })
  it('at any moment lie ahead, in order, each once, when somebody works', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }), (now) => {
        const dates = presetsFor(DEFAULT_CALENDAR, now).map(({ date }) => date.getTime())
        // Before a Christmas from Monday to Wednesday: tomorrow, or the day after it.
        expect(dates.length).toBeGreaterThanOrEqual(2)
        expect([...new Set(dates)].toSorted((a, b) => a - b)).toEqual(dates)
        for (const date of dates) expect([date > now.getTime(), isWorkingTime(DEFAULT_CALENDAR, new Date(date))]).toEqual([true, true])
      }),
      { numRuns: 50, examples: [[new Date('2029-12-19T23:00:00Z')], [new Date('2029-12-21T12:00:00Z')]] },
    )
  })
  it('are at 7:00 where the calendar never opens', () => {
    const never: Calendar = { ...DEFAULT_CALENDAR, hours: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] } }
    const now = new Date('2026-11-17T10:00:00+01:00')
    expect(PRESETS.map((preset) => writeLocal(presetDate(preset, now, never), zone)).slice(0, 2)).toEqual([
      '2026-11-18T07:00',
      '2026-11-19T07:00',
    ])
    expect(Object.keys(offered('2026-11-17T10:00:00+01:00', never))).not.toContain('holidays')
  })
})

it("reads what a datetime-local field sends, in the site's zone, and writes it back", () => {
  const date = readLocal('2026-11-24T07:30', zone)!
  expect(date.toISOString()).toBe('2026-11-24T06:30:00.000Z')
  expect(writeLocal(date, zone)).toBe('2026-11-24T07:30')
  for (const wrong of ['', '2026-11-24', '24.11.2026 7:00', '2026-13-45T07:00', 'x']) expect(readLocal(wrong, zone)).toBeUndefined()
})
