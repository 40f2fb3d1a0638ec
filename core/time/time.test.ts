import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../errors.ts'
import { readUnits, sayUnits } from './time.ts'

describe('time as it is typed', () => {
  it.each([
    ['15', 15],
    [' 0,5 ', 0.5],
    ['1.25', 1.25],
    ['', null],
    ['  ', null],
  ])('%j is %j', (typed, units) => {
    expect(readUnits(typed)).toBe(units)
  })
  it.each(['0', '-5', '1,234', 'kwadrans', '1e3', '5 min', '1000000', '200000', '0,00', '١٥'])('%j is refused, at its field', (typed) => {
    expect(() => readUnits(typed)).toThrow(expect.objectContaining({ code: 'time.units', field: 'time' }))
  })
  it('whatever is typed is nothing, refused, or an amount that two places hold', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.float({ noNaN: true }).map(String), fc.stringMatching(/^\d{1,7}([.,]\d{0,3})?$/)), (typed) => {
        try {
          const units = readUnits(typed)
          if (units === null) expect(typed.trim()).toBe('')
          else expect([units > 0, Number(units.toFixed(2)) === units]).toEqual([true, true])
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
    )
  })
})

it('is said in the unit of the installation', () => {
  expect([sayUnits(90, 'minutes', 'pl'), sayUnits(1.5, 'hours', 'pl'), sayUnits(2, 'units', 'pl'), sayUnits(1, 'units', 'en')]).toEqual([
    '90 min',
    '1,5 godz.',
    '2 jednostki',
    '1 unit',
  ])
})
