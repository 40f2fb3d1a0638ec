import { expect, test } from 'vitest'
import { BootError } from '../machine/boot-error.ts'
import { failed, partSentence, within } from './finding.ts'

test('a sentence of the program is parted where it says what to do', () => {
  expect(
    partSentence('The database help at 127.0.0.1:1 cannot be used (connect ECONNREFUSED 127.0.0.1:1: really): start the server.'),
  ).toEqual(['The database help at 127.0.0.1:1 cannot be used (connect ECONNREFUSED 127.0.0.1:1: really).', 'Start the server.'])
  expect(partSentence('Plugin “a: b” is not there: correct its path.')).toEqual(['Plugin “a: b” is not there.', 'Correct its path.'])
  expect(failed('x', new BootError('Only this.'))).toEqual({
    name: 'x',
    state: 'fail',
    says: 'Only this.',
    remedy: 'Put that right and look again.',
  })
})

test('what breaks a check is told, with a remedy', () => {
  expect(failed('x', new TypeError('broken'))).toEqual({
    name: 'x',
    state: 'fail',
    says: 'It could not be looked at (broken).',
    remedy: 'Put that right and look again.',
  })
})

test('what never answers is cut off', async () => {
  await expect(within(20, new Promise(() => {}))).rejects.toThrow('no answer within 0.02 seconds')
})
