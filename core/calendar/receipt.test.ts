import * as fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { type Calendar, DEFAULT_CALENDAR } from './calendar.ts'
import { receive } from './receipt.ts'
import { isWorkingTime } from './working-time.ts'

const ZONE = 'Europe/Warsaw'

function receivedAt(sent: string, calendar: Calendar = DEFAULT_CALENDAR): [string, string] {
  const receipt = receive(calendar, DateTime.fromISO(sent, { zone: ZONE }).toJSDate())
  return [receipt.reason, DateTime.fromJSDate(receipt.receivedAt, { zone: ZONE }).toFormat("yyyy-MM-dd'T'HH:mm:ss")]
}

describe('the receipt clock', () => {
  it('receives at once within hours, to the second', () => {
    expect(receivedAt('2026-11-20T07:00:00')).toEqual(['in-hours', '2026-11-20T07:00:00'])
    expect(receivedAt('2026-11-20T11:22:33')).toEqual(['in-hours', '2026-11-20T11:22:33'])
  })

  it('still receives at once in the cut-off minute, which is also the closing minute', () => {
    expect(receivedAt('2026-11-20T15:00:00')).toEqual(['in-hours', '2026-11-20T15:00:00'])
    expect(receivedAt('2026-11-20T15:00:59')).toEqual(['in-hours', '2026-11-20T15:00:59'])
  })

  it('receives on Monday at opening what is sent on Friday at 15:01', () => {
    expect(receivedAt('2026-11-20T15:01:00')).toEqual(['after-cut-off', '2026-11-23T07:00:00'])
    expect(receivedAt('2026-11-20T23:59:59')).toEqual(['after-cut-off', '2026-11-23T07:00:00'])
  })

  it("receives at today's opening what is sent before it", () => {
    expect(receivedAt('2026-11-20T06:59:59')).toEqual(['before-opening', '2026-11-20T07:00:00'])
    expect(receivedAt('2026-11-20T00:00:00')).toEqual(['before-opening', '2026-11-20T07:00:00'])
  })

  it("receives at the next working day's opening what is sent on a free day", () => {
    expect(receivedAt('2026-11-21T10:00:00')).toEqual(['free-day', '2026-11-23T07:00:00'])
    expect(receivedAt('2026-11-22T23:30:00')).toEqual(['free-day', '2026-11-23T07:00:00'])
  })

  it('names the holiday, and passes over a chain of free days', () => {
    const christmas = receive(DEFAULT_CALENDAR, new Date('2026-12-24T09:00:00Z'), 'pl')
    expect(christmas).toEqual({ receivedAt: new Date('2026-12-28T06:00:00Z'), reason: 'free-day', holiday: 'Wigilia Bożego Narodzenia' })
    expect(receivedAt('2026-12-23T15:01')).toEqual(['after-cut-off', '2026-12-28T07:00:00'])
    expect(receive(DEFAULT_CALENDAR, new Date('2026-11-21T09:00:00Z')).holiday).toBeUndefined()
  })

  it('knows a cut-off before closing time', () => {
    const calendar = { ...DEFAULT_CALENDAR, cutOff: '13:30' }
    expect(receivedAt('2026-11-19T13:30:59', calendar)).toEqual(['in-hours', '2026-11-19T13:30:59'])
    expect(receivedAt('2026-11-19T13:31:00', calendar)).toEqual(['after-cut-off', '2026-11-20T07:00:00'])
  })

  it('goes by closing time without a cut-off, and on a day that closes before it', () => {
    expect(receivedAt('2026-11-20T15:00:30', { ...DEFAULT_CALENDAR, cutOff: null })[0]).toBe('in-hours')
    expect(receivedAt('2026-11-20T15:01:00', { ...DEFAULT_CALENDAR, cutOff: null })[0]).toBe('after-cut-off')
    const saturday = { ...DEFAULT_CALENDAR, hours: { ...DEFAULT_CALENDAR.hours, sat: [{ from: '09:00', to: '12:00' }] } }
    expect(receivedAt('2026-11-21T12:00:59', saturday)[0]).toBe('in-hours')
    expect(receivedAt('2026-11-21T12:01:00', saturday)).toEqual(['after-cut-off', '2026-11-23T07:00:00'])
  })

  it('goes by the hours of a day that has its own', () => {
    const eve = { ...DEFAULT_CALENDAR, onceHolidays: [{ date: '2026-12-23', name: '', hours: [{ from: '07:30', to: '12:00' }] }] }
    expect(receivedAt('2026-12-23T07:10:00', eve)).toEqual(['before-opening', '2026-12-23T07:30:00'])
    expect(receivedAt('2026-12-23T12:00:59', eve)).toEqual(['in-hours', '2026-12-23T12:00:59'])
    expect(receivedAt('2026-12-23T12:01:00', eve)).toEqual(['after-cut-off', '2026-12-28T07:00:00'])
    expect(receivedAt('2026-12-22T15:01:00', eve)).toEqual(['after-cut-off', '2026-12-23T07:30:00'])
  })

  it('receives at once in a break before the cut-off', () => {
    const lunch = [
      { from: '07:00', to: '11:00' },
      { from: '12:00', to: '15:00' },
    ]
    const calendar = { ...DEFAULT_CALENDAR, hours: { ...DEFAULT_CALENDAR.hours, fri: lunch } }
    expect(receivedAt('2026-11-20T11:30:00', calendar)).toEqual(['in-hours', '2026-11-20T11:30:00'])
  })

  it('receives at once when the calendar never opens', () => {
    const hours = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }
    expect(receivedAt('2026-11-20T11:30:00', { ...DEFAULT_CALENDAR, hours, cutOff: null })).toEqual(['no-hours', '2026-11-20T11:30:00'])
  })

  it('is never earlier than the sending, and is now or an opening', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }), (sent) => {
        const { receivedAt: received, reason } = receive(DEFAULT_CALENDAR, sent)
        if (reason === 'in-hours') {
          expect(received).toEqual(sent)
        } else {
          expect(received > sent).toBe(true)
          expect(DateTime.fromJSDate(received, { zone: ZONE }).toFormat('HH:mm:ss.SSS')).toBe('07:00:00.000')
          expect(isWorkingTime(DEFAULT_CALENDAR, received)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})
