import { expect, test } from 'vitest'
import { sayWakes } from './say.ts'

const daily = [0, 1, 2, 3, 4, 5, 6]

test.each([
  [{ days: [1], hours: [3], minutes: [10] }, 'pon. o 03:10', 'Mon at 03:10'],
  [{ days: daily, hours: [6, 18], minutes: [0, 30] }, 'codziennie o 06:00, 06:30, 18:00, 18:30', 'every day at 06:00, 06:30, 18:00, 18:30'],
  [
    { days: [1, 5], hours: [6, 12, 18], minutes: [0, 30] },
    'pon., pt.; godziny: 6, 12, 18; minuty: 00, 30',
    'Mon, Fri; hours: 6, 12, 18; minutes: 00, 30',
  ],
])('when a rule works by time: %j', (schedule, pl, en) => {
  expect([sayWakes({ facts: [], schedule }, 'pl'), sayWakes({ facts: [], schedule }, 'en')]).toEqual([pl, en])
})
