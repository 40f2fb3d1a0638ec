/** Which day it is: as luxon says it, whatever was asked before, around midnights and changes of the clock. */
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { expect, it } from 'vitest'
import { dayIn } from './day.ts'

const ZONES = ['Europe/Warsaw', 'UTC', 'America/St_Johns', 'Pacific/Apia', 'Africa/Cairo', 'Asia/Kathmandu']

it('is the day that the zone has at that moment, in any order of questions', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          zone: fc.constantFrom(...ZONES),
          // Near midnight somewhere: hours around days in which clocks are put on or back, and a day that Apia left out.
          at: fc.tuple(
            fc.constantFrom('2026-03-29', '2026-10-25', '2026-04-24', '2011-12-30', '2026-11-29'),
            fc.integer({ min: -30 * 3600, max: 54 * 3600 }),
          ),
        }),
        { minLength: 1, maxLength: 30 },
      ),
      (questions) => {
        for (const { zone, at } of questions) {
          const moment = new Date(Date.parse(`${at[0]}T00:00:00Z`) + at[1] * 1000)
          expect(dayIn(zone, moment)).toBe(DateTime.fromJSDate(moment, { zone }).toISODate())
        }
      },
    ),
    { numRuns: 500 },
  )
})
