import { expect, it } from 'vitest'
import { presetDate, readLocal, writeLocal } from './pending-dates.ts'

const zone = 'Europe/Warsaw'

it('offers 7:00 of the local day, across the change of clocks too', () => {
  expect(presetDate('tomorrow', new Date('2026-11-17T22:30:00Z'), zone).toISOString()).toBe('2026-11-18T06:00:00.000Z')
  expect(presetDate('tomorrow', new Date('2026-11-17T23:30:00Z'), zone).toISOString()).toBe('2026-11-19T06:00:00.000Z')
  // Clocks go back on 25 October 2026: the week after is winter time.
  expect(presetDate('week', new Date('2026-10-20T09:00:00Z'), zone).toISOString()).toBe('2026-10-27T06:00:00.000Z')
})

it("reads what a datetime-local field sends, in the site's zone, and writes it back", () => {
  const date = readLocal('2026-11-24T07:30', zone)!
  expect(date.toISOString()).toBe('2026-11-24T06:30:00.000Z')
  expect(writeLocal(date, zone)).toBe('2026-11-24T07:30')
  for (const wrong of ['', '2026-11-24', '24.11.2026 7:00', '2026-13-45T07:00', 'x']) expect(readLocal(wrong, zone)).toBeUndefined()
})
